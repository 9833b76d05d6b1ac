"""Voucher settlements as the bureau decides them: accepted, reviewed line by line, approved, paid, closed.

Locks are taken in one order everywhere: the settlement, then its vouchers. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.cases import Case
from domain.ports.work import Work
from domain.voucher import SetEvent, Voucher
from domain.voucher_settlement import (
    Verdict,
    VoucherDisposition,
    VoucherLine,
    VoucherSettlement,
    decided_lines,
    of_disposition,
    payable_fen,
    set_aside,
    unconfirmed,
)
from service.application.archive import archive_certificates
from service.application.cases import sign
from service.application.hold import check_provider_not_on_hold, check_reason
from service.application.notice import check_notice_ended
from service.application.voucher_certificate import (
    VERIFY_VOUCHER_SETTLEMENT,
    look_up_certificates,
)
from service.application.voucher_limits import held_beyond_limits, record_paid, take_turns
from service.application.voucher_money import take_over
from service.application.voucher_moves import move_many
from service.application.voucher_settlement import locked

CLOSE_VOUCHER_SETTLEMENT: Final = "close_voucher_settlement"
"""The job that lets an approved settlement's vouchers follow its payment, and closes it once it is paid."""

_DECIDED: Final = frozenset({"approved", "closed"})


async def accept_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Accept a submitted settlement (受理); a job looks its certificates up."""
    case = await locked(work, settlement_id, version)
    signed = await sign(work, case, "accept")
    await work.jobs.add(
        VERIFY_VOUCHER_SETTLEMENT, case.id, case.place_id, purpose=f"accepted_{signed.step_seq}"
    )
    return await work.voucher_settlements.get(signed)


async def return_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Return a submitted settlement for correction (补正), with a reason. Refuses `reason_missing`."""
    check_reason(reason)
    case = await locked(work, settlement_id, version)
    return await work.voucher_settlements.get(await sign(work, case, "return", reason=reason))


async def review_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, verdicts: Sequence[Verdict], reason: str
) -> VoucherSettlement:
    """Review an accepted settlement line by line; a line without a verdict is paid at its worth.

    What an investigation, a hold, an objection or a limit stops is set aside whatever the verdict, as is what
    the project asks a certificate of that no register confirms. Refuses `voucher_verdicts_faulty` with every
    fault located.
    """
    case = await locked(work, settlement_id, version)
    count = (await work.voucher_settlements.get(case)).vouchers
    signed = await sign(work, case, "review", reason=reason, facts={"vouchers": count})
    lines = await _looked_up(work, signed)
    standing = await _standing(work, signed, decided_lines(lines, verdicts))
    vouchers = await _lock(work, standing)
    await _decide(work, signed, await held_beyond_limits(work, signed, vouchers, standing))
    return await work.voucher_settlements.get(signed)


