"""The chart of accounts, and `EVENTS`: the one table of legal movements (CASES 5).

The database's `posting_rules` are generated from the table, and PostgreSQL refuses what it does
not hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SubjectKind(StrEnum):
    """What an account below the fund itself belongs to."""

    FILING = "filing"
    VOUCHER_BATCH = "voucher_batch"
    PAYMENT = "payment"
    RECOVERY = "recovery"


class AccountKind(StrEnum):
    """The accounts of a book."""

    TREASURY = "treasury"
    AVAILABLE = "available"
    COMMITTED = "committed"
    IN_TRANSIT = "in_transit"
    PREPAYMENT_RECEIVABLE = "prepayment_receivable"
    EXPENSE = "expense"
    RECOVERY_RECEIVABLE = "recovery_receivable"
    WRITE_OFF = "write_off"


SUBJECTS: Final[Mapping[AccountKind, SubjectKind | None]] = MappingProxyType(
    {
        AccountKind.TREASURY: None,
        AccountKind.AVAILABLE: None,
        AccountKind.COMMITTED: SubjectKind.FILING,
        AccountKind.IN_TRANSIT: SubjectKind.PAYMENT,
        AccountKind.PREPAYMENT_RECEIVABLE: SubjectKind.FILING,
        AccountKind.EXPENSE: SubjectKind.FILING,
        AccountKind.RECOVERY_RECEIVABLE: SubjectKind.RECOVERY,
        AccountKind.WRITE_OFF: SubjectKind.RECOVERY,
    }
)
"""One account per subject and book; the fund's own two accounts have none.

What is per filing here is per voucher batch for vouchers: a class before its settlement, the settlement after.
"""


class CauseKind(StrEnum):
    """What makes money move: a decision of two people, or the bank line it mirrors."""

    DECISION = "decision"
    BANK_LINE = "bank_line"


class PostingKind(StrEnum):
    """A posting, or the mirror that corrects one."""

    POSTING = "posting"
    REVERSAL = "reversal"


class Event(StrEnum):
    """Why money moved: one row of CASES 5's table, split where the legs or the cause differ."""

    APPROPRIATION_APPROVED = "appropriation_approved"
    CARRIED_OVER = "carried_over"
    APPROPRIATION_REDUCED = "appropriation_reduced"
    APPROPRIATION_LAPSED = "appropriation_lapsed"
    YEAR_CLOSED = "year_closed"
    LISTED = "listed"
    FORWARD_COMMITTED = "forward_committed"
    PERSON_ADDED = "person_added"
    EXTENSION_PAID = "extension_paid"
    SUPPLEMENTARY_SETTLEMENT = "supplementary_settlement"
    VOUCHERS_STARTED = "vouchers_started"
    VOUCHERS_APPROVED = "vouchers_approved"
    VOUCHERS_RELEASED = "vouchers_released"
    VOUCHERS_REINSTATED = "vouchers_reinstated"
    VOUCHERS_HANDED_BACK = "vouchers_handed_back"
    RECOMMITTED = "recommitted"
    WRONG_PARTY_RECOMMITTED = "wrong_party_recommitted"
    PERSON_REMOVED = "person_removed"
    NOT_NEEDED = "not_needed"
    FILING_CLOSED = "filing_closed"
    FILING_TERMINATED = "filing_terminated"
    FILING_LAPSED = "filing_lapsed"
    RELEASED_AT_YEAR_END = "released_at_year_end"
    BATCH_RELEASED = "batch_released"
    BATCH_CANCELLED = "batch_cancelled"
    BANK_REFUSED = "bank_refused"
    BANK_RETURNED = "bank_returned"
    BANK_CONFIRMED_PREPAYMENT = "bank_confirmed_prepayment"
    BANK_CONFIRMED_BALANCE = "bank_confirmed_balance"
    SETTLEMENT_APPROVED = "settlement_approved"
    PREPAYMENT_UNEARNED = "prepayment_unearned"
    EARNED_REDUCED = "earned_reduced"
    EARNED_LATER = "earned_later"
    UNEARNED_RESTORED = "unearned_restored"
    NETTED_BALANCE = "netted_balance"
    NETTED_PREPAYMENT = "netted_prepayment"
    NETTED_RECOVERY = "netted_recovery"
    NETTED_RECOVERY_EARLIER_BOOK = "netted_recovery_earlier_book"
    COLLECTED_SAME_YEAR = "collected_same_year"
    COLLECTED_LATER_YEAR = "collected_later_year"
    WRITTEN_OFF = "written_off"
    COLLECTED_AFTER_ALL = "collected_after_all"
    WRONG_PARTY_PREPAYMENT = "wrong_party_prepayment"
    WRONG_PARTY_EXPENSE = "wrong_party_expense"


@dataclass(frozen=True, slots=True)
class Legs:
    """Which account an event takes from, which it gives to, and what must have caused it."""

    from_: AccountKind
    to: AccountKind
    cause: CauseKind


def decided(from_: AccountKind, to: AccountKind) -> Legs:
    """Return the legs of what two people decide."""
    return Legs(from_, to, CauseKind.DECISION)


