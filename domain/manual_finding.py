"""Manual confirmation (人工核验) of a declared certificate by two different people (CASES 6, AMB-08)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, Duty
from domain.certificate import NUMBER_MAX, FindingResult, usable_number
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
    """What one person saw: where, when, and the SHA-256 of the screenshot, copy or document.

    `number_raw` is the number he read from a copy, as he wrote it; None where there is none.
    """

    duty: Duty
    person_id: UUID
    source_system: str
    seen_at: datetime
    document_sha256: bytes
    note: str
    number_raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a person says of what he saw, before it is signed."""

    source_system: str
    seen_at: datetime
    document_sha256: bytes
    note: str
    certificate_number: str | None = None

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
            number_raw=self.certificate_number,
        )

    def number(self, *, declared: str | None) -> str | None:
        """Return the number read from a copy, normalised; None where the certificate has none.

        Refuses `sighting_faulty`: a number is read only where none was declared, and must be usable.
        """
        if self.certificate_number is None:
            return None
        if declared is not None:
            raise _misread("number_already_declared")
        number = usable_number(self.certificate_number)
        if number is None:
            raise _misread("certificate_number_unusable", most=NUMBER_MAX)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualFinding:
    """A manual finding on file: what it establishes, and what each of the two saw.

    `number` is the certificate's number, normalised, as both read it from its copy; None where one was
    declared, or where the certificate has none.
    """

    case: Case
    settlement_id: UUID
    declaration_id: UUID
    result: FindingResult
    sightings: tuple[Sighting, ...]
    number: str | None = None


def check_read_alike(first: str | None, second: str | None) -> None:
    """Refuse `sighting_faulty` unless both people read the same number from the copy, or none."""
    if first != second:
        raise _misread("number_read_differently")


def _misread(code: str, **values: int) -> Refusal:
    return Refusal("sighting_faulty", faults=(Fault("/seen/certificate_number", code, values),))
