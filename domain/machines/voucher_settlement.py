"""Voucher settlement (职业培训券结算): a provider's month, or a worker's reimbursement, decided line by line.

`cancel_payment` is what the approver of a cancelled payment signs: nothing was paid, or the bank gave it back,
and what it decided to pay may be claimed anew.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.FILE)},
    "draft": {
        "submit": Move("submitted", Duty.FILE),
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "submitted": {
        "accept": Move("accepted", Duty.REVIEW),
        "return": Move("returned_for_correction", Duty.REVIEW),
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "returned_for_correction": {
        "submit": Move("submitted", Duty.FILE),
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "accepted": {
        "review": Move("reviewed", Duty.REVIEW),
        "refuse": Move("refused", Duty.REVIEW),
    },
    "reviewed": {
        "approve": Move("approved", Duty.APPROVE),
        "publish": Move("on_notice", Duty.APPROVE),
        "send_back": Move("accepted", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
    },
    "on_notice": {
        "approve": Move("approved", Duty.APPROVE),
        "send_back": Move("accepted", Duty.APPROVE),
        "unpublish": Move("reviewed", Duty.APPROVE),
    },
    "approved": {
        "close": Move("closed", Duty.SYSTEM),
        "cancel_payment": Move("cancelled", Duty.APPROVE),
    },
    "closed": {"cancel_payment": Move("cancelled", Duty.APPROVE)},
    "cancelled": {},
    "refused": {},
    "withdrawn": {},
}
