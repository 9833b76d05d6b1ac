"""Payee accounts on file: sealed on the way in, masked on the way out."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.filing import Payee
from domain.payee_account import PayeeAccount


class PayeeAccounts(Protocol):
    """The payee accounts the actor may see. Numbers are sealed; equality goes by a blind index."""

    @abstractmethod
    async def add(self, case: Case, payee: Payee, *, replaces_id: UUID | None) -> PayeeAccount:
        """Store the account of a case just opened."""

    @abstractmethod
    async def like(self, place_id: UUID, org_id: UUID, payee: Payee) -> PayeeAccount | None:
        """Return the enterprise's account in the place that is the same and stands: declared or verified.

        A verified one goes before a declared one, an older before a newer.
        """

    @abstractmethod
    async def get(self, case: Case) -> PayeeAccount:
        """Return the account of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[PayeeAccount]:
        """Return the accounts of these cases, in their order."""

    @abstractmethod
    async def payable(self, place_id: UUID, account_ids: Collection[UUID]) -> Collection[UUID]:
        """Return which of these are verified and have no declared change waiting to replace them."""
