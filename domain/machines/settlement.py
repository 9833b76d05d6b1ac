"""Settlement (结算): one to many per filing. Never reopened: the next one states cumulative entitlements."""

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
        "withdraw": Move("withdrawn", Duty.FILE),
    },
    "accepted": {"verify": Move("verifying", Duty.SYSTEM)},
    "verifying": {"review": Move("reviewed", Duty.REVIEW)},
    "reviewed": {
        "publish": Move("on_notice", Duty.APPROVE),
        "approve": Move("approved", Duty.APPROVE),
    },
    "on_notice": {
        "approve": Move("approved", Duty.APPROVE),
        "send_back": Move("verifying", Duty.APPROVE),
        "unpublish": Move("reviewed", Duty.APPROVE),
    },
    "approved": {"close": Move("closed", Duty.SYSTEM)},
    "closed": {},
    "withdrawn": {},
}
