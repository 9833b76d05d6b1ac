"""Templates (公文模板): Chinese text around the facts of a decision.

A template that changes gets the next version in `KINDS`; documents already issued keep their words,
because what is stored is the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from domain.cases import Duty, Step
from domain.explanation.words import percent
from domain.filing import Filing
from domain.funding_request import PURPOSES, PayableKind
from domain.official_document.kinds import KINDS, DocumentKind, number_of
from domain.official_document.paper import Block, Paper, Paragraph, Table
from domain.official_document.words import chinese_day, without_numbers, yuan
from domain.period import day_in_china
from domain.policy.standard import GRADES
from domain.settlement import Disposition, Ground, SettlementLine
from domain.settlement_explanation import RULES

DUTIES: Final = {
    Duty.FILE: "申报",
    Duty.REVIEW: "审核",
    Duty.APPROVE: "审批",
    Duty.CONCUR: "财政复核",
    Duty.PREPARE: "制单",
    Duty.RELEASE: "放行",
    Duty.CONFIRM_FIRST: "初核",
    Duty.CONFIRM_SECOND: "复核",
    Duty.SIGN_LABOUR: "人社会签",
    Duty.SIGN_FINANCE: "财政会签",
    Duty.SYSTEM: "系统",
}
DISPOSITIONS: Final = {
    Disposition.PAYABLE: "应付",
    Disposition.REFUSED: "不予补贴",
    Disposition.HELD: "暂缓",
}
FUNDS: Final = {
    "employment_subsidy": "就业补助资金",
    "unemployment_insurance": "失业保险基金",
    "action_account": "职业技能提升行动专账资金",
    "action_account_surplus": "专账结余资金",
    "local": "地方资金",
}
GROUNDS: Final = {
    Ground.CERTIFIED: "证书核验属实",
    Ground.UNCERTIFIED: "结业，无可计的证书",
    Ground.EXITED: "未结业",
    Ground.IN_TRAINING: "培训仍在进行",
    Ground.AWAITED: "证书待上传或待发放",
    Ground.UNPROVEN: "申报证书核验不符",
    Ground.INELIGIBLE: "不符合补贴条件",
    Ground.OBJECTION: "公示异议核查中",
    Ground.OBJECTION_UPHELD: "公示异议成立",
    Ground.INVESTIGATION: "暂停支付，待调查",
}
"""Why a person's line was decided so, short enough for a column of the schedule."""
_LAW: Final = "如对本决定不服，可自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法提起行政诉讼"


