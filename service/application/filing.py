"""Filing use cases: from draft to closed. Each works in the caller's transaction and does not commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.case_clock import RETURNED
from domain.cases import Case, CaseKind
from domain.class_plan import ClassPlan, Mentor, plan_faults_of_class
from domain.document import ChecklistItem, DeclaredDocument
from domain.errors import Fault, Refusal
from domain.filing import (
    Apprentice,
    Filing,
    Outcome,
    Payee,
    Plan,
    ReviewAdvice,
    Screening,
    TrainingMode,
    checked_roster,
)
from domain.joint_class import ClassTerms
from domain.ledger import (
    Event,
    decision_of,
)
from domain.payee_account import checked_payee
from domain.places import Place, region_path_of
from domain.policy import ExitReason
from domain.policy.overlay import Stage
from domain.ports.clock import day_in_china
from domain.ports.work import Work
from domain.training_register import MessageKind
from service.application.asked_again import received_at
from service.application.cases import open_case, sign
from service.application.class_of_filing import check_class_of, joining_faults_of, provider_of
from service.application.commitment import commit_forecast, release_commitments
from service.application.completeness import (
    check_contents_of,
    check_filing_items,
    declared_items,
    filing_items,
    filing_list,
)
from service.application.correction_deadline import check_in_time
from service.application.document import check_declared
from service.application.notice import check_filings_noticed, pause_if_on_notice
from service.application.payee_account import account_for
from service.application.plan import check_plan, check_start, faults_of_standard, start_faults
from service.application.prepayment_opening import ask_to_open, tell_first_days
from service.application.quota import take_quota
from service.application.register_message import tell_of_filing

NO_PLAN: Final = ClassPlan()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFiling:
    """A plan for one class, as an enterprise files it. `filed_months` is the term in months."""

    region_code: str
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    training_mode: TrainingMode
    provider_name: str | None
    starts_on: date
    filed_months: int
    uplift_basis_points: int
    fund_source: str
    payee: Payee
    roster: tuple[Apprentice, ...]
    submit: bool
    documents: tuple[DeclaredDocument, ...] = ()
    provider_credit_code: str | None = None
    joint_class_id: UUID | None = None
    class_plan: ClassPlan = NO_PLAN
    mentors: tuple[Mentor, ...] = ()
    term_reason: str | None = None
    after_review_id: UUID | None = None

    @property
    def plan(self) -> Plan:
        """What it says of the class."""
        return Plan(
            class_name=self.class_name,
            occupation_code=self.occupation_code,
            occupation_name=self.occupation_name,
            target_grade=self.target_grade,
            training_mode=self.training_mode,
            provider_name=self.provider_name,
            starts_on=self.starts_on,
            filed_months=self.filed_months,
            uplift_basis_points=self.uplift_basis_points,
            fund_source=self.fund_source,
            term_reason=self.term_reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFiling:
    """One filing of a listing decision, at the version the approver saw."""

    filing_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOutcome:
    """How one person's training ended: the last day, and why if it was not completion."""

    enrolment_id: UUID
    outcome: Outcome
    day: date
    reason: str | None


