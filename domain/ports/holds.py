"""Holds on people, filings, enterprises and providers."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.hold import Hold, NamedPerson


class Holds(Protocol):
    """The holds the actor may see."""

    @abstractmethod
    async def add(self, hold: Hold) -> None:
        """Store a proposed hold."""

    @abstractmethod
    async def get(self, case: Case) -> Hold:
        """Return the hold of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Hold]:
        """Return the holds of these cases, in their order."""

    @abstractmethod
    async def person_named(self, named_by: UUID) -> NamedPerson:
        """Return the person whom an enrolment or a voucher names, or refuse with `not_found`."""

    @abstractmethod
    async def keep_steady(self, place_id: UUID) -> None:
        """Let no hold of a place come into force until this work ends; whoever only checks does not wait."""

    @abstractmethod
    async def take_turn(self, place_id: UUID) -> None:
        """Wait for every work that keeps the place's holds steady, and let later ones wait for this."""

    @abstractmethod
    async def on_filings(self, filing_ids: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """Return, for each filing that is stopped, the holds in force on it, its enterprise or provider."""

    @abstractmethod
    async def on_providers(self, place_id: UUID, providers: Collection[UUID]) -> Collection[UUID]:
        """Return which of these providers are under a hold in force in a place."""

    @abstractmethod
    async def on_people(self, place_id: UUID, people: Collection[UUID]) -> Collection[UUID]:
        """Return which of these people are under a hold in force in a place."""
