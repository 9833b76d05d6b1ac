"""The filing road on PostgreSQL: what each step stores, refuses and leaves untouched."""

from datetime import timedelta

import pytest

from domain.budget import CommitmentState
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.ports.work import BeginWork
from service.application import filing, prepayment
from service.application.filing import ListedFiling
from tests import road
from tests.conftest import NewStaff
from tests.people import Staff


async def test_a_filing_is_listed_by_three_people(staff: Staff, begin_work: BeginWork) -> None:
    listed = await road.listed(begin_work, staff)
    async with begin_work(staff.filer) as work:
        steps = await work.cases.steps(listed.case)
    assert [step.to_state for step in steps] == [
        "draft",
        "submitted",
        "accepted",
        "reviewed",
        "listed",
    ]
    assert [step.person_id for step in steps] == [
        staff.filer.person_id,
        staff.filer.person_id,
        staff.handler.person_id,
        staff.handler.person_id,
        staff.approver.person_id,
    ]


async def test_the_reviewer_cannot_list(staff: Staff, begin_work: BeginWork) -> None:
    case = (await road.reviewed(begin_work, staff)).case
    with pytest.raises(Refusal) as refused:
        await road.act(
            begin_work,
            staff.handler,
            lambda work: filing.list_filings(
                work,
                document_number="试人社〔2026〕1号",
                filings=(ListedFiling(filing_id=case.id, version=case.version),),
                reason="",
            ),
        )
    assert refused.value.code == "duty_conflict"
    async with begin_work(staff.approver) as work:
        assert await work.cases.get(CaseKind.FILING, case.id) == case


async def test_a_person_is_enrolled_in_one_class_nationwide(
    staff: Staff, new_staff: NewStaff, begin_work: BeginWork
) -> None:
    elsewhere = await new_staff()
    person = road.an_apprentice()

    async def file(at: Staff) -> None:
        async with begin_work(at.filer) as work:
            plan = road.a_plan(at, today=work.today, roster=(road.an_apprentice(), person))
            await filing.draft_filing(work, plan)
            await work.commit()

    await file(staff)
    with pytest.raises(Refusal) as refused:
        await file(elsewhere)
    assert refused.value.code == "person_enrolled_elsewhere"


async def test_every_fault_of_a_roster_is_located_and_nothing_is_stored(
    staff: Staff, begin_work: BeginWork
) -> None:
    person = road.an_apprentice()
    roster = (
        person,
        road.an_apprentice(citizen_id="32068119900101001"),
        road.an_apprentice(phone="1380013800"),
        person,
    )
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.draft_filing(work, road.a_plan(staff, today=work.today, roster=roster))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/roster/1/citizen_id", "citizen_id_malformed"),
        ("/roster/2/phone", "phone_malformed"),
        ("/roster/3/citizen_id", "person_twice_in_roster"),
    ]
    async with begin_work(staff.filer) as work:
        assert not await work.cases.page(CaseKind.FILING, state=None, after=None, limit=10)


async def test_a_plan_is_filed_before_training_starts(staff: Staff, begin_work: BeginWork) -> None:
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.draft_filing(
                work, road.a_plan(staff, today=work.today, starts_on=work.today)
            )
    assert refused.value.code == "training_not_after_filing"


async def test_a_stale_version_is_refused(staff: Staff, begin_work: BeginWork) -> None:
    case = (await road.submitted(begin_work, staff)).case
    with pytest.raises(Refusal) as refused:
        await road.act(
            begin_work,
            staff.handler,
            lambda work: filing.accept_filing(work, filing_id=case.id, version=case.version - 1),
        )
    assert refused.value.code == "stale_version"


async def test_listing_commits_this_year_and_leaves_the_rest_forward(
    staff: Staff, begin_work: BeginWork
) -> None:
    async with begin_work(staff.system) as work:
        year = work.today.year
    await road.appropriated(begin_work, staff, amount_fen=100_000_000, year=year)
    listed = await road.listed(begin_work, staff, people=3)
    async with begin_work(staff.approver) as work:
        parts = await work.budgets.commitments(listed.case)
        trial = await work.ledger.trial_balance(staff.place.id)
    assert [(part.budget_year, part.amount_fen, part.state) for part in parts] == [
        (year, 600_000, CommitmentState.COMMITTED),
        (year + 1, 600_000, CommitmentState.FORWARD),
    ]
    assert trial.debits_fen == trial.credits_fen
    _, committed = await road.appropriated(begin_work, staff, amount_fen=100_000_000, year=year + 1)
    assert committed == 1


async def test_a_missing_appropriation_never_blocks_listing(
    staff: Staff, begin_work: BeginWork
) -> None:
    listed = await road.listed(begin_work, staff)
    async with begin_work(staff.approver) as work:
        parts = await work.budgets.commitments(listed.case)
    assert {part.state for part in parts} == {CommitmentState.FORWARD}


async def test_a_prepayment_is_half_of_one_year_at_most(
    staff: Staff, begin_work: BeginWork
) -> None:
    listed = await road.listed(begin_work, staff, people=33)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    assert asked.maximum_fen == 6_600_000
    seen = await road.act(
        begin_work,
        staff.handler,
        lambda work: prepayment.review_prepayment(
            work, prepayment_id=asked.case.id, version=asked.case.version, reason=""
        ),
    )
    approved = await road.act(
        begin_work,
        staff.approver,
        lambda work: prepayment.approve_prepayment(
            work,
            prepayment_id=asked.case.id,
            version=seen.case.version,
            share_basis_points=4500,
            reason="资金安排",
        ),
    )
    async with begin_work(staff.filer) as work:
        lines = await work.prepayments.lines(approved.case)
    assert approved.amount_fen == 33 * 400_000 * 45 // 100
    assert sum(line.amount_fen for line in lines) == approved.amount_fen
    with pytest.raises(Refusal) as refused:
        await road.act(
            begin_work,
            staff.filer,
            lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
        )
    assert refused.value.code == "prepayment_exists"


async def test_another_enterprise_sees_nothing(
    staff: Staff, new_staff: NewStaff, begin_work: BeginWork
) -> None:
    case = (await road.submitted(begin_work, staff)).case
    other = await new_staff()
    for actor in (other.filer, other.handler, other.finance):
        async with begin_work(actor) as work:
            with pytest.raises(Refusal) as refused:
                await work.cases.get(CaseKind.FILING, case.id)
            assert refused.value.code == "not_found"


async def test_opening_lies_between_listing_and_today(staff: Staff, begin_work: BeginWork) -> None:
    listed = await road.listed(begin_work, staff)
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.report_opening(
                work,
                filing_id=listed.case.id,
                version=listed.case.version,
                starts_on=work.today + timedelta(days=1),
            )
    assert refused.value.code == "opening_out_of_order"
