"""`python -m tests.bench`: measure, print each row when it is there, exit 1 when one misses its target."""

import argparse
import asyncio
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Final

from domain.roster.vouchers import LIST_MAX
from tests.bench.filing import filings
from tests.bench.payments import LINES, payments
from tests.bench.postings import postings
from tests.bench.queues import FEW, queues
from tests.bench.queues import PEOPLE as QUEUED
from tests.bench.report import HEADER, Result, failed
from tests.bench.rosters import rosters
from tests.bench.settlement import PEOPLE, settlements
from tests.bench.stage import Stage, one, staged, superuser
from tests.bench.vouchers import VOUCHERS, vouchers

ROWS: Final = ("filing", "postings", "rosters", "settlement", "payments", "vouchers", "queues")


async def _facts(stage: Stage) -> str:
    admin = superuser(stage)
    try:
        server = str(await one(admin, "select 'PostgreSQL ' || current_setting('server_version')"))
    finally:
        await admin.dispose()
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{server}, Python {platform.python_version()}, {cores} cores, load {load:.1f}"


def _row(name: str, stage: Stage, folder: Path, *, quick: bool) -> AsyncIterator[Result]:
    """Return one row, which has not begun."""
    match name:
        case "filing":
            return filings(stage, folder, rounds=5 if quick else 15, plans=60 if quick else 100)
        case "postings":
            return postings(
                stage,
                rounds=3 if quick else 5,
                set_size=20_000 if quick else 100_000,
                single_rounds=10 if quick else 30,
                singles=50 if quick else 100,
            )
        case "rosters":
            return rosters(rounds=5 if quick else 15, people=10_000)
        case "settlement":
            return settlements(stage, people=min(PEOPLE, 10_000) if quick else PEOPLE)
        case "payments":
            return payments(stage, folder, lines=min(LINES, 5_000) if quick else LINES)
        case "vouchers":
            count = min(VOUCHERS, 20_000) if quick else VOUCHERS
            return _each(
                vouchers(stage, folder, count=count, listed=min(LIST_MAX, count), say=_say)
            )
        case _:
            return queues(
                stage,
                folder,
                people=min(QUEUED, 10 * FEW) if quick else QUEUED,
                rounds=20 if quick else 60,
            )


async def _measured(name: str, stage: Stage, folder: Path, *, quick: bool) -> bool:
    """Say each result as soon as it is there; a row that breaks is a row that fails, and no other."""
    passed = True
    started = time.monotonic()
    try:
        async for result in _row(name, stage, folder, quick=quick):
            _say(result.line())
            passed &= result.passes
    except Exception as broken:  # noqa: BLE001 - whatever it is, the other rows are measured
        traceback.print_exc()
        _say(failed(name, broken))
        passed = False
    _say(f"  {name}: {time.monotonic() - started:.0f} s")
    return passed


async def _each(measured: Awaitable[list[Result]]) -> AsyncIterator[Result]:
    """Give a row's results, which it measures together, one by one."""
    for result in await measured:
        yield result


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a bench is there to print


def main() -> int:
    """Run the rows asked for; returns 1 when one fails, so that a script can tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"{', '.join(ROWS)}; all unless named")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    passed = True
    with tempfile.TemporaryDirectory(prefix="xuetu-bench-") as made:
        for n, name in enumerate(asked.rows or ROWS):
            folder = Path(made) / name
            # Servers of its own: no row measures, or stumbles over, what another one has left.
            with staged(folder) as stage:
                if n == 0:
                    _say(asyncio.run(_facts(stage)))
                    _say(HEADER)
                passed &= asyncio.run(_measured(name, stage, folder, quick=asked.quick))
            shutil.rmtree(folder)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
