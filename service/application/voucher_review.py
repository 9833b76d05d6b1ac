"""What a review (复核) of a voucher that a settlement refused leaves: nothing, or a voucher to be settled again.

Locks are taken in one order everywhere: the settlement, the review request, then the voucher.
"""

from dataclasses import replace
from uuid import UUID

from domain.cases import Case
from domain.errors import Refusal
from domain.ports.work import Work
from domain.voucher_settlement import VoucherDisposition
from service.application.voucher_money import commit_again
from service.application.voucher_moves import move_one


async def check_refused(work: Work, settlement: Case, voucher_id: UUID) -> None:
    """Refuse `not_found` for a voucher that the settlement never claimed, `nothing_to_review` for one not refused.

    What was held, or taken out, may stand in another settlement without a review.
    """
    line = await work.voucher_settlements.line(settlement, voucher_id)
    if line.disposition is not VoucherDisposition.REFUSED or line.released:
        raise Refusal("nothing_to_review")


async def reinstate_voucher(
    work: Work, settlement: Case, voucher_id: UUID, *, review: Case, reason: str
) -> None:
    """Let a refused voucher be redeemed again, by the signature that upheld its review.

    Its line leaves the settlement, which stays as it was decided, and its class holds its money again: a later
    settlement decides it anew. Refuses `fund_insufficient`.
    """
    line = await work.voucher_settlements.line(settlement, voucher_id)
    voucher = await work.vouchers.lock(voucher_id)
    reinstated = replace(voucher.moved("reinstate"), amount_fen=None)
    await move_one(work, voucher, reinstated, event="reinstate", reason=reason)
    await work.voucher_settlements.let_go(settlement, [voucher_id])
    await work.cases.touch(settlement)
    of = await work.voucher_settlements.get(settlement)
    await commit_again(work, of, line, review=review)
