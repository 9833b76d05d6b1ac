"""Correction over HTTP: returned with one notice, corrected, and the notices as served."""

from datetime import date, datetime
from typing import Annotated, Final

import msgspec

from domain.correction import CorrectionItem, CorrectionNotice
from domain.errors import Text
from domain.filing import Filing, Payee, Plan, TrainingMode
from domain.party import Role
from domain.ports.work import Work
from domain.roster.check import ROSTER_MAX
from service.application import filing_correction
from service.application.filing_correction import CorrectFiling
from service.http.call import Answer, Call, Served, json_answer
from service.http.filing import SIGNED, TAG, filing_answer
from service.http.filing_wire import ApprenticeBody, FilingView, PayeeBody, TermReason
from service.http.operation import operation
from service.http.shapes import (
    BasisPoints,
    Body,
    Day,
    FundSource,
    Grade,
    Line,
    Months,
    Reason,
    View,
)

ITEMS_MAX: Final = 200
_REMEDY: Final = "请更换为本人签字的劳动合同"


class CorrectionItemBody(Body):
    """One thing to correct: where it is, what is wrong (a code, a text, or both), and what to do."""

    pointer: Annotated[
        str,
        msgspec.Meta(
            pattern="^(/[^/]{1,100}){1,10}$",
            max_length=300,
            description="字段或材料位置（RFC 6901）· the field or document, e.g. /roster/3",
        ),
    ]
    todo: Annotated[
        str, msgspec.Meta(min_length=1, max_length=1000, description="如何补正 · what to do")
    ]
    text: Annotated[
        str,
        msgspec.Meta(max_length=1000, description="问题说明（中文）· what is wrong, in Chinese"),
    ] = ""
    code: (
        Annotated[str, msgspec.Meta(max_length=100, description="问题代码 · a code of /problems")]
        | None
    ) = None

    def to_item(self) -> CorrectionItem:
        """Cross inward."""
        return CorrectionItem(pointer=self.pointer, code=self.code, text=self.text, todo=self.todo)


class CorrectionBody(Body):
    """One notice that names everything at once (一次性补正告知书)."""

    items: Annotated[list[CorrectionItemBody], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]
    later_reason: Annotated[
        str,
        msgspec.Meta(
            max_length=2000,
            description="再次告知的理由 · why a later notice names what the first did not",
        ),
    ] = ""


class CorrectedBody(Body):
    """What a returned filing says now: the whole plan; payee and roster stay where left out."""

    class_name: Line
    occupation_code: Annotated[str, msgspec.Meta(min_length=4, max_length=20)]
    occupation_name: Line
    target_grade: Grade
    training_mode: TrainingMode
    starts_on: Day
    filed_months: Months
    fund_source: FundSource
    provider_name: Line | None = None
    uplift_basis_points: BasisPoints = 0
    term_reason: TermReason | None = None
    payee: PayeeBody | None = None
    roster: (
        Annotated[list[ApprenticeBody], msgspec.Meta(min_length=1, max_length=ROSTER_MAX)] | None
    ) = None

    def to_command(self) -> CorrectFiling:
        """Cross inward."""
        return CorrectFiling(
            plan=Plan(
                class_name=self.class_name,
                occupation_code=self.occupation_code,
                occupation_name=self.occupation_name,
                target_grade=self.target_grade,
                training_mode=self.training_mode,
                provider_name=self.provider_name,
                starts_on=self.starts_on,
                filed_months=self.filed_months,
                uplift_basis_points=self.uplift_basis_points,
                fund_source=self.fund_source,
                term_reason=self.term_reason,
            ),
            payee=None
            if self.payee is None
            else Payee(
                account_name=self.payee.account_name,
                account_number=self.payee.account_number,
                bank_code=self.payee.bank_code,
            ),
            roster=None
            if self.roster is None
            else tuple(person.to_command() for person in self.roster),
        )


class CorrectionItemView(View):
    """One thing to correct."""

    pointer: str
    code: str | None
    text: str
    todo: str


