"""Row 1 of DESIGN 7: file a plan with a hundred people over HTTP, everything on, and by hand."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.bench.contender import Contender
from tests.bench.plans import PEOPLE
from tests.bench.report import Result, compared
from tests.bench.stage import CONNECTIONS, Stage, one, serving, superuser
from tests.bench.tables import Held, added, check_same, holdings
from tests.people import PASSWORD

TARGETS: Final = {1: 0.45, 2: 0.60}
"""Least share of the bare rate, by API processes."""
WARMING: Final = 3
"""Rounds over HTTP before the first that counts: statements are prepared once a connection."""


async def filings(stage: Stage, folder: Path, *, rounds: int, plans: int) -> AsyncIterator[Result]:
    """Measure with one API process and with two; `plans` are filed in a round of either way."""
    admin = superuser(stage)
    numbers = count(0, plans)
    try:
        for processes in TARGETS:
            yield await _filings(
                stage, folder, admin, numbers, processes, rounds=rounds, plans=plans
            )
    finally:
        await admin.dispose()


async def _filings(
    stage: Stage,
    folder: Path,
    admin: AsyncEngine,
    numbers: Iterator[int],
    processes: int,
    *,
    rounds: int,
    plans: int,
) -> Result:
    told = {"connections": CONNECTIONS, "filers": [asdict(filer) for filer in stage.filers]}
    ours: list[float] = []
    bare: list[float] = []
    with serving(stage, processes, folder / "api.log") as port:
        http = Contender(
            "tests.bench.filing_over_http", {**told, "port": port, "password": PASSWORD}
        )
        with closing(http):
            for _ in range(WARMING):
                http.prepare(next(numbers), plans)
                http.run()
            by_http = await _counted(http, admin, next(numbers), plans)
            hand = Contender("tests.bench.filing_bare", {**told, **await _shared(stage, admin)})
            with closing(hand):
                by_hand = await _counted(hand, admin, next(numbers), plans)
                check_same(by_http, by_hand)
                await one(admin, "vacuum (analyze)")
                before = await holdings(admin)
                for n in range(rounds):
                    for way in (http, hand) if n % 2 else (hand, http):
                        way.prepare(next(numbers), plans)
                        await one(admin, "checkpoint")
                        (ours if way is http else bare).append(plans / way.run())
                check_same(
                    added(before, await holdings(admin)), _expected(by_http, by_hand, rounds)
                )
    each = "process" if processes == 1 else "processes"
    return compared(
        f"file a plan with {PEOPLE} people over HTTP, {processes} API {each}",
        "filings/s",
        ours,
        bare,
        target=TARGETS[processes],
        at_least=True,
    )


async def _counted(way: Contender, admin: AsyncEngine, first: int, plans: int) -> dict[str, Held]:
    """Run a round that is counted and not timed."""
    way.prepare(first, plans)
    before = await holdings(admin)
    way.run()
    return added(before, await holdings(admin))


def _expected(ours: dict[str, Held], bare: dict[str, Held], rounds: int) -> dict[str, Held]:
    """Return what so many rounds of either way leave, if each leaves what its counted round left."""
    return {
        table: Held(
            rounds * (held.rows + bare[table].rows), rounds * (held.bytes + bare[table].bytes)
        )
        for table, held in ours.items()
    }


async def _shared(stage: Stage, admin: AsyncEngine) -> dict[str, Any]:
    """What the bare way takes from a filing made by the product: its policy, its kept answer."""
    async with admin.connect() as connection:
        row = (
            await connection.execute(
                text(
                    "select f.policy_version_id, k.headers::text as headers, k.body"
                    "  from filings f, kept_answers k limit 1"
                )
            )
        ).one()
    return {
        "dsn": stage.dsn,
        "key_file": stage.settings.key_file,
        "policy_version_id": row.policy_version_id,
        "headers": json.dumps(json.loads(row.headers)),
        "answer": b64encode(row.body).decode(),
    }
