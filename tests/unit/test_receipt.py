"""Receipts: what becomes of a line, and what is refused before anything is kept."""

import hashlib
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.bank_result import LineState
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.receipt import Receipt, ReceiptOnFile, check_receipts, digest_of, taken
from domain.recovery import Recovery, RecoveryCause, RecoveryFigures
from tests.unit.settlement_samples import a_filing

TODAY = date(2027, 4, 1)


def a_receipt(line: str = "L1", fen: int = 100, on: date = TODAY) -> Receipt:
    return Receipt(line_reference=line, recovery_reference="R1", amount_fen=fen, booked_on=on)


def a_recovery(*, outstanding: int = 0, written_off: int = 0) -> Recovery:
    return Recovery(
        case=replace(a_filing().case, kind=CaseKind.RECOVERY, state="served"),
        filing_id=a_filing().case.id,
        reference="R1",
        cause=RecoveryCause.SETTLEMENT,
        settlement_id=None,
        proposed_fen=None,
        document_number=None,
        pay_within_days=None,
        served_on=None,
        due_on=None,
        proof_reference=None,
        figures=RecoveryFigures(outstanding_fen=outstanding, written_off_fen=written_off),
    )


def on_file(receipt: Receipt) -> ReceiptOnFile:
    return ReceiptOnFile(
        id=UUID(int=1),
        receipts_id=UUID(int=2),
        line_no=1,
        receipt=receipt,
        state=LineState.RECEIVED,
        recovery_id=None,
    )


@pytest.mark.parametrize(
    ("outstanding", "written_off", "fen", "outcome"),
    [
        (100, 0, 100, LineState.MATCHED),
        (100, 0, 99, LineState.MATCHED),
        (100, 0, 101, LineState.AMOUNT_DIFFERS),
        (60, 40, 100, LineState.MATCHED),
        (0, 40, 41, LineState.AMOUNT_DIFFERS),
        (0, 0, 1, LineState.ALREADY_ANSWERED),
    ],
)
def test_at_most_what_is_owed_is_taken(
    outstanding: int, written_off: int, fen: int, outcome: LineState
) -> None:
    recovery = a_recovery(outstanding=outstanding, written_off=written_off)
    decided = taken(on_file(a_receipt(fen=fen)), {"R1": recovery}, seen=())
    assert (decided.outcome, decided.recovery) == (outcome, recovery)
    assert decided.line.receipt.amount_fen == fen


def test_a_line_seen_before_or_of_no_recovery_names_none() -> None:
    line = on_file(a_receipt())
    named = {"R1": a_recovery(outstanding=100)}
    again = taken(line, named, seen={"L1"})
    assert (again.outcome, again.recovery) == (LineState.REPEATED, None)
    assert again.line is line
    unknown = taken(line, {}, seen=())
    assert (unknown.outcome, unknown.recovery) == (LineState.UNKNOWN_REFERENCE, None)
    assert unknown.line is line


def test_every_fault_is_located() -> None:
    check_receipts([a_receipt(), a_receipt("L2")], today=TODAY)
    with pytest.raises(Refusal) as refused:
        check_receipts([a_receipt(), a_receipt(on=date(2027, 4, 2))], today=TODAY)
    assert [(one.pointer, one.code) for one in refused.value.faults] == [
        ("/receipts/1/booked_on", "day_to_come"),
        ("/receipts/1/line_reference", "incoming_line_twice"),
    ]
    assert refused.value.code == "receipts_faulty"
    assert refused.value.values == {"count": 2}
    assert refused.value.faults[1].values == {"row": 0}


def test_the_same_lines_have_the_same_digest() -> None:
    assert digest_of([a_receipt()]) == digest_of([a_receipt()])
    assert digest_of([a_receipt()]) != digest_of([a_receipt(fen=101)])
    # What is stored must tell a repeated load years later: the bytes are fixed.
    written = b"receipts\nL1 R1 100 2027-04-01\nL2 R1 7 2027-04-01"
    assert digest_of([a_receipt(), a_receipt("L2", 7)]) == hashlib.sha256(written).digest()
