"""The filing road on PostgreSQL: what each step stores, refuses and leaves untouched."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.budget import CommitmentState
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.filing import Filing, Outcome
from domain.party import Role, system_actor
from domain.places import OrganisationKind
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork, Work
from service.application import budget, doctor, filing, prepayment
from service.application.demo_region import set_up_demo_region
from service.application.filing import ListedFiling, PersonOutcome
from service.application.place import NewPerson, add_people
from tests import road
from tests.conftest import NewStaff
from tests.integration.settlement_road import MovedClock
from tests.people import Staff, citizen_id


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
    """Shows PAY-07."""
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
    """Shows FIL-01."""
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


async def test_money_issued_ahead_of_its_year_is_committed_at_listing(
    staff: Staff, begin_work: BeginWork
) -> None:
    async with begin_work(staff.system) as work:
        year = work.today.year
    for each in (year, year + 1):
        await road.appropriated(begin_work, staff, amount_fen=100_000_000, year=each)
    listed = await road.listed(begin_work, staff)
    async with begin_work(staff.approver) as work:
        parts = await work.budgets.commitments(listed.case)
    assert {part.state for part in parts} == {CommitmentState.COMMITTED}


async def test_a_later_listing_does_not_overtake_one_that_waits(
    staff: Staff, begin_work: BeginWork
) -> None:
    async with begin_work(staff.system) as work:
        year = work.today.year
    await road.appropriated(begin_work, staff, amount_fen=1_000_000, year=year)
    first = await road.listed(begin_work, staff, people=6)
    second = await road.listed(begin_work, staff, people=1)
    async with begin_work(staff.approver) as work:
        of_first = await work.budgets.commitments(first.case)
        of_second = await work.budgets.commitments(second.case)
    assert of_first[0].state is CommitmentState.FORWARD
    assert of_second[0].state is CommitmentState.FORWARD
    _, committed = await road.appropriated(begin_work, staff, amount_fen=400_000, year=year)
    assert committed == 2


async def test_two_listings_at_once_share_one_fund_without_a_refusal(
    staff: Staff, begin_work: BeginWork
) -> None:
    async with begin_work(staff.system) as work:
        year = work.today.year
    await road.appropriated(begin_work, staff, amount_fen=900_000, year=year)
    cases = [(await road.reviewed(begin_work, staff)).case for _ in range(4)]

    async def list_one(case: Case) -> None:
        async with begin_work(staff.approver) as work:
            await filing.list_filings(
                work,
                document_number=f"试{case.id.hex[-8:]}号",
                filings=(ListedFiling(filing_id=case.id, version=case.version),),
                reason="",
            )
            await work.commit()

    await asyncio.gather(*(list_one(case) for case in cases))
    async with begin_work(staff.approver) as work:
        states = [(await work.budgets.commitments(case))[0].state for case in cases]
        trial = await work.ledger.trial_balance(staff.place.id)
    assert states.count(CommitmentState.COMMITTED) == 1
    assert states.count(CommitmentState.FORWARD) == 3
    assert not trial.unbalanced


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
    """Shows PAY-05."""
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


async def test_a_draft_is_submitted_later_and_its_policy_fixed_that_day(
    staff: Staff, begin_work: BeginWork
) -> None:
    async def draft(work: Work) -> Filing:
        return await filing.draft_filing(work, road.a_plan(staff, today=work.today, submit=False))

    drafted = await road.act(begin_work, staff.filer, draft)
    assert (drafted.case.state, drafted.submitted_at) == ("draft", None)
    submitted = await road.act(
        begin_work,
        staff.filer,
        lambda work: filing.submit_filing(work, filing_id=drafted.case.id, version=1),
    )
    assert (submitted.case.state, submitted.policy_id) == ("submitted", "nantong-2019-15")
    assert submitted.submitted_at is not None
    async with begin_work(staff.handler) as work:
        people = await work.filings.enrolments(submitted.case)
    assert {person.state for person in people} == {"enrolled"}


async def test_every_fault_of_a_plan_is_located(staff: Staff, begin_work: BeginWork) -> None:
    """Shows PAY-01."""
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.draft_filing(
                work,
                road.a_plan(
                    staff,
                    today=work.today,
                    target_grade=5,
                    filed_months=6,
                    occupation_code="车工",
                    fund_source="lottery",
                    provider_name="某学校",
                ),
            )
    assert refused.value.code == "plan_faulty"
    assert [fault.pointer for fault in refused.value.faults] == [
        "/target_grade",
        "/filed_months",
        "/occupation_code",
        "/fund_source",
        "/provider_name",
    ]


async def test_a_region_without_a_bureau_is_refused(staff: Staff, begin_work: BeginWork) -> None:
    """Shows ACT-02."""
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.draft_filing(
                work, road.a_plan(staff, today=work.today, region_code="999999")
            )
    assert refused.value.code == "place_unknown"


async def test_one_listing_holds_filings_of_one_place_at_the_versions_seen(
    staff: Staff, new_staff: NewStaff, begin_work: BeginWork
) -> None:
    here = (await road.reviewed(begin_work, staff)).case
    there = (await road.reviewed(begin_work, await new_staff())).case
    of_both = replace(staff.approver, region_path="/32/3206/")

    async def listing(*filings: ListedFiling) -> None:
        async with begin_work(of_both) as work:
            await filing.list_filings(work, document_number="试1号", filings=filings, reason="")

    with pytest.raises(Refusal) as refused:
        await listing(
            ListedFiling(filing_id=here.id, version=here.version),
            ListedFiling(filing_id=there.id, version=there.version),
        )
    assert refused.value.code == "filings_of_other_places"
    with pytest.raises(Refusal) as refused:
        await listing(ListedFiling(filing_id=here.id, version=here.version + 1))
    assert refused.value.code == "stale_version"


async def test_a_roster_is_screened_for_its_reviewer(staff: Staff, begin_work: BeginWork) -> None:
    """Shows SUP-02."""
    case = (await road.submitted(begin_work, staff)).case
    async with begin_work(staff.handler) as work:
        assert await work.filings.screening(case) is None
    screening = await road.act(
        begin_work, staff.system, lambda work: filing.screen_filing(work, filing_id=case.id)
    )
    assert (screening.people, screening.already_subsidised) == (3, 0)
    async with begin_work(staff.handler) as work:
        assert await work.filings.screening(case) == screening


async def test_every_fault_of_a_completion_report_is_located(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine, crypto: Crypto
) -> None:
    listed = await road.listed(begin_work, staff)
    tomorrow = MovedClock(datetime.now(UTC) + timedelta(days=1))
    begin_work = postgres_work(engine, crypto=crypto, new_id=new_id, clock=tomorrow)

    async def open_class(work: Work) -> Filing:
        return await filing.report_opening(
            work, filing_id=listed.case.id, version=listed.case.version, starts_on=work.today
        )

    opened = await road.act(begin_work, staff.filer, open_class)
    async with begin_work(staff.filer) as work:
        first, second, third = await work.filings.enrolments(opened.case)
        today = work.today

    def said(person: UUID, outcome: Outcome = Outcome.COMPLETED, **other: object) -> PersonOutcome:
        fields: dict[str, object] = {"day": today, "reason": None} | other
        return PersonOutcome(enrolment_id=person, outcome=outcome, **fields)  # type: ignore[arg-type]

    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.report_completion(
                work,
                filing_id=listed.case.id,
                version=opened.case.version,
                completed_on=today + timedelta(days=1),
                outcomes=[
                    said(first.id),
                    said(first.id),
                    said(listed.case.id),
                    said(second.id, Outcome.EXITED, day=today - timedelta(days=9)),
                    said(third.id, reason="left"),
                    said(second.id, Outcome.EXITED, reason="terminated"),
                ],
            )
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/outcomes/1/enrolment_id", "person_twice_in_report"),
        ("/outcomes/2/enrolment_id", "person_not_in_training"),
        ("/outcomes/3/day", "day_outside_training"),
        ("/outcomes/3/reason", "exit_reason_missing"),
        ("/outcomes/4/reason", "reason_without_exit"),
        ("/outcomes/5/enrolment_id", "person_twice_in_report"),
        ("/outcomes/5/reason", "exit_reason_missing"),
        ("/completed_on", "day_outside_training"),
    ]
    assert third.state == "in_training"


async def test_a_prepayment_needs_a_listed_filing(staff: Staff, begin_work: BeginWork) -> None:
    """Shows FIL-04."""
    case = (await road.submitted(begin_work, staff)).case
    with pytest.raises(Refusal) as refused:
        await road.act(
            begin_work,
            staff.filer,
            lambda work: prepayment.request_prepayment(work, filing_id=case.id),
        )
    assert refused.value.code == "prepayment_not_yet"


@pytest.mark.parametrize(
    ("share", "code"), [(4000, "reason_missing"), (0, "prepayment_of_nothing")]
)
async def test_a_lower_share_needs_a_reason_and_nothing_is_not_prepaid(
    staff: Staff, begin_work: BeginWork, share: int, code: str
) -> None:
    listed = await road.listed(begin_work, staff)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    seen = await road.act(
        begin_work,
        staff.handler,
        lambda work: prepayment.review_prepayment(
            work, prepayment_id=asked.case.id, version=asked.case.version, reason=""
        ),
    )
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.approver) as work:
            await prepayment.approve_prepayment(
                work,
                prepayment_id=asked.case.id,
                version=seen.case.version,
                share_basis_points=share,
                reason="",
            )
    assert refused.value.code == code


async def test_an_appropriation_names_a_known_fund_in_an_own_place(
    staff: Staff, begin_work: BeginWork
) -> None:
    """Shows PAY-01, PAY-14."""
    draft = budget.DraftAppropriation(
        fund_source="lottery", budget_year=2026, amount_fen=1, document_number="试财1号"
    )
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.finance) as work:
            await budget.draft_appropriation(work, draft)
    assert refused.value.faults[0].code == "fund_source_unknown"
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await budget.draft_appropriation(work, replace(draft, fund_source="local"))
    assert refused.value.code == "place_unknown"


async def test_the_demo_region_is_set_up_once(
    begin_work: BeginWork, crypto: Crypto, passwords: Passwords
) -> None:
    packs = PacksOnDisk()
    first, second = [
        await set_up_demo_region(
            begin_work=begin_work, crypto=crypto, passwords=passwords, policies=packs
        )
        for _ in range(2)
    ]
    assert first == second
    async with begin_work(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        findings = {finding.text.zh: finding.well for finding in await doctor.examine(work)}
    assert [well for text, well in findings.items() if text.startswith("启东市")] == [True]


@pytest.mark.parametrize(
    ("of_enterprise", "roles"),
    [
        (True, frozenset({Role.WORKER})),
        (False, frozenset({Role.WORKER, Role.FILER})),
        (False, frozenset({Role.FILER})),
    ],
)
async def test_a_worker_is_an_organisation_of_his_own_and_nothing_else(
    staff: Staff,
    begin_work: BeginWork,
    crypto: Crypto,
    passwords: Passwords,
    of_enterprise: bool,
    roles: frozenset[Role],
) -> None:
    wrong = NewPerson(
        account_name="worker-of-somebody",
        password="a password",
        citizen_id=citizen_id(),
        org_id=staff.enterprise.id if of_enterprise else None,
        region_path=None,
        roles=roles,
    )
    with pytest.raises(Refusal, match="account_of_worker"):
        async with begin_work(staff.system) as work:
            await add_people(work, [wrong], crypto=crypto, passwords=passwords)
    async with begin_work(staff.worker) as work:
        himself = await work.places.organisation(staff.worker.org_id)
    assert staff.worker.org_id == staff.worker.person_id
    assert (himself.kind, himself.credit_code, himself.name) == (
        OrganisationKind.WORKER,
        None,
        "劳动者",
    )


async def test_an_account_has_a_role(
    staff: Staff, begin_work: BeginWork, crypto: Crypto, passwords: Passwords
) -> None:
    nobody = NewPerson(
        account_name="nobody-at-all",
        password="a password",
        citizen_id=citizen_id(),
        org_id=staff.enterprise.id,
        region_path=None,
        roles=frozenset(),
    )
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.system) as work:
            await add_people(work, [nobody], crypto=crypto, passwords=passwords)
    assert refused.value.code == "account_without_role"
