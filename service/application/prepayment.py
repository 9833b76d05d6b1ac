"""Prepayment use cases (预支, PAY-05): requested by the enterprise, reviewed, approved with its amount."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind, state_after
from domain.eligibility import on_payable_roster
from domain.entitlement import expected_entitlement_fen
from domain.errors import Fault, Refusal
from domain.filing import Enrolment, Filing
from domain.machines.payment import FLOW
from domain.machines.prepayment import MACHINE
from domain.policy.standard import PrepaymentCondition
from domain.ports.prepayments import PrepaymentLine, PrepaymentOnFile
from domain.ports.work import Work
from domain.prepayment_amount import Prepayment, parts_of, prepayment
from domain.review_request import ReviewSubject
from service.application.asked_again import not_upheld, upheld_refusal
from service.application.cases import open_case, page_of, sign
from service.application.hold import check_no_hold
from service.application.payee_account import check_reason

PAYABLE_FROM = {
    PrepaymentCondition.LISTED: frozenset({"listed", "in_training"}),
    PrepaymentCondition.TRAINING_STARTED: frozenset({"in_training"}),
}
"""Filing states in which a standard lets a prepayment be asked for. None after training has ended."""


MONEY_LEAVING: Final = frozenset({"approved", "ordered"})
"""States of a prepayment whose money may still leave."""
_IN_BETWEEN: Final = frozenset({"batched", "corrected"})
_GONE: Final = frozenset({"submitted", "paid"})
_STOPPABLE: Final = frozenset({"planned", "returned"})
"""States of a prepayment's payment, by what becomes of it when the intent is dropped."""