async def draft_filing(work: Work, command: DraftFiling) -> Filing:
    """Store a draft, and submit it at once when the command says so (FIL-01, FIL-02).

    One that follows an upheld review of a refused filing is received, and judged by the standard in
    force, as of that filing's receipt. Refuses `place_unknown`, `no_policy_in_force`,
    `plan_outside_policy`, `roster_faulty`, `payee_faulty`, `documents_faulty`, `review_not_upheld`,
    `review_already_used`; with submission also `filing_incomplete`, `training_not_after_filing`,
    `person_enrolled_elsewhere`. Contents of declared documents may follow until acceptance.
    """
    place = await _place_of(work, command.region_code)
    enterprise = await work.places.organisation(work.actor.org_id)
    received = await received_at(work, command.after_review_id, place_id=place.id)
    day = day_in_china(received)
    version = await work.policies.in_force(place.region_path, day)
    provider_id, faults = await provider_of(
        work, command.provider_credit_code, mode=command.training_mode
    )
    faults += plan_faults_of_class(command.class_plan, command.training_mode)
    terms = ClassTerms(
        occupation_code=command.occupation_code,
        target_grade=command.target_grade,
        filed_months=command.filed_months,
        starts_on=command.starts_on,
        provider_id=provider_id,
    )
    faults += await joining_faults_of(work, command.joint_class_id, terms, place=place)
    check_plan(command.plan, version.standard, *faults)
    roster = checked_roster(command.roster, today=work.today)
    payee = checked_payee(command.payee, enterprise_name=enterprise.name)
    await check_declared(work, place.region_path, Stage.FILING, command.documents)
    if command.submit:
        in_house = command.training_mode is TrainingMode.IN_HOUSE
        start = start_faults(command.starts_on, today=day)
        check_filing_items(
            await declared_items(work, place.region_path, command.documents, in_house=in_house),
            *start,
        )
        check_start(command.starts_on, today=day)
    case = await open_case(
        work,
        CaseKind.FILING,
        place,
        event="draft",
        org_id=enterprise.id,
        partner_org_id=provider_id,
        facts={"people": len(roster)},
    )
    account = await account_for(work, place, payee)
    filing = Filing(
        case=case,
        policy_version_id=version.id,
        policy_id=version.standard.id,
        class_name=command.class_name,
        occupation_code=command.occupation_code,
        occupation_name=command.occupation_name,
        target_grade=command.target_grade,
        training_mode=command.training_mode,
        provider_name=command.provider_name,
        joint_class_id=command.joint_class_id,
        filed_starts_on=command.starts_on,
        filed_months=command.filed_months,
        uplift_basis_points=command.uplift_basis_points,
        fund_source=command.fund_source,
        payee_account_id=account.case.id,
        payee_name=account.account_name,
        payee_account_masked=account.account_masked,
        payee_account_state=account.case.state,
        bank_code=account.bank_code,
        roster_version=1,
        people=len(roster),
        submitted_at=received if command.submit else None,
        listing_document=None,
        listed_on=None,
        opened_on=None,
        completed_on=None,
        term_reason=command.term_reason,
        after_review_id=command.after_review_id,
    )
    await work.filings.add(filing)
    await work.filings.add_roster(case, 1, roster, enrolled=command.submit)
    if command.documents:
        await work.documents.add(case, command.documents, first=True)
    if command.class_plan != NO_PLAN:
        await work.class_records.add_plan(case, command.class_plan)
    if command.mentors:
        numbered = [replace(mentor, id=work.new_id()) for mentor in command.mentors]
        await work.class_records.add_mentors(case, numbered)
    if not command.submit:
        return filing
    await check_class_of(work, filing)
    return replace(filing, case=await _submitted(work, case))


async def submit_filing(work: Work, *, filing_id: UUID, version: int) -> Filing:
    """Submit a draft: stamps the receipt, fixes the policy in force today, makes its people live.

    A filing returned for correction is submitted again: receipt time and policy stay those of the
    first submission. Refuses `filing_incomplete`, `training_not_after_filing`,
    `no_policy_in_force`, `plan_faulty`, `person_enrolled_elsewhere`, `correction_overdue`.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    filing = await work.filings.get(case)
    signed = await _submitted(work, case)
    if case.state == RETURNED:
        await check_in_time(work, case)
        check_filing_items(await filing_items(work, case, filing))
        await check_class_of(work, filing)
        return replace(filing, case=signed)
    received = await received_at(work, filing.after_review_id)
    day = day_in_china(received)
    start = start_faults(filing.filed_starts_on, today=day)
    policy = await work.policies.in_force(case.region_path, day)
    # The standard may be another than on the day of the draft: one that cannot pay this plan.
    faults = faults_of_standard(filing, policy.standard)
    check_filing_items(await filing_items(work, case, filing), *start, *faults)
    check_start(filing.filed_starts_on, today=day)
    if faults:
        raise Refusal("plan_faulty", faults=tuple(faults), count=len(faults))
    await check_class_of(work, filing)
    await work.filings.mark_submitted(case, policy_version_id=policy.id, received_at=received)
    return await work.filings.get(signed)


async def accept_filing(work: Work, *, filing_id: UUID, version: int) -> Filing:
    """Accept a submitted filing (受理); refuses `document_contents_missing`."""
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    filing = await work.filings.get(await sign(work, case, "accept"))
    await check_contents_of(work, filing.case)
    return await tell_of_filing(work, MessageKind.ROSTER_ACCEPTED, filing)


async def completeness_of_filing(work: Work, *, filing_id: UUID) -> tuple[ChecklistItem, ...]:
    """Return a filing's list as of today, its plan included; refuses `not_found`, `no_policy_in_force`."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    filing = await work.filings.get(case)
    # A training provider sees the plan and no review of it.
    shared = case.partner_org_id == work.actor.org_id
    day = day_in_china(await received_at(work, None if shared else filing.after_review_id))
    policy = await work.policies.in_force(case.region_path, day)
    start = start_faults(filing.filed_starts_on, today=day)
    faults = (*start, *faults_of_standard(filing, policy.standard))
    return await filing_list(work, case, filing, plan_faults=() if filing.submitted_at else faults)


