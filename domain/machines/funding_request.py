"""Funding request (拨款申请): the bureau's list to the finance department, which concurs (财政复核)."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {"submit": Move("submitted", Duty.PREPARE)},
    "submitted": {"concur": Move("concurred", Duty.CONCUR)},
    "concurred": {},
}
