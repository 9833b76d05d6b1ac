"""Invoices of workers who are reimbursed (劳动者先缴后补): one for each voucher, of its class's fee."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.class_record import Receipt, normalised_receipt
from domain.errors import Fault, Refusal
from domain.voucher_settlement import VoucherLine


def checked_invoices(
    invoices: Sequence[Receipt],
    lines: Sequence[VoucherLine],
    *,
    issuers: Mapping[UUID, str | None],
    today: date,
) -> tuple[Receipt, ...]:
    """Return invoices normalised, one for each line; `id` is the voucher that an invoice is for.

    Each is issued by the provider of the voucher's class (`issuers`: its credit code, by class), for the
    fee. Refuses `voucher_settlement_faulty` with every fault located.
    """
    by_voucher = {line.voucher_id: line for line in lines}
    faults: list[Fault] = []
    rows: list[Receipt] = []
    keys: set[tuple[str, str | None, str]] = set()
    for n, given in enumerate(invoices):
        where = f"/invoices/{n}"
        invoice, found = normalised_receipt(given, where)
        faults += found
        line = by_voucher.pop(invoice.id, None)
        if line is None:
            faults.append(Fault(f"{where}/voucher_id", "voucher_not_in_settlement"))
        else:
            if invoice.amount_fen != line.facts.fee_fen:
                fee = {"fee_fen": line.facts.fee_fen}
                faults.append(Fault(f"{where}/amount_fen", "invoice_not_of_fee", fee))
            if invoice.issuer_code != issuers[line.class_id]:
                faults.append(Fault(f"{where}/issuer_code", "invoice_of_another_issuer"))
        if invoice.issued_on > today:
            faults.append(Fault(f"{where}/issued_on", "day_to_come"))
        if invoice.key in keys:
            faults.append(Fault(f"{where}/number", "receipt_twice"))
        keys.add(invoice.key)
        rows.append(invoice)
    if by_voucher:
        faults.append(Fault("/invoices", "invoice_missing", {"count": len(by_voucher)}))
    if faults:
        raise Refusal("voucher_settlement_faulty", faults=tuple(faults), count=len(faults))
    return tuple(rows)


def with_invoices(
    lines: Sequence[VoucherLine], invoices: Sequence[Receipt]
) -> Sequence[VoucherLine]:
    """Return lines whose facts name their invoices."""
    numbers = {invoice.id: invoice.number for invoice in invoices}
    return [
        replace(line, facts=replace(line.facts, invoice_number=numbers[line.voucher_id]))
        for line in lines
    ]
