"""Prepayment use cases (预支, PAY-05): requested by the enterprise, reviewed, approved with its amount."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind, state_after
from domain.errors import Fault, Refusal
from domain.machines.payment import FLOW
from domain.machines.prepayment import MACHINE
from domain.ports.prepayments import PrepaymentLine, PrepaymentOnFile
from domain.ports.work import Work
from domain.prepayment_amount import parts_of
from domain.prepayment_period import check_state, check_term
from domain.review_request import ReviewSubject
from service.application.asked_again import not_upheld, upheld_refusal
from service.application.cases import page_of, sign
from service.application.payee_account import check_reason
from service.application.prepayment_basis import basis_of, open_again, open_next

MONEY_LEAVING: Final = frozenset({"approved", "ordered"})
"""States of a prepayment whose money may still leave."""
_IN_BETWEEN: Final = frozenset({"batched", "corrected"})
_GONE: Final = frozenset({"submitted", "paid"})
_STOPPABLE: Final = frozenset({"planned", "returned"})
"""States of a prepayment's payment, by what becomes of it when the intent is dropped."""


async def request_prepayment(
    work: Work, *, filing_id: UUID, after_review_id: UUID | None = None
) -> PrepaymentOnFile:
    """Ask for a listed filing's next prepayment, at the policy's maximum: the first, or a later training year's.

    One that was refused is asked for once more after its review was upheld. Refuses what `next_period`
    refuses (`prepayment_not_yet`, `prepayment_exists`, `prepayment_too_early`, `prepayment_too_late`,
    `prepayment_undecided`), `on_hold`, `prepayment_of_nothing`, `review_not_upheld`, `review_already_used`.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    if after_review_id is None:
        return await open_next(work, filing_case, event="request", today=work.today)
    refused_id = await upheld_refusal(work, after_review_id, ReviewSubject.PREPAYMENT)
    earlier = await work.prepayments.of_filing(filing_case)
    refused = next((one for one in earlier if one.case.id == refused_id), None)
    if refused is None:
        raise not_upheld()
    if any(one.after_review_id == after_review_id for one in earlier):
        raise Refusal("review_already_used")
    return await open_again(work, filing_case, refused, after_review_id=after_review_id)


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


async def cancel_unreleased_prepayments(
    work: Work, filing_case: Case, *, spared: Collection[UUID] = ()
) -> int:
    """Cancel a locked filing's prepayments whose money has not left, or has come back; return how many.

    What a settlement's approval does first, signed by its approver: requests not yet decided,
    approved ones not yet asked for or not yet in a batch, and those that the bank refused or gave
    back. One that is paid, or with the bank, is left: it is history. So are those that the caller
    spares. Refuses `payment_outcome_unknown` while the bank has not said what became of one, and
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
    left = {payment.subject.id for payment in payments if payment.state in _GONE} | set(spared)
    dropped = [case for case in cases if "drop" in MACHINE[case.state] and case.id not in left]
    for case in dropped:
        await sign(work, case, "drop", facts={"filing": str(filing_case.id)})
        await work.payments.release_lines(case.place_id, subject_id=case.id)
    for payment in payments:
        if payment.state in _STOPPABLE and payment.subject.id not in spared:
            await work.payments.move(payment, state_after(FLOW, payment.state, "cancel"))
    return len(dropped)


async def prepayments_in_flight(
    work: Work, filing_case: Case, *, spared: Collection[UUID] = ()
) -> bool:
    """Tell whether money of a locked filing's prepayments may still leave; spared ones may, unless at the bank."""
    prepayments = await work.prepayments.of_filing(filing_case)
    payments = await work.payments.lock_of_subjects(filing_case.place_id, list(spared))
    at_bank = {payment.subject.id for payment in payments if payment.state == "submitted"}
    return any(
        one.case.state in MONEY_LEAVING and (one.case.id not in spared or one.case.id in at_bank)
        for one in prepayments
    )


async def approve_prepayment(
    work: Work, *, prepayment_id: UUID, version: int, share_basis_points: int | None, reason: str
) -> PrepaymentOnFile:
    """Approve a reviewed prepayment, at the policy's share or a lower one with a reason.

    People, maximum and cap are taken as they are now: what has changed since the request counts.
    Refuses `reason_missing` for a lower share, `share_above_policy`, `prepayment_of_nothing`,
    `prepayment_not_yet` and `prepayment_too_late` once training has ended (none after class end).
    """
    seen = await work.prepayments.get(await work.cases.get(CaseKind.PREPAYMENT, prepayment_id))
    filing_case = await work.cases.lock(CaseKind.FILING, seen.filing_id)
    case = await work.cases.lock(CaseKind.PREPAYMENT, prepayment_id, version=version)
    on_file = await work.prepayments.get(case)
    filing = await work.filings.get(filing_case)
    standard = (await work.policies.get(filing.policy_version_id)).standard
    check_state(standard, filing, on_file.period)
    check_term(filing, today=work.today)
    others = await work.prepayments.of_filing(filing_case)
    basis = await basis_of(
        work,
        filing,
        standard,
        period=on_file.period,
        earlier=[one for one in others if one.case.id != case.id],
    )
    decided = basis.decided(share_basis_points)
    highest = basis.decided()
    if decided.amount_fen < highest.amount_fen and not reason:
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))
    signed = await sign(
        work, case, "approve", reason=reason, facts={"amount_fen": decided.amount_fen}
    )
    await work.prepayments.decide(
        replace(
            on_file,
            roster_version=filing.roster_version,
            people=len(basis.people),
            maximum_fen=highest.amount_fen,
            amount_fen=decided.amount_fen,
            facts=decided.facts,
        )
    )
    parts = parts_of(
        decided.amount_fen, per_person_fen=decided.facts.per_person_fen, people=len(basis.people)
    )
    await work.prepayments.add_lines(
        case,
        [
            PrepaymentLine(enrolment_id=person.id, amount_fen=part_fen)
            for person, part_fen in zip(basis.people, parts, strict=True)
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
