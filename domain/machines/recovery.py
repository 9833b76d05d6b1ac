"""Recovery (追缴): money owed back, from its proposal to the day nothing is owed.

A part collected, and an amount reduced, change what is owed and not always the state; an amount that
rises is ordered and served again. What was written off stays owed: money may still come. A contested
one is upheld, or decided with a review request: `stand` when that is dismissed, `cancel` when it is not.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

_COLLECT: Final = {"collect": Move("collected", Duty.SYSTEM)}
_CANCEL: Final = {"cancel": Move("cancelled", Duty.APPROVE)}
_RAISE: Final = {"raise": Move("proposed", Duty.APPROVE)}
_CLAIM: Final = {"claim": Move("insolvency_claimed", Duty.REVIEW)}
_WRITE_OFF: Final = {"ask_write_off": Move("write_off_asked", Duty.REVIEW)}
_LATE: Final = {"expire": Move("overdue", Duty.SYSTEM)}
_CONTEST: Final = {"contest": Move("under_review", Duty.FILE)}

MACHINE: Final[Machine] = {
    NEW: {
        "follow": Move("proposed", Duty.APPROVE),
        "propose": Move("proposed", Duty.REVIEW),
    },
    "proposed": {"order": Move("ordered", Duty.APPROVE), **_COLLECT, **_CANCEL},
    "ordered": {"serve": Move("served", Duty.REVIEW), **_COLLECT, **_RAISE, **_CANCEL},
    "served": {
        "collect_part": Move("partly_collected", Duty.SYSTEM),
        **_COLLECT,
        **_LATE,
        **_CONTEST,
        **_CLAIM,
        **_RAISE,
        **_CANCEL,
    },
    "partly_collected": {**_COLLECT, **_LATE, **_CONTEST, **_CLAIM, **_RAISE, **_CANCEL},
    "under_review": {
        "uphold": Move("served", Duty.CONFIRM_FIRST),
        "stand": Move("served", Duty.APPROVE),
        **_COLLECT,
        **_RAISE,
        **_CANCEL,
    },
    "overdue": {
        "enforce": Move("enforcement", Duty.APPROVE),
        **_CLAIM,
        **_WRITE_OFF,
        **_COLLECT,
        **_RAISE,
        **_CANCEL,
    },
    "enforcement": {**_CLAIM, **_WRITE_OFF, **_COLLECT, **_RAISE, **_CANCEL},
    "insolvency_claimed": {**_WRITE_OFF, **_COLLECT, **_RAISE, **_CANCEL},
    "write_off_asked": {
        "write_off": Move("written_off", Duty.CONCUR),
        "decline": Move("overdue", Duty.CONCUR),
        **_COLLECT,
        **_RAISE,
        **_CANCEL,
    },
    "written_off": {**_COLLECT},
    "collected": {},
    "cancelled": {},
}
