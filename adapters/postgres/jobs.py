"""Jobs in PostgreSQL: rows written with decisions, leased one at a time under a rising token
(DESIGN 5).

Times come from `statement_timestamp()`: the database's clock, and stable within a statement, so
that the index on due jobs can be walked from its start.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import Refusal
from domain.jobs import Job, JobLost, JobRecord, JobState, Offer, Schedule
from domain.ports.jobs import Jobs, Leases, Schedules

_ADD = text("""
    insert into jobs (kind, ref, place_id, run_at, purpose)
    values (:kind, :ref, :place_id,
            coalesce(cast(:run_at as timestamptz), clock_timestamp()), :purpose)
    on conflict (kind, ref, purpose) where purpose is not null do nothing
    returning id
""")
_ADD_MANY = text("""
    insert into jobs (kind, ref, place_id, run_at)
    select :kind, u.ref, :place_id, clock_timestamp() from unnest(cast(:refs as uuid[])) as u(ref)
    returning id
""")
_OF_PURPOSE = text("select id from jobs where kind = :kind and ref = :ref and purpose = :purpose")
_FINISH = text("""
    update jobs set state = 'done', lease_until = null, last_error = null,
                    finished_at = statement_timestamp()
     where id = :id and token = :token and state = 'leased'
""")
_ADVANCE = text("""
    update jobs set cursor = :cursor, lease_until = statement_timestamp() + cast(:lease as interval)
     where id = :id and token = :token and state = 'leased'
""")
_RECORD = (
    "select id, kind, ref, place_id, period, state, attempts, last_error, finished_at from jobs"
)
_STUCK = text(f"{_RECORD} where state in ('refused', 'dead') order by finished_at, id limit :limit")
_GET = text(f"{_RECORD} where id = :id for update")
_REPLAY = text("""
    update jobs set state = 'ready', attempts = 0, run_at = statement_timestamp(),
                    finished_at = null, cursor = case when state = 'done' then null else cursor end
     where id = :id
""")

# The inner query locks the one row it returns and rechecks it; `skip locked` lets others pass.
_CLAIM = text("""
    update jobs set state = 'leased', attempts = attempts + 1, token = token + 1,
                    lease_until = statement_timestamp() + cast(:lease as interval)
     where id = (select id from jobs
                  where state = 'ready' and run_at <= statement_timestamp()
                    and kind = any(cast(:kinds as text[]))
                  order by run_at, id limit 1
                  for update skip locked)
    returning id, kind, ref, place_id, attempts, max_attempts, token, cursor, period
""")
_RETRY = text("""
    update jobs set state = case when attempts < max_attempts then 'ready' else 'dead' end,
                    finished_at =
                      case when attempts < max_attempts then null else statement_timestamp() end,
                    run_at = statement_timestamp() + cast(:wait as interval),
                    lease_until = null, last_error = :error
     where id = :id and token = :token and state = 'leased'
    returning state
""")
_REFUSE = text("""
    update jobs set state = 'refused', lease_until = null, last_error = :code,
                    finished_at = statement_timestamp()
     where id = :id and token = :token and state = 'leased'
""")
_RELEASE = text("""
    update jobs set state = 'ready', attempts = attempts - 1, lease_until = null
     where id = :id and token = :token and state = 'leased'
""")
_SWEEP = text("""
    with expired as (
      select id from jobs where state = 'leased' and lease_until < statement_timestamp()
       order by lease_until limit :limit for update skip locked)
    update jobs j set state = case when attempts < max_attempts then 'ready' else 'dead' end,
                      finished_at =
                        case when attempts < max_attempts then null else statement_timestamp() end,
                      lease_until = null, last_error = 'LeaseExpired'
      from expired where j.id = expired.id
    returning j.id, j.kind, j.attempts, j.state
""")

# One statement, so that a date and its job exist together; the foreign key is checked at its end.
_OPEN_DUE = text("""
    with opened as (
      insert into schedule_periods (name, period, job_id)
      select :name, day, gen_random_uuid()
        from (select first_day + n as day
                from (select case when :each_day then next_day else greatest(next_day, cast(:through as date)) end
                               as first_day
                        from (select coalesce(max(period) + 1, cast(:through as date)) as next_day
                                from schedule_periods where name = :name) opened_before) start,
                     generate_series(0, cast(:through as date) - first_day) as n
               order by n limit :limit) missing
      on conflict (name, period) do nothing
      returning period, job_id)
    insert into jobs (id, kind, ref, period)
    select job_id, :kind, job_id, period from opened order by period
    returning id
