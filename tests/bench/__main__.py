"""`python -m tests.bench`: measure, print one line a row, exit 1 when a row fails its target."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Final

from domain.roster.vouchers import LIST_MAX
from tests.bench.filing import filings
from tests.bench.payments import LINES, payments
from tests.bench.postings import postings
from tests.bench.queues import FEW, queues
from tests.bench.queues import PEOPLE as QUEUED
from tests.bench.report import HEADER, Result
from tests.bench.rosters import rosters
from tests.bench.settlement import PEOPLE, settlements
from tests.bench.stage import Stage, one, staged, superuser
from tests.bench.vouchers import VOUCHERS, vouchers

ROWS: Final = (
    "filing",
    "settlement",
    "postings",
    "rosters",
    "queues",
    "payments",
    "vouchers",
)


async def _facts(stage: Stage) -> str:
    admin = superuser(stage)
    try:
        server = str(await one(admin, "select 'PostgreSQL ' || current_setting('server_version')"))
    finally:
        await admin.dispose()
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{server}, Python {platform.python_version()}, {cores} cores, load {load:.1f}"


async def _measured(stage: Stage, folder: Path, wanted: set[str], *, quick: bool) -> list[Result]:
    _say(await _facts(stage))
    _say(HEADER)
    results: list[Result] = []
    if "filing" in wanted:
        results += await filings(
            stage, folder, rounds=5 if quick else 15, plans=60 if quick else 100
        )
    if "postings" in wanted:
        results += await postings(
            stage,
            rounds=3 if quick else 5,
            set_size=20_000 if quick else 100_000,
            single_rounds=10 if quick else 30,
            singles=50 if quick else 100,
        )
    if "rosters" in wanted:
        results += rosters(rounds=5 if quick else 15, people=10_000)
    if "settlement" in wanted:
        results += await settlements(stage, people=min(PEOPLE, 10_000) if quick else PEOPLE)
    if "payments" in wanted:
        results += await payments(stage, folder, lines=min(LINES, 5_000) if quick else LINES)
    if "vouchers" in wanted:
        count = min(VOUCHERS, 20_000) if quick else VOUCHERS
        results += await vouchers(stage, folder, count=count, listed=min(LIST_MAX, count), say=_say)
    if "queues" in wanted:
        people = min(QUEUED, 10 * FEW) if quick else QUEUED
        results += await queues(stage, folder, people=people, rounds=20 if quick else 60)
    for result in results:
        _say(result.line())
    return results


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a bench is there to print


def main() -> int:
    """Run the rows asked for; returns 1 when one fails, so that a script can tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"{', '.join(ROWS)}; all unless named")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xuetu-bench-") as made:
        folder = Path(made)
        with staged(folder) as stage:
            wanted = set(asked.rows) or set(ROWS)
            results = asyncio.run(_measured(stage, folder, wanted, quick=asked.quick))
    return 0 if all(result.passes for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
