"""Settlements on PostgreSQL: verification, review, approval, closing, and what they refuse."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.certificate import (
    RULES_VERSION,
    Agreement,
    DeclaredCertificate,
    FindingResult,
    finding_rules,
)
from domain.eligibility import EligibilityRule, Judgement, Result
from domain.errors import Refusal
from domain.extract_file import COLUMNS
from domain.filing import Apprentice, Outcome
from domain.funding_request import PayableKind, Subject
from domain.ledger import AccountKind
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.ports.register import Registry
from domain.ports.work import BeginWork
from domain.settlement import Amounts, Disposition
from domain.settlement_explanation import explain_line, explain_reasons
from service.application import funding_request
from service.application import settlement as settlements
from service.application.certificate import findings_of, get_extract, load_extract
from service.application.funding_request import RequestFunding
from service.application.reconciliation import add_answers, answers_of, verify_again
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.people import Staff

LEFT = {2: (Outcome.EXITED, "left")}
NewRoad = Callable[..., Awaitable[SettlementRoad]]


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road with a clock of its own; `begin_work` has put the policies on file."""
    assert begin_work is not None

    async def make(
        *,
        people: int = 3,
        at: Staff | None = None,
        roster: Sequence[Apprentice] = (),
        **how: Any,
    ) -> SettlementRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        made = SettlementRoad(begin, clock, at or staff, people=people, roster=roster)
        return await made.ready(**how)

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
        lines = await settlements.lines_of(work, settlement_id=settlement_id, after=None, limit=10)
        beyond = await settlements.lines_of(
            work, settlement_id=settlement_id, after=lines[0].id, limit=1
        )
        reasons = await settlements.reasons_for(work, settlement_id=settlement_id)
        people = [
            await settlements.reasons_for_person(work, filing_id=road.case_id, enrolment_id=one.id)
            for one in road.enrolments
        ]
        elsewhere = settlements.reasons_for_person(
            work, filing_id=settlement_id, enrolment_id=road.enrolments[0].id
        )
        assert await code_of(elsewhere) == "not_found"
        listed = await settlements.list_settlements(
            work, filing_id=None, state=None, after=None, limit=10
        )
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
    road = await new_road(prepaid=None)
    other = await new_road(prepaid=None)
    async with road.begin_work(road.staff.filer) as work:
        wrong = settlements.reasons_for_person(
            work, filing_id=road.case_id, enrolment_id=other.enrolments[0].id
        )
        assert await code_of(wrong) == "not_found"


async def test_each_field_of_a_registers_row_decides_the_finding(new_road: NewRoad) -> None:
    """Shows EVD-09."""
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
        (
            {"certificate_number": "N"},
            {"certificate_number": "odd"},
            FindingResult.NUMBER_MALFORMED,
        ),
        ({"holder_id": "11010519491231002X"}, {}, FindingResult.ID_MISMATCH),
    ]
    road = await new_road(people=len(changes), prepaid=None)
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
    road = await new_road(prepaid=None)
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
    road = await new_road(prepaid=None)
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
    road = await new_road(prepaid=None)
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
    road = await new_road(prepaid=None, outcomes=LEFT)
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


async def test_a_balance_larger_than_its_years_forecast_is_paid_from_what_the_book_has_left(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=None)
    await road.extract(*(road.registered(n) for n in range(3)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(3)))
    approved = await road.approved(await road.reviewed(await road.verified(accepted.case.id)))
    assert approved.amounts is not None
    assert approved.amounts.balance_fen == 1_200_000
    await road.paid(PayableKind.SETTLEMENT, approved.case.id)
    await road.act(
        road.staff.system,
        lambda work: settlements.close_settlement(work, settlement_id=approved.case.id),
    )
    async with road.begin_work(road.staff.handler) as work:
        trial = await work.ledger.trial_balance(road.staff.place.id)
    assert not trial.unbalanced
    left = dict.fromkeys(("committed", "in_transit", "expense"), 0)
    for row in trial.rows:
        if row.kind in left:
            left[row.kind] += row.balance_fen
    assert left == {"committed": 0, "in_transit": 0, "expense": 1_200_000}


async def test_finance_concurs_in_no_balance_that_its_book_cannot_cover(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=None)
    await road.extract(*(road.registered(n) for n in range(3)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(3)))
    approved = await road.approved(await road.reviewed(await road.verified(accepted.case.id)))
    asked = RequestFunding(
        fund_source="employment_subsidy",
        budget_year=road.clock.at.year,
        subjects=(Subject(kind=PayableKind.SETTLEMENT, id=approved.case.id),),
    )
    requested = await road.act(
        road.staff.handler, lambda work: funding_request.request_funding(work, asked)
    )
    road.clock.at = road.clock.at.replace(year=road.clock.at.year + 1)
    concurred = road.act(
        road.staff.finance,
        lambda work: funding_request.concur_funding_request(
            work,
            request_id=requested.request.case.id,
            version=requested.request.case.version,
        ),
    )
    assert await code_of(concurred) == "fund_insufficient"


