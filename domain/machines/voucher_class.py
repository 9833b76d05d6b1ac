"""Voucher class (职业培训券班级): a provider's class that vouchers are used in.

Two people of the bureau verify the start (开班核验): it commits money. One of them confirms who completed;
what nobody completed is released on both signatures. A class that cannot start any more is called off: its
provider has left the catalogue, or its last day has passed.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"plan": Move("planned", Duty.FILE)},
    "planned": {
        "report_start": Move("start_reported", Duty.FILE),
        "cancel": Move("cancelled", Duty.FILE),
        "call_off": Move("cancelled", Duty.SYSTEM),
    },
    "start_reported": {
        "review_start": Move("start_reviewed", Duty.REVIEW),
        "return_start": Move("planned", Duty.REVIEW),
        "cancel": Move("cancelled", Duty.FILE),
        "call_off": Move("cancelled", Duty.SYSTEM),
    },
    "start_reviewed": {
        "verify_start": Move("started", Duty.APPROVE),
        "send_back": Move("start_reported", Duty.APPROVE),
        "call_off": Move("cancelled", Duty.SYSTEM),
    },
    "started": {
        "report_completion": Move("completion_reported", Duty.FILE),
        "stop": Move("stopped", Duty.APPROVE),
    },
    "completion_reported": {
        "confirm_completion": Move("completed", Duty.REVIEW),
        "return_completion": Move("started", Duty.REVIEW),
    },
    "completed": {},
    "cancelled": {},
    "stopped": {},
}
