"""Two requests with one key are one act: proved on PostgreSQL with real races."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.party import Actor
from domain.ports.jobs import Doorbell
from domain.ports.requests import KeptAnswer
from domain.ports.work import BeginWork, Work
from service.application.once import KeyedRequest, once
from tests.people import Staff

KEY = "key-of-one-request"
ANSWER = KeptAnswer(
    status=201,
    headers={"ETag": '"1"', "Content-Type": "application/json", "Content-Language": "zh-CN"},
    body='{"name":"张三"}\n'.encode(),
)
RACERS = 20


class NoBell(Doorbell):
    """Nobody listens."""

    async def ring(self, job_id: UUID, attempt: int) -> None:
        raise AssertionError(job_id, attempt)

    async def listen(self, wake: Callable[[], None]) -> None:
        raise AssertionError(wake)


def request_of(fingerprint: bytes = b"f" * 32, key: str = KEY) -> KeyedRequest:
    return KeyedRequest(key=key, fingerprint=fingerprint)


async def ask(
    begin_work: BeginWork,
    actor: Actor,
    act: Callable[[Work], Awaitable[KeptAnswer]],
    request: KeyedRequest,
) -> tuple[KeptAnswer, bool]:
    return await once(
        request, actor, act, lambda answer: answer, begin_work=begin_work, doorbell=NoBell()
    )


async def answered(_: Work) -> KeptAnswer:
    return ANSWER


async def test_a_kept_answer_comes_back_as_it_was(begin_work: BeginWork, staff: Staff) -> None:
    first = await ask(begin_work, staff.filer, answered, request_of())
    again = await ask(begin_work, staff.filer, answered, request_of())
    assert (first, again) == ((ANSWER, False), (ANSWER, True))


async def test_a_key_used_for_another_request_is_refused(
    begin_work: BeginWork, staff: Staff
) -> None:
    await ask(begin_work, staff.filer, answered, request_of())
    with pytest.raises(Refusal, match="key_reused"):
        await ask(begin_work, staff.filer, answered, request_of(b"g" * 32))


async def test_another_persons_key_is_another_key_and_cannot_be_seen(
    begin_work: BeginWork, staff: Staff
) -> None:
    await ask(begin_work, staff.filer, answered, request_of())
    _, replayed = await ask(begin_work, staff.handler, answered, request_of(b"g" * 32))
    assert not replayed


async def test_simultaneous_twins_are_one_act_with_identical_answers(
    begin_work: BeginWork, staff: Staff
) -> None:
    acts = 0

    async def act(work: Work) -> KeptAnswer:
        nonlocal acts
        acts += 1
        await work.cases.held([], [])  # another statement between the claim and the commit
        return KeptAnswer(status=201, headers={}, body=str(acts).encode())

    async def racer() -> tuple[KeptAnswer, bool]:
        return await ask(begin_work, staff.filer, act, request_of())

    outcomes = await asyncio.gather(*(racer() for _ in range(RACERS)))
    assert acts == 1
    assert {answer.body for answer, _ in outcomes} == {b"1"}
    assert sorted(replayed for _, replayed in outcomes) == [False] + [True] * (RACERS - 1)


async def test_when_the_first_is_refused_the_waiting_twin_is_decided_anew(
    begin_work: BeginWork, staff: Staff
) -> None:
    claimed, go_on = asyncio.Event(), asyncio.Event()

    async def refused(_: Work) -> KeptAnswer:
        claimed.set()
        await go_on.wait()
        raise Refusal("wrong_state", state="a", event="b")

    first = asyncio.create_task(ask(begin_work, staff.filer, refused, request_of()))
    await claimed.wait()
    twin = asyncio.create_task(ask(begin_work, staff.filer, answered, request_of()))
    go_on.set()
    with pytest.raises(Refusal, match="wrong_state"):
        await first
    assert await twin == (ANSWER, False)


async def test_a_twin_that_waits_too_long_is_told_to_come_back(
    begin_work: BeginWork, staff: Staff
) -> None:
    claimed, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Work) -> KeptAnswer:
        claimed.set()
        await go_on.wait()
        return ANSWER

    first = asyncio.create_task(ask(begin_work, staff.filer, slow, request_of()))
    await claimed.wait()
    with pytest.raises(Refusal) as refused:
        await ask(begin_work, staff.filer, answered, request_of())
    assert (refused.value.code, refused.value.retry_after_s) == ("twin_in_flight", 3)
    go_on.set()
    assert await first == (ANSWER, False)


async def test_the_short_lock_timeout_ends_with_the_claim(
    engine: AsyncEngine, begin_work: BeginWork, staff: Staff
) -> None:
    timeouts: list[str] = []

    async def act(work: Work) -> KeptAnswer:
        connection = vars(work)["_connection"]
        timeouts.append((await connection.execute(text("show lock_timeout"))).scalar_one())
        return ANSWER

    await ask(begin_work, staff.filer, act, request_of())
    async with engine.connect() as connection:
        outside = (await connection.execute(text("show lock_timeout"))).scalar_one()
    assert timeouts == [outside]


async def test_a_claim_whose_work_is_left_keeps_nothing(
    begin_work: BeginWork, staff: Staff
) -> None:
    async with begin_work(staff.filer) as work:
        assert await work.requests.claim(KEY, b"f" * 32) is None
        await work.requests.keep(KEY, ANSWER)
    assert await ask(begin_work, staff.filer, answered, request_of(b"g" * 32)) == (ANSWER, False)
