"""Notice (公示): published over items of many cases; ends by itself after its last day (CASES 3)."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"prepare": Move("prepared", Duty.REVIEW)},
    "prepared": {
        "publish": Move("published", Duty.APPROVE),
        "withdraw": Move("withdrawn", Duty.APPROVE),
    },
    "published": {
        "end": Move("ended", Duty.SYSTEM),
        "withdraw": Move("withdrawn", Duty.APPROVE),
    },
    "ended": {},
    "withdrawn": {},
}
