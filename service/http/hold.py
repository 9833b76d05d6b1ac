"""Holds over HTTP: proposed by one person, imposed, refused or lifted by another."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.hold import Hold, HoldTarget
from domain.party import Role
from domain.ports.work import Work
from service.application import hold
from service.application.hold import ProposeHold
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import (
    Body,
    CaseView,
    Day,
    Decision,
    DocumentNumber,
    HistoryView,
    Reason,
    View,
)

TAG: Final = "holds"
_APPROVER: Final = frozenset({Role.APPROVER})
_SIGNED: Final = ("wrong_state", "duty_conflict", "reason_missing", "busy")
_DECISION_EXAMPLE: Final = {"reason": "涉嫌虚报人数，立案调查"}


class HoldBody(Body):
    """What is stopped, by which document, and when it is looked at again.

    A person is named by an enrolment or a voucher of his.
    """

    target: HoldTarget
    target_id: UUID
    document_number: DocumentNumber
    review_on: Day
    reason: Reason = ""


class HoldView(View):
    """A hold. It stops payments while it is in force and at no other time."""

    case: CaseView
    target: HoldTarget
    target_id: UUID
    document_number: str
    review_on: date

    @classmethod
    def of(cls, shown: Hold) -> "HoldView":
        """Show a hold."""
        return cls(
            case=CaseView.of(shown.case),
            target=shown.target,
            target_id=shown.target_id,
            document_number=shown.document_number,
            review_on=shown.review_on,
        )


def _answer(shown: Hold, *, status: int = 200) -> Answer:
    return json_answer(
        HoldView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/holds/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="ProposeHold",
    method="POST",
    path="/v1/holds",
    tag=TAG,
    summary=Text("提出暂停支付", "Propose a hold"),
    description=Text(
        "对象为备案、企业、培训机构或人员（以学徒编号或培训券编号指明）；另一人同意后生效。",
        "On a filing, enterprise, provider, or a person named by an enrolment or a voucher; in force when "
        "another person imposes it.",
    ),
    roles=frozenset({Role.REVIEWER}),
    body=HoldBody,
    body_example={
        "target": "filing",
        "target_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "document_number": "启人社〔2026〕7号",
        "review_on": "2099-12-31",
        "reason": "涉嫌虚报人数",
    },
    answer=HoldView,
    status=201,
    keyed=True,
    problems=("not_found", "hold_faulty", "reason_missing", "place_unknown", "busy"),
)
async def propose_hold(call: Call) -> Answer:
    """Propose it."""

    async def act(work: Work) -> Hold:
        body = call.decode(HoldBody)
        return await hold.propose_hold(
            work,
            ProposeHold(
                target=body.target,
                target_id=body.target_id,
                document_number=body.document_number,
                review_on=body.review_on,
                reason=body.reason,
            ),
        )

    return await call.once(act, lambda done: _answer(done, status=201))


async def _decided(call: Call, event: str) -> Answer:
    async def act(work: Work) -> Hold:
        return await hold.decide_hold(
            work,
            hold_id=call.path("hold_id"),
            version=call.if_match,
            event=event,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


@operation(
    id="ImposeHold",
    method="POST",
    path="/v1/holds/{hold_id}/impose",
    tag=TAG,
    summary=Text("采取暂停支付", "Impose a hold"),
    roles=_APPROVER,
    body=Decision,
    body_example=_DECISION_EXAMPLE,
    answer=HoldView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def impose_hold(call: Call) -> Answer:
    """Put it in force."""
    return await _decided(call, "impose")


@operation(
    id="RefuseHold",
    method="POST",
    path="/v1/holds/{hold_id}/refuse",
    tag=TAG,
    summary=Text("不予暂停支付", "Refuse a hold"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "线索不足"},
    answer=HoldView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def refuse_hold(call: Call) -> Answer:
    """Refuse what was proposed."""
    return await _decided(call, "refuse")


@operation(
    id="LiftHold",
    method="POST",
    path="/v1/holds/{hold_id}/lift",
    tag=TAG,
    summary=Text("解除暂停支付", "Lift a hold"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "调查结束，未发现问题"},
    answer=HoldView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def lift_hold(call: Call) -> Answer:
    """Lift it."""
    return await _decided(call, "lift")


@operation(
    id="GetHold",
    method="GET",
    path="/v1/holds/{hold_id}",
    tag=TAG,
    summary=Text("查看暂停支付", "Read a hold"),
    answer=HoldView,
)
async def get_hold(call: Call) -> Answer:
    """Read one."""
    return _answer(await call.read(lambda work: hold.get_hold(work, hold_id=call.path("hold_id"))))


@operation(
    id="ListHolds",
    method="GET",
    path="/v1/holds",
    tag=TAG,
    summary=Text("暂停支付列表", "List holds"),
    query=(in_state(CaseKind.HOLD),),
    answer=HoldView,
    paged=True,
)
async def list_holds(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: hold.list_holds(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=HoldView.of, after=lambda one: one.case.id)


@operation(
    id="GetHoldHistory",
    method="GET",
    path="/v1/holds/{hold_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_hold_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.HOLD, call.path("hold_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    propose_hold,
    impose_hold,
    refuse_hold,
    lift_hold,
    get_hold,
    list_holds,
    get_hold_history,
)
