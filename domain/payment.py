"""Payment (支付), attempt, batch: the intent to pay one payee, each try, a sealed set of tries.

A retry is a new attempt with a reference of its own; one payment has at most one attempt that is
not rejected (index `one_live_attempt`), so that nothing is ever sent twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.batch_file import Seal
from domain.cases import NEW, Case, Duty, state_after
from domain.errors import Fault, Refusal
from domain.funding_request import Subject, subject_ids_of
from domain.ledger import Event, Transfer, transfer_of
from domain.machines.payment import FLOW
from domain.payee_account import Waiting

BATCH_LINES_MAX: Final = 100_000

NOT_TO_RELEASE: Final = frozenset({Duty.APPROVE, Duty.CONCUR, Duty.PREPARE})
"""Duties in a case that keep a person from releasing its payment (DESIGN 1.5)."""

EXPORTED_FROM: Final = frozenset({"released", "submitted", "reconciled"})
"""States of a batch whose file may leave: never before a second person has released it."""

_BASE32: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH: Final = 26

PLANNED: Final = state_after(FLOW, NEW, "plan")


class AttemptState(StrEnum):
    """Where one try stands."""

    BATCHED = "batched"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"
    CANCELLED = "cancelled"


UNANSWERED: Final = frozenset({AttemptState.BATCHED, AttemptState.SUBMITTED, AttemptState.UNKNOWN})
"""Our side's leftovers: tries of which the bank has not said what became of them."""

STANDING: Final = frozenset(AttemptState) - {AttemptState.CANCELLED}
"""Tries that stand in their batch's file: all but those taken out before it was sent."""


class Remedy(StrEnum):
    """What a correction does with a returned payment."""

    PAY_AGAIN = "pay_again"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to become of a returned payment; `payee_account_id` is where it is paid again."""

    case: Case
    payment_id: UUID
    remedy: Remedy
    payee_account_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A line taken out of a batch before it was sent, and why."""

    attempt_id: UUID
    payment_id: UUID
    line_no: int
    amount_fen: int
    reason: str
    excluded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The intent to pay one payee what a concurred line says, from one book.

    `payee_account_id` is where it goes now: the account of the line, or the verified one that has
    replaced it. `reference` and `batch_id` are those of the newest attempt; `booked_on` is the bank's
    day; `waits_for` says what keeps a planned payment out of every batch.
    """

    id: UUID
    place_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    subject: Subject
    filing_id: UUID | None
    funding_request_id: UUID
    funding_request_line_id: UUID
    payee_account_id: UUID
    payee_name: str
    account_masked: str
    fund_source: str
    budget_year: int
    amount_fen: int
    purpose: str
    state: str
    planned_at: datetime
    booked_on: date | None
    attempts: int
    reference: str | None
    batch_id: UUID | None
    waits_for: Waiting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Of a payment, what a batch needs: whom it pays, what for, and from where.

    A batch holds a hundred thousand at once, so that nothing else of a payment stands here.
    `payee_account_id` is where it goes now; `attempts` is how often it has been tried.
    """

    id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    subject: Subject
    filing_id: UUID | None
    funding_request_id: UUID
    payee_account_id: UUID
    amount_fen: int
    purpose: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a payment, on one line of one batch, under one reference for ever."""

    id: UUID
    payment_id: UUID
    payee_account_id: UUID
    attempt_no: int
    line_no: int

    @property
    def reference(self) -> str:
        """The reference the bank answers with."""
        return reference_of(self.id)


BatchLine = tuple[Attempt, Due]
"""One line of a batch: the try, and what it pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOnFile:
    """An attempt as lists and chains show it: `bank_line_id` is the line that answered it."""

    id: UUID
    payment_id: UUID
    payee_account_id: UUID
    batch_id: UUID
    attempt_no: int
    line_no: int
    reference: str
    amount_fen: int
    state: AttemptState
    bank_line_id: UUID | None
    booked_on: date | None
    bank_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A sealed set of attempts of one book: count, total in fen, and digest of the bank's file."""

    case: Case
    fund_source: str
    budget_year: int
    lines: int
    total_fen: int
    digest: bytes
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShare:
    """One person's part of what a payment pays: of the prepayment, or the entitlement settled."""

    enrolment_id: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherShare:
    """What a payment pays on one voucher, in fen."""

    voucher_id: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyChain:
    """The provable chain of one payment: every id from the plan to the ledger (DESIGN 1.2)."""

    payment: Payment
    people: tuple[PersonShare, ...]
    vouchers: tuple[VoucherShare, ...]
    attempts: tuple[AttemptOnFile, ...]
    posting_ids: tuple[UUID, ...]


