"""Voucher (职业培训券): one person's right to one training; it moves with acts and sets, nobody signs it (CASES 7).

`reserve` takes a place in a class; `start`, `miss` (who did not turn up) and `complete` follow the class's
signed steps; `redeem` is the provider's. A frozen voucher remembers where it stood and goes back there. A
line that a settlement refuses ends it `refused`, from where only a review of that decision brings it back; one
that is held, or a settlement refused as a whole, leaves it `redeemed`: it may be put in again. A bank that gives
a payment back leaves it approved again, a payment that is cancelled leaves it redeemed, to be settled anew, and a
claw-back that a review finds wrong leaves it paid.
"""

from typing import Final

from domain.cases import NEW, Flow

FREEZABLE: Final = (
    "issued", "collected", "reserved", "in_use", "completed", "redeemed", "approved",
)  # fmt: skip
"""States in which an investigation stops a voucher. What is paid is clawed back, not frozen."""

FLOW: Final[Flow] = {
    NEW: {"issue": "issued"},
    "issued": {"collect": "collected", "expire": "expired", "void": "voided", "freeze": "frozen"},
    "collected": {
        "reserve": "reserved",
        "give_back": "returned",
        "expire": "expired",
        "void": "voided",
        "freeze": "frozen",
    },
    "reserved": {
        "withdraw": "collected",
        "class_cancelled": "collected",
        "miss": "collected",
        "start": "in_use",
        "expire": "expired",
        "void": "voided",
        "freeze": "frozen",
    },
    "in_use": {
        "complete": "completed",
        "fail": "not_completed",
        "class_stopped": "collected",
        "expire": "expired",
        "void": "voided",
        "freeze": "frozen",
    },
    "completed": {"redeem": "redeemed", "void": "voided", "freeze": "frozen"},
    "redeemed": {
        "approve": "approved",
        "refuse": "refused",
        "void": "voided",
        "freeze": "frozen",
    },
    "approved": {"pay": "paid", "cancel_payment": "redeemed", "freeze": "frozen"},
    "paid": {"return_payment": "approved", "claw_back": "clawed_back"},
    "frozen": {**{f"release_{state}": state for state in FREEZABLE}, "void": "voided"},
    "refused": {"reinstate": "redeemed"},
    "not_completed": {},
    "expired": {},
    "returned": {},
    "voided": {},
    "clawed_back": {"cancel_claw_back": "paid"},
}

LIVE: Final = frozenset(FREEZABLE) | {"frozen", "refused", "paid", "clawed_back"}
"""States in which a person holds no second voucher of the project (index `one_live_voucher`).

One that was refused, paid or clawed back counts: it was used, and a review, or a bank that gives its payment back,
lets it stand where it stood.
"""

RELIED_ON: Final = frozenset(FREEZABLE) - {"issued", "collected"}
"""States in which others rely on a voucher: a class, its provider, a payment. The real-name service's word against
its person freezes it there; before, that word keeps him from reserving."""

UNUSED: Final = frozenset({"issued", "collected", "reserved"})
"""States that a day ends when validity is counted to the start of training."""
