"""Row 7 of DESIGN 7: a queue page in every scope, over HTTP, among many people and among few.

Two databases on one server: in one the filings of ten thousand people wait, in the other those of
many more. The same request goes to an API of each, in turn. The filings are copies of one that the
product made, a hundred people each, spread over many places; an enterprise, a county and all above
them hold a full page in both.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.bench.filing_over_http import Connection, body_of, posted
from tests.bench.plans import body
from tests.bench.report import Result, compared
from tests.bench.stage import Stage, dsn_of, one, serving
from tests.people import PASSWORD

PEOPLE: Final = int(os.environ.get("XUETU_BENCH_QUEUE_PEOPLE", "1000000"))
"""How many people the large database holds; `make bench-large` asks for ten million."""

FEW: Final = 10_000
A_FILING: Final = 100
PAGE: Final = 20
COPY: Final = "xuetu_few"
PLAN: Final = 100_000
"""The number of the plan that is copied: no other row of the bench comes so far."""

PAGES: Final = {
    "filings submitted": f"/v1/filings?state=submitted&page_size={PAGE}",
    "people": f"/v1/work-ledger/people?page_size={PAGE}",
}
SCOPES: Final = {"county": None, "city": "/32/3206/", "province": "/32/"}

# Sixty places of the province besides those that are staffed, so that it walks the page's order.
_PLACES: Final = (
    "insert into regions (path, name) select '/32/3298/', '试验市' on conflict do nothing",
    """
    insert into regions (path, name)
    select '/32/3298/3298' || to_char(n, 'FM00') || '/', '试验县' from generate_series(1, 60) n
    """,
    """
    insert into organisations (id, kind, name)
    select md5('bureau' || n)::uuid, 'bureau', '试验局' || n from generate_series(1, 60) n
    """,
    """
    insert into places (id, region_path, bureau_org_id, finance_org_id)
    select md5('place' || n)::uuid, '/32/3298/3298' || to_char(n, 'FM00') || '/',
           md5('bureau' || n)::uuid, md5('bureau' || n)::uuid from generate_series(1, 60) n
    """,
)
# A quarter of the few is the enterprise's and a half its county's; of the many, a fortieth and a tenth.
_WHERE: Final = """
create table bench_filings as
select n, md5('filing' || n)::uuid as id, p.place_id, p.region_path, p.org_id
  from generate_series($1::int, $2::int) n
  join (select row_number() over (order by p.region_path <> $3, p.region_path) - 1 as i, p.id as place_id,
               p.region_path, p.bureau_org_id as org_id, count(*) over () as places
          from places p where starts_with(p.region_path, '/32/')) p
    on p.i = case when n <= 100 then case when n % 4 < 2 then 0 else 1 + n % (p.places - 1) end
                  when n % 10 = 0 then 0 else 1 + n % (p.places - 1) end
"""
_MINE: Final = """
update bench_filings set org_id = $1
 where region_path = $2 and case when n <= 100 then n % 4 = 0 else n % 40 = 0 end
"""


async def queues(stage: Stage, folder: Path, *, people: int, rounds: int) -> AsyncIterator[Result]:
    """Stage both databases, and ask both for each page in each scope, in turn."""
    url = make_url(stage.servers.admin_url)
    maintenance = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    many = create_async_engine(url.set(database="xuetu"), isolation_level="AUTOCOMMIT")
    template = await _template(stage, many, folder / "template.log")
    await _accounts(many, stage)
    for statement in _PLACES:
        await one(many, statement)
    dsn = dsn_of(url.set(database="xuetu").render_as_string(False))
    await _fill(dsn, stage, template, 1, FEW // A_FILING)
    await many.dispose()
    await one(maintenance, f"create database {COPY} template xuetu owner xuetu_migrator")
    await maintenance.dispose()
    await _fill(dsn, stage, template, FEW // A_FILING + 1, people // A_FILING)
    for name in ("xuetu", COPY):
        engine = create_async_engine(url.set(database=name), isolation_level="AUTOCOMMIT")
        await one(engine, "vacuum (analyze)")
        await engine.dispose()
    with ExitStack() as running:
        ports = [
            running.enter_context(serving(_on(stage, name), 1, folder / f"{name}.log"))
            for name in ("xuetu", COPY)
        ]
        asking = [await _signed_in(port, stage) for port in ports]
        for page in PAGES:
            for scope in ("enterprise", *SCOPES):
                yield await _measured(asking, scope, page, people, rounds)


def _on(stage: Stage, database: str) -> Stage:
    """Return the stage with another database of the same server."""
    other = make_url(stage.servers.database_url).set(database=database).render_as_string(False)
    return replace(
        stage,
        settings=replace(stage.settings, database_url=other),
        servers=replace(stage.servers, database_url=other),
    )


async def _template(stage: Stage, admin: AsyncEngine, log: Path) -> str:
    """File one plan as the first enterprise; returns its id."""
    filer = stage.filers[0]
    with serving(stage, 1, log) as port:
        connection = await _connected(port)
        token = await _token(connection, filer.account_name)
        answer = await connection.ask(posted("/v1/filings", body(PLAN, filer), token=token))
        body_of(answer, 201)
    of_mine = f"select id from filings where org_id = '{filer.org_id}' order by id desc limit 1"
    return str(await one(admin, of_mine))


async def _accounts(admin: AsyncEngine, stage: Stage) -> None:
    """Give the first county's reviewer accounts that look at the county, the city and the province."""
    county = stage.filers[0]
    for name, region in SCOPES.items():
        await one(
            admin,
            "insert into user_accounts (id, name, person_id, password_hash, org_id, region_path, roles)"
            f" select gen_random_uuid(), 'bench-{name}', person_id, password_hash, org_id,"
            f" '{region or county.region_path}', roles from user_accounts"
            f" where name = 'handler-{county.region_code}'",
        )