def reference_of(attempt_id: UUID) -> str:
    """Write an attempt's id in 26 letters and digits (Crockford's base 32), one to one.

    Fixed when the attempt is made: the same attempt has the same reference however often its file
    is written. References sort as ids do, by time; letters that look like digits are not used.
    """
    number, letters = attempt_id.int, []
    for _ in range(_REFERENCE_LENGTH):
        number, digit = divmod(number, 32)
        letters.append(_BASE32[digit])
    return "".join(reversed(letters))


def checked_payments(
    asked: Sequence[UUID],
    found: Mapping[UUID, Payment],
    *,
    fund_source: str,
    budget_year: int,
) -> list[Payment]:
    """Return the payments named for a batch by planning, or refuse `batch_faulty` located."""
    faults: list[Fault] = []
    seen: set[UUID] = set()
    payments: list[Payment] = []
    for n, payment_id in enumerate(asked):
        payment = found.get(payment_id)
        pointer = f"/payment_ids/{n}"
        if payment_id in seen:
            faults.append(Fault(pointer, "payment_twice"))
        elif payment is None:
            faults.append(Fault(pointer, "payment_unknown"))
        elif payment.state != PLANNED:
            faults.append(Fault(pointer, "payment_not_planned", {"state": payment.state}))
        elif (payment.fund_source, payment.budget_year) != (fund_source, budget_year):
            faults.append(Fault(pointer, "payment_of_other_book"))
        elif payment.waits_for is not None:
            faults.append(Fault(pointer, payment.waits_for))
        else:
            payments.append(payment)
        seen.add(payment_id)
    if faults:
        raise Refusal("batch_faulty", faults=tuple(faults), count=len(faults))
    return sorted(payments, key=lambda payment: (payment.planned_at, payment.id))


def check_exportable(state: str) -> None:
    """Refuse `wrong_state` before the batch is released."""
    if state not in EXPORTED_FROM:
        raise Refusal("wrong_state", state=state, event="export")


def check_as_sealed(batch: Batch, seal: Seal) -> None:
    """Refuse `batch_file_differs` unless the attempts are still those that were sealed, to the byte."""
    sealed = (batch.lines, batch.total_fen, batch.digest)
    if sealed != (seal.lines, seal.total_fen, seal.digest):
        raise Refusal("batch_file_differs")


def check_sendable(lines: Sequence[BatchLine], verified: Collection[UUID]) -> None:
    """Refuse `batch_to_split`, located by line, when an account is no longer the verified one to pay to.

    `verified` are the accounts that are, and that no declared change waits to replace.
    """
    faults = tuple(
        Fault(f"/lines/{attempt.line_no}", "payee_account_unverified")
        for attempt, due in lines
        if attempt.payee_account_id not in verified
        or attempt.payee_account_id != due.payee_account_id
    )
    if faults:
        raise Refusal("batch_to_split", faults=faults, count=len(faults))


def due_of(payment: Payment) -> Due:
    """Return what a batch needs of a payment."""
    return Due(
        id=payment.id,
        org_id=payment.org_id,
        partner_org_id=payment.partner_org_id,
        subject=payment.subject,
        filing_id=payment.filing_id,
        funding_request_id=payment.funding_request_id,
        payee_account_id=payment.payee_account_id,
        amount_fen=payment.amount_fen,
        purpose=payment.purpose,
        attempts=payment.attempts,
    )


def release_transfer(attempt: Attempt, due: Due) -> Transfer:
    """Move a released payment's money from its commitment into transit."""
    return transfer_of(
        Event.BATCH_RELEASED,
        amount_fen=due.amount_fen,
        posting_key=f"batch_released:{attempt.id}",
        org_id=due.org_id,
        partner_org_id=due.partner_org_id,
        **subject_ids_of(due),
        payment_id=due.id,
        attempt_id=attempt.id,
    )


def linked_cases(dues: Collection[Due]) -> set[UUID]:
    """Return the cases that payments come from: what they pay, and the requests they stand in."""
    return {due.subject.id for due in dues} | {due.funding_request_id for due in dues}
