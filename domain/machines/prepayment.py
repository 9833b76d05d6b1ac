"""Prepayment (预支): one per filing and period. The system orders it once concurred, and pays it by bank line.

`drop` is what the approver of a settlement, or of a cancelled payment, signs: the settlement pays
what would have been prepaid. A bank that gives a payment back leaves it ordered again.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"request": Move("requested", Duty.FILE)},
    "requested": {
        "review": Move("reviewed", Duty.REVIEW),
        "return": Move("returned_for_correction", Duty.REVIEW),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
    },
    "returned_for_correction": {
        "request_again": Move("requested", Duty.FILE),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
    },
    "reviewed": {
        "approve": Move("approved", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
        "send_back": Move("requested", Duty.APPROVE),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
    },
    "approved": {
        "order": Move("ordered", Duty.SYSTEM),
        "drop": Move("cancelled", Duty.APPROVE),
    },
    "ordered": {
        "pay": Move("paid", Duty.SYSTEM),
        "drop": Move("cancelled", Duty.APPROVE),
    },
    "paid": {"give_back": Move("ordered", Duty.SYSTEM)},
    "refused": {},
    "cancelled": {},
}
