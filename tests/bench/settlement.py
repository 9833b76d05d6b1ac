"""Row 3 of DESIGN 7: settle many people, against reading and writing the same rows.

Ours is what a reviewer and an approver do: judge everybody, decide each line with the facts of its
explanation, write entitlements, take what is taken once ever, move the ledger. The bare way runs in a
copy of the database on the same server, as the superuser whom no row security binds: it reads the rows
that are read, and writes the rows that ours wrote, prepared beforehand, in one transaction a filing.
The few rows of the signatures, the audit and the ledger only ours writes.
"""

import os
import time
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.engine import open_engine
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.settlement import Settlement
from service.wiring import open_set_up
from tests.bench.report import Result, compared
from tests.bench.stage import Stage, dsn_of, one
from tests.bench.tables import Held, RowsDiffer, added, holdings
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.people import staffed_place

PEOPLE: Final = int(os.environ.get("XUETU_BENCH_PEOPLE", "100000"))
"""How many people are settled, in filings of at most the roster's maximum."""

ROSTER_MAX: Final = 10_000
COPY: Final = "xuetu_settled"
AT_ONCE: Final = 5000

_connect: Final[Any] = asyncpg.connect  # asyncpg ships no types

_PEOPLE_READ: Final = """
select e.* from enrolments e join settlements s on s.place_id = e.place_id
 and s.filing_id = e.filing_id where s.id = $1
"""
_LINES_READ: Final = """
select l.id as line_id, d.*, f.result, x.evaluated_on, x.issuer_code as registered_issuer
  from settlement_lines l
  left join declared_certificates d on d.place_id = l.place_id and d.line_id = l.id
  left join findings f on f.place_id = d.place_id and f.declaration_id = d.id
  left join certificate_extract_rows x
    on x.place_id = f.place_id and x.extract_id = f.extract_id and x.row_no = f.row_no
 where l.settlement_id = $1
"""
_WRITTEN: Final = {
    "eligibility": "select t.* from eligibility t where t.settlement_id = $1 and t.round = 2",
    "entitlements": "select t.* from entitlements t where t.settlement_id = $1",
    "person_entitlements": "select t.* from person_entitlements t where t.enrolment_id in"
    " (select enrolment_id from settlement_lines where settlement_id = $1)",
    "certificate_uses": "select t.* from certificate_uses t where t.enrolment_id in"
    " (select enrolment_id from settlement_lines where settlement_id = $1)",
    "person_subsidies": "select t.* from person_subsidies t where t.subject_id in"
    " (select enrolment_id from settlement_lines where settlement_id = $1)",
}
_DECIDED: Final = """
select id, disposition, amount_fen, facts::text as facts from settlement_lines
 where settlement_id = $1
"""
_DECIDE: Final = """
update settlement_lines l set disposition = u.disposition, amount_fen = u.amount_fen,
       facts = u.facts::jsonb
  from unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[])
       as u(id, disposition, amount_fen, facts)
 where l.place_id = $1 and l.id = u.id
"""


