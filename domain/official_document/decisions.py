"""Templates of what is decided on a filing, a prepayment or a settlement beside approving it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendar import Deadline
from domain.cases import CaseKind
from domain.correction import CorrectionItem
from domain.filing import Filing, TerminationGround
from domain.official_document.paper import Block, Paper, Paragraph, Table
from domain.official_document.templates import Issue, Remedy, paper_of, plan_table, reasons
from domain.official_document.words import chinese_day, without_numbers, yuan
from domain.refusals import REGISTRY

APPLIED_FOR: Final = {
    CaseKind.FILING: "企业新型学徒培训备案",
    CaseKind.PREPAYMENT: "培训补贴预支申请",
    CaseKind.SETTLEMENT: "培训补贴结算申请",
}
TERMINATED: Final = {
    TerminationGround.EVIDENCE: "依职权查明的事实",
    TerminationGround.REQUEST: "你单位的申请",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be corrected: everything at once, by which day, and why it was not named before.

    `working_days` and `deadline` are None where nothing is limited; `expires` tells whether the
    application ends when the day has passed.
    """

    items: Sequence[CorrectionItem]
    later_reason: str
    working_days: int | None
    deadline: Deadline | None
    expires: bool


def correction(issue: Issue, filing: Filing, kind: CaseKind, told: Correction) -> Paper:
    """一次性补正告知书: every item with where it lies and what to do, and the last day."""
    rows = tuple(
        (str(n), item.pointer, _wrong(item), without_numbers(item.todo))
        for n, item in enumerate(told.items, start=1)
    )
    blocks: list[Block] = [
        Paragraph(f"你单位提交的{APPLIED_FOR[kind]}需要补正，现将全部内容一次性告知如下。"),
        plan_table(filing),
        Table(
            "补正内容",
            ("序号", "位置", "问题", "补正要求"),
            rows,
        ),
    ]
    if told.later_reason:
        why = without_numbers(told.later_reason)
        blocks.append(Paragraph(f"前次告知书未列明上述内容的原因：{why}。"))
    return paper_of(issue, [*blocks, Paragraph(_until(told))])


def listing_refusal(issue: Issue, filing: Filing) -> Paper:
    """不予列入决定书: the filing is refused, with its reason, rule and clause."""
    said = "经审核，决定不将你单位的下列计划列入学徒培训计划。"
    return _refused(issue, filing, said, remedy=Remedy.LAW_AND_REVIEW)


def prepayment_refusal(
    issue: Issue, filing: Filing, *, period: int, people: int, maximum_fen: int
) -> Paper:
    """不予批准决定书: the prepayment of a training year is refused."""
    return _refused(
        issue,
        filing,
        "经审核，对你单位的预支申请不予批准。结算时应补的金额不受本决定影响。",
        Table(
            "预支申请",
            ("期次", "计算人数", "可预支上限（元）"),
            ((f"第{period}期", str(people), yuan(maximum_fen)),),
        ),
        remedy=Remedy.LAW_AND_REVIEW,
    )


def settlement_refusal(issue: Issue, filing: Filing, *, seq: int, people: int) -> Paper:
    """不予批准决定书: a settlement is refused as a whole."""
    return _refused(
        issue,
        filing,
        "经审核，对你单位的结算申请整体不予批准。",
        Table("结算申请", ("第几次结算", "申请人数"), ((str(seq), str(people)),)),
        remedy=Remedy.LAW,
    )


def termination(
    issue: Issue, filing: Filing, *, ground: TerminationGround, last_day: date | None
) -> Paper:
    """终止决定书: training ends for everyone; what may be earned is settled, the rest taken back."""
    ended = (
        "培训尚未开始，未支付的资金安排即行收回。"
        if last_day is None
        else f"培训于{chinese_day(last_day)}终止；截至该日应补的金额由结算核定，多付的依法追缴。"
    )
    return paper_of(
        issue,
        [
            Paragraph(f"根据{TERMINATED[ground]}，决定终止你单位的下列学徒培训计划。{ended}"),
            plan_table(filing),
            *reasons(issue.steps[-1]),
        ],
        remedy=Remedy.LAW,
    )


def lapse(issue: Issue, filing: Filing, *, days: int | None, rule: str | None) -> Paper:
    """失效通知: listed, and training never began in time; `days` are the working days it had."""
    assert filing.listed_on is not None  # only what is listed lapses
    within = "规定期限" if days is None else f"{days}个工作日"
    clause = [] if rule is None else [Paragraph(f"依据：{rule}。")]
    return paper_of(
        issue,
        [
            Paragraph(
                f"你单位的下列计划于{chinese_day(filing.listed_on)}列入学徒培训计划，"
                f"{within}内未提交开班报告，自{chinese_day(issue.issued_on)}起失效，资金安排即行收回。"
                "需要培训的，可以重新备案。"
            ),
            plan_table(filing),
            *clause,
        ],
        remedy=Remedy.LAW,
    )


def _refused(issue: Issue, filing: Filing, said: str, *asked: Table, remedy: Remedy) -> Paper:
    return paper_of(
        issue,
        [
            Paragraph(said),
            plan_table(filing),
            *asked,
            *reasons(issue.steps[-1]),
        ],
        remedy=remedy,
    )


def _wrong(item: CorrectionItem) -> str:
    known = "" if item.code is None else REGISTRY[item.code].title.zh
    return "：".join(part for part in (known, without_numbers(item.text)) if part)


def _until(told: Correction) -> str:
    if told.deadline is None:
        return "请尽快补正并重新提交。"
    provisional = (
        f"（暂定：{told.deadline.day.year}年工作日安排公布后确定）"
        if told.deadline.provisional
        else ""
    )
    late = "逾期未补正的，视为撤回申请。" if told.expires else ""
    return (
        f"请自告知之日起{told.working_days}个工作日内，即最迟于{chinese_day(told.deadline.day)}"
        f"{provisional}补正并重新提交。{late}"
    )
