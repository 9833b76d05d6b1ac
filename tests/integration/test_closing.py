"""Closing a filing while an appropriation of one of its years is being approved."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.filing import Outcome
from domain.ledger import AccountKind
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from service.application import budget
from service.application import settlement as settlements
from tests.integration.settlement_road import FILED, FUND, MovedClock, SettlementRoad
from tests.people import Staff

BLOCKED_S = 0.5
"""Long enough for the second transaction to reach the first one's lock; the test is right without."""


@pytest.fixture
def new_road(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork
) -> Callable[[], SettlementRoad]:
    """Make a road that has not begun; `begin_work` has put the policies on file."""
    assert begin_work is not None

    def make() -> SettlementRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        return SettlementRoad(begin, clock, staff, people=2)

    return make


async def test_nothing_stays_committed_to_a_closed_filing_whose_money_came_meanwhile(
    new_road: Callable[[], SettlementRoad],
) -> None:
    road = await new_road().ready(outcomes={1: (Outcome.FAILED, None)}, appropriated=False)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    approved = await road.approved(await road.reviewed(await road.verified(accepted.case.id)))
    drafted = await road.act(
        road.staff.finance,
        lambda work: budget.draft_appropriation(
            work,
            budget.DraftAppropriation(
                fund_source=FUND, budget_year=2027, amount_fen=900_000, document_number="迟到1号"
            ),
        ),
    )
    async with road.begin_work(road.staff.finance_second) as work:
        _, committed = await budget.approve_appropriation(
            work, appropriation_id=drafted.case.id, version=drafted.case.version
        )
        closing = asyncio.create_task(
            road.act(
                road.staff.system,
                lambda late: settlements.close_settlement(late, settlement_id=approved.case.id),
            )
        )
        await asyncio.wait([closing], timeout=BLOCKED_S)
        await work.commit()
    closed = await closing
    async with road.begin_work(road.staff.handler) as work:
        trial = await work.ledger.trial_balance(road.staff.place.id)
    assert committed == 1
    assert closed.case.state == "closed"
    assert not trial.unbalanced
    assert sum(row.balance_fen for row in trial.rows if row.kind is AccountKind.COMMITTED) == 0
