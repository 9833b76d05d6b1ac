"""Voucher settlement use cases: a provider's month or a worker's reimbursement, from draft to closing (CASES 7).

Locks are taken in one order everywhere: the settlement, then its vouchers. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.filing import Payee
from domain.ledger import BookKey, Event, Transfer, decision_of, transfer_of
from domain.ports.work import Work
from domain.voucher import SetEvent, VoucherPayee
from domain.voucher_settlement import (
    LINES_MAX,
    Verdict,
    VoucherDisposition,
    VoucherLine,
    VoucherSettlement,
    by_disposition,
    decided_lines,
    month_of,
    parts_of_classes,
    payable_fen,
)
from service.application.cases import open_case, sign
from service.application.payee_account import account_for, check_reason

CLOSE_VOUCHER_SETTLEMENT: Final = "close_voucher_settlement"
"""The job that closes an approved voucher settlement once nothing of it is left to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVoucherSettlement:
    """What is claimed of a project: all that is redeemed, or these vouchers. `payee` is where it is paid."""

    project_id: UUID
    voucher_ids: tuple[UUID, ...] | None
    payee: Payee


async def draft_voucher_settlement(
    work: Work, command: DraftVoucherSettlement
) -> VoucherSettlement:
    """Draft this month's settlement of a project, as its provider or, where workers are paid, a worker.

    Refuses `not_found`, `voucher_settlement_faulty` with each voucher located, `nothing_redeemed`,
    `voucher_settlement_exists`, `payee_faulty`.
    """
    offer = await work.voucher_projects.offer(command.project_id)
    place = await work.places.of_region(offer.region_path)
    assert place is not None
    own = work.actor.org_id
    of_worker = offer.payee is VoucherPayee.WORKER
    found = await work.voucher_settlements.redeemed(
        command.project_id,
        provider_id=None if of_worker else own,
        worker_id=own if of_worker else None,
    )
    lines = _chosen(found, command.voucher_ids)
    case = await open_case(
        work,
        CaseKind.VOUCHER_SETTLEMENT,
        place,
        event="draft",
        org_id=own,
        facts={"project": str(command.project_id), "vouchers": len(lines)},
    )
    account = await account_for(work, place, command.payee)
    settlement = VoucherSettlement(
        case=case,
        project_id=command.project_id,
        month=month_of(work.today),
        vouchers=len(lines),
        amount_fen=None,
        fund_source=offer.fund_source,
        budget_year=offer.budget_year,
        payee_account_id=account.case.id,
        submitted_at=None,
    )
    await work.voucher_settlements.add(settlement, lines)
    return settlement


async def submit_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Submit a drafted or returned settlement; a correction keeps the day of the first submission."""
    case = await _locked(work, settlement_id, version)
    signed = await sign(work, case, "submit")
    await work.voucher_settlements.mark_submitted(signed)
    return await work.voucher_settlements.get(signed)


async def withdraw_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Withdraw a settlement that nobody has accepted: its vouchers may stand in another."""
    case = await _locked(work, settlement_id, version)
    signed = await sign(work, case, "withdraw")
    await work.voucher_settlements.free(signed)
    return await work.voucher_settlements.get(signed)


async def accept_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Accept a submitted settlement (受理)."""
    case = await _locked(work, settlement_id, version)
    return await work.voucher_settlements.get(await sign(work, case, "accept"))


async def return_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Return a submitted settlement for correction (补正), with a reason. Refuses `reason_missing`."""
    check_reason(reason)
    case = await _locked(work, settlement_id, version)
    return await work.voucher_settlements.get(await sign(work, case, "return", reason=reason))


