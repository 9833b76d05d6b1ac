"""Prepayments on file, with what each person's part of them is."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.prepayment_amount import PrepaymentFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaymentOnFile:
    """One prepayment: `period` counts training years from 1; amounts in fen.

    `people` and `maximum_fen` are as of the request, then as of the decision. `next_first_day` is the
    first day of the next period: None where there is none, or before training began.
    `after_review_id` is the upheld review of the refused one that this is asked for instead of.
    """

    case: Case
    filing_id: UUID
    period: int
    roster_version: int
    people: int
    maximum_fen: int
    amount_fen: int
    facts: PrepaymentFacts
    next_first_day: date | None = None
    after_review_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaymentLine:
    """One person's part of a prepayment, in fen."""

    enrolment_id: UUID
    amount_fen: int


class Prepayments(Protocol):
    """The prepayments the actor may see."""

    @abstractmethod
    async def add(self, prepayment: PrepaymentOnFile) -> None:
        """Store a prepayment just requested; refuses `prepayment_exists`."""

    @abstractmethod
    async def decide(self, prepayment: PrepaymentOnFile) -> None:
        """Record what the approver decided, and the people and the maximum it was decided on."""

    @abstractmethod
    async def add_lines(self, case: Case, lines: Sequence[PrepaymentLine]) -> None:
        """Store each person's part, once the amount is decided."""

    @abstractmethod
    async def get(self, case: Case) -> PrepaymentOnFile:
        """Return the prepayment of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[PrepaymentOnFile]:
        """Return the prepayments of these cases, in their order."""

    @abstractmethod
    async def of_filing(self, filing: Case) -> Sequence[PrepaymentOnFile]:
        """Return a filing's prepayments, by period."""

    @abstractmethod
    async def paid_unasked(
        self, place_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[Case]:
        """Return a place's filings, listed or in training, whose standard prepays without a request.

        In id order after the given id; none whose standard prepays nothing.
        """

    @abstractmethod
    async def lines(self, case: Case) -> Sequence[PrepaymentLine]:
        """Return each person's part, by seat."""
