"""Budgets: appropriations, and what a filing is expected to cost in which budget year (CASES 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case

FUND_SOURCES: Final = (
    "employment_subsidy",
    "unemployment_insurance",
    "action_account",
    "action_account_surplus",
    "local",
)
"""Fund sources (PAY-01, PAY-14, AMB-06): 就业补助资金, 失业保险基金, 专账资金, 专账结余资金, 地方资金."""

BUDGET_YEAR_MAX: Final = 2100
"""The last budget year that there can be a book for."""


class CommitmentState(StrEnum):
    """A part of a filing's forecast: waiting for its year's appropriation, committed, or released."""

    FORWARD = "forward"
    COMMITTED = "committed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appropriation:
    """Money made available to a place in one book (fund source, budget year), in fen."""

    case: Case
    fund_source: str
    budget_year: int
    amount_fen: int
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One budget year's part of a filing's forecast, in fen."""

    id: UUID
    filing_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    fund_source: str
    budget_year: int
    amount_fen: int
    listed_at: datetime
    state: CommitmentState


def affordable(waiting: tuple[Commitment, ...], available_fen: int) -> tuple[Commitment, ...]:
    """Return what an appropriation commits: oldest listing first, stopping at the first it cannot cover.

    A later, smaller filing does not overtake an earlier one: lack of money never reorders the list.
    """
    taken = []
    for commitment in waiting:
        if commitment.amount_fen > available_fen:
            break
        available_fen -= commitment.amount_fen
        taken.append(commitment)
    return tuple(taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A commitment that waits for money: its place in the queue from 1, and what is missing, in fen.

    `missing_fen` is what the book must still get before this one's turn is served, everybody before
    it included; zero for one that the next turn serves.
    """

    place_no: int
    commitment: Commitment
    missing_fen: int


def queue_of(waiting: Sequence[Commitment], available_fen: int) -> list[Queued]:
    """Number those who wait for a book's money, oldest listing first, as `affordable` serves them."""
    needed_fen, queue = 0, list[Queued]()
    for place_no, commitment in enumerate(waiting, start=1):
        needed_fen += commitment.amount_fen
        queue.append(
            Queued(
                place_no=place_no,
                commitment=commitment,
                missing_fen=max(0, needed_fen - available_fen),
            )
        )
    return queue
