"""Refusals of the payment road: funding request, batch, bank result."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, rule

PAYING: Final = (
    rule(
        "funding_request_faulty",
        ("拨款申请有误", "The funding request is faulty"),
        (
            "拨款申请中有 {count} 处问题，未保存任何内容。",
            "{count} things in the funding request are wrong; nothing was stored.",
        ),
    ),
    rule(
        "subject_unknown",
        ("事项不存在", "No such case"),
        (
            "本地区没有这一预支或结算。",
            "There is no such prepayment or settlement in this place.",
        ),
    ),
    rule(
        "subject_twice",
        ("事项重复", "Named twice"),
        ("同一事项在申请中出现两次。", "The same case is named twice in the request."),
    ),
    rule(
        "subject_not_approved",
        ("事项尚未批准", "Not approved"),
        (
            "该事项处于“{state}”状态，只有已批准的事项可以申请拨款。",
            "The case is in state “{state}”; funding is requested for approved cases only.",
        ),
    ),
    rule(
        "nothing_to_pay",
        ("没有应付金额", "Nothing to pay"),
        ("应付金额为零，不产生支付。", "The amount is zero; no payment is made of it."),
    ),
    kind(
        "already_requested",
        Family.STATE_CONFLICT,
        ("已申请拨款", "Already requested"),
        (
            "该事项已列入另一份拨款申请。",
            "The case stands in another funding request already.",
        ),
    ),
    rule(
        "fund_source_differs",
        ("资金来源不一致", "Another fund source"),
        (
            "该事项的资金来源与申请不一致。",
            "The case is to be paid from another fund source than the request names.",
        ),
    ),
    rule(
        "commitment_insufficient",
        ("预算安排不足", "The commitment does not cover it"),
        (
            "该备案在此账套中的已安排金额还差 {missing_fen} 分，请核对预算年度，或按列入先后等待预算下达。",
            (
                "What is committed to the filing in this book is {missing_fen} fen less: check the "
                "budget year, or wait for money in order of listing."
            ),
        ),
    ),
    rule(
        "batch_faulty",
        ("支付批次有误", "The batch is faulty"),
        (
            "支付批次中有 {count} 处问题，未保存任何内容。",
            "{count} things in the batch are wrong; nothing was stored.",
        ),
    ),
    rule(
        "payment_unknown",
        ("支付不存在", "No such payment"),
        ("本地区没有这一支付。", "There is no such payment in this place."),
    ),
    rule(
        "payment_twice",
        ("支付重复", "Named twice"),
        ("同一支付在批次中出现两次。", "The same payment is named twice in the batch."),
    ),
    rule(
        "payment_not_planned",
        ("支付不可组批", "The payment is not waiting"),
        (
            "该支付处于“{state}”状态，只有待支付的可以组批。",
            "The payment is in state “{state}”; only planned ones enter a batch.",
        ),
    ),
    rule(
        "payment_of_other_book",
        ("支付属于其他账套", "The payment lies in another book"),
        (
            "该支付的资金来源或预算年度与批次不同。",
            "The payment's fund source or budget year is not that of the batch.",
        ),
    ),
    rule(
        "nothing_to_batch",
        ("没有待支付的款项", "Nothing to batch"),
        (
            "该账套没有待支付的款项。",
            "No payment of this book is waiting for a batch.",
        ),
    ),
    kind(
        "batch_file_differs",
        Family.STATE_CONFLICT,
        ("支付文件与封存时不一致", "The file is not what was sealed"),
        (
            "支付文件的摘要与封存时不一致，不得据此支付，请联系管理员。",
            "The file's digest is not the sealed one. Do not pay from it; tell the administrator.",
        ),
    ),
    rule(
        "bank_result_faulty",
        ("银行回盘文件有误", "The bank result is faulty"),
        (
            "银行回盘文件有 {count} 处问题，未保存任何内容。",
            "{count} things in the bank's file are wrong; nothing was stored.",
        ),
    ),
    kind(
        "bank_result_already_loaded",
        Family.STATE_CONFLICT,
        ("回盘文件已导入", "The bank result is loaded already"),
        (
            "同一文件已在另一支付批次下导入。",
            "The same file has been loaded under another batch.",
        ),
    ),
    rule(
        "bank_result_header",
        ("表头不符", "Another header"),
        ("第一行应为：{columns}。", "The first line should read: {columns}."),
    ),
    rule(
        "bank_result_empty",
        ("文件没有明细", "The file holds no line"),
        ("文件只有表头，没有明细。", "The file has a header and no line."),
    ),
    rule(
        "bank_result_too_long",
        ("文件行数过多", "The file is too long"),
        ("文件超过 {most} 行，请分开导入。", "The file holds more than {most} lines; split it."),
    ),
    rule(
        "row_unreadable",
        ("行无法读取", "The row cannot be read"),
        (
            "第 {row} 行不是有效的 CSV（引号不成对等），其后未读取。",
            "Row {row} is not valid CSV (an open quote, for one); nothing after it was read.",
        ),
    ),
    rule(
        "row_width",
        ("列数不符", "Another number of columns"),
        (
            "第 {row} 行应有 {columns} 列，实际 {found} 列。",
            "Row {row} should have {columns} columns and has {found}.",
        ),
    ),
    rule(
        "reference_malformed",
        ("参考号格式有误", "The reference is malformed"),
        (
            "第 {row} 行：参考号为 1 至 64 个字母、数字或 - _ . : /。",
            "Row {row}: a reference is 1 to 64 letters, digits or - _ . : /.",
        ),
    ),
    rule(
        "result_unknown",
        ("结果未知", "The result is unknown"),
        (
            "第 {row} 行：结果只能是 paid、rejected、unknown、returned 或 not_known。",
            "Row {row}: a result is paid, rejected, unknown, returned or not_known.",
        ),
    ),
    rule(
        "amount_malformed",
        ("金额格式有误", "The amount is malformed"),
        (
            "第 {row} 行：金额为以分为单位的正整数。",
            "Row {row}: an amount is a whole number of fen above zero.",
        ),
    ),
    rule(
        "day_malformed",
        ("日期格式有误", "The day is malformed"),
        ("第 {row} 行：日期格式为 YYYY-MM-DD。", "Row {row}: a day is written YYYY-MM-DD."),
    ),
    rule(
        "booked_in_future",
        ("记账日期在今天之后", "Booked after today"),
        ("第 {row} 行：记账日期不得晚于今天。", "Row {row}: nothing is booked after today."),
    ),
    rule(
        "reason_malformed",
        ("原因文字有误", "The reason is malformed"),
        (
            "第 {row} 行：原因不超过 500 字，不含控制字符。",
            "Row {row}: a reason has at most 500 characters and no control characters.",
        ),
    ),
)
