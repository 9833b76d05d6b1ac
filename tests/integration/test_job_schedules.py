"""Schedules, operators, and the table of jobs itself, on real PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from domain.errors import Refusal
from domain.jobs import Schedule
from jobs.run import JobRun
from service.application.jobs import job_of_period, open_due_periods, replay_job, stuck_jobs
from tests.integration.job_rig import (
    OPERATOR,
    QuietBell,
    Rig,
    a_worker,
    count_to_five,
    fail,
    finish,
)


@pytest.fixture
async def rig(database: Any) -> AsyncGenerator[Rig, None]:
    engine = create_async_engine(database.app_url, hide_parameters=True)
    yield Rig(engine)
    await engine.dispose()


@pytest.fixture
def bell(rig: Rig) -> QuietBell:
    assert isinstance(rig.doorbell, QuietBell)
    return rig.doorbell


# --- schedules ------------------------------------------------------------------------------------


async def test_eight_schedulers_at_once_open_a_day_once(rig: Rig) -> None:
    schedule = Schedule(name=rig.kind, kind=rig.kind)
    day = date(2026, 3, 1)
    opened = await asyncio.gather(*(rig.schedules.open_due(schedule, day, 100) for _ in range(8)))
    assert sorted(len(ids) for ids in opened) == [0] * 7 + [1]
    assert await rig.states() == {"ready": 1}


async def test_missed_days_are_caught_up_oldest_first_and_no_further_than_the_limit(
    rig: Rig,
) -> None:
    schedule = Schedule(name=rig.kind, kind=rig.kind)
    await rig.schedules.open_due(schedule, date(2026, 2, 26), 100)
    assert len(await rig.schedules.open_due(schedule, date(2026, 3, 2), 3)) == 3
    assert len(await rig.schedules.open_due(schedule, date(2026, 3, 2), 3)) == 1
    assert len(await rig.schedules.open_due(schedule, date(2026, 3, 2), 3)) == 0
    assert len(await rig.schedules.open_due(schedule, date(2026, 2, 1), 3)) == 0
    seen: list[date | None] = []

    async def handle(run: JobRun) -> None:
        seen.append(run.job.period)
        await finish(run)

    assert await a_worker(rig, handle).run_until_idle() == 5
    days = [date(2026, 2, 26), date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert sorted(day for day in seen if day) == [*days, date(2026, 3, 2)]


async def test_where_the_latest_day_does_it_all_missed_days_cost_one_job(rig: Rig) -> None:
    schedule = Schedule(name=rig.kind, kind=rig.kind, each_day=False)
    assert len(await rig.schedules.open_due(schedule, date(2025, 1, 1), 100)) == 1
    opened = await asyncio.gather(
        *(rig.schedules.open_due(schedule, date(2026, 3, 1), 100) for _ in range(4))
    )
    assert sorted(len(ids) for ids in opened) == [0, 0, 0, 1]
    for late in (date(2026, 3, 1), date(2026, 2, 1)):
        assert await rig.schedules.open_due(schedule, late, 100) == []
    with pytest.raises(Refusal) as refused:
        await job_of_period(rig.kind, date(2026, 2, 28), schedules=rig.schedules)
    assert refused.value.code == "not_found"
    latest = await job_of_period(rig.kind, date(2026, 3, 1), schedules=rig.schedules)
    assert (await rig.row(latest)).period == date(2026, 3, 1)
    assert await rig.states() == {"ready": 2}


async def test_a_worker_opens_the_days_its_schedules_owe(rig: Rig, bell: QuietBell) -> None:
    worker = a_worker(rig, finish, schedules=(Schedule(name=rig.kind, kind=rig.kind),))
    await worker.open_periods()
    await worker.open_periods()
    job_id = await job_of_period(rig.kind, date(2026, 3, 1), schedules=rig.schedules)
    assert bell.rung == [(job_id, 0)]
    assert await worker.run_until_idle() == 1
    await a_worker(rig, finish).open_periods()
    assert await rig.states() == {"done": 1}


async def test_yesterday_can_be_replayed_from_its_start(rig: Rig) -> None:
    table = (Schedule(name=rig.kind, kind=rig.kind),)
    await open_due_periods(table, schedules=rig.schedules, now=rig.now, doorbell=rig.doorbell)
    worker = a_worker(rig, count_to_five)
    assert await worker.run_until_idle() == 1
    job_id = await job_of_period(rig.kind, date(2026, 3, 1), schedules=rig.schedules)
    await replay_job(job_id, OPERATOR, begin_work=rig.begin_work, doorbell=rig.doorbell)
    row = await rig.row(job_id)
    assert (row.state, row.cursor, row.attempts) == ("ready", None, 0)
    assert await worker.run_until_idle() == 1


async def test_a_day_never_opened_is_not_found(rig: Rig) -> None:
    with pytest.raises(Refusal) as refused:
        await job_of_period(rig.kind, date(2026, 3, 1), schedules=rig.schedules)
    assert refused.value.code == "not_found"


# --- operators ------------------------------------------------------------------------------------


async def test_an_operator_sees_the_dead_and_replays_them_on_the_record(
    rig: Rig, bell: QuietBell
) -> None:
    job_id = await rig.add()
    await rig.spend_attempts(job_id, 11)
    assert await a_worker(rig, fail).run_once()
    stuck = {job.id: job for job in await stuck_jobs(OPERATOR, begin_work=rig.begin_work)}
    assert (stuck[job_id].state, stuck[job_id].last_error) == ("dead", "LookupError")
    await replay_job(job_id, OPERATOR, begin_work=rig.begin_work, doorbell=rig.doorbell)
    act = rig.audit.acts[-1]
    assert (act.action, act.object_kind, act.object_id) == ("job.replayed", "job", str(job_id))
    assert act.facts["last_error"] == "LookupError"
    assert (job_id, 0) in bell.rung
    assert await a_worker(rig, finish).run_once()
    row = await rig.row(job_id)
    assert (row.state, row.attempts, row.token) == ("done", 1, 2)


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_not_stuck_is_not_replayed(rig: Rig, known: bool) -> None:
    job_id = await rig.add() if known else uuid4()
    with pytest.raises(Refusal) as refused:
        await replay_job(job_id, OPERATOR, begin_work=rig.begin_work, doorbell=rig.doorbell)
    assert refused.value.code == ("job_not_replayable" if known else "not_found")
    assert rig.audit.acts == []


# --- the table itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "refused_by"),
    [
        ("last_error = 'duplicate key (holder_id)=(110101199003074258)'", "jobs_last_error_check"),
        ("last_error = '张三'", "jobs_last_error_check"),
        ("cursor = '张三'", "jobs_cursor_check"),
        ("state = 'forgotten'", "jobs_state_check"),
        ("state = 'leased'", "leased_until"),
        ("state = 'done'", "finished_when"),
        ("state = 'dead', finished_at = now()", "stuck_why"),
        ("attempts = 12", "attempts_left"),
        ("kind = 'other'", "permission denied"),
        ("ref = gen_random_uuid()", "permission denied"),
    ],
)
async def test_the_application_cannot_write_a_job_that_makes_no_sense(
    rig: Rig, change: str, refused_by: str
) -> None:
    job_id = await rig.add()
    with pytest.raises(DBAPIError, match=refused_by):
        async with rig.engine.begin() as connection:
            await connection.execute(
                text(f"update jobs set {change} where id = :id"), {"id": job_id}
            )


@pytest.mark.parametrize("table", ["jobs", "schedule_periods"])
async def test_the_application_cannot_delete_jobs_or_opened_days(rig: Rig, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with rig.engine.begin() as connection:
            await connection.execute(text(f"delete from {table}"))
