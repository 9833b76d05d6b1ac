"""Voucher settlements from the draft to the approval, through the use cases on PostgreSQL."""

import asyncio
from datetime import date
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.hold import HoldTarget
from domain.ledger import AccountKind
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.voucher_settlement import (
    Verdict,
    VoucherDisposition,
    VoucherGround,
    VoucherSettlement,
)
from service.application import hold, voucher, voucher_settlement, voucher_settlement_decision
from service.application.hold import ProposeHold
from service.application.voucher_class_completion import confirm_completion
from service.application.voucher_money import release_unneeded
from tests.conftest import NewStaff
from tests.integration.voucher_class_stage import (
    APPROPRIATED_FEN,
    ENDS,
    FEE_FEN,
    NUMBER,
    a_stage,
    outcome_of,
)
from tests.integration.voucher_money_stage import Money, held, reduced, refused
from tests.people import Staff

OTHER = "S000132068100126500002"


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


def located(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


async def test_a_provider_claims_everything_redeemed_and_the_approval_takes_its_money_over(
    money: Money,
) -> None:
    holders = await money.stage.holders(3)
    class_id = await money.redeemed(*holders)
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - 3 * FEE_FEN,
        AccountKind.COMMITTED: 3 * FEE_FEN,
    }
    approved = await money.settled()
    assert (approved.case.state, approved.vouchers, approved.amount_fen) == (
        "approved",
        3,
        3 * FEE_FEN,
    )
    assert approved.month == date(2026, 3, 1)
    assert await money.stage.states(*holders) == ["approved"] * 3
    assert {(await money.stage.voucher(one)).amount_fen for one in holders} == {FEE_FEN}
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 0
    assert await money.held_fen(AccountKind.COMMITTED, approved.case.id) == 3 * FEE_FEN


async def test_what_is_refused_or_reduced_goes_back_and_what_is_held_stays_with_its_class(
    money: Money,
) -> None:
    _, less, no, waits = holders = await money.stage.holders(4)
    class_id = await money.redeemed(*holders)
    approved = await money.settled(reduced(less, 60_000), refused(no), held(waits))
    assert approved.amount_fen == FEE_FEN + 60_000
    assert await money.stage.states(*holders) == ["approved", "approved", "refused", "redeemed"]
    assert [
        (line.disposition, line.ground, line.amount_fen, line.released)
        for line in sorted(
            await money.lines(approved),
            key=lambda line: [one.voucher_id for one in holders].index(line.voucher_id),
        )
    ] == [
        (VoucherDisposition.PAYABLE, VoucherGround.WORTH, FEE_FEN, False),
        (VoucherDisposition.PAYABLE, VoucherGround.REDUCED, 60_000, False),
        (VoucherDisposition.REFUSED, VoucherGround.REFUSED, 0, False),
        (VoucherDisposition.HELD, VoucherGround.HELD, 0, True),
    ]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    assert await money.held_fen(AccountKind.COMMITTED, approved.case.id) == FEE_FEN + 60_000
    assert await money.held_fen(AccountKind.AVAILABLE) == APPROPRIATED_FEN - 2 * FEE_FEN - 60_000
    assert (await money.balances())[AccountKind.COMMITTED] == 2 * FEE_FEN + 60_000
    # What was held stands in the next month's settlement, and is paid there.
    money.stage.on(date(2026, 4, 2))
    later = await money.settled()
    assert (later.vouchers, later.amount_fen) == (1, FEE_FEN)
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 0


async def test_a_settlement_with_nothing_to_pay_is_closed_by_the_job(money: Money) -> None:
    (only,) = await money.stage.holders(1)
    await money.redeemed(only)
    approved = await money.settled(refused(only))
    assert approved.amount_fen == 0
    closed = await money.closed(approved)
    assert closed.case.state == "closed"
    assert (await money.closed(approved)).case.version == closed.case.version
    assert await money.stage.states(only) == ["refused"]
    assert await money.held_fen(AccountKind.AVAILABLE) == APPROPRIATED_FEN


