"""Funding request (拨款申请): approved cases, for the finance department to concur in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from domain.cases import Case, Duty
from domain.errors import Fault, Refusal

APPROVED: Final = "approved"
"""The state, of prepayments and settlements alike, in which money may be asked for them."""

NOT_TO_PREPARE: Final = frozenset({Duty.APPROVE, Duty.CONCUR})
"""Duties in a case that keep a person from preparing its payment (CASES 3)."""


class PayableKind(StrEnum):
    """What a payment pays: the kinds of case that money is asked for."""

    PREPAYMENT = "prepayment"
    SETTLEMENT = "settlement"
    VOUCHER_SETTLEMENT = "voucher_settlement"


PURPOSES: Final[Mapping[PayableKind, str]] = {
    PayableKind.PREPAYMENT: "企业新型学徒制培训补贴预支",
    PayableKind.SETTLEMENT: "企业新型学徒制培训补贴结算",
    PayableKind.VOUCHER_SETTLEMENT: "职业培训券补贴",
}
"""What the payee reads on a bank statement. Kept with the payment: a file never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A case that funding is asked for."""

    kind: PayableKind
    id: UUID


class OfCommitment(Protocol):
    """What is paid from a commitment: a filing's, or without one that of the voucher settlement itself."""

    @property
    def subject(self) -> Subject:
        """The case that is paid."""

    @property
    def filing_id(self) -> UUID | None:
        """The filing it belongs to; None for vouchers."""


def commitment_of(paid: OfCommitment) -> UUID:
    """Return the case that the money is committed to: the filing, or the voucher settlement."""
    return paid.subject.id if paid.filing_id is None else paid.filing_id


def subject_ids_of(paid: OfCommitment) -> dict[str, UUID]:
    """Return, as `transfer_of` takes it, whose accounts the money lies in."""
    if paid.filing_id is None:
        return {"voucher_batch_id": paid.subject.id}
    return {"filing_id": paid.filing_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A subject as it stands: `amount_fen` is the decided prepayment or the balance."""

    subject: Subject
    state: str
    filing_id: UUID | None
    fund_source: str
    payee_account_id: UUID
    amount_fen: int
    requested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingLine:
    """One subject in a request. `payment_id` is None until the concurred line is ordered.

    A `released` line pays nothing any more: its subject may be requested again.
    """

    id: UUID
    line_no: int
    subject: Subject
    filing_id: UUID | None
    payee_account_id: UUID
    amount_fen: int
    payment_id: UUID | None = None
    released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequest:
    """A request on file: so many lines of one book, and their total in fen."""

    case: Case
    fund_source: str
    budget_year: int
    lines: int
    total_fen: int


def checked_payables(
    subjects: Sequence[Subject],
    found: Mapping[UUID, Payable],
    committed_fen: Mapping[UUID, int],
    *,
    fund_source: str,
    spare_fen: int = 0,
) -> list[Payable]:
    """Return what is to be paid, in the order asked for, or refuse with every fault located.

    `committed_fen` says what is committed to each filing or voucher settlement in the book; `spare_fen` what the book
    could still commit to balances when finance concurs. Refuses `funding_request_faulty`, or
    `already_requested` when nothing else is wrong.
    """
    faults: list[Fault] = []
    seen: set[UUID] = set()
    payables: list[Payable] = []
    for n, subject in enumerate(subjects):
        payable = found.get(subject.id)
        pointer = f"/subjects/{n}/id"
        if subject.id in seen:
            faults.append(Fault(pointer, "subject_twice"))
        elif payable is None or payable.subject.kind is not subject.kind:
            faults.append(Fault(pointer, "subject_unknown"))
        elif code := _fault_of(payable, fund_source=fund_source):
            faults.append(Fault(pointer, code, {"state": payable.state}))
        else:
            payables.append(payable)
        seen.add(subject.id)
    if not faults:
        missing = shortages([(commitment_of(p), p.amount_fen) for p in payables], committed_fen)
        balances = {n for n in missing if payables[n].subject.kind is PayableKind.SETTLEMENT}
        coverable = sum(missing[n] for n in balances) <= spare_fen
        short = [n for n in missing if n not in balances or not coverable]
        faults = [
            Fault(f"/subjects/{n}/id", "commitment_insufficient", {"missing_fen": missing[n]})
            for n in short
        ]
    if faults and all(fault.code == "already_requested" for fault in faults):
        raise Refusal("already_requested", faults=tuple(faults))
    if faults:
        raise Refusal("funding_request_faulty", faults=tuple(faults), count=len(faults))
    return payables


def shortages(
    amounts: Iterable[tuple[UUID, int]], committed_fen: Mapping[UUID, int]
) -> dict[int, int]:
    """Return, by position, the fen of each amount that its commitment does not cover."""
    left = dict(committed_fen)
    missing = {}
    for n, (case_id, amount_fen) in enumerate(amounts):
        have_fen = left.get(case_id, 0)
        left[case_id] = max(0, have_fen - amount_fen)
        if amount_fen > have_fen:
            missing[n] = amount_fen - have_fen
    return missing


def _fault_of(payable: Payable, *, fund_source: str) -> str | None:
    if payable.requested:
        return "already_requested"
    if payable.state != APPROVED:
        return "subject_not_approved"
    if payable.amount_fen <= 0:
        return "nothing_to_pay"
    return None if payable.fund_source == fund_source else "fund_source_differs"
