"""Bank result (银行回盘): what the bank says became of a batch's lines, and how each line is taken.

A file that cannot be read is refused whole, every bad cell located. A file that can be read is kept
whole: a line that fits nothing blocks nothing, and stays visible with its outcome.
"""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.funding_request import PayableKind, Subject, commitment_of, subject_ids_of
from domain.ledger import AccountKind, Event, Posting, Transfer, reversal_of, transfer_of
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
    """What the bank says became of one attempt.

    `unknown`: it cannot say yet. `returned`: given back, after it had said paid. `not_known`: it has
    never had a payment of this reference, which is an answer to our asking.
    """

    PAID = "paid"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    NOT_KNOWN = "not_known"


class LineState(StrEnum):
    """How a line was taken. Each but the first is an outcome and never changes."""

    RECEIVED = "received"
    MATCHED = "matched"
    REPEATED = "repeated"
    UNKNOWN_REFERENCE = "unknown_reference"
    AMOUNT_DIFFERS = "amount_differs"
    ALREADY_ANSWERED = "already_answered"
    NOT_SUBMITTED = "not_submitted"
    EARNED_ALREADY = "earned_already"


_ATTEMPT_AFTER: Final[Mapping[tuple[AttemptState, BankAnswer], AttemptState]] = {
    **{
        (before, answer): after
        for before in (AttemptState.SUBMITTED, AttemptState.UNKNOWN)
        for answer, after in {
            BankAnswer.PAID: AttemptState.PAID,
            BankAnswer.REJECTED: AttemptState.REJECTED,
            BankAnswer.RETURNED: AttemptState.REJECTED,
            BankAnswer.NOT_KNOWN: AttemptState.REJECTED,
        }.items()
    },
    (AttemptState.SUBMITTED, BankAnswer.UNKNOWN): AttemptState.UNKNOWN,
    (AttemptState.PAID, BankAnswer.RETURNED): AttemptState.RETURNED,
}
"""What an answer makes of an attempt. An absent pair says nothing new: it is `already_answered`."""

PAYMENT_EVENTS: Final[Mapping[AttemptState, str]] = {
    AttemptState.PAID: "confirm",
    AttemptState.REJECTED: "reject",
    AttemptState.UNKNOWN: "lose",
    AttemptState.RETURNED: "give_back",
}
"""The event of the payment's flow by which it follows its attempt."""


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
    filing_id: UUID | None
    org_id: UUID
    partner_org_id: UUID | None
    fund_source: str
    budget_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A line with its outcome; `tried` is the attempt that its reference names.

    `after` is the state a matched line leaves the attempt in; None where it answers nothing.
    """

    line: BankLine
    outcome: LineState
    tried: Tried | None
    after: AttemptState | None = None


Held = tuple[AccountKind, UUID, str, int]
"""An account in a book: its kind, the filing or voucher settlement, fund source and budget year."""


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
    if tried.state in {AttemptState.BATCHED, AttemptState.CANCELLED}:
        return LineState.NOT_SUBMITTED
    if (tried.state, line.answer) not in _ATTEMPT_AFTER:
        return LineState.ALREADY_ANSWERED
    if tried.amount_fen != line.amount_fen:
        return LineState.AMOUNT_DIFFERS
    return LineState.MATCHED


def confirmed_account(tried: Tried) -> Held:
    """Return the account that a confirmation of this attempt filled, and its return empties."""
    kind = (
        AccountKind.PREPAYMENT_RECEIVABLE
        if tried.subject.kind is PayableKind.PREPAYMENT
        else AccountKind.EXPENSE
    )
    return kind, commitment_of(tried), tried.fund_source, tried.budget_year


def taken(
    lines: Sequence[BankLine],
    attempts: Mapping[str, Tried],
    *,
    seen: Collection[str],
    held_fen: Mapping[Held, int],
) -> list[Taken]:
    """Decide a chunk of lines in the order of the file.

    `attempts` by payment reference, `seen` the bank's line references that answered before this
    chunk, `held_fen` what the accounts of confirmed payments hold. The chunk ends before a line that
    follows up on an answer of the chunk: that line is decided in the next. A payment given
    back after a settlement has earned it is `earned_already`: it stays visible and moves nothing,
    for what was earned is undone by a decision alone.
    """
    known, left, decided = set(seen), dict(held_fen), list[Taken]()
    answered = dict[UUID, AttemptState]()
    for line in lines:
        tried = attempts.get(line.line.payment_reference)
        repeated = line.line.line_reference in known
        if tried is not None and tried.attempt_id in answered and not repeated:
            if (answered[tried.attempt_id], line.line.answer) in _ATTEMPT_AFTER:
                break
            tried = replace(tried, state=answered[tried.attempt_id])
        outcome = outcome_of(line.line, tried, repeated=repeated)
        after = None
        if outcome is LineState.MATCHED and tried is not None:
            after = _ATTEMPT_AFTER[tried.state, line.line.answer]
            if after is AttemptState.RETURNED:
                account = confirmed_account(tried)
                left[account] = left.get(account, 0) - tried.amount_fen
                if left[account] < 0:
                    left[account] += tried.amount_fen
                    outcome, after = LineState.EARNED_ALREADY, None
        if after is not None and tried is not None:
            answered[tried.attempt_id] = after
        if outcome in {LineState.MATCHED, LineState.ALREADY_ANSWERED}:
            known.add(line.line.line_reference)
        names_attempt = outcome not in {LineState.REPEATED, LineState.UNKNOWN_REFERENCE}
        decided.append(
            Taken(line=line, outcome=outcome, tried=tried if names_attempt else None, after=after)
        )
    return decided


def answer_transfers(
    tried: Tried, after: AttemptState, *, confirmation: Posting | None = None
) -> list[Transfer]:
    """Move an answered attempt's money: out of transit to what it paid, back, or nowhere yet.

    One given back after its confirmation mirrors the `confirmation` first.
    """
    if after is AttemptState.UNKNOWN:
        return []
    if after is AttemptState.RETURNED:
        assert confirmation is not None
        mirror = reversal_of(confirmation, posting_key=f"bank_unconfirmed:{tried.attempt_id}")
        back = _transfer(Event.BANK_RETURNED, tried, f"bank_given_back:{tried.attempt_id}")
        return [mirror, back]
    if after is AttemptState.REJECTED:
        event = Event.BANK_REFUSED
    elif tried.subject.kind is PayableKind.PREPAYMENT:
        event = Event.BANK_CONFIRMED_PREPAYMENT
    else:
        event = Event.BANK_CONFIRMED_BALANCE
    return [_transfer(event, tried, f"bank_answered:{tried.attempt_id}")]


def _transfer(event: Event, tried: Tried, posting_key: str) -> Transfer:
    return transfer_of(
        event,
        amount_fen=tried.amount_fen,
        posting_key=posting_key,
        org_id=tried.org_id,
        partner_org_id=tried.partner_org_id,
        **subject_ids_of(tried),
        payment_id=tried.payment_id,
        attempt_id=tried.attempt_id,
    )


def check_answerable(state: str) -> None:
    """Refuse `wrong_state` for a batch not submitted yet: the bank cannot have answered."""
    if state not in ANSWERED_IN:
        raise Refusal("wrong_state", state=state, event="answer")
