"""Corrections on file: notices, what the filer changed in answer, and people freed with their filing."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.correction import CorrectionNotice
from domain.filing import Plan


class Corrections(Protocol):
    """What happens to a filing that does not go straight through."""

    @abstractmethod
    async def add_notice(self, case: Case, notice: CorrectionNotice) -> None:
        """Store the notice of the step that returned the filing."""

    @abstractmethod
    async def notices(self, case: Case) -> Sequence[CorrectionNotice]:
        """Return a filing's notices, the first first."""

    @abstractmethod
    async def revise_plan(self, case: Case, plan: Plan, *, payee_account_id: UUID) -> None:
        """Replace the plan; the one before stays on file as superseded."""

    @abstractmethod
    async def begin_roster(self, case: Case, version: int, *, people: int) -> None:
        """Make `version` the roster in force: everyone on the one before is freed and leaves it."""

    @abstractmethod
    async def add_remark(self, case: Case, remark: str) -> None:
        """Store what the step just signed adds to its reason: the reviewer's advice, the ground of an end."""

    @abstractmethod
    async def free_people(self, cases: Sequence[Case]) -> None:
        """Free everyone who is enrolled and never trained: they may be enrolled elsewhere."""

    @abstractmethod
    async def end_training(self, case: Case, *, last_day: date) -> None:
        """End the training of everyone in it, as a terminated filing's people, on that day."""
