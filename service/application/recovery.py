"""Recoveries (追缴): opened by a settlement's approval or proposed, ordered, served, and followed up.

Locks are taken in one order everywhere: the filing, its settlement, then its recoveries; or the voucher
settlement, its recoveries, then vouchers. What is owed lies in the ledger; a recovery's case says who
decided and how far it has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from domain.audit import Fact
from domain.cases import Case, CaseKind, move_of
from domain.errors import Fault, Refusal
from domain.ledger import Cause, Event, Posting, decision_of, transfer_of
from domain.machines import SIGNED
from domain.official_document import OfficialDocument
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import Work
from domain.receipt import ReceiptOnFile
from domain.recovery import (
    LATE,
    OPEN,
    ClawedBack,
    Movement,
    Recovery,
    RecoveryCause,
    demanded,
    due_day,
    new_recovery,
    recoverable_fen,
    settled,
    written_off,
)
from domain.settlement import SettlementReasons
from service.application.cases import open_case, page_of, sign
from service.application.voucher_claw_back import claw_back_vouchers

EXPIRE_RECOVERY: Final = "expire_recovery"
"""The job that marks a recovery overdue once its last day has passed."""

RECOVERABLE_FROM: Final = frozenset({"listed", "in_training", "completed", "terminated", "closed"})
"""States of a filing in which money may have been paid on it."""

_RAISING: Final = frozenset({Event.PREPAYMENT_UNEARNED, Event.EARNED_REDUCED})


async def follow_settlement(
    work: Work, filing_case: Case, settlement: Case, *, entitled_fen: int, interim: bool
) -> None:
    """Move the filing's money as an approved settlement decides, and its recoveries with it.

    The actor is the settlement's approver. What more is owed raises the oldest recovery still open, or
    opens one; what is owed less lowers them, to nothing if it must be. A proposal nobody has ordered is
    overtaken: the settlement has counted everything.
    """
    open_ = await _open_of(work, filing_case)
    for one in open_:
        if one.figures.demanded_fen == 0:
            await sign(work, one.case, "cancel", facts={"settlement": str(settlement.id)})
    on_file = [one for one in open_ if one.figures.demanded_fen]
    movements = settled(
        await work.recoveries.holdings(filing_case), entitled_fen=entitled_fen, interim=interim
    )
    rises = any(one.event in _RAISING for one in movements)
    raised = await _raised(work, settlement, filing_case, on_file) if rises else None
    cause = decision_of(settlement.id, await work.cases.steps(settlement))
    await post(
        work, filing_case, movements, cause=cause, key=f"settlement:{settlement.id}", to=raised
    )
    lowered = {one.recovery_id for one in movements if one.event is Event.EARNED_LATER}
    for one in on_file:
        if one.case.id in lowered:
            await work.recoveries.demand(one.case, settlement.id)
            left = await work.recoveries.get(one.case)
            facts = {"settlement": str(settlement.id)}
            if left.figures.outstanding_fen == 0:
                await sign(work, one.case, "cancel", facts=facts)
            else:
                await work.cases.touch(one.case)


async def propose_recovery(
    work: Work,
    *,
    filing_id: UUID,
    cause: RecoveryCause,
    amount_fen: int,
    reason: str,
) -> Recovery:
    """Propose to take money back for a cause that no settlement has counted (CASES 3).

    Nothing moves before the approver orders it. Refuses `recovery_not_yet` before anything can have
    been paid, `recovery_above_paid` above what lies with the filing over what it earned.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    if filing_case.state not in RECOVERABLE_FROM:
        raise Refusal("recovery_not_yet", state=filing_case.state)
    await _check_amount(work, filing_case, amount_fen)
    place = await work.places.get(filing_case.place_id)
    case = await open_case(
        work,
        CaseKind.RECOVERY,
        place,
        event="propose",
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        reason=reason,
        facts={"filing": str(filing_id), "cause": cause.value, "amount_fen": amount_fen},
    )
    await work.recoveries.add(new_recovery(case, filing_case, cause=cause, proposed_fen=amount_fen))
    return await work.recoveries.get(case)


