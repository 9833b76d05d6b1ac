"""Manual confirmation (人工核验) of a declared certificate by two different people (CASES 6, AMB-08)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, Duty
from domain.certificate import FindingResult
from domain.errors import Fault, Refusal
from domain.period import EARLIEST


class Established(StrEnum):
    """What two people may establish: that it is confirmed, or what is wrong. Never a register's match."""

    CONFIRMED_MANUALLY = FindingResult.CONFIRMED_MANUALLY
    NAME_VARIANT = FindingResult.NAME_VARIANT
    ID_MISMATCH = FindingResult.ID_MISMATCH
    NUMBER_MALFORMED = FindingResult.NUMBER_MALFORMED
    NOT_FOUND = FindingResult.NOT_FOUND
    PENDING_UPLOAD = FindingResult.PENDING_UPLOAD
    WITHHELD = FindingResult.WITHHELD
    OCCUPATION_MISMATCH = FindingResult.OCCUPATION_MISMATCH
    LEVEL_MISMATCH = FindingResult.LEVEL_MISMATCH
    DATE_MISMATCH = FindingResult.DATE_MISMATCH
    ISSUER_MISMATCH = FindingResult.ISSUER_MISMATCH
    REVOKED = FindingResult.REVOKED


MISTAKABLE: Final = frozenset(
    {FindingResult.NOT_FOUND, FindingResult.ID_MISMATCH, FindingResult.REVOKED}
)
"""Findings that pay nothing until a reviewer has decided that declaring was an honest mistake (CASES 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one person saw: where, when, and the SHA-256 of the screenshot or document."""

    duty: Duty
    person_id: UUID
    source_system: str
    seen_at: datetime
    document_sha256: bytes
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a person says of what he saw, before it is signed."""

    source_system: str
    seen_at: datetime
    document_sha256: bytes
    note: str

    def by(self, person_id: UUID, duty: Duty, *, now: datetime) -> Sighting:
        """Return the sighting of this person.

        Refuses `sighting_faulty` when it lies in the future, or before anything could be seen.
        """
        if self.seen_at < EARLIEST:
            raise Refusal("sighting_faulty", faults=(Fault("/seen/seen_at", "not_an_instant"),))
        if self.seen_at > now:
            fault = Fault("/seen/seen_at", "seen_in_the_future")
            raise Refusal("sighting_faulty", faults=(fault,))
        return Sighting(
            duty=duty,
            person_id=person_id,
            source_system=self.source_system,
            seen_at=self.seen_at,
            document_sha256=self.document_sha256,
            note=self.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualFinding:
    """A manual finding on file: what it establishes, and what each of the two saw."""

    case: Case
    settlement_id: UUID
    declaration_id: UUID
    result: FindingResult
    sightings: tuple[Sighting, ...]
