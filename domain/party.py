"""Who acts: roles (CASES 8) and the actor whose scope every transaction carries."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

SYSTEM_PERSON: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The one system person of an installation. Signs what no person decides; never one of two people."""


class Role(StrEnum):
    """What an account may do. A person may have several; duties keep them apart within a case."""

    FILER = "filer"
    PROVIDER = "provider"
    ORGANISER = "organiser"
    WORKER = "worker"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    PREPARER = "preparer"
    RELEASER = "releaser"
    FINANCE = "finance"
    POLICY_OFFICER = "policy_officer"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person acting through one account: the scope of a transaction.

    `org_id` is the organisation acted for; `region_path` the region an authority serves
    (`/32/3206/320681/`), None for enterprises and other organisations without one. `request_id` is
    that of the request or job at hand; audit entries carry it.
    """

    person_id: UUID
    account_name: str
    org_id: UUID
    region_path: str | None
    roles: frozenset[Role]
    request_id: str = ""


NOBODY: Final = Actor(
    person_id=UUID(int=0),
    account_name="",
    org_id=UUID(int=0),
    region_path=None,
    roles=frozenset(),
)
"""Whoever has not signed in: in no organisation and no region, so that only what is public is seen."""


def system_actor(*, bureau_org_id: UUID, region_path: str, request_id: str = "") -> Actor:
    """The system person at work in one place's region."""
    return Actor(
        person_id=SYSTEM_PERSON,
        account_name="system",
        org_id=bureau_org_id,
        region_path=region_path,
        roles=frozenset({Role.SYSTEM}),
        request_id=request_id,
    )
