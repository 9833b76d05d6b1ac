"""A worker in a process of its own that verifies settlements, to be killed at a named point."""

import asyncio
import sys
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.ports.jobs import Doorbell, Leases, Schedules
from domain.ports.work import BeginWork
from jobs.settlement import verify_in_chunks
from jobs.worker import Worker
from service.application.crash_points import arm
from service.application.reconciliation import VERIFY_SETTLEMENT
from tests.fakes.crypto import FakeCrypto
from tests.integration.job_rig import QuietBell
from tests.integration.settlement_road import SETTLES, MovedClock

CHUNK = 2


@dataclass
class VerifierPorts:
    """What a worker needs to verify settlements."""

    begin_work: BeginWork
    leases: Leases
    schedules: Schedules
    doorbell: Doorbell


def ports_on(engine: AsyncEngine) -> VerifierPorts:
    """A worker's ports on a database, at the day settlements are decided."""
    begin = postgres_work(engine, crypto=FakeCrypto(), new_id=new_id, clock=MovedClock(SETTLES))
    return VerifierPorts(begin, PostgresLeases(engine), PostgresSchedules(engine), QuietBell())


def verifier(engine: AsyncEngine) -> Worker:
    """A worker that verifies settlements, two declarations to a transaction."""
    return Worker(ports_on(engine), {VERIFY_SETTLEMENT: verify_in_chunks(CHUNK)})


async def work(url: str) -> None:
    """Verify until nothing is due."""
    engine = create_async_engine(url)
    await verifier(engine).run_until_idle()
    await engine.dispose()


if __name__ == "__main__":
    arm(sys.argv[2])
    asyncio.run(work(sys.argv[1]))
