"""Filing (备案): from draft to closed. Listing (列入学徒培训计划) is what makes it payable (FIL-04)."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.FILE)},
    "draft": {"submit": Move("submitted", Duty.FILE)},
    "submitted": {"accept": Move("accepted", Duty.REVIEW)},
    "accepted": {"review": Move("reviewed", Duty.REVIEW)},
    "reviewed": {"list": Move("listed", Duty.APPROVE)},
    "listed": {"open": Move("in_training", Duty.FILE)},
    "in_training": {"complete": Move("completed", Duty.FILE)},
    "completed": {"close": Move("closed", Duty.SYSTEM)},
    "closed": {},
}
