"""Interim settlements on PostgreSQL, from a standard that settles every year."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.filing import Outcome, TerminationGround
from domain.funding_request import PayableKind
from domain.ledger import AccountKind
from domain.policy import parse_policy
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork
from domain.settlement import Amounts, Ground, SettlementKind
from domain.settlement_explanation import explain_line, explain_reasons
from service.application import filing, filing_end
from service.application import settlement as settlements
from service.application.filing import PersonOutcome
from tests.integration.recovery_road import RecoveryRoad
from tests.integration.settlement_road import FILED, STARTS, MovedClock
from tests.people import staffed_place

PACK = Path(__file__).parents[2] / "adapters/policies/packs/nantong-2019-15.json"
CITY = "9911"


async def test_two_years_are_settled_every_year_and_the_last_states_it_all(
    engine: AsyncEngine, crypto: Crypto, passwords: Passwords, begin_work: BeginWork
) -> None:
    staff = await staffed_place(begin_work, crypto=crypto, passwords=passwords, city=CITY)
    document: dict[str, Any] = json.loads(PACK.read_text("utf-8"))
    document |= {"id": f"city-{CITY}", "region": CITY, "settles": "every_year"}
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    async with begin(staff.system) as work:
        source = json.dumps(document).encode()
        await work.policies.add(work.new_id(), parse_policy(document), source)
        await work.commit()
    road = RecoveryRoad(begin, clock, staff, people=2)

    # Two people for two years, prepaid for the first: 2 x 4000 x 50 % = 4000 yuan.
    await road.listed(filed_months=24)
    await road.paid(PayableKind.PREPAYMENT, await road.prepayment_approved())
    assert road.filing is not None
    clock.at = datetime(2026, 2, 3, 1, tzinfo=UTC)
    opened = await road.act(
        staff.filer,
        lambda work: filing.report_opening(
            work, filing_id=road.case_id, version=road.filing.case.version, starts_on=STARTS
        ),
    )

    # After half a year nobody has a whole year: nothing is earned, and nothing is owed back yet.
    clock.at = datetime(2026, 8, 3, 1, tzinfo=UTC)
    early = await road.decided()
    assert early.kind is SettlementKind.INTERIM
    assert early.amounts == Amounts(
        entitled_fen=0, history_fen=400_000, balance_fen=0, recovery_fen=0, ahead_fen=400_000
    )
    assert await road.recoveries() == []
    async with road.begin_work(staff.filer) as work:
        reasons = await settlements.reasons_for(work, settlement_id=early.case.id)
    assert "training goes on" in explain_reasons(reasons)[-1].en

    # After a year each has earned 4000 yuan; the prepayment covers one of them.
    clock.at = datetime(2027, 4, 1, 1, tzinfo=UTC)
    await road.appropriated()
    yearly = await road.decided()
    assert yearly.amounts == Amounts(
        entitled_fen=800_000, history_fen=400_000, balance_fen=400_000, recovery_fen=0
    )
    async with road.begin_work(staff.filer) as work:
        lines = await settlements.lines_of(work, settlement_id=yearly.case.id, after=None, limit=5)
    assert {(one.ground, one.amount_fen) for one in lines} == {(Ground.IN_TRAINING, 400_000)}
    await road.paid(PayableKind.SETTLEMENT, yearly.case.id)
    await road.closed(yearly)

    # At the end one is certified for two years, 8000, and one left and earns nothing: even.
    clock.at = datetime(2028, 4, 3, 1, tzinfo=UTC)
    async with begin(staff.filer) as work:
        people = await work.filings.enrolments(await work.cases.get(CaseKind.FILING, road.case_id))
    last = date(2028, 2, 2)
    await road.act(
        staff.filer,
        lambda work: filing.report_completion(
            work,
            filing_id=road.case_id,
            version=opened.case.version,
            completed_on=last,
            outcomes=[
                PersonOutcome(
                    enrolment_id=people[0].id,
                    outcome=Outcome.COMPLETED,
                    day=last,
                    reason=None,
                ),
                PersonOutcome(
                    enrolment_id=people[1].id, outcome=Outcome.EXITED, day=last, reason="left"
                ),
            ],
        ),
    )
    road.enrolments = people
    await road.extract(road.registered(0, issued_on="2028-02-20", evaluated_on="2028-01-15"))
    final = await road.decided(road.declaration(0, issued_on=date(2028, 2, 20)))
    assert final.kind is SettlementKind.FINAL
    assert final.amounts == Amounts(
        entitled_fen=800_000, history_fen=800_000, balance_fen=0, recovery_fen=0
    )
    books = await road.books()
    assert (books[AccountKind.EXPENSE], books[AccountKind.PREPAYMENT_RECEIVABLE]) == (800_000, 0)
    async with begin(staff.filer) as work:
        closed = await work.cases.get(CaseKind.FILING, road.case_id)
    assert closed.state == "closed"


async def test_a_terminated_filing_earns_nothing_and_owes_its_prepayment_back(
    engine: AsyncEngine, crypto: Crypto, passwords: Passwords, begin_work: BeginWork
) -> None:
    staff = await staffed_place(begin_work, crypto=crypto, passwords=passwords)
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    road = RecoveryRoad(begin, clock, staff, people=2)
    # Two people prepaid for one year: 2 x 4000 x 50 % = 4000 yuan.
    await road.listed()
    await road.paid(PayableKind.PREPAYMENT, await road.prepayment_approved())
    assert road.filing is not None
    clock.at = datetime(2026, 2, 3, 1, tzinfo=UTC)
    opened = await road.act(
        staff.filer,
        lambda work: filing.report_opening(
            work, filing_id=road.case_id, version=road.filing.case.version, starts_on=STARTS
        ),
    )
    clock.at = datetime(2026, 8, 3, 1, tzinfo=UTC)
    await road.act(
        staff.approver,
        lambda work: filing_end.terminate_filing(
            work,
            filing_id=road.case_id,
            version=opened.case.version,
            grounds=filing_end.Grounds(reason="停产", rule="试人社规〔2026〕1号", clause="第九条"),
            ground=TerminationGround.REQUEST,
            last_day=None,
        ),
    )
    final = await road.decided()
    assert final.kind is SettlementKind.FINAL
    assert final.amounts == Amounts(
        entitled_fen=0, history_fen=400_000, balance_fen=0, recovery_fen=400_000
    )
    async with begin(staff.filer) as work:
        lines = await settlements.lines_of(work, settlement_id=final.case.id, after=None, limit=5)
        facts = await settlements.reasons_for_person(
            work, filing_id=road.case_id, enrolment_id=lines[0].enrolment_id
        )
    assert {(one.ground, one.amount_fen) for one in lines} == {(Ground.EXITED, 0)}
    assert "Did not complete (filing terminated): nothing" in explain_line(facts)[2].en
    (owed,) = await road.recoveries()
    assert owed.figures.outstanding_fen == 400_000