async def review_filing(
    work: Work,
    *,
    filing_id: UUID,
    version: int,
    reason: str,
    advice: ReviewAdvice = ReviewAdvice.LIST,
) -> Filing:
    """Sign the review (初审) of an accepted filing, recommending to list or to refuse it."""
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(work, case, "review", reason=reason, facts={"advice": advice.value})
    await work.corrections.add_remark(signed, advice.value)
    return await work.filings.get(await pause_if_on_notice(work, signed))


async def list_filings(
    work: Work, *, document_number: str, filings: tuple[ListedFiling, ...], reason: str
) -> tuple[UUID, list[Filing]]:
    """List reviewed filings in one decision with a document number (列入学徒培训计划, FIL-04).

    Commits what each is expected to cost, by budget year: at once where the year's book holds enough
    and nobody waits for it, else as a forward commitment. A missing appropriation never blocks
    listing; it blocks payment. Refuses `listing_faulty` for what is objected to, or was not on notice
    where the region asks for one; `quota_exceeded`.
    """
    _check_named_once(filings)
    cases = await work.cases.lock_many(CaseKind.FILING, [listed.filing_id for listed in filings])
    for n, (case, listed) in enumerate(zip(cases, filings, strict=True)):
        if case.version != listed.version:
            fault = Fault(f"/filings/{n}/version", "stale_version")
            raise Refusal("stale_version", faults=(fault,))
        if case.place_id != cases[0].place_id:
            raise Refusal("filings_of_other_places")
    place = await work.places.get(cases[0].place_id)
    reviewed = await work.filings.page(cases)
    await check_filings_noticed(work, reviewed)
    await take_quota(work, place, reviewed)
    listing_id = work.new_id()
    await work.filings.add_listing(
        listing_id,
        case=cases[0],
        bureau_org_id=place.bureau_org_id,
        document=document_number,
        filings=len(cases),
    )
    signed = [
        await sign(work, case, "list", reason=reason, facts={"listing": str(listing_id)})
        for case in cases
    ]
    await work.filings.mark_listed(cases, listing_id)
    listed_filings = list(await work.filings.page(signed))
    for filing in listed_filings:
        await commit_forecast(work, filing)
        await ask_to_open(work, filing)
        await tell_of_filing(work, MessageKind.FILING_LISTED, filing)
    return listing_id, listed_filings


