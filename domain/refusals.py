"""The registry of refusals: every code the product can answer with, in Chinese and English.

Generates the enum in the OpenAPI document, the page of problems, and the test that each code is
reachable. Codes are public contract: never renamed, never reused. Sections follow the terms.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.contract_refusals import ASKING, SENT
from domain.errors import Family, RefusalKind, Text
from domain.payment_refusals import PAYING
from domain.policy_refusals import POLICY
from domain.settlement_refusals import SETTLING


def _kind(
    code: str, family: Family, title: tuple[str, str], detail: tuple[str, str]
) -> RefusalKind:
    return RefusalKind(code, family, Text(*title), Text(*detail))


# --- contract: how to ask -------------------------------------------------------------------------
_CONTRACT = (
    _kind(
        "internal",
        Family.INTERNAL,
        ("系统内部错误", "Internal error"),
        (
            "系统出错，未保存任何内容。请凭请求编号联系管理员。",
            "Something broke on our side and nothing was stored. Quote the request id.",
        ),
    ),
)

# --- cases: states, duties, versions --------------------------------------------------------------
_CASES = (
    _kind(
        "not_found",
        Family.NOT_FOUND,
        ("未找到", "Not found"),
        (
            "所请求的内容不存在，或您无权查看。",
            "What you asked for does not exist, or you may not see it.",
        ),
    ),
    _kind(
        "wrong_state",
        Family.STATE_CONFLICT,
        ("当前状态不允许此操作", "The case is in another state"),
        (
            "业务处于“{state}”状态，不能执行“{event}”。",
            "The case is in state “{state}”; “{event}” cannot happen to it now.",
        ),
    ),
    _kind(
        "duty_conflict",
        Family.NOT_PERMITTED,
        ("同一人不得承担两项职责", "One person, one duty in a case"),
        (
            "您在本业务中已承担“{held}”职责，不能再承担“{duty}”职责，请由他人办理。",
            "You already hold the duty “{held}” in this case and cannot take “{duty}”; another person must act.",
        ),
    ),
    _kind(
        "linked_duty_conflict",
        Family.NOT_PERMITTED,
        ("关联业务中的职责冲突", "Conflicting duty in a linked case"),
        (
            "您在关联业务中承担了不相容的职责“{held}”，请由他人办理。",
            "You hold the incompatible duty “{held}” in a linked case; another person must act.",
        ),
    ),
    _kind(
        "not_permitted",
        Family.NOT_PERMITTED,
        ("无权执行此操作", "Not permitted"),
        ("此操作需要以下角色之一：{roles}。", "This needs one of the roles: {roles}."),
    ),
    _kind(
        "stale_version",
        Family.PRECONDITION_FAILED,
        ("内容已被他人更改", "The case has changed"),
        (
            "您所依据的版本已过期，请重新读取后再试。",
            "The version you acted on is out of date; read it again and retry.",
        ),
    ),
)

# --- jobs -----------------------------------------------------------------------------------------
_JOBS = (
    _kind(
        "job_not_replayable",
        Family.STATE_CONFLICT,
        ("任务不能重新执行", "The job cannot be replayed"),
        (
            "任务处于“{state}”状态，只有被拒绝或已终止的任务可以重新执行。",
            "The job is “{state}”; only a refused or dead job can be run again.",
        ),
    ),
)

# --- ledger: what the accounts hold ---------------------------------------------------------------
_LEDGER = (
    _kind(
        "fund_insufficient",
        Family.RULE_BROKEN,
        ("资金余额不足", "The account does not hold enough"),
        (
            "相关账套的余额不足以支付此项金额，未记账。",
            "The account this would be taken from does not hold that much; nothing was posted.",
        ),
    ),
    _kind(
        "already_posted",
        Family.STATE_CONFLICT,
        ("该笔款项已记账", "Already posted"),
        (
            "同一事项的款项已经记账，不会重复记账。",
            "This movement of money has been posted before and is not posted twice.",
        ),
    ),
)

# --- embedded: servers that the program starts itself; never an answer over HTTP -------------------
_EMBEDDED = (
    _kind(
        "data_folder_in_use",
        Family.STATE_CONFLICT,
        ("数据目录正在使用", "The data folder is in use"),
        (
            (
                "数据目录 {folder} 正被另一个程序使用（进程号 {pid}）。"
                "请先停止该程序，或指定其他数据目录。"
            ),
            (
                "Another program (process {pid}) is using the data folder {folder}. "
                "Stop it, or name another data folder."
            ),
        ),
    ),
    _kind(
        "data_folder_unusable",
        Family.UNAVAILABLE,
        ("数据目录不可用", "The data folder cannot be used"),
        (
            (
                "当前用户无法使用数据目录 {folder}（{reason}）。"
                "请以该目录所有者的身份运行，或指定其他数据目录。"
            ),
            (
                "This user cannot use the data folder {folder} ({reason}). "
                "Run as its owner, or name another data folder."
            ),
        ),
    ),
    _kind(
        "data_folder_other_version",
        Family.STATE_CONFLICT,
        ("数据目录属于其他版本", "The data folder is of another version"),
        (
            (
                "数据目录 {folder} 由 PostgreSQL {found} 创建，不能用 PostgreSQL {wanted} 打开。"
                "请指定其他数据目录。"
            ),
            (
                "The data folder {folder} was made by PostgreSQL {found} and cannot be opened "
                "by {wanted}. Name another data folder."
            ),
        ),
    ),
    _kind(
        "embedded_account_missing",
        Family.UNAVAILABLE,
        ("缺少运行数据库的用户", "No user to run the database"),
        (
            "数据库不能以 root 身份运行，而本机没有用户“{user}”。请以普通用户身份运行。",
            (
                "The database cannot run as root and this machine has no user “{user}”. "
                "Run as an ordinary user."
            ),
        ),
    ),
    _kind(
        "embedded_server_failed",
        Family.UNAVAILABLE,
        ("内置服务未能启动", "An embedded server did not start"),
        (
            "{server} 未能启动，原因见：{log}",
            "{server} did not start; the reason is in: {log}",
        ),
    ),
    _kind(
        "embedded_server_missing",
        Family.UNAVAILABLE,
        ("本机没有内置数据库", "No embedded database on this machine"),
        (
            "本机未安装可用的 {server} 程序。请设置 XUETU_DATABASE_URL，使用已有的数据库。",
            (
                "No usable program of {server} is installed here. "
                "Set XUETU_DATABASE_URL to use a database of your own."
            ),
        ),
    ),
    _kind(
        "embedded_no_socket_folder",
        Family.UNAVAILABLE,
        ("没有可放置套接字的目录", "No folder for sockets"),
        (
            "以下目录均不可用：{tried}。请用 TMPDIR 指定一个路径较短且可写的目录。",
            (
                "None of these folders can be used: {tried}. "
                "Set TMPDIR to a writable folder with a short path."
            ),
        ),
    ),
)

# --- filing, prepayment, budget, sign-in ----------------------------------------------------------
_FILING = (
    _kind(
        "busy",
        Family.UNAVAILABLE,
        ("系统繁忙", "Busy"),
        (
            "另一项操作正在使用同一内容，请稍后重试。",
            "Another act holds the same rows; retry shortly.",
        ),
    ),
    _kind(
        "duty_conflict_raced",
        Family.NOT_PERMITTED,
        ("同一人不得承担两项职责", "One person, one duty in a case"),
        (
            "您在本业务中刚刚承担了另一职责，请由他人办理。",
            "You have just taken another duty in this case; another person must act.",
        ),
    ),
    _kind(
        "reason_missing",
        Family.RULE_BROKEN,
        ("缺少理由", "A reason is missing"),
        ("此决定必须写明理由。", "This decision needs a written reason."),
    ),
    _kind(
        "place_unknown",
        Family.RULE_BROKEN,
        ("没有受理机构", "No deciding place"),
        (
            "该地区没有设置受理和支付的人社部门。",
            "No bureau decides and pays for that region here.",
        ),
    ),
    _kind(
        "credit_code_taken",
        Family.STATE_CONFLICT,
        ("统一社会信用代码已登记", "Credit code taken"),
        (
            "该统一社会信用代码已登记。",
            "An organisation with that credit code is registered already.",
        ),
    ),
    _kind(
        "account_name_taken",
        Family.STATE_CONFLICT,
        ("账号名已被使用", "Account name taken"),
        ("该账号名已被使用。", "That account name is taken."),
    ),
    _kind(
        "account_without_role",
        Family.RULE_BROKEN,
        ("账号没有角色", "An account without a role"),
        ("账号至少需要一个角色。", "An account needs at least one role."),
    ),
    _kind(
        "no_policy_in_force",
        Family.RULE_BROKEN,
        ("没有生效的补贴标准", "No standard in force"),
        (
            "{day} 在该地区及其上级没有生效的补贴标准。",
            "On {day} no standard is in force for that region or above it.",
        ),
    ),
    _kind(
        "plan_faulty",
        Family.RULE_BROKEN,
        ("计划不符合政策", "The plan does not fit the policy"),
        ("有 {count} 处不符合，详见 errors。", "{count} faults; see errors."),
    ),
    _kind(
        "occupation_code_malformed",
        Family.RULE_BROKEN,
        ("职业编码格式错误", "Occupation code malformed"),
        (
            "职业编码应为“6-18-01-01”的形式（2022 年版大典）。",
            "An occupation code looks like 6-18-01-01 (2022 edition).",
        ),
    ),
    _kind(
        "fund_source_unknown",
        Family.RULE_BROKEN,
        ("资金来源不存在", "Unknown fund source"),
        ("请使用登记的资金来源。", "Use one of the registered fund sources."),
    ),
    _kind(
        "provider_by_training_mode",
        Family.RULE_BROKEN,
        ("培训机构与培训方式不一致", "Provider and training mode disagree"),
        (
            "委托培训须填写培训机构，企业内师带徒不得填写。",
            "Name a provider when training is by a provider, and only then.",
        ),
    ),
    _kind(
        "training_not_after_filing",
        Family.RULE_BROKEN,
        ("应在培训前备案", "File before training starts"),
        (
            "计划的开班日期应晚于提交日期（人社部发〔2021〕39号 五(一)）。",
            "The planned first day must lie after the day of submission (39号 五(一)).",
        ),
    ),
    _kind(
        "roster_faulty",
        Family.RULE_BROKEN,
        ("名册有误", "The roster has faults"),
        (
            "名册有 {count} 处错误，均已逐条定位，未保存任何内容。",
            "The roster has {count} faults, each located; nothing was stored.",
        ),
    ),
    _kind(
        "citizen_id_malformed",
        Family.RULE_BROKEN,
        ("身份号码格式错误", "Citizen id malformed"),
        ("应为 18 位：17 位数字加 1 位数字或 X。", "18 characters: 17 digits and a digit or X."),
    ),
    _kind(
        "citizen_id_birth_date",
        Family.RULE_BROKEN,
        ("身份号码出生日期错误", "Citizen id with an impossible birth date"),
        ("第 7 至 14 位不是真实日期。", "Characters 7 to 14 are no real date."),
    ),
    _kind(
        "citizen_id_checksum",
        Family.RULE_BROKEN,
        ("身份号码校验位错误", "Citizen id check digit wrong"),
        (
            "最后一位校验不符，请核对证件；若来自表格，可能已丢失精度。",
            "The last character does not fit; check the card. A spreadsheet may have cut digits.",
        ),
    ),
    _kind(
        "phone_malformed",
        Family.RULE_BROKEN,
        ("手机号格式错误", "Mobile number malformed"),
        ("应为 11 位大陆手机号。", "11 digits of a mainland mobile number."),
    ),
    _kind(
        "person_twice_in_roster",
        Family.RULE_BROKEN,
        ("名册中重复", "Twice in the roster"),
        ("与第 {row} 行（从 0 起）为同一人。", "The same person as row {row} (counted from 0)."),
    ),
    _kind(
        "person_enrolled_elsewhere",
        Family.STATE_CONFLICT,
        ("已在其他班级在训", "Enrolled elsewhere"),
        (
            "名册中有人已在另一个未结束的班级中。同一人同一时间只能参加一个学徒培训。",
            "Someone in the roster is enrolled in another class that has not ended.",
        ),
    ),
    _kind(
        "payee_faulty",
        Family.RULE_BROKEN,
        ("收款账户有误", "The payee has faults"),
        ("收款账户信息有误，详见 errors。", "The payee account has faults; see errors."),
    ),
    _kind(
        "payee_name_differs",
        Family.RULE_BROKEN,
        ("户名与企业名称不一致", "Account name differs"),
        (
            "户名必须与企业登记名称完全一致（含括号全半角）。",
            "The account name must equal the enterprise's registered name exactly.",
        ),
    ),
    _kind(
        "account_malformed",
        Family.RULE_BROKEN,
        ("账号格式错误", "Account number malformed"),
        ("账号应为 9 至 32 位数字。", "An account number has 9 to 32 digits."),
    ),
    _kind(
        "bank_code_malformed",
        Family.RULE_BROKEN,
        ("支付系统行号格式错误", "Bank code malformed"),
        ("支付系统行号应为 12 位数字。", "A bank code has 12 digits."),
    ),
    _kind(
        "bank_code_checksum",
        Family.RULE_BROKEN,
        ("支付系统行号校验位错误", "Bank code check digit wrong"),
        ("支付系统行号最后一位校验不符。", "The last digit of the bank code does not fit."),
    ),
    _kind(
        "filings_of_other_places",
        Family.RULE_BROKEN,
        ("不属于同一受理机构", "Filings of different places"),
        (
            "一次列入决定只能包含同一受理机构的备案。",
            "One listing decision holds filings of one place.",
        ),
    ),
    _kind(
        "document_number_used",
        Family.STATE_CONFLICT,
        ("文号已使用", "Document number used"),
        ("该文号已用于另一项决定。", "That document number names another decision."),
    ),
    _kind(
        "opening_out_of_order",
        Family.RULE_BROKEN,
        ("开班日期不合理", "Opening day out of order"),
        (
            "开班日期应在列入日期之后且不晚于今天。",
            "Training starts on or after the listing day and not after today.",
        ),
    ),
    _kind(
        "completion_faulty",
        Family.RULE_BROKEN,
        ("结业报告有误", "The completion report has faults"),
        ("结业报告有误，均已逐条定位。", "The completion report has faults, each located."),
    ),
    _kind(
        "person_twice_in_report",
        Family.RULE_BROKEN,
        ("报告中重复", "Twice in the report"),
        ("同一名学徒在报告中出现两次。", "The same person appears twice in the report."),
    ),
    _kind(
        "person_not_in_training",
        Family.RULE_BROKEN,
        ("不是在训学徒", "Not in training"),
        ("该人员不在本班在训名单中。", "That person is not in training in this class."),
    ),
    _kind(
        "day_outside_training",
        Family.RULE_BROKEN,
        ("日期不在培训期内", "Day outside training"),
        (
            "日期应在开班日期与结业日期之间，且不晚于今天。",
            "The day must lie between the first day and the class's end, and not after today.",
        ),
    ),
    _kind(
        "exit_reason_missing",
        Family.RULE_BROKEN,
        ("缺少退出原因", "Exit without a reason"),
        ("退出的学徒须写明原因。", "A person who exited needs a reason."),
    ),
    _kind(
        "people_without_outcome",
        Family.RULE_BROKEN,
        ("有人没有结果", "People without an outcome"),
        ("还有 {count} 名在训学徒没有结果。", "{count} people in training have no outcome."),
    ),
    _kind(
        "prepayment_not_yet",
        Family.STATE_CONFLICT,
        ("现在不能申请预支", "No prepayment now"),
        (
            "备案处于“{state}”状态，不能申请或批准预支。",
            "The filing is in state “{state}”; no prepayment can be asked for or approved.",
        ),
    ),
    _kind(
        "prepayment_exists",
        Family.STATE_CONFLICT,
        ("已有预支", "Prepayment exists"),
        ("该备案的本期预支已存在。", "This filing's prepayment of the period exists already."),
    ),
    _kind(
        "prepayment_of_nothing",
        Family.RULE_BROKEN,
        ("预支金额为零", "Nothing to prepay"),
        (
            "按政策计算的预支金额为零，不予支付。",
            "The policy gives a prepayment of zero; nothing is ever paid for it.",
        ),
    ),
    _kind(
        "sign_in_failed",
        Family.UNAUTHENTICATED,
        ("登录失败", "Sign-in failed"),
        ("账号或密码不正确。", "The name or the password is wrong."),
    ),
)

REGISTRY: Final[Mapping[str, RefusalKind]] = MappingProxyType(
    {
        kind.code: kind
        for section in (
            _CONTRACT,
            ASKING,
            SENT,
            _CASES,
            _JOBS,
            _EMBEDDED,
            _LEDGER,
            _FILING,
            POLICY,
            PAYING,
            SETTLING,
        )
        for kind in section
    }
)
