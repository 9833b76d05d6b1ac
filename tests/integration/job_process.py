"""A worker in a process of its own, to be killed at a named point: URL, kind of job, point."""

import asyncio
import sys

from sqlalchemy.ext.asyncio import create_async_engine

from jobs.worker import Worker
from service.application.crash_points import arm
from tests.integration.job_rig import Rig, count_to_five


async def work(url: str, kind: str) -> None:
    """Run the jobs of one kind until none is due."""
    engine = create_async_engine(url)
    rig = Rig(engine, kind=kind)
    await Worker(rig, {kind: count_to_five}).run_until_idle()
    await engine.dispose()


if __name__ == "__main__":
    arm(sys.argv[3])
    asyncio.run(work(sys.argv[1], sys.argv[2]))
