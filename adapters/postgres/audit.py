"""The audit trail in PostgreSQL: recording in the act's transaction, and the sealer's chain."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.bulk import ROWS_MAX
from domain.audit import ROOT, Act, AuditEntry, Head, Link, canonical
from domain.party import SYSTEM_PERSON, Actor
from domain.ports.audit import AuditChain, AuditTrail, OpenAuditChain
from domain.ports.ids import NewId

SEALER_LOCK: Final = 5_348_201_977
"""The advisory lock of the database's one sealer."""

PAGE: Final = 1_000

_RECORD: Final = text("""
insert into audit_entries (
  id, at, place_id, org_id, partner_org_id, region_path, person_id, account_name,
  action, object_kind, object_id, request_id, payload)
select u.id, :at, u.place_id, u.org_id, u.partner_org_id, u.region_path, :person_id, :account_name,
       u.action, u.object_kind, u.object_id, :request_id, u.payload
  from unnest(
    cast(:ids as uuid[]), cast(:place_ids as uuid[]), cast(:org_ids as uuid[]),
    cast(:partner_org_ids as uuid[]), cast(:region_paths as text[]), cast(:actions as text[]),
    cast(:object_kinds as text[]), cast(:object_ids as text[]), cast(:payloads as bytea[]))
       as u(id, place_id, org_id, partner_org_id, region_path, action, object_kind, object_id, payload)
""")
_SCOPE: Final = text("""
select set_config('xuetu.person_id', :person_id, true), set_config('xuetu.org_id', '', true),
       set_config('xuetu.region_path', :region_path, true), clock_timestamp() as now
""")
_TRY_LOCK: Final = text("select pg_try_advisory_xact_lock(:lock)")
_NEXT: Final = text("""
select e.id, e.at, e.place_id, e.org_id, e.partner_org_id, e.region_path, e.person_id,
       e.account_name, e.action, e.object_kind, e.object_id, e.request_id, e.payload
  from (select entry_id, queued_at from audit_queue order by queued_at, entry_id limit :limit) q
  join audit_entries e on e.id = q.entry_id
 order by q.queued_at, q.entry_id
""")
# Every chain's region is a place's or `/`: one look into the primary key each, however long.
_HEADS: Final = text("""
select r.path, h.sequence, h.digest
  from (select region_path as path from places union select '/') r
  cross join lateral (select c.sequence, c.digest from audit_chain c
                       where c.region_path = r.path order by c.sequence desc limit 1) h
 where cast(:regions as text[]) is null or r.path = any(cast(:regions as text[]))
""")
_APPEND: Final = text("""
insert into audit_chain (
  region_path, sequence, entry_id, entry_digest, previous, digest, sealed_at)
select * from unnest(
  cast(:region_path as text[]), cast(:sequence as bigint[]), cast(:entry_id as uuid[]),
  cast(:entry_digest as bytea[]), cast(:previous as bytea[]), cast(:digest as bytea[]),
  cast(:sealed_at as timestamptz[]))
""")
_LINK: Final = (
    "region_path",
    "sequence",
    "entry_id",
    "entry_digest",
    "previous",
    "digest",
    "sealed_at",
)
_OFF_QUEUE: Final = text("delete from audit_queue where entry_id = any(:entry_ids)")
_OLDEST: Final = text("""
select cast(floor(extract(epoch from clock_timestamp() - min(queued_at))) as bigint)
  from audit_queue
""")
_SEALED: Final = text("""
select c.region_path as chain, c.sequence, c.entry_id, c.entry_digest, c.previous, c.digest,
       c.sealed_at, e.id, e.at, e.place_id, e.org_id, e.partner_org_id, e.region_path, e.person_id,
       e.account_name, e.action, e.object_kind, e.object_id, e.request_id, e.payload
  from (select * from audit_chain where region_path = :region_path and sequence > :after
         order by sequence limit :limit) c
  left join audit_entries e on e.id = c.entry_id
 order by c.sequence
""")


