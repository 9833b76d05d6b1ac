"""Prepayment (预支): one per filing and period. The system orders it once concurred, and pays it by bank line."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"request": Move("requested", Duty.FILE)},
    "requested": {"review": Move("reviewed", Duty.REVIEW)},
    "reviewed": {"approve": Move("approved", Duty.APPROVE)},
    "approved": {"order": Move("ordered", Duty.SYSTEM)},
    "ordered": {"pay": Move("paid", Duty.SYSTEM)},
    "paid": {},
}
