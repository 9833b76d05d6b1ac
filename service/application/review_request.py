"""Review request use cases (复核): asked for by whoever was decided about, decided by people new to the matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.calendar import DayUnit
from domain.cases import Case, CaseKind, Duty, Step
from domain.entitlement import Rule
from domain.errors import Fault, Refusal
from domain.policy.overlay import Limit
from domain.ports.clock import day_in_china
from domain.ports.work import Work
from domain.review_request import (
    CONTESTABLE,
    DECIDED_BY,
    KIND_OF,
    NOT_TO_DECIDE,
    ReviewRequest,
    ReviewSubject,
)
from domain.settlement import Disposition, LineDecision
from service.application.cases import keep_apart, open_case, sign
from service.application.hold import check_reason
from service.application.recovery_review import give_up_recovery, let_recovery_stand
from service.application.voucher_review import check_refused, reinstate_voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReview:
    """What is to be reviewed, exactly one: a line of a settlement by its person or voucher, or a case of its kind."""

    statement: str
    settlement_id: UUID | None = None
    enrolment_id: UUID | None = None
    hold_id: UUID | None = None
    filing_id: UUID | None = None
    prepayment_id: UUID | None = None
    recovery_id: UUID | None = None
    voucher_settlement_id: UUID | None = None
    voucher_id: UUID | None = None

    @property
    def named(self) -> list[tuple[ReviewSubject, UUID]]:
        """Every subject that it names, with the case of the first decision."""
        named = {
            ReviewSubject.SETTLEMENT_LINE: self.settlement_id,
            ReviewSubject.HOLD: self.hold_id,
            ReviewSubject.FILING: self.filing_id,
            ReviewSubject.PREPAYMENT: self.prepayment_id,
            ReviewSubject.RECOVERY: self.recovery_id,
            ReviewSubject.VOUCHER_LINE: self.voucher_settlement_id,
        }
        return [(subject, one) for subject, one in named.items() if one is not None]

    @property
    def names_one(self) -> bool:
        """Whether exactly one subject is named, and a line with its settlement."""
        lines = (
            (self.settlement_id, self.enrolment_id),
            (self.voucher_settlement_id, self.voucher_id),
        )
        return len(self.named) == 1 and all(
            (settlement is None) == (line is None) for settlement, line in lines
        )


async def request_review(work: Work, command: RequestReview) -> ReviewRequest:
    """Ask for a review within the period of the additions, counted in working days.

    A recovery is contested by it, so that no day to pay passes meanwhile. Refuses `nothing_to_review`,
    `review_too_late`, `review_already_requested`, `not_found` (also for another organisation's case).
    """
    if not command.names_one:
        raise Refusal("nothing_to_review")
    ((subject, decided_id),) = command.named
    decided = await work.cases.lock(KIND_OF[subject], decided_id)
    if decided.org_id != work.actor.org_id:
        raise Refusal("not_found")
    line_id = None
    if command.enrolment_id is not None:
        line_id = await _reduced_line(work, decided, command.enrolment_id)
    elif command.voucher_id is not None:
        await check_refused(work, decided, command.voucher_id)
        line_id = command.voucher_id
    first = await _first_decision(work, decided, subject)
    if subject is ReviewSubject.RECOVERY:
        await _check_in_time(work, decided, await _served_on(work, decided))
        if decided.state != "under_review":
            await sign(work, decided, "contest", reason=command.statement)
    else:
        await _check_in_time(work, decided, day_in_china(first.at))
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
        decided_id=decided.id,
        line_id=line_id,
        decided_seq=first.seq if subject is ReviewSubject.RECOVERY else None,
        statement=command.statement,
        requested_on=work.today,
    )
    await work.review_requests.add(request)
    return request


async def examine_review(
    work: Work, *, review_request_id: UUID, version: int, reason: str
) -> ReviewRequest:
    """Sign the examination; refuses `linked_duty_conflict` for who approved the first decision."""
    locked = await _locked(work, review_request_id, version)
    signed = await sign(work, locked.request, "examine", reason=reason)
    await keep_apart(work, locked.linked, forbidden={Duty.APPROVE})
    return await work.review_requests.get(signed)


async def decide_review(
    work: Work, *, review_request_id: UUID, version: int, event: str, reason: str, clause: str
) -> ReviewRequest:
    """Uphold or dismiss. Upheld, another decision takes the place of the first one (docs/decisions/0019).

    A hold is lifted, a recovery that no settlement counted is cancelled, and a refused voucher may be
    settled again, by the same signature; a line, and what a settlement demanded, is decided by a later
    settlement; after a refusal the enterprise asks once more. Refuses `reason_missing` (reason and
    clause are owed), `linked_duty_conflict`, `fund_insufficient` (a voucher's money is committed again).
    """
    check_reason(reason)
    if event == "dismiss" and not clause.strip():
        raise Refusal("reason_missing", faults=(Fault("/clause", "reason_missing"),))
    locked = await _locked(work, review_request_id, version)
    decided = locked.decided
    signed = await sign(work, locked.request, event, reason=reason, clause=clause)
    await keep_apart(work, locked.linked, forbidden=NOT_TO_DECIDE)
    upheld = event == "uphold"
    if decided.kind is CaseKind.HOLD and upheld and decided.state == "in_force":
        await sign(work, decided, "lift", reason=reason, clause=clause)
    if locked.voucher_id is not None and upheld:
        await reinstate_voucher(work, decided, locked.voucher_id, review=signed, reason=reason)
    if locked.spent_on is not None and upheld:
        await give_up_recovery(work, locked.spent_on, decided, reason=reason, clause=clause)
    elif locked.spent_on is not None:
        await let_recovery_stand(work, decided, reason=reason, clause=clause)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    """A request and the case of the first decision, locked; what a recovery's money was paid on.

    `linked` are the cases whose people decided first; `voucher_id` is the refused voucher, if it is one.
    """

    request: Case
    decided: Case
    spent_on: Case | None
    linked: list[UUID]
    voucher_id: UUID | None


async def _locked(work: Work, review_request_id: UUID, version: int) -> _Locked:
    """Lock what was decided first, with what it hangs from, then the request."""
    seen = await get_review_request(work, review_request_id=review_request_id)
    spent_on, linked = None, [seen.decided_id]
    if seen.subject is ReviewSubject.RECOVERY:
        recovery = await work.recoveries.get(
            await work.cases.get(CaseKind.RECOVERY, seen.decided_id)
        )
        spent_on = await work.cases.lock(*recovery.spent_on)
        if recovery.settlement_id is not None:
            await work.cases.lock(CaseKind.SETTLEMENT, recovery.settlement_id)
            linked.append(recovery.settlement_id)
    return _Locked(
        decided=await work.cases.lock(KIND_OF[seen.subject], seen.decided_id),
        request=await work.cases.lock(CaseKind.REVIEW_REQUEST, review_request_id, version=version),
        spent_on=spent_on,
        linked=linked,
        voucher_id=seen.line_id if seen.subject is ReviewSubject.VOUCHER_LINE else None,
    )


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


async def _first_decision(work: Work, case: Case, subject: ReviewSubject) -> Step:
    """Return the step that decided; refuses `nothing_to_review` where none did, or it no longer stands."""
    state = DECIDED_BY[subject]
    steps = [step for step in await work.cases.steps(case) if step.to_state == state]
    gone = subject is ReviewSubject.HOLD and case.state != state
    not_yet = subject is ReviewSubject.RECOVERY and case.state not in CONTESTABLE
    if not steps or gone or not_yet:
        raise Refusal("nothing_to_review")
    return steps[-1]


async def _served_on(work: Work, recovery: Case) -> date:
    """Return the day from which a recovery's period runs: that of its service."""
    served_on = (await work.recoveries.get(recovery)).served_on
    assert served_on is not None  # what may be contested was served
    return served_on


async def _check_in_time(work: Work, case: Case, decided_on: date) -> None:
    limits = (await work.policies.overlay(case.region_path, decided_on)).limits
    if Limit.REVIEW_REQUEST not in limits:
        return
    calendar = await work.calendars.of_region(case.region_path)
    last = calendar.deadline(decided_on, limits[Limit.REVIEW_REQUEST], DayUnit.WORKING)
    if work.today > last.day and not last.provisional:
        raise Refusal("review_too_late", day=last.day.isoformat())
