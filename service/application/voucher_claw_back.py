"""Claw-back (追回) of paid vouchers: proposed by one person, ordered by another, then a recovery like any other.

Locks are taken in one order everywhere: the voucher settlement, its recoveries, then vouchers.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.recovery import ClawedBack, Recovery, RecoveryCause, new_recovery
from domain.voucher import SetEvent
from domain.voucher_settlement import VoucherDisposition
from service.application.cases import open_case
from service.application.hold import check_reason
from service.application.voucher_moves import move_many

_PAID = "paid"


async def propose_claw_back(
    work: Work,
    *,
    settlement_id: UUID,
    voucher_ids: Sequence[UUID],
    cause: RecoveryCause,
    reason: str,
) -> Recovery:
    """Propose to claw paid vouchers of a settlement back, each at what was paid on it; its payee owes them.

    Nothing moves before another person orders it. Refuses `reason_missing`, `claw_back_faulty` with every
    fault located: named twice, not of the settlement, not paid.
    """
    check_reason(reason)
    settlement = await work.cases.lock(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    taken = await _named(work, settlement, voucher_ids)
    place = await work.places.get(settlement.place_id)
    case = await open_case(
        work,
        CaseKind.RECOVERY,
        place,
        event="propose",
        org_id=settlement.org_id,
        reason=reason,
        facts={
            "voucher_settlement": str(settlement_id),
            "cause": cause.value,
            "vouchers": len(taken),
        },
    )
    proposed_fen = sum(one.amount_fen for one in taken)
    await work.recoveries.add(
        new_recovery(case, settlement, cause=cause, proposed_fen=proposed_fen)
    )
    await work.recoveries.add_vouchers(case, taken)
    return await work.recoveries.get(case)


async def claw_back_vouchers(work: Work, recovery: Case) -> None:
    """Move the vouchers that a recovery takes back, as it was just ordered; one of a filing has none.

    Refuses `voucher_not_paid` when one of them has left that state since it was proposed.
    """
    taken = await work.recoveries.vouchers(recovery)
    vouchers = await work.vouchers.lock_many([one.voucher_id for one in taken])
    for voucher in vouchers:
        if voucher.state != _PAID:
            raise Refusal("voucher_not_paid", voucher_state=voucher.state)
    await move_many(work, vouchers, SetEvent.CLAW_BACK)
    # What was taken back counts for its person no longer.
    await work.subsidies.withdraw(recovery.place_id, [voucher.id for voucher in vouchers])


async def give_vouchers_back(work: Work, recovery: Case) -> None:
    """Let the vouchers of a recovery that a review found wrong stand as paid again; one of a filing has none.

    They count for their people from the day they counted first. What was collected stays collected.
    """
    taken = await work.recoveries.vouchers(recovery)
    vouchers = await work.vouchers.lock_many([one.voucher_id for one in taken])
    await move_many(work, vouchers, SetEvent.CANCEL_CLAW_BACK)
    await work.subsidies.restore(recovery.place_id, [voucher.id for voucher in vouchers])


async def _named(work: Work, settlement: Case, voucher_ids: Sequence[UUID]) -> Sequence[ClawedBack]:
    """Return what was paid on each voucher named, in their order."""
    paid_fen = {
        line.voucher_id: line.amount_fen or 0
        for line in await work.voucher_settlements.in_work(settlement)
        if line.disposition is VoucherDisposition.PAYABLE
    }
    known = [one for one in dict.fromkeys(voucher_ids) if one in paid_fen]
    states = {one.id: one.state for one in await work.vouchers.lock_many(known)}
    faults: list[Fault] = []
    seen: set[UUID] = set()
    for n, one in enumerate(voucher_ids):
        where = f"/voucher_ids/{n}"
        if one in seen:
            faults.append(Fault(where, "voucher_twice"))
        elif one not in paid_fen:
            faults.append(Fault(where, "voucher_not_in_settlement"))
        elif states[one] != _PAID:
            faults.append(Fault(where, "voucher_not_paid", {"voucher_state": states[one]}))
        seen.add(one)
    if faults:
        raise Refusal("claw_back_faulty", faults=tuple(faults), count=len(faults))
    return [ClawedBack(voucher_id=one, amount_fen=paid_fen[one]) for one in voucher_ids]
