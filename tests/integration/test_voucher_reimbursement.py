"""Workers who paid themselves and are reimbursed against an invoice, through the use cases on PostgreSQL."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.class_record import Receipt
from domain.errors import Refusal
from domain.ledger import AccountKind
from domain.payment import Remedy
from domain.ports.crypto import Crypto
from domain.voucher import VoucherPayee
from domain.voucher_settlement_explanation import explain_voucher
from service.application import official_document, payee_account, voucher_settlement
from service.application.official_document import issue_documents
from service.application.payee_account import DeclareAccount
from tests.integration.voucher_class_stage import (
    APPROPRIATED_FEN,
    ENDS,
    FEE_FEN,
    STANDARD_FEN,
    Holder,
    a_stage,
)
from tests.integration.voucher_money_stage import OTHER_ACCOUNT, Money, reduced
from tests.people import Staff


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county whose project pays workers, with a face value below the fee."""
    stage = await a_stage(
        engine, crypto, staff, payee=VoucherPayee.WORKER, face_value_fen=FEE_FEN - 20_000
    )
    return Money(stage=stage)


def invoice(money: Money, voucher_id: UUID, **changed: Any) -> Receipt:
    """The provider's invoice of the class's fee, a new one for each voucher."""
    fields: dict[str, Any] = {
        "id": voucher_id,
        "version": 1,
        "withdrawn": False,
        "code": None,
        "number": f"{voucher_id.int % 10**20:020d}",
        "issuer_code": money.stage.staff.provider.credit_code,
        "amount_fen": FEE_FEN,
        "issued_on": ENDS,
    }
    return Receipt(**(fields | changed))


async def claimed(money: Money, holder: Holder, **changed: Any) -> Any:
    """A worker's draft, to his own account, with one invoice."""
    return await money.drafted(
        holder.worker,
        payee=money.payee("张0"),
        invoices=(invoice(money, holder.voucher_id, **changed),),
    )


def located(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


async def test_a_worker_is_reimbursed_from_what_the_providers_class_had_committed(
    money: Money,
) -> None:
    (holder,) = await money.stage.holders(1)
    class_id = await money.redeemed(holder)
    worth_fen = FEE_FEN - 20_000
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == worth_fen
    drafted = await claimed(money, holder)
    await money.accepted(drafted, holder.worker)
    await money.reviewed(drafted, reduced(holder, 50_000))
    settled = await money.approved(drafted)
    assert (settled.case.org_id, settled.amount_fen) == (holder.worker.person_id, 50_000)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 0
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == 50_000
    (line,) = await money.lines(settled)
    said = [sentence.zh for sentence in explain_voucher(line)]
    assert said[1] == (
        f"补贴标准 {STANDARD_FEN // 100 // 1000} 200.00 元，培训收费 1 000.00 元，券面 800.00 元，"
        "取最低：800.00 元。"
    )
    assert f"发票号码 {invoice(money, holder.voucher_id).number}" in said[3]
    assert "部分课时不符" in said[4]
    await money.paid(settled)
    assert await money.stage.states(holder) == ["paid"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - 50_000,
        AccountKind.EXPENSE: 50_000,
    }
    # What was wrongly paid is the worker's to pay back, and the order is addressed to him by his name.
    recovery = await money.ordered(await money.proposed(settled, holder.voucher_id))
    assert recovery.case.org_id == holder.worker.person_id
    (paper,) = await money.stage.act(
        money.stage.staff.system, partial(issue_documents, case_id=recovery.case.id)
    )
    assert paper.paper.addressee == "张0"
    async with money.stage.reading(holder.worker) as work:
        found = await official_document.official_document(work, paper.id)
    assert found.org_id == holder.worker.person_id


async def test_a_cancelled_reimbursement_leaves_its_money_with_the_providers_class(
    money: Money,
) -> None:
    (holder,) = await money.stage.holders(1)
    class_id = await money.redeemed(holder)
    drafted = await claimed(money, holder)
    await money.accepted(drafted, holder.worker)
    await money.reviewed(drafted, reduced(holder, 50_000))
    settled = await money.approved(drafted)
    await money.planned(settled)
    await money.corrected(settled, Remedy.CANCEL)
    assert await money.stage.states(holder) == ["redeemed"]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN - 20_000
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == 0
    # The same month, and the same invoice.
    anew = await claimed(money, holder)
    await money.accepted(anew, holder.worker)
    await money.reviewed(anew)
    await money.paid(await money.approved(anew))
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN + 20_000,
        AccountKind.EXPENSE: FEE_FEN - 20_000,
    }


