"""A voucher that turns out to be fraud after the approval and before it is paid, on PostgreSQL."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.ledger import AccountKind, BookKey, Event, Transfer, decision_of, transfer_of
from domain.payment import Remedy
from domain.ports.crypto import Crypto
from domain.voucher_settlement import VoucherDisposition
from service.application import batch, payment_correction, voucher
from service.application.cases import sign
from service.application.voucher_money import release_unneeded
from tests.integration import voucher_review_stage as review
from tests.integration.voucher_class_stage import APPROPRIATED_FEN, FEE_FEN, FUND, a_stage
from tests.integration.voucher_money_stage import YEAR, Money, reduced, refused
from tests.people import Staff

LEAST_FEN = 40_000


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


async def test_one_that_is_fraud_is_refused_and_the_others_are_paid(money: Money) -> None:
    fraud, cut, no = await money.stage.holders(3)
    class_id = await money.redeemed(fraud, cut, no)
    settled = await money.settled(reduced(cut, LEAST_FEN), refused(no))
    planned = await money.planned(settled)
    await money.stage.frozen(fraud)
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == FEE_FEN + LEAST_FEN
    await money.corrected(settled, Remedy.CANCEL)
    assert (await money.payment(settled)).state == "cancelled"
    assert await money.state(CaseKind.VOUCHER_SETTLEMENT, settled.case.id) == "cancelled"
    assert await money.stage.states(fraud, cut, no) == ["frozen", "redeemed", "refused"]
    frozen, back = await money.stage.voucher(fraud), await money.stage.voucher(cut)
    assert (frozen.frozen_from, frozen.amount_fen, back.amount_fen) == ("redeemed", None, None)
    assert frozen.set_ids[-1] == back.set_ids[-1]
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == 0
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - 2 * FEE_FEN,
        AccountKind.COMMITTED: 2 * FEE_FEN,
    }
    lines = {one.voucher_id: one for one in await money.lines(settled)}
    assert {one.voucher_id for one in lines.values() if one.released} == {
        fraud.voucher_id,
        cut.voucher_id,
    }
    assert lines[cut.voucher_id].amount_fen == LEAST_FEN
    await money.stage.released(fraud)
    assert await money.stage.states(fraud) == ["redeemed"]
    anew = await money.settled(refused(fraud))
    assert (await money.planned(anew)).id != planned.id
    sent, attempt = await money.at_bank()
    await money.answered(sent, attempt, "paid")
    await money.closed(anew)
    assert await money.stage.states(fraud, cut, no) == ["refused", "paid", "refused"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN,
        AccountKind.EXPENSE: FEE_FEN,
    }


async def test_one_that_stays_frozen_is_voided_and_its_money_goes_back_to_the_fund(
    money: Money,
) -> None:
    fraud, other = await money.stage.holders(2)
    class_id = await money.redeemed(fraud, other)
    settled = await money.settled()
    await money.planned(settled)
    await money.stage.frozen(fraud)
    await money.corrected(settled, Remedy.CANCEL)
    await money.stage.act(money.stage.staff.system, partial(release_unneeded, class_id=class_id))
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    await money.paid(await money.settled())
    assert await money.stage.states(fraud, other) == ["frozen", "paid"]
    version = (await money.stage.voucher(fraud)).version
    await money.stage.act(
        money.stage.staff.handler,
        partial(voucher.void_voucher, voucher_id=fraud.voucher_id, version=version, reason="冒名"),
    )
    await money.stage.act(money.stage.staff.system, partial(release_unneeded, class_id=class_id))
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN,
        AccountKind.EXPENSE: FEE_FEN,
    }


async def test_what_was_refused_before_may_be_reviewed_after_the_cancellation(
    money: Money,
) -> None:
    one, no = await money.stage.holders(2)
    class_id = await money.redeemed(one, no)
    settled = await money.settled(refused(no))
    await money.planned(settled)
    await money.corrected(settled, Remedy.CANCEL)
    asked = await review.contested(
        money,
        money.stage.provider,
        voucher_settlement_id=settled.case.id,
        voucher_id=no.voucher_id,
    )
    await review.ruled(money, asked)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    anew = await money.settled()
    assert anew.amount_fen == 2 * FEE_FEN
    assert {line.disposition for line in await money.lines(anew)} == {VoucherDisposition.PAYABLE}


async def test_what_was_reduced_waits_until_the_book_covers_it_again(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, appropriated_fen=FEE_FEN)
    money = Money(stage=stage)
    (cut,) = await stage.holders(1)
    class_id = await money.redeemed(cut)
    settled = await money.settled(reduced(cut, LEAST_FEN))
    (other,) = await stage.holders(1)
    await money.planned(settled)
    late = date(2026, 4, 2)
    days = {"class_name": "第二期", "starts_on": late, "ends_on": late}
    small = (await stage.planned(fee_fen=FEE_FEN - LEAST_FEN, **days)).case.id
    await stage.reserved(small, other)
    stage.on(late)
    await stage.reported(small, started_on=late)
    await stage.reviewed(small)
    await stage.verified(small)
    cancellation = await money.correction(settled, Remedy.CANCEL)
    with pytest.raises(Refusal, match="fund_insufficient"):
        await money.confirmed(cancellation)
    assert await stage.states(cut) == ["approved"]
    assert (await money.payment(settled)).state == "planned"
    await stage.appropriated(FEE_FEN + 1)
    await money.confirmed(cancellation)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN


async def test_a_payment_of_vouchers_is_cancelled_by_two_people_of_the_bureau_one_proposal_at_a_time(
    money: Money,
) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    settled = await money.settled()
    await money.planned(settled)
    with pytest.raises(Refusal, match="payment_not_returned"):
        await money.correction(settled, Remedy.PAY_AGAIN)
    with pytest.raises(Refusal, match="payment_not_returned"):
        await money.correction(settled, Remedy.CANCEL, money.stage.provider)
    proposed = await money.correction(settled, Remedy.CANCEL)
    with pytest.raises(Refusal, match="payment_not_returned"):
        await money.correction(settled, Remedy.CANCEL)
    assert (await money.payment(settled)).state == "planned"
    refuse = partial(
        payment_correction.refuse_correction,
        correction_id=proposed.case.id,
        version=proposed.case.version,
        reason="查无冒名",
    )
    await money.stage.act(money.stage.staff.approver, refuse)
    assert (await money.payment(settled)).state == "planned"
    await money.corrected(settled, Remedy.CANCEL)
    assert await money.stage.states(one) == ["redeemed"]


async def test_what_a_batch_has_taken_is_cancelled_once_it_is_out_of_it_or_back(
    money: Money,
) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    settled = await money.settled()
    await money.planned(settled)
    proposed = await money.correction(settled, Remedy.CANCEL)
    sealed = (await money.sealed()).case
    with pytest.raises(Refusal, match="wrong_state"):
        await money.confirmed(proposed)
    assert await money.stage.states(one) == ["approved"]
    cancel = partial(
        batch.cancel_batch, batch_id=sealed.id, version=sealed.version, reason="待核查"
    )
    await money.stage.act(money.stage.staff.releaser, cancel)
    sent, attempt = await money.at_bank()
    await money.answered(sent, attempt, "rejected")
    planned = await money.payment(settled)
    # It came back while somebody had proposed to cancel it: that is answered first.
    asked = await money.correction(settled, Remedy.PAY_AGAIN, money.stage.provider)
    with pytest.raises(Refusal, match="payment_not_returned"):
        await money.correction(settled, Remedy.PAY_AGAIN)
    with pytest.raises(Refusal, match="payment_not_returned"):
        await money.stage.act(
            money.stage.staff.handler,
            partial(payment_correction.take_up_correction, correction_id=asked.case.id, version=1),
        )
    refuse = partial(
        payment_correction.refuse_correction,
        correction_id=proposed.case.id,
        version=1,
        reason="改付其他账户",
    )
    await money.stage.act(money.stage.staff.approver, refuse)
    assert (await money.payment(settled)).state == planned.state == "returned"
    await money.corrected(settled)
    again, second = await money.at_bank()
    await money.answered(again, second, "paid")
    await money.closed(settled)
    assert await money.stage.states(one) == ["paid"]


async def test_a_cancellation_hands_back_what_was_taken_over_to_the_fen(money: Money) -> None:
    (cut,) = await money.stage.holders(1)
    class_id = await money.redeemed(cut)
    settled = await money.settled(reduced(cut, LEAST_FEN))
    await money.planned(settled)
    cancellation = await money.correction(settled, Remedy.CANCEL)
    case, staff = settled.case, money.stage.staff
    key = BookKey(place_id=staff.place.id, fund_source=FUND, budget_year=YEAR)
    for event, amount_fen in (
        (Event.VOUCHERS_HANDED_BACK, LEAST_FEN - 1),
        (Event.VOUCHERS_REINSTATED, FEE_FEN - LEAST_FEN + 1),
    ):
        handed = event is Event.VOUCHERS_HANDED_BACK
        transfer: Transfer = transfer_of(
            event,
            amount_fen=amount_fen,
            posting_key=f"forged:{event}",
            org_id=case.org_id,
            voucher_batch_id=case.id if handed else class_id,
            to_voucher_batch_id=class_id if handed else None,
        )
        async with money.stage.reading(staff.approver) as work:
            locked = await work.cases.lock(
                CaseKind.PAYMENT_CORRECTION, cancellation.case.id, version=1
            )
            await sign(work, locked, "approve")
            book = await work.ledger.book(key)
            decision = decision_of(locked.id, await work.cases.steps(locked))
            with pytest.raises(DBAPIError) as broken:
                await work.ledger.post(
                    staff.place.id, book, [transfer], cause=decision, posted_at=work.now
                )
        assert constraint_of(broken.value) == "cause_concerns_posting"
