"""`xuetu jobs`: what stopped for good and waits for an operator, and offering it again."""

import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from domain.jobs import JobRecord
from domain.party import system_actor
from service.application.jobs import replay_job, stuck_jobs
from service.commands.running import of_running
from service.settings import Settings
from service.wiring import open_ports

_OPERATOR = system_actor(bureau_org_id=UUID(int=0), region_path="/")
PATIENCE_S = 3


def stuck(settings: Settings) -> int:
    """List refused and dead jobs, a line each; exit 1 when there are any."""
    reached = of_running(settings)
    if reached is None:
        return 2
    jobs = asyncio.run(_stuck(reached))
    for job in jobs:
        place = job.place_id or "-"
        error = job.last_error or "-"
        print(f"{job.id}\t{job.state}\t{job.kind}\t{job.ref}\t{place}\t{job.attempts}\t{error}")
    return 1 if jobs else 0


def replay(settings: Settings, *, job_id: str) -> int:
    """Offer one of them again; recorded in the audit trail. Refuses `not_found`, `job_not_replayable`."""
    reached = of_running(settings)
    if reached is None:
        return 2
    try:
        wanted = UUID(job_id)
    except ValueError:
        print(f"xuetu: {job_id} is not a job's id; see `xuetu jobs`", file=sys.stderr)
        return 2
    asyncio.run(_replay(reached, wanted))
    return 0


async def _stuck(settings: Settings) -> Sequence[JobRecord]:
    async with open_ports(settings, patience_s=PATIENCE_S) as ports:
        return await stuck_jobs(_OPERATOR, begin_work=ports.begin_work)


async def _replay(settings: Settings, job_id: UUID) -> None:
    async with open_ports(settings, patience_s=PATIENCE_S) as ports:
        await replay_job(job_id, _OPERATOR, begin_work=ports.begin_work, doorbell=ports.doorbell)
