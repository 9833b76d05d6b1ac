"""Jobs: what must happen later, and what becomes of it when it fails (DESIGN 5).

A job holds ids only, never personal data: it says what to do with which thing, and the handler
reads the rest under the scope of the thing's place. States:

`ready` (waits for its hour) -> `leased` (a worker has it) -> `done` | `refused` (a rule said no,
and will again) | `dead` (failed too often). `leased` goes back to `ready` when it failed, was let
go, or its lease ran out. An operator's replay makes `ready` of `refused` and `dead`, and of a done
job that serves a day of a schedule.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Family, Refusal
from domain.refusals import REGISTRY

ATTEMPTS_MAX: Final = 12
"""Tries before a job is dead: with the waits below, a little over two hours."""

WAIT_MIN_S: Final = 5
WAIT_MAX_S: Final = 3_600
JITTER_MAX: Final = 1_000

RETRIED_FAMILIES: Final = frozenset(
    {Family.UNAVAILABLE, Family.TOO_MANY, Family.PRECONDITION_FAILED}
)
"""Refusals that time cures: not available, too many, overtaken by another writer. Every other is
final.
"""


class JobState(StrEnum):
    """Where a job stands."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    REFUSED = "refused"
    DEAD = "dead"


STUCK: Final = frozenset({JobState.REFUSED, JobState.DEAD})
"""What waits for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as the worker that leased it sees it.

    `attempt` counts from 1; `token` rises with every lease and fences whoever lost it; `cursor` is
    how far a large job has come; `period` is the day a schedule's job serves.
    """

    id: UUID
    kind: str
    ref: UUID
    place_id: UUID | None
    attempt: int
    attempts_max: int
    token: int
    cursor: str | None
    period: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as an operator sees it. `last_error` is a refusal's code or an exception's class."""

    id: UUID
    kind: str
    ref: UUID
    place_id: UUID | None
    period: date | None
    state: JobState
    attempts: int
    last_error: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A job that a sweep found unfinished: offered again, or buried when `dead`."""

    id: UUID
    kind: str
    attempt: int
    dead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job of every day from `hour` o'clock in China, once for each date.

    Missed dates are caught up: all of them where `each_day`, else the latest alone, because it does
    whatever an earlier one would have done.
    """

    name: str
    kind: str
    hour: int = 0
    each_day: bool = True

    def due_through(self, now: datetime) -> date:
        """Return the last date that is due at `now` (aware)."""
        utc = now.replace(tzinfo=None) - (now.utcoffset() or timedelta())
        return (utc + timedelta(hours=8 - self.hour)).date()


class JobLost(Exception):
    """The lease ran out; the job is another worker's or nobody's. What was done is rolled back."""


def check_replayable(job: JobRecord) -> None:
    """Refuse (`job_not_replayable`) what is under way, and what is done and serves no schedule's
    day.
    """
    if job.state in STUCK or (job.state is JobState.DONE and job.period is not None):
        return
    raise Refusal("job_not_replayable", state=job.state)


def is_retried(refusal: Refusal) -> bool:
    """Tell whether time may cure the refusal, so that its job is tried again."""
    kind = REGISTRY.get(refusal.code)
    return kind is None or kind.family in RETRIED_FAMILIES


def wait_after(attempt: int, *, jitter: int, at_least_s: int = 0) -> timedelta:
    """Return how long a job waits after its failed attempt: 5 s doubling to 1 h, spread by up to a
    quarter.

    `jitter` is a random number from 0 to 999: jobs that failed together do not come back together.
    """
    base_ms = min(WAIT_MIN_S << min(attempt - 1, 20), WAIT_MAX_S * 4 // 5) * 1_000
    wait_ms = base_ms + base_ms * jitter // (4 * JITTER_MAX)
    return timedelta(milliseconds=max(wait_ms, at_least_s * 1_000))
