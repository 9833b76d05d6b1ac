"""Templates of notices, objections, recoveries, holds and reviews."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.calendar import DayUnit
from domain.explanation import Sentence
from domain.filing import Filing
from domain.hold import Hold, HoldTarget
from domain.notice import Notice, PublishedItem
from domain.official_document.paper import Block, Paper, Paragraph, Table
from domain.official_document.templates import Issue, Remedy, paper_of, plan_table, reasons
from domain.official_document.words import chinese_day, without_numbers, yuan
from domain.policy.overlay import NoticeOf
from domain.recovery import Recovery
from domain.recovery_explanation import CAUSES

_DAYS: Final = {DayUnit.CALENDAR: "个自然日", DayUnit.WORKING: "个工作日"}
_PUBLISHED: Final = {
    NoticeOf.LISTING: "现将拟列入企业新型学徒培训计划的下列企业",
    NoticeOf.SETTLEMENT: "现将下列企业新型学徒培训补贴",
    NoticeOf.VOUCHER_SETTLEMENT: "现将下列职业培训券补贴",
}
_TARGETS: Final = {
    HoldTarget.PERSON: "学徒",
    HoldTarget.FILING: "备案",
    HoldTarget.ENTERPRISE: "企业",
    HoldTarget.PROVIDER: "培训机构",
}


def public_notice(issue: Issue, notice: Notice, items: Sequence[PublishedItem]) -> Paper:
    """公示文本: what the public page says, from when to when, and how to object."""
    assert notice.starts_on is not None  # it was published
    assert notice.ends_on is not None
    start, end = chinese_day(notice.starts_on), chinese_day(notice.ends_on)
    amount = () if notice.of is NoticeOf.LISTING else ("金额（元）",)
    payee = "单位" if notice.of is NoticeOf.VOUCHER_SETTLEMENT else "企业"
    enterprises = Table(
        "公示内容",
        ("序号", payee, "人数", *amount),
        tuple(
            (str(item.item_no), item.enterprise, str(item.people), *_fen(item.amount_fen))
            for item in items
        ),
    )
    people = [
        Table(
            f"{item.item_no}. {item.enterprise}",
            ("序号", "姓名", "证件号码", *amount),
            tuple(
                (str(one.line_no), one.name, one.identity_masked, *_fen(one.amount_fen))
                for one in item.persons
            ),
        )
        for item in items
        if item.persons
    ]
    return paper_of(
        issue,
        [
            Paragraph(
                f"{_PUBLISHED[notice.of]}予以公示。公示期{notice.rule.days}"
                f"{_DAYS[notice.rule.unit]}，自{start}起至{end}止。"
            ),
            enterprises,
            *people,
            Paragraph(
                "对公示内容有异议的，任何单位和个人可以在公示期内向本机关提出，也可以在线提交"
                f"（/v1/notices/{notice.case.id}/objections），无须登录；请写明序号和理由。"
                "异议人的联系方式予以保密。"
            ),
        ],
    )


def _fen(amount_fen: int | None) -> tuple[str, ...]:
    return () if amount_fen is None else (yuan(amount_fen),)


def objection_answer(
    issue: Issue, *, received_on: date, about: str, upheld: bool, answer: str
) -> Paper:
    """异议答复书: what was found. Whoever objected is not named, nor quoted."""
    found = "成立，相关内容将重新核验" if upheld else "不成立"
    unhappy = Paragraph(
        "如对本答复不服，可以向上级主管部门反映，或者依法申请行政复议、提起行政诉讼。"
    )
    return paper_of(
        issue,
        [
            Paragraph(
                f"您于{chinese_day(received_on)}对{about}提出的异议收悉。经核查，异议{found}。"
            ),
            *reasons(issue.steps[-2]),
            Paragraph(f"答复：{without_numbers(answer)}"),
            *([] if upheld else [unhappy]),
        ],
    )


def vouchers_table(*, document: str, month: date, vouchers: int, amount_fen: int) -> Table:
    """The vouchers that are taken back, in one row."""
    return Table(
        "培训券",
        ("项目文号", "结算月份", "张数", "金额（元）"),
        (
            (
                without_numbers(document),
                f"{month.year}年{month.month}月",
                str(vouchers),
                yuan(amount_fen),
            ),
        ),
    )


def _paid_on(about: Filing | Table) -> Table:
    return about if isinstance(about, Table) else plan_table(about)


def recovery_order(
    issue: Issue, about: Filing | Table, recovery: Recovery, why: Sequence[Sentence]
) -> Paper:
    """追缴决定书: how much is owed back and why, by when, and how to pay it; of a plan or of vouchers."""
    figures = recovery.figures
    blocks: list[Block] = [
        Paragraph(
            f"因{CAUSES[recovery.cause].zh}，你单位应退回已支付的培训补贴。"
            f"现依《{recovery.document_number}》决定予以追缴。"
        ),
        Table(
            "追缴",
            ("追缴编号", "应退回（元）", "已收回（元）", "尚应缴回（元）"),
            (
                (
                    recovery.reference,
                    yuan(figures.demanded_fen),
                    yuan(figures.collected_fen),
                    yuan(figures.outstanding_fen),
                ),
            ),
        ),
        _paid_on(about),
        *reasons(issue.steps[-1]),
    ]
    if why:
        rows = tuple((str(one.number), one.zh) for one in why)
        blocks.append(Table("计算说明", ("序号", "说明"), rows))
    return paper_of(
        issue,
        [
            *blocks,
            Paragraph(
                f"请自本决定书送达之次日起{recovery.pay_within_days}日内缴清。"
                "在本系统签收本决定书之日，或者以其他方式送达之日，为送达日。"
            ),
            Paragraph(
                f"缴款时请在汇款附言中写明追缴编号{recovery.reference}。"
                "收款账户由本机关另行书面告知；付款前请向本机关核实。"
            ),
        ],
        remedy=Remedy.LAW_AND_REVIEW,
    )


def recovery_cancellation(
    issue: Issue, about: Filing | Table, recovery: Recovery, *, ordered: bool
) -> Paper:
    """撤销决定: a recovery, or a proposal that nobody had ordered, is dropped."""
    what = f"依《{recovery.document_number}》作出的追缴决定" if ordered else "拟追缴事项"
    step = issue.steps[-1]
    return paper_of(
        issue,
        [
            Paragraph(f"现撤销{what}（追缴编号{recovery.reference}），你单位无须就此缴款。"),
            _paid_on(about),
            *(reasons(step) or [Paragraph("理由：该款项已由本备案的后续结算一并核定。")]),
        ],
    )


def write_off(issue: Issue, recovery: Recovery, *, enterprise: str) -> Paper:
    """核销决定书: the finance department writes off what is still owed, on a legal document."""
    figures = recovery.figures
    return paper_of(
        issue,
        [
            Paragraph(
                f"{enterprise}欠缴的培训补贴，依据法律文书《{recovery.proof_reference}》，准予核销。"
            ),
            Table(
                "核销",
                ("追缴编号", "应退回（元）", "已收回（元）", "核销（元）"),
                (
                    (
                        recovery.reference,
                        yuan(figures.demanded_fen),
                        yuan(figures.collected_fen),
                        yuan(figures.written_off_fen),
                    ),
                ),
            ),
            *reasons(issue.steps[-1]),
            Paragraph("核销不免除债务：日后收回的款项仍应入账。"),
        ],
    )


def hold_decision(issue: Issue, hold: Hold, *, about: str) -> Paper:
    """暂停支付决定书: what is stopped for whom, why, and when it is looked at again."""
    day = chinese_day(issue.issued_on)
    own = hold.target is not HoldTarget.PROVIDER
    return paper_of(
        issue,
        [
            Paragraph(
                f"依《{hold.document_number}》，决定自{day}起对{_TARGETS[hold.target]}{about}暂停支付。"
                "暂停期间不办理新的预支、审批和放款，已作出的核定不变。"
                f"本决定最迟于{chinese_day(hold.review_on)}复查。"
            ),
            *reasons(issue.steps[-1]),
        ],
        remedy=Remedy.LAW_AND_REVIEW if own else Remedy.LAW,
    )


def hold_lifted(issue: Issue, hold: Hold, *, about: str) -> Paper:
    """解除暂停支付决定书: payments go on."""
    day = chinese_day(issue.issued_on)
    return paper_of(
        issue,
        [
            Paragraph(
                f"依《{hold.document_number}》对{_TARGETS[hold.target]}{about}作出的暂停支付，"
                f"自{day}起解除。"
            ),
            *reasons(issue.steps[-1]),
        ],
    )


def review_decision(
    issue: Issue, *, requested_on: date, about: str, statement: str, upheld: str | None
) -> Paper:
    """复核决定书: the first decision stands, or `upheld` says what becomes of it."""
    asked = Paragraph(f"申请理由：{without_numbers(statement.strip()).rstrip('。')}。")
    return paper_of(
        issue,
        [
            Paragraph(f"你单位于{chinese_day(requested_on)}就{about}申请复核。"),
            *([asked] if statement.strip() else []),
            Paragraph(
                "经由未参与原决定的人员复核，维持原决定。"
                if upheld is None
                else f"经由未参与原决定的人员复核，复核申请成立。{upheld}"
            ),
            *reasons(issue.steps[-1]),
        ],
        remedy=Remedy.LAW if upheld is None else None,
    )
