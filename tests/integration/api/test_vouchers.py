"""Vouchers over HTTP: collected, given back, voided, frozen, released; and everything that is read of them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.identifiers.voucher_code import explain
from tests import qr_reading
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import pointers, refused, unchanged


async def history(desk: Desk, person: str, voucher: Json) -> list[tuple[str, str, str]]:
    """What single persons did: event, from, to."""
    shown = await desk.done("GetVoucherHistory", person, path={"voucher_id": voucher["id"]})
    return [(act["event"], act["from_state"], act["to_state"]) for act in shown["acts"]]


async def explained(desk: Desk, person: str, voucher: Json) -> Json:
    """Whether it can be used next."""
    return await desk.done("ExplainVoucher", person, path={"voucher_id": voucher["id"]})


async def test_a_worker_collects_a_voucher_of_a_general_project(desk: Desk) -> None:
    """Shows REG-11, REG-17."""
    voucher = await road.collected(desk)
    assert (voucher["state"], voucher["state_name"]) == (
        "collected",
        {"zh": "已领取", "en": "collected"},
    )
    assert explain(voucher["code_grouped"]).normalised == voucher["code"]
    assert voucher["valid_until"] == road.VALID_UNTIL
    assert voucher["citizen_id_masked"].count("*") == 11
    assert voucher["phone_masked"] == "138****8000"
    assert await history(desk, "worker", voucher) == [
        ("issue", "new", "issued"),
        ("collect", "issued", "collected"),
    ]
    offer = await desk.done("GetVoucherOffer", None, path={"offer_id": voucher["project_id"]})
    assert (offer["plan"]["quota"], offer["plan"]["issued"]) == (10, 1)


async def test_a_voucher_issued_to_a_list_is_collected_by_its_worker(desk: Desk) -> None:
    voucher = await road.issued_to_worker(desk)
    path = {"voucher_id": voucher["id"]}
    assert voucher["state"] == "issued"
    stranger = desk.ask("CollectVoucher", "worker_second", path=path)
    await refused(desk, stranger, "not_found")
    done = await desk.done("CollectVoucher", "worker", path=path, version=1)
    assert (done["state"], done["version"]) == ("collected", 2)
    assert done["collected_at"] is not None
    found = await desk.done("GetVoucherHistory", "worker", path=path)
    assert [one["event"] for one in found["sets"]] == ["issue"]
    assert [act["event"] for act in found["acts"]] == ["collect"]


async def test_a_collected_voucher_is_given_back_once_and_for_good(desk: Desk) -> None:
    voucher = await road.collected(desk)
    done = await road.stepped(desk, "GiveVoucherBack", "worker", voucher, reason="无需求")
    assert done["state_name"]["zh"] == "已退券"
    path = {"voucher_id": voucher["id"]}
    again = desk.ask("GiveVoucherBack", "worker", path=path, version=3, body={})
    problem = await refused(desk, again, "voucher_not_usable")
    assert problem["detail"] == "The voucher is in state “returned”; this does not follow."
    answer = await desk.send(again, Accept_Language="zh")
    assert answer.json()["detail"] == "培训券处于“已退券”状态，不能进行此操作。"


async def test_a_frozen_voucher_goes_back_to_where_it_stood(desk: Desk) -> None:
    voucher = await road.collected(desk)
    frozen = await road.stepped(desk, "FreezeVoucher", "handler", voucher, reason="涉嫌冒用")
    assert (frozen["state"], frozen["frozen_from"]) == ("frozen", "collected")
    shown = await explained(desk, "worker", voucher)
    assert (shown["usable"], shown["next_event"]) == (False, "reserve")
    assert [one["code"] for one in shown["obstacles"]] == ["voucher_frozen"]
    released = await road.stepped(desk, "ReleaseVoucher", "approver", frozen)
    assert (released["state"], released["frozen_from"]) == ("collected", None)
    assert (await explained(desk, "worker", voucher))["usable"]
    assert await history(desk, "handler", voucher) == [
        ("issue", "new", "issued"),
        ("collect", "issued", "collected"),
        ("freeze", "collected", "frozen"),
        ("release_collected", "frozen", "collected"),
    ]


@pytest.mark.parametrize("frozen_first", [False, True])
async def test_a_voided_voucher_frees_its_person_for_another(
    desk: Desk, frozen_first: bool
) -> None:
    voucher = await road.collected(desk)
    if frozen_first:
        voucher = await road.stepped(desk, "FreezeVoucher", "handler", voucher)
    voided = await road.stepped(desk, "VoidVoucher", "approver", voucher)
    assert (voided["state"], voided["frozen_from"]) == ("voided", None)
    path = {"offer_id": voucher["project_id"]}
    again = await desk.done("CollectFromProject", "worker", path=path, body=road.own(desk))
    assert again["state"] == "collected"


@pytest.mark.parametrize(
    ("operation_id", "person"),
    [
        ("ConfirmVoucherGroup", "handler"),
        ("VoidVoucher", "approver"),
        ("FreezeVoucher", "handler"),
        ("ReleaseVoucher", "approver"),
    ],
)
async def test_what_a_bureau_does_to_a_voucher_has_a_reason(
    desk: Desk, operation_id: str, person: str
) -> None:
    voucher = await road.collected(desk)
    if operation_id == "ReleaseVoucher":
        voucher = await road.stepped(desk, "FreezeVoucher", "handler", voucher)
    ask = desk.ask(
        operation_id,
        person,
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"reason": " "},
    )
    assert pointers(await refused(desk, ask, "reason_missing")) == {"/reason": "reason_missing"}


async def test_a_group_that_a_worker_states_is_confirmed_by_the_bureau(desk: Desk) -> None:
    """Shows REG-18."""
    path = {"offer_id": await road.approved(desk, tags=["veteran"])}
    body = road.own(desk, tag="veteran")
    voucher = await desk.done("CollectFromProject", "worker", path=path, body=body)
    assert (voucher["tag"], voucher["tag_confirmed_at"]) == ("veteran", None)
    shown = await explained(desk, "worker", voucher)
    assert [one["code"] for one in shown["obstacles"]] == ["voucher_group_unconfirmed"]
    reason = "已核对退役军人优待证原件"
    confirmed = await road.stepped(desk, "ConfirmVoucherGroup", "handler", voucher, reason)
    assert confirmed["tag_confirmed_at"] is not None
    assert (confirmed["state"], confirmed["version"]) == ("collected", 3)
    assert (await explained(desk, "worker", voucher))["usable"]
    history_path = {"voucher_id": voucher["id"]}
    told = await desk.done("GetVoucherHistory", "worker", path=history_path)
    last = told["acts"][-1]
    assert (last["event"], last["to_state"], last["reason"]) == (
        "confirm_group",
        "collected",
        reason,
    )
    assert last["account_name"] == desk.accounts["handler"]


async def test_whoever_is_named_on_a_list_is_of_the_group_it_says(desk: Desk) -> None:
    voucher = await road.issued(desk, road.own(desk, tag="veteran"), tags=["veteran"])
    assert voucher[0]["tag_confirmed_at"] == voucher[0]["issued_at"]
    (nobody,) = await road.issued(desk, road.own(desk))
    assert (nobody["tag"], nobody["tag_confirmed_at"]) == (None, None)


async def test_a_voucher_that_is_not_frozen_is_not_released(desk: Desk) -> None:
    voucher = await road.collected(desk)
    path = {"voucher_id": voucher["id"]}
    ask = desk.ask("ReleaseVoucher", "approver", path=path, version=2, body={"reason": "属实"})
    await refused(desk, ask, "voucher_not_usable")


async def test_each_sees_the_vouchers_that_are_his_to_see(desk: Desk) -> None:
    mine = await road.collected(desk)
    other = await road.collected(desk, "worker_second")
    neighbour = await desk.neighbour()

    async def seen(at: Desk, person: str, query: str = "") -> set[str]:
        shown = await at.done("ListVouchers", person, query=query)
        return {str(one["id"]) for one in shown["items"]}

    assert await seen(desk, "worker") == {mine["id"]}
    assert await seen(desk, "handler") == {mine["id"], other["id"]}
    assert await seen(desk, "teacher") == await seen(desk, "filer") == set()
    assert await seen(neighbour, "handler") == set()
    project = f"project_id={mine['project_id']}"
    assert await seen(desk, "handler", project) == {mine["id"]}
    assert await seen(desk, "handler", "state=collected") == {mine["id"], other["id"]}
    assert await seen(desk, "handler", f"state=issued&{project}") == set()
    assert await seen(desk, "handler", f"class_id={uuid4()}") == set()


async def test_a_page_of_vouchers_goes_on_where_it_ended(desk: Desk) -> None:
    vouchers = await road.issued(desk, *(road.somebody() for _ in range(5)))
    query = f"project_id={vouchers[0]['project_id']}&page_size=2"
    found: list[str] = []
    cursor = ""
    while True:
        page = await desk.done("ListVouchers", "handler", query=query + cursor)
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [one["id"] for one in vouchers]


async def test_a_code_is_drawn_as_a_square_that_reads_back(desk: Desk) -> None:
    """Shows REG-10, REG-11."""
    voucher = await road.collected(desk)
    ask = desk.ask("GetVoucherQr", "worker", path={"voucher_id": voucher["id"]})
    answer = await desk.send(ask)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert qr_reading.read(answer.text) == voucher["code"]
    assert voucher["name"] not in answer.text


async def test_a_code_is_checked_as_it_is_typed_and_against_whoever_shows_it(desk: Desk) -> None:
    voucher = await road.collected(desk)
    number = road.own(desk)["citizen_id"]
    for body in (
        {"code": voucher["code"]},
        {"code": voucher["code_grouped"].lower(), "citizen_id": number},
        {"code": f" {voucher['code_grouped']} ".replace("0", "O"), "citizen_id": number.lower()},
    ):
        async with unchanged(desk.house):
            shown = await desk.done("CheckVoucher", "handler", body=body)
        assert shown == voucher
    wrong = {"code": voucher["code"], "citizen_id": road.somebody()["citizen_id"]}
    ask = desk.ask("CheckVoucher", "handler", body=wrong)
    await refused(desk, ask, "voucher_of_another_person")
    await refused(
        desk, desk.ask("CheckVoucher", "worker_second", body={"code": voucher["code"]}), "not_found"
    )
    desk.clock.at += timedelta(days=400)
    ask = desk.ask("CheckVoucher", "handler", body={"code": voucher["code"]})
    await refused(desk, ask, "voucher_expired")


async def test_a_mistyped_code_is_told_where_and_the_voucher_stays_usable(desk: Desk) -> None:
    voucher = await road.collected(desk)
    code = voucher["code"]
    for n, right in enumerate(code):
        typed = code[:n] + ("7" if right != "7" else "8") + code[n + 1 :]
        answer = await desk.send(desk.ask("CheckVoucher", "worker", body={"code": typed}))
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/code", "voucher_code_mistyped")
        assert str(n + 1) in error["detail"]
    assert (await explained(desk, "worker", voucher))["usable"]


async def test_why_a_voucher_cannot_be_used_is_said_in_both_languages(desk: Desk) -> None:
    voucher = await road.collected(desk)
    desk.clock.at += timedelta(days=400)
    shown = await explained(desk, "worker", voucher)
    (obstacle,) = shown["obstacles"]
    assert (shown["state"], shown["usable"]) == ("collected", False)
    assert obstacle["code"] == "voucher_expired"
    assert obstacle["detail"]["zh"] == f"培训券有效期至 {road.VALID_UNTIL}，现已过期。"
    assert obstacle["detail"]["en"] == f"Its last day was {road.VALID_UNTIL}."
    given_back = await road.stepped(desk, "GiveVoucherBack", "worker", voucher)
    shown = await explained(desk, "worker", given_back)
    assert shown["next_event"] is None
    (obstacle,) = shown["obstacles"]
    assert obstacle["code"] == "voucher_not_usable"
    assert obstacle["detail"]["zh"] == "培训券处于“已退券”状态，不能进行此操作。"
    assert obstacle["detail"]["en"] == "The voucher is in state “returned”; this does not follow."


async def test_what_expired_stands_in_a_set_that_is_read(desk: Desk) -> None:
    voucher = await road.collected(desk)
    desk.clock.at += timedelta(days=400)
    await road.a_day_passes(desk)
    expired = await desk.done("GetVoucher", "worker", path={"voucher_id": voucher["id"]})
    assert (expired["state"], expired["version"]) == ("expired", 3)
    sets = await desk.done("ListVoucherSets", "handler", query="event=expire")
    (moved,) = sets["items"]
    assert (moved["event"], moved["vouchers"], moved["project_id"]) == ("expire", 1, None)
    path = {"set_id": moved["id"]}
    assert await desk.done("GetVoucherSet", "handler", path=path) == moved
    found = await desk.done("GetVoucherHistory", "worker", path={"voucher_id": voucher["id"]})
    assert found["sets"] == [moved]
    check = desk.ask("CheckVoucher", "worker", body={"code": voucher["code"]})
    await refused(desk, check, "voucher_expired")
