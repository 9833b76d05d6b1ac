"""A worker in a process of its own that issues to lists and expires, to be killed at a named point."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.documents.on_disk import DiskDocuments
from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.ports.document_store import DocumentStore
from domain.ports.jobs import Doorbell, Leases, Schedules
from domain.ports.work import BeginWork
from jobs.voucher import issue_from
from jobs.worker import Worker
from service.application.crash_points import arm
from service.application.voucher_issue import ISSUE_VOUCHERS
from tests.fakes.crypto import FakeCrypto
from tests.integration.job_rig import QuietBell
from tests.integration.settlement_road import FILED, MovedClock

CHUNK = 2


@dataclass
class IssuerPorts:
    """What a worker needs to issue vouchers."""

    begin_work: BeginWork
    leases: Leases
    schedules: Schedules
    doorbell: Doorbell
    store: DocumentStore


def ports_on(engine: AsyncEngine, folder: Path) -> IssuerPorts:
    """A worker's ports on a database and a folder of contents."""
    begin = postgres_work(engine, crypto=FakeCrypto(), new_id=new_id, clock=MovedClock(FILED))
    return IssuerPorts(
        begin,
        PostgresLeases(engine),
        PostgresSchedules(engine),
        QuietBell(),
        DiskDocuments(folder, FakeCrypto()),
    )


def issuer(engine: AsyncEngine, folder: Path) -> Worker:
    """A worker that issues, two vouchers to a transaction."""
    ports = ports_on(engine, folder)
    return Worker(ports, {ISSUE_VOUCHERS: issue_from(ports.store, CHUNK)}, jitter=lambda: 0)


async def work(url: str, folder: Path) -> None:
    """Issue until nothing is due."""
    engine = create_async_engine(url)
    await issuer(engine, folder).run_until_idle()
    await engine.dispose()


if __name__ == "__main__":
    arm(sys.argv[3])
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
