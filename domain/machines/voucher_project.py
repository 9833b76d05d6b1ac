"""Voucher project (职业培训券项目): what a bureau issues vouchers for; drafted by one person, approved by another."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.REVIEW)},
    "draft": {
        "approve": Move("approved", Duty.APPROVE),
        "refuse": Move("refused", Duty.APPROVE),
        "withdraw": Move("withdrawn", Duty.REVIEW),
    },
    "approved": {"close": Move("closed", Duty.APPROVE)},
    "closed": {},
    "refused": {},
    "withdrawn": {},
}
