"""Policy version (政策版本): drafted, then signed by the labour and by the finance department (ACT-04).

Either may sign first; with both signatures it is active. Who drafted signs for neither.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {
        "sign_labour": Move("signed_labour", Duty.SIGN_LABOUR),
        "sign_finance": Move("signed_finance", Duty.SIGN_FINANCE),
        "refuse_labour": Move("refused", Duty.SIGN_LABOUR),
        "refuse_finance": Move("refused", Duty.SIGN_FINANCE),
        "withdraw": Move("withdrawn", Duty.PREPARE),
    },
    "signed_labour": {
        "sign_finance": Move("active", Duty.SIGN_FINANCE),
        "refuse_finance": Move("refused", Duty.SIGN_FINANCE),
        "withdraw": Move("withdrawn", Duty.PREPARE),
    },
    "signed_finance": {
        "sign_labour": Move("active", Duty.SIGN_LABOUR),
        "refuse_labour": Move("refused", Duty.SIGN_LABOUR),
        "withdraw": Move("withdrawn", Duty.PREPARE),
    },
    "active": {},
    "refused": {},
    "withdrawn": {},
}