async def test_of_two_approvals_at_once_one_takes_the_money_over(money: Money) -> None:
    holders = await money.stage.holders(2)
    await money.redeemed(*holders)
    drafted = await money.drafted()
    await money.accepted(drafted)
    version = (await money.reviewed(drafted)).case.version
    staff = money.stage.staff

    async def approve() -> VoucherSettlement | Refusal:
        try:
            return await money.stage.act(
                staff.approver,
                partial(
                    voucher_settlement_decision.approve_voucher_settlement,
                    settlement_id=drafted.case.id,
                    version=version,
                    reason="",
                ),
            )
        except Refusal as refusal:
            return refusal

    done = await asyncio.gather(approve(), approve())
    codes = [one.code for one in done if isinstance(one, Refusal)]
    assert codes == ["stale_version"]
    assert await money.held_fen(AccountKind.COMMITTED, drafted.case.id) == 2 * FEE_FEN


async def test_of_two_drafts_at_once_one_holds_the_vouchers(money: Money) -> None:
    holders = await money.stage.holders(2)
    await money.redeemed(*holders)

    async def draft() -> VoucherSettlement | Refusal:
        try:
            return await money.drafted()
        except Refusal as refusal:
            return refusal

    done = await asyncio.gather(draft(), draft())
    assert sum(isinstance(one, VoucherSettlement) for one in done) == 1
    (refusal,) = [one for one in done if isinstance(one, Refusal)]
    assert refusal.code == "voucher_settlement_exists"


async def test_a_draft_says_everything_that_is_wrong_with_it(
    money: Money, new_staff: NewStaff
) -> None:
    one, two = await money.stage.holders(2)
    class_id = await money.stage.completed(one, two)
    with pytest.raises(Refusal, match="nothing_redeemed"):
        await money.drafted()
    await money.stage.redeemed(class_id, one.code)
    with pytest.raises(Refusal) as faulty:
        await money.drafted(vouchers=[one.voucher_id, two.voucher_id, one.voucher_id])
    assert located(faulty) == [
        ("/voucher_ids/1", "voucher_not_redeemed"),
        ("/voucher_ids/2", "voucher_twice"),
    ]
    with pytest.raises(Refusal) as named:
        await money.drafted(payee=money.payee("别家培训学校"))
    assert located(named) == [("/payee/account_name", "payee_name_differs")]
    elsewhere = await new_staff()
    with pytest.raises(Refusal, match="nothing_redeemed"):
        await money.drafted(elsewhere.teacher, payee=money.payee(elsewhere.provider.name))


async def test_a_month_has_one_settlement_until_it_is_withdrawn_or_refused(money: Money) -> None:
    one, two = await money.stage.holders(2)
    class_id = await money.redeemed(one, two)
    drafted = await money.drafted(vouchers=[one.voucher_id])
    with pytest.raises(Refusal, match="voucher_settlement_exists"):
        await money.drafted()
    with pytest.raises(Refusal) as taken:
        await money.drafted(vouchers=[one.voucher_id])
    assert located(taken) == [("/voucher_ids/0", "voucher_not_redeemed")]
    withdraw = voucher_settlement.withdraw_voucher_settlement
    withdrawn = await money.signed(drafted, withdraw, money.stage.provider)
    assert withdrawn.case.state == "withdrawn"
    again = await money.drafted()
    assert again.vouchers == 2
    await money.accepted(again)
    await money.reviewed(again)
    refuse = voucher_settlement_decision.refuse_voucher_settlement
    with pytest.raises(Refusal, match="reason_missing"):
        await money.signed(again, refuse, money.stage.staff.approver, reason=" ")
    await money.signed(again, refuse, money.stage.staff.approver, reason="资料不全")
    assert await money.stage.states(one, two) == ["redeemed", "redeemed"]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 2 * FEE_FEN
    assert (await money.settled()).amount_fen == 2 * FEE_FEN