def by_bank(from_: AccountKind, to: AccountKind) -> Legs:
    """Return the legs of what a bank line reports."""
    return Legs(from_, to, CauseKind.BANK_LINE)


_K = AccountKind
EVENTS: Final[Mapping[Event, Legs]] = MappingProxyType(
    {
        Event.APPROPRIATION_APPROVED: decided(_K.TREASURY, _K.AVAILABLE),
        Event.CARRIED_OVER: decided(_K.TREASURY, _K.AVAILABLE),
        Event.APPROPRIATION_REDUCED: decided(_K.AVAILABLE, _K.TREASURY),
        Event.APPROPRIATION_LAPSED: decided(_K.AVAILABLE, _K.TREASURY),
        Event.YEAR_CLOSED: decided(_K.AVAILABLE, _K.TREASURY),
        Event.LISTED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.FORWARD_COMMITTED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.PERSON_ADDED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.EXTENSION_PAID: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.SUPPLEMENTARY_SETTLEMENT: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.VOUCHERS_STARTED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.VOUCHERS_APPROVED: decided(_K.COMMITTED, _K.COMMITTED),
        Event.VOUCHERS_RELEASED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.VOUCHERS_REINSTATED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.VOUCHERS_HANDED_BACK: decided(_K.COMMITTED, _K.COMMITTED),
        Event.RECOMMITTED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.WRONG_PARTY_RECOMMITTED: decided(_K.AVAILABLE, _K.COMMITTED),
        Event.PERSON_REMOVED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.NOT_NEEDED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.FILING_CLOSED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.FILING_TERMINATED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.FILING_LAPSED: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.RELEASED_AT_YEAR_END: decided(_K.COMMITTED, _K.AVAILABLE),
        Event.BATCH_RELEASED: decided(_K.COMMITTED, _K.IN_TRANSIT),
        Event.BATCH_CANCELLED: decided(_K.IN_TRANSIT, _K.COMMITTED),
        Event.BANK_REFUSED: by_bank(_K.IN_TRANSIT, _K.COMMITTED),
        Event.BANK_RETURNED: by_bank(_K.IN_TRANSIT, _K.COMMITTED),
        Event.BANK_CONFIRMED_PREPAYMENT: by_bank(_K.IN_TRANSIT, _K.PREPAYMENT_RECEIVABLE),
        Event.BANK_CONFIRMED_BALANCE: by_bank(_K.IN_TRANSIT, _K.EXPENSE),
        Event.SETTLEMENT_APPROVED: decided(_K.PREPAYMENT_RECEIVABLE, _K.EXPENSE),
        Event.PREPAYMENT_UNEARNED: decided(_K.PREPAYMENT_RECEIVABLE, _K.RECOVERY_RECEIVABLE),
        Event.EARNED_REDUCED: decided(_K.EXPENSE, _K.RECOVERY_RECEIVABLE),
        Event.EARNED_LATER: decided(_K.RECOVERY_RECEIVABLE, _K.EXPENSE),
        Event.UNEARNED_RESTORED: decided(_K.RECOVERY_RECEIVABLE, _K.PREPAYMENT_RECEIVABLE),
        Event.NETTED_BALANCE: decided(_K.COMMITTED, _K.EXPENSE),
        Event.NETTED_PREPAYMENT: decided(_K.COMMITTED, _K.PREPAYMENT_RECEIVABLE),
        Event.NETTED_RECOVERY: decided(_K.RECOVERY_RECEIVABLE, _K.AVAILABLE),
        Event.NETTED_RECOVERY_EARLIER_BOOK: decided(_K.RECOVERY_RECEIVABLE, _K.TREASURY),
        Event.COLLECTED_SAME_YEAR: by_bank(_K.RECOVERY_RECEIVABLE, _K.AVAILABLE),
        Event.COLLECTED_LATER_YEAR: by_bank(_K.RECOVERY_RECEIVABLE, _K.TREASURY),
        Event.WRITTEN_OFF: decided(_K.RECOVERY_RECEIVABLE, _K.WRITE_OFF),
        Event.COLLECTED_AFTER_ALL: by_bank(_K.WRITE_OFF, _K.RECOVERY_RECEIVABLE),
        Event.WRONG_PARTY_PREPAYMENT: decided(_K.PREPAYMENT_RECEIVABLE, _K.RECOVERY_RECEIVABLE),
        Event.WRONG_PARTY_EXPENSE: decided(_K.EXPENSE, _K.RECOVERY_RECEIVABLE),
    }
)
"""Every legal movement (CASES 5). An absent combination does not exist, here or in the database."""


@dataclass(frozen=True, slots=True)
class PostingRule:
    """One row of `posting_rules`, as the database stores it."""

    kind: str
    event: str
    from_kind: str
    to_kind: str
    cause: str


def posting_rules() -> Iterator[PostingRule]:
    """Write `EVENTS` out with its mirrors.

    Two people may reverse anything; a bank line reverses only what a bank line caused.
    """
    for event, legs in EVENTS.items():
        yield PostingRule(PostingKind.POSTING, event, legs.from_, legs.to, legs.cause)
        for cause in dict.fromkeys((CauseKind.DECISION, legs.cause)):
            yield PostingRule(PostingKind.REVERSAL, event, legs.to, legs.from_, cause)
