"""Jobs of every day: what happens because a day has passed, place by place.

The cursor is the last place done, so that a job that was interrupted goes on with the next; each
place is a transaction of its own. The job acts for its own date, `run.day`: what passed on a missed day
has passed on the next, and yesterday can be replayed.
"""

from collections.abc import Awaitable
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.ports.work import Work
from jobs.run import Handler, JobRun


class PlaceAct(Protocol):
    """One use case of `service.application.deadlines`."""

    def __call__(self, work: Work, *, place_id: UUID, on: date) -> Awaitable[int]: ...


def in_every_place(act: PlaceAct) -> Handler:
    """Make the handler that does an act for the job's date in every place."""

    async def handle(run: JobRun) -> None:
        on = run.day
        async with run.begin() as work:
            places = sorted(await work.places.all(), key=lambda place: place.id)
        for place in places:
            if run.job.cursor is not None and place.id <= UUID(run.job.cursor):
                continue
            async with run.begin_in(place) as work:
                await act(work, place_id=place.id, on=on)
                await run.advance(work, str(place.id))
        async with run.begin() as work:
            await run.finish(work)

    return handle
