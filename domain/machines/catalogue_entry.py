"""Entry of the provider catalogue (培训机构目录): a provider joins or leaves; drafted by one, approved by another."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.REVIEW)},
    "draft": {
        "approve": Move("approved", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
        "withdraw": Move("withdrawn", Duty.REVIEW),
    },
    "approved": {},
    "refused": {},
    "withdrawn": {},
}