async def order_recovery(
    work: Work,
    *,
    recovery_id: UUID,
    version: int,
    document_number: str,
    pay_within_days: int,
    reason: str,
    clause: str,
) -> Recovery:
    """Order a recovery (追缴决定): under which document, and to be paid within how many days of service.

    One that was proposed moves its money now, by the two people who proposed and ordered it, and claws its
    vouchers back with it; one that follows a settlement was moved by that. Refuses
    `recovery_above_paid`, `voucher_not_paid`.
    """
    spent_on, case = await _locked(work, recovery_id, version=version)
    recovery = await work.recoveries.get(case)
    signed = await sign(work, case, "order", reason=reason, clause=clause)
    await work.recoveries.order(
        case, document_number=document_number, pay_within_days=pay_within_days
    )
    if recovery.proposed_fen is not None and recovery.figures.demanded_fen == 0:
        await _check_amount(work, spent_on, recovery.proposed_fen)
        await claw_back_vouchers(work, signed)
        await post(
            work,
            spent_on,
            demanded(await work.recoveries.holdings(spent_on), recovery.proposed_fen),
            cause=decision_of(case.id, await work.cases.steps(signed)),
            key=f"recovery:{case.id}:{signed.step_seq}",
            to=case.id,
        )
    return await work.recoveries.get(signed)


async def cancel_recovery(work: Work, *, recovery_id: UUID, version: int, reason: str) -> Recovery:
    """Cancel a proposal that was not ordered.

    Refuses `recovery_stands` once the ledger holds it: what two people decided is superseded by the
    filing's next settlement, never dropped.
    """
    _, case = await _locked(work, recovery_id, version=version)
    if (await work.recoveries.get(case)).figures.demanded_fen:
        raise Refusal("recovery_stands")
    return await work.recoveries.get(await sign(work, case, "cancel", reason=reason))


async def serve_recovery(
    work: Work, *, recovery_id: UUID, version: int, served_on: date | None
) -> Recovery:
    """Record the service (送达) of the decision; from its day the days to pay are counted.

    Without a day told, it is the one on which the enterprise signed for the recovery order. Refuses
    `day_to_come`, `order_not_signed_for`.
    """
    if served_on is not None and served_on > work.today:
        raise Refusal("day_to_come", faults=(Fault("/served_on", "day_to_come"),))
    case = await work.cases.lock(CaseKind.RECOVERY, recovery_id, version=version)
    move_of(SIGNED[CaseKind.RECOVERY], case.state, "serve")
    receipt: dict[str, Fact] = {}
    if served_on is None:
        order = await _order_document(work, case)
        if order is None or order.served_on is None:
            raise Refusal("order_not_signed_for")
        served_on, receipt = order.served_on, {"receipt_of": order.number}
    facts = {"served_on": served_on.isoformat(), **receipt}
    signed = await sign(work, case, "serve", facts=facts)
    recovery = await work.recoveries.get(signed)
    assert recovery.pay_within_days is not None  # ordered, or it could not be served
    due_on = due_day(served_on, recovery.pay_within_days)
    await work.recoveries.serve(signed, served_on=served_on, due_on=due_on)
    await _expire_after(work, signed, due_on)
    return await work.recoveries.get(signed)


async def expire_recovery(work: Work, *, recovery_id: UUID) -> Recovery:
    """Mark a recovery overdue, as the system, once its last day has passed; else change nothing."""
    case = await work.cases.lock(CaseKind.RECOVERY, recovery_id)
    recovery = await work.recoveries.get(case)
    if case.state not in LATE or recovery.due_on is None or work.today <= recovery.due_on:
        return recovery
    return await work.recoveries.get(await sign(work, case, "expire"))


async def uphold_recovery(work: Work, *, recovery_id: UUID, version: int, reason: str) -> Recovery:
    """Uphold a contested recovery (复核维持), by somebody who took no part in the decision."""
    case = await work.cases.lock(CaseKind.RECOVERY, recovery_id, version=version)
    signed = await sign(work, case, "uphold", reason=reason)
    recovery = await work.recoveries.get(signed)
    assert recovery.due_on is not None  # what is contested was served
    await _expire_after(work, signed, recovery.due_on)
    return recovery


