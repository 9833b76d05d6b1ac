"""Receipts (收款): bank lines of money that came in, and which recovery each pays (CASES 3, 5)."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.bank_result import LineState
from domain.errors import Fault, Refusal
from domain.recovery import Recovery

RECEIPTS_MAX: Final = 500
"""Lines of one load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One amount that came in, in fen. `line_reference` is the bank's own, `recovery_reference` ours."""

    line_reference: str
    recovery_reference: str
    amount_fen: int
    booked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFile:
    """What was loaded at once, by whom. A job takes its lines."""

    id: UUID
    place_id: UUID
    digest: bytes
    lines: int
    received_at: datetime
    uploaded_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOnFile:
    """A line on file: what became of it, and the recovery it names, if there is one."""

    id: UUID
    receipts_id: UUID
    line_no: int
    receipt: Receipt
    state: LineState
    recovery_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReceipt:
    """What becomes of one line."""

    line: ReceiptOnFile
    outcome: LineState
    recovery: Recovery | None


def digest_of(receipts: Sequence[Receipt]) -> bytes:
    """Return what tells one load from another: its lines, whatever their spelling on the wire."""
    lines = (
        f"{one.line_reference} {one.recovery_reference} {one.amount_fen} {one.booked_on.isoformat()}"
        for one in receipts
    )
    return hashlib.sha256("\n".join(("receipts", *lines)).encode()).digest()


def check_receipts(receipts: Sequence[Receipt], *, today: date) -> None:
    """Refuse (`receipts_faulty`) what is booked on a day to come, or stands twice, located."""
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for n, one in enumerate(receipts):
        if one.booked_on > today:
            faults.append(Fault(f"/receipts/{n}/booked_on", "day_to_come"))
        if one.line_reference in first:
            row = {"row": first[one.line_reference]}
            faults.append(Fault(f"/receipts/{n}/line_reference", "incoming_line_twice", row))
        first.setdefault(one.line_reference, n)
    if faults:
        raise Refusal("receipts_faulty", faults=tuple(faults), count=len(faults))


def taken(
    line: ReceiptOnFile, named: Mapping[str, Recovery], *, seen: Collection[str]
) -> TakenReceipt:
    """Decide what becomes of one line, on the recovery as it is now.

    More than is owed is kept and not taken: it is the payer's, and goes back. A line of a recovery on
    which nothing is owed has been answered already.
    """
    receipt = line.receipt
    if receipt.line_reference in seen:
        return TakenReceipt(line=line, outcome=LineState.REPEATED, recovery=None)
    recovery = named.get(receipt.recovery_reference)
    if recovery is None:
        return TakenReceipt(line=line, outcome=LineState.UNKNOWN_REFERENCE, recovery=None)
    figures = recovery.figures
    owed_fen = figures.outstanding_fen + figures.written_off_fen
    outcome = LineState.MATCHED
    if owed_fen == 0:
        outcome = LineState.ALREADY_ANSWERED
    elif receipt.amount_fen > owed_fen:
        outcome = LineState.AMOUNT_DIFFERS
    return TakenReceipt(line=line, outcome=outcome, recovery=recovery)
