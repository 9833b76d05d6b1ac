"""Correction use cases: returned with one notice, corrected by the filer, submitted again in time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.calendar import DayUnit
from domain.case_clock import RETURNED
from domain.cases import CaseKind
from domain.correction import CorrectionItem, CorrectionNotice, check_items, deadline_in
from domain.errors import Refusal
from domain.filing import Apprentice, Filing, Payee, Plan, checked_roster
from domain.payee_account import checked_payee
from domain.policy.overlay import Limit
from domain.ports.work import Work
from service.application.cases import sign
from service.application.payee_account import account_for
from service.application.plan import check_plan, check_start


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectFiling:
    """What a returned filing says now; payee and roster stay as they are where None."""

    plan: Plan
    payee: Payee | None
    roster: tuple[Apprentice, ...] | None


async def return_filing(
    work: Work,
    *,
    filing_id: UUID,
    version: int,
    items: tuple[CorrectionItem, ...],
    later_reason: str = "",
) -> tuple[Filing, CorrectionNotice]:
    """Return a submitted or accepted filing for correction (一次性告知), everything named at once.

    A later notice needs a reason why the first did not name it: refuses `later_notice_unexplained`,
    `correction_notice_faulty`. The day of the overlay's limit is told with it.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(work, case, "return", reason=later_reason, facts={"items": len(items)})
    check_items(items)
    earlier = await work.corrections.notices(case)
    if earlier and not later_reason.strip():
        raise Refusal("later_notice_unexplained")
    overlay = await work.policies.overlay(case.region_path, work.today)
    days = overlay.limits.get(Limit.CORRECTION)
    deadline = None
    if days is not None:
        calendar = await work.calendars.of_region(case.region_path)
        deadline = calendar.deadline(work.today, days, DayUnit.WORKING)
    notice = CorrectionNotice(
        filing_id=filing_id,
        seq=len(earlier) + 1,
        step_seq=signed.step_seq,
        items=items,
        later_reason=later_reason if earlier else "",
        working_days=days,
        from_on=work.today,
        deadline=deadline,
        at=work.now,
    )
    await work.corrections.add_notice(case, notice)
    return await work.filings.get(signed), notice


async def correct_filing(
    work: Work, *, filing_id: UUID, version: int, command: CorrectFiling
) -> Filing:
    """Change a returned filing's plan, payee and roster; what was said before stays on file.

    Judged by the policy of the first submission. A roster is a new version: those of the one before
    are freed. Refuses `wrong_state`, `plan_faulty`, `payee_faulty`, `roster_faulty`,
    `training_not_after_filing` for a first day moved to the past, `person_enrolled_elsewhere`.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    if case.state != RETURNED:
        raise Refusal("wrong_state", state=case.state, event="correct")
    filing = await work.filings.get(case)
    policy = await work.policies.get(filing.policy_version_id)
    check_plan(command.plan, policy.standard)
    if command.plan.starts_on != filing.filed_starts_on:
        check_start(command.plan.starts_on, today=work.today)
    payee_account_id = filing.payee_account_id
    if command.payee is not None:
        enterprise = await work.places.organisation(case.org_id)
        payee = checked_payee(command.payee, enterprise_name=enterprise.name)
        place = await work.places.get(case.place_id)
        payee_account_id = (await account_for(work, place, payee)).case.id
    if command.roster is not None:
        roster = checked_roster(command.roster, today=work.today)
        following = filing.roster_version + 1
        await work.corrections.begin_roster(case, following, people=len(roster))
        await work.filings.add_roster(case, following, roster, enrolled=True)
    await work.corrections.revise_plan(case, command.plan, payee_account_id=payee_account_id)
    return await work.filings.get(await work.cases.touch(case))


async def correction_notices(work: Work, *, filing_id: UUID) -> Sequence[CorrectionNotice]:
    """Return a filing's notices, each with the day that binds as the calendar now stands."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    calendar = await work.calendars.of_region(case.region_path)
    return [
        replace(notice, deadline=deadline_in(notice, calendar))
        for notice in await work.corrections.notices(case)
    ]
