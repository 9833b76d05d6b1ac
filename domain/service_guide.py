"""Service guide (办事指南, SUP-11): what a region pays, asks for and promises, in both languages.

Written from the standard and the overlay in force, so that it never differs from what is decided by
them. A figure that no source states carries its label here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.calendar import DayUnit
from domain.errors import Text
from domain.explanation.prepayment import BASES
from domain.explanation.words import TYPES, mark, percent
from domain.money import yuan
from domain.policy import Label, PrepaymentCondition, Standard
from domain.policy.overlay import Limit, Needed, NoticeNames, NoticeOf, Overlay, Stage

GRADES: Final[Mapping[int, Text]] = {
    5: Text("初级工（五级）", "grade 5"),
    4: Text("中级工（四级）", "grade 4"),
    3: Text("高级工（三级）", "grade 3"),
    2: Text("技师（二级）", "grade 2"),
    1: Text("高级技师（一级）", "grade 1"),
}
STAGES: Final[Mapping[Stage, Text]] = {
    Stage.FILING: Text("备案", "filing"),
    Stage.SETTLEMENT: Text("结算", "settlement"),
}
MODES: Final[Mapping[Needed, Text]] = {
    Needed.ALWAYS: Text("各种培训方式", "every training mode"),
    Needed.WITH_PROVIDER: Text("与培训机构合作的", "with a training provider"),
    Needed.IN_HOUSE: Text("企业自主培训（师带徒）的", "in-house training"),
    Needed.NEVER: Text("不需要", "not needed"),
}
BUREAU: Final = Text("人社部门", "the labour bureau")
FINANCE: Final = Text("财政部门", "the finance department")
ENTERPRISE: Final = Text("企业", "the enterprise")
VOUCHER_PAYEE: Final = Text("培训机构或劳动者", "the training provider or the worker")
STEPS: Final[Mapping[Limit, tuple[Text, Text]]] = {
    Limit.ACCEPT: (Text("备案受理", "accept the filing"), BUREAU),
    Limit.CORRECTION: (Text("一次性告知后补正", "correct after the one notice"), ENTERPRISE),
    Limit.REVIEW: (Text("备案初审", "review the filing"), BUREAU),
    Limit.LIST: (Text("列入学徒培训计划", "list the filing"), BUREAU),
    Limit.START: (Text("列入后开班", "begin training once listed"), ENTERPRISE),
    Limit.PREPAYMENT_REVIEW: (Text("预支初审", "review the prepayment"), BUREAU),
    Limit.PREPAYMENT_APPROVE: (Text("预支审批", "approve the prepayment"), BUREAU),
    Limit.SETTLE: (Text("结业后申报结算", "submit the settlement after completion"), ENTERPRISE),
    Limit.SETTLEMENT_ACCEPT: (Text("结算受理", "accept the settlement"), BUREAU),
    Limit.SETTLEMENT_REVIEW: (Text("结算核验和初审", "verify and review the settlement"), BUREAU),
    Limit.SETTLEMENT_APPROVE: (Text("结算审批", "approve the settlement"), BUREAU),
    Limit.VOUCHER_START: (
        Text("培训券开班核验", "verify the start of a voucher class"),
        BUREAU,
    ),
    Limit.VOUCHER_COMPLETION: (
        Text("培训券结业确认", "confirm the completion of a voucher class"),
        BUREAU,
    ),
    Limit.VOUCHER_SETTLEMENT_ACCEPT: (
        Text("培训券结算受理", "accept the voucher settlement"),
        BUREAU,
    ),
    Limit.VOUCHER_CORRECTION: (
        Text("培训券结算退回后补正", "correct the voucher settlement once returned"),
        VOUCHER_PAYEE,
    ),
    Limit.VOUCHER_SETTLEMENT_REVIEW: (
        Text("培训券结算审核", "review the voucher settlement"),
        BUREAU,
    ),
    Limit.VOUCHER_SETTLEMENT_APPROVE: (
        Text("培训券结算审批", "approve the voucher settlement"),
        BUREAU,
    ),
    Limit.CONCUR: (Text("财政复核", "concur"), FINANCE),
    Limit.PAY: (Text("拨付", "pay"), FINANCE),
    Limit.OBJECTION_ANSWER: (Text("答复异议", "answer an objection"), BUREAU),
    Limit.REVIEW_REQUEST: (Text("答复复核申请", "answer a review request"), BUREAU),
    Limit.RECOVERY_PAY: (Text("退回应追缴资金", "repay what is recovered"), ENTERPRISE),
}
"""Every step that may have a time limit, in the order of the road, and whom it binds."""

CORRECTION: Final = Text(
    "材料不齐的，一次性告知全部需补正的内容；在期限内补正的，受理时间以首次提交为准，适用首次提交时的标准；逾期未补正按撤回处理。"
    "补正、专家评审、现场核查和公示的时间不计入办理时限。",
    "What is missing is named at once, in one notice. Corrected in time, a filing keeps the receipt time"
    " and the standard of its first submission; not corrected in time, it ends as withdrawn. Correction,"
    " expert reviews, site checks and notices do not count against the time limits.",
)
REMEDIES: Final = (
    Text(
        "对结果有异议的，可在公示期内提出异议。",
        "An objection may be raised while a notice is published.",
    ),
    Text(
        "对不予列入、不予补贴、核减或追缴不服的，可申请复核，由未参与原决定的人员办理。",
        "A refusal, a refused or reduced person, or a recovery may be reviewed on request, by people who took no part.",
    ),
    Text(
        "也可依法申请行政复议或提起行政诉讼。",
        "Administrative reconsideration and litigation stay open as the law provides.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideRate:
    """What a completer earns a year at a grade, in fen; `label` when no source states it."""

    grade: int
    name: Text
    amount_fen: int
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDocument:
    """One document asked for, when, and under which training mode."""

    kind: str
    title: Text
    stage: Text
    mode: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """A step, whom it binds, and its limit in working days (None: none is set)."""

    limit: Limit
    name: Text
    by: Text
    working_days: int | None
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The guide of one region on one day."""

    region_code: str
    bureau: str
    finance_department: str
    standard: Standard
    overlay: Overlay
    rates: tuple[GuideRate, ...]
    rules: tuple[Text, ...]
    documents: tuple[GuideDocument, ...]
    steps: tuple[GuideStep, ...]
    notice: Text
    correction: Text
    remedies: tuple[Text, ...]


