"""Recoveries on PostgreSQL: opened, raised and lowered by settlements, collected by bank lines."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.bank_result import LineState
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.filing import Outcome
from domain.funding_request import PayableKind
from domain.ledger import AccountKind, Event
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.recovery import RecoveryCause
from domain.recovery_explanation import explain_recovery
from domain.settlement import Amounts, SettlementKind
from service.application import filing, settlement_again
from service.application import recovery as recoveries
from service.application import settlement as settlements
from tests import road as steps
from tests.conftest import Database
from tests.integration.recovery_road import RecoveryRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff

NewRoad = Callable[..., Awaitable[RecoveryRoad]]
OWED, EXPENSE = AccountKind.RECOVERY_RECEIVABLE, AccountKind.EXPENSE


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road with a clock of its own; `begin_work` has put the policies on file."""
    assert begin_work is not None

    async def make(*, people: int = 3, **how: Any) -> RecoveryRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        road = RecoveryRoad(begin, clock, staff, people=people)
        await road.ready(**how)
        return road

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


LEFT = dict.fromkeys((1, 2, 3), (Outcome.EXITED, "left"))


async def test_a_class_of_dropouts_is_recovered_to_the_last_fen(new_road: NewRoad) -> None:
    # Four people prepaid 4 x 4000 x 50 % = 8000 yuan; one earned 4000: 4000 are owed back.
    road = await new_road(people=4, outcomes=LEFT)
    await road.extract(road.registered(0))
    approved = await road.decided(road.declaration(0))
    assert approved.amounts == Amounts(
        entitled_fen=400_000, history_fen=800_000, balance_fen=0, recovery_fen=400_000
    )
    (opened,) = await road.recoveries()
    assert (opened.case.state, opened.cause) == ("proposed", RecoveryCause.SETTLEMENT)
    assert opened.settlement_id == approved.case.id
    assert opened.figures.outstanding_fen == 400_000
    async with road.begin_work(road.staff.system) as work:
        moved = await work.ledger.postings_of_decision(road.staff.place.id, approved.case.id)
        settled = await work.cases.get(CaseKind.SETTLEMENT, approved.case.id)
        filing = await work.cases.get(CaseKind.FILING, road.case_id)
    assert {(one.event, one.amount_fen) for one in moved} == {
        (Event.SETTLEMENT_APPROVED, 400_000),
        (Event.PREPAYMENT_UNEARNED, 400_000),
        (Event.FILING_CLOSED, 800_000),
    }
    assert (settled.state, filing.state) == ("closed", "closed"), "a recovery lives on"

    ordered = await road.ordered(opened)
    tomorrow = road.act(
        road.staff.handler,
        lambda work: recoveries.serve_recovery(
            work,
            recovery_id=ordered.case.id,
            version=ordered.case.version,
            served_on=date(2027, 4, 2),
        ),
    )
    assert await code_of(tomorrow) == "day_to_come"
    served = await road.served(ordered)
    assert (served.served_on, served.due_on) == (date(2027, 4, 1), date(2027, 5, 1))

    reference = served.reference
    wrong = road.came_in(("L0", reference, 1), ("L0", reference, 1), on=date(2027, 4, 2))
    assert await code_of(wrong) == "receipts_faulty"
    assert await road.came_in(("L1", reference, 100_000), ("L2", "RUNKNOWN", 5)) == [
        LineState.MATCHED,
        LineState.UNKNOWN_REFERENCE,
    ]
    (part,) = await road.recoveries()
    assert (part.case.state, part.figures.outstanding_fen) == ("partly_collected", 300_000)
    assert await road.came_in(("L1", reference, 100_000), ("L3", reference, 300_001)) == [
        LineState.REPEATED,
        LineState.AMOUNT_DIFFERS,
    ]
    again = await road.came_in(("L1", reference, 100_000), ("L2", "RUNKNOWN", 5))
    assert again == [LineState.MATCHED, LineState.UNKNOWN_REFERENCE], "the same load, once"
    assert await road.came_in(("L4", reference, 50_000), ("L5", reference, 250_000)) == [
        LineState.MATCHED,
        LineState.MATCHED,
    ]
    (done,) = await road.recoveries()
    assert (done.case.state, done.figures.collected_fen) == ("collected", 400_000)
    assert done.figures.outstanding_fen == 0
    assert await road.came_in(("L6", reference, 1)) == [LineState.ALREADY_ANSWERED]
    books = await road.books()
    assert (books[OWED], books[EXPENSE]) == (0, 400_000)
    assert books[AccountKind.PREPAYMENT_RECEIVABLE] == 0
    async with road.begin_work(road.staff.filer) as work:
        history = await work.settlements.history(filing)
    assert (history.total_fen, history.got_back_fen) == (400_000, 400_000)