async def move_recovery(
    work: Work, *, recovery_id: UUID, version: int, event: str, reason: str
) -> Recovery:
    """Sign a step that changes nothing but the state: contest, enforce, decline a write-off."""
    case = await work.cases.lock(CaseKind.RECOVERY, recovery_id, version=version)
    return await work.recoveries.get(await sign(work, case, event, reason=reason))


async def prove_recovery(
    work: Work, *, recovery_id: UUID, version: int, event: str, proof_reference: str, reason: str
) -> Recovery:
    """Sign a step that rests on a legal document: an insolvency claim, or the wish to write off."""
    case = await work.cases.lock(CaseKind.RECOVERY, recovery_id, version=version)
    signed = await sign(work, case, event, reason=reason, facts={"proof": proof_reference})
    await work.recoveries.prove(signed, proof_reference)
    return await work.recoveries.get(signed)


async def write_off_recovery(
    work: Work, *, recovery_id: UUID, version: int, reason: str
) -> Recovery:
    """Write off what is still owed, by the finance department on the bureau's legal document (核销).

    It stays owed: money that comes after all is taken.
    """
    spent_on, case = await _locked(work, recovery_id, version=version)
    signed = await sign(work, case, "write_off", reason=reason)
    await post(
        work,
        spent_on,
        written_off(await work.recoveries.holdings(spent_on), case.id),
        cause=decision_of(case.id, await work.cases.steps(signed)),
        key=f"recovery:{case.id}:{signed.step_seq}",
        to=None,
    )
    return await work.recoveries.get(signed)


async def get_recovery(work: Work, *, recovery_id: UUID) -> Recovery:
    """Return a recovery; refuses `not_found`."""
    return await work.recoveries.get(await work.cases.get(CaseKind.RECOVERY, recovery_id))


