"""Prepayment (预支): one per filing and period. The system orders it once concurred, and pays it by bank line.

An enterprise asks for it; where the standard pays unasked, the system opens it. It lapses with a filing
that never began and will have no settlement.
`drop` is what the approver of a settlement, or of a cancelled payment, signs: the settlement pays
what would have been prepaid. A bank that gives a payment back leaves it ordered again.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"request": Move("requested", Duty.FILE), "open_unasked": Move("requested", Duty.SYSTEM)},
    "requested": {
        "review": Move("reviewed", Duty.REVIEW),
        "return": Move("returned_for_correction", Duty.REVIEW),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
        "lapse": Move("cancelled", Duty.SYSTEM),
    },
    "returned_for_correction": {
        "request_again": Move("requested", Duty.FILE),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
        "lapse": Move("cancelled", Duty.SYSTEM),
    },
    "reviewed": {
        "approve": Move("approved", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
        "send_back": Move("requested", Duty.APPROVE),
        "cancel": Move("cancelled", Duty.FILE),
        "drop": Move("cancelled", Duty.APPROVE),
        "lapse": Move("cancelled", Duty.SYSTEM),
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
