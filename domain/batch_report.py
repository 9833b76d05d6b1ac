"""Batch review (放行前核对): what the releaser of a batch should look at before the money leaves.

Flags inform and never decide; what would be refused at the release stands in `blocks`. How far an
amount lies out is our own rule: more than three times the median of the batch.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.payment import Batch

OUTLIER_TIMES: Final = 3


class Flag(StrEnum):
    """What is unusual about a line."""

    ACCOUNT_UNVERIFIED = "payee_account_unverified"
    FIRST_PAYMENT = "first_payment_to_account"
    ACCOUNT_CHANGED = "account_changed_since_last_payment"
    ACCOUNT_SHARED = "account_of_several_enterprises"
    AMOUNT_OUTLIER = "amount_outlier"
    DUPLICATE = "same_payee_and_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedLine:
    """One line of a batch as it stands, with what history says of its account.

    `payable` is false where the release would refuse it; `paid_before` counts payments confirmed to
    this very account, `changed` says that the payee's last one went to another, `shared_with` counts
    other enterprises in the place that declared the same account number.
    """

    line_no: int
    payment_id: UUID
    org_id: UUID
    payee_name: str
    account_masked: str
    amount_fen: int
    verified_at: datetime | None
    verified_by: str | None
    payable: bool
    paid_before: int
    changed: bool
    shared_with: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReview:
    """A batch as its releaser should see it: totals now and as sealed, lines with flags, what blocks."""

    batch: Batch
    lines: int
    total_fen: int
    flagged: tuple[tuple[ReviewedLine, tuple[Flag, ...]], ...]
    blocks: tuple[str, ...]

    def count(self, flag: Flag) -> int:
        """How many lines carry a flag."""
        return sum(flag in flags for _, flags in self.flagged)


def review_of(batch: Batch, lines: Sequence[ReviewedLine]) -> BatchReview:
    """Flag every line, and say what the release would refuse."""
    amounts = sorted(line.amount_fen for line in lines)
    median_fen = amounts[len(amounts) // 2] if amounts else 0
    alike = Counter((line.org_id, line.amount_fen) for line in lines)
    flagged = tuple((line, _flags_of(line, median_fen, alike)) for line in lines)
    total_fen = sum(amounts)
    blocks = []
    if (len(lines), total_fen) != (batch.lines, batch.total_fen):
        blocks.append("batch_file_differs")
    if not all(line.payable for line in lines):
        blocks.append("batch_to_split")
    return BatchReview(
        batch=batch,
        lines=len(lines),
        total_fen=total_fen,
        flagged=flagged,
        blocks=tuple(blocks),
    )


def _flags_of(
    line: ReviewedLine, median_fen: int, alike: Counter[tuple[UUID, int]]
) -> tuple[Flag, ...]:
    found = {
        Flag.ACCOUNT_UNVERIFIED: not line.payable,
        Flag.FIRST_PAYMENT: line.paid_before == 0,
        Flag.ACCOUNT_CHANGED: line.changed,
        Flag.ACCOUNT_SHARED: line.shared_with > 0,
        Flag.AMOUNT_OUTLIER: line.amount_fen > OUTLIER_TIMES * median_fen,
        Flag.DUPLICATE: alike[line.org_id, line.amount_fen] > 1,
    }
    return tuple(flag for flag, holds in found.items() if holds)
