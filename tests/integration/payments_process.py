"""A worker in a process of its own, to be killed at a named point: URL, kind of job, point.

Takes one bank line in a transaction, so that a small file has chunks.
"""

import asyncio
import sys
from functools import partial

from jobs.payment import ingest_bank_result
from jobs.worker import Worker
from service.application.crash_points import arm
from tests.integration.payments_rig import open_rig


async def work(url: str, kind: str) -> None:
    """Run the jobs of one kind until none is due."""
    async with open_rig(url) as rig:
        await Worker(rig, {kind: partial(ingest_bank_result, size=1)}).run_until_idle()


if __name__ == "__main__":
    arm(sys.argv[3])
    asyncio.run(work(sys.argv[1], sys.argv[2]))
