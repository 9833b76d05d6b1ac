"""Review request use cases (复核): asked for by the enterprise, decided by people new to the matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.calendar import DayUnit
from domain.cases import Case, CaseKind, Duty
from domain.entitlement import Rule
from domain.errors import Fault, Refusal
from domain.policy.overlay import Limit
from domain.ports.clock import day_in_china
from domain.ports.work import Work
from domain.review_request import NOT_TO_DECIDE, ReviewRequest, ReviewSubject
from domain.settlement import Disposition, LineDecision
from service.application.cases import keep_apart, open_case, sign
from service.application.hold import check_reason

_DECIDED_IN: Final = {
    ReviewSubject.SETTLEMENT_LINE: "approved",
    ReviewSubject.HOLD: "in_force",
}
"""The state whose signed step is the first decision; the period runs from its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReview:
    """What is to be reviewed: a person's line of a settlement, or a hold."""

    settlement_id: UUID | None
    enrolment_id: UUID | None
    hold_id: UUID | None
    statement: str


async def request_review(work: Work, command: RequestReview) -> ReviewRequest:
    """Ask for a review within the period of the additions, counted in working days.

    Refuses `nothing_to_review`, `review_too_late`, `review_already_requested`, `not_found`.
    """
    if command.hold_id is not None:
        subject, line_id = ReviewSubject.HOLD, None
        decided = await work.cases.lock(CaseKind.HOLD, command.hold_id)
    else:
        if command.settlement_id is None or command.enrolment_id is None:
            raise Refusal("nothing_to_review")
        subject = ReviewSubject.SETTLEMENT_LINE
        decided = await work.cases.lock(CaseKind.SETTLEMENT, command.settlement_id)
        line_id = await _reduced_line(work, decided, command.enrolment_id)
    await _check_in_time(work, decided, await _decided_on(work, decided, _DECIDED_IN[subject]))
    case = await open_case(
        work,
        CaseKind.REVIEW_REQUEST,
        await work.places.get(decided.place_id),
        event="request",
        org_id=decided.org_id,
        partner_org_id=decided.partner_org_id,
        facts={"subject": subject.value, "of": str(decided.id)},
    )
    request = ReviewRequest(
        case=case,
        subject=subject,
        settlement_id=None if line_id is None else decided.id,
        line_id=line_id,
        hold_id=command.hold_id,
        statement=command.statement,
        requested_on=work.today,
    )
    await work.review_requests.add(request)
    return request


async def examine_review(
    work: Work, *, review_request_id: UUID, version: int, reason: str
) -> ReviewRequest:
    """Sign the examination; refuses `linked_duty_conflict` for who approved the first decision."""
    case, decided = await _locked(work, review_request_id, version)
    signed = await sign(work, case, "examine", reason=reason)
    await keep_apart(work, [decided.id], forbidden={Duty.APPROVE})
    return await work.review_requests.get(signed)


async def decide_review(
    work: Work, *, review_request_id: UUID, version: int, event: str, reason: str, clause: str
) -> ReviewRequest:
    """Uphold or dismiss; a hold is lifted by the same signature, a line is paid by a later settlement.

    Refuses `reason_missing` (reason and clause are owed), `linked_duty_conflict`.
    """
    check_reason(reason)
    if event == "dismiss" and not clause.strip():
        raise Refusal("reason_missing", faults=(Fault("/clause", "reason_missing"),))
    case, decided = await _locked(work, review_request_id, version)
    signed = await sign(work, case, event, reason=reason, clause=clause)
    await keep_apart(work, [decided.id], forbidden=NOT_TO_DECIDE)
    if event == "uphold" and decided.kind is CaseKind.HOLD and decided.state == "in_force":
        await sign(work, decided, "lift", reason=reason, clause=clause)
    return await work.review_requests.get(signed)


async def get_review_request(work: Work, *, review_request_id: UUID) -> ReviewRequest:
    """Return a review request; refuses `not_found`."""
    case = await work.cases.get(CaseKind.REVIEW_REQUEST, review_request_id)
    return await work.review_requests.get(case)


async def list_review_requests(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[ReviewRequest]:
    """Return a page of review requests, in order of creation."""
    cases = await work.cases.page(CaseKind.REVIEW_REQUEST, state=state, after=after, limit=limit)
    return await work.review_requests.page(cases)


async def _locked(work: Work, review_request_id: UUID, version: int) -> tuple[Case, Case]:
    """Lock what was decided first, then the request; return the request's case and the other."""
    seen = await get_review_request(work, review_request_id=review_request_id)
    kind = CaseKind.HOLD if seen.subject is ReviewSubject.HOLD else CaseKind.SETTLEMENT
    decided = await work.cases.lock(kind, seen.decided_case)
    return await work.cases.lock(
        CaseKind.REVIEW_REQUEST, review_request_id, version=version
    ), decided


async def _reduced_line(work: Work, settlement: Case, enrolment_id: UUID) -> UUID:
    """Return the line of a person who was refused, held or paid less than filed."""
    found = await work.manual_findings.line_finding(settlement, enrolment_id)
    if found is None:
        raise Refusal("not_found")
    decisions = await work.objections.decisions(settlement, [found[0]])
    if not any(_reduced(one) for one in decisions):
        raise Refusal("nothing_to_review")
    return found[0]


def _reduced(decision: LineDecision) -> bool:
    earned = decision.facts.entitlement
    as_filed = earned is not None and earned.rule is Rule.AS_FILED
    return decision.disposition is not Disposition.PAYABLE or not as_filed


async def _decided_on(work: Work, case: Case, state: str) -> date:
    steps = [step for step in await work.cases.steps(case) if step.to_state == state]
    if not steps or (case.kind is CaseKind.HOLD and case.state != state):
        raise Refusal("nothing_to_review")
    return day_in_china(steps[-1].at)


async def _check_in_time(work: Work, case: Case, decided_on: date) -> None:
    limits = (await work.policies.overlay(case.region_path, decided_on)).limits
    if Limit.REVIEW_REQUEST not in limits:
        return
    calendar = await work.calendars.of_region(case.region_path)
    last = calendar.deadline(decided_on, limits[Limit.REVIEW_REQUEST], DayUnit.WORKING)
    if work.today > last.day and not last.provisional:
        raise Refusal("review_too_late", day=last.day.isoformat())