async def test_a_withdrawn_settlement_makes_room_for_another(new_road: NewRoad) -> None:
    road = await new_road()
    wrong = await road.drafted()
    withdrawn = await road.act(
        road.staff.filer,
        lambda work: settlements.withdraw_settlement(
            work, settlement_id=wrong.case.id, version=wrong.case.version
        ),
    )
    assert withdrawn.case.state == "withdrawn"
    right = await road.drafted(road.declaration(0))
    assert right.seq == 2
    accepted = await road.act(
        road.staff.filer,
        lambda work: settlements.submit_settlement(
            work, settlement_id=right.case.id, version=right.case.version
        ),
    )
    assert accepted.case.state == "submitted"
    assert await code_of(road.drafted()) == "settlement_exists"


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


async def test_closing_releases_a_forward_commitment_that_was_never_needed(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=2, outcomes={1: (Outcome.FAILED, None)}, appropriated=False)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    approved = await road.approved(await road.reviewed(await road.verified(accepted.case.id)))
    await road.act(
        road.staff.system,
        lambda work: settlements.close_settlement(work, settlement_id=approved.case.id),
    )
    async with road.begin_work(road.staff.handler) as work:
        filing_case = await work.cases.get(CaseKind.FILING, road.case_id)
        parts = await work.budgets.commitments(filing_case)
        trial = await work.ledger.trial_balance(road.staff.place.id)
    assert filing_case.state == "closed"
    assert {part.state for part in parts} == {"released"}
    assert trial.debits_fen == trial.credits_fen
    assert sum(row.balance_fen for row in trial.rows if row.kind == "committed") == 0


async def test_approval_drops_a_prepayment_whose_money_has_not_left(new_road: NewRoad) -> None:
    road = await new_road(prepaid="approved")
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    approved = await road.approved(reviewed)
    async with road.begin_work(road.staff.system) as work:
        filing_case = await work.cases.get(CaseKind.FILING, road.case_id)
        (prepayment,) = await work.prepayments.of_filing(filing_case)
    assert prepayment.case.state == "cancelled"
    assert approved.amounts is not None
    # Nothing was paid ahead: all of what one person earned, 4 000 元, is the balance.
    assert (approved.amounts.history_fen, approved.amounts.balance_fen) == (0, 400_000)


async def test_a_settlement_waits_for_a_prepayment_at_the_bank(new_road: NewRoad) -> None:
    road = await new_road(prepaid="sent")
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    assert await code_of(road.approved(reviewed)) == "prepayment_in_flight"


async def test_a_payment_whose_outcome_is_unknown_stops_the_approval(
    new_road: NewRoad, database: Any
) -> None:
    road = await new_road()
    accepted = await road.accepted()
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    admin = create_async_engine(database.admin_url)
    async with admin.begin() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        await connection.execute(
            text("update payments set state = 'unknown' where filing_id = :id"),
            {"id": road.case_id},
        )
    await admin.dispose()
    assert await code_of(road.approved(reviewed)) == "payment_outcome_unknown"


async def test_a_payable_line_with_an_unknown_rule_stops_the_approval(new_road: NewRoad) -> None:
    road = await new_road(prepaid=None)
    await road.extract(road.registered(0))
    accepted = await road.accepted(road.declaration(0))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    unknown = Judgement(rule=EligibilityRule.NO_HOLD, result=Result.UNKNOWN, facts={})
    await road.act(
        road.staff.system,
        lambda work: work.settlements.add_judgements(
            reviewed.case, {road.enrolments[0].id: [unknown]}, policy_id="nantong-2019-15"
        ),
    )
    assert await code_of(road.approved(reviewed)) == "eligibility_unknown"


async def test_who_reviewed_a_settlement_does_not_approve_it(new_road: NewRoad) -> None:
    road = await new_road(prepaid=None)
    accepted = await road.accepted()
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    by_reviewer = road.act(
        road.staff.handler,
        lambda work: settlements.approve_settlement(
            work, settlement_id=reviewed.case.id, version=reviewed.case.version, reason=""
        ),
    )
    assert await code_of(by_reviewer) == "duty_conflict"


