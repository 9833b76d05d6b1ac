"""Appropriation (预算下达): money made available in one book, signed by two finance people."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {"approve": Move("approved", Duty.APPROVE)},
    "approved": {},
}
