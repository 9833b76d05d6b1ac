"""Codes of voucher projects, of issuing and collecting, and of vouchers that cannot be used."""

from datetime import timedelta
from typing import Any

from domain.party import Role
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes


def draft(desk: Desk, **changed: Any) -> Ask:
    """The draft of a project."""
    return desk.ask("DraftVoucherProject", "handler", body=road.project(**changed))


def standard(**changed: Any) -> Json:
    """A standard of a project."""
    named = {"occupation_code": "6-18-01-01", "occupation_name": "车工", "standard_fen": 1}
    return named | changed


@provokes(
    "voucher_project_faulty",
    "fund_source_unknown",
    "window_ends_before_it_begins",
    "validity_ends_early",
    "occupation_code_malformed",
    "standard_twice",
    "provider_unknown",
    "provider_twice",
    "provider_not_in_catalogue",
)
async def a_project_wrong_in_every_way(desk: Desk) -> Ask:
    provider = desk.staff.provider.credit_code
    return draft(
        desk,
        fund_source="lottery",
        opens_on="2027-01-01",
        closes_on="2026-12-31",
        valid_until="2026-12-30",
        standards=[standard(), standard(), standard(occupation_code="6-18")],
        provider_credit_codes=[provider, provider, "91320681MA1NOBODY0"],
    )


@provokes("voucher_project_faulty", "window_past", "validity_not_one")
async def a_project_of_last_year(desk: Desk) -> Ask:
    return draft(desk, opens_on="2025-01-01", closes_on="2025-12-31", valid_days=90)


@provokes("voucher_project_past")
async def an_approval_after_the_last_day(desk: Desk) -> Ask:
    path = {"project_id": await road.drafted(desk)}
    desk.clock.at += timedelta(days=200)
    return desk.ask("ApproveVoucherProject", "approver", path=path, version=1, body={})


async def collecting(desk: Desk, person: str = "worker", **changed: Any) -> Ask:
    """The collecting of a voucher from a new project."""
    path = {"offer_id": await road.approved(desk, **changed)}
    return desk.ask("CollectFromProject", person, path=path, body=road.own(desk, person))


@provokes("voucher_project_not_open")
async def a_project_that_begins_next_month(desk: Desk) -> Ask:
    return await collecting(desk, opens_on="2026-03-01")


@provokes("voucher_distribution_differs")
async def collecting_what_is_issued_to_a_list(desk: Desk) -> Ask:
    return await collecting(desk, distribution="targeted")


@provokes("voucher_quota_exhausted")
async def collecting_after_the_last_one(desk: Desk) -> Ask:
    voucher = await road.collected(desk, "worker_second", quota=1)
    path = {"offer_id": voucher["project_id"]}
    return desk.ask("CollectFromProject", "worker", path=path, body=road.own(desk))


@provokes("voucher_already_held")
async def collecting_a_second_one(desk: Desk) -> Ask:
    voucher = await road.collected(desk)
    path = {"offer_id": voucher["project_id"]}
    return desk.ask("CollectFromProject", "worker", path=path, body=road.own(desk))


@provokes("voucher_tag_not_admitted", "voucher_tag_not_admitted")
async def collecting_without_a_group(desk: Desk) -> Ask:
    return await collecting(desk, tags=["veteran"])


