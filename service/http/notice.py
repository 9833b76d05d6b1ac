"""Notices over HTTP, as the authority prepares, publishes and withdraws them."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.notice import ITEMS_MAX, Notice
from domain.party import Role
from domain.policy.overlay import NoticeOf
from domain.ports.work import Work
from service.application import notice
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, HistoryView, Reason, View

TAG: Final = "notices"
_APPROVER: Final = frozenset({Role.APPROVER})
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")


Items = Annotated[list[UUID], msgspec.Meta(max_length=ITEMS_MAX)]


class NoticeBody(Body):
    """Settlements, filings that are to be listed, or voucher settlements: one kind, in the order of their numbers."""

    settlement_ids: Items = msgspec.field(default_factory=list)
    filing_ids: Items = msgspec.field(default_factory=list)
    voucher_settlement_ids: Items = msgspec.field(default_factory=list)
    reason: Reason = ""


class NoticeCaseView(View):
    """A notice as the authority sees it. Its days are null until it is published."""

    case: CaseView
    subject: NoticeOf
    days: int
    unit: str
    first_day_counts: bool
    names: str
    starts_on: date | None
    ends_on: date | None
    settlement_ids: Items
    filing_ids: Items
    voucher_settlement_ids: Items

    @classmethod
    def of(cls, shown: Notice) -> "NoticeCaseView":
        """Show a notice."""
        items = {shown.of: list(shown.items)}
        return cls(
            case=CaseView.of(shown.case),
            subject=shown.of,
            days=shown.rule.days,
            unit=shown.rule.unit,
            first_day_counts=shown.rule.first_day_counts,
            names=shown.rule.names,
            starts_on=shown.starts_on,
            ends_on=shown.ends_on,
            settlement_ids=items.get(NoticeOf.SETTLEMENT, []),
            filing_ids=items.get(NoticeOf.LISTING, []),
            voucher_settlement_ids=items.get(NoticeOf.VOUCHER_SETTLEMENT, []),
        )


def _answer(shown: Notice, *, status: int = 200) -> Answer:
    return json_answer(
        NoticeCaseView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/notice-cases/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="PrepareNotice",
    method="POST",
    path="/v1/notice-cases",
    tag=TAG,
    summary=Text("拟定公示", "Prepare a notice"),
    description=Text(
        "列入已初审的结算、初审建议列入计划的备案或者已初审的培训券结算，只列一类；公示多久、如何计日、公示哪些人，由地方补充规定确定。",
        "Over reviewed settlements, reviewed filings that are advised to be listed, or reviewed voucher "
        "settlements: one kind. How long, how days count and who is named is the region's policy.",
    ),
    roles=frozenset({Role.REVIEWER}),
    body=NoticeBody,
    body_example={"settlement_ids": ["0192f0c4-7c1e-7000-8000-000000000001"], "reason": ""},
    answer=NoticeCaseView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("notice_faulty", "not_found", "place_unknown", "duty_conflict", "busy"),
)
async def prepare_notice(call: Call) -> Answer:
    """Prepare it."""

    async def act(work: Work) -> Notice:
        body = call.decode(NoticeBody)
        return await notice.prepare_notice(
            work,
            settlement_ids=body.settlement_ids,
            filing_ids=body.filing_ids,
            voucher_settlement_ids=body.voucher_settlement_ids,
            reason=body.reason,
        )

    return await call.once(act, lambda done: _answer(done, status=201))


@operation(
    id="PublishNotice",
    method="POST",
    path="/v1/notice-cases/{notice_id}/publish",
    tag=TAG,
    summary=Text("发布公示", "Publish a notice"),
    description=Text(
        "自今日起公示，任何人无须登录即可查看；期满次日自动结束并撤下。公示期间，拟列入备案的办理时限停止计算。",
        "From today anybody may read it without signing in; the day after its last it ends by "
        "itself and is taken down. Over filings, the time limit of listing stands still meanwhile.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": ""},
    answer=NoticeCaseView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "notice_beyond_calendar"),
)
async def publish_notice(call: Call) -> Answer:
    """Publish it."""

    async def act(work: Work) -> Notice:
        return await notice.publish_notice(
            work,
            notice_id=call.path("notice_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


@operation(
    id="WithdrawNotice",
    method="POST",
    path="/v1/notice-cases/{notice_id}/withdraw",
    tag=TAG,
    summary=Text("撤回公示", "Withdraw a notice"),
    description=Text(
        "须写明理由；所列结算回到已初审状态，所列备案的办理时限继续计算；均须另行公示。",
        "With a reason; its settlements are reviewed again, the time limits of its filings run on, and "
        "they need another notice.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "公示内容有误，重新公示"},
    answer=NoticeCaseView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def withdraw_notice(call: Call) -> Answer:
    """Withdraw it."""

    async def act(work: Work) -> Notice:
        return await notice.withdraw_notice(
            work,
            notice_id=call.path("notice_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


@operation(
    id="GetNoticeCase",
    method="GET",
    path="/v1/notice-cases/{notice_id}",
    tag=TAG,
    summary=Text("查看公示业务", "Read a notice as the authority"),
    answer=NoticeCaseView,
)
async def get_notice_case(call: Call) -> Answer:
    """Read one."""
    return _answer(
        await call.read(lambda work: notice.get_notice(work, notice_id=call.path("notice_id")))
    )


@operation(
    id="ListNoticeCases",
    method="GET",
    path="/v1/notice-cases",
    tag=TAG,
    summary=Text("公示业务列表", "List notices as the authority"),
    query=(in_state(CaseKind.NOTICE),),
    answer=NoticeCaseView,
    paged=True,
)
async def list_notice_cases(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: notice.list_prepared(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=NoticeCaseView.of, after=lambda one: one.case.id)


@operation(
    id="GetNoticeHistory",
    method="GET",
    path="/v1/notice-cases/{notice_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_notice_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.NOTICE, call.path("notice_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    prepare_notice,
    publish_notice,
    withdraw_notice,
    get_notice_case,
    list_notice_cases,
    get_notice_history,
)
