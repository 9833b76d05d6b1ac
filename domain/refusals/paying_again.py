"""Refusals of payee accounts, corrections of payments, and batches taken apart."""

from typing import Final

from domain.refusals.kinds import rule, state

PAYING_AGAIN: Final = (
    state(
        "account_exists",
        ("收款账户已申报", "The account is declared already"),
        (
            "本企业在本地区已申报过相同的收款账户，无需再次申报。",
            "The enterprise has declared the same account in this place; it need not be declared again.",
        ),
    ),
    state(
        "account_not_replaceable",
        ("该账户不可替换", "The account cannot be replaced"),
        (
            "只能替换本企业在本地区已核实且仍有效的收款账户。",
            "Only a verified account of the enterprise in this place that still stands is replaced.",
        ),
    ),
    rule(
        "account_not_payable",
        ("不可向该账户支付", "The account cannot be paid to"),
        (
            "重新支付须指定该企业已核实且没有待核实变更的收款账户；取消支付则不指定账户。",
            "Paying again names a verified account of the payee without a change waiting; cancelling names none.",
        ),
    ),
    rule(
        "payee_account_unverified",
        ("收款账户待核实", "The payee account waits for verification"),
        (
            "收款账户尚未核实，或其变更尚待核实，核实前不予支付。",
            "The payee account, or a change of it, has not been verified; nothing is paid to it before.",
        ),
    ),
    state(
        "batch_to_split",
        ("批次须先拆分", "The batch is to be split first"),
        (
            "批次中有 {count} 笔的收款账户在封存后发生变化，请先拆分移出。",
            "The accounts of {count} lines changed after sealing: take them out first.",
        ),
    ),
    rule(
        "nothing_to_take_out",
        ("没有可移出的支付", "Nothing to take out"),
        (
            "未指定要移出的支付，且批次中各收款账户均有效。",
            "No payment was named, and every account in the batch still stands.",
        ),
    ),
    rule(
        "batch_would_be_empty",
        ("批次将为空", "The batch would be empty"),
        (
            "全部支付均须移出，请由另一人取消该批次。",
            "Every payment would be taken out: have a second person cancel the batch.",
        ),
    ),
    state(
        "payment_not_returned",
        ("支付未被退回", "The payment has not been returned"),
        (
            "该支付处于“{state}”状态，只有被退回的支付，或尚未组批而拟取消的培训券支付可以更正，一次一项。",
            "The payment is in state “{state}”; only a returned one is corrected, or one of vouchers cancelled.",
        ),
    ),
    rule(
        "only_bureau_cancels",
        ("企业不可取消支付", "An enterprise cancels no payment"),
        (
            "企业可申请向已核实账户重新支付；取消支付由人社部门拟定并批准。",
            "An enterprise asks for another account; a bureau proposes and approves a cancellation.",
        ),
    ),
)
