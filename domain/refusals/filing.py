"""Refusals of filings, prepayments, budgets, places and sign-in."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

FILING: Final = (
    kind(
        "busy",
        Family.UNAVAILABLE,
        ("系统繁忙", "Busy"),
        (
            "另一项操作正在使用同一内容，请稍后重试。",
            "Another act holds the same rows; retry shortly.",
        ),
    ),
    kind(
        "reason_missing",
        Family.RULE_BROKEN,
        ("缺少理由", "A reason is missing"),
        ("此决定必须写明理由。", "This decision needs a written reason."),
    ),
    kind(
        "place_unknown",
        Family.RULE_BROKEN,
        ("没有受理机构", "No deciding place"),
        (
            "该地区没有设置受理和支付的人社部门。",
            "No bureau decides and pays for that region here.",
        ),
    ),
    kind(
        "credit_code_taken",
        Family.STATE_CONFLICT,
        ("统一社会信用代码已登记", "Credit code taken"),
        (
            "该统一社会信用代码已登记。",
            "An organisation with that credit code is registered already.",
        ),
    ),
    kind(
        "account_name_taken",
        Family.STATE_CONFLICT,
        ("账号名已被使用", "Account name taken"),
        ("该账号名已被使用。", "That account name is taken."),
    ),
    kind(
        "account_without_role",
        Family.RULE_BROKEN,
        ("账号没有角色", "An account without a role"),
        ("账号至少需要一个角色。", "An account needs at least one role."),
    ),
    kind(
        "account_of_worker",
        Family.RULE_BROKEN,
        ("劳动者账号不属于任何单位", "A worker's account is his own"),
        (
            "劳动者以本人名义办理，其账号不得属于某个单位，也不得兼有其他角色；其他账号须属于一个单位。",
            "A worker's account has no other role and no organisation; every other account has one.",
        ),
    ),
    kind(
        "no_policy_in_force",
        Family.RULE_BROKEN,
        ("没有生效的补贴标准", "No standard in force"),
        (
            "{day} 在该地区及其上级没有生效的补贴标准。",
            "On {day} no standard is in force for that region or above it.",
        ),
    ),
    kind(
        "plan_faulty",
        Family.RULE_BROKEN,
        ("计划不符合政策", "The plan does not fit the policy"),
        ("有 {count} 处不符合，详见 errors。", "{count} faults; see errors."),
    ),
    kind(
        "occupation_code_malformed",
        Family.RULE_BROKEN,
        ("职业编码格式错误", "Occupation code malformed"),
        (
            "职业编码应为“6-18-01-01”的形式（2022 年版大典）。",
            "An occupation code looks like 6-18-01-01 (2022 edition).",
        ),
    ),
    kind(
        "fund_source_unknown",
        Family.RULE_BROKEN,
        ("资金来源不存在", "Unknown fund source"),
        ("请使用登记的资金来源。", "Use one of the registered fund sources."),
    ),
    kind(
        "provider_by_training_mode",
        Family.RULE_BROKEN,
        ("培训机构与培训方式不一致", "Provider and training mode disagree"),
        (
            "委托培训须填写培训机构，企业内师带徒不得填写。",
            "Name a provider when training is by a provider, and only then.",
        ),
    ),
    kind(
        "training_not_after_filing",
        Family.RULE_BROKEN,
        ("应在培训前备案", "File before training starts"),
        (
            "计划的开班日期应晚于提交日期（人社部发〔2021〕39号 五(一)）。",
            "The planned first day must lie after the day of submission (39号 五(一)).",
        ),
    ),
    kind(
        "roster_faulty",
        Family.RULE_BROKEN,
        ("名册有误", "The roster has faults"),
        (
            "名册有 {count} 处错误，均已逐条定位，未保存任何内容。",
            "The roster has {count} faults, each located; nothing was stored.",
        ),
    ),
    kind(
        "citizen_id_malformed",
        Family.RULE_BROKEN,
        ("身份号码格式错误", "Citizen id malformed"),
        ("应为 18 位：17 位数字加 1 位数字或 X。", "18 characters: 17 digits and a digit or X."),
    ),
    kind(
        "citizen_id_birth_date",
        Family.RULE_BROKEN,
        ("身份号码出生日期错误", "Citizen id with an impossible birth date"),
        ("第 7 至 14 位不是真实日期。", "Characters 7 to 14 are no real date."),
    ),
    kind(
        "citizen_id_checksum",
        Family.RULE_BROKEN,
        ("身份号码校验位错误", "Citizen id check digit wrong"),
        (
            "最后一位校验不符，请核对证件；若来自表格，可能已丢失精度。",
            "The last character does not fit; check the card. A spreadsheet may have cut digits.",
        ),
    ),
    kind(
        "phone_malformed",
        Family.RULE_BROKEN,
        ("手机号格式错误", "Mobile number malformed"),
        ("应为 11 位大陆手机号。", "11 digits of a mainland mobile number."),
    ),
    kind(
        "person_twice_in_roster",
        Family.RULE_BROKEN,
        ("名册中重复", "Twice in the roster"),
        ("与 {where} 为同一人。", "The same person as {where}."),
    ),
    kind(
        "person_enrolled_elsewhere",
        Family.STATE_CONFLICT,
        ("已在其他班级在训", "Enrolled elsewhere"),
        (
            "已在另一个未结束的班级中。同一人同一时间只能参加一个学徒培训；errors 指出名册中的人。",
            "Enrolled in another class that has not ended; errors name who of the roster.",
        ),
    ),
    kind(
        "payee_faulty",
        Family.RULE_BROKEN,
        ("收款账户有误", "The payee has faults"),
        ("收款账户信息有误，详见 errors。", "The payee account has faults; see errors."),
    ),
    kind(
        "payee_name_differs",
        Family.RULE_BROKEN,
        ("户名与企业名称不一致", "Account name differs"),
        (
            "户名必须与企业登记名称完全一致（含括号全半角）：第 {position} 个字符应为“{expected}”，实际为“{found}”。",
            "It must equal the registered name: character {position} should be “{expected}”, not “{found}”.",
        ),
    ),
    kind(
        "account_malformed",
        Family.RULE_BROKEN,
        ("账号格式错误", "Account number malformed"),
        ("账号应为 9 至 32 位数字。", "An account number has 9 to 32 digits."),
    ),
    kind(
        "bank_code_malformed",
        Family.RULE_BROKEN,
        ("支付系统行号格式错误", "Bank code malformed"),
        ("支付系统行号应为 12 位数字。", "A bank code has 12 digits."),
    ),
    kind(
        "bank_code_checksum",
        Family.RULE_BROKEN,
        ("支付系统行号校验位错误", "Bank code check digit wrong"),
        ("支付系统行号最后一位校验不符。", "The last digit of the bank code does not fit."),
    ),
    kind(
        "filings_of_other_places",
        Family.RULE_BROKEN,
        ("不属于同一受理机构", "Filings of different places"),
        (
            "一次列入决定只能包含同一受理机构的备案。",
            "One listing decision holds filings of one place.",
        ),
    ),
    kind(
        "document_number_used",
        Family.STATE_CONFLICT,
        ("文号已使用", "Document number used"),
        ("该文号已用于另一项决定。", "That document number names another decision."),
    ),
    kind(
        "opening_out_of_order",
        Family.RULE_BROKEN,
        ("开班日期不合理", "Opening day out of order"),
        (
            "开班日期应在列入日期之后且不晚于今天。",
            "Training starts on or after the listing day and not after today.",
        ),
    ),
    kind(
        "completion_faulty",
        Family.RULE_BROKEN,
        ("结业报告有误", "The completion report has faults"),
        ("结业报告有误，均已逐条定位。", "The completion report has faults, each located."),
    ),
    kind(
        "person_twice_in_report",
        Family.RULE_BROKEN,
        ("报告中重复", "Twice in the report"),
        ("同一名学徒在报告中出现两次。", "The same person appears twice in the report."),
    ),
    kind(
        "person_not_in_training",
        Family.RULE_BROKEN,
        ("不是在训学徒", "Not in training"),
        ("该人员不在本班在训名单中。", "That person is not in training in this class."),
    ),
    kind(
        "day_outside_training",
        Family.RULE_BROKEN,
        ("日期不在培训期内", "Day outside training"),
        (
            "日期应在开班日期与结业日期之间，且不晚于今天。",
            "The day must lie between the first day and the class's end, and not after today.",
        ),
    ),
    kind(
        "exit_reason_missing",
        Family.RULE_BROKEN,
        ("缺少退出原因", "Exit without a reason"),
        ("退出的学徒须写明原因。", "A person who exited needs a reason."),
    ),
    kind(
        "reason_without_exit",
        Family.RULE_BROKEN,
        ("未退出却填写了退出原因", "A reason without an exit"),
        ("只有结果为“退出”时才填写退出原因。", "A reason is given only for a person who exited."),
    ),
    kind(
        "people_without_outcome",
        Family.RULE_BROKEN,
        ("有人没有结果", "People without an outcome"),
        ("还有 {count} 名在训学徒没有结果。", "{count} people in training have no outcome."),
    ),
    kind(
        "prepayment_not_yet",
        Family.STATE_CONFLICT,
        ("现在不能申请预支", "No prepayment now"),
        (
            "备案处于“{state}”状态，不能申请或批准预支。",
            "The filing is in state “{state}”; no prepayment can be asked for or approved.",
        ),
    ),
    kind(
        "prepayment_exists",
        Family.STATE_CONFLICT,
        ("已有预支", "Prepayment exists"),
        (
            "该备案没有可再申请的预支：每期只有一次，未获批准、已撤销或已结算的也计入，由结算支付。",
            "Each period has one prepayment, and none is left; one refused, cancelled or settled keeps its period.",
        ),
    ),
    kind(
        "prepayment_too_early",
        Family.STATE_CONFLICT,
        ("尚未到本期", "The period has not begun"),
        (
            "第 {period} 培养年度自 {first_day} 起，届时方可申请该年度的预支。",
            "Training year {period} begins on {first_day}; its prepayment can be asked for from then.",
        ),
    ),
    kind(
        "prepayment_too_late",
        Family.STATE_CONFLICT,
        ("培养期限已满", "The term is over"),
        (
            "备案的培养期限已于 {last_day} 届满，不再预支，由结算支付。",
            "The filed term ended on {last_day}; nothing is prepaid any more, the settlement pays it.",
        ),
    ),
    kind(
        "prepayment_undecided",
        Family.STATE_CONFLICT,
        ("上一期尚未决定", "The period before is not decided"),
        (
            "第 {period} 期预支处于“{state}”状态，作出决定后方可申请下一期。",
            "The prepayment of period {period} is in state “{state}”; the next follows once it is decided.",
        ),
    ),
    kind(
        "prepayment_of_nothing",
        Family.RULE_BROKEN,
        ("预支金额为零", "Nothing to prepay"),
        (
            "按政策计算的预支金额为零，不予支付。",
            "The policy gives a prepayment of zero; nothing is ever paid for it.",
        ),
    ),
    kind(
        "sign_in_failed",
        Family.UNAUTHENTICATED,
        ("登录失败", "Sign-in failed"),
        ("账号或密码不正确。", "The name or the password is wrong."),
    ),
    kind(
        "too_many_sign_ins",
        Family.TOO_MANY,
        ("登录失败次数过多", "Too many failed sign-ins"),
        (
            "该账号名登录失败次数过多，请在 Retry-After 所示秒数之后再试。",
            "Sign-in failed too often for this name. Try again after the seconds in Retry-After, not before.",
        ),
    ),
)
