"""Prepayments over HTTP."""

from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.explanation import explain_prepayment
from domain.party import Role
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import Work
from service.application import prepayment
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import OF_FILING, in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.prepayment_wire import (
    ApprovalBody,
    PrepaymentBody,
    PrepaymentView,
    prepayment_answer,
)
from service.http.settlement_wire import ExplanationView
from service.http.shapes import Decision, HistoryView

TAG: Final = "prepayments"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")


@operation(
    id="RequestPrepayment",
    method="POST",
    path="/v1/prepayments",
    tag=TAG,
    summary=Text("申请预支", "Ask for a prepayment"),
    description=Text(
        "申请下一期预支。按年预支的，第 k 年度自该年度首日起可申请，只计在培学徒。撤销的由结算支付；"
        "不予批准的，复核成立后可凭 `after_review_id` 再申请一次。",
        "Asks for the next period. Where a standard prepays each year, year k can be asked for from its first "
        "day, for people still in training. A cancelled one is not asked for again: the settlement pays it; a "
        "refused one once more after an upheld review, naming it in `after_review_id`.",
    ),
    roles=frozenset({Role.FILER}),
    body=PrepaymentBody,
    body_example={"filing_id": "0192f0c4-7c1e-7000-8000-000000000001"},
    answer=PrepaymentView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "not_found",
        "prepayment_not_yet",
        "on_hold",
        "prepayment_exists",
        "prepayment_of_nothing",
        "prepayment_too_early",
        "prepayment_too_late",
        "prepayment_undecided",
        "review_not_upheld",
        "review_already_used",
        "busy",
    ),
)
async def request_prepayment(call: Call) -> Answer:
    """Ask for the next prepayment."""

    async def act(work: Work) -> PrepaymentOnFile:
        body = call.decode(PrepaymentBody)
        return await prepayment.request_prepayment(
            work, filing_id=body.filing_id, after_review_id=body.after_review_id
        )

    return await call.once(act, lambda done: prepayment_answer(done, status=201))


