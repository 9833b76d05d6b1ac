"""Cases on file: their common row, the duties held in them, and their signed steps."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.cases import Case, CaseKind, Duty, Move, Step


class Cases(Protocol):
    """The cases the actor may see. What may not be seen is not there."""

    @abstractmethod
    async def open(self, case: Case, *, move: Move, at: datetime, reason: str = "") -> None:
        """Store a new case with its first step, signed by the actor. `case.state` is the state after it."""

    @abstractmethod
    async def get(self, kind: CaseKind, case_id: UUID) -> Case:
        """Return the case, or refuse with `not_found`."""

    @abstractmethod
    async def any(self, case_id: UUID) -> Case:
        """Return the case of whatever kind, or refuse with `not_found`."""

    @abstractmethod
    async def lock(self, kind: CaseKind, case_id: UUID, *, version: int | None = None) -> Case:
        """Return the case, locked until the transaction ends; refuses `not_found`, `stale_version`."""

    @abstractmethod
    async def lock_many(self, kind: CaseKind, case_ids: Sequence[UUID]) -> Sequence[Case]:
        """Lock several cases in id order and return them in the order given; refuses `not_found`."""

    @abstractmethod
    async def hold_all(self, kind: CaseKind, case_ids: Collection[UUID]) -> None:
        """Lock as many cases as a batch pays, in id order, and read none; refuses `not_found`."""

    @abstractmethod
    async def sign(
        self, case: Case, *, move: Move, at: datetime, reason: str = "", clause: str = ""
    ) -> Case:
        """Write the actor's step of a locked case and return the case after it.

        Refuses `duty_conflict` when the actor holds another duty in the case.
        """

    @abstractmethod
    async def sign_all(
        self, cases: Sequence[Case], *, move: Move, at: datetime, reason: str = ""
    ) -> Sequence[Case]:
        """Sign the same move of several locked cases, all of one place and in one state, as one set.

        Refuses as `sign` does, for all of them.
        """

    @abstractmethod
    async def touch(self, case: Case) -> Case:
        """Raise a locked case's version: something its page shows has changed."""

    @abstractmethod
    async def steps(self, case: Case) -> Sequence[Step]:
        """Return the signed steps, oldest first."""

    @abstractmethod
    async def held(self, case_ids: Collection[UUID], among: Collection[Duty]) -> Duty | None:
        """Return which of these duties the actor holds in one of these cases, if any."""

    @abstractmethod
    async def page(
        self, kind: CaseKind, *, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Case]:
        """Return up to `limit` cases in id order (which is order of creation) after the given id."""
