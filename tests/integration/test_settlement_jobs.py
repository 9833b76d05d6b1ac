"""The jobs of settlements in a worker: chunks kept one by one, kills survived, nothing doubled."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.certificate import FindingResult
from domain.filing import Outcome
from domain.party import system_actor
from domain.ports.identity import Passwords
from jobs import settlement as settlement_jobs
from jobs.settlement import Progress
from jobs.worker import Worker
from service.application.place import load_policies
from service.application.reconciliation import verify_again
from service.application.settlement import CLOSE_SETTLEMENT
from tests.conftest import Database, migrated
from tests.fakes.crypto import FakeCrypto
from tests.integration.settlement_process import ports_on, verifier
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.people import staffed_place

PEOPLE = 5


@pytest.fixture(scope="module")
def own(server: EmbeddedPostgres) -> Database:
    """A database whose jobs are this module's alone."""
    return migrated(server, "settlement_jobs")


@pytest.fixture
async def engine(own: Database) -> AsyncIterator[AsyncEngine]:
    opened = create_async_engine(own.app_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def road(engine: AsyncEngine, passwords: Passwords) -> SettlementRoad:
    """A completed filing in a place of its own; four of five completed."""
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=FakeCrypto(), new_id=new_id, clock=clock)
    async with begin(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        await load_policies(work, PacksOnDisk())
        await work.commit()
    staff = await staffed_place(begin, crypto=FakeCrypto(), passwords=passwords)
    made = SettlementRoad(begin, clock, staff, people=PEOPLE)
    return await made.ready(prepaid=None)


async def findings(engine: AsyncEngine, settlement_id: UUID) -> Sequence[tuple[int, str]]:
    query = text("select seq, result from findings where settlement_id = :id order by 1, 2")
    async with engine.connect() as connection:
        await connection.execute(text("select set_config('xuetu.region_path', '/', true)"))
        rows = await connection.execute(query, {"id": settlement_id})
        return [(row.seq, row.result) for row in rows]


async def job_of(engine: AsyncEngine, settlement_id: UUID, kind: str = "verify_settlement") -> Any:
    query = text("select * from jobs where ref = :id and kind = :kind order by id desc limit 1")
    async with engine.connect() as connection:
        return (await connection.execute(query, {"id": settlement_id, "kind": kind})).one()


async def expire(engine: AsyncEngine, job_id: UUID) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("update jobs set lease_until = clock_timestamp() - interval '1 s' where id = :id"),
            {"id": job_id},
        )


async def accepted_with_extract(road: SettlementRoad) -> UUID:
    await road.extract(*(road.registered(n) for n in range(PEOPLE)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(PEOPLE)))
    return accepted.case.id


async def state_of(road: SettlementRoad, settlement_id: UUID) -> str:
    async with road.begin_work(road.staff.system) as work:
        return (await work.cases.get(CaseKind.SETTLEMENT, settlement_id)).state


@pytest.mark.parametrize(
    ("point", "found", "state"),
    [
        ("reconcile.before_chunk_commit", 0, "verifying"),
        ("reconcile.after_chunk_commit", 2, "verifying"),
        ("reconcile.before_chunk_commit:2", 2, "verifying"),
        ("reconcile.after_chunk_commit:2", 4, "verifying"),
        ("job.after_claim", 0, "accepted"),
        ("job.after_effect", 5, "verifying"),
    ],
)
async def test_a_killed_verification_keeps_whole_chunks_and_another_worker_does_the_rest_once(
    road: SettlementRoad, engine: AsyncEngine, own: Database, point: str, found: int, state: str
) -> None:
    settlement_id = await accepted_with_extract(road)
    words = ("-m", "tests.integration.settlement_process", own.app_url, point)
    killed = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await killed.wait() == -signal.SIGKILL
    assert await findings(engine, settlement_id) == [(1, "match")] * found
    assert await state_of(road, settlement_id) == state
    async with road.begin_work(road.staff.handler) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
        assert (await work.settlements.get(case)).verified_at is None
        assert not await work.settlements.judgements(case, after=None, limit=9)
    await expire(engine, (await job_of(engine, settlement_id)).id)
    worker = verifier(engine)
    await worker.sweep()
    assert await worker.run_until_idle() == 1
    assert await findings(engine, settlement_id) == [(1, "match")] * PEOPLE
    async with road.begin_work(road.staff.handler) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
        settlement = await work.settlements.get(case)
        judged = await work.settlements.judgements(case, after=None, limit=9)
    assert settlement.verified_at is not None
    assert (len(judged), {one.round for one in judged}) == (PEOPLE, {1})
    assert (await job_of(engine, settlement_id)).state == "done"


async def test_a_verification_without_an_extract_ends_and_a_later_extract_begins_another(
    road: SettlementRoad, engine: AsyncEngine
) -> None:
    accepted = await road.accepted(road.declaration(0))
    settlement_id = accepted.case.id
    worker = verifier(engine)
    assert await worker.run_until_idle() == 1
    assert await findings(engine, settlement_id) == []
    await road.extract(road.registered(0))
    async with road.begin_work(road.staff.handler) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    await road.act(
        road.staff.handler,
        lambda work: verify_again(work, settlement_id=settlement_id, version=case.version),
    )
    assert await worker.run_until_idle() == 1
    assert await findings(engine, settlement_id) == [(1, FindingResult.MATCH)]


async def test_nothing_personal_stands_in_a_job_row(
    road: SettlementRoad, engine: AsyncEngine
) -> None:
    settlement_id = await accepted_with_extract(road)
    await verifier(engine).run_until_idle()
    row = str((await job_of(engine, settlement_id))._mapping)
    for person in road.roster:
        assert person.citizen_id not in row
        assert person.name not in row
    assert road.number(0) not in row


async def test_a_settlement_with_nothing_left_to_pay_is_closed_by_its_job(
    road: SettlementRoad, engine: AsyncEngine
) -> None:
    paid = SettlementRoad(road.begin_work, road.clock, road.staff, people=2)
    await paid.ready(outcomes={1: (Outcome.FAILED, None)})
    await paid.extract(paid.registered(0))
    accepted = await paid.accepted(paid.declaration(0))
    await verifier(engine).run_until_idle()
    async with paid.begin_work(paid.staff.handler) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, accepted.case.id)
        verified = await work.settlements.get(case)
    await paid.approved(await paid.reviewed(verified))
    closer = Worker(ports_on(engine), {CLOSE_SETTLEMENT: settlement_jobs.close})
    assert await closer.run_until_idle() == 1
    assert await state_of(paid, accepted.case.id) == "closed"
    assert (await job_of(engine, accepted.case.id, CLOSE_SETTLEMENT)).state == "done"


@pytest.mark.parametrize("after", [None, UUID(int=7)])
def test_a_cursor_reads_back_as_it_was_written(after: UUID | None) -> None:
    progress = Progress(UUID(int=3), after)
    assert Progress.of(progress.cursor()) == progress