async def list_recoveries(
    work: Work,
    *,
    filing_id: UUID | None,
    state: str | None,
    after: UUID | None,
    limit: int,
    voucher_settlement_id: UUID | None = None,
) -> Sequence[Recovery]:
    """Return recoveries in order of creation, after the given one; of a filing or voucher settlement if named.

    Refuses `not_found` for it.
    """
    named = {CaseKind.FILING: filing_id, CaseKind.VOUCHER_SETTLEMENT: voucher_settlement_id}
    for kind, spent_on in named.items():
        if spent_on is not None:
            of_it = await work.recoveries.of_filing(await work.cases.get(kind, spent_on))
            return page_of(of_it, state=state, after=after, limit=limit)
    cases = await work.cases.page(CaseKind.RECOVERY, state=state, after=after, limit=limit)
    return await work.recoveries.page(cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReasons:
    """Why a recovery demands what it demands, as stored: from which sentences are rendered.

    `settlement` is the settlement's own reasons: who earned what, who earned nothing and why. `vouchers`
    are those it claws back.
    """

    recovery: Recovery
    settlement: SettlementReasons | None
    prepayments: Sequence[PrepaymentOnFile]
    postings: Sequence[Posting]
    receipts: Sequence[ReceiptOnFile]
    vouchers: Sequence[ClawedBack]


async def reasons_for_recovery(work: Work, *, recovery_id: UUID) -> RecoveryReasons:
    """Return why and how: the settlement, the prepayments, and each movement of the ledger."""
    recovery = await get_recovery(work, recovery_id=recovery_id)
    case = recovery.case
    spent_on = await work.cases.get(*recovery.spent_on)
    settlement = None
    if recovery.settlement_id is not None:
        decided = await work.cases.get(CaseKind.SETTLEMENT, recovery.settlement_id)
        settlement = await work.settlements.reasons(decided)
    paid = [one for one in await work.prepayments.of_filing(spent_on) if one.case.state == "paid"]
    receipts = await work.receipts.of_recovery(recovery)
    return RecoveryReasons(
        recovery=recovery,
        settlement=settlement,
        prepayments=paid,
        postings=await work.ledger.postings_of(case.place_id, case.id),
        receipts=list(receipts.values()),
        vouchers=await work.recoveries.vouchers(case),
    )


async def post(
    work: Work,
    spent_on: Case,
    movements: Sequence[Movement],
    *,
    cause: Cause,
    key: str,
    to: UUID | None,
) -> None:
    """Post movements in the books that they name; `to` is the recovery that is being raised.

    `spent_on` is the filing or the voucher settlement that the money was paid on.
    """
    of_vouchers = spent_on.kind is CaseKind.VOUCHER_SETTLEMENT
    for book_key in sorted(
        {one.book for one in movements}, key=lambda book: (book.budget_year, book.fund_source)
    ):
        transfers = [
            transfer_of(
                one.event,
                amount_fen=one.amount_fen,
                posting_key=(
                    f"{key}:{one.event}:{book_key.fund_source}:{book_key.budget_year}"
                    f":{one.recovery_id or to}"
                ),
                org_id=spent_on.org_id,
                partner_org_id=spent_on.partner_org_id,
                filing_id=None if of_vouchers else spent_on.id,
                voucher_batch_id=spent_on.id if of_vouchers else None,
                recovery_id=one.recovery_id or to,
            )
            for one in movements
            if one.book == book_key
        ]
        book = await work.ledger.book(book_key)
        await work.ledger.post(spent_on.place_id, book, transfers, cause=cause, posted_at=work.now)


async def _open_of(work: Work, filing_case: Case) -> list[Recovery]:
    ids = [
        one.case.id
        for one in await work.recoveries.of_filing(filing_case)
        if one.case.state in OPEN
    ]
    cases = await work.cases.lock_many(CaseKind.RECOVERY, ids)
    return list(await work.recoveries.page(cases))


async def _raised(
    work: Work, settlement: Case, filing_case: Case, on_file: Sequence[Recovery]
) -> UUID:
    """Return the recovery that rises: the oldest still open, to be ordered anew, or one just opened."""
    facts = {"settlement": str(settlement.id)}
    if on_file:
        case = on_file[0].case
        if case.state == "proposed":
            await work.cases.touch(case)
        else:
            await sign(work, case, "raise", facts=facts)
        await work.recoveries.demand(case, settlement.id)
        return case.id
    place = await work.places.get(filing_case.place_id)
    opened = await open_case(
        work,
        CaseKind.RECOVERY,
        place,
        event="follow",
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        facts={"filing": str(filing_case.id), **facts},
    )
    await work.recoveries.add(
        new_recovery(
            opened,
            filing_case,
            cause=RecoveryCause.SETTLEMENT,
            settlement_id=settlement.id,
        )
    )
    return opened.id


async def _check_amount(work: Work, spent_on: Case, amount_fen: int) -> None:
    most_fen = recoverable_fen(
        await work.recoveries.holdings(spent_on),
        entitled_fen=await work.recoveries.earned_fen(spent_on),
    )
    if amount_fen > most_fen:
        values = {"most_fen": most_fen}
        fault = Fault("/amount_fen", "recovery_above_paid", values)
        raise Refusal("recovery_above_paid", faults=(fault,), **values)


async def _order_document(work: Work, case: Case) -> OfficialDocument | None:
    """Return the document of the latest order (追缴决定书), or None while it is not issued yet."""
    *_, order = [step for step in await work.cases.steps(case) if step.to_state == "ordered"]
    return await work.official_documents.of_step(case, order.seq)


async def _locked(work: Work, recovery_id: UUID, *, version: int) -> tuple[Case, Case]:
    seen = await work.recoveries.get(await work.cases.get(CaseKind.RECOVERY, recovery_id))
    spent_on = await work.cases.lock(*seen.spent_on)
    return spent_on, await work.cases.lock(CaseKind.RECOVERY, recovery_id, version=version)


async def _expire_after(work: Work, case: Case, due_on: date) -> None:
    """Have a job look on the day after the last one, in China."""
    run_at = datetime.combine(due_on, time(16), tzinfo=UTC) + timedelta(minutes=1)
    await work.jobs.add(
        EXPIRE_RECOVERY,
        case.id,
        case.place_id,
        run_at=run_at,
        purpose=f"step_{case.step_seq}",
    )
