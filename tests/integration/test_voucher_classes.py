"""Voucher classes from the plan to completion, through the use cases on PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.hold import HoldTarget
from domain.policy.standard import CertificateType
from domain.ports.crypto import Crypto
from domain.provider_catalogue import CatalogueChange
from domain.voucher import CountsTo, SetEvent
from domain.voucher_class import VoucherResult
from service.application import (
    hold,
    voucher,
    voucher_class,
    voucher_class_calling_off,
    voucher_class_completion,
    voucher_record,
)
from service.application.hold import ProposeHold
from service.application.voucher_expiry import expire_vouchers
from tests.conftest import Database, NewStaff
from tests.integration.voucher_class_stage import (
    ENDS,
    FEE_FEN,
    NUMBER,
    STARTS,
    TODAY,
    Stage,
    a_plan,
    a_stage,
    outcome_of,
)
from tests.people import Staff

NEXT = STARTS + timedelta(days=1)
REPORTED_WITHIN = timedelta(days=3)


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


def located(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


async def test_a_class_goes_from_its_plan_to_redeemed_vouchers(stage: Stage) -> None:
    first, second = await stage.holders(2)
    class_id = await stage.completed(first, second)
    completed = await stage.of_class(class_id)
    assert (completed.case.state, completed.started_on, completed.completed_on) == (
        "completed",
        STARTS,
        ENDS,
    )
    assert await stage.states(first, second) == ["completed", "completed"]
    assert (await stage.voucher(first)).completed_on == ENDS
    redeemed = await stage.redeemed(class_id, first.code)
    assert (redeemed.state, redeemed.redeemed_at) == ("redeemed", stage.clock.at)
    assert await stage.states(first, second) == ["redeemed", "completed"]


async def test_what_moves_many_vouchers_is_one_set_with_its_count(stage: Stage) -> None:
    holders = await stage.holders(3)
    class_id = await stage.started(*holders)
    stage.on(ENDS)
    failed = outcome_of(holders[2].voucher_id, outcome=VoucherResult.FAILED)
    passed = [outcome_of(one.voucher_id) for one in holders[:2]]
    await stage.completion_reported(class_id, *passed, failed)
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    async with stage.reading(stage.staff.handler) as work:
        sets = {
            one.event: one.vouchers
            for holder in holders
            for one in await work.vouchers.sets_of(await work.vouchers.get(holder.voucher_id))
        }
    assert sets == {
        SetEvent.ISSUE: 3,
        SetEvent.START: 3,
        SetEvent.COMPLETE: 2,
        SetEvent.FAIL: 1,
    }


async def test_a_plan_is_refused_where_the_provider_may_not_train_and_stores_nothing(
    stage: Stage, new_staff: NewStaff
) -> None:
    elsewhere = await new_staff()
    stage.staff = elsewhere
    with pytest.raises(Refusal) as refused:
        await stage.planned(grade=4, starts_on=TODAY - timedelta(days=1))
    assert refused.value.code == "voucher_class_faulty"
    assert located(refused) == [
        ("/project_id", "provider_not_in_project"),
        ("/starts_on", "provider_not_in_catalogue"),
        ("/occupation_code", "occupation_not_offered"),
        ("/starts_on", "class_days_out_of_order"),
    ]
    async with stage.reading(elsewhere.teacher) as work:
        assert await voucher_class.list_classes(work, state=None, after=None, limit=10) == []


async def test_planned_classes_are_offered_to_everybody_until_their_start_is_reported(
    stage: Stage,
) -> None:
    """Shows REG-12."""
    first = (await stage.planned()).case.id
    second = (await stage.planned(class_name="第二期")).case.id
    (holder,) = await stage.holders(1)

    async def offered(project_id: UUID | None = stage.project_id) -> list[tuple[UUID, int]]:
        async with stage.reading(holder.worker) as work:
            found = await voucher_class.list_offers(
                work, project_id=project_id, after=None, limit=100
            )
            return [(one.id, one.taken) for one in found]

    assert await offered() == [(first, 0), (second, 0)]
    await stage.reserve(first, holder)
    assert await offered() == [(first, 1), (second, 0)]
    assert set(await offered()) <= set(await offered(None))
    stage.on(STARTS)
    await stage.reported(first)
    assert await offered() == [(second, 0)]
    async with stage.reading(holder.worker) as work:
        with pytest.raises(Refusal) as refused:
            await voucher_class.get_class(work, class_id=first)
    assert refused.value.code == "not_found", "a worker sees the offer and not the case"


async def test_who_did_not_come_keeps_a_usable_voucher_and_costs_nothing(stage: Stage) -> None:
    came, missed = await stage.holders(2)
    class_id = await stage.started(came, missed, absent=[missed.voucher_id])
    assert await stage.states(came, missed) == ["in_use", "collected"]
    assert await stage.committed_fen(class_id) == FEE_FEN
    assert (await stage.of_class(class_id)).taken == 1
    async with stage.reading(missed.worker) as work:
        acts = await work.vouchers.acts(await work.vouchers.get(missed.voucher_id))
    assert [act.event for act in acts] == ["collect", "reserve", "miss"]
    stage.on(NEXT)
    later = (await stage.planned(starts_on=NEXT, ends_on=ENDS)).case.id
    assert (await stage.reserve(later, missed)).state == "reserved"


async def test_a_returned_report_opens_the_class_again_and_the_next_one_counts(
    stage: Stage,
) -> None:
    first, second = await stage.holders(2)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, first, second)
    stage.on(STARTS)
    await stage.reported(class_id, absent=[first.voucher_id])
    returned = await stage.decided(class_id, voucher_class.return_start)
    assert (returned.case.state, returned.started_on) == ("planned", None)
    (third,) = await stage.holders(1)
    await stage.reserve(class_id, third)
    await stage.reported(class_id, absent=[second.voucher_id])
    await stage.reviewed(class_id)
    sent_back = await stage.decided(class_id, voucher_class.send_back_start, stage.staff.approver)
    assert sent_back.case.state == "start_reported"
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(first, second, third) == ["in_use", "collected", "in_use"]


async def test_a_report_of_the_start_is_refused_with_every_fault(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    with pytest.raises(Refusal) as refused:
        await stage.reported(class_id, absent=[holder.voucher_id])
    assert refused.value.code == "start_report_faulty"
    assert located(refused) == [("/started_on", "start_day_wrong"), ("/absent", "nobody_present")]
    assert (await stage.of_class(class_id)).case.state == "planned"


async def test_two_people_of_the_bureau_verify_a_start(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    with pytest.raises(Refusal) as refused:
        await stage.decided(class_id, voucher_class.verify_start, stage.staff.handler)
    assert refused.value.code == "duty_conflict"
    assert await stage.states(holder) == ["reserved"]


async def test_a_provider_on_hold_starts_nothing(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    imposed = await stage.act(
        stage.staff.handler,
        lambda work: hold.propose_hold(
            work,
            ProposeHold(
                target=HoldTarget.PROVIDER,
                target_id=stage.staff.provider.id,
                document_number="启人社〔2026〕7号",
                review_on=date(2026, 12, 31),
                reason="涉嫌虚报",
            ),
        ),
    )
    await stage.act(
        stage.staff.approver,
        lambda work: hold.decide_hold(
            work, hold_id=imposed.case.id, version=1, event="impose", reason="属实"
        ),
    )
    with pytest.raises(Refusal) as refused:
        await stage.verified(class_id)
    assert refused.value.code == "on_hold"
    assert await stage.states(holder) == ["reserved"]


async def test_a_start_commits_the_least_of_standard_and_fee_for_everybody_who_came(
    stage: Stage,
) -> None:
    holders = await stage.holders(2)
    class_id = await stage.started(*holders, fee_fen=500_000)
    assert await stage.committed_fen(class_id) == 2 * 120_000


async def test_a_start_that_the_fund_does_not_cover_waits_for_money(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, appropriated_fen=FEE_FEN)
    holders = await stage.holders(2)
    with pytest.raises(Refusal) as refused:
        await stage.started(*holders)
    assert refused.value.code == "fund_insufficient"
    assert await stage.states(*holders) == ["reserved", "reserved"]


async def test_a_voucher_that_had_ended_by_the_first_day_is_not_used(stage: Stage) -> None:
    valid, ended = await stage.holders(2, valid_until=STARTS)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, valid, ended)
    stage.on(NEXT)
    await stage.reported(class_id, started_on=NEXT)
    await stage.reviewed(class_id)
    with pytest.raises(Refusal) as refused:
        await stage.verified(class_id)
    assert located(refused) == [("", "nobody_present")]


async def test_a_cancelled_class_gives_its_vouchers_back_once(stage: Stage) -> None:
    first, second = await stage.holders(2)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, first, second)
    version = await stage.version(class_id)
    await stage.act(
        stage.provider,
        lambda work: voucher_class.cancel_class(
            work, class_id=class_id, version=version, reason="报名人数不足"
        ),
    )
    assert await stage.states(first, second) == ["reserved", "reserved"], "a provider moves none"
    for _ in range(2):
        await stage.act(
            stage.staff.system,
            lambda work: voucher_class.free_class_vouchers(work, class_id=class_id),
        )
    assert await stage.states(first, second) == ["collected", "collected"]
    assert (await stage.of_class(class_id)).taken == 0
    again = (await stage.planned(class_name="第二期")).case.id
    assert [one.state for one in await stage.reserved(again, first, second)] == ["reserved"] * 2


async def test_nothing_is_freed_of_a_class_that_goes_on(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    await stage.act(
        stage.staff.system, lambda work: voucher_class.free_class_vouchers(work, class_id=class_id)
    )
    assert await stage.states(holder) == ["reserved"]


@pytest.mark.parametrize(
    "decide",
    [
        voucher_class.return_start,
        voucher_class.send_back_start,
        voucher_class.cancel_class,
        voucher_class_completion.return_completion,
        voucher_class_completion.stop_class,
    ],
)
async def test_a_decision_against_a_class_needs_a_reason(stage: Stage, decide: object) -> None:
    class_id = (await stage.planned()).case.id
    assert callable(decide)
    with pytest.raises(Refusal) as refused:
        await stage.act(
            stage.staff.handler,
            lambda work: decide(work, class_id=class_id, version=1, reason=" "),
        )
    assert refused.value.code == "reason_missing"


async def test_a_stopped_class_releases_its_money_and_its_vouchers(stage: Stage) -> None:
    holders = await stage.holders(2)
    class_id = await stage.started(*holders)
    assert await stage.committed_fen(class_id) == 2 * FEE_FEN
    stopped = await stage.decided(
        class_id, voucher_class_completion.stop_class, stage.staff.approver
    )
    assert stopped.case.state == "stopped"
    assert await stage.states(*holders) == ["collected", "collected"]
    assert await stage.committed_fen(class_id) == 0
    again = (await stage.planned(class_name="第二期", starts_on=NEXT)).case.id
    assert (await stage.reserve(again, holders[0])).state == "reserved"


async def test_who_fails_ends_and_releases_what_was_committed(stage: Stage) -> None:
    passed, failed = await stage.holders(2)
    class_id = await stage.started(passed, failed)
    stage.on(ENDS)
    await stage.completion_reported(
        class_id,
        outcome_of(passed.voucher_id, day=ENDS - timedelta(days=1)),
        outcome_of(failed.voucher_id, outcome=VoucherResult.FAILED),
    )
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(passed, failed) == ["completed", "not_completed"]
    assert (await stage.voucher(passed)).completed_on == ENDS - timedelta(days=1)
    assert await stage.committed_fen(class_id) == FEE_FEN


async def test_a_class_ends_between_its_start_and_today(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    for day in (STARTS - timedelta(days=1), NEXT):
        with pytest.raises(Refusal) as refused:
            await stage.completion_reported(class_id, outcome_of(holder.voucher_id), on=day)
        assert refused.value.code == "completion_report_faulty"
        assert located(refused) == [("/completed_on", "day_outside_training")]


async def test_a_returned_completion_lets_the_record_grow_and_is_reported_again(
    stage: Stage,
) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    stage.on(ENDS)
    failed = outcome_of(holder.voucher_id, outcome=VoucherResult.FAILED)
    await stage.completion_reported(class_id, failed)
    with pytest.raises(Refusal) as refused:
        await stage.session(class_id)
    assert refused.value.code == "voucher_record_closed"
    returned = await stage.decided(class_id, voucher_class_completion.return_completion)
    assert (returned.case.state, returned.completed_on) == ("started", None)
    await stage.session(class_id)
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(holder) == ["completed"]


async def test_a_standard_that_asks_for_minutes_is_not_met_by_one_session_attended_whole(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    standard = replace(a_plan().standards[0], min_minutes=181)
    stage = await a_stage(
        engine, crypto, staff, standards=(standard,), min_attendance_basis_points=10_000
    )
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    await stage.attended(class_id, await stage.session(class_id), holder, "a")
    stage.on(ENDS)
    with pytest.raises(Refusal) as refused:
        await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    assert [(one.pointer, one.code, dict(one.values)) for one in refused.value.faults] == [
        ("/outcomes/0/outcome", "training_too_short", {"attended": 180, "least": 181})
    ]
    async with stage.reading(holder.worker) as work:
        shown = await voucher.explain_voucher(work, voucher_id=holder.voucher_id)
    assert shown.offer.standards[0].min_minutes == 181
    assert await stage.states(holder) == ["in_use"]
    second = await stage.session(class_id, held_on=ENDS)
    await stage.attended(class_id, second, holder, "b")
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(holder) == ["completed"]


async def test_a_project_that_asks_for_attendance_and_certificates_gets_both(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(
        engine, crypto, staff, certificate_required=True, min_attendance_basis_points=8000
    )
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    session = await stage.session(class_id)
    stage.on(ENDS)
    with pytest.raises(Refusal) as refused:
        await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    assert located(refused) == [
        ("/outcomes/0/certificate", "certificate_missing"),
        ("/outcomes/0/outcome", "attendance_too_low"),
    ]
    await stage.attended(class_id, session, holder, "a")
    declared = (CertificateType.SKILL_LEVEL, f" {NUMBER.lower()} ")
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id, certificate=declared))
    async with stage.reading(stage.staff.handler) as work:
        case = await work.cases.get(CaseKind.VOUCHER_CLASS, class_id)
        outcome = (await work.voucher_records.outcomes(case))[holder.voucher_id]
        (trainee,) = await voucher_record.people_of(work, class_id=class_id, after=None, limit=10)
    assert outcome.certificate is not None
    assert (outcome.certificate.raw, outcome.certificate.normalised) == (declared[1], NUMBER)
    assert (outcome.attended.attended_minutes, outcome.attended.held_minutes) == (180, 180)
    assert trainee.outcome == outcome
    assert trainee.voucher.id == holder.voucher_id


async def test_a_frozen_voucher_follows_its_class_when_it_is_released(stage: Stage) -> None:
    holders = await stage.holders(5)
    reserved, used, failed, stopped, usual = holders
    cancelled_id = (await stage.planned(class_name="取消班")).case.id
    class_id = (await stage.planned()).case.id
    stopped_id = (await stage.planned(class_name="停办班")).case.id
    await stage.reserve(cancelled_id, reserved)
    await stage.reserved(class_id, used, failed, usual)
    (other,) = await stage.holders(1)
    await stage.reserved(stopped_id, stopped, other)
    stage.on(STARTS)
    for one in (class_id, stopped_id):
        await stage.reported(one)
        await stage.reviewed(one)
        await stage.verified(one)
    await stage.frozen(*holders[:4])
    version = await stage.version(cancelled_id)
    await stage.act(
        stage.provider,
        lambda work: voucher_class.cancel_class(
            work, class_id=cancelled_id, version=version, reason="人数不足"
        ),
    )
    await stage.act(
        stage.staff.system,
        lambda work: voucher_class.free_class_vouchers(work, class_id=cancelled_id),
    )
    await stage.decided(stopped_id, voucher_class_completion.stop_class, stage.staff.approver)
    stage.on(ENDS)
    await stage.completion_reported(
        class_id,
        outcome_of(used.voucher_id),
        outcome_of(usual.voucher_id),
        outcome_of(failed.voucher_id, outcome=VoucherResult.FAILED),
    )
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(*holders) == ["frozen"] * 4 + ["completed"]
    assert await stage.committed_fen(class_id) == 3 * FEE_FEN
    assert await stage.committed_fen(stopped_id) == FEE_FEN
    await stage.released(*holders[:4])
    assert await stage.states(*holders) == [
        "collected",
        "completed",
        "not_completed",
        "collected",
        "completed",
    ]
    assert await stage.committed_fen(class_id) == 2 * FEE_FEN
    assert await stage.committed_fen(stopped_id) == 0
    assert [(await stage.of_class(one)).taken for one in (cancelled_id, stopped_id)] == [0, 0]


async def test_a_class_begins_without_whoever_is_under_investigation(stage: Stage) -> None:
    came, stopped, nowhere = await stage.holders(3)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, came, stopped)
    await stage.frozen(stopped, nowhere)
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.released(nowhere)
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(came, stopped, nowhere) == ["in_use", "frozen", "collected"]
    await stage.released(stopped)
    assert await stage.states(stopped) == ["collected"]
    await stage.frozen(came)
    await stage.released(came)
    assert await stage.states(came) == ["in_use"], "its class goes on as before"


async def test_when_a_provider_leaves_what_began_is_finished_and_nothing_begins(
    stage: Stage,
) -> None:
    running, early, late = await stage.holders(3)
    planned_early = (await stage.planned(class_name="早班", starts_on=STARTS)).case.id
    planned_late = (await stage.planned(class_name="晚班", starts_on=NEXT)).case.id
    await stage.reserve(planned_early, early)
    await stage.reserve(planned_late, late)
    class_id = await stage.started(running, class_name="已开班")
    entry_id = await stage.catalogued(CatalogueChange.LEAVE, NEXT)
    stage.on(NEXT)
    called = await stage.act(
        stage.staff.system,
        lambda work: voucher_class_calling_off.call_off_classes(work, entry_id=entry_id),
    )
    assert called == 1
    for one in (planned_early, planned_late, class_id):
        await stage.act(
            stage.staff.system, partial(voucher_class_calling_off.call_off_class, class_id=one)
        )
    assert [(await stage.of_class(one)).case.state for one in (planned_early, planned_late)] == [
        "planned",
        "cancelled",
    ]
    assert await stage.states(running, early, late) == ["in_use", "reserved", "collected"]
    with pytest.raises(Refusal) as refused:
        await stage.planned(class_name="新班", starts_on=NEXT)
    assert located(refused) == [("/starts_on", "provider_not_in_catalogue")]
    with pytest.raises(Refusal) as refused:
        await stage.reported(planned_early, started_on=NEXT)
    assert located(refused) == [("/started_on", "provider_not_in_catalogue")]
    await stage.reported(planned_early, started_on=STARTS)
    await stage.reviewed(planned_early)
    await stage.verified(planned_early)
    assert await stage.states(early) == ["in_use"], "it had begun before the provider left"
    stage.on(ENDS)
    await stage.completion_reported(class_id, outcome_of(running.voucher_id))
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert (await stage.redeemed(class_id, running.code)).state == "redeemed"


async def test_a_start_reported_for_a_day_after_leaving_is_called_off_or_not_verified(
    stage: Stage,
) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    await stage.catalogued(CatalogueChange.LEAVE, STARTS)
    with pytest.raises(Refusal) as refused:
        await stage.verified(class_id)
    assert located(refused) == [("", "provider_not_in_catalogue")]
    called = await stage.act(
        stage.staff.system,
        lambda work: voucher_class_calling_off.call_off_class(work, class_id=class_id),
    )
    assert called
    assert await stage.states(holder) == ["collected"]
    async with stage.reading(stage.staff.handler) as work:
        steps = await work.cases.steps(await work.cases.get(CaseKind.VOUCHER_CLASS, class_id))
    assert (steps[-1].duty, steps[-1].reason) == ("system", voucher_class_calling_off.LEFT)


async def test_a_class_nobody_reported_by_its_last_day_is_called_off(stage: Stage) -> None:
    forgotten, reported = await stage.holders(2)
    planned_id = (await stage.planned()).case.id
    reported_id = (await stage.planned(class_name="已报班")).case.id
    await stage.reserve(planned_id, forgotten)
    await stage.reserve(reported_id, reported)
    stage.on(ENDS)
    await stage.reported(reported_id)

    async def called_off(on: date) -> int:
        return await stage.act(
            stage.staff.system,
            lambda work: voucher_class_calling_off.call_off_overdue_classes(
                work, place_id=stage.staff.place.id, on=on
            ),
        )

    last = ENDS + REPORTED_WITHIN
    assert await called_off(last) == 0
    assert await called_off(last + timedelta(days=1)) == 1
    assert await called_off(last + timedelta(days=1)) == 0
    assert await stage.states(forgotten, reported) == ["collected", "reserved"]


async def test_validity_counted_to_completion_is_asked_of_the_day_of_completion(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, counts_to=CountsTo.COMPLETION)
    (holder,) = await stage.holders(1, valid_until=ENDS)
    class_id = await stage.started(holder)
    stage.on(ENDS + timedelta(days=3))
    with pytest.raises(Refusal) as refused:
        await stage.completion_reported(
            class_id,
            outcome_of(holder.voucher_id, day=ENDS + timedelta(days=1)),
            on=ENDS + timedelta(days=1),
        )
    assert located(refused) == [("/outcomes/0/day", "voucher_ends_before")]
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))


async def expired(stage: Stage, on: date) -> int:
    """A day's expiry, as the nightly job does it."""
    return await stage.act(
        stage.staff.system,
        lambda work: expire_vouchers(work, place_id=stage.staff.place.id, on=on),
    )


