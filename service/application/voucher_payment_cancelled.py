"""What a cancelled payment leaves of a voucher settlement: its vouchers redeemed, its money their classes'.

So that one voucher that turns out to be fraud after the approval is no dead end: a settlement is paid as a
whole, and what is left of it is claimed anew, decided line by line. What it refused stays refused.

Locks are taken in one order everywhere: the payment, the settlement, then its vouchers.
"""

from uuid import UUID

from domain.cases import Case, CaseKind
from domain.ports.work import Work
from domain.voucher import SetEvent, Voucher
from domain.voucher_settlement import VoucherDisposition
from service.application.cases import sign
from service.application.voucher_money import hand_back
from service.application.voucher_moves import move_many


async def give_up_settlement(work: Work, settlement_id: UUID, *, correction: Case) -> None:
    """End a settlement whose payment was just cancelled, by whoever approved the correction.

    Its payable vouchers are redeemed again and count for their people no longer; one under investigation stays
    there, and is released or voided as a redeemed one. Refuses `voucher_not_usable` while a payment that came
    back has not reached its vouchers, or once one of them was clawed back; `fund_insufficient`.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    lines = [
        line
        for line in await work.voucher_settlements.in_work(case)
        if line.disposition is VoucherDisposition.PAYABLE
    ]
    ids = [line.voucher_id for line in lines]
    vouchers = await work.vouchers.lock_many(ids)
    signed = await sign(
        work,
        case,
        "cancel_payment",
        facts={"correction": str(correction.id), "vouchers": len(ids)},
    )
    await move_many(work, vouchers, SetEvent.CANCEL_PAYMENT, after=Voucher.unpaid)
    settlement = await work.voucher_settlements.get(signed)
    await hand_back(work, settlement, lines, correction=correction)
    await work.subsidies.withdraw(case.place_id, ids)
    await work.voucher_settlements.give_up(signed, ids)