async def test_a_terminated_filing_is_settled_recovered_and_closed(new_road: NewRoad) -> None:
    """Nobody earned a year (CASES 4, rule 5: nothing): 2 × 2 000 元 paid ahead are owed back."""
    road = await new_road(people=2, terminated=datetime(2026, 6, 1, 1, tzinfo=UTC))
    settlement = await road.decided()
    assert settlement.amounts is not None
    assert (settlement.amounts.entitled_fen, settlement.amounts.recovery_fen) == (0, 400_000)
    (recovery,) = await road.recoveries()
    assert recovery.figures.demanded_fen == 400_000
    async with road.begin_work(road.staff.system) as work:
        filing_case = await work.cases.get(CaseKind.FILING, road.case_id)
        trial = await work.ledger.trial_balance(road.staff.place.id)
        reasons = await work.settlements.reasons(settlement.case)
    assert filing_case.state == "closed"
    assert trial.debits_fen == trial.credits_fen
    assert sum(row.balance_fen for row in trial.rows if row.kind == "committed") == 0
    assert reasons is not None


async def test_a_held_line_is_paid_by_a_supplementary_settlement(new_road: NewRoad) -> None:
    # Three prepaid 6000; one certified 4000, one held, one left: 2000 are owed until the held one earns.
    road = await new_road(outcomes={2: (Outcome.EXITED, "left")})
    await road.extract(road.registered(0), road.registered(1, status="pending"))
    first = await road.decided(road.declaration(0), road.declaration(1))
    assert first.amounts is not None
    assert first.amounts.recovery_fen == 200_000
    async with road.begin_work(road.staff.system) as work:
        filing = await work.cases.get(CaseKind.FILING, road.case_id)
    assert filing.state == "completed", "held lines keep the filing open"
    (opened,) = await road.recoveries()

    await road.extract(road.registered(0), road.registered(1))
    accepted = await road.accepted()
    assert accepted.kind is SettlementKind.SUPPLEMENTARY
    second = await road.finished(accepted.case.id)
    assert second.amounts == Amounts(
        entitled_fen=800_000, history_fen=600_000, balance_fen=200_000, recovery_fen=0
    )
    (lowered,) = await road.recoveries()
    assert (lowered.case.id, lowered.case.state) == (opened.case.id, "cancelled")
    assert (lowered.figures.demanded_fen, lowered.settlement_id) == (0, second.case.id)
    await road.paid(PayableKind.SETTLEMENT, second.case.id)
    assert (await road.closed(second)).case.state == "closed"
    async with road.begin_work(road.staff.system) as work:
        filing = await work.cases.get(CaseKind.FILING, road.case_id)
        history = await work.settlements.history(filing)
    assert (filing.state, history.total_fen) == ("closed", 800_000)
    books = await road.books()
    assert (books[OWED], books[EXPENSE], books[AccountKind.COMMITTED]) == (0, 800_000, 0)
    assert await code_of(road.drafted()) == "settlement_exists"