async def report_opening(work: Work, *, filing_id: UUID, version: int, starts_on: date) -> Filing:
    """Report that training began (开班报告): paid units count from this day, for everyone enrolled.

    Refuses `opening_out_of_order` when the day lies before the listing or after today.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(work, case, "open", facts={"starts_on": starts_on.isoformat()})
    filing = await work.filings.get(signed)
    if filing.listed_on is None or not filing.listed_on <= starts_on <= work.today:
        raise Refusal("opening_out_of_order", faults=(Fault("/starts_on", "opening_out_of_order"),))
    await work.filings.mark_opened(case, starts_on=starts_on)
    opened = replace(filing, opened_on=starts_on)
    await tell_first_days(work, opened)
    await ask_to_open(work, opened)
    return opened


async def report_completion(
    work: Work,
    *,
    filing_id: UUID,
    version: int,
    completed_on: date,
    outcomes: Sequence[PersonOutcome],
) -> Filing:
    """Report each person's outcome and last day (结业报告); "completion confirmed" stays the reviewer's.

    Refuses `completion_incomplete` naming everyone missing or unknown, and days out of order.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(work, case, "complete", facts={"people": len(outcomes)})
    filing = await work.filings.get(signed)
    assert filing.opened_on is not None
    people = {e.id for e in await work.filings.enrolments(case) if e.state == "in_training"}
    faults: list[Fault] = []
    named: set[UUID] = set()
    last_day = min(completed_on, work.today)
    for n, person in enumerate(outcomes):
        if person.enrolment_id not in people:
            faults.append(Fault(f"/outcomes/{n}/enrolment_id", "person_not_in_training"))
        elif person.enrolment_id in named:
            faults.append(Fault(f"/outcomes/{n}/enrolment_id", "person_twice_in_report"))
        named.add(person.enrolment_id)
        if not filing.opened_on <= person.day <= last_day:
            faults.append(Fault(f"/outcomes/{n}/day", "day_outside_training"))
        if person.outcome is Outcome.EXITED and person.reason in (None, ExitReason.TERMINATED):
            faults.append(Fault(f"/outcomes/{n}/reason", "exit_reason_missing"))
        if person.outcome is not Outcome.EXITED and person.reason is not None:
            faults.append(Fault(f"/outcomes/{n}/reason", "reason_without_exit"))
    if not filing.opened_on <= completed_on <= work.today:
        faults.append(Fault("/completed_on", "day_outside_training"))
    if missing := len(people - named):
        faults.append(Fault("/outcomes", "people_without_outcome", {"count": missing}))
    if faults:
        raise Refusal("completion_faulty", faults=tuple(faults))
    await work.filings.mark_completed(
        case,
        completed_on=completed_on,
        outcomes={o.enrolment_id: (o.outcome, o.day, o.reason) for o in outcomes},
    )
    return replace(filing, completed_on=completed_on)


async def screen_filing(work: Work, *, filing_id: UUID) -> Screening:
    """Look the roster of a submitted filing up in what was paid before, for its reviewer."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    return await work.filings.screen(await work.filings.get(case))


async def close_filing(work: Work, case: Case, *, settlement: Case) -> Case:
    """Close a completed or terminated filing after its final settlement, as the system person.

    What is still committed goes back to the fund, naming the settlement's approval as the decision;
    forward commitments that were never needed are released with it. Who waits for the money is served
    at once, oldest listing first.
    """
    closed = await sign(work, case, "close", facts={"settlement": str(settlement.id)})
    event = Event.FILING_TERMINATED if case.state == "terminated" else Event.FILING_CLOSED
    decision = decision_of(settlement.id, await work.cases.steps(settlement))
    await release_commitments(work, case, event, decision=decision)
    return closed


async def _place_of(work: Work, region_code: str) -> Place:
    place = await work.places.of_region(region_path_of(region_code))
    if place is None:
        raise Refusal("place_unknown", faults=(Fault("/region_code", "place_unknown"),))
    return place


def _check_named_once(filings: tuple[ListedFiling, ...]) -> None:
    seen: set[UUID] = set()
    for n, listed in enumerate(filings):
        if listed.filing_id in seen:
            fault = Fault(f"/filings/{n}/filing_id", "subject_twice")
            raise Refusal("subject_twice", faults=(fault,))
        seen.add(listed.filing_id)


async def _submitted(work: Work, case: Case) -> Case:
    signed = await sign(work, case, "submit")
    await work.jobs.add("screen_filing", case.id, case.place_id)
    return signed
