"""Codes of real-name checks: what the service said against a person, told where a voucher is reserved or released."""

from domain.real_name import RealNameAnswer
from tests.integration.api import voucher_class_road
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes

NOWHERE = "0192f0c4-7c1e-7000-8000-000000000001"


async def _answered_against(desk: Desk, answer: RealNameAnswer) -> Ask:
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    desk.house.real_names.answers[number] = answer
    voucher = await road.collected(desk)
    await desk.idle()
    return desk.ask(
        "ReserveVoucher",
        "worker",
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"class_id": NOWHERE},
    )


@provokes("reservation_refused", "voucher_class_unknown", "real_name_mismatch")
async def a_reservation_under_another_name_than_the_card_holders(desk: Desk) -> Ask:
    return await _answered_against(desk, RealNameAnswer.MISMATCH)


@provokes("reservation_refused", "voucher_class_unknown", "real_name_unknown")
async def a_reservation_of_somebody_without_a_card(desk: Desk) -> Ask:
    return await _answered_against(desk, RealNameAnswer.NOT_FOUND)


async def _frozen_by(desk: Desk, answer: RealNameAnswer) -> Ask:
    """The release of a reserved voucher that a late answer froze."""
    project_id = await voucher_class_road.project(desk)
    voucher = await voucher_class_road.collected(desk, project_id)
    class_id = await voucher_class_road.planned(desk, project_id)
    await voucher_class_road.reserved(desk, class_id, voucher)
    desk.house.real_names.answers[desk.staff.citizen_ids[desk.accounts["worker"]]] = answer
    path = {"voucher_id": voucher["id"]}
    await desk.done("AskRealName", "handler", path=path)
    await desk.idle()
    frozen = await desk.done("GetVoucher", "handler", path=path)
    body = {"reason": "已核实身份"}
    return desk.ask("ReleaseVoucher", "approver", path=path, version=frozen["version"], body=body)


@provokes("real_name_mismatch")
async def a_release_while_the_card_holders_have_another_name(desk: Desk) -> Ask:
    return await _frozen_by(desk, RealNameAnswer.MISMATCH)


@provokes("real_name_unknown")
async def a_release_while_the_card_holders_do_not_know_the_person(desk: Desk) -> Ask:
    return await _frozen_by(desk, RealNameAnswer.NOT_FOUND)