async def test_a_revocation_raises_what_is_owed_and_a_better_finding_lowers_it(
    new_road: NewRoad, database: Database
) -> None:
    road = await new_road()
    rows = [road.registered(n) for n in range(3)]
    await road.extract(*rows)
    first = await road.decided(*(road.declaration(n) for n in range(3)))
    await road.paid(PayableKind.SETTLEMENT, first.case.id)
    await road.closed(first)
    assert (await road.books())[EXPENSE] == 1_200_000

    await road.extract(rows[0], road.registered(1, status="revoked"), rows[2])
    adjustment = await road.adjusted()
    assert adjustment.kind is SettlementKind.ADJUSTMENT
    assert adjustment.amounts == Amounts(
        entitled_fen=800_000, history_fen=1_200_000, balance_fen=0, recovery_fen=400_000
    )
    assert await _taken_once(database, road) == (2, 2), "the revoked one is free for the next claim"
    (opened,) = await road.recoveries()
    served = await road.served(await road.ordered(opened))
    # The bank sends one line in two files at once: it is taken once.
    twice = await asyncio.gather(
        road.came_in(("L1", served.reference, 150_000)),
        road.came_in(("L1", served.reference, 150_000), ("L9", "RNOBODY", 1)),
    )
    assert sorted(states[0] for states in twice) == [LineState.MATCHED, LineState.REPEATED]

    await road.extract(road.registered(0, status="revoked"), rows[1], rows[2])
    same = await road.adjusted()
    assert same.amounts is not None
    assert (same.amounts.entitled_fen, same.amounts.history_fen) == (800_000, 1_050_000)
    (unmoved,) = await road.recoveries()
    assert (unmoved.case.state, unmoved.figures.outstanding_fen) == ("partly_collected", 250_000)

    await road.extract(
        road.registered(0, status="revoked"), road.registered(1, status="revoked"), rows[2]
    )
    await road.adjusted()
    (raised,) = await road.recoveries()
    assert (raised.case.state, raised.figures.outstanding_fen) == ("proposed", 650_000)

    await road.extract(rows[2], road.registered(0, status="revoked"), rows[1])
    await road.adjusted()
    (lowered,) = await road.recoveries()
    assert (lowered.case.state, lowered.figures.outstanding_fen) == ("proposed", 250_000)
    await road.extract(*(road.registered(n, status="revoked") for n in range(3)))
    await road.adjusted()
    (raised,) = await road.recoveries()
    assert (raised.case.state, raised.figures.outstanding_fen) == ("proposed", 1_050_000)

    await road.extract(*reversed(rows))
    better = await road.adjusted()
    assert better.amounts == Amounts(
        entitled_fen=1_200_000, history_fen=1_050_000, balance_fen=150_000, recovery_fen=0
    )
    assert await _taken_once(database, road) == (3, 3)
    (gone,) = await road.recoveries()
    assert (gone.case.state, gone.figures.demanded_fen) == ("cancelled", 150_000)
    async with road.begin_work(road.staff.system) as work:
        decided = await work.ledger.postings_of_decision(road.staff.place.id, better.case.id)
    assert {one.event for one in decided} == {Event.EARNED_LATER}
    await road.paid(PayableKind.SETTLEMENT, better.case.id)
    assert (await road.closed(better)).case.state == "closed"
    books = await road.books()
    assert (books[OWED], books[EXPENSE]) == (0, 1_200_000)


async def _taken_once(database: Database, road: RecoveryRoad) -> tuple[int, int]:
    """Count what the filing's people hold once ever: entitlements, and certificates used."""
    counts = []
    admin = create_async_engine(database.admin_url)
    async with admin.connect() as connection:
        for table in ("person_entitlements", "certificate_uses"):
            held = await connection.execute(
                text(f"select count(*) from {table} where enrolment_id = any(:ids)"),
                {"ids": [one.id for one in road.enrolments]},
            )
            counts.append(int(held.scalar_one()))
    await admin.dispose()
    return counts[0], counts[1]


