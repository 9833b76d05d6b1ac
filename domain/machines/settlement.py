"""Settlement (结算): one to many per filing. Never reopened: the next one states cumulative entitlements.

An enterprise drafts it, or the reviewer ex officio when a later finding calls for one (CASES 3). What is
returned comes back with corrected declarations; what is reviewed can be sent back or taken up again.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.FILE), "open_ex_officio": Move("draft", Duty.REVIEW)},
    "draft": {
        "submit": Move("submitted", Duty.FILE),
        "withdraw": Move("withdrawn", Duty.FILE),
        "take_up": Move("accepted", Duty.REVIEW),
    },
    "submitted": {
        "accept": Move("accepted", Duty.REVIEW),
        "return": Move("returned_for_correction", Duty.REVIEW),
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "returned_for_correction": {
        "correct": Move("submitted", Duty.FILE),
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "accepted": {"verify": Move("verifying", Duty.SYSTEM)},
    "verifying": {
        "review": Move("reviewed", Duty.REVIEW),
        "return": Move("returned_for_correction", Duty.REVIEW),
    },
    "reviewed": {
        "approve": Move("approved", Duty.APPROVE),
        "publish": Move("on_notice", Duty.APPROVE),
        "send_back": Move("verifying", Duty.APPROVE),
        "reopen": Move("verifying", Duty.REVIEW),
        "refuse": Move("refused", Duty.APPROVE),
    },
    "on_notice": {
        "approve": Move("approved", Duty.APPROVE),
        "send_back": Move("verifying", Duty.APPROVE),
        "unpublish": Move("reviewed", Duty.APPROVE),
    },
    "approved": {"close": Move("closed", Duty.SYSTEM)},
    "closed": {},
    "refused": {},
    "withdrawn": {},
}