def guide(
    standard: Standard,
    overlay: Overlay,
    *,
    region_code: str,
    bureau: str,
    finance_department: str,
) -> Guide:
    """Write the guide of a region."""
    labels = standard.labels("/rates", "/prepayment", "/term", "/certificate_types")
    return Guide(
        region_code=region_code,
        bureau=bureau,
        finance_department=finance_department,
        standard=standard,
        overlay=overlay,
        rates=tuple(
            GuideRate(grade=grade, name=GRADES[grade], amount_fen=fen, label=mark(labels, "/rates"))
            for grade, fen in sorted(standard.rates.items(), reverse=True)
        ),
        rules=_rules(standard, labels),
        documents=tuple(
            GuideDocument(
                kind=rule.kind,
                title=rule.title,
                stage=STAGES[rule.stage],
                mode=MODES[rule.needed],
                source=rule.source,
            )
            for rule in overlay.documents
            if rule.needed is not Needed.NEVER
        ),
        steps=tuple(
            GuideStep(
                limit=limit,
                name=name,
                by=by,
                working_days=overlay.limits.get(limit),
                label=mark(overlay.labels(f"/limits/{limit}"), f"/limits/{limit}"),
            )
            for limit, (name, by) in STEPS.items()
        ),
        notice=_notice(overlay),
        correction=CORRECTION,
        remedies=REMEDIES,
    )


_SINCE: Final[Mapping[PrepaymentCondition, Text]] = {
    PrepaymentCondition.LISTED: Text("列入计划后", "once the plan is listed"),
    PrepaymentCondition.TRAINING_STARTED: Text("开班后", "once training has begun"),
}
_ASKED: Final[Mapping[bool, Text]] = {
    True: Text("由企业申请", "on the enterprise's request"),
    False: Text("无须申请", "without a request"),
}


def _rules(standard: Standard, labels: tuple[Label, ...]) -> tuple[Text, ...]:
    term, ahead = standard.term, standard.prepayment
    base, since, asked = BASES[ahead.base], _SINCE[ahead.condition], _ASKED[ahead.on_request]
    types = [TYPES[one] for one in TYPES if one in standard.certificate_types]
    of_term, of_share, of_types = (
        mark(labels, pointer) for pointer in ("/term", "/prepayment", "/certificate_types")
    )
    return (
        Text(
            f"培训期限 {term.min_months} 至 {term.max_months} 个月，确有需要经批准可至"
            f" {term.extended_max_months} 个月。{of_term.zh}",
            f"Training takes {term.min_months} to {term.max_months} months, up to"
            f" {term.extended_max_months} with a reason and approval.{of_term.en}",
        ),
        Text(
            f"预支比例最高 {percent(ahead.share_basis_points)}，以{base.zh}为基数，{since.zh}{asked.zh}；"
            f"其余按结业和证书核验结果结算。{of_share.zh}",
            f"At most {percent(ahead.share_basis_points)} of {base.en} is prepaid, {since.en}, {asked.en}; the rest"
            f" is settled on completion and verified certificates.{of_share.en}",
        ),
        Text(
            f"认可的证书：{'、'.join(one.zh for one in types)}。{of_types.zh}",
            f"Certificates accepted: {', '.join(one.en for one in types)}.{of_types.en}",
        ),
        Text(
            "须在培训开始前备案；列入计划后方可开班。",
            "A plan is filed before training starts; training begins once it is listed.",
        ),
    )


def _notice(overlay: Overlay) -> Text:
    rule = overlay.notice
    if rule is None:
        return Text("本地区不设公示环节。", "This region publishes no notice.")
    of = [one for one in NoticeOf if one in rule.of]
    zh = {
        NoticeOf.LISTING: "列入计划",
        NoticeOf.SETTLEMENT: "结算",
        NoticeOf.VOUCHER_SETTLEMENT: "培训券结算",
    }
    en = {
        NoticeOf.LISTING: "listing",
        NoticeOf.SETTLEMENT: "settlement",
        NoticeOf.VOUCHER_SETTLEMENT: "voucher settlement",
    }
    working = rule.unit is DayUnit.WORKING
    people = rule.names is NoticeNames.PEOPLE
    return Text(
        f"{'、'.join(zh[one] for one in of)}前公示 {rule.days} 个{'工作日' if working else '自然日'}，"
        f"首日{'计入' if rule.first_day_counts else '不计入'}，"
        f"公示{'企业和脱敏的学徒名单' if people else '企业、人数和金额'}。",
        f"Before {' and '.join(en[one] for one in of)} a notice stands {rule.days}"
        f" {'working' if working else 'calendar'} days, the first day"
        f" {'included' if rule.first_day_counts else 'not counted'}; it names"
        f" {'enterprises and people, masked' if people else 'enterprises, headcounts and amounts'}.",
    )


def rate_sentence(rate: GuideRate) -> Text:
    """Say what a grade is paid."""
    amount = yuan(rate.amount_fen)
    return Text(
        f"{rate.name.zh}：每人每年 {amount} 元{rate.label.zh}",
        f"{rate.name.en}: {amount} yuan a person and year{rate.label.en}",
    )
