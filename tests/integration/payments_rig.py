"""A worker's ports on the real database, for jobs of payments: no key is needed to take bank lines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import open_engine
from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.work import postgres_work
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain.ports.crypto import Crypto
from domain.ports.jobs import Doorbell
from domain.ports.work import BeginWork
from tests.fakes.crypto import FakeCrypto
from tests.integration.job_rig import QuietBell


@dataclass
class PaymentsRig:
    """What a worker is given."""

    engine: AsyncEngine
    crypto: Crypto = field(default_factory=FakeCrypto)
    doorbell: Doorbell = field(default_factory=QuietBell)

    def __post_init__(self) -> None:
        self.leases = PostgresLeases(self.engine)
        self.schedules = PostgresSchedules(self.engine)
        self.begin_work: BeginWork = postgres_work(
            self.engine, crypto=self.crypto, new_id=new_id, clock=SystemClock()
        )


@asynccontextmanager
async def open_rig(url: str) -> AsyncIterator[PaymentsRig]:
    """Open a rig on an engine of its own."""
    engine = open_engine(url)
    try:
        yield PaymentsRig(engine)
    finally:
        await engine.dispose()