async def test_of_two_approvals_at_once_one_wins(new_road: NewRoad) -> None:
    road = await new_road()
    await road.extract(*(road.registered(n) for n in range(3)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(3)))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    both = await asyncio.gather(
        road.approved(reviewed), road.approved(reviewed), return_exceptions=True
    )
    assert [getattr(one, "code", "approved") for one in both].count("stale_version") == 1
    async with road.begin_work(road.staff.system) as work:
        moved = await work.ledger.postings_of_decision(road.staff.place.id, reviewed.case.id)
    assert [posting.amount_fen for posting in moved] == [600_000]


async def test_only_what_was_earned_becomes_expense(new_road: NewRoad) -> None:
    road = await new_road(people=4, outcomes={3: (Outcome.FAILED, None)})
    await road.extract(*(road.registered(n) for n in range(2)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(2)))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    approved = await road.approved(reviewed)
    assert approved.amounts is not None
    assert approved.amounts.entitled_fen == approved.amounts.history_fen == 800_000
    async with road.begin_work(road.staff.system) as work:
        balance = await work.ledger.trial_balance(road.staff.place.id)
    kinds = {row.kind: row.balance_fen for row in balance.rows if row.book.budget_year == 2026}
    assert kinds[AccountKind.PREPAYMENT_RECEIVABLE] == 0
    assert kinds[AccountKind.EXPENSE] == 800_000


async def test_nobody_is_subsidised_twice_for_one_occupation_and_grade(new_road: NewRoad) -> None:
    """Shows PAY-12."""
    first = await new_road(prepaid=None, people=1)
    second = await new_road(prepaid=None, people=1, roster=first.roster)
    third = await new_road(prepaid=None, people=1, roster=first.roster)
    reviewed = []
    for road in (first, second):
        await road.extract(road.registered(0))
        accepted = await road.accepted(road.declaration(0))
        reviewed.append(await road.reviewed(await road.verified(accepted.case.id)))
    await first.approved(reviewed[0])
    assert await code_of(second.approved(reviewed[1])) == "person_already_subsidised"
    await third.extract(third.registered(0))
    accepted = await third.accepted(third.declaration(0))
    later = await third.reviewed(await third.verified(accepted.case.id))
    assert later.amounts is not None
    assert later.amounts.entitled_fen == 0


async def test_one_certificate_pays_once_wherever_it_is_shown(
    new_road: NewRoad, new_staff: Callable[[], Awaitable[Staff]]
) -> None:
    first = await new_road(prepaid=None, people=1)
    elsewhere = await new_road(
        at=await new_staff(), prepaid=None, people=1, roster=first.roster, target_grade=3
    )
    shown = {
        "certificate_type": "training_certificate",
        "certificate_number": first.number(0),
        "grade": "",
    }
    told = {
        "certificate_type": CertificateType.TRAINING,
        "certificate_number": first.number(0),
        "grade": None,
    }
    reviewed = []
    for road in (first, elsewhere):
        await road.extract(road.registered(0, **shown))
        accepted = await road.accepted(road.declaration(0, **told))
        reviewed.append(await road.reviewed(await road.verified(accepted.case.id)))
    await first.approved(reviewed[0])
    assert await code_of(elsewhere.approved(reviewed[1])) == "certificate_already_used"


async def test_one_persons_certificate_is_declared_for_one_filing_at_a_time(
    new_road: NewRoad,
) -> None:
    first = await new_road(prepaid=None, people=1)
    second = await new_road(prepaid=None, people=1, roster=first.roster)
    await first.extract(first.registered(0))
    await first.accepted(first.declaration(0))
    accepted = await second.accepted(second.declaration(0, certificate_number=first.number(0)))
    await second.verified(accepted.case.id)
    async with second.begin_work(second.staff.handler) as work:
        (person,) = await settlements.eligibility_of(
            work, settlement_id=accepted.case.id, after=None, limit=2
        )
    ruled = {one.rule: one.result for one in person.judgements}
    assert ruled[EligibilityRule.NOT_DUPLICATED] is Result.FAIL


async def test_a_settlement_is_drafted_once_and_after_completion_only(new_road: NewRoad) -> None:
    road = await new_road(prepaid=None)
    drafted = await road.drafted()
    assert (drafted.seq, drafted.people, drafted.submitted_at) == (1, 3, None)
    assert await code_of(road.drafted()) == "settlement_exists"
    begun = SettlementRoad(road.begin_work, road.clock, road.staff)
    await begun.listed()
    assert await code_of(begun.drafted()) == "filing_not_completed"


async def test_faulty_declarations_store_nothing(new_road: NewRoad) -> None:
    road = await new_road(prepaid=None, outcomes=LEFT)
    assert await code_of(road.drafted(road.declaration(2))) == "declarations_faulty"
    async with road.begin_work(road.staff.filer) as work:
        filing_case = await work.cases.get(CaseKind.FILING, road.case_id)
        assert not await work.settlements.of_filing(filing_case)


