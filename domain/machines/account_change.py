"""Payee account (收款账户): declared by the enterprise, verified by one bureau person before money goes there."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"declare": Move("declared", Duty.FILE)},
    "declared": {
        "verify": Move("verified", Duty.REVIEW),
        "refuse": Move("refused", Duty.REVIEW),
    },
    "verified": {"supersede": Move("superseded", Duty.REVIEW)},
    "refused": {},
    "superseded": {},
}
