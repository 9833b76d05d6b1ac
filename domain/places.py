"""Places and organisations: who decides and pays, and who is keyed by a social credit code (CASES 1)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class OrganisationKind(StrEnum):
    """What an organisation is in the scheme."""

    ENTERPRISE = "enterprise"
    PROVIDER = "provider"
    EVALUATION_BODY = "evaluation_body"
    ORGANISER = "organiser"
    BUREAU = "bureau"
    FINANCE_DEPARTMENT = "finance_department"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation; `credit_code` is its unified social credit code, None for an authority without one."""

    id: UUID
    kind: OrganisationKind
    credit_code: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One deciding and paying bureau. `region_path` such as `/32/3206/320681/`; zones add a segment."""

    id: UUID
    region_path: str
    bureau_org_id: UUID
    finance_org_id: UUID


def region_path_of(code: str) -> str:
    """Write a region code as a path: `CN` -> `/`, `32` -> `/32/`, `320681` -> `/32/3206/320681/`."""
    if code == "CN":
        return "/"
    return "/" + "".join(f"{code[:end]}/" for end in range(2, len(code) + 1, 2))
