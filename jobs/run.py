"""One leased job on its way through a handler, and the ways it can end.

A small job opens one work, does its effect and finishes in it. A large one repeats: open a work, do
a chunk (in under a third of the lease), advance; and finishes in the last. No external call inside
a work.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.jobs import Job
from domain.party import SYSTEM_PERSON, Actor, Role, system_actor
from domain.places import Place
from domain.ports.work import BeginWork, Work
from service.application.crash_points import crash_point

NOWHERE: Final = Actor(
    person_id=SYSTEM_PERSON,
    account_name="system",
    org_id=UUID(int=0),
    region_path=None,
    roles=frozenset({Role.SYSTEM}),
)
"""The system person outside every place: sees no case. A job for all places adds one job for each.
"""


class Yielded(Exception):
    """The worker is stopping and the chunk is kept: the handler ends here, another goes on."""


class UnfinishedJob(Exception):
    """A handler returned without finishing its job: a fault of the handler, so the job is tried
    again.
    """


class JobRun:
    """What a handler is given: the job, works to do it in, and the two ways of keeping what was
    done.
    """

    def __init__(
        self,
        job: Job,
        *,
        begin_work: BeginWork,
        lease: timedelta,
        deadline: asyncio.Timeout,
        stopping: asyncio.Event,
    ) -> None:
        self._job = job
        self._begin_work = begin_work
        self._lease = lease
        self._deadline = deadline
        self._stopping = stopping
        self._actor: Actor | None = None
        self._finished = False

    @property
    def job(self) -> Job:
        """The job, with the cursor of the last chunk kept."""
        return self._job

    @property
    def day(self) -> date:
        """The date that a schedule's job serves; LookupError for a job of no schedule."""
        if self._job.period is None:
            msg = f"{self._job.kind} serves a day of its schedule"
            raise LookupError(msg)
        return self._job.period

    @property
    def is_finished(self) -> bool:
        """Whether the job has been acknowledged and committed."""
        return self._finished

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Work, None]:
        """Open a work as the system person in the job's place; leaving it otherwise than by
        `finish` or `advance` keeps nothing.
        """
        if self._actor is None:
            self._actor = await self._system_there()
        async with self._begin_work(self._actor) as work:
            yield work

    @asynccontextmanager
    async def begin_in(self, place: Place) -> AsyncGenerator[Work, None]:
        """Open a work as the system person in one of all places: for a job of every day."""
        there = system_actor(bureau_org_id=place.bureau_org_id, region_path=place.region_path)
        async with self._begin_work(there) as work:
            yield work

    async def finish(self, work: Work) -> None:
        """Acknowledge the job in this work and commit: effect and acknowledgement are one.

        Raises JobLost, keeping nothing, when the lease has passed to another worker.
        """
        crash_point("job.after_effect")
        await work.jobs.finish(self._job)
        await work.commit()
        self._finished = True
        crash_point("job.after_commit")

    async def advance(self, work: Work, cursor: str) -> None:
        """Keep a chunk: move the cursor, extend the lease and commit, all in this work.

        Raises JobLost as `finish` does, and Yielded, with the chunk kept, when the worker is
        stopping.
        """
        crash_point("job.after_chunk_effect")
        await work.jobs.advance(self._job, cursor, self._lease)
        await work.commit()
        self._job = replace(self._job, cursor=cursor)
        self._deadline.reschedule(asyncio.get_running_loop().time() + self._lease.total_seconds())
        crash_point("job.after_chunk")
        if self._stopping.is_set():
            raise Yielded

    async def _system_there(self) -> Actor:
        if self._job.place_id is None:
            return NOWHERE
        async with self._begin_work(NOWHERE) as work:
            place = await work.places.get(self._job.place_id)
        return system_actor(bureau_org_id=place.bureau_org_id, region_path=place.region_path)


Handler = Callable[[JobRun], Awaitable[None]]
"""What one kind of job does. It may be run again after any crash, so its effect and `finish` share
a work.
"""