@operation(
    id="ReviewPrepayment",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/review",
    tag=TAG,
    summary=Text("初审预支", "Review a prepayment"),
    roles=frozenset({Role.REVIEWER}),
    body=Decision,
    body_example={"reason": "名册与备案一致"},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def review_prepayment(call: Call) -> Answer:
    """Sign the review."""
    return await call.once(
        lambda work: prepayment.review_prepayment(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="ApprovePrepayment",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/approve",
    tag=TAG,
    summary=Text("批准预支", "Approve a prepayment"),
    description=Text(
        "可按低于政策上限的比例批准，须写明理由。",
        "The share may be lower than the policy's maximum, with a written reason.",
    ),
    roles=frozenset({Role.APPROVER}),
    body=ApprovalBody,
    body_example={"reason": ""},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(
        *_SIGNED,
        "prepayment_not_yet",
        "prepayment_too_late",
        "on_hold",
        "share_above_policy",
        "reason_missing",
        "prepayment_of_nothing",
    ),
)
async def approve_prepayment(call: Call) -> Answer:
    """Decide the amount."""

    async def act(work: Work) -> PrepaymentOnFile:
        body = call.decode(ApprovalBody)
        return await prepayment.approve_prepayment(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            share_basis_points=body.share_basis_points,
            reason=body.reason,
        )

    return await call.once(act, prepayment_answer)


@operation(
    id="ReturnPrepayment",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/return",
    tag=TAG,
    summary=Text("退回补正", "Return a prepayment for correction"),
    roles=frozenset({Role.REVIEWER}),
    body=Decision,
    body_example={"reason": "请补充开班材料"},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def return_prepayment(call: Call) -> Answer:
    """Return a prepayment for correction."""
    return await call.once(
        lambda work: prepayment.return_prepayment(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="RequestPrepaymentAgain",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/request-again",
    tag=TAG,
    summary=Text("补正后重新申请", "Ask again after a correction"),
    roles=frozenset({Role.FILER}),
    body=Decision,
    body_example={"reason": "已补充"},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED,),
)
async def request_prepayment_again(call: Call) -> Answer:
    """Ask again after a correction."""
    return await call.once(
        lambda work: prepayment.request_prepayment_again(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="SendPrepaymentBack",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/send-back",
    tag=TAG,
    summary=Text("退回审核", "Send a reviewed prepayment back to its reviewer"),
    roles=frozenset({Role.APPROVER}),
    body=Decision,
    body_example={"reason": "人数需核对"},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def send_prepayment_back(call: Call) -> Answer:
    """Send a reviewed prepayment back to its reviewer."""
    return await call.once(
        lambda work: prepayment.send_prepayment_back(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="RefusePrepayment",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/refuse",
    tag=TAG,
    summary=Text("不予预支", "Refuse a prepayment"),
    roles=frozenset({Role.APPROVER}),
    body=Decision,
    body_example={"reason": "培训未实际开展"},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def refuse_prepayment(call: Call) -> Answer:
    """Refuse a prepayment."""
    return await call.once(
        lambda work: prepayment.refuse_prepayment(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="CancelPrepayment",
    method="POST",
    path="/v1/prepayments/{prepayment_id}/cancel",
    tag=TAG,
    summary=Text("撤销预支申请", "Give a prepayment up before its approval"),
    roles=frozenset({Role.FILER}),
    body=Decision,
    body_example={"reason": ""},
    answer=PrepaymentView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED,),
)
async def cancel_prepayment(call: Call) -> Answer:
    """Give a prepayment up before its approval."""
    return await call.once(
        lambda work: prepayment.cancel_prepayment(
            work,
            prepayment_id=call.path("prepayment_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        prepayment_answer,
    )


@operation(
    id="ListPrepayments",
    method="GET",
    path="/v1/prepayments",
    tag=TAG,
    summary=Text("预支列表", "List prepayments"),
    query=(OF_FILING, in_state(CaseKind.PREPAYMENT)),
    answer=PrepaymentView,
    paged=True,
    problems=("not_found",),
)
async def list_prepayments(call: Call) -> Answer:
    """Read a page of prepayments, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: prepayment.list_prepayments(
            work,
            filing_id=call.query("filing_id", UUID),
            state=call.query("state", str),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=PrepaymentView.of, after=lambda one: one.case.id)


@operation(
    id="GetPrepayment",
    method="GET",
    path="/v1/prepayments/{prepayment_id}",
    tag=TAG,
    summary=Text("查看预支", "Read a prepayment"),
    answer=PrepaymentView,
)
async def get_prepayment(call: Call) -> Answer:
    """Read one prepayment."""

    async def act(work: Work) -> PrepaymentOnFile:
        case = await work.cases.get(CaseKind.PREPAYMENT, call.path("prepayment_id"))
        return await work.prepayments.get(case)

    return prepayment_answer(await call.read(act))


@operation(
    id="GetPrepaymentHistory",
    method="GET",
    path="/v1/prepayments/{prepayment_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_prepayment_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.PREPAYMENT, call.path("prepayment_id"))


@operation(
    id="ExplainPrepayment",
    method="GET",
    path="/v1/prepayments/{prepayment_id}/explanation",
    tag=TAG,
    summary=Text("说明预支金额", "Explain a prepayment"),
    answer=ExplanationView,
)
async def explain(call: Call) -> Answer:
    """Say why a prepayment has its amount."""

    async def act(work: Work) -> PrepaymentOnFile:
        case = await work.cases.get(CaseKind.PREPAYMENT, call.path("prepayment_id"))
        return await work.prepayments.get(case)

    shown = await call.read(act)
    return json_answer(ExplanationView.of(explain_prepayment(shown.facts)))


OPERATIONS: Final[tuple[Served, ...]] = (
    request_prepayment,
    review_prepayment,
    approve_prepayment,
    return_prepayment,
    request_prepayment_again,
    send_prepayment_back,
    refuse_prepayment,
    cancel_prepayment,
    list_prepayments,
    get_prepayment,
    explain,
    get_prepayment_history,
)
