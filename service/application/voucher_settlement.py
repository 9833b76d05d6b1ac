"""Voucher settlement use cases: claimed by a provider for a month, or by a worker who paid himself (CASES 7).

Locks are taken in one order everywhere: the settlement, then its vouchers. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.class_record import Receipt
from domain.errors import Fault, Refusal
from domain.filing import Payee
from domain.payee_account import checked_payee
from domain.ports.work import Work
from domain.voucher import VoucherPayee
from domain.voucher_invoice import checked_invoices, with_invoices
from domain.voucher_settlement import (
    VoucherLine,
    VoucherSettlement,
    chosen_lines,
    left_out,
    month_of,
)
from service.application.cases import open_case, sign
from service.application.payee_account import account_for


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVoucherSettlement:
    """What is claimed of a project: all that is redeemed, or these vouchers. `payee` is where it is paid.

    `invoices` are a worker's, one for each voucher, whose id is the voucher's.
    """

    project_id: UUID
    voucher_ids: tuple[UUID, ...] | None
    payee: Payee
    invoices: tuple[Receipt, ...] = ()


async def draft_voucher_settlement(
    work: Work, command: DraftVoucherSettlement
) -> VoucherSettlement:
    """Draft this month's settlement of a project, as its provider or, where workers are paid, a worker.

    Refuses `not_found`, `voucher_settlement_faulty` with every fault located, `nothing_redeemed`,
    `voucher_settlement_too_long`, `voucher_settlement_exists`, `payee_faulty` (the account's name is the
    provider's, or that on the worker's vouchers), `receipt_already_used`.
    """
    offer = await work.voucher_projects.offer(command.project_id)
    own, of_worker = work.actor.org_id, offer.payee is VoucherPayee.WORKER
    redeemed = await work.voucher_settlements.redeemed(
        command.project_id,
        provider_id=None if of_worker else own,
        worker_id=own if of_worker else None,
    )
    lines = chosen_lines(redeemed, command.voucher_ids)
    invoices: tuple[Receipt, ...] = ()
    if of_worker:
        issuers = await work.voucher_settlements.issuers({line.class_id for line in lines})
        invoices = checked_invoices(command.invoices, lines, issuers=issuers, today=work.today)
        lines = with_invoices(lines, invoices)
        names = sorted({line.name for line in lines})
    elif command.invoices:
        fault = Fault("/invoices", "invoice_not_asked")
        raise Refusal("voucher_settlement_faulty", faults=(fault,), count=1)
    else:
        names = [(await work.places.organisation(own)).name]
    payee = command.payee
    for name in names:
        payee = checked_payee(payee, enterprise_name=name)
    place = await work.places.of_region(offer.region_path)
    assert place is not None  # the project was published by its bureau
    case = await open_case(
        work,
        CaseKind.VOUCHER_SETTLEMENT,
        place,
        event="draft",
        org_id=own,
        facts={"project": str(command.project_id), "vouchers": len(lines)},
    )
    account = await account_for(work, place, payee)
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
    await work.voucher_settlements.add_invoices(case, invoices)
    return settlement


async def take_out_of_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int, voucher_ids: Sequence[UUID]
) -> VoucherSettlement:
    """Take vouchers out of a draft, or of what was returned for correction: they may stand in another.

    Refuses `wrong_state`, `voucher_settlement_faulty` with each fault located, `nothing_left_to_settle`.
    """
    case = await locked(work, settlement_id, version)
    if case.state not in {"draft", "returned_for_correction"}:
        raise Refusal("wrong_state", state=case.state, event="take_out")
    left = left_out(await work.voucher_settlements.in_work(case), voucher_ids)
    await work.voucher_settlements.take_out(case, frozenset(voucher_ids), left=len(left))
    return await work.voucher_settlements.get(await work.cases.touch(case))


async def submit_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Submit a drafted or returned settlement; a correction keeps the day of the first submission."""
    case = await locked(work, settlement_id, version)
    signed = await sign(work, case, "submit")
    await work.voucher_settlements.mark_submitted(signed)
    return await work.voucher_settlements.get(signed)


async def withdraw_voucher_settlement(
    work: Work, *, settlement_id: UUID, version: int
) -> VoucherSettlement:
    """Withdraw a settlement that nobody has accepted: its vouchers may stand in another."""
    case = await locked(work, settlement_id, version)
    signed = await sign(work, case, "withdraw")
    await work.voucher_settlements.let_go(signed)
    return await work.voucher_settlements.get(signed)


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
    """Return a settlement's lines by voucher, those let go too."""
    case = await work.cases.get(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    return await work.voucher_settlements.lines(case, after=after, limit=limit)


async def line_of_voucher_settlement(
    work: Work, *, settlement_id: UUID, voucher_id: UUID
) -> VoucherLine:
    """Return one line, with the facts that explain it; refuses `not_found`."""
    case = await work.cases.get(CaseKind.VOUCHER_SETTLEMENT, settlement_id)
    return await work.voucher_settlements.line(case, voucher_id)


async def locked(work: Work, settlement_id: UUID, version: int | None = None) -> Case:
    """Lock a settlement's case, at a version where one is named."""
    return await work.cases.lock(CaseKind.VOUCHER_SETTLEMENT, settlement_id, version=version)
