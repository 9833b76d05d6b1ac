"""Hold (暂停支付) on a person, filing, enterprise or provider: proposed by one, decided by another."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"propose": Move("proposed", Duty.REVIEW)},
    "proposed": {
        "impose": Move("in_force", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
    },
    "in_force": {"lift": Move("lifted", Duty.APPROVE)},
    "lifted": {},
    "refused": {},
}