@provokes("voucher_beneficiary_faulty", "name_malformed", "citizen_id_checksum", "phone_malformed")
async def collecting_with_wrong_numbers(desk: Desk) -> Ask:
    path = {"offer_id": await road.approved(desk)}
    number = road.own(desk)["citizen_id"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    body = {"name": "李四2", "citizen_id": wrong, "phone": "12800138000"}
    return desk.ask("CollectFromProject", "worker", path=path, body=body)


@provokes("voucher_of_another_person")
async def collecting_with_anothers_number(desk: Desk) -> Ask:
    path = {"offer_id": await road.approved(desk)}
    return desk.ask("CollectFromProject", "worker", path=path, body=road.somebody())


async def issuing(desk: Desk, *people: Json, **changed: Any) -> Ask:
    """The issue of vouchers to a list by a new project."""
    path = {"project_id": await road.approved(desk, **{"distribution": "targeted", **changed})}
    return desk.ask("OrderVoucherIssue", "handler", path=path, body={"people": people})


@provokes(
    "voucher_list_faulty",
    "voucher_tag_not_admitted",
    "voucher_already_held",
    "citizen_id_malformed",
    "person_twice_in_roster",
)
async def a_list_wrong_in_every_way(desk: Desk) -> Ask:
    project = {"distribution": "targeted", "tags": ["veteran"]}
    project_id = await road.approved(desk, **project)
    held, twice = road.somebody(tag="veteran"), road.somebody(tag="veteran")
    await road.ordered(desk, project_id, [held])
    await desk.idle()
    people = [held, road.somebody(), twice, twice, road.somebody(citizen_id="1" * 16)]
    path = {"project_id": project_id}
    return desk.ask("OrderVoucherIssue", "handler", path=path, body={"people": people})


@provokes("voucher_quota_exceeded")
async def a_list_longer_than_the_quota(desk: Desk) -> Ask:
    return await issuing(desk, road.somebody(), road.somebody(), quota=1)


@provokes("voucher_issue_under_way")
async def a_second_list_at_the_same_time(desk: Desk) -> Ask:
    project_id = await road.approved(desk, distribution="targeted")
    await road.ordered(desk, project_id, [road.somebody()])
    body = {"people": [road.somebody()]}
    path = {"project_id": project_id}
    return desk.ask("OrderVoucherIssue", "handler", path=path, body=body)


def checking(desk: Desk, code: str, **asked: Any) -> Ask:
    """The check of a code."""
    return desk.ask("CheckVoucher", "worker", body={"code": code, **asked})


async def mistyped(desk: Desk, change: Any) -> Ask:
    """The check of a code that was changed."""
    return checking(desk, change((await road.collected(desk))["code"]))


@provokes("voucher_code_faulty", "voucher_code_length")
async def a_code_too_short(desk: Desk) -> Ask:
    return await mistyped(desk, lambda code: code[:-1])


@provokes("voucher_code_faulty", "voucher_code_character")
async def a_code_with_a_letter_that_none_has(desk: Desk) -> Ask:
    return await mistyped(desk, lambda code: "U" + code[1:])


@provokes("voucher_code_faulty", "voucher_code_mistyped")
async def a_code_with_a_wrong_character(desk: Desk) -> Ask:
    return await mistyped(desk, lambda code: ("1" if code[0] != "1" else "2") + code[1:])


@provokes("voucher_code_faulty", "voucher_code_swapped")
async def a_code_with_two_characters_swapped(desk: Desk) -> Ask:
    return checking(desk, "0000-0000-0000-G0R8")


@provokes("voucher_code_faulty", "voucher_code_checksum")
async def a_code_with_two_characters_wrong(desk: Desk) -> Ask:
    return checking(desk, "1100-0000-0000-0000")


@provokes("voucher_frozen")
async def a_frozen_voucher(desk: Desk) -> Ask:
    voucher = await road.issued_to_worker(desk)
    await road.stepped(desk, "FreezeVoucher", "handler", voucher)
    path = {"voucher_id": voucher["id"]}
    return desk.ask("CollectVoucher", "worker", path=path, version=2)


@provokes("voucher_expired")
async def a_voucher_after_its_last_day(desk: Desk) -> Ask:
    voucher = await road.issued_to_worker(desk)
    desk.clock.at += timedelta(days=400)
    path = {"voucher_id": voucher["id"]}
    return desk.ask("CollectVoucher", "worker", path=path, version=1)


@provokes("voucher_not_usable")
async def collecting_what_is_collected(desk: Desk) -> Ask:
    voucher = await road.collected(desk)
    path = {"voucher_id": voucher["id"]}
    return desk.ask("CollectVoucher", "worker", path=path, version=2)


@provokes("voucher_group_not_waiting")
async def confirming_a_group_that_nobody_stated(desk: Desk) -> Ask:
    path = {"voucher_id": (await road.collected(desk))["id"]}
    body = {"reason": "已核对证明材料"}
    return desk.ask("ConfirmVoucherGroup", "handler", path=path, version=2, body=body)


@provokes("voucher_released_by_another")
async def releasing_what_one_has_frozen(desk: Desk) -> Ask:
    roles = frozenset({Role.REVIEWER, Role.APPROVER})
    both = await desk.hire("both", roles, region_path=desk.staff.place.region_path)
    voucher = await road.issued_to_worker(desk)
    frozen = await road.stepped(desk, "FreezeVoucher", both, voucher)
    path = {"voucher_id": voucher["id"]}
    body = {"reason": "属实"}
    return desk.ask("ReleaseVoucher", both, path=path, version=frozen["version"], body=body)