async def settlements(stage: Stage, *, people: int) -> AsyncIterator[Result]:
    """Stage verified settlements, copy the database, and settle each both ways in turn."""
    url = make_url(stage.servers.admin_url)
    ours_admin, bare_admin, maintenance = (
        create_async_engine(url.set(database=name), isolation_level="AUTOCOMMIT")
        for name in ("xuetu", COPY, "postgres")
    )
    async with open_set_up(stage.settings) as ports:
        engine = open_engine(stage.servers.database_url, pool_size=2)
        begin = postgres_work(
            engine, crypto=ports.crypto, new_id=new_id, clock=(clock := MovedClock(FILED))
        )
        staged = []
        for start in range(0, people, ROSTER_MAX):
            staff = await staffed_place(
                ports.begin_work, crypto=ports.crypto, passwords=ports.passwords
            )
            size = min(ROSTER_MAX, people - start)
            road = SettlementRoad(begin, clock, staff, people=size)
            staged.append((road, await _verified(road, ours_admin)))
        at = clock.at
        await engine.dispose()
    await one(ours_admin, "vacuum (analyze)")
    await ours_admin.dispose()
    await one(maintenance, f"create database {COPY} template xuetu")
    await maintenance.dispose()
    engine = open_engine(stage.servers.database_url, pool_size=2)
    begin = postgres_work(engine, crypto=ports.crypto, new_id=new_id, clock=MovedClock(at))
    reading = await _connect(dsn_of(url.set(database="xuetu").render_as_string(False)))
    bare = await _connect(dsn_of(url.set(database=COPY).render_as_string(False)))
    before = {name: await holdings(admin) for name, admin in _both(ours_admin, bare_admin)}
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    for road, verified in staged:
        road.begin_work = begin
        started = time.perf_counter()
        await road.approved(await road.reviewed(verified))
        seconds["ours"].append(time.perf_counter() - started)
        rows = await _prepared(reading, verified.case.id)
        started = time.perf_counter()
        await _written(bare, verified, *rows)
        seconds["bare"].append(time.perf_counter() - started)
    left = {
        name: added(before[name], await holdings(admin))
        for name, admin in _both(ours_admin, bare_admin)
    }
    for connection in (reading, bare):
        await connection.close()
    for opened in (engine, ours_admin, bare_admin):
        await opened.dispose()
    for table in _WRITTEN:
        mine, theirs = (left[name].get(table, Held(0, 0)).rows for name in ("ours", "bare"))
        if mine != theirs:
            raise RowsDiffer(f"{table}: ours {mine}, bare {theirs}")
    yield compared(
        f"settle {people:,} people".replace(",", " "),
        "s/filing",
        seconds["ours"],
        seconds["bare"],
        target=2.0,
        at_least=False,
    )


def _both(ours: Any, bare: Any) -> tuple[tuple[str, Any], ...]:
    return (("ours", ours), ("bare", bare))


async def _verified(road: SettlementRoad, admin: AsyncEngine) -> Settlement:
    """Stage one filing. Statistics are brought up to date as autovacuum would between two days."""
    await road.ready()
    everybody = range(road.people)
    await road.extract(*(road.registered(n) for n in everybody))
    accepted = await road.accepted(*(road.declaration(n) for n in everybody))
    await one(admin, "analyze")
    verified = await road.verified(accepted.case.id, size=AT_ONCE)
    await one(admin, "analyze")
    return verified


async def _prepared(connection: Any, settlement_id: UUID) -> tuple[Any, Any]:
    """Read back what ours wrote, as arrays that the bare way writes."""
    tables = {
        table: await connection.fetch(query, settlement_id) for table, query in _WRITTEN.items()
    }
    return tables, await connection.fetch(_DECIDED, settlement_id)


async def _written(connection: Any, settlement: Settlement, tables: Any, lines: Any) -> None:
    """Read the rows that are read, and write the rows that are written, in one transaction."""
    async with connection.transaction():
        for query in (_PEOPLE_READ, _LINES_READ):
            await connection.fetch(query, settlement.case.id)
        for table, rows in tables.items():
            names = [name for name in rows[0].keys() if name != "kind"]  # noqa: SIM118 - a Record
            for start in range(0, len(rows), AT_ONCE):
                part = rows[start : start + AT_ONCE]
                await connection.execute(
                    f"insert into {table} ({', '.join(names)}) select {', '.join(names)}"
                    f" from unnest({', '.join(_arrays(names))})"
                    f" as u({', '.join(names)})",
                    *([row[name] for row in part] for name in names),
                )
        await connection.execute(
            _DECIDE,
            settlement.case.place_id,
            *(
                [row[name] for row in lines]
                for name in ("id", "disposition", "amount_fen", "facts")
            ),
        )


_TYPES: Final = {
    "round": "int",
    "rules_version": "smallint",
    "grade": "smallint",
    "revision": "int",
    "amount_fen": "bigint",
    "facts": "jsonb",
    "at": "timestamptz",
    "row_no": "int",
    "counts_on": "date",
    "ended_at": "timestamptz",
    "issued_on": "date",
}
"""Columns that are neither text nor ids."""


def _arrays(names: list[str]) -> list[str]:
    kinds = (
        _TYPES.get(name, "uuid" if name == "id" or name.endswith("_id") else "text")
        for name in names
    )
    return [
        f"${n}::{'text' if name == 'policy_id' else kind}[]"
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1)
    ]
