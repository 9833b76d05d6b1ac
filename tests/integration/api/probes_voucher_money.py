"""Codes of voucher settlements, of what a reviewer finds, and of claw-backs."""

from typing import Any

from tests.integration.api import road as filings
from tests.integration.api import voucher_class_road
from tests.integration.api import voucher_money_road as road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes
from tests.overlays import noticed

STRANGER = "0192f0c4-7c1e-7000-8000-000000000001"


def draft(desk: Desk, project_id: str, person: str = "teacher", **changed: Any) -> Ask:
    """The draft of a settlement."""
    body = road.claim(desk, project_id, **changed)
    return desk.ask("DraftVoucherSettlement", person, body=body)


async def step(desk: Desk, operation_id: str, person: str, settlement_id: str, body: Any) -> Ask:
    """One step of a settlement, at the version now on file."""
    path = {"voucher_settlement_id": settlement_id}
    version = await filings.version_of(desk, "GetVoucherSettlement", **path)
    return desk.ask(operation_id, person, path=path, version=version, body=body)


@provokes("nothing_redeemed")
async def a_settlement_before_anything_is_redeemed(desk: Desk) -> Ask:
    completed = await voucher_class_road.completed(desk)
    return draft(desk, completed.project_id)


@provokes("voucher_settlement_faulty", "voucher_not_redeemed", "voucher_twice")
async def a_settlement_that_names_a_stranger_twice(desk: Desk) -> Ask:
    of = await road.redeemed(desk)
    return draft(desk, of.project_id, voucher_ids=[STRANGER, STRANGER])


@provokes("voucher_settlement_faulty", "invoice_not_asked")
async def an_invoice_where_providers_are_paid(desk: Desk) -> Ask:
    of = await road.redeemed(desk)
    invoices = [road.invoice(desk, of.voucher["id"])]
    return draft(desk, of.project_id, invoices=invoices)


@provokes(
    "voucher_settlement_faulty",
    "invoice_not_of_fee",
    "invoice_of_another_issuer",
    "voucher_not_in_settlement",
    "receipt_twice",
)
async def invoices_wrong_in_every_way(desk: Desk) -> Ask:
    of = await road.redeemed(desk, payee="worker")
    other = desk.staff.enterprise.credit_code
    invoices = [
        road.invoice(desk, of.voucher["id"], amount_fen=1, issuer_code=other),
        road.invoice(desk, STRANGER, issuer_code=other),
    ]
    payee = road.payee("李四")
    return draft(desk, of.project_id, "worker", invoices=invoices, payee=payee)


@provokes("voucher_settlement_faulty", "invoice_missing")
async def a_reimbursement_without_an_invoice(desk: Desk) -> Ask:
    of = await road.redeemed(desk, payee="worker")
    return draft(desk, of.project_id, "worker", payee=road.payee("李四"))


@provokes("voucher_settlement_exists")
async def a_second_settlement_of_the_month(desk: Desk) -> Ask:
    of, second = await road.completed_by_two(desk)
    await road.drafted(desk, of)
    await voucher_class_road.redeemed(desk, of.id, second["code"])
    return draft(desk, of.project_id)


@provokes("nothing_left_to_settle")
async def everything_taken_out(desk: Desk) -> Ask:
    of = await road.redeemed(desk)
    settlement_id = await road.drafted(desk, of)
    body = {"voucher_ids": [of.voucher["id"]]}
    return await step(desk, "TakeOutOfVoucherSettlement", "teacher", settlement_id, body)


@provokes(
    "voucher_verdicts_faulty",
    "reason_missing",
    "voucher_twice",
    "voucher_not_in_settlement",
    "amount_above_worth",
)
async def findings_wrong_in_every_way(desk: Desk) -> Ask:
    of = await road.redeemed(desk)
    settlement_id = await road.drafted(desk, of)
    await road.accepted(desk, settlement_id)
    one = of.voucher["id"]
    lines = [
        {"voucher_id": one, "disposition": "payable", "amount_fen": 9_000_000},
        {"voucher_id": one, "disposition": "payable"},
        {"voucher_id": STRANGER, "disposition": "payable"},
    ]
    return await step(desk, "ReviewVoucherSettlement", "handler", settlement_id, {"lines": lines})


@provokes("voucher_verdicts_faulty", "amount_of_unpaid_line")
async def an_amount_for_what_is_refused(desk: Desk) -> Ask:
    of = await road.redeemed(desk)
    settlement_id = await road.drafted(desk, of)
    await road.accepted(desk, settlement_id)
    found = {"disposition": "refused", "amount_fen": 1, "reason": "出勤不实"}
    lines = [{"voucher_id": of.voucher["id"], **found}]
    return await step(desk, "ReviewVoucherSettlement", "handler", settlement_id, {"lines": lines})


@provokes("notice_required")
async def an_approval_without_its_notice(desk: Desk) -> Ask:
    desk.under(*noticed())
    settlement_id = await road.drafted(desk, await road.redeemed(desk))
    await road.reviewed(desk, settlement_id)
    return await step(desk, "ApproveVoucherSettlement", "approver", settlement_id, road.SIGNED)


@provokes("on_hold")
async def an_approval_for_a_provider_on_hold(desk: Desk) -> Ask:
    settlement_id = await road.drafted(desk, await road.redeemed(desk))
    await road.reviewed(desk, settlement_id)
    await filings.imposed(desk, "provider", str(desk.staff.provider.id))
    return await step(desk, "ApproveVoucherSettlement", "approver", settlement_id, road.SIGNED)


@provokes("claw_back_faulty", "voucher_not_paid", "voucher_not_in_settlement", "voucher_twice")
async def a_claw_back_before_anything_is_paid(desk: Desk) -> Ask:
    of, settlement_id = await road.settled(desk)
    one = of.voucher["id"]
    path = {"voucher_settlement_id": settlement_id}
    body = road.claw_back(one, one, STRANGER)
    return desk.ask("ProposeClawBack", "handler", path=path, body=body)


@provokes("voucher_not_paid")
async def a_voucher_clawed_back_twice(desk: Desk) -> Ask:
    of, settlement_id = await road.paid(desk)
    first = await road.proposed(desk, settlement_id, of.voucher["id"])
    order = {"document_number": "试人社追〔2026〕3号", "pay_within_days": 30}
    second = await road.proposed(desk, settlement_id, of.voucher["id"])
    path = {"recovery_id": first["case"]["id"]}
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    path = {"recovery_id": second["case"]["id"]}
    return desk.ask("OrderRecovery", "approver", path=path, version=1, body=order)
