"""Cursors fit one list, one set of filters, one person; anything else is refused."""

from random import Random
from uuid import UUID

import pytest

from domain.errors import Refusal
from service.http.pagination import Cursors, Page
from tests.unit.http.stub_api import client_of, signed_in, stub_app

CURSORS = Cursors(b"secret")


def test_a_cursor_comes_back_as_what_it_was() -> None:
    cursor = CURSORS.write(binding="list", after="0190")
    assert CURSORS.read(cursor, binding="list") == "0190"
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_thousand_tampered_cursors_are_refused(seed: int) -> None:
    random = Random(seed)
    cursor = CURSORS.write(binding="list", after="0190f3a4-c1d2-7b5e-8f60-718293a4b5c6")
    letters = "ABCXYZabcxyz0189-_="
    for _ in range(1000):
        at = random.randrange(len(cursor))
        letter = random.choice([letter for letter in letters if letter != cursor[at]])
        with pytest.raises(Refusal, match="cursor_invalid"):
            CURSORS.read(cursor[:at] + letter + cursor[at + 1 :], binding="list")


@pytest.mark.parametrize("cursor", ["", "x", "====", "张三", "AAAA", "A" * 400, "../..", "\x00"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        CURSORS.read(cursor, binding="list")


def test_a_cursor_of_another_list_or_another_installation_is_refused() -> None:
    cursor = CURSORS.write(binding="list", after="1")
    with pytest.raises(Refusal, match="cursor_invalid"):
        CURSORS.read(cursor, binding="other list")
    with pytest.raises(Refusal, match="cursor_invalid"):
        Cursors(b"another secret").read(cursor, binding="list")


def test_a_page_in_id_order_refuses_a_place_that_is_no_id() -> None:
    assert Page(size=1, after=None).after_id is None
    assert Page(size=1, after=str(UUID(int=7))).after_id == UUID(int=7)
    with pytest.raises(Refusal, match="cursor_invalid"):
        _ = Page(size=1, after="2025-04-01").after_id


async def test_walking_the_pages_shows_everything_once() -> None:
    async with client_of(stub_app()) as client:
        pages: list[list[str]] = []
        query = {"page_size": "2", "kind": "long"}
        while "cursor" not in query or query["cursor"]:
            page = (await client.get("/v1/plans", params=query, headers=signed_in())).json()
            pages.append([item["id"] for item in page["items"]])
            query["cursor"] = page["next_cursor"] or ""
    ids = [str(UUID(int=n)) for n in range(5)]
    assert pages == [ids[:2], ids[2:4], ids[4:]]


async def test_a_page_that_ends_with_the_list_has_no_next_one() -> None:
    async with client_of(stub_app()) as client:
        answer = await client.get("/v1/plans?page_size=5", headers=signed_in())
        assert (len(answer.json()["items"]), answer.json()["next_cursor"]) == (5, None)


async def test_a_cursor_serves_nobody_else_and_no_other_filter() -> None:
    async with client_of(stub_app()) as client:
        first = await client.get("/v1/plans?page_size=2", headers=signed_in())
        cursor = first.json()["next_cursor"]
        stranger = await client.get(
            f"/v1/plans?cursor={cursor}", headers=signed_in("other-token-0002")
        )
        filtered = await client.get(f"/v1/plans?cursor={cursor}&kind=long", headers=signed_in())
        larger = await client.get(f"/v1/plans?cursor={cursor}&page_size=3", headers=signed_in())
    assert [answer.status_code for answer in (stranger, filtered, larger)] == [400, 400, 200]
    assert stranger.json()["code"] == filtered.json()["code"] == "cursor_invalid"