async def test_what_is_not_paid_is_followed_up_and_what_is_written_off_stays_owed(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=2, outcomes=dict.fromkeys(range(2), LEFT[1]))
    await road.decided()
    (opened,) = await road.recoveries()
    served = await road.served(await road.ordered(opened))

    async def expired() -> Any:
        return await road.act(
            road.staff.system,
            lambda work: recoveries.expire_recovery(work, recovery_id=served.case.id),
        )

    assert (await expired()).case.state == "served"
    contested = await road.moved(road.staff.filer, served, "contest")
    by_approver = road.act(
        road.staff.approver,
        lambda work: recoveries.uphold_recovery(
            work, recovery_id=contested.case.id, version=contested.case.version, reason="维持"
        ),
    )
    assert await code_of(by_approver) == "duty_conflict"
    upheld = await road.act(
        road.staff.releaser,
        lambda work: recoveries.uphold_recovery(
            work, recovery_id=contested.case.id, version=contested.case.version, reason="维持"
        ),
    )
    assert upheld.case.state == "served"
    road.clock.at += timedelta(days=31)
    overdue = await expired()
    assert overdue.case.state == "overdue"
    enforced = await road.moved(road.staff.approver, overdue, "enforce")
    claimed = await road.proved(enforced, "claim")
    asked = await road.proved(claimed, "ask_write_off")
    declined = await road.moved(road.staff.finance, asked, "decline")
    assert declined.case.state == "overdue"
    asked = await road.proved(declined, "ask_write_off")
    off = await road.act(
        road.staff.finance,
        lambda work: recoveries.write_off_recovery(
            work, recovery_id=asked.case.id, version=asked.case.version, reason="核销"
        ),
    )
    assert (off.case.state, off.proof_reference) == ("written_off", "（2027）试执1号")
    assert (off.figures.written_off_fen, off.figures.outstanding_fen) == (400_000, 0)

    assert await road.came_in(("L1", off.reference, 100_000)) == [LineState.MATCHED]
    (part,) = await road.recoveries()
    assert (part.case.state, part.figures.written_off_fen) == ("written_off", 300_000)
    assert await road.came_in(("L2", off.reference, 300_000)) == [LineState.MATCHED]
    (done,) = await road.recoveries()
    assert (done.case.state, done.figures.collected_fen) == ("collected", 400_000)
    books = await road.books()
    assert (books[OWED], books[AccountKind.WRITE_OFF], books[EXPENSE]) == (0, 0, 0)


async def test_a_proposal_demands_what_was_paid_above_what_was_earned_and_no_more(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=2, outcomes={1: LEFT[1]})

    async def proposed(fen: int) -> Any:
        return await road.act(
            road.staff.handler,
            lambda work: recoveries.propose_recovery(
                work,
                filing_id=road.case_id,
                cause=RecoveryCause.EXIT,
                amount_fen=fen,
                reason="退出",
            ),
        )

    assert await code_of(proposed(400_001)) == "recovery_above_paid"
    one, two = await proposed(100_000), await proposed(400_000)
    async with road.begin_work(road.staff.filer) as work:
        why = await recoveries.reasons_for_recovery(work, recovery_id=one.case.id)
        said = explain_recovery(
            why.recovery, settlement=why.settlement, prepaid=[], postings=why.postings
        )
        queue = await recoveries.list_recoveries(
            work, filing_id=None, state="proposed", after=one.case.id, limit=5
        )
    assert (why.settlement, why.receipts, len(why.prepayments)) == (None, [], 1)
    assert [sentence.en for sentence in said] == [
        f"Recovery {one.reference} (not ordered): somebody left the training.",
        "Proposed: 1 000.00 yuan; nothing has moved.",
    ]
    assert [each.case.id for each in queue] == [two.case.id]
    ordered = await road.ordered(one)
    assert ordered.figures.outstanding_fen == 100_000
    assert await code_of(road.ordered(two)) == "recovery_above_paid"
    dropped = road.act(
        road.staff.approver,
        lambda work: recoveries.cancel_recovery(
            work, recovery_id=ordered.case.id, version=ordered.case.version, reason="误"
        ),
    )
    assert await code_of(dropped) == "recovery_stands"
    three = await proposed(1)
    cancelled = await road.act(
        road.staff.approver,
        lambda work: recoveries.cancel_recovery(
            work, recovery_id=three.case.id, version=three.case.version, reason="误"
        ),
    )
    assert cancelled.case.state == "cancelled"

    # One earned 4000 of the 4000 prepaid: nothing is owed, and the settlement overtakes both.
    await road.extract(road.registered(0))
    settled = await road.decided(road.declaration(0))
    assert settled.amounts is not None
    assert (settled.amounts.balance_fen, settled.amounts.recovery_fen) == (0, 0)
    assert [one.case.state for one in await road.recoveries()] == ["cancelled"] * 3
    books = await road.books()
    assert (books[OWED], books[EXPENSE]) == (0, 400_000)
    listed = RecoveryRoad(road.begin_work, road.clock, road.staff, people=1)
    assert await code_of(_propose_unlisted(listed)) == "recovery_not_yet"


