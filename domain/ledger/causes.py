"""Which decisions may move money: event -> kind of the deciding case -> the state its second signature leads to.

The database's `posting_causes` are these rows, and PostgreSQL refuses a posting that cites any other case
(CASES 5: a transfer names the decision that caused it). A reversal by decision cites a case that could
have caused the posting. Events that only a bank line causes have no row: no decision moves them.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from domain.ledger.chart import Event

ANY: Final = "*"
"""Any state in which two people have signed."""

_AMENDED: Final = {"amendment": ANY}
_RECOVERY: Final = {"settlement": "approved", "recovery": "ordered"}
_WRONG_PARTY: Final = {"recovery": "ordered"}
_APPROPRIATION: Final = {"appropriation": "approved", "year_close": ANY}

CAUSES: Final[Mapping[Event, Mapping[str, str]]] = {
    Event.APPROPRIATION_APPROVED: {"appropriation": "approved"},
    Event.CARRIED_OVER: _APPROPRIATION,
    Event.APPROPRIATION_REDUCED: _APPROPRIATION,
    Event.APPROPRIATION_LAPSED: _APPROPRIATION,
    Event.YEAR_CLOSED: _APPROPRIATION,
    Event.LISTED: {"filing": "listed"},
    Event.FORWARD_COMMITTED: {
        "appropriation": "approved",
        "filing": "listed",
        "amendment": ANY,
        "settlement": "approved",
        "voucher_class": ANY,
        "voucher_settlement": "approved",
    },
    Event.PERSON_ADDED: _AMENDED,
    Event.EXTENSION_PAID: _AMENDED,
    Event.SUPPLEMENTARY_SETTLEMENT: {"funding_request": "concurred", "settlement": "approved"},
    Event.VOUCHERS_STARTED: {"voucher_class": "started"},
    Event.VOUCHERS_APPROVED: {"voucher_settlement": "approved"},
    # Of a class: who did not complete, or expired in use. Of a settlement: what it refused or reduced.
    Event.VOUCHERS_RELEASED: {"voucher_class": ANY, "voucher_settlement": "approved"},
    # A refused line that a review found wrong, or what was reduced of one whose payment was cancelled: its
    # class holds it again.
    Event.VOUCHERS_REINSTATED: {"review_request": "upheld", "payment_correction": "confirmed"},
    # A cancelled payment: what its settlement had taken over is its classes' again.
    Event.VOUCHERS_HANDED_BACK: {"payment_correction": "confirmed"},
    Event.RECOMMITTED: {"year_close": ANY},
    Event.WRONG_PARTY_RECOMMITTED: _WRONG_PARTY,
    Event.PERSON_REMOVED: _AMENDED,
    Event.NOT_NEEDED: {"amendment": ANY, "settlement": "approved"},
    Event.FILING_CLOSED: {"settlement": "approved"},
    Event.FILING_TERMINATED: {"settlement": "approved", "filing": "terminated"},
    # Nobody lets a filing lapse: what is released was committed by the listing, for a class in time.
    Event.FILING_LAPSED: {"filing": "listed"},
    Event.RELEASED_AT_YEAR_END: {"year_close": ANY},
    Event.BATCH_RELEASED: {"batch": "released"},
    Event.BATCH_CANCELLED: {"batch": "cancelled"},
    Event.SETTLEMENT_APPROVED: {"settlement": "approved"},
    # A termination before training began: nothing can be earned, so no settlement says so.
    Event.PREPAYMENT_UNEARNED: {**_RECOVERY, "filing": "terminated"},
    Event.EARNED_REDUCED: _RECOVERY,
    Event.EARNED_LATER: {"settlement": "approved", "recovery": "cancelled"},
    Event.UNEARNED_RESTORED: {"recovery": "cancelled"},
    Event.NETTED_BALANCE: _RECOVERY,
    Event.NETTED_PREPAYMENT: _RECOVERY,
    Event.NETTED_RECOVERY: _RECOVERY,
    Event.NETTED_RECOVERY_EARLIER_BOOK: _RECOVERY,
    Event.WRITTEN_OFF: {"recovery": "written_off"},
    Event.WRONG_PARTY_PREPAYMENT: _WRONG_PARTY,
    Event.WRONG_PARTY_EXPENSE: _WRONG_PARTY,
}


class PostingCause(NamedTuple):
    """One row of `posting_causes`, as the database stores it."""

    event: str
    case_kind: str
    to_state: str


def posting_causes() -> Iterator[PostingCause]:
    """Write `CAUSES` out."""
    for event, kinds in CAUSES.items():
        for case_kind, to_state in kinds.items():
            yield PostingCause(event, case_kind, to_state)
