"""The money of vouchers from the funding request to the bank's answer and back, on PostgreSQL."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.bank_result import LineState
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.explanation import PaymentPurpose
from domain.hold import HoldTarget
from domain.ledger import AccountKind
from domain.payment import Remedy, VoucherShare
from domain.ports.crypto import Crypto
from domain.recovery import ClawedBack
from service.application import batch, payment, recovery, voucher, voucher_class_completion
from service.application.voucher_money import RELEASE_OF_CLASS, release_unneeded
from tests import road
from tests.conftest import NewStaff
from tests.integration import voucher_review_stage as review
from tests.integration.test_voucher_holds import impose
from tests.integration.voucher_class_stage import APPROPRIATED_FEN, FEE_FEN, a_stage
from tests.integration.voucher_money_stage import Money, reduced, refused
from tests.people import Staff, citizen_id


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


async def test_an_approved_settlement_is_paid_and_its_vouchers_with_it(money: Money) -> None:
    _, second, no = holders = await money.stage.holders(3)
    await money.redeemed(*holders)
    settled = await money.settled(reduced(second, 40_000), refused(no))
    paid_fen = FEE_FEN + 40_000
    planned = await money.planned(settled)
    assert (planned.filing_id, planned.amount_fen, planned.purpose) == (
        None,
        paid_fen,
        "职业培训券补贴",
    )
    sent, attempt = await money.at_bank()
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - paid_fen,
        AccountKind.IN_TRANSIT: paid_fen,
    }
    assert (await money.closed(settled)).case.state == "approved"
    assert await money.answered(sent, attempt, "paid") == {LineState.MATCHED: 1}
    closed = await money.closed(settled)
    assert closed.case.state == "closed"
    assert await money.stage.states(*holders) == ["paid", "paid", "refused"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - paid_fen,
        AccountKind.EXPENSE: paid_fen,
    }
    assert await money.held_fen(AccountKind.EXPENSE, settled.case.id) == paid_fen
    assert (await money.closed(settled)).case.version == closed.case.version


async def test_a_payment_is_explained_by_the_vouchers_it_pays(money: Money) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    settled = await money.settled(reduced(second, 40_000))
    await money.paid(settled)
    payment_id = (await money.payment(settled)).id
    async with money.stage.reading(money.stage.provider) as work:
        explained = await payment.explain_payment(work, payment_id)
        listed = await payment.list_payments(
            work,
            filing_id=None,
            voucher_settlement_id=settled.case.id,
            state="paid",
            after=None,
            limit=10,
        )
    assert [one.id for one in listed] == [payment_id]
    assert (explained.facts.purpose, explained.facts.amount_fen) == (
        PaymentPurpose.VOUCHERS,
        FEE_FEN + 40_000,
    )
    assert explained.facts.decision == str(settled.case.id)
    assert explained.chain.people == ()
    shares = {VoucherShare(voucher_id=first.voucher_id, amount_fen=FEE_FEN)}
    shares.add(VoucherShare(voucher_id=second.voucher_id, amount_fen=40_000))
    assert set(explained.chain.vouchers) == shares


async def test_who_approved_a_settlement_neither_prepares_nor_releases_its_payment(
    money: Money,
) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    settled = await money.settled()
    handler, approver = money.stage.staff.handler, money.stage.staff.approver
    money.stage.staff = replace(money.stage.staff, handler=approver)
    with pytest.raises(Refusal, match="linked_duty_conflict"):
        await money.requested(settled)
    money.stage.staff = replace(money.stage.staff, handler=handler)
    await money.planned(settled)
    with pytest.raises(Refusal, match="linked_duty_conflict"):
        await money.released(approver)


async def test_what_the_bank_gives_back_is_approved_again_and_paid_again(money: Money) -> None:
    holders = await money.stage.holders(2)
    await money.redeemed(*holders)
    settled = await money.settled()
    sent, attempt = await money.paid(settled)
    assert await money.answered(sent, attempt, "returned") == {LineState.MATCHED: 1}
    reopened = await money.closed(settled)
    assert reopened.case.state == "closed"
    assert await money.stage.states(*holders) == ["approved", "approved"]
    assert (await money.balances())[AccountKind.COMMITTED] == 2 * FEE_FEN
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == 2 * FEE_FEN
    await money.corrected(settled)
    again, second = await money.at_bank()
    assert await money.answered(again, second, "paid") == {LineState.MATCHED: 1}
    await money.closed(settled)
    assert await money.stage.states(*holders) == ["paid", "paid"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - 2 * FEE_FEN,
        AccountKind.EXPENSE: 2 * FEE_FEN,
    }


async def test_a_payment_comes_back_to_whoever_asked_for_a_second_voucher_meanwhile(
    money: Money,
) -> None:
    person = citizen_id()
    (only,) = await money.stage.holders(1, citizen_ids=[person])
    await money.redeemed(only)
    settled = await money.settled()
    sent, attempt = await money.paid(settled)
    with pytest.raises(Refusal, match="voucher_already_held"):
        await money.stage.holders(1, citizen_ids=[person])
    assert await money.answered(sent, attempt, "returned") == {LineState.MATCHED: 1}
    await money.closed(settled)
    assert await money.stage.states(only) == ["approved"]


async def test_a_payment_that_came_back_is_cancelled_and_its_vouchers_settled_anew(
    money: Money,
) -> None:
    (one,) = await money.stage.holders(1)
    class_id = await money.redeemed(one)
    settled = await money.settled()
    sent, attempt = await money.paid(settled)
    await money.answered(sent, attempt, "returned")
    with pytest.raises(Refusal, match="already_requested"):
        await money.requested(settled)
    cancellation = await money.correction(settled, Remedy.CANCEL)
    # The bank's answer has not reached the voucher yet: it still looks paid.
    with pytest.raises(Refusal, match="voucher_not_usable"):
        await money.confirmed(cancellation)
    await money.closed(settled)
    await money.confirmed(cancellation)
    assert await money.state(CaseKind.VOUCHER_SETTLEMENT, settled.case.id) == "cancelled"
    assert await money.stage.states(one) == ["redeemed"]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    with pytest.raises(Refusal, match="funding_request_faulty") as ended:
        await money.requested(settled)
    assert [fault.code for fault in ended.value.faults] == ["subject_not_approved"]
    assert (await money.closed(settled)).case.state == "cancelled"
    await money.paid(await money.settled())
    assert await money.stage.states(one) == ["paid"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN,
        AccountKind.EXPENSE: FEE_FEN,
    }


async def test_a_release_stops_for_a_hold_or_an_investigation_and_names_the_line(
    money: Money,
) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    settled = await money.settled()
    await money.planned(settled)
    sealed = (await money.sealed()).case
    release = partial(batch.release_batch, batch_id=sealed.id, version=sealed.version)
    releaser = money.stage.staff.releaser
    await money.stage.frozen(first)
    with pytest.raises(Refusal) as stopped:
        await money.stage.act(releaser, release)
    assert [(one.pointer, one.code) for one in stopped.value.faults] == [("/payments/0", "on_hold")]
    await money.stage.released(first)
    await impose(money, HoldTarget.PROVIDER)
    with pytest.raises(Refusal, match="on_hold"):
        await money.stage.act(releaser, release)
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == 2 * FEE_FEN


async def test_a_voucher_under_investigation_when_it_is_paid_follows_once_it_is_released(
    money: Money,
) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    settled = await money.settled()
    await money.planned(settled)
    sent, attempt = await money.at_bank()
    await money.stage.frozen(first)
    await money.answered(sent, attempt, "paid")
    await money.closed(settled)
    assert await money.stage.states(first, second) == ["frozen", "paid"]
    version = (await money.stage.voucher(first)).version
    with pytest.raises(Refusal, match="voucher_not_usable"):
        await money.stage.act(
            money.stage.staff.handler,
            partial(
                voucher.void_voucher, voucher_id=first.voucher_id, version=version, reason="冒名"
            ),
        )
    await money.stage.released(first)
    assert await money.stage.states(first) == ["approved"]
    await money.closed(settled)
    assert await money.stage.states(first, second) == ["paid", "paid"]


async def test_a_paid_voucher_is_clawed_back_by_two_people_and_collected(money: Money) -> None:
    first, second = await money.stage.holders(2)
    await money.redeemed(first, second)
    settled = await money.settled(reduced(second, 40_000))
    await money.paid(settled)
    proposed = await money.proposed(settled, second.voucher_id)
    assert (proposed.filing_id, proposed.voucher_settlement_id) == (None, settled.case.id)
    assert (proposed.proposed_fen, proposed.case.org_id) == (
        40_000,
        money.stage.staff.provider.id,
    )
    assert await money.stage.states(first, second) == ["paid", "paid"]
    ordered = await money.ordered(proposed)
    assert ordered.figures.outstanding_fen == 40_000
    assert await money.stage.states(first, second) == ["paid", "clawed_back"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN - 40_000,
        AccountKind.EXPENSE: FEE_FEN,
        AccountKind.RECOVERY_RECEIVABLE: 40_000,
    }
    async with money.stage.reading(money.stage.provider) as work:
        reasons = await recovery.reasons_for_recovery(work, recovery_id=ordered.case.id)
        listed = await recovery.list_recoveries(
            work,
            filing_id=None,
            voucher_settlement_id=settled.case.id,
            state=None,
            after=None,
            limit=10,
        )
    assert reasons.vouchers == [ClawedBack(voucher_id=second.voucher_id, amount_fen=40_000)]
    assert [one.case.id for one in listed] == [ordered.case.id]
    partly = await money.came_in(ordered, 15_000)
    assert partly.figures.outstanding_fen == 25_000
    done = await money.came_in(ordered, 25_000)
    assert done.case.state == "collected"
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - FEE_FEN,
        AccountKind.EXPENSE: FEE_FEN,
    }


async def test_a_claw_back_found_wrong_leaves_its_vouchers_paid_and_its_money_spent(
    money: Money,
) -> None:
    person = citizen_id()
    first, second = await money.stage.holders(2, citizen_ids=[person])
    await money.redeemed(first, second)
    settled = await money.settled(reduced(second, 40_000))
    await money.paid(settled)
    before = await money.balances()
    ordered = await money.ordered(
        await money.proposed(settled, first.voucher_id, second.voucher_id)
    )
    served = await review.served(money, ordered)
    with pytest.raises(Refusal, match="voucher_already_held"):
        await money.stage.holders(1, citizen_ids=[person])
    with pytest.raises(Refusal, match="not_found"):
        await review.contested(money, first.worker, recovery_id=served.case.id)
    asked = await review.contested(money, money.stage.provider, recovery_id=served.case.id)
    assert await money.stage.states(first, second) == ["clawed_back", "clawed_back"]
    await review.ruled(money, asked)
    assert await money.stage.states(first, second) == ["paid", "paid"]
    assert await money.state(CaseKind.RECOVERY, served.case.id) == "cancelled"
    assert await money.balances() == before
    assert await money.held_fen(AccountKind.EXPENSE, settled.case.id) == FEE_FEN + 40_000
    again = await money.ordered(await money.proposed(settled, second.voucher_id))
    assert again.figures.outstanding_fen == 40_000
    assert await money.stage.states(first, second) == ["paid", "clawed_back"]


async def test_a_claw_back_that_a_review_lets_stand_leaves_its_vouchers_clawed_back(
    money: Money,
) -> None:
    (only,) = await money.stage.holders(1)
    await money.redeemed(only)
    settled = await money.settled()
    await money.paid(settled)
    ordered = await money.ordered(await money.proposed(settled, only.voucher_id))
    served = await review.served(money, ordered)
    asked = await review.contested(money, money.stage.provider, recovery_id=served.case.id)
    await review.ruled(money, asked, "dismiss")
    assert await money.stage.states(only) == ["clawed_back"]
    assert await money.state(CaseKind.RECOVERY, served.case.id) == "served"
    assert (await money.balances())[AccountKind.RECOVERY_RECEIVABLE] == FEE_FEN


async def test_only_paid_vouchers_of_the_settlement_are_clawed_back_and_each_once(
    money: Money,
) -> None:
    first, second, no = await money.stage.holders(3)
    await money.redeemed(first, second, no)
    settled = await money.settled(refused(no))
    with pytest.raises(Refusal) as early:
        await money.proposed(settled, first.voucher_id, uuid4(), first.voucher_id, no.voucher_id)
    assert [(one.pointer, one.code) for one in early.value.faults] == [
        ("/voucher_ids/0", "voucher_not_paid"),
        ("/voucher_ids/1", "voucher_not_in_settlement"),
        ("/voucher_ids/2", "voucher_twice"),
        ("/voucher_ids/3", "voucher_not_in_settlement"),
    ]
    await money.paid(settled)
    one = await money.proposed(settled, first.voucher_id)
    other = await money.proposed(settled, first.voucher_id)
    await money.ordered(one)
    with pytest.raises(Refusal, match="voucher_not_paid"):
        await money.ordered(other)
    assert await money.stage.states(first, second) == ["clawed_back", "paid"]
    assert (await money.balances())[AccountKind.EXPENSE] == FEE_FEN


async def test_money_that_was_given_back_is_not_clawed_back(money: Money) -> None:
    (only,) = await money.stage.holders(1)
    await money.redeemed(only)
    settled = await money.settled()
    sent, attempt = await money.paid(settled)
    proposed = await money.proposed(settled, only.voucher_id)
    assert await money.answered(sent, attempt, "returned") == {LineState.MATCHED: 1}
    # The bank's answer is on file and the job has not run yet: nothing is there to take back.
    with pytest.raises(Refusal, match="recovery_above_paid"):
        await money.ordered(proposed)
    await money.closed(settled)
    assert await money.stage.states(only) == ["approved"]


async def test_one_provider_sees_nothing_of_anothers_settlement(
    money: Money, new_staff: NewStaff
) -> None:
    (only,) = await money.stage.holders(1)
    await money.redeemed(only)
    settled = await money.settled()
    await money.paid(settled)
    one = await money.ordered(await money.proposed(settled, only.voucher_id))
    staff = money.stage.staff
    elsewhere = await new_staff()
    for stranger in (elsewhere.teacher, staff.filer, staff.organiser, only.worker):
        async with money.stage.reading(stranger) as work:
            for kind, case_id in (
                (CaseKind.VOUCHER_SETTLEMENT, settled.case.id),
                (CaseKind.RECOVERY, one.case.id),
            ):
                with pytest.raises(Refusal, match="not_found"):
                    await work.cases.get(kind, case_id)
            assert await work.voucher_settlements.in_work(settled.case) == []
            assert await work.recoveries.vouchers(one.case) == []
            found = await work.payments.page(filing_id=None, state=None, after=None, limit=10)
            assert found == []
            assert await work.ledger.postings_of(staff.place.id, settled.case.id) == []


async def test_what_ends_in_use_gives_its_part_back_on_the_classs_own_decision(
    money: Money, engine: AsyncEngine
) -> None:
    first, second = await money.stage.holders(2)
    class_id = await money.stage.started(first, second)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    version = (await money.stage.voucher(first)).version
    void = partial(
        voucher.void_voucher, voucher_id=first.voucher_id, version=version, reason="错发"
    )
    await money.stage.act(money.stage.staff.handler, void)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    assert await released_by_job(money, engine, class_id) == 1
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    await money.stage.decided(
        class_id, voucher_class_completion.stop_class, money.stage.staff.approver
    )
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN,
    }


async def released_by_job(money: Money, engine: AsyncEngine, class_id: UUID) -> int:
    """Do once what the jobs do that ending vouchers has added; return how many there are."""
    query = text("select count(*) from jobs where kind = :kind and ref = :ref")
    async with engine.connect() as connection:
        named = {"kind": RELEASE_OF_CLASS, "ref": class_id}
        jobs = int((await connection.execute(query, named)).scalar_one())
    await money.stage.act(money.stage.staff.system, partial(release_unneeded, class_id=class_id))
    return jobs


async def test_a_filing_that_waits_is_not_overtaken_and_gets_what_vouchers_give_back(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    spare_fen, small_fen = 50_000, 10_000
    stage = await a_stage(engine, crypto, staff, appropriated_fen=5 * FEE_FEN + spare_fen)
    money = Money(stage=stage)
    holders = await stage.holders(5)
    await money.redeemed(*holders)
    filing = await road.listed(stage.begin, staff, people=1)
    assert await money.held_fen(AccountKind.COMMITTED, filing.case.id) == 0
    (other,) = await stage.holders(1)
    late = date(2026, 4, 2)
    days = {"class_name": "第二期", "fee_fen": small_fen, "starts_on": late, "ends_on": late}
    class_id = (await stage.planned(**days)).case.id
    await stage.reserved(class_id, other)
    stage.on(late)
    await stage.reported(class_id, started_on=late)
    await stage.reviewed(class_id)
    # The book could cover so small a class, and somebody has waited longer.
    with pytest.raises(Refusal, match="fund_insufficient"):
        await stage.verified(class_id)
    await money.settled(*(refused(one) for one in holders))
    served_fen = await money.held_fen(AccountKind.COMMITTED, filing.case.id)
    assert served_fen > spare_fen
    assert await money.held_fen(AccountKind.AVAILABLE) == 5 * FEE_FEN + spare_fen - served_fen
    await stage.verified(class_id)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == small_fen
