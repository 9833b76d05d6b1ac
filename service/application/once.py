"""A request decided once: claim the key, act, keep the answer, commit, all in one transaction.

Two requests with one key are one act with two identical answers (DESIGN 3). A refusal leaves the
transaction and is not kept, so a retry is decided anew. This is the only place that commits for a
keyed request; afterwards it rings for the jobs the act has added.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from domain.party import Actor
from domain.ports.jobs import Doorbell
from domain.ports.requests import KeptAnswer
from domain.ports.work import BeginWork, Work
from service.application.crash_points import crash_point

T = TypeVar("T")
Act = Callable[[Work], Awaitable[T]]
Render = Callable[[T], KeptAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """What tells one request from another: the caller's key, and a digest of all that was asked."""

    key: str
    fingerprint: bytes


async def once(
    request: KeyedRequest,
    actor: Actor,
    act: Act[T],
    render: Render[T],
    *,
    begin_work: BeginWork,
    doorbell: Doorbell,
) -> tuple[KeptAnswer, bool]:
    """Decide a keyed request, or return the answer kept under its key and True.

    Refuses `key_reused` and `twin_in_flight`, and whatever `act` refuses.
    """
    async with begin_work(actor) as work:
        kept = await work.requests.claim(request.key, request.fingerprint)
        if kept is not None:
            return kept, True
        crash_point("once_claimed")
        answer = render(await act(work))
        crash_point("once_decided")
        await work.requests.keep(request.key, answer)
        crash_point("once_kept")
        await work.commit()
        added = tuple(work.jobs.added)
    crash_point("once_committed")
    await ring_for(added, doorbell)
    return answer, False


async def tried(actor: Actor, act: Act[T], *, begin_work: BeginWork) -> T:
    """Return what the act would do; leaving without a commit keeps nothing. Also how one reads."""
    async with begin_work(actor) as work:
        return await act(work)


async def changed(actor: Actor, act: Act[T], *, begin_work: BeginWork, doorbell: Doorbell) -> T:
    """Act and commit, for changes whose repetition changes nothing and so need no key."""
    async with begin_work(actor) as work:
        done = await act(work)
        await work.commit()
        added = tuple(work.jobs.added)
    await ring_for(added, doorbell)
    return done


async def ring_for(added: Sequence[UUID], doorbell: Doorbell) -> None:
    """Announce committed jobs: they are on file, so a bell that fails costs latency only."""
    for job_id in added:
        with suppress(Exception):
            await doorbell.ring(job_id, 0)
