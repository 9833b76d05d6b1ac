"""What time limits are counted from: the stages of cases, and the marks that paused them; reminders."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.case_clock import PauseCause, Stage
from domain.cases import Case, CaseKind
from domain.step_time import StepsTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A day that was let pass: of a filing, `about` is `start_overdue` or `settlement_overdue`; of a voucher
    settlement, `voucher_correction_overdue`.
    """

    id: UUID
    case: Case
    about: str
    due_on: date
    at: datetime


class CaseClocks(Protocol):
    """The stages of the cases the actor may see."""

    @abstractmethod
    async def waiting(
        self,
        states: Collection[tuple[CaseKind, str]],
        *,
        place_id: UUID | None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Case]:
        """Return cases that wait in these states, in id order after the given id.

        A completed filing whose final settlement is submitted waits for nobody.
        """

    @abstractmethod
    async def find(self, case_id: UUID) -> Case:
        """Return a case of any kind, or refuse with `not_found`."""

    @abstractmethod
    async def stages(self, cases: Collection[Case]) -> Mapping[UUID, Sequence[Stage]]:
        """Return every stage of each case, oldest first, with the marks of its clock."""

    @abstractmethod
    async def mark(
        self, case: Case, *, seq: int, cause: PauseCause, reason: str, day: date, at: datetime
    ) -> None:
        """Store the next mark of the stage a locked case is in: odd ones pause, even ones resume."""

    @abstractmethod
    async def mark_all(
        self,
        cases: Collection[Case],
        *,
        pausing: bool,
        cause: PauseCause,
        reason: str,
        day: date,
        at: datetime,
    ) -> Collection[UUID]:
        """Pause the clocks of locked cases that run, or let run on those that this cause paused.

        Returns the cases that were marked. A clock never runs on before the day it was paused.
        """

    @abstractmethod
    async def remind(self, case: Case, *, about: str, due_on: date) -> None:
        """Store a reminder of a filing or a voucher settlement, once."""

    @abstractmethod
    async def reminders(self, *, after: UUID | None, limit: int) -> Sequence[Reminder]:
        """Return reminders in order of creation, after the given id."""

    @abstractmethod
    async def steps_taken(self, *, since: date, until: date) -> Sequence[StepsTaken]:
        """Return the steps signed in a period (days in China, both included), counted by when they began."""