class CorrectionNoticeView(View):
    """A notice; `due_on` is the last day, provisional while it counts days not yet published."""

    seq: int
    served_on: date
    working_days: int | None
    due_on: date | None
    provisional: bool
    later_reason: Reason
    items: list[CorrectionItemView]
    at: datetime

    @classmethod
    def of(cls, notice: CorrectionNotice) -> "CorrectionNoticeView":
        """Show a notice."""
        deadline = notice.deadline
        return cls(
            seq=notice.seq,
            served_on=notice.from_on,
            working_days=notice.working_days,
            due_on=None if deadline is None else deadline.day,
            provisional=deadline is not None and deadline.provisional,
            later_reason=notice.later_reason,
            items=[
                CorrectionItemView(pointer=i.pointer, code=i.code, text=i.text, todo=i.todo)
                for i in notice.items
            ],
            at=notice.at,
        )


class CorrectionNoticesView(View):
    """The notices of a filing, the first first."""

    items: list[CorrectionNoticeView]


class ReturnedView(View):
    """The filing that was returned, and the notice it was returned with."""

    filing: FilingView
    notice: CorrectionNoticeView


@operation(
    id="ReturnFiling",
    method="POST",
    path="/v1/filings/{filing_id}/return",
    tag=TAG,
    summary=Text(
        "退回补正（一次性告知）", "Return a filing for correction, naming everything at once"
    ),
    description=Text(
        "一次性告知全部需要补正的内容和期限，时限从此暂停。再次告知须写明首次未能一并告知的理由。逾期未补正的按撤回处理。",
        "One notice names everything to correct, and the last day; the authority's clock stops. A "
        "later notice must say why the first did not name it. Not corrected in time, the filing "
        "ends as withdrawn.",
    ),
    roles=frozenset({Role.REVIEWER, Role.CLERK}),
    body=CorrectionBody,
    body_example={
        "items": [{"pointer": "/roster/0", "text": "劳动合同缺少本人签字", "todo": _REMEDY}]
    },
    answer=ReturnedView,
    keyed=True,
    versioned=True,
    problems=(
        *SIGNED,
        "correction_notice_faulty",
        "correction_item_empty",
        "correction_code_unknown",
        "later_notice_unexplained",
    ),
)
async def return_filing(call: Call) -> Answer:
    """Return a filing with one notice."""

    async def act(work: Work) -> tuple[Filing, CorrectionNotice]:
        body = call.decode(CorrectionBody)
        return await filing_correction.return_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            items=tuple(item.to_item() for item in body.items),
            later_reason=body.later_reason,
        )

    def render(done: tuple[Filing, CorrectionNotice]) -> Answer:
        view = ReturnedView(filing=FilingView.of(done[0]), notice=CorrectionNoticeView.of(done[1]))
        return json_answer(view, version=done[0].case.version)

    return await call.once(act, render)


@operation(
    id="CorrectFiling",
    method="POST",
    path="/v1/filings/{filing_id}/corrections",
    tag=TAG,
    summary=Text("补正备案", "Correct a returned filing"),
    description=Text(
        "退回补正期间修改计划、收款账户和名册，可多次修改，改完后再次提交。原计划和原名册存档，名册形成新版本。",
        "While a filing is returned its plan, payee and roster may be changed, more than once; then "
        "it is submitted again. What was said before stays on file; a roster is a new version.",
    ),
    roles=frozenset({Role.FILER}),
    body=CorrectedBody,
    body_example={
        "class_name": "车工中级工班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": "in_house",
        "starts_on": "2027-03-01",
        "filed_months": 12,
        "fund_source": "employment_subsidy",
    },
    body_limit=8 * 1024 * 1024,
    answer=FilingView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=(
        *SIGNED,
        "plan_faulty",
        "roster_faulty",
        "payee_faulty",
        "training_not_after_filing",
        "person_enrolled_elsewhere",
    ),
)
async def correct_filing(call: Call) -> Answer:
    """Correct a returned filing."""
    return await call.once(
        lambda work: filing_correction.correct_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            command=call.decode(CorrectedBody).to_command(),
        ),
        filing_answer,
    )


@operation(
    id="GetCorrectionNotices",
    method="GET",
    path="/v1/filings/{filing_id}/correction-notices",
    tag=TAG,
    summary=Text("补正告知", "Read the correction notices"),
    answer=CorrectionNoticesView,
)
async def get_notices(call: Call) -> Answer:
    """Read a filing's notices."""
    notices = await call.read(
        lambda work: filing_correction.correction_notices(work, filing_id=call.path("filing_id"))
    )
    return json_answer(
        CorrectionNoticesView(items=[CorrectionNoticeView.of(one) for one in notices])
    )


OPERATIONS: Final[tuple[Served, ...]] = (return_filing, correct_filing, get_notices)
