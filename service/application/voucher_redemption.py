"""Redemption (核销): a provider redeems a completed voucher by its code, once, in the class it completed."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.voucher import Voucher
from domain.voucher_use import check_usable
from service.application.voucher import checked_code
from service.application.voucher_moves import move_one

REDEEMED: Final = frozenset({"redeemed", "refused", "approved", "paid", "clawed_back"})
"""States that a voucher is in once it has been redeemed, frozen or not."""


async def redeem_voucher(work: Work, *, class_id: UUID, code: str) -> Voucher:
    """Redeem the voucher with this code in a class of the actor's; it leaves `completed` once.

    Every refusal is located at /code and leaves the voucher as it was: `voucher_code_faulty` with what is
    wrong with the code, `voucher_not_yours`, `voucher_of_other_class`, `voucher_redeemed_already`, and what
    makes a voucher unusable (`check_usable`). Of two at once one succeeds; the other waits for it and finds
    the voucher redeemed.
    """
    case = await work.cases.get(CaseKind.VOUCHER_CLASS, class_id)
    seen = await work.vouchers.find(checked_code(code))
    if seen is None:
        raise _at_code(Refusal("voucher_not_yours"))
    voucher = await work.vouchers.lock(seen.id)
    if voucher.class_id != case.id:
        raise _at_code(await _elsewhere(work, voucher))
    if (voucher.frozen_from or voucher.state) in REDEEMED:
        raise _at_code(Refusal("voucher_redeemed_already"))
    try:
        check_usable(voucher, "redeem", today=work.today)
    except Refusal as refusal:
        raise _at_code(refusal) from None
    redeemed = replace(voucher.moved("redeem"), redeemed_at=work.now)
    return await move_one(work, voucher, redeemed, event="redeem")


async def _elsewhere(work: Work, voucher: Voucher) -> Refusal:
    """Say in which class a voucher is used instead. Whose partner one is has a class here."""
    assert voucher.class_id is not None
    other = await work.cases.get(CaseKind.VOUCHER_CLASS, voucher.class_id)
    (found,) = await work.voucher_classes.page([other])
    return Refusal("voucher_of_other_class", class_name=found.class_name)


def _at_code(refusal: Refusal) -> Refusal:
    """Locate a refusal in what was sent."""
    refusal.faults = (Fault("/code", refusal.code, refusal.values),)
    return refusal
