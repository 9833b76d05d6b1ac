"""Refusals of recoveries and of money that comes in."""

from typing import Final

from domain.refusals.kinds import rule, state

RECOVERING: Final = (
    state(
        "recovery_not_yet",
        ("尚不能追缴", "Nothing to recover yet"),
        (
            "备案处于“{state}”状态，尚未支付任何款项。",
            "The filing is in state “{state}”; nothing can have been paid on it.",
        ),
    ),
    rule(
        "recovery_above_paid",
        ("追缴超过多付款项", "More than was overpaid"),
        (
            "超出应补而尚未追缴的已付款项为 {most_fen} 分，不能追缴更多。",
            "At most {most_fen} fen were paid above what was earned and are not demanded yet.",
        ),
    ),
    state(
        "recovery_stands",
        ("追缴决定已生效", "The recovery stands"),
        (
            "该追缴已入账，只能由该备案的下一次结算变更，不能直接撤销。",
            "The ledger holds this recovery: the filing's next settlement changes it, nothing else.",
        ),
    ),
    rule(
        "day_to_come",
        ("日期尚未到来", "A day to come"),
        ("日期不得晚于今天。", "The day is later than today."),
    ),
    rule(
        "receipts_faulty",
        ("收款明细有误", "The receipts are faulty"),
        (
            "收款明细中有 {count} 处错误，未保存任何内容。",
            "The receipts have {count} fault(s) and nothing was stored.",
        ),
    ),
    rule(
        "incoming_line_twice",
        ("收款重复", "Receipt twice"),
        ("第 {row} 项为同一银行流水。", "Item {row} is the same line of the bank."),
    ),
)