""")
_JOB_OF = text("select job_id from schedule_periods where name = :name and period = :period")


class PostgresJobs(Jobs):
    """The job rows of the transaction open on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._added: list[UUID] = []

    @property
    def added(self) -> Sequence[UUID]:
        return self._added

    async def add(
        self,
        kind: str,
        ref: UUID,
        place_id: UUID | None,
        run_at: datetime | None = None,
        *,
        purpose: str | None = None,
    ) -> UUID:
        values = {
            "kind": kind,
            "ref": ref,
            "place_id": place_id,
            "run_at": run_at,
            "purpose": purpose,
        }
        made: UUID | None = (await self._connection.execute(_ADD, values)).scalar_one_or_none()
        if made is None:
            return UUID(str((await self._connection.execute(_OF_PURPOSE, values)).scalar_one()))
        self._added.append(made)
        return made

    async def add_many(self, kind: str, refs: Collection[UUID], place_id: UUID | None) -> None:
        values = {"kind": kind, "refs": list(refs), "place_id": place_id}
        self._added += (await self._connection.execute(_ADD_MANY, values)).scalars()

    async def finish(self, job: Job) -> None:
        await self._fenced(job, _FINISH, {})

    async def advance(self, job: Job, cursor: str, lease: timedelta) -> None:
        await self._fenced(job, _ADVANCE, {"cursor": cursor, "lease": lease})

    async def stuck(self, limit: int) -> Sequence[JobRecord]:
        rows = await self._connection.execute(_STUCK, {"limit": limit})
        return [_record(row) for row in rows]

    async def get(self, job_id: UUID) -> JobRecord:
        row = (await self._connection.execute(_GET, {"id": job_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _record(row)

    async def replay(self, job: JobRecord) -> None:
        await self._connection.execute(_REPLAY, {"id": job.id})
        self._added.append(job.id)

    async def _fenced(self, job: Job, statement: TextClause, values: dict[str, object]) -> None:
        values = {"id": job.id, "token": job.token, **values}
        held = await self._connection.execute(statement, values)
        if held.rowcount != 1:
            raise JobLost(job.id)


class PostgresLeases(Leases):
    """Leases on job rows, each call a transaction of its own on the engine given."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, kinds: Collection[str], lease: timedelta) -> Job | None:
        async with self._engine.begin() as connection:
            claimed = await connection.execute(_CLAIM, {"kinds": sorted(kinds), "lease": lease})
            row = claimed.one_or_none()
        return None if row is None else _job(row)

    async def retry(self, job: Job, error: str, wait: timedelta) -> bool:
        row = await self._change(job, _RETRY, {"error": error[:100], "wait": wait})
        return row is not None and row.state == JobState.DEAD

    async def refuse(self, job: Job, code: str) -> None:
        await self._change(job, _REFUSE, {"code": code})

    async def release(self, job: Job) -> None:
        await self._change(job, _RELEASE, {})

    async def sweep(self, limit: int) -> Sequence[Offer]:
        async with self._engine.begin() as connection:
            rows = (await connection.execute(_SWEEP, {"limit": limit})).all()
        return [
            Offer(id=row.id, kind=row.kind, attempt=row.attempts, dead=row.state == JobState.DEAD)
            for row in rows
        ]

    async def _change(
        self, job: Job, statement: TextClause, values: dict[str, object]
    ) -> Row[Any] | None:
        values = {"id": job.id, "token": job.token, **values}
        async with self._engine.begin() as connection:
            changed = await connection.execute(statement, values)
            return changed.one_or_none() if changed.returns_rows else None


class PostgresSchedules(Schedules):
    """The opened days of schedules, each call a transaction of its own on the engine given."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open_due(self, schedule: Schedule, through: date, limit: int) -> Sequence[UUID]:
        values = {
            "name": schedule.name,
            "kind": schedule.kind,
            "each_day": schedule.each_day,
            "through": through,
            "limit": limit,
        }
        async with self._engine.begin() as connection:
            return (await connection.execute(_OPEN_DUE, values)).scalars().all()

    async def job_of(self, name: str, period: date) -> UUID | None:
        async with self._engine.connect() as connection:
            found = await connection.execute(_JOB_OF, {"name": name, "period": period})
            job_id: UUID | None = found.scalar_one_or_none()
        return job_id


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        ref=row.ref,
        place_id=row.place_id,
        attempt=row.attempts,
        attempts_max=row.max_attempts,
        token=row.token,
        cursor=row.cursor,
        period=row.period,
    )


def _record(row: Row[Any]) -> JobRecord:
    return JobRecord(
        id=row.id,
        kind=row.kind,
        ref=row.ref,
        place_id=row.place_id,
        period=row.period,
        state=JobState(row.state),
        attempts=row.attempts,
        last_error=row.last_error,
        finished_at=row.finished_at,
    )
