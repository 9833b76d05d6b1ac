"""Filing (备案): from draft to its ends. Listing (列入学徒培训计划) is what makes it payable (FIL-04)."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

_WITHDRAW: Final = Move("withdrawn", Duty.FILE)
_RETURN: Final = Move("returned_for_correction", Duty.REVIEW)
_TERMINATE: Final = Move("terminated", Duty.APPROVE)

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.FILE)},
    "draft": {"submit": Move("submitted", Duty.FILE), "withdraw": _WITHDRAW},
    "submitted": {
        "accept": Move("accepted", Duty.REVIEW),
        "return": _RETURN,
        "withdraw": _WITHDRAW,
    },
    "returned_for_correction": {
        "submit": Move("submitted", Duty.FILE),
        "withdraw": _WITHDRAW,
        "expire": Move("withdrawn", Duty.SYSTEM),
    },
    "accepted": {
        "review": Move("reviewed", Duty.REVIEW),
        "return": _RETURN,
        "withdraw": _WITHDRAW,
    },
    "reviewed": {
        "list": Move("listed", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
        "send_back": Move("accepted", Duty.APPROVE),
        "withdraw": _WITHDRAW,
    },
    "listed": {
        "open": Move("in_training", Duty.FILE),
        "lapse": Move("lapsed", Duty.SYSTEM),
        "terminate": _TERMINATE,
    },
    "in_training": {"complete": Move("completed", Duty.FILE), "terminate": _TERMINATE},
    "completed": {"close": Move("closed", Duty.SYSTEM)},
    "terminated": {"close": Move("closed", Duty.SYSTEM)},
    "closed": {},
    "withdrawn": {},
    "refused": {},
    "lapsed": {},
}