async def test_a_class_that_began_in_time_and_is_reported_some_days_later_loses_nobodys_voucher(
    stage: Stage,
) -> None:
    begun, unused = await stage.holders(2, valid_until=STARTS)
    class_id = (await stage.planned(ends_on=STARTS)).case.id
    await stage.reserve(class_id, begun)
    (longer,) = await stage.holders(1, valid_until=NEXT)
    after_id = (await stage.planned(class_name="次日班", starts_on=NEXT)).case.id
    await stage.reserve(after_id, longer)
    last = STARTS + REPORTED_WITHIN
    stage.on(last)
    assert await expired(stage, last) == 1
    assert await stage.states(begun, unused, longer) == ["reserved", "expired", "reserved"]
    async with stage.reading(begun.worker) as work:
        shown = await voucher.explain_voucher(work, voucher_id=begun.voucher_id)
    assert (shown.event, shown.obstacles) == ("start", ())
    await stage.reported(class_id)
    stage.on(last + timedelta(days=2))
    assert await expired(stage, last + timedelta(days=1)) == 0
    assert await expired(stage, last + timedelta(days=2)) == 1
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(begun, longer) == ["in_use", "expired"]
    assert (await stage.of_class(after_id)).taken == 0


async def test_a_project_may_leave_no_day_to_report_after_the_last(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, report_within_days=0)
    (holder,) = await stage.holders(1, valid_until=STARTS)
    await stage.reserve((await stage.planned()).case.id, holder)
    stage.on(NEXT)
    assert await expired(stage, STARTS) == 0
    assert await expired(stage, NEXT) == 1


