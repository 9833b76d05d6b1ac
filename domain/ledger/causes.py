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

_FILING: Final = {"filing": ANY, "amendment": ANY, "settlement": "approved"}
_RECOVERY: Final = {"settlement": "approved", "recovery": ANY}
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
        "filing": ANY,
        "amendment": ANY,
        "settlement": "approved",
    },
    Event.PERSON_ADDED: {"filing": ANY, "amendment": ANY},
    Event.EXTENSION_PAID: {"filing": ANY, "amendment": ANY},
    Event.SUPPLEMENTARY_SETTLEMENT: {"funding_request": "concurred", "settlement": "approved"},
    Event.RECOMMITTED: {"year_close": ANY},
    Event.WRONG_PARTY_RECOMMITTED: {"recovery": ANY},
    Event.PERSON_REMOVED: {"filing": ANY, "amendment": ANY},
    Event.NOT_NEEDED: _FILING,
    Event.FILING_CLOSED: {"settlement": "approved", "filing": ANY},
    Event.FILING_TERMINATED: {"settlement": "approved", "filing": ANY},
    Event.FILING_LAPSED: {"filing": ANY},
    Event.RELEASED_AT_YEAR_END: {"year_close": ANY},
    Event.BATCH_RELEASED: {"batch": "released"},
    Event.BATCH_CANCELLED: {"batch": "cancelled"},
    Event.SETTLEMENT_APPROVED: {"settlement": "approved"},
    Event.PREPAYMENT_UNEARNED: _RECOVERY,
    Event.EARNED_REDUCED: _RECOVERY,
    Event.EARNED_LATER: _RECOVERY,
    Event.NETTED_BALANCE: _RECOVERY,
    Event.NETTED_PREPAYMENT: _RECOVERY,
    Event.NETTED_RECOVERY: _RECOVERY,
    Event.NETTED_RECOVERY_EARLIER_BOOK: _RECOVERY,
    Event.WRITTEN_OFF: _RECOVERY,
    Event.WRONG_PARTY_PREPAYMENT: {"recovery": ANY},
    Event.WRONG_PARTY_EXPENSE: {"recovery": ANY},
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
