"""Words of the domain as people read them, for the values that fill a refusal's sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from domain.cases import Duty
from domain.errors import Text, Value
from domain.party import Role
from domain.stacking import subsidies_named
from service.application.diagrams import EVENTS, STATES, STATES_OF
from service.application.diagrams import state_word as _state_word

Language = Literal["zh", "en"]

_ROLES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.FILER: Text("企业经办", "enterprise filer"),
        Role.PROVIDER: Text("培训机构", "training provider"),
        Role.ORGANISER: Text("集中开班组织者", "organiser of joint classes"),
        Role.WORKER: Text("劳动者", "worker"),
        Role.CLERK: Text("收件人员", "clerk"),
        Role.REVIEWER: Text("审核人员", "reviewer"),
        Role.APPROVER: Text("审批人员", "approver"),
        Role.PREPARER: Text("制单人员", "payment preparer"),
        Role.RELEASER: Text("放行人员", "payment releaser"),
        Role.FINANCE: Text("财政人员", "finance officer"),
        Role.POLICY_OFFICER: Text("政策人员", "policy officer"),
        Role.INSPECTOR: Text("督查人员", "inspector"),
        Role.AUDITOR: Text("审计人员", "auditor"),
        Role.SYSTEM: Text("系统", "system"),
    }
)
_DUTIES: Final[Mapping[Duty, Text]] = MappingProxyType(
    {
        Duty.FILE: Text("申报", "file"),
        Duty.REVIEW: Text("审核", "review"),
        Duty.APPROVE: Text("审批", "approve"),
        Duty.CONCUR: Text("财政复核", "concur"),
        Duty.PREPARE: Text("制单", "prepare"),
        Duty.RELEASE: Text("放行", "release"),
        Duty.CONFIRM_FIRST: Text("首次确认", "first confirmation"),
        Duty.CONFIRM_SECOND: Text("二次确认", "second confirmation"),
        Duty.SIGN_LABOUR: Text("人社签署", "labour signature"),
        Duty.SIGN_FINANCE: Text("财政签署", "finance signature"),
        Duty.SYSTEM: Text("系统", "system"),
    }
)

# Not every act moves a state: an export and a bank's answer are refused by it all the same.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "state": STATES,
        "voucher_state": {**STATES, **STATES_OF["voucher"]},
        "event": {
            **EVENTS,
            "export": "导出",
            "answer": "上传银行回盘",
            "replace_roster": "导入名册",
        },
    }
)

_TAGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "sign-in": Text("登录", "sign-in"),
        "policies": Text("补贴标准", "policies"),
        "calculator": Text("计算器", "calculator"),
        "filings": Text("备案", "filings"),
        "documents": Text("材料", "documents"),
        "class-records": Text("教学台账", "class records"),
        "joint-classes": Text("集中开班", "joint classes"),
        "time-limits": Text("办理时限", "time-limits"),
        "prepayments": Text("预支", "prepayments"),
        "certificates": Text("证书", "certificates"),
        "subsidies": Text("已享受的补贴", "subsidies people had"),
        "settlements": Text("结算", "settlements"),
        "ledgers": Text("台账与资金", "work ledger and money"),
        "official-documents": Text("公文", "official documents"),
        "recoveries": Text("追缴与收款", "recoveries"),
        "notices": Text("公示与异议", "notices and objections"),
        "manual-findings": Text("人工核验", "manual findings"),
        "holds": Text("暂停支付", "holds"),
        "review-requests": Text("复核", "review requests"),
        "budget": Text("预算与账", "budget"),
        "funding-requests": Text("拨款申请", "funding-requests"),
        "batches": Text("支付批次", "batches"),
        "bank-results": Text("银行回盘", "bank-results"),
        "payments": Text("支付", "payments"),
        "payee-accounts": Text("收款账户", "payee-accounts"),
        "payment-corrections": Text("支付更正", "payment-corrections"),
        "provider-catalogue": Text("培训机构目录", "provider catalogue"),
        "voucher-classes": Text("培训券班级", "voucher classes"),
        "voucher-reservations": Text("报名和核销", "reservations and redemption"),
        "voucher-class-records": Text("培训券教学台账", "records of voucher classes"),
        "voucher-projects": Text("职业培训券项目", "voucher projects"),
        "vouchers": Text("职业培训券", "vouchers"),
        "voucher-settlements": Text("培训券结算", "voucher settlements"),
        "register-messages": Text("实名制系统报送", "messages to the real-name register"),
        "archive": Text("职业培训电子档案", "training archive"),
        "health": Text("运行状况", "health"),
    }
)


def state_word(machine: str, state: str) -> Text:
    """Return a state of a machine; the English word is the code."""
    return Text(_state_word(machine, state), state.replace("_", " "))


def tag_name(tag: str) -> Text:
    """Return the name of a group of operations; the tag itself where it has none."""
    return _TAGS.get(tag, Text(tag, tag))


def role_name(role: Role) -> Text:
    """Return a role's name."""
    return _ROLES[role]


def worded(values: Mapping[str, Value], language: Language) -> Mapping[str, Value]:
    """Return a refusal's values with roles, duties and subsidies put in words of the language."""
    return {name: _worded(name, value, language) for name, value in values.items()}


def _worded(name: str, value: Value, language: Language) -> Value:
    if name == "roles":
        names = (_in(_ROLES[Role(code)], language) for code in str(value).split(","))
        return ("、" if language == "zh" else ", ").join(names)
    if name in {"duty", "held"} and value in set(Duty):
        return _in(_DUTIES[Duty(value)], language)
    if name == "subsidies":
        return _in(subsidies_named(str(value)), language)
    # English readers are shown the codes themselves: they are English words.
    if name in _WORDS and language == "zh":
        return _WORDS[name].get(str(value), value)
    return value


def _in(text: Text, language: Language) -> str:
    return text.zh if language == "zh" else text.en
