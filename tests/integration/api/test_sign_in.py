"""Sign-in is slowed for a name that has failed too often, known or not, and for no other."""

import asyncio
import hashlib
import secrets
from typing import Final

import httpx
from sqlalchemy import text

from tests.integration.api.desk import Desk
from tests.people import PASSWORD

FAILURES: Final = 10
WAIT_S: Final = 15 * 60


async def _tried(desk: Desk, account_name: str, password: str = "wrong") -> httpx.Response:
    body = {"account_name": account_name, "password": password}
    return await desk.send(desk.ask("SignIn", None, body=body))


async def _statuses(desk: Desk, account_name: str, count: int) -> list[int]:
    return [(await _tried(desk, account_name)).status_code for _ in range(count)]


async def _quarter_of_an_hour_passes(desk: Desk) -> None:
    """Let what has been counted have begun so much earlier: it is counted by the database's own clock."""
    async with desk.house.admin.begin() as connection:
        moved = "update sign_in_failures set since = since - interval '15 minutes'"
        await connection.execute(text(moved))


async def test_after_ten_failures_even_the_right_password_waits_and_works_after_the_wait(
    desk: Desk,
) -> None:
    name = desk.staff.filer.account_name
    assert await _statuses(desk, name, FAILURES) == [401] * FAILURES
    for password in ("wrong", PASSWORD):
        slowed = await _tried(desk, name, password)
        assert (slowed.status_code, slowed.json()["code"]) == (429, "too_many_sign_ins")
        assert 0 < int(slowed.headers["Retry-After"]) <= WAIT_S
    other = await _tried(desk, desk.staff.handler.account_name, PASSWORD)
    assert other.status_code == 201, "another name does not wait"
    await _quarter_of_an_hour_passes(desk)
    assert (await _tried(desk, name, PASSWORD)).status_code == 201
    assert await _statuses(desk, name, 1) == [401]


async def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(desk: Desk) -> None:
    told = []
    for name in (desk.staff.filer.account_name, f"nobody-{secrets.token_hex(8)}"):
        answers = [await _tried(desk, name) for _ in range(FAILURES + 1)]
        bodies = [answer.json() for answer in answers]
        for body in bodies:
            del body["request_id"], body["instance"]
        told.append(([answer.status_code for answer in answers], bodies))
    assert told[0] == told[1]
    assert told[0][0] == [401] * FAILURES + [429]


async def test_the_right_password_and_time_both_begin_the_count_anew(desk: Desk) -> None:
    name = desk.staff.filer.account_name
    for _ in range(2):
        assert await _statuses(desk, name, FAILURES - 1) == [401] * (FAILURES - 1)
        assert (await _tried(desk, name, PASSWORD)).status_code == 201
    for _ in range(2):
        assert await _statuses(desk, name, FAILURES - 1) == [401] * (FAILURES - 1)
        await _quarter_of_an_hour_passes(desk)
    assert await _statuses(desk, name, FAILURES + 1) == [401] * FAILURES + [429]


async def test_of_many_guesses_at_once_no_more_than_the_limit_are_answered(desk: Desk) -> None:
    name = desk.staff.filer.account_name
    answers = await asyncio.gather(*(_tried(desk, name) for _ in range(3 * FAILURES)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * FAILURES + [429] * (2 * FAILURES)


async def test_a_right_password_that_was_being_checked_meanwhile_is_refused_too(desk: Desk) -> None:
    """It is counted when it is answered: what is guessed beside ten wrong ones is not learned."""
    name = desk.staff.filer.account_name
    assert await _statuses(desk, name, FAILURES - 1) == [401] * (FAILURES - 1)
    async with desk.house.admin.connect() as holding:
        # The row is held: both answers wait for it, the wrong one in front.
        await holding.execute(text("select from sign_in_failures for update"))
        wrong = asyncio.create_task(_tried(desk, name))
        await _waits_for_the_row(desk, 1)
        right = asyncio.create_task(_tried(desk, name, PASSWORD))
        await _waits_for_the_row(desk, 2)
        await holding.rollback()
    assert (await wrong).status_code == 401
    assert (await right).status_code == 429


async def _waits_for_the_row(desk: Desk, count: int) -> None:
    query = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and query like '%sign_in_failures%'"
    )
    async with desk.house.admin.connect() as looking:
        async with asyncio.timeout(30):
            while (await looking.execute(query)).scalar_one() < count:
                await looking.rollback()


async def test_no_name_can_be_read_from_what_is_counted(desk: Desk) -> None:
    name = f"nobody-{secrets.token_hex(8)}"
    assert await _statuses(desk, name, 1) == [401]
    async with desk.house.admin.connect() as connection:
        found = await connection.execute(text("select name_digest from sign_in_failures"))
        digests = {bytes(digest) for digest in found.scalars()}
    assert digests
    for plain in (name.encode(), hashlib.sha256(name.encode()).digest()):
        assert not any(plain in digest or digest in plain for digest in digests)
