"""Codes of real-name checks: what the service said against a person, told where a voucher is reserved."""

from domain.real_name import RealNameAnswer
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
