"""Payments as people read them: lists, one payment, and the provable chain it stands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.cases import CaseKind, Step
from domain.errors import Refusal
from domain.explanation import PaymentFacts, PaymentPurpose
from domain.funding_request import PayableKind
from domain.payment import AttemptOnFile, MoneyChain, Payment
from domain.ports.clock import day_in_china
from domain.ports.work import Work

_PURPOSES = {
    PayableKind.PREPAYMENT: PaymentPurpose.PREPAYMENT,
    PayableKind.SETTLEMENT: PaymentPurpose.BALANCE,
    PayableKind.VOUCHER_SETTLEMENT: PaymentPurpose.VOUCHERS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPayment:
    """Facts, from which sentences are rendered, and every id of the chain."""

    facts: PaymentFacts
    chain: MoneyChain


async def payment(work: Work, payment_id: UUID) -> tuple[Payment, Sequence[AttemptOnFile]]:
    """Return a payment with its attempts, or refuse `not_found`."""
    found = await work.payments.get(payment_id)
    return found, await work.payments.attempts_of(found)


async def list_payments(
    work: Work,
    *,
    filing_id: UUID | None,
    state: str | None,
    after: UUID | None,
    limit: int,
    voucher_settlement_id: UUID | None = None,
) -> Sequence[Payment]:
    """Return a page of payments, in order of planning; of a filing or a voucher settlement if named."""
    return await work.payments.page(
        filing_id=filing_id,
        voucher_settlement_id=voucher_settlement_id,
        state=state,
        after=after,
        limit=limit,
    )


async def explain_payment(work: Work, payment_id: UUID) -> ExplainedPayment:
    """Return what a payment comes from and where it went; refuses `not_found`.

    A reader who may not see the bureau's request or batch is told neither their days nor names.
    """
    found, attempts = await payment(work, payment_id)
    subject = await work.cases.get(CaseKind(found.subject.kind), found.subject.id)
    decided_on = _day(await work.cases.steps(subject), "approved")
    assert decided_on is not None  # nothing is planned for a case that was not approved
    request, concurred_on = await _seen(
        work, CaseKind.FUNDING_REQUEST, found.funding_request_id, "concurred"
    )
    batch, released_on = await _seen(work, CaseKind.BATCH, found.batch_id, "released")
    last = attempts[-1] if attempts else None
    postings = await work.ledger.postings_of(found.place_id, found.id)
    facts = PaymentFacts(
        reference=found.reference or str(found.id),
        purpose=_PURPOSES[found.subject.kind],
        amount_fen=found.amount_fen,
        decision=str(subject.id),
        decided_on=decided_on,
        funding_request=request,
        concurred_on=concurred_on,
        batch=batch,
        released_on=released_on,
        bank_line=str(last.bank_line_id) if last and last.bank_line_id else None,
        booked_on=last.booked_on if last else None,
        returned_reason=last.bank_reason if last and found.state == "returned" else None,
    )
    chain = MoneyChain(
        payment=found,
        people=tuple(await work.payments.people_of(found)),
        vouchers=tuple(await work.payments.vouchers_of(found)),
        attempts=tuple(attempts),
        posting_ids=tuple(posting.id for posting in postings),
    )
    return ExplainedPayment(facts=facts, chain=chain)


async def _seen(
    work: Work, kind: CaseKind, case_id: UUID | None, state: str
) -> tuple[str | None, date | None]:
    """Return a case's name and the day it reached a state, if the reader may see the case."""
    if case_id is None:
        return None, None
    try:
        case = await work.cases.get(kind, case_id)
    except Refusal:
        return None, None
    return str(case.id), _day(await work.cases.steps(case), state)


def _day(steps: Sequence[Step], state: str) -> date | None:
    return next((day_in_china(step.at) for step in steps if step.to_state == state), None)
