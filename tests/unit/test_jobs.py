"""What becomes of jobs that fail, when days are due, and which finished jobs may be replayed."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Family, Refusal
from domain.jobs import (
    ATTEMPTS_MAX,
    JITTER_MAX,
    WAIT_MAX_S,
    WAIT_MIN_S,
    JobRecord,
    JobState,
    Schedule,
    check_replayable,
    is_retried,
    wait_after,
)
from domain.refusals import REGISTRY
from jobs.run import JobRun
from jobs.schedule import SCHEDULES
from jobs.worker import Pace, Worker, WorkerPorts


def a_job(state: JobState, period: date | None = None) -> JobRecord:
    return JobRecord(
        id=uuid4(),
        kind="count",
        ref=uuid4(),
        place_id=None,
        period=period,
        state=state,
        attempts=1,
        last_error=None,
        finished_at=None,
    )


def test_waits_double_from_five_seconds_and_end_below_an_hour() -> None:
    waits = [
        wait_after(attempt, jitter=0).total_seconds() for attempt in range(1, ATTEMPTS_MAX + 1)
    ]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 2880, 2880]


@given(
    attempt=st.integers(min_value=1, max_value=10**6),
    jitter=st.integers(min_value=0, max_value=JITTER_MAX - 1),
)
def test_every_wait_lies_between_five_seconds_and_an_hour(attempt: int, jitter: int) -> None:
    wait = wait_after(attempt, jitter=jitter)
    assert timedelta(seconds=WAIT_MIN_S) <= wait <= timedelta(seconds=WAIT_MAX_S)


def test_jobs_that_failed_together_come_back_apart() -> None:
    assert wait_after(8, jitter=0) < wait_after(8, jitter=500) < wait_after(8, jitter=999)


def test_who_says_when_to_come_back_is_heard_even_beyond_an_hour() -> None:
    assert wait_after(1, jitter=999, at_least_s=7200) == timedelta(hours=2)


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_only_refusals_that_time_may_cure_are_retried(code: str) -> None:
    curable = {Family.UNAVAILABLE, Family.TOO_MANY, Family.PRECONDITION_FAILED}
    assert is_retried(Refusal(code)) == (REGISTRY[code].family in curable)


def test_a_refusal_nobody_registered_is_retried_because_unknown_means_retry() -> None:
    assert is_retried(Refusal("never_registered"))


@pytest.mark.parametrize("state", [JobState.REFUSED, JobState.DEAD])
def test_a_stuck_job_may_be_replayed(state: JobState) -> None:
    check_replayable(a_job(state))


def test_a_schedules_done_day_may_be_replayed() -> None:
    check_replayable(a_job(JobState.DONE, date(2026, 3, 1)))


@pytest.mark.parametrize("state", [JobState.READY, JobState.LEASED, JobState.DONE])
def test_a_job_under_way_or_done_is_not_replayed(state: JobState) -> None:
    with pytest.raises(Refusal) as refused:
        check_replayable(a_job(state))
    assert refused.value.code == "job_not_replayable"
    assert refused.value.values == {"state": state.value}


def test_a_day_is_due_from_its_hour_in_china() -> None:
    nightly = Schedule(name="nightly", kind="count", hour=2)
    before = datetime(2026, 3, 1, 17, 59, 59, tzinfo=UTC)
    assert nightly.due_through(before) == date(2026, 3, 1)
    assert nightly.due_through(before + timedelta(seconds=1)) == date(2026, 3, 2)


def test_when_a_day_is_due_does_not_depend_on_how_the_instant_is_written() -> None:
    instant = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=-5)))
    midnight = Schedule(name="midnight", kind="count")
    assert midnight.due_through(elsewhere) == midnight.due_through(instant) == date(2026, 3, 2)


def test_the_schedule_is_sorted_and_names_nothing_twice() -> None:
    names = [schedule.name for schedule in SCHEDULES]
    assert names == sorted(set(names))


class NoPorts(WorkerPorts):
    """Ports of a worker that never runs."""


def test_a_worker_is_not_built_with_a_schedule_it_cannot_serve() -> None:
    async def handle(run: JobRun) -> None:
        raise NotImplementedError

    schedule = Schedule(name="nightly", kind="count")
    with pytest.raises(ValueError, match="without a handler: count"):
        Worker(NoPorts(), {"other": handle}, schedules=(schedule,))  # type: ignore[abstract]


def test_a_lease_outlives_the_poll_and_the_sweep() -> None:
    pace = Pace()
    assert pace.poll_s < pace.sweep_s < pace.lease_s
