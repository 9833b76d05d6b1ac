"""Refusals of notices, objections, manual findings, holds and review requests."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, rule, state

NOTICES: Final = (
    rule(
        "notice_faulty",
        ("公示内容有误", "The notice is faulty"),
        (
            "公示事项中有 {count} 处错误，未保存任何内容。",
            "The notice has {count} fault(s) and nothing was stored.",
        ),
    ),
    rule(
        "settlement_named_twice",
        ("结算重复", "Settlement named twice"),
        ("与第 {row} 项（自 0 起）相同。", "It is item {row} (from 0) already."),
    ),
    rule(
        "notice_of_one_kind",
        ("公示事项须为同一类", "A notice of one kind"),
        (
            "请列出结算，或者列出备案，二者择一。",
            "Name settlements, or name filings: one or the other.",
        ),
    ),
    rule(
        "filing_named_twice",
        ("备案重复", "Filing named twice"),
        ("与第 {row} 项（自 0 起）相同。", "It is item {row} (from 0) already."),
    ),
    rule(
        "filing_not_reviewed",
        ("备案尚未初审", "Filing not reviewed"),
        (
            "只有已初审的备案可以公示，此项处于“{state}”状态。",
            "Only a reviewed filing goes on notice; this one is in state “{state}”.",
        ),
    ),
    rule(
        "filing_not_advised",
        ("初审未建议列入", "Not advised to be listed"),
        (
            "初审建议不予列入，不作公示。",
            "Its reviewer advised not to list it; it goes on no notice.",
        ),
    ),
    rule(
        "filing_on_notice",
        ("已列入其他公示", "On another notice"),
        (
            "此项已列入尚未结束的公示。",
            "A notice that has not ended holds this filing already.",
        ),
    ),
    rule(
        "settlement_not_reviewed",
        ("结算尚未初审", "Settlement not reviewed"),
        (
            "只有已初审的结算可以公示，此项处于“{state}”状态。",
            "Only a reviewed settlement goes on notice; this one is in state “{state}”.",
        ),
    ),
    rule(
        "settlement_on_notice",
        ("已列入其他公示", "On another notice"),
        (
            "此项已列入尚未结束的公示。",
            "A notice that has not ended holds this settlement already.",
        ),
    ),
    rule(
        "notice_not_asked",
        ("无须公示", "No notice asked for"),
        (
            "提交之日的地方补充规定未要求公示。",
            "The additions in force on the day of submission ask for no notice.",
        ),
    ),
    rule(
        "notice_rule_differs",
        ("公示规则不同", "Another notice rule"),
        (
            "此项适用的公示规则与第一项不同，请分开公示。",
            "Its notice rule differs from that of the first item; publish it apart.",
        ),
    ),
    state(
        "notice_beyond_calendar",
        ("工作日历尚未公布", "Calendar not yet published"),
        (
            "按工作日计算，公示将于 {day} 结束，而 {year} 年的节假日安排尚未公布。",
            (
                "Counted in working days the notice would end on {day}, and the rest days of {year} are "
                "not published yet."
            ),
        ),
    ),
    state(
        "notice_required",
        ("须先公示", "A notice is required"),
        (
            "须经公示期满方可决定；金额增加、收款人或人员变更的，须重新公示。",
            (
                "It is decided after a notice over it as it stands has ended; a raised amount, another "
                "payee or another person needs a new notice."
            ),
        ),
    ),
    state(
        "listing_faulty",
        ("不能列入", "Not to be listed"),
        (
            "所列备案中有 {count} 件尚不能列入，详见 errors。",
            "{count} of these filings cannot be listed yet; see errors.",
        ),
    ),
    state(
        "objection_upheld",
        ("异议成立，尚未补正", "An objection was upheld"),
        (
            "对此项的异议成立；补正并重新提交之前不得列入。",
            "An objection to it was upheld; it is not listed before it is corrected and submitted again.",
        ),
    ),
    kind(
        "notice_taken_down",
        Family.NOT_FOUND,
        ("公示已结束", "The notice is over"),
        (
            "公示期已结束，公示内容已撤下；如需了解，请向公示机关查询。",
            "The notice has ended and was taken down; the bureau that published it can be asked.",
        ),
    ),
    rule(
        "objection_faulty",
        ("异议指向有误", "The objection names nothing"),
        ("公示中没有所指的事项。", "The notice holds no such item."),
    ),
    rule(
        "item_unknown",
        ("没有此项", "No such item"),
        ("公示中没有此序号。", "The notice has no item of this number."),
    ),
    rule(
        "line_unknown",
        ("没有此人", "No such person"),
        ("此项中没有此序号。", "The item has no person of this number."),
    ),
    state(
        "too_many_objections",
        ("异议已达上限", "Too many objections"),
        (
            "此项已有 {count} 件异议待办，请待办结后再提。",
            "{count} objections to this item wait to be decided; object again once they are.",
        ),
    ),
    state(
        "objection_open",
        ("异议尚未办结", "An objection is open"),
        (
            "对此项尚有 {count} 件异议未办结。",
            "{count} objection(s) to it are not decided yet.",
        ),
    ),
    rule(
        "sighting_faulty",
        ("核验记录有误", "The sighting is faulty"),
        ("核验记录中有错误。", "What was seen cannot have been seen so."),
    ),
    rule(
        "seen_in_the_future",
        ("时间晚于当前", "Seen in the future"),
        ("核验时间晚于当前时间。", "It would have been seen later than now."),
    ),
    state(
        "nothing_to_excuse",
        ("无可认定事项", "Nothing to excuse"),
        (
            "此人的证书核验结果不是查无此证、证件不符或已注销，或者已作认定。",
            "This person's finding is not one that an honest mistake explains, or it was decided.",
        ),
    ),
    state(
        "on_hold",
        ("已暂停支付", "Payment is on hold"),
        (
            "所涉备案、企业、培训机构或人员已暂停支付。",
            "A hold is in force on the filing, its enterprise, provider or people.",
        ),
    ),
    rule(
        "hold_faulty",
        ("暂停支付内容有误", "The hold is faulty"),
        ("暂停支付内容有误，未保存。", "The hold has a fault and nothing was stored."),
    ),
    rule(
        "review_day_past",
        ("复查日期已过", "Review day is past"),
        ("复查日期须晚于今天。", "The review day must lie after today."),
    ),
    state(
        "nothing_to_review",
        ("没有可复核的决定", "Nothing to review"),
        (
            "此事项尚未决定，或已足额决定。",
            "It is not decided yet, or was decided in full.",
        ),
    ),
    state(
        "review_too_late",
        ("复核期限已过", "Too late for a review"),
        ("复核申请期限至 {day} 止。", "A review could be asked for until {day}."),
    ),
    state(
        "review_already_requested",
        ("已申请复核", "Review already requested"),
        ("对此事项已申请过复核。", "A review of this has been requested already."),
    ),
)
