"""Settlements on PostgreSQL: verification, review, approval, closing, and what they refuse."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.certificate import RULES_VERSION, FindingResult, finding_rules
from domain.eligibility import EligibilityRule, Result
from domain.errors import Refusal
from domain.filing import Outcome
from domain.funding_request import PayableKind
from domain.ledger import AccountKind
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.settlement import Amounts, Disposition
from domain.settlement_explanation import explain_line, explain_reasons
from service.application import settlement as settlements
from service.application.certificate import findings_of
from service.application.reconciliation import verify_again
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.people import Staff

LEFT = {2: (Outcome.EXITED, "left")}
NewRoad = Callable[..., Awaitable[SettlementRoad]]


@pytest.fixture
def new_road(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork
) -> NewRoad:
    """Make a road with a clock of its own; `begin_work` has put the policies on file."""
    assert begin_work is not None

    async def make(*, people: int = 3, **how: Any) -> SettlementRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        return await SettlementRoad(begin, clock, staff, people=people).ready(**how)

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def results(road: SettlementRoad, settlement_id: UUID) -> list[FindingResult]:
    async with road.begin_work(road.staff.handler) as work:
        found = await findings_of(work, settlement_id=settlement_id, after=None, limit=100)
    by_person = {one.enrolment_id: one.result for one in found}
    return [by_person[one.id] for one in road.enrolments if one.id in by_person]


async def state_of(road: SettlementRoad, kind: CaseKind, case_id: UUID) -> str:
    async with road.begin_work(road.staff.system) as work:
        return (await work.cases.get(kind, case_id)).state


async def test_the_database_judges_every_agreement_as_the_domain_does(engine: AsyncEngine) -> None:
    query = text("select agreement, result from finding_rules where version = :v order by 1")
    async with engine.connect() as connection:
        rows = (await connection.execute(query, {"v": RULES_VERSION})).all()
    assert [(row.agreement, row.result) for row in rows] == list(finding_rules())


async def test_the_whole_road_from_declarations_to_a_closed_filing(new_road: NewRoad) -> None:
    road = await new_road(outcomes=LEFT)
    await road.extract(road.registered(0), road.registered(1, holder_name="张 三"))
    accepted = await road.accepted(road.declaration(0), road.declaration(1))
    verified = await road.verified(accepted.case.id)
    assert verified.verified_at is not None
    assert verified.amounts is None
    assert await results(road, accepted.case.id) == [
        FindingResult.MATCH,
        FindingResult.MATCH_NORMALISED,
    ]
    reviewed = await road.reviewed(verified)
    expected = Amounts(
        entitled_fen=800_000, history_fen=600_000, balance_fen=200_000, recovery_fen=0
    )
    assert reviewed.amounts == expected
    approved = await road.approved(reviewed)
    assert approved.amounts == expected
    assert approved.case.state == "approved"
    async with road.begin_work(road.staff.system) as work:
        moved = await work.ledger.postings_of_decision(road.staff.place.id, approved.case.id)
    (posting,) = moved
    assert (posting.from_kind, posting.to_kind) == (
        AccountKind.PREPAYMENT_RECEIVABLE,
        AccountKind.EXPENSE,
    )
    assert (posting.amount_fen, posting.book.budget_year) == (600_000, 2026)
    untouched = await road.act(
        road.staff.system,
        lambda work: settlements.close_settlement(work, settlement_id=approved.case.id),
    )
    assert untouched.case.state == "approved"
    await road.paid(PayableKind.SETTLEMENT, approved.case.id)
    for _ in range(2):
        closed = await road.act(
            road.staff.system,
            lambda work: settlements.close_settlement(work, settlement_id=approved.case.id),
        )
        assert closed.case.state == "closed"
    assert await state_of(road, CaseKind.FILING, road.case_id) == "closed"
    async with road.begin_work(road.staff.system) as work:
        balance = await work.ledger.trial_balance(road.staff.place.id)
        paid = await work.settlements.history(await work.cases.get(CaseKind.FILING, road.case_id))
    assert not balance.unbalanced
    assert paid.paid_fen == 800_000
    left = {
        (row.book.budget_year, row.kind): row.balance_fen for row in balance.rows if row.balance_fen
    }
    assert left == {
        (2026, AccountKind.TREASURY): -1_200_000,
        (2026, AccountKind.AVAILABLE): 600_000,
        (2026, AccountKind.EXPENSE): 600_000,
        (2027, AccountKind.TREASURY): -1_200_000,
        (2027, AccountKind.AVAILABLE): 1_000_000,
        (2027, AccountKind.EXPENSE): 200_000,
    }


async def test_lines_and_reasons_can_be_read_by_the_enterprise(new_road: NewRoad) -> None:
    road = await new_road(outcomes=LEFT)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0), road.declaration(1))
    settlement_id = accepted.case.id
    async with road.begin_work(road.staff.filer) as work:
        early = settlements.reasons_for(work, settlement_id=settlement_id)
        assert await code_of(early) == "explanation_not_yet"
        early_person = settlements.reasons_for_person(
            work, filing_id=road.case_id, enrolment_id=road.enrolments[0].id
        )
        assert await code_of(early_person) == "explanation_not_yet"
    await road.reviewed(await road.verified(settlement_id))
    async with road.begin_work(road.staff.filer) as work:
        lines = await settlements.lines_of(
            work, settlement_id=settlement_id, after=None, limit=10
        )
        beyond = await settlements.lines_of(
            work, settlement_id=settlement_id, after=lines[0].id, limit=1
        )
        reasons = await settlements.reasons_for(work, settlement_id=settlement_id)
        people = [
            await settlements.reasons_for_person(
                work, filing_id=road.case_id, enrolment_id=one.id
            )
            for one in road.enrolments
        ]
        elsewhere = settlements.reasons_for_person(
            work, filing_id=settlement_id, enrolment_id=road.enrolments[0].id
        )
        assert await code_of(elsewhere) == "not_found"
        listed = await settlements.list_settlements(work, state=None, after=None, limit=10)
        shown = await settlements.get_settlement(work, settlement_id=settlement_id)
    by_person = {line.enrolment_id: (line.disposition, line.amount_fen) for line in lines}
    assert [by_person[one.id] for one in road.enrolments] == [
        (Disposition.PAYABLE, 400_000),
        (Disposition.REFUSED, 0),
        (Disposition.REFUSED, 0),
    ]
    assert [line.id for line in beyond] == [lines[1].id]
    assert listed == [shown]
    assert "4 000.00" in explain_reasons(reasons)[-2].en
    assert [len(explain_line(facts)) for facts in people] == [5, 2, 5]
    assert people[1].finding is FindingResult.NOT_FOUND


async def test_a_person_of_another_filing_has_no_reasons_here(new_road: NewRoad) -> None:
    road = await new_road(prepaid=False)
    other = await new_road(prepaid=False)
    async with road.begin_work(road.staff.filer) as work:
        wrong = settlements.reasons_for_person(
            work, filing_id=road.case_id, enrolment_id=other.enrolments[0].id
        )
        assert await code_of(wrong) == "not_found"


async def test_each_field_of_a_registers_row_decides_the_finding(new_road: NewRoad) -> None:
    changes: list[tuple[dict[str, str], dict[str, Any], FindingResult]] = [
        ({}, {"issuer_code": "s000132"}, FindingResult.MATCH),
        ({}, {"certificate_number": "lower"}, FindingResult.MATCH_NORMALISED),
        ({"holder_name": "李四"}, {}, FindingResult.NAME_VARIANT),
        ({"occupation_code": "6-18-01-02"}, {}, FindingResult.OCCUPATION_MISMATCH),
        ({"grade": "3"}, {}, FindingResult.LEVEL_MISMATCH),
        ({"issued_on": "2027-02-21"}, {}, FindingResult.DATE_MISMATCH),
        ({}, {"issuer_code": "S9"}, FindingResult.ISSUER_MISMATCH),
        ({"status": "revoked"}, {}, FindingResult.REVOKED),
        ({"status": "pending"}, {}, FindingResult.PENDING_UPLOAD),
        ({"status": "withheld"}, {}, FindingResult.WITHHELD),
        ({"certificate_type": "training_certificate"}, {}, FindingResult.NOT_FOUND),
        ({"certificate_number": "N"}, {"certificate_number": "odd"}, FindingResult.NUMBER_MALFORMED),
        ({"holder_id": "11010519491231002X"}, {}, FindingResult.ID_MISMATCH),
    ]
    road = await new_road(people=len(changes), prepaid=False)
    rows, declarations = [], []
    for n, (in_register, declared, _) in enumerate(changes):
        rows.append(road.registered(n, **in_register))
        as_typed = {"lower": road.number(n).lower(), "odd": "S00032420250001"}
        number = as_typed.get(str(declared.get("certificate_number")), road.number(n))
        declarations.append(road.declaration(n, **(declared | {"certificate_number": number})))
    await road.extract(*rows)
    accepted = await road.accepted(*declarations)
    verified = await road.verified(accepted.case.id, size=5)
    assert await results(road, accepted.case.id) == [finding for *_, finding in changes]
    reviewed = await road.reviewed(verified)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 800_000


async def test_a_chunk_repeated_adds_no_finding(new_road: NewRoad) -> None:
    road = await new_road(prepaid=False)
    extract = await road.extract(road.registered(0))
    accepted = await road.accepted(*(road.declaration(n) for n in range(3)))
    await road.verified(accepted.case.id)
    async with road.begin_work(road.staff.system) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, accepted.case.id)
        again = await work.certificates.register.examine(case, extract, after=None, limit=10)
        count, digest = await work.certificates.findings_digest(case, extract)
    assert (again.declarations, again.findings) == (3, 0)
    assert (count, len(digest)) == (3, 32)


async def test_without_an_extract_nothing_is_held_against_anybody_and_nothing_is_decided(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=False)
    accepted = await road.accepted(road.declaration(0))
    verified = await road.verified(accepted.case.id)
    assert (verified.extract_id, await results(road, accepted.case.id)) == (None, [])
    assert await code_of(road.reviewed(verified)) == "verification_incomplete"
    version = verified.case.version

    def again() -> Awaitable[Any]:
        return road.act(
            road.staff.handler,
            lambda work: verify_again(work, settlement_id=accepted.case.id, version=version),
        )

    assert await code_of(again()) == "no_newer_extract"
    extract = await road.extract(road.registered(0))
    underway = await again()
    assert underway.verified_at is None
    version = underway.case.version
    assert await code_of(again()) == "verification_under_way"
    assert await code_of(road.reviewed(underway)) == "verification_incomplete"
    done = await road.verified(accepted.case.id)
    assert done.extract_id == extract.id
    assert await results(road, accepted.case.id) == [FindingResult.MATCH]
    reviewed = await road.reviewed(done)
    version = reviewed.case.version
    assert await code_of(again()) == "wrong_state"


async def test_a_newer_extract_answers_again_and_the_latest_finding_counts(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=False)
    await road.extract(road.registered(0, status="pending"))
    accepted = await road.accepted(road.declaration(0))
    verified = await road.verified(accepted.case.id)
    assert await results(road, accepted.case.id) == [FindingResult.PENDING_UPLOAD]
    await road.extract(road.registered(0))
    await road.act(
        road.staff.handler,
        lambda work: verify_again(
            work, settlement_id=accepted.case.id, version=verified.case.version
        ),
    )
    await road.verified(accepted.case.id)
    async with road.begin_work(road.staff.handler) as work:
        (latest,) = await findings_of(work, settlement_id=accepted.case.id, after=None, limit=9)
    assert (latest.seq, latest.result) == (2, FindingResult.MATCH)


async def test_eligibility_is_judged_in_rounds_completion_last(new_road: NewRoad) -> None:
    road = await new_road(prepaid=False, outcomes=LEFT)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    verified = await road.verified(accepted.case.id)

    async def read() -> dict[UUID, tuple[int, dict[EligibilityRule, Result]]]:
        async with road.begin_work(road.staff.filer) as work:
            people = await settlements.eligibility_of(
                work, settlement_id=accepted.case.id, after=None, limit=10
            )
        return {
            one.enrolment_id: (one.round, {j.rule: j.result for j in one.judgements})
            for one in people
        }

    completion = EligibilityRule.COMPLETION_CONFIRMED
    first = await read()
    assert [first[one.id][1][completion] for one in road.enrolments] == [
        Result.UNKNOWN,
        Result.UNKNOWN,
        Result.FAIL,
    ]
    await road.reviewed(verified)
    second = await read()
    assert {number for number, _ in second.values()} == {2}
    assert [second[one.id][1][completion] for one in road.enrolments] == [
        Result.PASS,
        Result.PASS,
        Result.FAIL,
    ]


async def test_a_zero_balance_closes_without_a_payment(new_road: NewRoad) -> None:
    road = await new_road(people=2, outcomes={1: (Outcome.FAILED, None)})
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    approved = await road.approved(await road.reviewed(await road.verified(accepted.case.id)))
    assert approved.amounts == Amounts(
        entitled_fen=400_000, history_fen=400_000, balance_fen=0, recovery_fen=0
    )
    closed = await road.act(
        road.staff.system,
        lambda work: settlements.close_settlement(work, settlement_id=approved.case.id),
    )
    assert closed.case.state == "closed"


async def test_a_shortfall_is_shown_at_review_and_refused_at_approval(new_road: NewRoad) -> None:
    road = await new_road(people=2)
    accepted = await road.accepted()
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    assert reviewed.amounts == Amounts(
        entitled_fen=0, history_fen=400_000, balance_fen=0, recovery_fen=400_000
    )
    assert await code_of(road.approved(reviewed)) == "shortfall_needs_recovery"
    assert await state_of(road, CaseKind.SETTLEMENT, accepted.case.id) == "reviewed"


async def test_a_settlement_waits_for_a_prepayment_in_flight(new_road: NewRoad) -> None:
    road = await new_road.__call__(prepaid=False) if False else await _in_flight(new_road)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    assert await code_of(road.approved(reviewed)) == "prepayment_in_flight"
