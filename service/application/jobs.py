"""Jobs as people and the clock see them: sweep, open the days of schedules, look at what is stuck,
replay it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.errors import Refusal
from domain.jobs import JobRecord, Offer, Schedule, check_replayable
from domain.party import Actor
from domain.ports.jobs import Doorbell, Leases, Schedules
from domain.ports.work import BeginWork, Work

SWEPT_MAX: Final = 500
PERIODS_MAX: Final = 100
"""Dates of one schedule opened at once; the next tick goes on where this one ended."""
STUCK_MAX: Final = 500


async def sweep_jobs(*, leases: Leases, doorbell: Doorbell) -> Sequence[Offer]:
    """Offer again the jobs whose worker vanished; bury those that died on their last attempt."""
    offers = await leases.sweep(SWEPT_MAX)
    for offer in offers:
        if not offer.dead:
            await doorbell.ring(offer.id, offer.attempt)
    return offers


async def open_due_periods(
    table: Sequence[Schedule], *, schedules: Schedules, now: datetime, doorbell: Doorbell
) -> Sequence[UUID]:
    """Add the jobs of the dates that are due by the business instant `now` and missing.

    Two schedulers at once add each date once.
    """
    opened: list[UUID] = []
    for schedule in table:
        opened += await schedules.open_due(schedule, schedule.due_through(now), PERIODS_MAX)
    for job_id in opened:
        await doorbell.ring(job_id, 0)
    return opened


async def stuck_jobs(actor: Actor, *, begin_work: BeginWork) -> Sequence[JobRecord]:
    """Return refused and dead jobs of all places, the oldest first. For operators; ids and codes
    only.
    """
    async with begin_work(actor) as work:
        return await work.jobs.stuck(STUCK_MAX)


async def replay_job(
    job_id: UUID, actor: Actor, *, begin_work: BeginWork, doorbell: Doorbell
) -> None:
    """Offer a refused or dead job, or a schedule's done one, again, and record who did so.

    Refuses `not_found`, `job_not_replayable`.
    """
    async with begin_work(actor) as work:
        job = await work.jobs.get(job_id)
        check_replayable(job)
        await work.jobs.replay(job)
        await work.audit.record(
            Act(
                action="job.replayed",
                object_kind="job",
                object_id=str(job.id),
                ground=await _ground_of(job, work),
                facts={
                    "kind": job.kind,
                    "ref": str(job.ref),
                    "state": str(job.state),
                    "attempts": job.attempts,
                    "last_error": job.last_error,
                },
            )
        )
        await work.commit()
    await doorbell.ring(job_id, 0)


async def job_of_period(name: str, period: date, *, schedules: Schedules) -> UUID:
    """Return the job that serves a date of a schedule, for `replay_job`; refuses `not_found`."""
    job_id = await schedules.job_of(name, period)
    if job_id is None:
        raise Refusal("not_found")
    return job_id


async def _ground_of(job: JobRecord, work: Work) -> Ground | None:
    if job.place_id is None:
        return None
    place = await work.places.get(job.place_id)
    return Ground(
        place_id=place.id,
        org_id=place.bureau_org_id,
        partner_org_id=None,
        region_path=place.region_path,
    )