async def request_prepayment(
    work: Work, *, filing_id: UUID, after_review_id: UUID | None = None
) -> PrepaymentOnFile:
    """Ask for the first year's prepayment of a listed filing, at the policy's maximum.

    One that was refused is asked for once more after its review was upheld. Refuses
    `prepayment_not_yet` (state of the filing), `prepayment_exists`, `prepayment_of_nothing`,
    `review_not_upheld`, `review_already_used`.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    filing = await work.filings.get(filing_case)
    policy = await work.policies.get(filing.policy_version_id)
    allowed = PAYABLE_FROM[policy.standard.prepayment.condition]
    if filing_case.state not in allowed:
        raise Refusal("prepayment_not_yet", state=filing_case.state)
    period = await _period(work, filing_case, after_review_id)
    people = await _payable_people(work, filing)
    await check_no_hold(work, filing_case, people={person.person_id for person in people})
    decided = await _amount(
        work, filing, people=len(people), period=period, share_basis_points=None
    )
    if decided.amount_fen == 0:
        raise Refusal("prepayment_of_nothing")
    place = await work.places.get(filing_case.place_id)
    case = await open_case(
        work,
        CaseKind.PREPAYMENT,
        place,
        event="request",
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        facts={"filing": str(filing_id), "maximum_fen": decided.amount_fen},
    )
    on_file = PrepaymentOnFile(
        case=case,
        filing_id=filing_id,
        period=period,
        roster_version=filing.roster_version,
        people=len(people),
        maximum_fen=decided.amount_fen,
        amount_fen=decided.amount_fen,
        facts=decided.facts,
        after_review_id=after_review_id,
    )
    await work.prepayments.add(on_file)
    return on_file


async def review_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    """Sign the review of a requested prepayment."""
    case = await work.cases.lock(CaseKind.PREPAYMENT, prepayment_id, version=version)
    return await work.prepayments.get(await sign(work, case, "review", reason=reason))


async def return_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    """Return a requested prepayment for correction (补正), with a reason. Refuses `reason_missing`."""
    return await _answered(work, "return", prepayment_id, version, reason)


async def request_prepayment_again(
    work: Work, *, prepayment_id: UUID, version: int, reason: str = ""
) -> PrepaymentOnFile:
    """Ask again for a prepayment that was returned, as its enterprise."""
    return await _step(work, "request_again", prepayment_id, version, reason)


async def refuse_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    """Refuse a reviewed prepayment as its approver, with a reason. Refuses `reason_missing`."""
    return await _answered(work, "refuse", prepayment_id, version, reason)


async def send_prepayment_back(
    work: Work, *, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    """Send a reviewed prepayment back to its reviewer, with a reason. Refuses `reason_missing`."""
    return await _answered(work, "send_back", prepayment_id, version, reason)


async def cancel_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, reason: str = ""
) -> PrepaymentOnFile:
    """Give a prepayment up before its approval, as its enterprise: the settlement pays it all."""
    return await _step(work, "cancel", prepayment_id, version, reason)


async def cancel_unreleased_prepayments(work: Work, filing_case: Case) -> int:
    """Cancel a locked filing's prepayments whose money has not left, or has come back; return how many.

    What a settlement's approval does first, signed by its approver: requests not yet decided,
    approved ones not yet asked for or not yet in a batch, and those that the bank refused or gave
    back. One that is paid, or with the bank, is left: it is history. Refuses
    `payment_outcome_unknown` while the bank has not said what became of one, and
    `prepayment_in_flight` while one stands in a batch that is not with the bank yet, or is under
    correction.
    """
    place_id = filing_case.place_id
    ids = sorted(one.case.id for one in await work.prepayments.of_filing(filing_case))
    # Payments before cases, as batches lock them; and again, for one that was planned meanwhile.
    await work.payments.lock_of_subjects(place_id, ids)
    cases = await work.cases.lock_many(CaseKind.PREPAYMENT, ids)
    payments = await work.payments.lock_of_subjects(place_id, ids)
    if any(payment.state == "unknown" for payment in payments):
        raise Refusal("payment_outcome_unknown")
    if any(payment.state in _IN_BETWEEN for payment in payments):
        raise Refusal("prepayment_in_flight")
    gone = {payment.subject.id for payment in payments if payment.state in _GONE}
    dropped = [case for case in cases if "drop" in MACHINE[case.state] and case.id not in gone]
    for case in dropped:
        await sign(work, case, "drop", facts={"filing": str(filing_case.id)})
        await work.payments.release_lines(case.place_id, subject_id=case.id)
    for payment in payments:
        if payment.state in _STOPPABLE:
            await work.payments.move(payment, state_after(FLOW, payment.state, "cancel"))
    return len(dropped)


async def approve_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, share_basis_points: int | None, reason: str
) -> PrepaymentOnFile:
    """Approve a reviewed prepayment, at the policy's share or a lower one with a reason.

    Refuses `reason_missing` for a lower share, `share_above_policy`, `prepayment_of_nothing`, and
    `prepayment_not_yet` once training has ended (none after class end).
    """
    seen = await work.prepayments.get(await work.cases.get(CaseKind.PREPAYMENT, prepayment_id))
    filing_case = await work.cases.lock(CaseKind.FILING, seen.filing_id)
    case = await work.cases.lock(CaseKind.PREPAYMENT, prepayment_id, version=version)
    on_file = await work.prepayments.get(case)
    filing = await work.filings.get(filing_case)
    if filing_case.state not in {"listed", "in_training"}:
        raise Refusal("prepayment_not_yet", state=filing_case.state)
    people = await _payable_people(work, filing)
    await check_no_hold(work, filing_case, people={person.person_id for person in people})
    decided = await _amount(
        work,
        filing,
        people=len(people),
        period=on_file.period,
        share_basis_points=share_basis_points,
    )
    if decided.amount_fen == 0:
        raise Refusal("prepayment_of_nothing")
    if decided.amount_fen < on_file.maximum_fen and not reason:
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))
    signed = await sign(
        work, case, "approve", reason=reason, facts={"amount_fen": decided.amount_fen}
    )
    await work.prepayments.decide(case, amount_fen=decided.amount_fen, facts=decided.facts)
    parts = parts_of(
        decided.amount_fen, per_person_fen=decided.facts.per_person_fen, people=len(people)
    )
    await work.prepayments.add_lines(
        case,
        [
            PrepaymentLine(enrolment_id=person.id, amount_fen=part_fen)
            for person, part_fen in zip(people, parts, strict=True)
            if part_fen > 0
        ],
    )
    return await work.prepayments.get(signed)


async def list_prepayments(
    work: Work, *, filing_id: UUID | None, state: str | None, after: UUID | None, limit: int
) -> Sequence[PrepaymentOnFile]:
    """Return prepayments in order of creation, after the given one; refuses `not_found` for a filing."""
    if filing_id is not None:
        filing = await work.cases.get(CaseKind.FILING, filing_id)
        of_filing = await work.prepayments.of_filing(filing)
        return page_of(of_filing, state=state, after=after, limit=limit)
    cases = await work.cases.page(CaseKind.PREPAYMENT, state=state, after=after, limit=limit)
    return await work.prepayments.page(cases)


async def _step(
    work: Work, event: str, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    case = await work.cases.lock(CaseKind.PREPAYMENT, prepayment_id, version=version)
    return await work.prepayments.get(await sign(work, case, event, reason=reason))


async def _answered(
    work: Work, event: str, prepayment_id: UUID, version: int, reason: str
) -> PrepaymentOnFile:
    check_reason(reason)
    return await _step(work, event, prepayment_id, version, reason)


async def _period(work: Work, filing_case: Case, after_review_id: UUID | None) -> int:
    """Return the period asked for: the first, or that of the refused prepayment that is asked for again."""
    earlier = await work.prepayments.of_filing(filing_case)
    if after_review_id is None:
        if earlier:
            raise Refusal("prepayment_exists")
        return 1
    refused_id = await upheld_refusal(work, after_review_id, ReviewSubject.PREPAYMENT)
    periods = [one.period for one in earlier if one.case.id == refused_id]
    if not periods:
        raise not_upheld()
    return periods[0]


async def _payable_people(work: Work, filing: Filing) -> Sequence[Enrolment]:
    # Σ over the payable people of the roster (CASES 4): who is never paid for is not prepaid for.
    policy = await work.policies.get(filing.policy_version_id)
    return [
        person
        for person in await work.filings.enrolments(filing.case)
        if on_payable_roster(person, policy.standard)
    ]


async def _amount(
    work: Work, filing: Filing, *, people: int, period: int, share_basis_points: int | None
) -> Prepayment:
    policy = await work.policies.get(filing.policy_version_id)
    expected_fen = people * expected_entitlement_fen(
        policy.standard,
        target_grade=filing.target_grade,
        filed_months=filing.filed_months,
        uplift_basis_points=filing.uplift_basis_points,
    )
    return prepayment(
        policy.standard,
        target_grade=filing.target_grade,
        filed_months=filing.filed_months,
        people=people,
        uplift_basis_points=filing.uplift_basis_points,
        share_basis_points=share_basis_points,
        year=period,
        expected_fen=expected_fen,
    )
