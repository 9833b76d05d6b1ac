"""Codes of payee accounts, corrections of payments, and batches taken apart."""

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes

NUMBER = "6222021234567890123"


def _account(desk: Desk, **changed: object) -> Json:
    return {
        "region_code": desk.staff.region_code,
        "account_name": desk.staff.enterprise.name,
        "account_number": NUMBER,
        "bank_code": "102100099996",
    } | changed


async def _declared(desk: Desk, **changed: object) -> Json:
    body = _account(desk, **changed)
    done: Json = await desk.done("DeclarePayeeAccount", "filer", body=body)
    return done


async def _verified(desk: Desk) -> str:
    """The account that the road's filings name."""
    found = await desk.done("ListPayeeAccounts", "filer", query="state=verified")
    return str(found["items"][0]["case"]["id"])


async def _planned(desk: Desk) -> str:
    """A payment that waits for a batch."""
    await road.appropriated(desk)
    prepayment_id = await road.prepayment_approved(desk, await road.listed(desk))
    await road.ordered(desk, ("prepayment", prepayment_id))
    found = await desk.done("ListPayments", "handler")
    return str(found["items"][-1]["id"])


def _correction(desk: Desk, who: str, payment_id: str, remedy: str = "cancel") -> Ask:
    body: Json = {"payment_id": payment_id, "remedy": remedy, "reason": "银行退回"}
    return desk.ask("ProposePaymentCorrection", who, body=body)


async def _returned(desk: Desk) -> str:
    """A payment that the bank has refused."""
    payment_id = await _planned(desk)
    batch_id = await road.sent(desk)
    (line,) = await road.answers_to(desk, batch_id)
    body = road.bank_file(line.replace(",paid,", ",rejected,"))
    await desk.done("LoadBankResult", "handler", path={"batch_id": batch_id}, body=body)
    await desk.idle()
    return payment_id


async def _sealed(desk: Desk) -> tuple[str, int]:
    await _planned(desk)
    batch_id = await road.sealed(desk)
    return batch_id, await road.version_of(desk, "GetBatch", batch_id=batch_id)


async def _split(desk: Desk, batch_id: str, *payment_ids: str) -> Ask:
    version = await road.version_of(desk, "GetBatch", batch_id=batch_id)
    body = {"payment_ids": list(payment_ids), "reason": "账户变更"}
    path = {"batch_id": batch_id}
    return desk.ask("SplitBatch", "handler", path=path, version=version, body=body)


@provokes("account_exists")
async def an_account_declared_twice(desk: Desk) -> Ask:
    await _declared(desk)
    return desk.ask("DeclarePayeeAccount", "filer", body=_account(desk))


@provokes("account_not_replaceable", "account_not_replaceable")
async def an_unverified_account_replaced(desk: Desk) -> Ask:
    first = await _declared(desk)
    body = _account(desk, account_number="6222029999999999", replaces_id=first["case"]["id"])
    return desk.ask("DeclarePayeeAccount", "filer", body=body)


@provokes("batch_faulty", "payee_account_unverified")
async def a_payment_whose_account_is_being_changed(desk: Desk) -> Ask:
    payment_id = await _planned(desk)
    await _declared(desk, replaces_id=await _verified(desk))
    body = {"fund_source": road.FUND, "budget_year": road.YEAR, "payment_ids": [payment_id]}
    return desk.ask("CreateBatch", "handler", body=body)


@provokes("batch_to_split", "payee_account_unverified")
async def a_release_to_an_account_that_was_changed(desk: Desk) -> Ask:
    batch_id, version = await _sealed(desk)
    await _declared(desk, replaces_id=await _verified(desk))
    path = {"batch_id": batch_id}
    return desk.ask("ReleaseBatch", "releaser", path=path, version=version, body={})


@provokes("nothing_to_take_out")
async def a_split_of_a_batch_that_stands(desk: Desk) -> Ask:
    batch_id, _ = await _sealed(desk)
    return await _split(desk, batch_id)


@provokes("batch_would_be_empty")
async def a_split_that_leaves_nothing(desk: Desk) -> Ask:
    payment_id = await _planned(desk)
    return await _split(desk, await road.sealed(desk), payment_id)


@provokes("payment_not_returned")
async def a_correction_of_a_payment_that_waits(desk: Desk) -> Ask:
    return _correction(desk, "handler", await _planned(desk))


@provokes("only_bureau_cancels")
async def an_enterprise_cancels_a_payment(desk: Desk) -> Ask:
    return _correction(desk, "filer", await _returned(desk))


@provokes("account_not_payable")
async def a_correction_without_an_account(desk: Desk) -> Ask:
    return _correction(desk, "handler", await _returned(desk), "pay_again")
