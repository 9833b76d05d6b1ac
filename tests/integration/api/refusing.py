"""How a refusal must look and what it must leave: a problem in both languages, and no trace."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import text

from domain.refusals import REGISTRY
from service.http.problems import STATUS_BY_FAMILY
from tests.integration.api.desk import Ask, Desk, House, Json

_TABLES = """
select format('select %L as name, count(*) as rows, coalesce(max(xmin::text::bigint), 0) as newest from %I',
              c.relname, c.relname) as query
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'public' and c.relkind = 'r' order by 1
"""

# Whoever writes a row has a number of its own: while no new one was given, and nobody who has one is under
# way, no row has changed.
_SNAPSHOT = """
select case when pg_snapshot_xmin(s) = pg_snapshot_xmax(s) then s::text end from pg_current_snapshot() s
"""

Traces = Mapping[str, tuple[int, int]]


async def traces(house: House) -> Traces:
    """Count every table's rows, and name its newest writer: an update leaves a trace too.

    Counts again only where somebody may have written since.
    """
    async with house.admin.connect() as opened:
        connection = await opened.execution_options(isolation_level="REPEATABLE READ")
        snapshot = (await connection.execute(text(_SNAPSHOT))).scalar_one()
        known = house.counted.get(snapshot)
        if known is not None:
            return known
        queries = (await connection.execute(text(_TABLES))).scalars().all()
        assert len(queries) > 30
        rows = await connection.execute(text(" union all ".join(queries)))
        found = {row.name: (row.rows, row.newest) for row in rows}
    house.counted.clear()
    if snapshot is not None:
        house.counted[snapshot] = found
    return found


@asynccontextmanager
async def unchanged(house: House) -> AsyncIterator[None]:
    """Whatever is asked inside stores nothing, in any table."""
    before = await traces(house)
    yield
    assert await traces(house) == before


async def problem_of(desk: Desk, ask: Ask, code: str, **headers: str) -> Json:
    """Send a request in both languages and return the English problem: the code's, and documented."""
    found: dict[str, Json] = {}
    for language in ("zh", "en"):
        answer = await desk.send(ask, **headers, Accept_Language=language)
        problem = problem_in(answer)
        assert problem["code"] == code, answer.text
        assert code in ask.operation.codes
        found[language] = problem
    assert found["zh"]["title"] == REGISTRY[code].title.zh
    assert found["en"]["title"] == REGISTRY[code].title.en
    assert pointers(found["zh"]) == pointers(found["en"])
    return found["en"]


async def refused(desk: Desk, ask: Ask, code: str, **headers: str) -> Json:
    """`problem_of`, and nothing was stored."""
    async with unchanged(desk.house):
        return await problem_of(desk, ask, code, **headers)


def problem_in(answer: httpx.Response) -> Json:
    """Return the problem of an answer; its status is that of the code's family."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: Json = answer.json()
    assert answer.status_code == STATUS_BY_FAMILY[REGISTRY[problem["code"]].family]
    assert answer.status_code == problem["status"] != 500
    return problem


def pointers(problem: Json) -> dict[str, str]:
    """The located faults."""
    return {error["pointer"]: error["code"] for error in problem["errors"]}