async def test_an_extract_is_loaded_once_in_the_clerks_own_region_or_below(
    new_road: NewRoad,
) -> None:
    """Shows ACT-12."""
    road = await new_road(prepaid=None)
    extract = await road.extract(road.registered(0))
    assert (extract.rows, extract.register) == (1, "试验查询系统")
    assert await code_of(road.extract(road.registered(0))) == "extract_already_loaded"
    assert await code_of(road.extract(road.registered(0, grade="9"))) == "extract_faulty"
    csv = ",".join(COLUMNS) + "\r\n" + road.registered(1)
    for code, refused in ((road.staff.region_code, None), ("11", "place_unknown")):
        doing = road.act(
            road.staff.handler,
            lambda work, code=code: load_extract(
                work, register="另一系统", text=csv, region_code=code
            ),
        )
        if refused is None:
            found = await doing
            async with road.begin_work(road.staff.handler) as work:
                assert await get_extract(work, extract_id=found.id) == found
        else:
            assert await code_of(doing) == refused
    nowhere = road.act(road.staff.filer, lambda work: load_extract(work, register="x", text=csv))
    assert await code_of(nowhere) == "place_unknown"
    async with road.begin_work(road.staff.filer) as work:
        assert await code_of(get_extract(work, extract_id=extract.id)) == "not_found"


async def test_an_unstaffed_region_takes_no_extract(new_road: NewRoad) -> None:
    road = await new_road(prepaid=None)
    region = replace(road.staff.handler, region_path="/32/")
    csv = ",".join(COLUMNS) + "\r\n" + road.registered(1)
    doing = road.act(region, lambda work: load_extract(work, register="x", text=csv))
    assert await code_of(doing) == "place_unknown"


class OneByOne(Registry):
    """A live register that knows everybody but one, about whom it is silent."""

    name = "live"

    def __init__(self, silent: UUID) -> None:
        self._silent = silent

    async def ask(self, declaration: DeclaredCertificate) -> Agreement | None:
        if declaration.enrolment_id == self._silent:
            return None
        return Agreement.FOUND | Agreement.SAME_ID | Agreement.REVOKED


async def test_a_register_asked_one_by_one_gives_findings_of_the_same_kind(
    new_road: NewRoad,
) -> None:
    road = await new_road(prepaid=None)
    accepted = await road.accepted(*(road.declaration(n) for n in range(2)))
    await road.verified(accepted.case.id)
    registry = OneByOne(road.enrolments[1].id)
    async with road.begin_work(road.staff.system) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, accepted.case.id)
        declarations = await work.certificates.declarations(case, after=None, limit=10)
        later = await work.certificates.declarations(case, after=declarations[0].id, limit=10)
    assert later == declarations[1:]
    answers = await answers_of(registry, declarations)
    await road.act(
        road.staff.system,
        lambda work: add_answers(
            work, settlement_id=accepted.case.id, register=registry.name, answers=answers
        ),
    )
    assert await results(road, accepted.case.id) == [FindingResult.REVOKED]


async def test_another_place_sees_nothing_of_a_settlement(
    new_road: NewRoad, new_staff: Callable[[], Awaitable[Staff]]
) -> None:
    road = await new_road(prepaid=None)
    drafted = await road.drafted()
    other = await new_staff()
    for actor in (other.handler, other.filer):
        async with road.begin_work(actor) as work:
            seen = settlements.get_settlement(work, settlement_id=drafted.case.id)
            assert await code_of(seen) == "not_found"


async def test_an_enterprise_cannot_write_what_its_settlement_is_worth(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road(prepaid=None)
    drafted = await road.drafted()
    writes = (
        "update settlement_lines set disposition = 'payable', amount_fen = 1, facts = '{}'",
        "update settlements set verified_at = now()",
        """update settlements set entitled_fen = 1, history_fen = 0, balance_fen = 1,
                                  recovery_fen = 0, facts = '{}'""",
    )
    for write in writes:
        async with engine.connect() as connection:
            for name, value in (
                ("person_id", road.staff.filer.person_id),
                ("org_id", road.staff.filer.org_id),
            ):
                await connection.execute(
                    text("select set_config('xuetu.' || :name, :value, true)"),
                    {"name": name, "value": str(value)},
                )
            done = "refused"
            with suppress(ProgrammingError):
                done = str((await connection.execute(text(write))).rowcount)
            assert done in {"refused", "0"}
            await connection.rollback()
    async with road.begin_work(road.staff.filer) as work:
        shown = await settlements.get_settlement(work, settlement_id=drafted.case.id)
    assert shown == drafted
