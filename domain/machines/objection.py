"""Objection (异议): anybody's, within a notice's period; freezes what it names until it is decided.

Received by the system, because whoever objects need not sign in.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"receive": Move("received", Duty.SYSTEM)},
    "received": {"examine": Move("examined", Duty.REVIEW)},
    "examined": {
        "uphold": Move("upheld", Duty.APPROVE),
        "dismiss": Move("rejected", Duty.APPROVE),
    },
    "upheld": {"answer": Move("answered", Duty.REVIEW)},
    "rejected": {"answer": Move("answered", Duty.REVIEW)},
    "answered": {},
}
