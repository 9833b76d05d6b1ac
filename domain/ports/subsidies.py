"""What people were subsidised for, here and by lists that other systems gave."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.places import Place
from domain.stacking import Candidate, Had
from domain.subsidy_register import RegisterRow, SubsidyRegister


class Subsidies(Protocol):
    """Subsidies by person, nationwide. Nothing here says where, through whom, or how much."""

    @abstractmethod
    async def had(self, candidates: Sequence[Candidate]) -> Mapping[UUID, Had]:
        """Return what the candidates' people had, by subject; who had nothing is left out."""

    @abstractmethod
    async def take_turns(self, candidates: Sequence[Candidate]) -> None:
        """Wait until nobody else decides on these people, and decide before others do.

        Held to the end of the transaction, people in one order for everyone. Called before money moves.
        """

    @abstractmethod
    async def record(self, place_id: UUID, candidates: Sequence[Candidate]) -> None:
        """Record what was decided, one programme and class at a time, each subject once.

        A subject that is on record keeps the day it counts on; where it says something else now, the
        record before it has ended.
        """

    @abstractmethod
    async def withdraw(self, place_id: UUID, subjects: Sequence[UUID]) -> None:
        """End the record of subjects that are paid nothing after all: it counts no longer."""

    @abstractmethod
    async def restore(self, place_id: UUID, subjects: Sequence[UUID]) -> None:
        """Record withdrawn subjects again as they were last recorded, to count from the same day."""

    @abstractmethod
    async def add_register(
        self, place: Place, *, source: str, content: bytes, rows: Sequence[RegisterRow]
    ) -> SubsidyRegister:
        """Store a list in place of the source's list before it, citizen ids as persons only.

        Refuses `subsidy_register_already_loaded` when it is the very list in force.
        """

    @abstractmethod
    async def register(self, register_id: UUID) -> SubsidyRegister:
        """Return a list, or refuse with `not_found`."""

    @abstractmethod
    async def registers(self, *, after: UUID | None, limit: int) -> Sequence[SubsidyRegister]:
        """Return the lists one may see in order of loading, after the given one."""
