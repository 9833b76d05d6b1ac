"""Review request (复核): what an enterprise asks to be decided again, by other people."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, Duty

NOT_TO_DECIDE: Final = frozenset(
    {Duty.REVIEW, Duty.APPROVE, Duty.CONFIRM_FIRST, Duty.CONFIRM_SECOND}
)
"""Duties in the first decision that keep a person from deciding its review (CASES 3)."""


class ReviewSubject(StrEnum):
    """What may be reviewed: a person refused or paid less in a settlement, or a hold."""

    SETTLEMENT_LINE = "settlement_line"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """A review request on file; either a settlement's line or a hold is named."""

    case: Case
    subject: ReviewSubject
    settlement_id: UUID | None
    line_id: UUID | None
    hold_id: UUID | None
    statement: str
    requested_on: date

    @property
    def decided_case(self) -> UUID:
        """The case of the first decision."""
        found = self.settlement_id or self.hold_id
        assert found is not None
        return found