_connect: Final[Any] = asyncpg.connect  # asyncpg ships no types


async def _fill(dsn: str, stage: Stage, template: str, first: int, last: int) -> None:
    """Copy the template's case, filing and people to the filings of these numbers."""
    county = stage.filers[0]
    connection = await _connect(dsn)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("drop table if exists bench_filings")
    await connection.execute(
        _WHERE.replace("$1", str(first))
        .replace("$2", str(last))
        .replace("$3", f"'{county.region_path}'")
    )
    await connection.execute(_MINE, county.org_id, county.region_path)
    placed = {name: f"b.{name}" for name in ("place_id", "org_id", "region_path")}
    await _copied(connection, "cases", f"t.id = '{template}'", {**placed, "id": "b.id"})
    await _copied(connection, "filings", f"t.id = '{template}'", {**placed, "id": "b.id"})
    await _copied(
        connection,
        "enrolments",
        f"t.filing_id = '{template}'",
        {
            **placed,
            "filing_id": "b.id",
            "id": "md5('seat' || b.n || '-' || t.seat_no)::uuid",
            "person_id": "md5('person' || b.n || '-' || t.seat_no)::uuid",
        },
    )
    await connection.execute("drop table bench_filings")
    await connection.close()


async def _copied(connection: Any, table: str, where: str, changed: dict[str, str]) -> None:
    names = [
        row["column_name"]
        for row in await connection.fetch(
            "select column_name from information_schema.columns"
            " where table_name = $1 and table_schema = 'public' and is_generated = 'NEVER'",
            table,
        )
    ]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    await connection.execute(
        f"insert into {table} ({', '.join(names)})"
        f" select {values} from bench_filings b cross join {table} t where {where}",
        timeout=1800,
    )


async def _connected(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


async def _token(connection: Connection, account_name: str) -> str:
    signed_in = {"account_name": account_name, "password": PASSWORD}
    return str(body_of(await connection.ask(posted("/v1/sessions", signed_in)), 201)["token"])


Asking = tuple[Connection, dict[str, str]]


async def _signed_in(port: int, stage: Stage) -> Asking:
    connection = await _connected(port)
    names = {"enterprise": stage.filers[0].account_name}
    names |= {scope: f"bench-{scope}" for scope in SCOPES}
    return connection, {scope: await _token(connection, name) for scope, name in names.items()}


async def _measured(
    asking: list[Asking], scope: str, page: str, people: int, rounds: int
) -> Result:
    taken: list[list[float]] = [[], []]
    for n in range(rounds + 10):  # the first ten let either prepare its statements
        for which in _turns(n):
            connection, tokens = asking[which]
            request = (
                f"GET {PAGES[page]} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n"
                f"Authorization: Bearer {tokens[scope]}\r\n\r\n"
            ).encode()
            started = time.perf_counter()
            answer = await connection.ask(request)
            seconds = time.perf_counter() - started
            if len(body_of(answer, 200)["items"]) != PAGE:
                raise RuntimeError(
                    f"a page of {page} for the {scope} is not full: {_items(answer)}"
                )
            if n >= 10:
                taken[which].append(1000 * seconds)
    return compared(
        f"a page of {page}, {scope}, {people:,} people".replace(",", " "),
        "ms",
        taken[0],
        taken[1],
        target=1.5,
        at_least=False,
    )


def _turns(n: int) -> Iterator[int]:
    yield from (0, 1) if n % 2 else (1, 0)


def _items(answer: bytes) -> str:
    return json.dumps(body_of(answer, 200), ensure_ascii=False)[:200]
