"""Review request (复核): what an enterprise, provider or worker asks to be decided again, by other people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind, Duty

NOT_TO_DECIDE: Final = frozenset(
    {Duty.REVIEW, Duty.APPROVE, Duty.CONFIRM_FIRST, Duty.CONFIRM_SECOND}
)
"""Duties in the first decision that keep a person from deciding its review (CASES 3)."""

CONTESTABLE: Final = frozenset({"served", "partly_collected", "overdue", "under_review"})
"""States of a recovery whose order may be reviewed: it was served, and something is still owed."""


class ReviewSubject(StrEnum):
    """What may be reviewed: a person refused or paid less in a settlement, a voucher refused in one, a hold, a
    refusal, a recovery.
    """

    SETTLEMENT_LINE = "settlement_line"
    HOLD = "hold"
    FILING = "filing"
    PREPAYMENT = "prepayment"
    RECOVERY = "recovery"
    VOUCHER_LINE = "voucher_line"


KIND_OF: Final[Mapping[ReviewSubject, CaseKind]] = {
    ReviewSubject.SETTLEMENT_LINE: CaseKind.SETTLEMENT,
    ReviewSubject.HOLD: CaseKind.HOLD,
    ReviewSubject.FILING: CaseKind.FILING,
    ReviewSubject.PREPAYMENT: CaseKind.PREPAYMENT,
    ReviewSubject.RECOVERY: CaseKind.RECOVERY,
    ReviewSubject.VOUCHER_LINE: CaseKind.VOUCHER_SETTLEMENT,
}
"""The kind of case that holds the first decision."""

DECIDED_BY: Final[Mapping[ReviewSubject, str]] = {
    ReviewSubject.SETTLEMENT_LINE: "approved",
    ReviewSubject.HOLD: "in_force",
    ReviewSubject.FILING: "refused",
    ReviewSubject.PREPAYMENT: "refused",
    ReviewSubject.RECOVERY: "ordered",
    ReviewSubject.VOUCHER_LINE: "approved",
}
"""The state whose signed step is the first decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """A review request on file. `decided_id` is the case of the first decision.

    `line_id` is the person's line of a settlement, or the voucher whose line it is; `decided_seq` the step that
    ordered a recovery.
    """

    case: Case
    subject: ReviewSubject
    decided_id: UUID
    line_id: UUID | None
    decided_seq: int | None
    statement: str
    requested_on: date

    def of(self, subject: ReviewSubject) -> UUID | None:
        """Return the case of the first decision if it is about this, else None."""
        return self.decided_id if self.subject is subject else None
