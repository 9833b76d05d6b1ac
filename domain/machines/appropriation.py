"""Appropriation (预算下达): money made available in one book, signed by two finance people.

Whoever drafted a wrong one withdraws it before it is approved; its document may then be entered again.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {
        "approve": Move("approved", Duty.APPROVE),
        "withdraw": Move("withdrawn", Duty.PREPARE),
    },
    "approved": {},
    "withdrawn": {},
}
