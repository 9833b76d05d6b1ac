"""Objections over HTTP, as the authority examines, decides and answers them."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.notice import Objection
from domain.party import Role
from domain.policy.overlay import NoticeOf
from domain.ports.work import Work
from service.application import objection
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.notice import TAG
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, HistoryView, Reason, View

_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_REVIEWER: Final = frozenset({Role.REVIEWER})
_DECIDES: Final = frozenset({Role.APPROVER})
_OFFICERS: Final = frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER})
RULING_EXAMPLE: Final = {"reason": "经核查，出勤记录属实", "clause": "人社部发〔2021〕39号五(一)"}


class Ruling(Body):
    """A decision with its reason, and the rule's clause it rests on."""

    reason: Reason = ""
    clause: Annotated[str, msgspec.Meta(max_length=500)] = ""


class AnswerBody(Body):
    """What whoever objected is answered."""

    answer: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ObjectionView(View):
    """An objection to a settlement, a filing that is to be listed, or a voucher settlement. The contact stays sealed.

    `line_id`, `enrolment_id` or `voucher_id` is null when it names the whole.
    """

    case: CaseView
    notice_id: UUID
    settlement_id: UUID | None
    line_id: UUID | None
    filing_id: UUID | None
    enrolment_id: UUID | None
    voucher_settlement_id: UUID | None
    voucher_id: UUID | None
    statement: str
    received_on: date
    answer_by: date | None
    answer: str | None

    @classmethod
    def of(cls, shown: Objection) -> "ObjectionView":
        """Show an objection."""
        item, line = {shown.of: shown.item_id}, {shown.of: shown.line_id}
        return cls(
            case=CaseView.of(shown.case),
            notice_id=shown.notice_id,
            settlement_id=item.get(NoticeOf.SETTLEMENT),
            line_id=line.get(NoticeOf.SETTLEMENT),
            filing_id=item.get(NoticeOf.LISTING),
            enrolment_id=line.get(NoticeOf.LISTING),
            voucher_settlement_id=item.get(NoticeOf.VOUCHER_SETTLEMENT),
            voucher_id=line.get(NoticeOf.VOUCHER_SETTLEMENT),
            statement=shown.statement,
            received_on=shown.received_on,
            answer_by=shown.answer_by,
            answer=shown.answer,
        )


class ContactView(View):
    """How to reach whoever objected; null when nothing was left."""

    contact: str | None


def _answer(shown: Objection) -> Answer:
    return json_answer(ObjectionView.of(shown), version=shown.case.version)


@operation(
    id="ExamineObjection",
    method="POST",
    path="/v1/objections/{objection_id}/examine",
    tag=TAG,
    summary=Text("核查异议", "Examine an objection"),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "已调阅出勤记录"},
    answer=ObjectionView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def examine_objection(call: Call) -> Answer:
    """Sign the examination."""

    async def act(work: Work) -> Objection:
        return await objection.examine_objection(
            work,
            objection_id=call.path("objection_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


async def _decided(call: Call, event: str) -> Answer:
    async def act(work: Work) -> Objection:
        ruling = call.decode(Ruling)
        return await objection.decide_objection(
            work,
            objection_id=call.path("objection_id"),
            version=call.if_match,
            event=event,
            reason=ruling.reason,
            clause=ruling.clause,
        )

    return await call.once(act, _answer)


@operation(
    id="UpholdObjection",
    method="POST",
    path="/v1/objections/{objection_id}/uphold",
    tag=TAG,
    summary=Text("异议成立", "Uphold an objection"),
    description=Text(
        "结算退回核验，所指人员不予补贴；拟列入的备案退回初审，补正之前不得列入。初审过的人不得决定。",
        "A settlement goes back to verification and the person named is not paid; a filing goes back to "
        "its reviewer and is not listed before it is corrected. Whoever reviewed it does not decide.",
    ),
    roles=_DECIDES,
    body=Ruling,
    body_example=RULING_EXAMPLE,
    answer=ObjectionView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing", "linked_duty_conflict"),
)
async def uphold_objection(call: Call) -> Answer:
    """Uphold it."""
    return await _decided(call, "uphold")


@operation(
    id="DismissObjection",
    method="POST",
    path="/v1/objections/{objection_id}/dismiss",
    tag=TAG,
    summary=Text("异议不成立", "Dismiss an objection"),
    description=Text("所指事项解除冻结。", "What it named is unfrozen."),
    roles=_DECIDES,
    body=Ruling,
    body_example=RULING_EXAMPLE,
    answer=ObjectionView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing", "linked_duty_conflict"),
)
async def dismiss_objection(call: Call) -> Answer:
    """Dismiss it."""
    return await _decided(call, "dismiss")


@operation(
    id="AnswerObjection",
    method="POST",
    path="/v1/objections/{objection_id}/answer",
    tag=TAG,
    summary=Text("答复异议", "Answer an objection"),
    roles=_REVIEWER,
    body=AnswerBody,
    body_example={"answer": "经核查，异议不成立，理由如下……"},
    answer=ObjectionView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def answer_objection(call: Call) -> Answer:
    """Keep the answer."""

    async def act(work: Work) -> Objection:
        return await objection.answer_objection(
            work,
            objection_id=call.path("objection_id"),
            version=call.if_match,
            answer=call.decode(AnswerBody).answer,
        )

    return await call.once(act, _answer)


@operation(
    id="GetObjection",
    method="GET",
    path="/v1/objections/{objection_id}",
    tag=TAG,
    summary=Text("查看异议", "Read an objection"),
    answer=ObjectionView,
)
async def get_objection(call: Call) -> Answer:
    """Read one."""
    return _answer(
        await call.read(
            lambda work: objection.get_objection(work, objection_id=call.path("objection_id"))
        )
    )


@operation(
    id="RevealObjectionContact",
    method="GET",
    path="/v1/objections/{objection_id}/contact",
    tag=TAG,
    summary=Text("查看异议联系方式", "Reveal an objection's contact"),
    description=Text("每次查看均记入审计。", "Every look is recorded in the audit trail."),
    roles=_OFFICERS,
    answer=ContactView,
)
async def reveal_contact(call: Call) -> Answer:
    """Open the sealed contact; without the audit entry nothing leaves."""
    contact = await call.change(
        lambda work: objection.reveal_contact(work, objection_id=call.path("objection_id"))
    )
    return json_answer(ContactView(contact=contact))


@operation(
    id="ListObjections",
    method="GET",
    path="/v1/objections",
    tag=TAG,
    summary=Text("异议列表", "List objections"),
    query=(in_state(CaseKind.OBJECTION),),
    answer=ObjectionView,
    paged=True,
)
async def list_objections(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: objection.list_objections(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=ObjectionView.of, after=lambda one: one.case.id)


@operation(
    id="GetObjectionHistory",
    method="GET",
    path="/v1/objections/{objection_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_objection_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.OBJECTION, call.path("objection_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    examine_objection,
    uphold_objection,
    dismiss_objection,
    answer_objection,
    get_objection,
    reveal_contact,
    list_objections,
    get_objection_history,
)