class PostgresAuditTrail(AuditTrail):
    """Records on the connection of the transaction that acts; the table's trigger queues.

    The acts of a transaction are written as one set, just before it commits.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        actor: Actor,
        now: datetime,
        request_id: str,
        new_id: NewId = uuid4,
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._now = now
        self._request_id = request_id
        self._new_id = new_id
        self._acts: list[tuple[UUID, Act]] = []

    async def record(self, act: Act) -> None:
        self._acts.append((self._new_id(), act))

    async def record_all(self, acts: Sequence[Act]) -> None:
        self._acts += [(self._new_id(), act) for act in acts]

    async def write(self) -> None:
        """Insert what has been recorded, to be committed with what was done."""
        for start in range(0, len(self._acts), ROWS_MAX):
            await self._insert(self._acts[start : start + ROWS_MAX])
        self._acts.clear()

    async def _insert(self, recorded: Sequence[tuple[UUID, Act]]) -> None:
        acts = [act for _, act in recorded]
        grounds = [act.ground for act in acts]
        await self._connection.execute(
            _RECORD,
            {
                "at": self._now,
                "person_id": self._actor.person_id,
                "account_name": self._actor.account_name,
                "request_id": self._request_id,
                "ids": [entry_id for entry_id, _ in recorded],
                "place_ids": [ground and ground.place_id for ground in grounds],
                "org_ids": [ground.org_id if ground else self._own_org_id() for ground in grounds],
                "partner_org_ids": [ground and ground.partner_org_id for ground in grounds],
                "region_paths": [ground.region_path if ground else ROOT for ground in grounds],
                "actions": [act.action for act in acts],
                "object_kinds": [act.object_kind for act in acts],
                "object_ids": [act.object_id for act in acts],
                "payloads": [canonical(act.facts) for act in acts],
            },
        )

    def _own_org_id(self) -> UUID | None:
        """What lies in no place is seen by the actor's organisation; at the root, by the root."""
        return None if self._actor.region_path == ROOT else self._actor.org_id


class PostgresAuditChain(AuditChain):
    """The chains, on one connection whose scope is set."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    @property
    def now(self) -> datetime:
        return self._now

    async def try_lock(self) -> bool:
        return bool((await self._connection.execute(_TRY_LOCK, {"lock": SEALER_LOCK})).scalar_one())

    async def next_unsealed(self, limit: int) -> Sequence[AuditEntry]:
        rows = await self._connection.execute(_NEXT, {"limit": limit})
        return [_entry(row) for row in rows]

    async def heads(self, regions: Collection[str] | None = None) -> Mapping[str, Head]:
        given = None if regions is None else sorted(regions)
        rows = await self._connection.execute(_HEADS, {"regions": given})
        return {row.path: Head(sequence=row.sequence, digest=row.digest) for row in rows}

    async def append(self, links: Sequence[Link]) -> None:
        await self._connection.execute(
            _APPEND, {name: [getattr(link, name) for link in links] for name in _LINK}
        )
        await self._connection.execute(_OFF_QUEUE, {"entry_ids": [link.entry_id for link in links]})

    async def oldest_unsealed_age_s(self) -> int | None:
        age: int | None = (await self._connection.execute(_OLDEST)).scalar_one()
        return age

    async def sealed(self, region_path: str) -> AsyncIterator[tuple[Link, AuditEntry | None]]:
        after = 0
        while True:
            values = {"region_path": region_path, "after": after, "limit": PAGE}
            rows = (await self._connection.execute(_SEALED, values)).all()
            for row in rows:
                yield _link(row), None if row.id is None else _entry(row)
            if len(rows) < PAGE:
                return
            after = rows[-1].sequence

    async def commit(self) -> None:
        await self._connection.commit()


def postgres_audit_chain(engine: AsyncEngine) -> OpenAuditChain:
    """Open chains on this engine, as the system person with the region given."""

    @asynccontextmanager
    async def opened(region_path: str = ROOT) -> AsyncGenerator[AuditChain, None]:
        async with engine.connect() as connection:  # closes without commit = rollback
            yield await audit_chain_on(connection, region_path)

    return opened


async def audit_chain_on(connection: AsyncConnection, region_path: str = ROOT) -> AuditChain:
    """Set the system person's scope on a transaction, and return its chains."""
    scope = {"person_id": str(SYSTEM_PERSON), "region_path": region_path}
    now = (await connection.execute(_SCOPE, scope)).one().now
    return PostgresAuditChain(connection, now)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        place_id=row.place_id,
        org_id=row.org_id,
        partner_org_id=row.partner_org_id,
        region_path=row.region_path,
        person_id=row.person_id,
        account_name=row.account_name,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        request_id=row.request_id,
        payload=row.payload,
    )


def _link(row: Row[Any]) -> Link:
    return Link(
        region_path=row.chain,
        sequence=row.sequence,
        entry_id=row.entry_id,
        entry_digest=row.entry_digest,
        previous=row.previous,
        digest=row.digest,
        sealed_at=row.sealed_at,
    )
