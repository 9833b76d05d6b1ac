"""`python -m tests.bench`: measure, print one line a row, exit 1 when a row fails its target."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.bench.filing import filings
from tests.bench.postings import postings
from tests.bench.report import HEADER, Result
from tests.bench.stage import Stage, one, staged, superuser


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
    print(await _facts(stage))
    print(HEADER, flush=True)
    results: list[Result] = []
    if "filing" in wanted:
        results += await filings(
            stage, folder, rounds=3 if quick else 9, plans=120 if quick else 400
        )
    if "postings" in wanted:
        results += await postings(
            stage,
            rounds=3 if quick else 7,
            set_size=20_000 if quick else 100_000,
            singles=300 if quick else 1_000,
        )
    return results


def main() -> int:
    """Run the rows asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="filing, postings; all unless named")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xuetu-bench-") as folder:
        with staged(Path(folder)) as stage:
            results = asyncio.run(
                _measured(
                    stage,
                    Path(folder),
                    set(asked.rows or ("filing", "postings")),
                    quick=asked.quick,
                )
            )
        for result in results:
            print(result.line())
    return 0 if all(result.passes for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
