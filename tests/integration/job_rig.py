"""What tests of jobs share: ports on the real database, and a work that offers jobs only."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.jobs import PostgresJobs, PostgresLeases, PostgresSchedules
from adapters.postgres.places import PostgresPlaces
from domain.audit import Act
from domain.errors import Refusal
from domain.party import SYSTEM_PERSON, Actor, Role
from domain.ports.audit import AuditTrail
from domain.ports.jobs import Doorbell
from domain.ports.work import BeginWork, Work
from jobs.run import Handler, JobRun
from jobs.worker import Pace, Worker

QUICK = Pace(poll_s=0.02)
OPERATOR = Actor(
    person_id=SYSTEM_PERSON,
    account_name="operator",
    org_id=uuid4(),
    region_path="/",
    roles=frozenset({Role.SYSTEM}),
)


class QuietBell(Doorbell):
    """A doorbell that remembers what was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[UUID, int]] = []

    async def ring(self, job_id: UUID, attempt: int) -> None:
        self.rung.append((job_id, attempt))

    async def listen(self, wake: Callable[[], None]) -> None:
        wake()


class Notebook(AuditTrail):
    """An audit trail that keeps acts in memory."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    async def record(self, act: Act) -> None:
        self.acts.append(act)

    async def record_all(self, acts: Sequence[Act]) -> None:
        for act in acts:
            await self.record(act)


class JobsWork:
    """One real transaction that offers jobs and places."""

    def __init__(self, connection: AsyncConnection, actor: Actor, rig: "Rig") -> None:
        self.jobs = PostgresJobs(connection)
        self.places = PostgresPlaces(connection)
        self.audit = rig.audit
        self.actor = actor
        self.now = rig.now
        self._connection = connection

    async def commit(self) -> None:
        await self._connection.commit()


@dataclass
class Rig:
    """A worker's ports, a kind of job of the test's own, and shortcuts into the table."""

    engine: AsyncEngine
    doorbell: Doorbell = field(default_factory=QuietBell)
    audit: Notebook = field(default_factory=Notebook)
    now: datetime = datetime(2026, 3, 1, 4, tzinfo=UTC)
    kind: str = field(default_factory=lambda: f"test_{uuid4().hex}")
    actors: list[Actor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leases = PostgresLeases(self.engine)
        self.schedules = PostgresSchedules(self.engine)

    @property
    def begin_work(self) -> BeginWork:
        @asynccontextmanager
        async def begin(actor: Actor) -> AsyncGenerator[Work, None]:
            self.actors.append(actor)
            async with self.engine.connect() as connection:
                yield cast("Work", JobsWork(connection, actor, self))

        return begin

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[PostgresJobs, None]:
        """Job rows in a transaction that commits at the end."""
        async with self.engine.begin() as connection:
            yield PostgresJobs(connection)

    async def add(self, *, place_id: UUID | None = None, kind: str | None = None) -> UUID:
        """Add one job of the test's kind, committed."""
        async with self.begin() as jobs:
            return await jobs.add(kind or self.kind, uuid4(), place_id)

    async def row(self, job_id: UUID) -> Any:
        """Read a job's row, with whether it is due as `due`."""
        query = text("select *, run_at <= clock_timestamp() as due from jobs where id = :id")
        async with self.engine.connect() as connection:
            return (await connection.execute(query, {"id": job_id})).one()

    async def states(self) -> dict[str, int]:
        """Count the jobs of the test's kind by state."""
        query = text("select state, count(*) from jobs where kind = :kind group by state")
        async with self.engine.connect() as connection:
            rows = await connection.execute(query, {"kind": self.kind})
            return {row[0]: row[1] for row in rows}

    async def make_due(self, job_id: UUID) -> None:
        """Let the waiting time of a failed job pass."""
        await self._set("run_at = clock_timestamp()", job_id)

    async def expire(self, job_id: UUID) -> None:
        """Let a lease run out."""
        await self._set("lease_until = clock_timestamp() - interval '1 s'", job_id)

    async def spend_attempts(self, job_id: UUID, count: int) -> None:
        """Pretend that a job has been tried before."""
        await self._set(f"attempts = {count}", job_id)

    async def _set(self, change: str, job_id: UUID) -> None:
        statement = text(f"update jobs set {change} where id = :id")
        async with self.engine.begin() as connection:
            assert (await connection.execute(statement, {"id": job_id})).rowcount == 1


async def finish(run: JobRun) -> None:
    """A job without an effect."""
    async with run.begin() as work:
        await run.finish(work)


async def count_to_five(run: JobRun, *, stop_at: int | None = None) -> None:
    """A large job of five chunks; each leaves one job of the kind `<kind>_chunk` as its effect."""
    while True:
        done = int(run.job.cursor or "0")
        if done == stop_at:
            raise LookupError
        async with run.begin() as work:
            await work.jobs.add(f"{run.job.kind}_chunk", run.job.id, None)
            if done == 4:
                await run.finish(work)
                return
            await run.advance(work, f"{done + 1}")


def a_worker(rig: Rig, handler: Handler, *, pace: Pace = QUICK, **more: Any) -> Worker:
    return Worker(rig, {rig.kind: handler}, pace=pace, jitter=lambda: 0, **more)


def refusing(code: str, *, retry_after_s: int | None = None) -> Handler:
    async def handle(_run: JobRun) -> None:
        raise Refusal(code, retry_after_s=retry_after_s)

    return handle


async def fail(run: JobRun) -> None:
    raise LookupError(f"张三 110101199003074258 {run.job.id}")