class Remedy(Enum):
    """What may be done against a decision: by law, or in this system before."""

    LAW = Paragraph(f"{_LAW}。")
    LAW_AND_REVIEW = Paragraph(f"{_LAW}；也可先行在本系统内申请复核。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What every document is issued with. `year` and `serial` number it in its place.

    `steps` are the case's up to the one that the document is about.
    """

    kind: DocumentKind
    year: int
    serial: int
    issuer: str
    addressee: str
    issued_on: date
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person on a schedule: masked, with what is decided for them and why."""

    seat_no: int
    name: str
    identity_masked: str
    line: SettlementLine


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person as a document names them: by name and masked number."""

    name: str
    identity_masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRow:
    """One line of a funding request: who is paid, for what, in fen."""

    payee_name: str
    kind: PayableKind
    amount_fen: int


def paper_of(issue: Issue, blocks: Sequence[Block], *, remedy: Remedy | None = None) -> Paper:
    """Put a document together: its blocks, who decided it, and the remedy against it."""
    return Paper(
        title=KINDS[issue.kind].title.zh,
        number=number_of(issue.kind, issue.year, issue.serial),
        addressee=issue.addressee,
        blocks=(*blocks, *([remedy.value] if remedy else []), _officers(issue.steps)),
        issuer=issue.issuer,
        issued_on=chinese_day(issue.issued_on),
    )


def acceptance(issue: Issue, filing: Filing) -> Paper:
    """受理通知书: the filing was received complete and its clock runs."""
    assert filing.submitted_at is not None
    received = chinese_day(day_in_china(filing.submitted_at))
    return paper_of(
        issue,
        [
            Paragraph(
                f"你单位于{received}提交的企业新型学徒培训备案（{without_numbers(filing.class_name)}，{filing.people}人）"
                "材料齐全，现予受理。"
            ),
            plan_table(filing),
        ],
    )


def listing(issue: Issue, filing: Filing) -> Paper:
    """列入学徒培训计划通知: the filing is payable from now on (39号 五(一))."""
    return paper_of(
        issue,
        [
            Paragraph(
                f"经审核，你单位{without_numbers(filing.class_name)}已按《{filing.listing_document}》列入学徒培训计划。"
                "请在计划期限内组织开班，并提交开班报告。"
            ),
            plan_table(filing),
        ],
        remedy=Remedy.LAW,
    )


def prepayment_application(
    issue: Issue,
    filing: Filing,
    *,
    period: int,
    amount_fen: int,
    share_basis_points: int,
    people: int,
) -> Paper:
    """补贴申领表（预支）: what is paid ahead, of which training year, and of what."""
    return paper_of(
        issue,
        [
            plan_table(filing),
            Table(
                "预支",
                ("期次", "计算人数", "预支比例", "核定金额（元）"),
                ((f"第{period}期", str(people), percent(share_basis_points), yuan(amount_fen)),),
            ),
            _payee_table(filing),
        ],
        remedy=Remedy.LAW,
    )


def settlement_application(
    issue: Issue,
    filing: Filing,
    *,
    entitled_fen: int,
    history_fen: int,
    balance_fen: int,
    recovery_fen: int,
    recovery_reference: str | None,
    people: Sequence[PersonRow],
) -> Paper:
    """补贴申领表及明细表（结算）: what everyone earned and why, what was paid before, what is left."""
    recovered = Paragraph(
        f"应追缴{yuan(recovery_fen)}元，追缴编号{recovery_reference}，由追缴决定书另行决定。"
    )
    return paper_of(
        issue,
        [
            plan_table(filing),
            Table(
                "结算",
                ("应补合计（元）", "已付（元）", "本次应付（元）", "应追缴（元）"),
                ((yuan(entitled_fen), yuan(history_fen), yuan(balance_fen), yuan(recovery_fen)),),
            ),
            *([] if recovery_reference is None else [recovered]),
            _payee_table(filing),
            Table(
                "明细表",
                ("序号", "姓名", "证件号码", "核定金额（元）", "结果", "认定"),
                tuple(_person(row) for row in people),
            ),
        ],
        remedy=Remedy.LAW_AND_REVIEW,
    )


def funding_request(
    issue: Issue, *, fund_source: str, year: int, lines: Sequence[FundingRow]
) -> Paper:
    """拨款申请表: the bureau's list to the finance department."""
    rows = tuple(
        (str(n), line.payee_name, PURPOSES[line.kind], yuan(line.amount_fen))
        for n, line in enumerate(lines, start=1)
    )
    total = yuan(sum(line.amount_fen for line in lines))
    fund = FUNDS[fund_source]
    return paper_of(
        issue,
        [
            Paragraph(
                f"资金来源：{fund}；预算年度：{year}年；共{len(lines)}笔，合计{total}元。请予复核。"
            ),
            Table("拨款明细", ("序号", "收款单位", "用途", "金额（元）"), rows),
        ],
    )


def plan_table(filing: Filing) -> Table:
    """The plan in one row."""
    return Table(
        "培训计划",
        ("班级", "职业（工种）", "等级", "人数", "计划开班", "期限（月）"),
        (
            (
                without_numbers(filing.class_name),
                f"{filing.occupation_name} {filing.occupation_code}",
                GRADES[filing.target_grade].zh,
                str(filing.people),
                chinese_day(filing.filed_starts_on),
                str(filing.filed_months),
            ),
        ),
    )


def reasons(step: Step) -> list[Paragraph]:
    """Say why a step decided as it did, and by which rule and clause, as far as they were given."""
    said = (("理由", step.reason), ("依据", step.clause))
    return [
        Paragraph(f"{name}：{without_numbers(text.strip()).rstrip('。')}。")
        for name, text in said
        if text.strip()
    ]


def _person(row: PersonRow) -> tuple[str, ...]:
    line = row.line
    assert line.disposition is not None  # decided before it is printed
    assert line.ground is not None
    failed = "、".join(RULES[rule].zh for rule in line.failed)
    return (
        str(row.seat_no),
        row.name,
        row.identity_masked,
        yuan(line.amount_fen or 0),
        DISPOSITIONS[line.disposition],
        GROUNDS[line.ground] + (f"（不符合：{failed}）" if failed else ""),
    )


def _payee_table(filing: Filing) -> Table:
    return Table(
        "收款账户",
        ("户名", "账号", "行号"),
        ((filing.payee_name, filing.payee_account_masked, filing.bank_code),),
    )


def _officers(steps: Sequence[Step]) -> Table:
    return Table(
        "经办记录",
        ("环节", "经办人", "日期", "理由", "依据"),
        tuple(
            (
                DUTIES[step.duty],
                step.account_name,
                chinese_day(day_in_china(step.at)),
                without_numbers(step.reason),
                without_numbers(step.clause),
            )
            for step in steps
            if step.duty is not Duty.SYSTEM
        ),
    )
