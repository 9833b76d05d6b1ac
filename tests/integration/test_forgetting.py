"""What is kept for a time is forgotten when the business clock says so: in chunks, by the system alone."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import sqlstate_of
from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.jobs import Schedule
from domain.party import Actor
from domain.period import day_in_china
from domain.ports.crypto import Crypto
from domain.ports.requests import KeptAnswer
from domain.ports.work import BeginWork, Work
from jobs.forgetting import forget_in_chunks
from jobs.worker import Worker
from service.application.forgetting import FAILURE_DAYS, KEY_DAYS
from service.application.jobs import job_of_period, replay_job
from service.application.once import KeyedRequest, once
from tests.integration.job_rig import QUICK, QuietBell
from tests.integration.settlement_road import MovedClock
from tests.people import Staff

KEYS: Final = [f"key-of-one-request-{n}" for n in range(5)]
CHUNK: Final = 2


class Ports:
    """What a worker is given: a clock that the test moves, and a schedule of its own."""

    def __init__(self, engine: AsyncEngine, crypto: Crypto) -> None:
        self.clock = MovedClock(datetime.now(UTC))
        self.begin_work: BeginWork = postgres_work(
            engine, crypto=crypto, new_id=new_id, clock=self.clock
        )
        self.leases = PostgresLeases(engine)
        self.schedules = PostgresSchedules(engine)
        self.doorbell = QuietBell()
        self.name = f"test_{uuid4().hex}"
        self.worker = Worker(
            self,
            {self.name: forget_in_chunks(CHUNK)},
            schedules=(Schedule(name=self.name, kind=self.name, each_day=False),),
            pace=QUICK,
            jitter=lambda: 0,
        )

    async def after(self, days: int) -> None:
        """Let so many days pass, and the worker do what is due."""
        self.clock.at = datetime.now(UTC) + timedelta(days=days)
        await self.worker.open_periods()
        assert await self.worker.run_until_idle() == 1


@pytest.fixture
def ports(engine: AsyncEngine, crypto: Crypto, begin_work: BeginWork) -> Ports:
    assert begin_work is not None
    return Ports(engine, crypto)


async def _asked(ports: Ports, actor: Actor, key: str) -> bool:
    """Ask with a key; return whether the answer was replayed."""

    async def answered(_: Work) -> KeptAnswer:
        return KeptAnswer(status=201, headers={}, body=b"{}")

    _, replayed = await once(
        KeyedRequest(key=key, fingerprint=b"f" * 32),
        actor,
        answered,
        lambda answer: answer,
        begin_work=ports.begin_work,
        doorbell=ports.doorbell,
    )
    return replayed


async def test_an_answer_is_forgotten_after_its_keys_thirty_days_and_not_before(
    ports: Ports, staff: Staff
) -> None:
    people = (staff.filer, staff.handler)
    assert {await _asked(ports, who, key) for who in people for key in KEYS} == {False}
    await ports.after(KEY_DAYS)
    assert {await _asked(ports, who, key) for who in people for key in KEYS} == {True}
    await ports.after(KEY_DAYS + 1)
    assert {await _asked(ports, who, key) for who in people for key in KEYS} == {False}

    # The day is replayed: its work is done again, on what has been kept since too.
    job_id = await job_of_period(
        ports.name, day_in_china(ports.clock.at), schedules=ports.schedules
    )
    await replay_job(job_id, staff.system, begin_work=ports.begin_work, doorbell=ports.doorbell)
    assert await ports.worker.run_until_idle() == 1
    assert await _asked(ports, staff.filer, KEYS[0]) is False


async def test_counts_of_failed_sign_ins_are_forgotten_when_they_are_over(
    ports: Ports, engine: AsyncEngine
) -> None:
    digests = [uuid4().bytes * 2 for _ in range(5)]

    async def kept() -> int:
        query = "select count(*) from sign_in_failures where name_digest = any(:digests)"
        async with engine.connect() as connection:
            found = await connection.execute(text(query), {"digests": digests})
            return int(found.scalar_one())

    added = "insert into sign_in_failures values (:digest, 3, clock_timestamp())"
    async with engine.begin() as connection:
        await connection.execute(text(added), [{"digest": digest} for digest in digests])
    await ports.after(FAILURE_DAYS)
    assert await kept() == len(digests)
    await ports.after(FAILURE_DAYS + 1)
    assert await kept() == 0


@pytest.mark.parametrize("function", ["forget_kept_answers", "forget_sign_in_failures"])
async def test_nobody_but_the_system_forgets(ports: Ports, staff: Staff, function: str) -> None:
    async def forget(work: Work) -> int:
        if function == "forget_kept_answers":
            return await work.requests.forget(before=work.now, limit=1)
        return await work.accounts.forget_sign_in_failures(before=work.now, limit=1)

    assert await _asked(ports, staff.filer, KEYS[0]) is False
    with pytest.raises(DBAPIError) as refused:
        async with ports.begin_work(staff.filer) as work:
            await forget(work)
    assert sqlstate_of(refused.value) == "42501"
    assert await _asked(ports, staff.filer, KEYS[0]) is True


async def test_a_job_of_no_schedule_forgets_nothing(
    ports: Ports, staff: Staff, engine: AsyncEngine
) -> None:
    async with ports.begin_work(staff.system) as work:
        job_id = await work.jobs.add(ports.name, uuid4(), None)
        await work.commit()
    assert await ports.worker.run_once()
    async with engine.connect() as connection:
        found = await connection.execute(
            text("select state, last_error from jobs where id = :id"), {"id": job_id}
        )
        assert found.one() == ("ready", "LookupError"), "tried again, and buried in the end"