async def test_what_was_returned_is_corrected_by_taking_vouchers_out(money: Money) -> None:
    one, two = await money.stage.holders(2)
    await money.redeemed(one, two)
    drafted = await money.drafted()
    await money.signed(drafted, voucher_settlement.submit_voucher_settlement, money.stage.provider)
    first_day = (await money.settlement(drafted)).submitted_at
    take_out = partial(
        money.signed,
        drafted,
        voucher_settlement.take_out_of_voucher_settlement,
        money.stage.provider,
    )
    with pytest.raises(Refusal, match="wrong_state"):
        await take_out(voucher_ids=[two.voucher_id])
    give_back = voucher_settlement_decision.return_voucher_settlement
    await money.signed(drafted, give_back, money.stage.staff.handler, reason="第二人发票有误")
    with pytest.raises(Refusal, match="nothing_left_to_settle"):
        await take_out(voucher_ids=[one.voucher_id, two.voucher_id])
    with pytest.raises(Refusal) as faulty:
        await take_out(voucher_ids=[money.stage.staff.place.id])
    assert located(faulty) == [("/voucher_ids/0", "voucher_not_in_settlement")]
    left = await take_out(voucher_ids=[two.voucher_id])
    assert left.vouchers == 1
    money.stage.on(date(2026, 3, 30))
    await money.accepted(drafted)
    await money.reviewed(drafted)
    approved = await money.approved(drafted)
    assert (approved.amount_fen, approved.submitted_at) == (FEE_FEN, first_day)
    assert await money.stage.states(one, two) == ["approved", "redeemed"]


async def test_a_reviewer_is_told_every_fault_and_reviews_anew_what_was_sent_back(
    money: Money,
) -> None:
    one, two = await money.stage.holders(2)
    await money.redeemed(one, two)
    drafted = await money.drafted()
    await money.accepted(drafted)
    stranger = money.stage.staff.place.id
    with pytest.raises(Refusal) as faulty:
        await money.reviewed(
            drafted,
            refused(one, reason=" "),
            refused(one),
            reduced(two, FEE_FEN + 1),
            Verdict(
                voucher_id=stranger,
                disposition=VoucherDisposition.HELD,
                amount_fen=1,
                reason="x",
            ),
        )
    assert located(faulty) == [
        ("/lines/0/reason", "reason_missing"),
        ("/lines/1/voucher_id", "voucher_twice"),
        ("/lines/2/amount_fen", "amount_above_worth"),
        ("/lines/3/voucher_id", "voucher_not_in_settlement"),
    ]
    reviewed = await money.reviewed(drafted, refused(one))
    assert reviewed.amount_fen == FEE_FEN
    send_back = voucher_settlement_decision.send_voucher_settlement_back
    await money.signed(drafted, send_back, money.stage.staff.approver, reason="请再核对")
    assert (await money.reviewed(drafted)).amount_fen == 2 * FEE_FEN


async def test_investigations_holds_and_voids_set_lines_aside_and_delay_no_other(
    money: Money,
) -> None:
    paid, stopped, ended = holders = await money.stage.holders(3)
    class_id = await money.redeemed(*holders)
    drafted = await money.drafted()
    await money.accepted(drafted)
    await money.stage.frozen(stopped)
    reviewed = await money.reviewed(drafted, refused(stopped))
    assert reviewed.amount_fen == 2 * FEE_FEN
    version = (await money.stage.voucher(ended)).version
    await money.stage.act(
        money.stage.staff.handler,
        partial(
            voucher.void_voucher, voucher_id=ended.voucher_id, version=version, reason="重复发放"
        ),
    )
    approved = await money.approved(drafted)
    assert approved.amount_fen == FEE_FEN
    grounds = {line.voucher_id: line.ground for line in await money.lines(approved)}
    assert grounds == {
        paid.voucher_id: VoucherGround.WORTH,
        stopped.voucher_id: VoucherGround.FROZEN,
        ended.voucher_id: VoucherGround.ENDED,
    }
    assert await money.stage.states(*holders) == ["approved", "frozen", "voided"]
    # The void is carried out by the system: the class's two people decided about its money.
    release = partial(release_unneeded, class_id=class_id)
    assert await money.stage.act(money.stage.staff.system, release) == FEE_FEN
    assert await money.stage.act(money.stage.staff.system, release) == 0
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    assert (await money.balances())[AccountKind.COMMITTED] == 2 * FEE_FEN