async def send_voucher_settlement_back(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Send a reviewed settlement back to its reviewer, with a reason. Refuses `reason_missing`."""
    check_reason(reason)
    case = await locked(work, settlement_id, version)
    return await work.voucher_settlements.get(await sign(work, case, "send_back", reason=reason))


async def refuse_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Refuse a settlement as a whole, with a reason: its vouchers stay redeemed and committed.

    What is refused for good is refused line by line. Refuses `reason_missing`.
    """
    check_reason(reason)
    case = await locked(work, settlement_id, version)
    signed = await sign(work, case, "refuse", reason=reason)
    await work.voucher_settlements.let_go(signed)
    return await work.voucher_settlements.get(signed)


async def approve_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Approve a reviewed settlement: it takes over what its classes had committed, and the rest goes back.

    Vouchers that are paid become approved, refused ones end so, held ones stay as they are and may stand
    in a later settlement; so does whose person was subsidised elsewhere meanwhile. Refuses `on_hold` while a hold
    stops the provider, `objection_open` and `notice_required` as any settlement, `certificate_already_used`
    when another decision used a certificate at the same moment.
    """
    case = await locked(work, settlement_id, version)
    signed = await sign(work, case, "approve", reason=reason)
    lines = await _looked_up(work, signed)
    vouchers = await _lock(work, lines)
    await check_provider_not_on_hold(work, signed.place_id, signed.org_id)
    lines = await _standing(work, signed, lines)
    await take_turns(work, vouchers, lines)
    lines = await held_beyond_limits(work, signed, vouchers, lines)
    await _decide(work, signed, lines)
    settlement = await work.voucher_settlements.get(signed)
    await check_notice_ended(work, settlement)
    await record_paid(work, signed, vouchers, lines)
    await work.voucher_settlements.certificates.use(signed)
    await archive_certificates(work, signed, lines)
    await take_over(work, settlement, lines)
    await _move(work, vouchers, lines, VoucherDisposition.PAYABLE, SetEvent.APPROVE)
    await _move(work, vouchers, lines, VoucherDisposition.REFUSED, SetEvent.REFUSE)
    if held := of_disposition(lines, VoucherDisposition.HELD):
        await work.voucher_settlements.let_go(signed, held)
    if not settlement.amount_fen:
        await ask_to_close(work, [signed.id], signed.place_id)
    return await work.voucher_settlements.get(signed)


async def ask_to_close(work: Work, settlement_ids: Sequence[UUID], place_id: UUID) -> None:
    """Add the job that looks whether nothing is left to pay: decided so, or the bank has answered."""
    await work.jobs.add_many(CLOSE_VOUCHER_SETTLEMENT, settlement_ids, place_id)


async def close_voucher_settlement(work: Work, *, settlement_id: UUID) -> VoucherSettlement:
    """Let vouchers follow their payment, as the system, and close a settlement that has nothing left to pay.

    Paid, its vouchers are paid; given back by the bank, they are approved again, and it stays closed: the
    payment is corrected and paid again. A voucher under investigation follows when it is released.
    Repeating it changes nothing.
    """
    case = await locked(work, settlement_id)
    settlement = await work.voucher_settlements.get(case)
    if case.state not in _DECIDED:
        return settlement
    is_paid = await work.voucher_settlements.paid_fen(case) >= (settlement.amount_fen or 0)
    lines = await work.voucher_settlements.in_work(case)
    vouchers = await work.vouchers.lock_many(of_disposition(lines, VoucherDisposition.PAYABLE))
    before, event = ("approved", SetEvent.PAY) if is_paid else ("paid", SetEvent.RETURN_PAYMENT)
    await move_many(work, [one for one in vouchers if one.state == before], event)
    if is_paid and case.state == "approved":
        case = await sign(work, case, "close")
    return await work.voucher_settlements.get(case)


async def follow_payment(work: Work, voucher: Voucher) -> None:
    """Have a voucher that was just released from an investigation follow its payment, if it has one."""
    settlement_id = await work.voucher_settlements.paying(voucher.place_id, voucher.id)
    if settlement_id is not None:
        await ask_to_close(work, [settlement_id], voucher.place_id)


async def _looked_up(work: Work, case: Case) -> Sequence[VoucherLine]:
    """Return the lines of a settlement that is being decided, with what the latest extract says of them."""
    await look_up_certificates(work, case)
    return await work.voucher_settlements.in_work(case)


async def _standing(work: Work, case: Case, lines: Sequence[VoucherLine]) -> Sequence[VoucherLine]:
    """Return decided lines as they stand now: what something stops is set aside."""
    stopped = {**unconfirmed(lines), **await work.voucher_settlements.grounds(case)}
    return set_aside(lines, stopped)


async def _decide(work: Work, case: Case, lines: Sequence[VoucherLine]) -> None:
    """Store decided lines, and what they pay."""
    await work.voucher_settlements.decide(case, lines, amount_fen=payable_fen(lines))


async def _lock(work: Work, lines: Sequence[VoucherLine]) -> dict[UUID, Voucher]:
    vouchers = await work.vouchers.lock_many([line.voucher_id for line in lines])
    return {one.id: one for one in vouchers}


async def _move(
    work: Work,
    vouchers: dict[UUID, Voucher],
    lines: Sequence[VoucherLine],
    disposition: VoucherDisposition,
    event: SetEvent,
) -> None:
    amounts = {line.voucher_id: line.amount_fen for line in lines}
    await move_many(
        work,
        [vouchers[one] for one in of_disposition(lines, disposition)],
        event,
        after=lambda one: replace(one.moved(event), amount_fen=amounts[one.id] or None),
    )
