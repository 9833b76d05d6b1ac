"""Refusals of policies, of plans that a policy cannot pay, and of the calculator's cases.

The registry in `domain.refusals` takes the section in. Most stand in a problem's `errors`, located
where the plan or the policy says what cannot be.
"""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

POLICY: Final = (
    kind(
        "policy_invalid",
        Family.MALFORMED,
        ("政策文件不符合格式", "Policy invalid"),
        (
            "政策文件有 {count} 处缺失或错误，详见 errors。",
            "The policy has {count} field(s) missing or faulty; see errors.",
        ),
    ),
    kind(
        "policy_contradicts_itself",
        Family.MALFORMED,
        ("政策自相矛盾", "Policy contradicts itself"),
        (
            "此值与同一政策的另一字段矛盾（止期早于起期，或比例与定额同时给出）。",
            "Another field contradicts this: an end before its start, or a share and an amount.",
        ),
    ),
    kind(
        "repeated_item",
        Family.MALFORMED,
        ("条目重复", "Item repeated"),
        ("此条目已在列表中。", "The list holds this item already."),
    ),
    kind(
        "calculation_refused",
        Family.RULE_BROKEN,
        ("无法计算", "The case cannot be calculated"),
        (
            "有 {count} 处不符合政策或相互矛盾，详见 errors。",
            "{count} point(s) contradict the policy or each other; see errors.",
        ),
    ),
    kind(
        "policy_unknown",
        Family.RULE_BROKEN,
        ("没有此政策", "No such policy"),
        (
            "没有以此为编号的政策包；可用 xuetu policies 查看。",
            "No policy pack has this id; `xuetu policies` lists them.",
        ),
    ),
    kind(
        "policy_not_in_force",
        Family.RULE_BROKEN,
        ("政策当日未生效", "Policy not in force"),
        (
            "该政策自 {first} 至 {last} 有效，当日未生效。",
            "The policy is in force from {first} to {last}, not on this day.",
        ),
    ),
    kind(
        "no_rate_for_grade",
        Family.RULE_BROKEN,
        ("该等级无补贴标准", "No rate for this grade"),
        (
            "政策 {policy} 未规定 {grade} 级的补贴标准。",
            "Policy {policy} sets no rate for grade {grade}.",
        ),
    ),
    kind(
        "term_outside_policy",
        Family.RULE_BROKEN,
        ("培养期限超出规定", "Term outside the policy"),
        (
            "培养期限须为 {least} 至 {most} 个月。",
            "The filed term must be {least} to {most} months.",
        ),
    ),
    kind(
        "term_needs_reason",
        Family.RULE_BROKEN,
        ("延长培养期限须说明理由", "A longer term needs a reason"),
        (
            "培养期限超过 {most} 个月的，须书面说明理由，随列入计划一并批准。",
            "A term beyond {most} months needs a written reason; it is approved with the listing.",
        ),
    ),
    kind(
        "term_not_whole_years",
        Family.RULE_BROKEN,
        ("培养期限须为整年", "Term of no whole years"),
        (
            "该政策按整年计算，{months} 个月不是整年。",
            "The policy counts whole years; {months} months are no whole number of years.",
        ),
    ),
    kind(
        "uplift_not_allowed",
        Family.RULE_BROKEN,
        ("不得上浮", "No uplift"),
        (
            "该政策未规定 {grade} 级的上浮。",
            "The policy allows no uplift for grade {grade}.",
        ),
    ),
    kind(
        "uplift_above_maximum",
        Family.RULE_BROKEN,
        ("上浮超过上限", "Uplift above the maximum"),
        (
            "上浮不得超过 {most} 个基点（100 个基点为 1%）。",
            "The uplift may be at most {most} basis points (100 are 1 %).",
        ),
    ),
    kind(
        "unit_needs_dates",
        Family.RULE_BROKEN,
        ("按日计算须有日期", "Days need dates"),
        (
            "该政策按日计算，只有月数无法计算。",
            "The policy counts days; months alone do not tell them.",
        ),
    ),
    kind(
        "days_and_months",
        Family.RULE_BROKEN,
        ("日期与月数不得同时给出", "Days and months"),
        ("请只给出日期，或只给出月数。", "Give the days or the months, not both."),
    ),
    kind(
        "period_reversed",
        Family.RULE_BROKEN,
        ("止日早于起日", "A period that ends before it begins"),
        ("末日早于首日。", "The last day lies before the first."),
    ),
    kind(
        "prepaid_and_share",
        Family.RULE_BROKEN,
        ("预支金额与比例不得同时给出", "Prepaid amount and share"),
        (
            "请只给出实际预支金额，或只给出决定的预支比例。",
            "Give the amount prepaid or the share decided, not both.",
        ),
    ),
    kind(
        "groups_and_counters",
        Family.RULE_BROKEN,
        ("分组与人数不得同时给出", "Groups and counters"),
        (
            "请只给出分组，或只给出取证与未取证人数。",
            "Give the groups or the two counters, not both.",
        ),
    ),
    kind(
        "more_people_than_planned",
        Family.RULE_BROKEN,
        ("人数超过计划", "More people than planned"),
        (
            "共列出 {people} 人，多于计划的 {planned} 人。",
            "{people} people are named, more than the {planned} planned.",
        ),
    ),
    kind(
        "share_above_policy",
        Family.RULE_BROKEN,
        ("预支比例超过上限", "Prepayment share above the policy's"),
        (
            "预支比例 {share} 个基点超过政策上限 {most} 个基点。",
            "A prepayment share of {share} basis points is above the policy's highest, {most}.",
        ),
    ),
)
"""Policies (CASES 2), plans under a policy (CASES 4), and the calculator."""
