"""Row 1 of DESIGN 7: file a plan with a hundred people over HTTP, everything on, and by hand."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.bench.contender import Contender
from tests.bench.plans import PEOPLE
from tests.bench.report import Result, compared
from tests.bench.stage import CONNECTIONS, Stage, one, serving, superuser
from tests.bench.tables import Held, added, check_same, holdings
from tests.people import PASSWORD

TARGETS = {1: 0.45, 2: 0.60}
"""Least share of the bare rate, by API processes."""


async def filings(stage: Stage, folder: Path, *, rounds: int, plans: int) -> list[Result]:
    """Measure with one API process and with two; `plans` are filed in a round of either way."""
    admin = superuser(stage)
    numbers = count(0, plans)
    try:
        return [
            await _filings(stage, folder, admin, numbers, processes, rounds=rounds, plans=plans)
            for processes in TARGETS
        ]
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
    with serving(stage, processes, folder / "api.log") as port:
        told = {"connections": CONNECTIONS, "filers": [asdict(filer) for filer in stage.filers]}
        http = Contender(
            "tests.bench.filing_over_http", {**told, "port": port, "password": PASSWORD}
        )
        with closing(http):
            await _round(http, admin, next(numbers), plans)
            hand = Contender(
                "tests.bench.filing_bare", {**told, **await _shared(stage, admin)}
            )
            with closing(hand):
                await _round(hand, admin, next(numbers), plans)
                await one(admin, "vacuum (analyze)")
                ours, bare = [], []
                for n in range(rounds):
                    left = {}
                    for way in (http, hand) if n % 2 else (hand, http):
                        seconds, left[way] = await _round(way, admin, next(numbers), plans)
                        (ours if way is http else bare).append(plans / seconds)
                    check_same(left[http], left[hand])
    each = "process" if processes == 1 else "processes"
    return compared(
        f"file a plan with {PEOPLE} people over HTTP, {processes} API {each}",
        "filings/s",
        ours,
        bare,
        target=TARGETS[processes],
        at_least=True,
    )


async def _round(
    way: Contender, admin: AsyncEngine, first: int, plans: int
) -> tuple[float, dict[str, Held]]:
    way.prepare(first, plans)
    before = await holdings(admin)
    await one(admin, "checkpoint")
    seconds = way.run()
    return seconds, added(before, await holdings(admin))


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
