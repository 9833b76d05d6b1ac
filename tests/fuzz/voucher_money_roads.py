"""Ways of voucher settlements, walked over real HTTP before anything is fuzzed."""

from tests.integration.api import road as filings
from tests.integration.api import voucher_class_road, voucher_road
from tests.integration.api import voucher_money_road as road
from tests.integration.api.desk import Desk

WHY = {"reason": "请核对第二张券"}


async def voucher_settlements(desk: Desk) -> None:
    """Settlements of every end; one returned, corrected, reviewed twice, paid, and clawed back from.

    Where money was appropriated for vouchers and the provider stands in the catalogue already.
    """
    at = desk.clock.at
    desk.begin_again()
    codes = {"provider_credit_codes": [desk.staff.provider.credit_code]}
    project_id = await voucher_road.approved(desk, **codes)
    of, second = await road.completed_in(desk, project_id)
    await voucher_class_road.redeemed(desk, of.id, second["code"])
    settlement_id = await road.drafted(desk, of)
    await road.stepped(desk, "WithdrawVoucherSettlement", "teacher", settlement_id)
    settlement_id = await road.drafted(desk, of)
    await road.accepted(desk, settlement_id)
    await road.stepped(desk, "RefuseVoucherSettlement", "handler", settlement_id, WHY)
    settlement_id = await road.drafted(desk, of)
    await road.stepped(desk, "SubmitVoucherSettlement", "teacher", settlement_id)
    await road.stepped(desk, "ReturnVoucherSettlement", "handler", settlement_id, WHY)
    body = {"voucher_ids": [second["id"]]}
    await road.stepped(desk, "TakeOutOfVoucherSettlement", "teacher", settlement_id, body)
    await road.reviewed(desk, settlement_id)
    await road.stepped(desk, "SendVoucherSettlementBack", "approver", settlement_id, WHY)
    review = {"lines": [], "reason": "已核对"}
    await road.stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, review)
    await road.approved(desk, settlement_id)
    path = {"voucher_settlement_id": settlement_id, "voucher_id": of.voucher["id"]}
    for operation_id in (
        "ListVoucherSettlementLines",
        "ExplainSettledVoucher",
        "GetVoucherSettlementHistory",
    ):
        await desk.done(operation_id, "teacher", path=path)
    await desk.done("ListVoucherSettlements", "handler")
    await filings.paid(desk, ("voucher_settlement", settlement_id))
    await road.proposed(desk, settlement_id, of.voucher["id"])
    desk.clock.at = at
