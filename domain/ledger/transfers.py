"""Transfers: what moves between which accounts, on whose decision or which bank line (CASES 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.cases import Duty, Step
from domain.ledger.chart import (
    EVENTS,
    SUBJECTS,
    AccountKind,
    Event,
    PostingKind,
    SubjectKind,
)
from domain.money import FEN_MAX
from domain.party import SYSTEM_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class BookKey:
    """A book (账套): one fund source of one place in one budget year.

    `fund_source` is one of `domain.budget.FUND_SOURCES`.
    """

    place_id: UUID
    fund_source: str
    budget_year: int


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account within a book: its kind, and the filing, voucher batch, payment or recovery it belongs to.

    Ids are unique, so that what kind of subject an id is makes no other account of it; the kind is needed
    to open one.
    """

    kind: AccountKind
    subject_id: UUID | None = None
    subject_kind: SubjectKind | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.subject_kind is None:
            object.__setattr__(self, "subject_kind", SUBJECTS[self.kind])
        if (SUBJECTS[self.kind] is None) != (self.subject_id is None):
            msg = f"an account of kind {self.kind} has a subject exactly when its kind says so"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of `amount_fen` (whole fen, above zero) within one book.

    `posting_key` is the business key under which it is posted once and never twice. `org_id` and
    `partner_org_id` are the party whose money chain it belongs to (the bureau for the fund's own
    movements). `attempt_id` names the payment attempt whenever a leg is `in_transit`.
    `reverses_id` makes it the mirror of an earlier posting. Raises ValueError for legs that
    `EVENTS` does not have: callers choose events, people do not.
    """

    event: Event
    from_: AccountKey
    to: AccountKey
    amount_fen: int
    posting_key: str
    org_id: UUID
    partner_org_id: UUID | None = None
    attempt_id: UUID | None = None
    reverses_id: UUID | None = None

    def __post_init__(self) -> None:
        if not 0 < self.amount_fen <= FEN_MAX:
            msg = f"a transfer moves 1 to {FEN_MAX} fen, not {self.amount_fen}"
            raise ValueError(msg)
        legs = EVENTS[self.event]
        kinds = (legs.from_, legs.to) if self.reverses_id is None else (legs.to, legs.from_)
        if (self.from_.kind, self.to.kind) != kinds:
            msg = f"{self.event} does not move money from {self.from_.kind} to {self.to.kind}"
            raise ValueError(msg)
        if (AccountKind.IN_TRANSIT in kinds) != (self.attempt_id is not None):
            msg = "a transfer names a payment attempt exactly when a leg is in transit"
            raise ValueError(msg)

    @property
    def kind(self) -> PostingKind:
        """A reversal when it mirrors an earlier posting."""
        return PostingKind.POSTING if self.reverses_id is None else PostingKind.REVERSAL


def transfer_of(
    event: Event,
    *,
    amount_fen: int,
    posting_key: str,
    org_id: UUID,
    partner_org_id: UUID | None = None,
    filing_id: UUID | None = None,
    voucher_batch_id: UUID | None = None,
    to_voucher_batch_id: UUID | None = None,
    payment_id: UUID | None = None,
    recovery_id: UUID | None = None,
    attempt_id: UUID | None = None,
) -> Transfer:
    """Build a transfer from its event: the table gives the accounts, the ids their subjects.

    A voucher batch stands where a filing would. `to_voucher_batch_id` is the batch that takes over what
    another had committed.
    """
    subjects = {
        SubjectKind.FILING: filing_id,
        SubjectKind.PAYMENT: payment_id,
        SubjectKind.RECOVERY: recovery_id,
    }

    def key(kind: AccountKind, batch_id: UUID | None) -> AccountKey:
        subject = SUBJECTS[kind]
        if subject is SubjectKind.FILING and batch_id is not None:
            return AccountKey(kind, batch_id, SubjectKind.VOUCHER_BATCH)
        return AccountKey(kind, None if subject is None else subjects[subject])

    legs = EVENTS[event]
    return Transfer(
        event=event,
        from_=key(legs.from_, voucher_batch_id),
        to=key(legs.to, to_voucher_batch_id or voucher_batch_id),
        amount_fen=amount_fen,
        posting_key=posting_key,
        org_id=org_id,
        partner_org_id=partner_org_id,
        attempt_id=attempt_id,
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed step of the deciding case, and who signed it."""

    seq: int
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Decision:
    """A cause: two people's signed steps of one case. The system person is never one of two."""

    case_id: UUID
    first: Signature
    second: Signature

    def __post_init__(self) -> None:
        people = {self.first.person_id, self.second.person_id}
        if len(people) != 2 or SYSTEM_PERSON in people:
            msg = "a decision about money is signed by two people"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class BankLine:
    """A cause: the line of a bank result that the posting mirrors."""

    id: UUID


Cause = Decision | BankLine


def decision_of(case_id: UUID, steps: Iterable[Step]) -> Decision:
    """Return the decision that a case's steps amount to: its last two deciding people.

    Filing and system steps decide nothing. Raises ValueError when two people have not signed.
    """
    deciding = [step for step in steps if step.duty not in (Duty.FILE, Duty.SYSTEM)]
    deciding.sort(key=lambda step: step.seq)
    last = deciding.pop() if deciding else None
    other = next((s for s in reversed(deciding) if last and s.person_id != last.person_id), None)
    if last is None or other is None:
        msg = "the case does not carry the signatures of two deciding people"
        raise ValueError(msg)
    return Decision(
        case_id,
        Signature(other.seq, other.person_id),
        Signature(last.seq, last.person_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A stored transfer, read back for explanations and corrections.

    A subject is None for the fund's own accounts, and for another party's account that the
    reader may not see.
    """

    id: UUID
    book: BookKey
    book_id: UUID
    kind: PostingKind
    event: Event
    from_kind: AccountKind
    from_subject_id: UUID | None
    to_kind: AccountKind
    to_subject_id: UUID | None
    amount_fen: int
    posting_key: str
    org_id: UUID
    partner_org_id: UUID | None
    attempt_id: UUID | None
    reverses_id: UUID | None
    cause: Cause
    posted_at: datetime


def reversal_of(posting: Posting, *, posting_key: str) -> Transfer:
    """Mirror a posting: same event, amount and attempt, legs swapped.

    Raises ValueError for a reversal: what was reversed by mistake is posted anew.
    """
    if posting.kind is PostingKind.REVERSAL:
        msg = "a reversal is not reversed"
        raise ValueError(msg)
    return Transfer(
        event=posting.event,
        from_=AccountKey(posting.to_kind, posting.to_subject_id),
        to=AccountKey(posting.from_kind, posting.from_subject_id),
        amount_fen=posting.amount_fen,
        posting_key=posting_key,
        org_id=posting.org_id,
        partner_org_id=posting.partner_org_id,
        attempt_id=posting.attempt_id,
        reverses_id=posting.id,
    )
