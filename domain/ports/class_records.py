"""Class records on file: plans of classes, mentors, sessions, attendance, evidence, receipts."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.class_plan import ClassPlan, Mentor
from domain.class_record import Attendance, Evidence, Receipt, Recorded, Session
from domain.filing import Outcome


class ClassRecords(Protocol):
    """What is recorded under the filings the actor may see. Nothing is edited; the latest version is shown."""

    @abstractmethod
    async def add_plan(self, case: Case, plan: ClassPlan) -> None:
        """Store the plan of a filing's class."""

    @abstractmethod
    async def plan(self, case: Case) -> ClassPlan:
        """Return the plan of a filing's class; an empty one where none was stored."""

    @abstractmethod
    async def add_mentors(self, case: Case, mentors: Sequence[Mentor]) -> None:
        """Store versions of mentors with the people assigned to them."""

    @abstractmethod
    async def mentors(self, case: Case) -> Sequence[Mentor]:
        """Return the latest version of each mentor, withdrawn ones too, by id."""

    @abstractmethod
    async def add_sessions(self, case: Case, sessions: Sequence[Session]) -> None:
        """Store versions of sessions."""

    @abstractmethod
    async def sessions(self, case: Case) -> Sequence[Session]:
        """Return the latest version of each session, withdrawn ones too, in order of time."""

    @abstractmethod
    async def mentor_clashes(self, case: Case) -> Sequence[tuple[Session, Session]]:
        """Return sessions of the class whose mentor is elsewhere at the same time, with the other session.

        A mentor is compared by name and by the deciding place; the copies of a joint class's session
        are one session. At most a hundred pairs.
        """

    @abstractmethod
    async def recorded(self, case: Case, entries: Sequence[Attendance]) -> Recorded:
        """Return what is on file about these entries: people, sessions, and entries with the same keys."""

    @abstractmethod
    async def add_attendance(
        self, case: Case, entries: Sequence[Attendance], versions: Mapping[UUID, int]
    ) -> None:
        """Store entries as sets; `versions` are those of the sessions they were made against."""

    @abstractmethod
    async def attendance(
        self, case: Case, people: Sequence[UUID]
    ) -> Mapping[UUID, Sequence[Attendance]]:
        """Return the entries in force of these people: those that no other supersedes."""

    @abstractmethod
    async def add_evidence(self, case: Case, items: Sequence[Evidence]) -> None:
        """Store versions of evidence items."""

    @abstractmethod
    async def evidence(self, case: Case) -> Sequence[Evidence]:
        """Return the latest version of each evidence item, by id."""

    @abstractmethod
    async def add_receipts(self, case: Case, receipts: Sequence[Receipt]) -> None:
        """Store versions of receipts and use each once, nationwide; refuses `receipt_already_used`."""

    @abstractmethod
    async def receipts(self, case: Case) -> Sequence[Receipt]:
        """Return the latest version of each receipt, by id."""

    @abstractmethod
    async def propose_completion(
        self, case: Case, outcomes: Mapping[UUID, tuple[Outcome, date]]
    ) -> None:
        """Store the provider's proposal for these people, after any earlier one."""

    @abstractmethod
    async def proposals(self, case: Case) -> Mapping[UUID, tuple[Outcome, date]]:
        """Return the provider's latest proposal for each person."""
