"""Jobs: what must happen later, written with the decision that causes it (DESIGN 5)."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.jobs import Job, JobRecord, Offer, Schedule


class Jobs(Protocol):
    """The job rows of one transaction."""

    @property
    @abstractmethod
    def added(self) -> Sequence[UUID]:
        """Ids of the jobs this transaction has added, for the doorbell after commit."""

    @abstractmethod
    async def add(
        self,
        kind: str,
        ref: UUID,
        place_id: UUID | None,
        run_at: datetime | None = None,
        *,
        purpose: str | None = None,
    ) -> UUID:
        """Write one job; it runs at once unless `run_at` (the database's time) says later.

        With a `purpose` there is one job of this kind, ref and purpose for ever: adding it again
        returns the first one's id. Without, every call is a job of its own. Neither may hold
        personal data.
        """

    @abstractmethod
    async def add_many(self, kind: str, refs: Collection[UUID], place_id: UUID | None) -> None:
        """Write one job for each ref, as one set; each runs at once."""

    @abstractmethod
    async def finish(self, job: Job) -> None:
        """Acknowledge a leased job in the transaction of its effect; raise JobLost if its token is
        stale.
        """

    @abstractmethod
    async def advance(self, job: Job, cursor: str, lease: timedelta) -> None:
        """Note how far a leased job has come and extend its lease; raise JobLost if its token is
        stale.
        """

    @abstractmethod
    async def stuck(self, limit: int) -> Sequence[JobRecord]:
        """Return refused and dead jobs, the oldest first."""

    @abstractmethod
    async def get(self, job_id: UUID) -> JobRecord:
        """Return a job, locked until the transaction ends; refuse `not_found`."""

    @abstractmethod
    async def replay(self, job: JobRecord) -> None:
        """Offer a finished job again with fresh attempts: a done one from the start, another where
        it stopped.
        """


class Leases(Protocol):
    """Who has which job. Every call is one short transaction; all times are the database's."""

    @abstractmethod
    async def claim(self, kinds: Collection[str], lease: timedelta) -> Job | None:
        """Lease the job of these kinds that has been due longest, or None. Two claims never get one
        job.
        """

    @abstractmethod
    async def retry(self, job: Job, error: str, wait: timedelta) -> bool:
        """Put a failed job back for later, or bury it after its last attempt; return whether it is
        dead.

        A stale token changes nothing and returns False.
        """

    @abstractmethod
    async def refuse(self, job: Job, code: str) -> None:
        """End a job that a rule refused. A stale token changes nothing."""

    @abstractmethod
    async def release(self, job: Job) -> None:
        """Let a job go unfinished, its attempt not counted. A stale token changes nothing."""

    @abstractmethod
    async def sweep(self, limit: int) -> Sequence[Offer]:
        """Offer jobs whose lease ran out again; bury those that died on their last attempt."""


class Schedules(Protocol):
    """The days that schedules have opened: one row for each name and date, so one job."""

    @abstractmethod
    async def open_due(self, schedule: Schedule, through: date, limit: int) -> Sequence[UUID]:
        """Add the jobs of all dates up to `through` that are missing, oldest first; return their
        ids.

        A schedule that need not do each day, or is seen for the first time, opens `through` alone.
        Two callers at once open each date once.
        """

    @abstractmethod
    async def job_of(self, name: str, period: date) -> UUID | None:
        """Return the job that serves a date, so that an operator can replay it; None if never
        opened.
        """


class Doorbell(Protocol):
    """Wakes workers. Nothing depends on it: with nobody listening, workers poll."""

    @abstractmethod
    async def ring(self, job_id: UUID, attempt: int) -> None:
        """Announce one job. Never raises, never waits."""

    @abstractmethod
    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for whatever is rung, until cancelled; survives the bell going away and
        coming back.
        """
