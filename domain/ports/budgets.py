"""Appropriations and commitments on file."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.budget import Appropriation, Commitment, CommitmentState
from domain.cases import Case


class Budgets(Protocol):
    """The budgets of the places the actor may see."""

    @abstractmethod
    async def add_appropriation(self, appropriation: Appropriation) -> None:
        """Store an appropriation; refuses `document_number_used`."""

    @abstractmethod
    async def appropriation(self, case: Case) -> Appropriation:
        """Return the appropriation of a case."""

    @abstractmethod
    async def appropriations(self, cases: Sequence[Case]) -> Sequence[Appropriation]:
        """Return the appropriations of these cases, in their order."""

    @abstractmethod
    async def add_commitments(self, case: Case, commitments: Sequence[Commitment]) -> None:
        """Store the parts of a listed filing's forecast."""

    @abstractmethod
    async def take_turn(self, place_id: UUID, fund_source: str, budget_year: int) -> None:
        """Wait until nobody else decides on this book, and hold the turn until the transaction ends."""

    @abstractmethod
    async def waiting(
        self, place_id: UUID, fund_source: str, budget_year: int
    ) -> Sequence[Commitment]:
        """Return forward commitments against one book, oldest listing first, locked."""

    @abstractmethod
    async def queue(
        self, place_id: UUID, fund_source: str, budget_year: int
    ) -> Sequence[Commitment]:
        """Return what `waiting` returns, locking nothing: for reading."""

    @abstractmethod
    async def commitments(self, case: Case) -> Sequence[Commitment]:
        """Return the parts of one filing's forecast, by year."""

    @abstractmethod
    async def move(
        self, place_id: UUID, commitment_ids: Sequence[UUID], state: CommitmentState
    ) -> None:
        """Set the state of these commitments."""
