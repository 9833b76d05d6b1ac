"""A filing terminated before its training began, on PostgreSQL: closed, nothing committed, all owed back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.filing import TerminationGround
from domain.funding_request import PayableKind
from domain.ledger import AccountKind
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.recovery import RecoveryCause
from domain.recovery_explanation import explain_recovery
from service.application import filing_end, prepayment, termination
from service.application import recovery as recoveries
from service.application import settlement as settlements
from tests.integration.recovery_road import RecoveryRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff

NewRoad = Callable[[], Awaitable[RecoveryRoad]]
OWED = AccountKind.RECOVERY_RECEIVABLE
PREPAID_FEN = 400_000
"""Two people of 4000 yuan a year, half of it prepaid."""


@pytest.fixture
def listed(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a listed filing of two people; `begin_work` has put the policies on file."""
    assert begin_work is not None

    async def make() -> RecoveryRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        road = RecoveryRoad(begin, clock, staff, people=2)
        await road.listed()
        return road

    return make


async def _filing(road: RecoveryRoad) -> Case:
    async with road.begin_work(road.staff.system) as work:
        return await work.cases.get(CaseKind.FILING, road.case_id)


async def _terminated(road: RecoveryRoad) -> Case:
    version = (await _filing(road)).version
    done: Any = await road.act(
        road.staff.approver,
        lambda work: filing_end.terminate_filing(
            work,
            filing_id=road.case_id,
            version=version,
            grounds=filing_end.Grounds(reason="停产", rule="人社部发〔2021〕39号", clause="五(一)"),
            ground=TerminationGround.REQUEST,
        ),
    )
    found: Case = done.case
    return found


async def _closed(road: RecoveryRoad) -> Case:
    """Do what the job does."""
    done: Case = await road.act(
        road.staff.system,
        lambda work: termination.close_terminated(work, filing_id=road.case_id),
    )
    return done


async def _totals(road: RecoveryRoad) -> dict[str, int]:
    """The place's trial balance by kind of account; debits equal credits."""
    async with road.begin_work(road.staff.system) as work:
        trial = await work.ledger.trial_balance(road.staff.place.id)
    assert trial.debits_fen == trial.credits_fen
    totals: dict[str, int] = {}
    for row in trial.rows:
        totals[row.kind] = totals.get(row.kind, 0) + row.balance_fen
    assert sum(totals.values()) == 0
    return totals


async def _code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def test_what_was_prepaid_is_owed_back_to_the_fen_and_the_filing_closes(
    listed: NewRoad,
) -> None:
    road = await listed()
    await road.paid(PayableKind.PREPAYMENT, await road.prepayment_approved())
    before = await _totals(road)
    assert (before["prepayment_receivable"], before.get("recovery_receivable", 0)) == (
        PREPAID_FEN,
        0,
    )

    assert (await _terminated(road)).state == "terminated"
    (opened,) = await road.recoveries()
    assert (opened.case.state, opened.cause) == ("proposed", RecoveryCause.TERMINATION)
    assert (opened.settlement_id, opened.proposed_fen) == (None, PREPAID_FEN)
    assert opened.figures.outstanding_fen == PREPAID_FEN
    assert [(await _closed(road)).state for _ in range(2)] == ["closed", "closed"]

    totals = await _totals(road)
    assert totals["recovery_receivable"] == PREPAID_FEN
    assert totals["prepayment_receivable"] == totals["committed"] == totals.get("expense", 0) == 0
    # What the appropriation made available is there again but for what lies with the enterprise.
    assert totals["available"] == 2 * 400_000 - PREPAID_FEN
    said = explain_recovery(
        opened,
        settlement=None,
        prepaid=[(2, PREPAID_FEN)],
        postings=(
            await road.act(
                road.staff.handler,
                lambda work: recoveries.reasons_for_recovery(work, recovery_id=opened.case.id),
            )
        ).postings,
    )
    assert "the training was terminated" in said[0].en
    assert "prepaid and not earned, 4 000.00 yuan" in said[2].en

    # It cannot be dropped; ordering it moves nothing twice; and what comes in ends it.
    cancelled = road.act(
        road.staff.approver,
        lambda work: recoveries.cancel_recovery(
            work, recovery_id=opened.case.id, version=opened.case.version, reason="误"
        ),
    )
    assert await _code_of(cancelled) == "recovery_stands"
    served = await road.served(await road.ordered(opened))
    assert (await _totals(road))["recovery_receivable"] == PREPAID_FEN
    await road.came_in(("L1", served.reference, PREPAID_FEN))
    (done,) = await road.recoveries()
    assert (done.case.state, done.figures.outstanding_fen) == ("collected", 0)
    assert (await _totals(road))["available"] == 2 * 400_000


async def test_a_prepayment_that_was_not_paid_is_dropped_and_nothing_is_owed(
    listed: NewRoad,
) -> None:
    road = await listed()
    prepayment_id = await road.prepayment_approved()
    await _terminated(road)
    async with road.begin_work(road.staff.system) as work:
        (dropped,) = await work.prepayments.of_filing(await _filing(road))
    assert (dropped.case.id, dropped.case.state) == (prepayment_id, "cancelled")
    assert await road.recoveries() == []
    assert (await _closed(road)).state == "closed"
    assert (await _totals(road))["committed"] == 0


async def test_while_the_bank_has_a_prepayment_nothing_is_terminated(listed: NewRoad) -> None:
    road = await listed()
    await road.sent(PayableKind.PREPAYMENT, await road.prepayment_approved())
    assert await _code_of(_terminated(road)) == "prepayment_in_flight"
    assert (await _filing(road)).state == "listed"


async def test_a_recovery_proposed_before_is_overtaken_and_one_ordered_counts(
    listed: NewRoad,
) -> None:
    road = await listed()
    await road.paid(PayableKind.PREPAYMENT, await road.prepayment_approved())

    async def proposed(amount_fen: int) -> Any:
        return await road.act(
            road.staff.handler,
            lambda work: recoveries.propose_recovery(
                work,
                filing_id=road.case_id,
                cause=RecoveryCause.AUDIT,
                amount_fen=amount_fen,
                reason="审计",
            ),
        )

    await road.ordered(await proposed(150_000))
    await proposed(100_000)
    await _terminated(road)
    ordered, overtaken, rest = await road.recoveries()
    assert (ordered.case.state, ordered.figures.outstanding_fen) == ("ordered", 150_000)
    assert (overtaken.case.state, overtaken.figures.demanded_fen) == ("cancelled", 0)
    assert (rest.cause, rest.figures.outstanding_fen) == (RecoveryCause.TERMINATION, 250_000)
    assert (await _totals(road))["recovery_receivable"] == PREPAID_FEN


async def test_a_filing_whose_training_began_is_not_closed_without_its_settlement(
    listed: NewRoad,
) -> None:
    road = await listed()
    await road.terminated(at=FILED.replace(month=6))
    assert (await _closed(road)).state == "terminated"


async def test_a_filing_that_never_began_is_settled_by_nobody(listed: NewRoad) -> None:
    road = await listed()
    await _terminated(road)
    drafted = road.act(
        road.staff.filer,
        lambda work: settlements.draft_settlement(work, filing_id=road.case_id, declarations=()),
    )
    assert await _code_of(drafted) == "filing_not_completed"
    asked = road.act(
        road.staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=road.case_id),
    )
    assert await _code_of(asked) == "prepayment_not_yet"
