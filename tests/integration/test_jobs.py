"""Jobs on real PostgreSQL: once and only once, whatever fails, and nothing buried unseen."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from domain.jobs import JobLost
from domain.party import SYSTEM_PERSON, Actor
from jobs.run import NOWHERE, JobRun
from jobs.worker import Pace, Tick, Worker
from service.application.jobs import replay_job
from tests.integration.job_rig import (
    OPERATOR,
    QuietBell,
    Rig,
    a_worker,
    count_to_five,
    fail,
    finish,
    refusing,
)

LEASE = timedelta(seconds=30)
NEW_PLACE = (
    "insert into places (id, region_path, bureau_org_id, finance_org_id) values (:p, :r, :b, :b)"
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


# --- once -----------------------------------------------------------------------------------------


async def test_a_job_is_run_once_and_says_what_it_was(rig: Rig) -> None:
    job_id = await rig.add()
    seen: list[UUID] = []

    async def handle(run: JobRun) -> None:
        seen.append(run.job.id)
        assert (run.job.kind, run.job.attempt, run.job.cursor) == (rig.kind, 1, None)
        await finish(run)

    worker = a_worker(rig, handle)
    assert await worker.run_once()
    assert not await worker.run_once()
    assert seen == [job_id]
    row = await rig.row(job_id)
    assert (row.state, row.attempts, row.lease_until) == ("done", 1, None)
    assert row.finished_at is not None


async def test_a_job_of_a_decision_that_did_not_commit_never_was(rig: Rig) -> None:
    async with rig.begin_work(NOWHERE) as work:
        await work.jobs.add(rig.kind, uuid4(), None)
        assert len(work.jobs.added) == 1
        assert not await a_worker(rig, finish).run_once()
    assert await rig.states() == {}


async def test_forty_jobs_and_four_workers_make_forty_runs(rig: Rig) -> None:
    jobs = {await rig.add() for _ in range(40)}
    seen: list[UUID] = []

    async def handle(run: JobRun) -> None:
        seen.append(run.job.id)
        await finish(run)

    workers = [a_worker(rig, handle) for _ in range(4)]
    counts = await asyncio.gather(*(worker.run_until_idle() for worker in workers))
    assert sum(counts) == 40
    assert sorted(seen) == sorted(jobs)


async def test_jobs_run_in_the_order_in_which_they_became_due(rig: Rig) -> None:
    first, second = await rig.add(), await rig.add()
    await rig.make_due(first)
    seen: list[UUID] = []

    async def handle(run: JobRun) -> None:
        seen.append(run.job.id)
        await finish(run)

    assert await a_worker(rig, handle).run_until_idle() == 2
    assert seen == [second, first]


async def test_a_job_for_later_waits(rig: Rig) -> None:
    async with rig.begin() as jobs:
        hour_ago = (await rig.row(await rig.add())).created_at - timedelta(hours=1)
        later = await jobs.add(rig.kind, uuid4(), None, hour_ago + timedelta(hours=3))
        earlier = await jobs.add(rig.kind, uuid4(), None, hour_ago)
    assert await a_worker(rig, finish).run_until_idle() == 2
    assert (await rig.row(later)).state == "ready"
    assert (await rig.row(earlier)).state == "done"


async def test_one_purpose_is_one_job_even_for_two_at_once(rig: Rig) -> None:
    ref = uuid4()

    async def add() -> tuple[UUID, int]:
        async with rig.begin() as jobs:
            job_id = await jobs.add(rig.kind, ref, None, purpose="listing:1")
            return job_id, len(jobs.added)

    answers = await asyncio.gather(*(add() for _ in range(8)))
    assert len({job_id for job_id, _ in answers}) == 1
    assert sum(added for _, added in answers) == 1
    async with rig.begin() as jobs:
        assert await jobs.add(rig.kind, ref, None, purpose="listing:2") != answers[0][0]
        assert await jobs.add(rig.kind, ref, None) != await jobs.add(rig.kind, ref, None)


async def test_a_kind_the_worker_does_not_know_is_left_to_one_that_does(rig: Rig) -> None:
    job_id = await rig.add(kind=f"{rig.kind}_new")
    assert not await a_worker(rig, finish).run_once()
    assert (await rig.row(job_id)).state == "ready"


async def test_a_job_works_as_the_system_in_its_place_and_one_without_place_nowhere(
    rig: Rig, database: Any
) -> None:
    bureau, place_id, region = uuid4(), uuid4(), f"/{uuid4().hex}/"
    owner = create_async_engine(database.owner_url)
    async with owner.begin() as connection:
        for statement, values in (
            ("select set_config('xuetu.person_id', :p, true)", {"p": str(SYSTEM_PERSON)}),
            ("insert into regions (path, name) values (:r, 'somewhere')", {"r": region}),
            (
                "insert into organisations (id, kind, name) values (:b, 'bureau', 'b')",
                {"b": bureau},
            ),
            (
                "insert into places values (:p, :r, :b, :b)",
                {"p": place_id, "r": region, "b": bureau},
            ),
        ):
            await connection.execute(text(statement), values)
    await owner.dispose()
    acting: list[Actor] = []

    async def handle(run: JobRun) -> None:
        async with run.begin() as work:
            acting.append(work.actor)
            await run.finish(work)

    job_id = await rig.add(place_id=place_id)
    await rig.add()
    assert await a_worker(rig, handle).run_until_idle() == 2
    there, nowhere = acting
    assert (there.person_id, there.org_id, there.region_path) == (SYSTEM_PERSON, bureau, region)
    assert (nowhere.person_id, nowhere.region_path) == (SYSTEM_PERSON, None)

    stuck = await rig.add(place_id=place_id)
    await a_worker(rig, refusing("wrong_state")).run_until_idle()
    await replay_job(stuck, OPERATOR, begin_work=rig.begin_work, doorbell=rig.doorbell)
    ground = rig.audit.acts[-1].ground
    assert ground is not None
    assert (ground.place_id, ground.org_id, ground.region_path) == (place_id, bureau, region)
    assert (await rig.row(job_id)).state == "done"


# --- fencing --------------------------------------------------------------------------------------


async def test_who_lost_the_lease_keeps_nothing_of_what_it_did(rig: Rig) -> None:
    job_id = await rig.add()
    effect = f"{rig.kind}_effect"
    slow = await rig.leases.claim([rig.kind], LEASE)
    assert slow is not None
    await rig.expire(job_id)
    assert job_id in {offer.id for offer in await rig.leases.sweep(500)}
    quick = await rig.leases.claim([rig.kind], LEASE)
    assert quick is not None
    assert quick.token == slow.token + 1
    async with rig.begin_work(NOWHERE) as work:
        await work.jobs.add(effect, job_id, None)
        with pytest.raises(JobLost):
            await work.jobs.finish(slow)
    async with rig.begin_work(NOWHERE) as work:
        await work.jobs.add(effect, job_id, None)
        with pytest.raises(JobLost):
            await work.jobs.advance(slow, "9", LEASE)
    assert not await rig.leases.retry(slow, "LookupError", timedelta())
    await rig.leases.refuse(slow, "wrong_state")
    await rig.leases.release(slow)
    row = await rig.row(job_id)
    assert (row.state, row.token, row.cursor) == ("leased", quick.token, None)
    assert await rig.leases.claim([effect], LEASE) is None


async def test_a_worker_that_was_too_slow_is_refused_and_the_other_ones_work_stands(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await rig.add()
    effect = Rig(rig.engine, kind=f"{rig.kind}_effect")

    async def mark(run: JobRun) -> None:
        async with run.begin() as work:
            await work.jobs.add(effect.kind, job_id, None)
            await run.finish(work)

    other = a_worker(rig, mark)

    async def slow(run: JobRun) -> None:
        await rig.expire(job_id)
        await other.sweep()
        assert await other.run_once()
        await mark(run)

    assert await a_worker(rig, slow).run_once()
    row = await rig.row(job_id)
    assert (row.state, row.attempts) == ("done", 2)
    assert await effect.states() == {"ready": 1}
    assert "was lost" in caplog.text


async def test_a_handler_that_outlives_its_lease_is_cut_off_and_tried_again(rig: Rig) -> None:
    job_id = await rig.add()

    async def hang(_run: JobRun) -> None:
        await asyncio.Event().wait()

    assert await a_worker(rig, hang, pace=Pace(lease_s=0.05)).run_once()
    row = await rig.row(job_id)
    assert (row.state, row.attempts, row.last_error) == ("ready", 1, "TimeoutError")


async def test_a_lease_that_ran_out_is_offered_again_and_rung(rig: Rig, bell: QuietBell) -> None:
    job_id = await rig.add()
    assert await rig.leases.claim([rig.kind], LEASE) is not None
    worker = a_worker(rig, finish)
    await worker.sweep()
    assert not await worker.run_once()
    await rig.expire(job_id)
    await worker.sweep()
    assert (job_id, 1) in bell.rung
    assert await worker.run_once()
    assert (await rig.row(job_id)).state == "done"


# --- failing --------------------------------------------------------------------------------------


async def test_a_poison_job_dies_after_its_last_attempt_and_the_others_are_unaffected(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    poison = await rig.add()
    others = [await rig.add() for _ in range(20)]

    async def handle(run: JobRun) -> None:
        await (fail if run.job.id == poison else finish)(run)

    worker = a_worker(rig, handle)
    assert await worker.run_until_idle() == 21
    for attempt in range(1, 12):
        row = await rig.row(poison)
        assert (row.state, row.attempts, row.due) == ("ready", attempt, False)
        await rig.make_due(poison)
        assert await worker.run_once()
    row = await rig.row(poison)
    assert (row.state, row.attempts, row.last_error) == ("dead", 12, "LookupError")
    assert [(await rig.row(job_id)).state for job_id in others] == ["done"] * 20
    assert not await worker.run_once()
    last = caplog.records[-1]
    assert last.levelno == logging.ERROR
    assert "dead" in last.getMessage()


async def test_a_job_that_kills_its_worker_on_the_last_attempt_is_swept_to_the_dead(
    rig: Rig, bell: QuietBell, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await rig.add()
    await rig.spend_attempts(job_id, 11)
    assert await rig.leases.claim([rig.kind], LEASE) is not None
    await rig.expire(job_id)
    await a_worker(rig, finish).sweep()
    row = await rig.row(job_id)
    assert (row.state, row.attempts, row.last_error) == ("dead", 12, "LeaseExpired")
    assert job_id not in {rung for rung, _ in bell.rung}
    assert str(job_id) in caplog.text


async def test_what_a_rule_refuses_is_not_tried_again(rig: Rig) -> None:
    job_id = await rig.add()
    assert await a_worker(rig, refusing("wrong_state")).run_until_idle() == 1
    row = await rig.row(job_id)
    assert (row.state, row.attempts, row.last_error) == ("refused", 1, "wrong_state")


async def test_a_refusal_that_time_cures_is_tried_again_not_before_it_asks(rig: Rig) -> None:
    job_id = await rig.add()
    worker = a_worker(rig, refusing("stale_version", retry_after_s=86_400))
    assert await worker.run_until_idle() == 1
    row = await rig.row(job_id)
    assert (row.state, row.last_error) == ("ready", "stale_version")
    assert row.run_at - row.created_at >= timedelta(days=1)


async def test_a_handler_that_forgets_to_finish_is_found_out(rig: Rig) -> None:
    job_id = await rig.add()

    async def forget(run: JobRun) -> None:
        async with run.begin() as work:
            await work.jobs.add(f"{rig.kind}_effect", job_id, None)

    assert await a_worker(rig, forget).run_once()
    row = await rig.row(job_id)
    assert (row.state, row.last_error) == ("ready", "UnfinishedJob")
    assert await rig.leases.claim([f"{rig.kind}_effect"], LEASE) is None


async def test_no_personal_data_of_a_failure_reaches_the_row_or_the_log(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await rig.add()
    with caplog.at_level(logging.DEBUG):
        assert await a_worker(rig, fail).run_once()
    row = await rig.row(job_id)
    for text_kept in (caplog.text, repr(tuple(row))):
        assert "LookupError" in text_kept
        assert "110101199003074258" not in text_kept
        assert "张三" not in text_kept


# --- large jobs -----------------------------------------------------------------------------------


async def test_a_large_job_goes_on_where_it_failed_and_repeats_no_chunk(rig: Rig) -> None:
    job_id = await rig.add()

    async def break_down(run: JobRun) -> None:
        await count_to_five(run, stop_at=2)

    assert await a_worker(rig, break_down).run_once()
    assert ((await rig.row(job_id)).state, (await rig.row(job_id)).cursor) == ("ready", "2")
    await rig.make_due(job_id)
    assert await a_worker(rig, count_to_five).run_once()
    assert ((await rig.row(job_id)).state, (await rig.row(job_id)).cursor) == ("done", "4")
    chunk = Worker(rig, {f"{rig.kind}_chunk": finish})
    assert await chunk.run_until_idle() == 5


async def test_each_chunk_extends_the_lease(rig: Rig) -> None:
    job_id = await rig.add()
    job = await rig.leases.claim([rig.kind], LEASE)
    assert job is not None
    before = (await rig.row(job_id)).lease_until
    async with rig.begin() as jobs:
        await jobs.advance(job, "1", LEASE)
    assert (await rig.row(job_id)).lease_until > before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_worker_after_its_chunk_and_releases_the_job(
    rig: Rig, number: signal.Signals
) -> None:
    job_id = await rig.add()

    async def count(run: JobRun) -> None:
        if run.job.cursor is None:
            os.kill(os.getpid(), number)
            await worker.stopping.wait()
        await count_to_five(run)

    worker = a_worker(rig, count)
    async with asyncio.timeout(60):
        await worker.run_until_signalled()
    row = await rig.row(job_id)
    assert (row.state, row.cursor, row.attempts, row.due) == ("ready", "1", 0, True)
    assert await a_worker(rig, count_to_five).run_once()
    assert (await rig.row(job_id)).state == "done"


async def test_a_cancelled_worker_releases_its_job_and_keeps_nothing(rig: Rig) -> None:
    job_id = await rig.add()
    begun = asyncio.Event()

    async def hang(run: JobRun) -> None:
        async with run.begin() as work:
            await work.jobs.add(f"{rig.kind}_effect", job_id, None)
            begun.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(a_worker(rig, hang).run())
    async with asyncio.timeout(60):
        await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    row = await rig.row(job_id)
    assert (row.state, row.attempts) == ("ready", 0)
    assert await rig.leases.claim([f"{rig.kind}_effect"], LEASE) is None


# --- running --------------------------------------------------------------------------------------


async def test_with_a_silent_bell_a_worker_finds_jobs_by_polling(rig: Rig) -> None:
    done = asyncio.Event()

    async def handle(run: JobRun) -> None:
        await finish(run)
        done.set()

    worker = a_worker(rig, handle, slots=2)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await rig.add()
        await done.wait()
        worker.stop()
    assert await rig.states() == {"done": 1}


async def test_a_worker_outlives_failing_housekeeping_and_a_database_out_of_reach(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    ticked, done = asyncio.Event(), asyncio.Event()
    claim = rig.leases.claim
    failures = iter([ConnectionError, OSError])

    class Unreachable(type(rig.leases)):  # type: ignore[misc]
        async def claim(self, *args: Any) -> Any:
            for failure in failures:
                raise failure
            return await claim(*args)

    async def handle(run: JobRun) -> None:
        await finish(run)
        done.set()

    async def tick() -> None:
        if "housekeeping failed" in caplog.text:
            ticked.set()
        raise LookupError

    rig.leases = Unreachable(rig.engine)
    worker = a_worker(rig, handle, ticks=(Tick(name="housekeeping", every_s=0.01, act=tick),))
    job_id = await rig.add()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await ticked.wait()
        await done.wait()
        worker.stop()
    assert (await rig.row(job_id)).state == "done"
    assert "ConnectionError" in caplog.text
    assert "OSError" in caplog.text
