"""Funding request (拨款申请): the bureau's list; the finance department concurs (财政复核), returns or refuses."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {"submit": Move("submitted", Duty.PREPARE)},
    "submitted": {
        "concur": Move("concurred", Duty.CONCUR),
        "return": Move("returned", Duty.CONCUR),
        "refuse": Move("refused", Duty.CONCUR),
    },
    "concurred": {},
    "returned": {},
    "refused": {},
}