async def _propose_unlisted(road: RecoveryRoad) -> Any:
    plan = steps.a_plan(road.staff, today=FILED.date(), roster=(steps.an_apprentice(),))
    road.clock.at = FILED
    drafted = await road.act(road.staff.filer, lambda work: filing.draft_filing(work, plan))
    return await road.act(
        road.staff.handler,
        lambda work: recoveries.propose_recovery(
            work,
            filing_id=drafted.case.id,
            cause=RecoveryCause.AUDIT,
            amount_fen=1,
            reason="",
        ),
    )


async def test_a_returned_settlement_comes_back_with_declarations_of_a_new_version(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=None)
    await road.extract(*(road.registered(n) for n in range(3)))
    accepted = await road.accepted(road.declaration(0, grade=5), road.declaration(1))
    verified = await road.verified(accepted.case.id)

    async def again(actor: Any, do: Any, version: int, **how: Any) -> Any:
        return await road.act(
            actor,
            lambda work: do(work, settlement_id=accepted.case.id, version=version, **how),
        )

    returned = await again(
        road.staff.handler,
        settlement_again.return_settlement,
        verified.case.version,
        reason="等级填写有误；第 3 人漏报",
        clause="第八条",
    )
    assert (returned.case.state, returned.verified_at) == ("returned_for_correction", None)
    corrected = await again(
        road.staff.filer,
        settlement_again.correct_settlement,
        returned.case.version,
        declarations=tuple(road.declaration(n) for n in range(3)),
    )
    assert corrected.case.state == "submitted"
    assert corrected.submitted_at == accepted.submitted_at, "the receipt time stays"
    too_late = again(
        road.staff.filer,
        settlement_again.correct_settlement,
        corrected.case.version,
        declarations=(),
    )
    assert await code_of(too_late) == "wrong_state"
    taken = await again(road.staff.handler, settlements.accept_settlement, corrected.case.version)
    reviewed = await road.reviewed(await road.verified(taken.case.id))
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 1_200_000

    sent = await again(
        road.staff.approver,
        settlement_again.take_back_review,
        reviewed.case.version,
        event="send_back",
        reason="请复查",
    )
    assert (sent.case.state, sent.amounts) == ("verifying", None)
    reviewed = await road.reviewed(sent)
    taken_up = await again(
        road.staff.handler,
        settlement_again.take_back_review,
        reviewed.case.version,
        event="reopen",
        reason="他案已用",
    )
    reviewed = await road.reviewed(taken_up)
    refused = await again(
        road.staff.approver,
        settlement_again.refuse_settlement,
        reviewed.case.version,
        reason="不符合条件",
        clause="第九条",
    )
    assert refused.case.state == "refused"
    assert (await road.drafted()).kind is SettlementKind.FINAL, "another takes its place"
