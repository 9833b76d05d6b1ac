"""Refusals of voucher settlements, of what a reviewer finds, and of claw-backs."""

from typing import Final

from domain.refusals.kinds import rule, state

VOUCHER_SETTLEMENTS: Final = (
    rule(
        "voucher_settlement_faulty",
        ("培训券结算内容有误", "The voucher settlement is faulty"),
        (
            "有 {count} 处错误，未保存任何内容，详见 errors。",
            "{count} fault(s) and nothing was stored; see errors.",
        ),
    ),
    rule(
        "nothing_redeemed",
        ("没有可结算的培训券", "Nothing to settle"),
        (
            "本项目没有已核销且尚未列入结算的培训券。",
            "No voucher of the project is redeemed and in no settlement yet.",
        ),
    ),
    rule(
        "voucher_settlement_too_long",
        ("一次结算的培训券过多", "Too many vouchers for one settlement"),
        (
            "一次结算至多 {most} 张，请列明培训券分次结算。",
            "At most {most} in one settlement; name the vouchers and settle the rest later.",
        ),
    ),
    state(
        "voucher_settlement_exists",
        ("本月已有结算", "The month has a settlement"),
        (
            "本单位本月对本项目已有结算；撤回或被拒绝后可以重新起草。",
            "There is one for this project and month already; another follows when it is withdrawn or refused.",
        ),
    ),
    state(
        "voucher_in_settlement",
        ("培训券已列入结算", "A voucher is in another settlement"),
        (
            "其中有培训券刚刚列入另一结算，请重试。",
            "One of these vouchers has just been put in another settlement; try again.",
        ),
    ),
    rule(
        "voucher_twice",
        ("培训券重复", "A voucher is named twice"),
        ("同一张培训券只填一次。", "Each voucher is named once."),
    ),
    rule(
        "voucher_not_redeemed",
        ("不可结算的培训券", "A voucher that cannot be settled"),
        (
            "本项目中没有此张由本单位核销且尚未列入结算的培训券。",
            "The project has no such voucher of yours that is redeemed and in no settlement.",
        ),
    ),
    rule(
        "voucher_not_in_settlement",
        ("不在本结算中", "Not in this settlement"),
        ("此张培训券不在本结算中。", "The settlement does not hold that voucher."),
    ),
    rule(
        "nothing_left_to_settle",
        ("至少保留一张", "One voucher must be left"),
        (
            "全部取出等于撤回，请撤回本结算。",
            "To take out all of them, withdraw the settlement.",
        ),
    ),
    rule(
        "invoice_missing",
        ("缺少发票", "An invoice is missing"),
        (
            "补贴支付给劳动者的，每张培训券须有一张培训费发票，还缺 {count} 张。",
            "Where workers are paid, each voucher needs the invoice of its fee; {count} missing.",
        ),
    ),
    rule(
        "invoice_not_asked",
        ("无须发票", "No invoice asked for"),
        (
            "本项目补贴支付给培训机构，不填发票。",
            "The project pays providers; no invoice is given.",
        ),
    ),
    rule(
        "invoice_not_of_fee",
        ("发票金额与培训费不符", "The invoice is not of the fee"),
        (
            "发票金额应等于该班级培训费（{fee_fen} 分）。",
            "The invoice must show the class's fee, {fee_fen} fen.",
        ),
    ),
    rule(
        "invoice_of_another_issuer",
        ("开票方不是该培训机构", "Issued by somebody else"),
        (
            "发票须由该班级的培训机构开具。",
            "The provider of the class issues the invoice.",
        ),
    ),
    rule(
        "voucher_verdicts_faulty",
        ("审核意见有误", "The findings of the review are faulty"),
        (
            "有 {count} 处错误，未保存任何内容，详见 errors。",
            "{count} fault(s) and nothing was stored; see errors.",
        ),
    ),
    rule(
        "amount_of_unpaid_line",
        ("不支付的不填金额", "No amount for what is not paid"),
        (
            "拒绝或暂缓的培训券不填金额。",
            "A voucher that is refused or held has no amount.",
        ),
    ),
    rule(
        "amount_above_worth",
        ("金额超出核定价值", "The amount is above the worth"),
        (
            "金额须大于零，至多 {most_fen} 分。",
            "The amount is above zero and at most {most_fen} fen.",
        ),
    ),
)

CLAWING_BACK: Final = (
    rule(
        "claw_back_faulty",
        ("追回内容有误", "The claw-back is faulty"),
        (
            "有 {count} 处错误，未保存任何内容，详见 errors。",
            "{count} fault(s) and nothing was stored; see errors.",
        ),
    ),
    state(
        "voucher_not_paid",
        ("培训券未支付", "A voucher is not paid"),
        (
            "只能追回已支付的培训券，此项处于“{voucher_state}”状态。",
            "Only a paid voucher is clawed back; this one is in state “{voucher_state}”.",
        ),
    ),
)
