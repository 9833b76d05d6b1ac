"""Manual confirmation (人工核验) of one declared certificate: two different people, or no finding."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"propose": Move("proposed", Duty.CONFIRM_FIRST)},
    "proposed": {
        "countersign": Move("confirmed", Duty.CONFIRM_SECOND),
        "decline": Move("rejected", Duty.CONFIRM_SECOND),
    },
    "confirmed": {},
    "rejected": {},
}
