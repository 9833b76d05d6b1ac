"""Review request (复核): filed by whoever was decided about, decided by people who did not decide before."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"request": Move("requested", Duty.FILE)},
    "requested": {"examine": Move("examined", Duty.REVIEW)},
    "examined": {
        "uphold": Move("upheld", Duty.APPROVE),
        "dismiss": Move("rejected", Duty.APPROVE),
    },
    "upheld": {},
    "rejected": {},
}
