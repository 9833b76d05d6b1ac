"""Bank result (银行回盘): what the bank says became of a batch's lines, and how each line is taken.

A file that cannot be read is refused whole, every bad cell located. A file that can be read is kept
whole: a line that fits nothing blocks nothing, and stays visible with its outcome.
"""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.funding_request import PayableKind, Subject
from domain.ledger import Event, Transfer, transfer_of
from domain.money import FEN_MAX
from domain.payment import AttemptState

COLUMNS: Final = (
    "line_reference",
    "payment_reference",
    "result",
    "amount_fen",
    "booked_on",
    "reason",
)
LINES_MAX: Final = 100_000
ANSWERED_IN: Final = frozenset({"submitted", "reconciled"})
"""States of a batch in which the bank may answer it; late and repeated answers come later."""

_REASON_MAX: Final = 500
_REFERENCE: Final = re.compile(r"[0-9A-Za-z_.:/-]{1,64}")
_AMOUNT: Final = re.compile(r"[1-9][0-9]{0,13}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BankAnswer(StrEnum):
    """What the bank says became of one attempt."""

    PAID = "paid"
    REJECTED = "rejected"


class LineState(StrEnum):
    """How a line was taken. Each but the first is an outcome and never changes."""

    RECEIVED = "received"
    MATCHED = "matched"
    REPEATED = "repeated"
    UNKNOWN_REFERENCE = "unknown_reference"
    AMOUNT_DIFFERS = "amount_differs"
    ALREADY_ANSWERED = "already_answered"
    NOT_SUBMITTED = "not_submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """One line of the file. `line_reference` is the bank's own, `payment_reference` ours."""

    line_no: int
    line_reference: str
    payment_reference: str
    answer: BankAnswer
    amount_fen: int
    booked_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """A line on file, with its outcome and the attempt its reference names, if any."""

    id: UUID
    bank_result_id: UUID
    line: ResultLine
    state: LineState
    attempt_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankResult:
    """A file on file. `outcomes` counts lines by state; `received` ones wait for the job."""

    id: UUID
    place_id: UUID
    batch_id: UUID
    digest: bytes
    lines: int
    received_at: datetime
    uploaded_by: UUID
    outcomes: Mapping[LineState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt that a line may answer, with what its payment pays from which book."""

    attempt_id: UUID
    payment_id: UUID
    reference: str
    state: AttemptState
    amount_fen: int
    subject: Subject
    filing_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    fund_source: str
    budget_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A line with its outcome; `tried` is the attempt that its reference names."""

    line: BankLine
    outcome: LineState
    tried: Tried | None


def parse_bank_result(text: str, *, today: date) -> list[ResultLine]:
    """Read the bank's file, or refuse `bank_result_faulty` with every bad cell located.

    Pointers are `/lines/{line}/{column}`; lines of the file count from 1, which is the column
    names.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    faults: list[Fault] = []
    lines: list[ResultLine] = []
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            fault = Fault("/lines/1", "bank_result_header", {"columns": ",".join(COLUMNS)})
            raise Refusal("bank_result_faulty", faults=(fault,), count=1)
        for n, cells in enumerate(cells for cells in reader if cells):
            if n >= LINES_MAX:
                fault = Fault("/lines", "bank_result_too_long", {"most": LINES_MAX})
                raise Refusal("bank_result_faulty", faults=(fault,), count=1)
            found = _faults_of(cells, row=reader.line_num, today=today)
            if found:
                faults += found
            else:
                lines.append(_line(cells, n))
    except csv.Error:
        faults.append(Fault("/lines", "row_unreadable", {"row": reader.line_num}))
    if not lines and not faults:
        faults.append(Fault("/lines", "bank_result_empty"))
    if faults:
        raise Refusal("bank_result_faulty", faults=tuple(faults), count=len(faults))
    return lines


def _line(cells: Sequence[str], n: int) -> ResultLine:
    line_reference, payment_reference, result, amount, day, reason = cells
    return ResultLine(
        line_no=n + 1,
        line_reference=line_reference,
        payment_reference=payment_reference,
        answer=BankAnswer(result),
        amount_fen=int(amount),
        booked_on=date.fromisoformat(day),
        reason=reason,
    )


def _faults_of(cells: Sequence[str], *, row: int, today: date) -> list[Fault]:
    if len(cells) != len(COLUMNS):
        values = {"row": row, "columns": len(COLUMNS), "found": len(cells)}
        return [Fault(f"/lines/{row}", "row_width", values)]
    line_reference, payment_reference, result, amount, day, reason = cells
    codes = {
        "line_reference": None if _REFERENCE.fullmatch(line_reference) else "reference_malformed",
        "payment_reference": (
            None if _REFERENCE.fullmatch(payment_reference) else "reference_malformed"
        ),
        "result": None if result in set(BankAnswer) else "result_unknown",
        "amount_fen": (
            None if _AMOUNT.fullmatch(amount) and int(amount) <= FEN_MAX else "amount_malformed"
        ),
        "booked_on": _day_fault_of(day, today=today),
        "reason": (
            None
            if len(reason) <= _REASON_MAX and reason.replace("\u3000", " ").isprintable()
            else "reason_malformed"
        ),
    }
    return [
        Fault(f"/lines/{row}/{column}", code, {"row": row})
        for column, code in codes.items()
        if code
    ]


def _day_fault_of(day: str, *, today: date) -> str | None:
    try:
        booked_on = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        booked_on = None
    if booked_on is None:
        return "day_malformed"
    return "booked_in_future" if booked_on > today else None


def outcome_of(line: ResultLine, tried: Tried | None, *, repeated: bool) -> LineState:
    """Decide how a line is taken: the first of these that holds.

    `repeated` says that a line of this reference has answered before: then it was processed. One
    that answered nothing (a wrong reference or amount) may come again, corrected.
    """
    if repeated:
        return LineState.REPEATED
    if tried is None:
        return LineState.UNKNOWN_REFERENCE
    if tried.state is AttemptState.BATCHED:
        return LineState.NOT_SUBMITTED
    if tried.state is not AttemptState.SUBMITTED:
        return LineState.ALREADY_ANSWERED
    if tried.amount_fen != line.amount_fen:
        return LineState.AMOUNT_DIFFERS
    return LineState.MATCHED


def taken(
    lines: Sequence[BankLine], attempts: Mapping[str, Tried], *, seen: Collection[str]
) -> list[Taken]:
    """Decide a chunk of lines in the order of the file.

    `attempts` by payment reference, `seen` the bank's line references that answered before this chunk. A
    second answer to one attempt within the chunk is `already_answered`.
    """
    known, answered, decided = set(seen), set[UUID](), list[Taken]()
    for line in lines:
        tried = attempts.get(line.line.payment_reference)
        outcome = outcome_of(line.line, tried, repeated=line.line.line_reference in known)
        if outcome is LineState.MATCHED and tried is not None:
            if tried.attempt_id in answered:
                outcome = LineState.ALREADY_ANSWERED
            answered.add(tried.attempt_id)
        if outcome in {LineState.MATCHED, LineState.ALREADY_ANSWERED}:
            known.add(line.line.line_reference)
        names_attempt = outcome not in {LineState.REPEATED, LineState.UNKNOWN_REFERENCE}
        decided.append(Taken(line=line, outcome=outcome, tried=tried if names_attempt else None))
    return decided


def answer_transfer(line: BankLine, tried: Tried) -> Transfer:
    """Move an answered attempt's money out of transit: to what it paid, or back."""
    if line.line.answer is BankAnswer.REJECTED:
        event = Event.BANK_REFUSED
    elif tried.subject.kind is PayableKind.PREPAYMENT:
        event = Event.BANK_CONFIRMED_PREPAYMENT
    else:
        event = Event.BANK_CONFIRMED_BALANCE
    return transfer_of(
        event,
        amount_fen=tried.amount_fen,
        posting_key=f"bank_answered:{tried.attempt_id}",
        org_id=tried.org_id,
        partner_org_id=tried.partner_org_id,
        filing_id=tried.filing_id,
        payment_id=tried.payment_id,
        attempt_id=tried.attempt_id,
    )


def check_answerable(state: str) -> None:
    """Refuse `wrong_state` for a batch not submitted yet: the bank cannot have answered."""
    if state not in ANSWERED_IN:
        raise Refusal("wrong_state", state=state, event="answer")