async def review_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, verdicts: Sequence[Verdict], reason: str
) -> VoucherSettlement:
    """Review an accepted settlement line by line; a line without a verdict is paid at its worth.

    A voucher that is frozen by now is held, whatever the verdict. Refuses `voucher_verdicts_faulty`.
    """
    case = await _locked(work, settlement_id, version)
    lines = await _lines(work, case)
    decided = decided_lines(lines, verdicts)
    held = await _not_redeemed(work, [line.voucher_id for line in decided])
    decided = tuple(_held(line) if line.voucher_id in held else line for line in decided)
    total_fen = payable_fen(decided)
    signed = await sign(
        work,
        case,
        "review",
        reason=reason,
        facts={"vouchers": len(decided), "amount_fen": total_fen},
    )
    await work.voucher_settlements.decide(signed, decided, amount_fen=total_fen)
    return await work.voucher_settlements.get(signed)


async def send_voucher_settlement_back(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Send a reviewed settlement back to its reviewer, with a reason. Refuses `reason_missing`."""
    check_reason(reason)
    case = await _locked(work, settlement_id, version)
    return await work.voucher_settlements.get(await sign(work, case, "send_back", reason=reason))


async def refuse_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Refuse a settlement as a whole, with a reason: its vouchers stay redeemed and committed.

    What is refused for good is refused line by line. Refuses `reason_missing`.
    """
    check_reason(reason)
    case = await _locked(work, settlement_id, version)
    signed = await sign(work, case, "refuse", reason=reason)
    await work.voucher_settlements.free(signed)
    return await work.voucher_settlements.get(signed)


async def approve_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> VoucherSettlement:
    """Approve a reviewed settlement: it takes over what its classes had committed, and the rest goes back.

    Vouchers that are paid become approved, refused ones are void, held ones stay redeemed and may stand in a
    later settlement. Refuses `voucher_moved` when one is not redeemed any more.
    """
    case = await _locked(work, settlement_id, version)
    settlement = await work.voucher_settlements.get(case)
    lines = await _lines(work, case)
    sorted_out = by_disposition(lines)
    held = sorted_out.get(VoucherDisposition.HELD, ())
    payable = sorted_out.get(VoucherDisposition.PAYABLE, ())
    refused = sorted_out.get(VoucherDisposition.REFUSED, ())
    if await _not_redeemed(work, [*payable, *refused]):
        raise Refusal("voucher_moved")
    signed = await sign(
        work,
        case,
        "approve",
        reason=reason,
        facts={"amount_fen": settlement.amount_fen or 0, "payable": len(payable)},
    )
    await _take_over(work, signed, settlement, lines)
    await _move(work, settlement, payable, event=SetEvent.APPROVE, step="approve", lines=lines)
    await _move(work, settlement, refused, event=SetEvent.REFUSE, step="void", lines=lines)
    if held:
        await work.voucher_settlements.free(signed, held)
    if not settlement.amount_fen:
        await ask_to_close(work, signed)
    return await work.voucher_settlements.get(signed)


async def ask_to_close(work: Work, case: Case) -> None:
    """Add the job that closes a voucher settlement: nothing is left to pay, or the bank has paid it."""
    await work.jobs.add(CLOSE_VOUCHER_SETTLEMENT, case.id, case.place_id)


async def close_voucher_settlement(work: Work, *, settlement_id: UUID) -> VoucherSettlement:
    """Close an approved settlement that has nothing left to pay, as the system; its vouchers are paid.

    Does nothing while something is left to pay, and nothing the second time.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    settlement = await work.voucher_settlements.get(case)
    if case.state != "approved":
        return settlement
    if await work.voucher_settlements.paid_fen(case) < (settlement.amount_fen or 0):
        return settlement
    lines = await _lines(work, case)
    payable = by_disposition(lines).get(VoucherDisposition.PAYABLE, ())
    await _move(work, settlement, payable, event=SetEvent.PAY, step="pay", lines=lines)
    return await work.voucher_settlements.get(await sign(work, case, "close"))


async def get_voucher_settlement(work: Work, *, settlement_id: UUID) -> VoucherSettlement:
    """Return a settlement; refuses `not_found`."""
    case = await work.cases.get(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    return await work.voucher_settlements.get(case)


async def list_voucher_settlements(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[VoucherSettlement]:
    """Return a page of settlements, in order of creation."""
    cases = await work.cases.page(
        CaseKind.VOUCHER_SETTLEMENT, state=state, after=after, limit=limit
    )
    return await work.voucher_settlements.page(cases)


async def lines_of_voucher_settlement(
    work: Work, *, settlement_id: UUID, after: UUID | None, limit: int
) -> Sequence[VoucherLine]:
    """Return a settlement's lines, by voucher."""
    case = await work.cases.get(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    return await work.voucher_settlements.lines(case, after=after, limit=limit)


def _chosen(found: Sequence[VoucherLine], asked: tuple[UUID, ...] | None) -> Sequence[VoucherLine]:
    if asked is None:
        if not found:
            raise Refusal("nothing_redeemed")
        if len(found) > LINES_MAX:
            raise Refusal("voucher_settlement_too_long", most=LINES_MAX)
        return found
    by_voucher = {line.voucher_id: line for line in found}
    faults: list[Fault] = []
    seen: set[UUID] = set()
    for n, voucher_id in enumerate(asked):
        if voucher_id in seen:
            faults.append(Fault(f"/voucher_ids/{n}", "voucher_twice"))
        elif voucher_id not in by_voucher:
            faults.append(Fault(f"/voucher_ids/{n}", "voucher_not_redeemed"))
        seen.add(voucher_id)
    if faults:
        raise Refusal("voucher_settlement_faulty", faults=tuple(faults), count=len(faults))
    return [by_voucher[voucher_id] for voucher_id in sorted(seen)]


def _held(line: VoucherLine) -> VoucherLine:
    return replace(line, disposition=VoucherDisposition.HELD, amount_fen=0)


async def _locked(work: Work, settlement_id: UUID, version: int) -> Case:
    return await work.cases.lock(CaseKind.VOUCHER_SETTLEMENT, settlement_id, version=version)


async def _lines(work: Work, case: Case) -> Sequence[VoucherLine]:
    return await work.voucher_settlements.lines(case, after=None, limit=LINES_MAX)


async def _not_redeemed(work: Work, voucher_ids: Sequence[UUID]) -> frozenset[UUID]:
    vouchers = await work.vouchers.lock_many(voucher_ids)
    return frozenset(one.id for one in vouchers if one.state != "redeemed")


async def _take_over(
    work: Work, case: Case, settlement: VoucherSettlement, lines: Sequence[VoucherLine]
) -> None:
    transfers: list[Transfer] = []
    for part in parts_of_classes(lines):
        if part.payable_fen:
            transfers.append(
                transfer_of(
                    Event.VOUCHERS_APPROVED,
                    amount_fen=part.payable_fen,
                    posting_key=f"vouchers_approved:{case.id}:{part.class_id}",
                    org_id=case.org_id,
                    voucher_batch_id=part.class_id,
                    to_voucher_batch_id=case.id,
                )
            )
        if part.released_fen:
            transfers.append(
                transfer_of(
                    Event.VOUCHERS_RELEASED,
                    amount_fen=part.released_fen,
                    posting_key=f"vouchers_released:{case.id}:{part.class_id}",
                    org_id=case.org_id,
                    voucher_batch_id=part.class_id,
                )
            )
    if not transfers:
        return
    key = BookKey(
        place_id=case.place_id,
        fund_source=settlement.fund_source,
        budget_year=settlement.budget_year,
    )
    await work.ledger.post(
        case.place_id,
        await work.ledger.book(key),
        transfers,
        cause=decision_of(case.id, await work.cases.steps(case)),
        posted_at=work.now,
    )


async def _move(
    work: Work,
    settlement: VoucherSettlement,
    voucher_ids: Collection[UUID],
    *,
    event: SetEvent,
    step: str,
    lines: Sequence[VoucherLine],
) -> None:
    if not voucher_ids:
        return
    amounts = {line.voucher_id: line.amount_fen for line in lines}
    before = await work.vouchers.lock_many(sorted(voucher_ids))
    place = await work.places.get(settlement.case.place_id)
    await work.vouchers.move_set(
        before,
        [replace(one.moved(step), amount_fen=amounts[one.id] or None) for one in before],
        event=event,
        project_id=settlement.project_id,
        place=place,
    )