async def test_everything_wrong_with_an_invoice_is_located(money: Money) -> None:
    (holder,) = await money.stage.holders(1)
    await money.redeemed(holder)
    draft = partial(money.drafted, holder.worker, payee=money.payee("张0"))
    with pytest.raises(Refusal) as missing:
        await draft()
    assert located(missing) == [("/invoices", "invoice_missing")]
    with pytest.raises(Refusal) as faulty:
        await draft(
            invoices=(
                invoice(money, holder.voucher_id, amount_fen=1, number="12"),
                invoice(
                    money,
                    money.stage.staff.place.id,
                    number="12",
                    issued_on=ENDS + timedelta(days=1),
                ),
            )
        )
    assert located(faulty) == [
        ("/invoices/0/number", "receipt_number_malformed"),
        ("/invoices/0/amount_fen", "invoice_not_of_fee"),
        ("/invoices/1/number", "receipt_number_malformed"),
        ("/invoices/1/voucher_id", "voucher_not_in_settlement"),
        ("/invoices/1/issued_on", "day_to_come"),
        ("/invoices/1/number", "receipt_twice"),
    ]
    with pytest.raises(Refusal) as elsewhere:
        await claimed(money, holder, issuer_code=money.stage.staff.enterprise.credit_code)
    assert located(elsewhere) == [("/invoices/0/issuer_code", "invoice_of_another_issuer")]
    with pytest.raises(Refusal) as named:
        await money.drafted(
            holder.worker,
            payee=money.payee("李四"),
            invoices=(invoice(money, holder.voucher_id),),
        )
    assert located(named) == [("/payee/account_name", "payee_name_differs")]


async def test_an_invoice_is_used_once_and_again_by_the_same_voucher(money: Money) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    number = invoice(money, first.voucher_id).number
    drafted = await claimed(money, first)
    with pytest.raises(Refusal, match="receipt_already_used"):
        await money.drafted(
            second.worker,
            payee=money.payee("张1"),
            invoices=(invoice(money, second.voucher_id, number=number),),
        )
    withdraw = voucher_settlement.withdraw_voucher_settlement
    await money.signed(drafted, withdraw, first.worker)
    again = await claimed(money, first)
    assert again.case.state == "draft"


async def test_a_project_that_pays_providers_takes_no_invoices(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    money = Money(stage=await a_stage(engine, crypto, staff))
    (holder,) = await money.stage.holders(1)
    await money.redeemed(holder)
    with pytest.raises(Refusal) as refused:
        await money.drafted(invoices=(invoice(money, holder.voucher_id),))
    assert located(refused) == [("/invoices", "invoice_not_asked")]
    # Nor does it pay the worker himself.
    with pytest.raises(Refusal, match="nothing_redeemed"):
        await money.drafted(holder.worker, payee=money.payee("张0"))


async def test_a_workers_account_carries_the_name_on_his_voucher(money: Money) -> None:
    (holder,) = await money.stage.holders(1)

    async def declared(name: str) -> Any:
        command = DeclareAccount(
            region_code=money.stage.staff.region_code,
            payee=money.payee(name, OTHER_ACCOUNT),
            replaces_id=None,
        )
        return await money.stage.act(
            holder.worker, partial(payee_account.declare_account, command=command)
        )

    with pytest.raises(Refusal) as refused:
        await declared("劳动者")
    assert located(refused) == [("/account_name", "payee_name_differs")]
    account = await declared("张0")
    await money.verified()
    async with money.stage.reading(holder.worker) as work:
        assert (await payee_account.account(work, account.case.id)).case.state == "verified"


async def test_a_worker_sees_his_own_settlement_and_no_other(money: Money) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    drafted = await claimed(money, first)
    async with money.stage.reading(first.worker) as work:
        (mine,) = await voucher_settlement.list_voucher_settlements(
            work, state="draft", after=None, limit=10
        )
        assert mine.case.id == drafted.case.id
        line = await voucher_settlement.line_of_voucher_settlement(
            work, settlement_id=drafted.case.id, voucher_id=first.voucher_id
        )
        assert [one.number for one in explain_voucher(line)] == [1, 2, 3, 4, 5]
        assert explain_voucher(line)[4].en == "Not reviewed yet."
        with pytest.raises(Refusal, match="not_found"):
            await voucher_settlement.line_of_voucher_settlement(
                work, settlement_id=drafted.case.id, voucher_id=second.voucher_id
            )
    for stranger in (second.worker, money.stage.provider):
        async with money.stage.reading(stranger) as work:
            with pytest.raises(Refusal, match="not_found"):
                await voucher_settlement.get_voucher_settlement(work, settlement_id=drafted.case.id)
    assert drafted.month == date(2026, 3, 1)
