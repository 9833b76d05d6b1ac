"""Vouchers over HTTP: projects, issuing, collecting, the life of one voucher, and what is read of it."""

from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Desk


async def test_a_worker_collects_a_voucher_of_an_approved_project(desk: Desk) -> None:
    voucher = await road.collected(desk)
    assert voucher["state"] == "collected"
    assert voucher["state_name"] == {"zh": "已领取", "en": "collected"}


async def test_a_list_is_issued_to(desk: Desk) -> None:
    vouchers = await road.issued(desk, road.somebody(), road.somebody(phone="13800138000"))
    assert [one["state"] for one in vouchers] == ["issued", "issued"]
