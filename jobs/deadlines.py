"""Jobs of every day: what happens because a day has passed, place by place.

The cursor is the last place done, so that a job that was interrupted goes on with the next; each
place is a transaction of its own, or several where an act does a part and is asked again until nothing
is left. The job acts for its own date, `run.day`: what passed on a missed day has passed on the next, and
yesterday can be replayed.
"""

from collections.abc import Awaitable
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from domain.ports.work import Work
from jobs.run import Handler, JobRun


class PlaceAct(Protocol):
    """One use case of `service.application.deadlines`."""

    def __call__(self, work: Work, *, place_id: UUID, on: date) -> Awaitable[int]: ...


_NO_PLACE: Final = UUID(int=0)


def in_every_place(act: PlaceAct, *, in_parts: bool = False) -> Handler:
    """Make the handler that does an act for the job's date in every place; `in_parts` until it returns 0."""

    async def handle(run: JobRun) -> None:
        on = run.day
        async with run.begin() as work:
            places = sorted(await work.places.all(), key=lambda place: place.id)
        for place in places:
            done = UUID(run.job.cursor) if run.job.cursor is not None else _NO_PLACE
            while place.id > done:
                async with run.begin_in(place) as work:
                    acted = await act(work, place_id=place.id, on=on)
                    if not in_parts or not acted:
                        done = place.id
                    await run.advance(work, str(done))
        async with run.begin() as work:
            await run.finish(work)

    return handle