@pytest.mark.parametrize(
    ("kind", "number"),
    [(CertificateType.SKILL_LEVEL, NUMBER), (CertificateType.TRAINING, "启培字第7号")],
)
async def test_one_certificate_for_two_people_holds_both_until_one_is_refused(
    money: Money, kind: CertificateType, number: str
) -> None:
    first, second, other = holders = await money.stage.holders(3)
    classes = [await money.stage.started(one) for one in holders]
    money.stage.on(ENDS)
    for one, class_id, declared in zip(holders, classes, (number, number, OTHER), strict=True):
        outcome = outcome_of(one.voucher_id, certificate=(kind, declared))
        await money.stage.completion_reported(class_id, outcome)
        await money.stage.decided(class_id, confirm_completion)
        await money.stage.redeemed(class_id, one.code)
    drafted = await money.drafted()
    await money.accepted(drafted)
    reviewed = await money.reviewed(drafted, refused(second, "证书不属本人"))
    assert reviewed.amount_fen == FEE_FEN
    assert {line.voucher_id: line.ground for line in await money.lines(reviewed)} == {
        first.voucher_id: VoucherGround.CERTIFICATE_USED,
        second.voucher_id: VoucherGround.REFUSED,
        other.voucher_id: VoucherGround.WORTH,
    }
    await money.approved(drafted)
    assert await money.stage.states(*holders) == ["redeemed", "refused", "approved"]
    money.stage.on(date(2026, 4, 2))
    assert (await money.settled()).amount_fen == FEE_FEN
    assert await money.stage.states(first) == ["approved"]


async def test_a_hold_on_the_provider_stops_the_approval(money: Money) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    drafted = await money.drafted()
    await money.accepted(drafted)
    await money.reviewed(drafted)
    await impose(money, HoldTarget.PROVIDER)
    with pytest.raises(Refusal, match="on_hold"):
        await money.approved(drafted)
    assert await money.state(CaseKind.VOUCHER_SETTLEMENT, drafted.case.id) == "reviewed"


async def impose(money: Money, target: HoldTarget) -> None:
    """A hold on the provider, imposed by two people."""
    staff = money.stage.staff
    proposed = await money.stage.act(
        staff.handler,
        lambda work: hold.propose_hold(
            work,
            ProposeHold(
                target=target,
                target_id=staff.provider.id,
                document_number="试人社函〔2026〕7号",
                review_on=date(2026, 12, 31),
                reason="群众举报",
            ),
        ),
    )
    await money.stage.act(
        staff.approver,
        lambda work: hold.decide_hold(
            work, hold_id=proposed.case.id, version=1, event="impose", reason="核查期间"
        ),
    )


async def test_the_job_changes_nothing_before_the_approval(money: Money) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    drafted = await money.drafted()
    assert (await money.closed(drafted)).case.state == "draft"
    assert await money.stage.states(one) == ["redeemed"]


async def test_a_voucher_that_no_settlement_pays_has_no_payment_to_follow(
    money: Money, engine: AsyncEngine
) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    await money.stage.moved(one, "approve", money.stage.staff.approver)
    await money.stage.frozen(one)
    await money.stage.released(one)
    assert await money.stage.states(one) == ["approved"]
    query = text("select count(*) from jobs where kind = :kind and place_id = :place_id")
    named = {
        "kind": voucher_settlement_decision.CLOSE_VOUCHER_SETTLEMENT,
        "place_id": money.stage.staff.place.id,
    }
    async with engine.connect() as connection:
        assert (await connection.execute(query, named)).scalar_one() == 0
