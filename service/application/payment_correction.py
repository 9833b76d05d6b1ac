"""Corrections of payments (支付更正): a returned payment is paid again, or cancelled, by two people.

One of vouchers is cancelled before it is sent, too: a voucher of it may turn out to be fraud, and a settlement
is paid as a whole.

The enterprise may ask and a preparer takes it up, or a preparer proposes himself; an approver decides.
A payment that is paid again keeps its place in the order and gets a new attempt with a reference of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.cases import Case, CaseKind, state_after
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.machines.payment import FLOW
from domain.payment import PLANNED, Correction, Payment, Remedy
from domain.ports.work import Work
from service.application.cases import open_case, sign
from service.application.payee_account import check_reason
from service.application.voucher_payment_cancelled import give_up_settlement

RETURNED = "returned"
CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCorrection:
    """What is to become of a payment, and why; an account where it is to be paid again."""

    payment_id: UUID
    remedy: Remedy
    payee_account_id: UUID | None
    reason: str


async def propose_correction(work: Work, command: ProposeCorrection) -> Correction:
    """Propose a correction: an enterprise asks for it, an authority proposes it at once.

    A payment that came back is under correction from then on. One of vouchers that is to be cancelled before it
    is sent stays planned, and is cancelled unless a batch has taken it meanwhile.
    Refuses `reason_missing`, `payment_not_returned`, `account_not_payable` unless the account is a
    verified one of the payee, and for an enterprise `only_bureau_cancels`.
    """
    check_reason(command.reason)
    found = await work.payments.get(command.payment_id)
    own = work.actor.region_path is None
    payment = found if own else await work.payments.lock_payment(found.id)
    unsent = not own and command.remedy is Remedy.CANCEL and _is_unsent(payment)
    waits = unsent or payment.state == RETURNED
    if not waits or (not own and await _is_proposed(work, payment)):
        raise Refusal("payment_not_returned", state=payment.state)
    if own and command.remedy is Remedy.CANCEL:
        raise Refusal("only_bureau_cancels")
    await _check_account(work, payment, command.remedy, command.payee_account_id)
    place = await work.places.get(payment.place_id)
    case = await open_case(
        work,
        CaseKind.PAYMENT_CORRECTION,
        place,
        event="ask" if own else "propose",
        org_id=payment.org_id,
        partner_org_id=payment.partner_org_id,
        reason=command.reason,
        facts={"payment": str(payment.id), "remedy": command.remedy},
    )
    correction = Correction(
        case=case,
        payment_id=payment.id,
        remedy=command.remedy,
        payee_account_id=command.payee_account_id,
    )
    await work.payments.add_correction(correction)
    if not own and not unsent:
        await work.payments.move(payment, state_after(FLOW, payment.state, "correct"))
    return correction


async def take_up_correction(
    work: Work, *, correction_id: UUID, version: int, reason: str = ""
) -> Correction:
    """Take up what an enterprise asked for: the payment is then under correction."""
    payment, case, _ = await _locked(work, correction_id, version)
    signed = await sign(work, case, "take_up", reason=reason)
    if payment.state != RETURNED or await _is_proposed(work, payment, but=correction_id):
        raise Refusal("payment_not_returned", state=payment.state)
    await work.payments.move(payment, state_after(FLOW, payment.state, "correct"))
    return (await work.payments.corrections([signed]))[0]


async def approve_correction(
    work: Work, *, correction_id: UUID, version: int, reason: str = ""
) -> Correction:
    """Approve a proposed correction: the payment waits for a batch again, or is cancelled.

    A cancelled prepayment is dropped, so that its settlement pays what it would have; a cancelled
    balance may be requested anew. The money stays committed to the filing, where the bank's refusal
    had put it back. Vouchers whose payment is cancelled are redeemed again, to be settled anew.
    Refuses `account_not_payable` when the account has been superseded meanwhile, `wrong_state` when a batch
    has taken the payment, and what `give_up_settlement` does.
    """
    payment, case, correction = await _locked(work, correction_id, version)
    signed = await sign(work, case, "approve", reason=reason)
    await _check_account(work, payment, correction.remedy, correction.payee_account_id)
    if correction.remedy is Remedy.PAY_AGAIN:
        await work.payments.move(
            payment,
            state_after(FLOW, payment.state, "plan_again"),
            account_id=correction.payee_account_id,
        )
    else:
        await cancel_payment(work, payment)
        if payment.subject.kind is PayableKind.PREPAYMENT:
            prepayment = await work.cases.lock(CaseKind.PREPAYMENT, payment.subject.id)
            await sign(work, prepayment, "drop", facts={"correction": str(correction_id)})
        elif payment.subject.kind is PayableKind.VOUCHER_SETTLEMENT:
            await give_up_settlement(work, payment.subject.id, correction=signed)
    return (await work.payments.corrections([signed]))[0]


async def refuse_correction(
    work: Work, *, correction_id: UUID, version: int, reason: str
) -> Correction:
    """Refuse a correction, with a reason; the payment stands as before. Refuses `reason_missing`."""
    check_reason(reason)
    payment, case, _ = await _locked(work, correction_id, version)
    signed = await sign(work, case, "refuse", reason=reason)
    if case.state == "proposed" and payment.state == CORRECTED:
        await work.payments.move(payment, state_after(FLOW, payment.state, "refuse"))
    return (await work.payments.corrections([signed]))[0]


async def cancel_payment(work: Work, payment: Payment) -> None:
    """Cancel a locked payment that is with no bank; what it pays may be requested anew."""
    await work.payments.move(payment, state_after(FLOW, payment.state, "cancel"))
    await work.payments.release_lines(payment.place_id, subject_id=payment.subject.id)


async def correction(work: Work, correction_id: UUID) -> Correction:
    """Return a correction, or refuse `not_found`."""
    case = await work.cases.get(CaseKind.PAYMENT_CORRECTION, correction_id)
    return (await work.payments.corrections([case]))[0]


async def list_corrections(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Correction]:
    """Return a page of corrections, in order of creation."""
    cases = await work.cases.page(
        CaseKind.PAYMENT_CORRECTION, state=state, after=after, limit=limit
    )
    return await work.payments.corrections(cases)


def _is_unsent(payment: Payment) -> bool:
    """Tell whether a payment of vouchers waits for a batch."""
    return payment.subject.kind is PayableKind.VOUCHER_SETTLEMENT and payment.state == PLANNED


async def _is_proposed(work: Work, payment: Payment, *, but: UUID | None = None) -> bool:
    """Tell whether another correction of a locked payment waits for its approver: one at a time.

    A payment that came back says so by its state; one that was to be cancelled before it was sent does not, and
    may have come back meanwhile.
    """
    of_it = await work.payments.corrections_of(payment.place_id, [payment.id])
    cases = [await work.cases.get(CaseKind.PAYMENT_CORRECTION, one) for one in of_it if one != but]
    return any(case.state == "proposed" for case in cases)


async def _check_account(
    work: Work, payment: Payment, remedy: Remedy, account_id: UUID | None
) -> None:
    if (remedy is Remedy.PAY_AGAIN) != (account_id is not None):
        raise Refusal("account_not_payable")
    if account_id is None:
        return
    case = await work.cases.get(CaseKind.ACCOUNT_CHANGE, account_id)
    own = (case.place_id, case.org_id) == (payment.place_id, payment.org_id)
    if not own or not await work.payee_accounts.payable(payment.place_id, [account_id]):
        raise Refusal("account_not_payable")


async def _locked(
    work: Work, correction_id: UUID, version: int
) -> tuple[Payment, Case, Correction]:
    """Lock the payment, then the case: a batch locks payments first too."""
    seen = await correction(work, correction_id)
    payment = await work.payments.lock_payment(seen.payment_id)
    case = await work.cases.lock(CaseKind.PAYMENT_CORRECTION, correction_id, version=version)
    return payment, case, seen
