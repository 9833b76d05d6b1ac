"""The ledger's port: books, postings, balances (CASES 5)."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.ledger import AccountKey, BookKey, Cause, Posting, Transfer, TrialBalance


class Ledger(Protocol):
    """The ledger, within one transaction. Nothing is posted until that transaction commits."""

    @abstractmethod
    async def book(self, key: BookKey) -> UUID:
        """Return the id of a book, opening it on first use. Only an authority of the place may."""

    @abstractmethod
    async def post(
        self,
        place_id: UUID,
        book_id: UUID,
        transfers: Sequence[Transfer],
        *,
        cause: Cause,
        posted_at: datetime,
    ) -> Sequence[UUID]:
        """Post transfers of one cause in one book as one set; return their ids in order.

        Accounts are opened on first use. `posted_at` is the business instant (UTC). Refuses
        `fund_insufficient` when an account does not hold enough, `already_posted` when a
        posting key, a reversal or a departure of a payment attempt repeats. After a refusal
        the transaction can only be rolled back.
        """

    @abstractmethod
    async def post_each(
        self,
        place_id: UUID,
        book_id: UUID,
        caused: Sequence[tuple[Transfer, Cause]],
        *,
        posted_at: datetime,
    ) -> Sequence[UUID]:
        """Post transfers of one book as one set, each with its own cause; as `post` otherwise."""

    @abstractmethod
    async def confirmations(
        self, place_id: UUID, attempt_ids: Collection[UUID]
    ) -> Mapping[UUID, Posting]:
        """Return the standing confirmation of each of these payment attempts, by attempt."""

    @abstractmethod
    async def balance_fen(self, place_id: UUID, book_id: UUID, account: AccountKey) -> int:
        """Return an account's debits less credits; 0 for one never opened."""

    @abstractmethod
    async def trial_balance(self, place_id: UUID) -> TrialBalance:
        """Sum the accounts of a place by book and kind: those that the reader may see."""

    @abstractmethod
    async def postings_of(self, place_id: UUID, subject_id: UUID) -> Sequence[Posting]:
        """Return what moved on the accounts of a filing, payment or recovery, oldest first."""

    @abstractmethod
    async def postings_of_decision(self, place_id: UUID, case_id: UUID) -> Sequence[Posting]:
        """Return what a case's decisions moved, oldest first."""
