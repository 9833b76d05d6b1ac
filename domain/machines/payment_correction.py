"""Payment correction (支付更正): what becomes of a returned payment, proposed by one and confirmed by another."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {
        "propose": Move("proposed", Duty.PREPARE),
        "ask": Move("asked", Duty.FILE),
    },
    "asked": {
        "take_up": Move("proposed", Duty.PREPARE),
        "refuse": Move("refused", Duty.PREPARE),
    },
    "proposed": {
        "approve": Move("confirmed", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
    },
    "confirmed": {},
    "refused": {},
}
