"""Time limits of the voucher programme: what waits for the bureau, or for who claims, is found by its day."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.case_clock import CaseClock, PauseCause
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.party import Actor
from domain.policy.overlay import Limit
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from service.application import (
    deadlines,
    voucher_class_completion,
    voucher_settlement,
    voucher_settlement_decision,
)
from service.application.case_clock import list_clocks, list_reminders, mark_clock, step_times_of
from tests.integration.voucher_class_stage import STARTS, a_stage, outcome_of
from tests.integration.voucher_money_stage import Money
from tests.people import Staff


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> Money:
    """A county with a listed provider and a project; `begin_work` has put the policies on file."""
    assert begin_work is not None
    return Money(stage=await a_stage(engine, crypto, staff))


async def clocks(
    money: Money, actor: Actor, kind: CaseKind, *, overdue: bool | None = None
) -> list[CaseClock]:
    """The clocks somebody sees of one kind of case."""
    async with money.stage.reading(actor) as work:
        found = await list_clocks(work, kind=kind, overdue=overdue, after=None, limit=9)
    return [one.clock for one in found if one.clock is not None]


async def test_a_reported_start_and_a_reported_completion_wait_by_their_days(money: Money) -> None:
    stage = money.stage
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    handler, kind = stage.staff.handler, CaseKind.VOUCHER_CLASS
    assert await clocks(money, handler, kind) == []
    stage.on(STARTS)
    await stage.reported(class_id)
    (reported,) = await clocks(money, handler, kind)
    assert (reported.limit, reported.due.day) == (Limit.VOUCHER_START, date(2026, 3, 16))
    assert await clocks(money, stage.provider, kind) == [reported]
    stage.on(date(2026, 3, 17))
    assert await clocks(money, handler, kind, overdue=False) == []
    await stage.reviewed(class_id)
    (late,) = await clocks(money, handler, kind, overdue=True)
    assert (late.started_on, late.left) == (STARTS, -1)
    await stage.verified(class_id)
    assert await clocks(money, handler, kind) == []
    stage.on(date(2026, 3, 27))
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    (completing,) = await clocks(money, handler, kind)
    assert (completing.limit, completing.started_on) == (
        Limit.VOUCHER_COMPLETION,
        date(2026, 3, 27),
    )
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await clocks(money, handler, kind) == []
    async with stage.reading(handler) as work:
        taken = await step_times_of(work, since=STARTS, until=date(2026, 3, 27))
    assert {(one.to_state, one.longest) for one in taken if one.kind is kind} >= {
        ("start_reviewed", 6),
        ("started", 0),
        ("completed", 0),
    }


async def test_the_check_of_a_site_stops_the_limit_of_a_reported_start(money: Money) -> None:
    stage = money.stage
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    for day, pausing in ((date(2026, 3, 10), True), (date(2026, 3, 12), False)):
        stage.on(day)
        mark = partial(
            mark_clock,
            case_id=class_id,
            version=await stage.version(class_id),
            pausing=pausing,
            cause=PauseCause.SITE_CHECK,
            reason="现场核查",
        )
        await stage.act(stage.staff.handler, mark)
    (clock,) = await clocks(money, stage.staff.handler, CaseKind.VOUCHER_CLASS)
    assert (clock.used, clock.due.day, clock.paused) == (1, date(2026, 3, 18), False)
    await stage.reviewed(class_id)


async def test_a_settlement_waits_for_each_of_its_people_in_turn(money: Money) -> None:
    (holder,) = await money.stage.holders(1)
    await money.redeemed(holder)
    drafted = await money.drafted()
    handler, kind = money.stage.staff.handler, CaseKind.VOUCHER_SETTLEMENT
    assert await clocks(money, handler, kind) == []
    await money.accepted(drafted)
    (accepted,) = await clocks(money, handler, kind)
    assert (accepted.limit, accepted.days) == (Limit.VOUCHER_SETTLEMENT_REVIEW, 20)
    await money.reviewed(drafted)
    (reviewed,) = await clocks(money, handler, kind)
    assert (reviewed.limit, reviewed.days) == (Limit.VOUCHER_SETTLEMENT_APPROVE, 10)
    await money.approved(drafted)
    assert await clocks(money, handler, kind) == []


async def test_a_returned_settlement_waits_for_its_provider_and_no_officer_pauses_it(
    money: Money,
) -> None:
    (holder,) = await money.stage.holders(1)
    await money.redeemed(holder)
    drafted = await money.drafted()
    submit = voucher_settlement.submit_voucher_settlement
    await money.signed(drafted, submit, money.stage.provider)
    (submitted,) = await clocks(money, money.stage.provider, CaseKind.VOUCHER_SETTLEMENT)
    assert (submitted.limit, submitted.days) == (Limit.VOUCHER_SETTLEMENT_ACCEPT, 5)
    send_back = voucher_settlement_decision.return_voucher_settlement
    returned = await money.signed(
        drafted, send_back, money.stage.staff.handler, reason="缺少核销记录"
    )
    (clock,) = await clocks(money, money.stage.provider, CaseKind.VOUCHER_SETTLEMENT)
    assert (clock.limit, clock.days) == (Limit.VOUCHER_CORRECTION, 10)
    mark = partial(
        mark_clock,
        case_id=drafted.case.id,
        version=returned.case.version,
        pausing=True,
        cause=PauseCause.SITE_CHECK,
        reason="现场核查",
    )
    with pytest.raises(Refusal, match="clock_not_running"):
        await money.stage.act(money.stage.staff.handler, mark)


async def test_who_lets_the_day_to_correct_pass_is_reminded_once(money: Money) -> None:
    (holder,) = await money.stage.holders(1)
    await money.redeemed(holder)
    drafted = await money.drafted()
    submit = voucher_settlement.submit_voucher_settlement
    await money.signed(drafted, submit, money.stage.provider)
    give_back = voucher_settlement_decision.return_voucher_settlement
    await money.signed(drafted, give_back, money.stage.staff.handler, reason="缺少核销记录")
    (clock,) = await clocks(money, money.stage.provider, CaseKind.VOUCHER_SETTLEMENT)

    async def reminded(on: date) -> int:
        money.stage.on(on)
        place_id = money.stage.staff.place.id
        act = partial(deadlines.remind_settlements, place_id=place_id, on=on)
        return await money.stage.act(money.stage.staff.system, act)

    assert await reminded(clock.due.day) == 0
    assert [await reminded(clock.due.day + timedelta(days=1)) for _ in range(2)] == [1, 1]
    for actor, seen in ((money.stage.provider, 1), (holder.worker, 0)):
        async with money.stage.reading(actor) as work:
            found = await list_reminders(work, after=None, limit=9)
        assert [(one.case.id, one.about, one.due_on) for one in found] == seen * [
            (drafted.case.id, "voucher_correction_overdue", clock.due.day)
        ]