async def test_a_class_reported_in_time_waits_for_the_bureau_without_its_vouchers_expiring(
    stage: Stage,
) -> None:
    begun, late, unused = await stage.holders(3, valid_until=STARTS)
    class_id = (await stage.planned()).case.id
    late_id = (await stage.planned(class_name="未报班")).case.id
    await stage.reserve(class_id, begun)
    await stage.reserve(late_id, late)
    stage.on(STARTS)
    await stage.reported(class_id)
    stage.on(STARTS + timedelta(days=5))
    assert await expired(stage, STARTS + timedelta(days=5)) == 2
    assert await stage.states(begun, late, unused) == ["reserved", "expired", "expired"]
    assert (await stage.of_class(late_id)).taken == 0
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(begun) == ["in_use"]


async def test_a_completion_reported_in_time_waits_for_the_bureau(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, counts_to=CountsTo.COMPLETION)
    done, ended = await stage.holders(2, valid_until=ENDS)
    class_id = await stage.started(done)
    other_id = await stage.started(ended, class_name="未报班")
    stage.on(ENDS)
    await stage.completion_reported(class_id, outcome_of(done.voucher_id))
    last = ENDS + REPORTED_WITHIN
    stage.on(last)
    assert await expired(stage, last) == 0
    assert await stage.states(done, ended) == ["in_use", "in_use"]
    stage.on(last + timedelta(days=1))
    assert await expired(stage, last + timedelta(days=1)) == 1
    assert await stage.states(done, ended) == ["in_use", "expired"]
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(done) == ["completed"]
    assert (await stage.of_class(other_id)).case.state == "started"


async def test_a_start_verified_after_the_last_day_leaves_its_provider_time_to_report_completion(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, counts_to=CountsTo.COMPLETION)
    waited, ended = await stage.holders(2, valid_until=ENDS)
    in_time_id = await stage.started(ended, class_name="按时核验")
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, waited)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    late = ENDS + timedelta(days=5)
    stage.on(late)
    await stage.verified(class_id)
    assert await expired(stage, late + timedelta(days=1)) == 1
    assert await stage.states(waited, ended) == ["in_use", "expired"]
    assert (await stage.of_class(in_time_id)).case.state == "started"
    with pytest.raises(Refusal) as refused:
        await stage.completion_reported(class_id, outcome_of(waited.voucher_id, day=late), on=late)
    assert located(refused) == [("/outcomes/0/day", "voucher_ends_before")]
    await stage.completion_reported(class_id, outcome_of(waited.voucher_id), on=late)
    assert await expired(stage, late + timedelta(days=2)) == 0
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(waited) == ["completed"]


async def test_a_report_that_the_bureau_returned_after_the_last_day_is_made_again(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(engine, crypto, staff, counts_to=CountsTo.COMPLETION)
    (holder,) = await stage.holders(1, valid_until=ENDS)
    class_id = await stage.started(holder)
    stage.on(ENDS)
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    late = ENDS + timedelta(days=5)
    stage.on(late)
    await stage.decided(class_id, voucher_class_completion.return_completion)
    assert await expired(stage, late + timedelta(days=1)) == 0
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    assert await stage.states(holder) == ["completed"]


async def test_a_start_that_the_bureau_returned_after_the_last_day_is_reported_again(
    stage: Stage,
) -> None:
    (holder,) = await stage.holders(1, valid_until=STARTS)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    late = STARTS + timedelta(days=5)
    stage.on(late)
    await stage.decided(class_id, voucher_class.return_start)
    assert await expired(stage, late + timedelta(days=1)) == 0
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(holder) == ["in_use"]


async def test_a_provider_that_has_left_the_project_starts_nothing(
    stage: Stage, database: Database
) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    admin = create_async_engine(database.admin_url)
    async with admin.begin() as connection:
        await connection.execute(
            text("update voucher_project_providers set left_at = now() where project_id = :id"),
            {"id": stage.project_id},
        )
    await admin.dispose()
    with pytest.raises(Refusal) as refused:
        await stage.verified(class_id)
    assert located(refused) == [("", "provider_not_in_project")]
