"""Settlements over HTTP: from the enterprise's declarations to the approval, and why."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Text
from domain.party import Role
from domain.ports.work import Work
from domain.settlement import Settlement
from domain.settlement_explanation import explain_line, explain_reasons
from service.application import reconciliation, settlement
from service.application.declaration import warnings_of
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import OF_FILING, in_state
from service.http.document_wire import commands_of
from service.http.history import steps_of
from service.http.operation import operation
from service.http.settlement_wire import (
    EligibilityView,
    ExplanationView,
    SettlementBody,
    SettlementLineView,
    SettlementView,
)
from service.http.shapes import Decision, HistoryView

TAG: Final = "settlements"
_FILER: Final = frozenset({Role.FILER})
_REVIEWER: Final = frozenset({Role.REVIEWER})
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_DECISION_EXAMPLE: Final = {"reason": "结业与证书均已核对"}
DECLARATIONS_EXAMPLE: Final = {
    "declarations": [
        {
            "enrolment_id": "0192f0c4-7c1e-7000-8000-000000000001",
            "certificate_type": "skill_level_certificate",
            "certificate_number": "Y000032000001264000001",
            "occupation_code": "6-18-01-01",
            "grade": 4,
            "issued_on": "2026-03-05",
            "issuer_code": "320681000001",
        }
    ]
}


Warned = tuple[Settlement, Sequence[Fault]]
"""A settlement, and what looks odd about the numbers it declares."""


async def warned(work: Work, shown: Settlement, *, new: int | None = None) -> Warned:
    """Look at the numbers that a settlement declares, all of them or so many `new` ones."""
    return shown, await warnings_of(work, shown.case, new=new)


def warned_answer(done: Warned, *, status: int = 200) -> Answer:
    """Answer with a settlement and what looks odd about its numbers."""
    return settlement_answer(done[0], status=status, warnings=done[1])


def settlement_answer(
    shown: Settlement, *, status: int = 200, warnings: Sequence[Fault] = ()
) -> Answer:
    """Answer with a settlement, its version, and its address when it is new."""
    return json_answer(
        SettlementView.of(shown, warnings),
        status=status,
        version=shown.case.version,
        location=f"/v1/settlements/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="DraftSettlement",
    method="POST",
    path="/v1/filings/{filing_id}/settlements",
    tag=TAG,
    summary=Text("起草结算", "Draft a filing's settlement"),
    description=Text(
        "备案提交结业报告之后，名册每人一行，并申报结业人员的证书。证书编号照原样填写，不作更正；编号形式或与年份、等级"
        "有出入的，以 `warnings` 提示。未填编号的，须同时申报此人的证书复印件（`certificate_copy`），由两人人工核验。",
        "After the completion report: a line for everyone on the roster, and the certificates of "
        "those who completed. Numbers are taken as written and never corrected; `warnings` tell of what "
        "looks odd about one. Without a number, declare the person's `certificate_copy` too: two people "
        "confirm it by hand.",
    ),
    roles=_FILER,
    body=SettlementBody,
    body_example=DECLARATIONS_EXAMPLE,
    body_limit=8 * 1024 * 1024,
    answer=SettlementView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "filing_not_completed",
        "settlement_exists",
        "declarations_faulty",
        "documents_faulty",
        "busy",
    ),
)
async def draft_settlement(call: Call) -> Answer:
    """Draft the final settlement."""

    async def act(work: Work) -> Warned:
        body = call.decode(SettlementBody)
        drafted = await settlement.draft_settlement(
            work,
            filing_id=call.path("filing_id"),
            declarations=body.to_command(),
            documents=commands_of(body.documents),
        )
        return await warned(work, drafted, new=len(body.declarations))

    return await call.once(act, lambda done: warned_answer(done, status=201))


@operation(
    id="SubmitSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/submit",
    tag=TAG,
    summary=Text("提交结算", "Submit a settlement"),
    description=Text(
        "材料须齐备；未填编号的证书须有复印件。`warnings` 提示证书编号的出入，以其在申报证书列表中的位置定位。",
        "Nothing on the completeness list may be missing, nor the copy of a certificate without a number. "
        "`warnings` tell of what looks odd about a number, by its place in the list of declarations.",
    ),
    roles=_FILER,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=(*_SIGNED, "settlement_incomplete"),
)
async def submit_settlement(call: Call) -> Answer:
    """Submit a draft."""

    async def act(work: Work) -> Warned:
        submitted = await settlement.submit_settlement(
            work, settlement_id=call.path("settlement_id"), version=call.if_match
        )
        return await warned(work, submitted)

    return await call.once(act, warned_answer)


@operation(
    id="WithdrawSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/withdraw",
    tag=TAG,
    summary=Text("撤回结算", "Withdraw a settlement"),
    description=Text(
        "受理前可撤回；撤回后可以重新起草，原申报内容保留在档。",
        "Before acceptance. Another may then be drafted; what was declared stays on file.",
    ),
    roles=_FILER,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def withdraw_settlement(call: Call) -> Answer:
    """Withdraw what nobody has accepted."""
    return await call.once(
        lambda work: settlement.withdraw_settlement(
            work, settlement_id=call.path("settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="AcceptSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/accept",
    tag=TAG,
    summary=Text("受理结算", "Accept a settlement"),
    description=Text(
        "受理后由系统以最近导入的证书数据核验申报证书。",
        "The system then examines the declared certificates against the extract loaded last.",
    ),
    roles=_REVIEWER,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "document_contents_missing"),
)
async def accept_settlement(call: Call) -> Answer:
    """Accept it; a job verifies it."""
    return await call.once(
        lambda work: settlement.accept_settlement(
            work, settlement_id=call.path("settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="VerifySettlementAgain",
    method="POST",
    path="/v1/settlements/{settlement_id}/verify",
    tag=TAG,
    summary=Text("重新核验", "Examine a settlement again"),
    description=Text(
        "导入新的证书数据后，对尚未复核的结算重新核验；以前的核验结果保留，新数据未列的证书仍以其为准。",
        "Examines a settlement not yet reviewed against an extract loaded since; earlier findings stay "
        "on file, and stand for what the new extract does not list.",
    ),
    roles=frozenset({Role.CLERK, Role.REVIEWER}),
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "verification_under_way", "no_newer_extract", "busy"),
)
async def verify_settlement_again(call: Call) -> Answer:
    """Have a job examine it again."""
    return await call.once(
        lambda work: reconciliation.verify_again(
            work, settlement_id=call.path("settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="ReviewSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/review",
    tag=TAG,
    summary=Text("复核结算", "Review a settlement"),
    description=Text(
        "签署即确认结业报告；重新判定资格，逐人确定金额。",
        "Signing confirms the completion report; eligibility is judged again and every line decided.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example=_DECISION_EXAMPLE,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=(
        *_SIGNED,
        "verification_incomplete",
        "confirmation_contradicted",
        "no_rate_for_grade",
    ),
)
async def review_settlement(call: Call) -> Answer:
    """Sign the review."""

    async def act(work: Work) -> Settlement:
        return await settlement.review_settlement(
            work,
            settlement_id=call.path("settlement_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="ApproveSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/approve",
    tag=TAG,
    summary=Text("批准结算", "Approve a settlement"),
    description=Text(
        "写入每人应补金额，已支付的预支转为支出，余额可列入拨款申请。",
        "Entitlements are written, the prepayment becomes expense, and the balance may be asked for "
        "in a funding request.",
    ),
    roles=frozenset({Role.APPROVER}),
    body=Decision,
    body_example=_DECISION_EXAMPLE,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=(
        *_SIGNED,
        "eligibility_unknown",
        "prepayment_in_flight",
        "payment_outcome_unknown",
        "payment_came_back",
        "person_already_subsidised",
        "certificate_already_used",
        "stacking_violated",
        "linked_duty_conflict",
        "on_hold",
        "objection_open",
        "notice_required",
    ),
)
async def approve_settlement(call: Call) -> Answer:
    """Decide the entitlements and the balance."""

    async def act(work: Work) -> Settlement:
        return await settlement.approve_settlement(
            work,
            settlement_id=call.path("settlement_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="GetSettlement",
    method="GET",
    path="/v1/settlements/{settlement_id}",
    tag=TAG,
    summary=Text("查看结算", "Read a settlement"),
    answer=SettlementView,
)
async def get_settlement(call: Call) -> Answer:
    """Read one settlement."""
    return settlement_answer(
        await call.read(
            lambda work: settlement.get_settlement(work, settlement_id=call.path("settlement_id"))
        )
    )


@operation(
    id="ListSettlements",
    method="GET",
    path="/v1/settlements",
    tag=TAG,
    summary=Text("结算列表", "List settlements"),
    query=(OF_FILING, in_state(CaseKind.SETTLEMENT)),
    answer=SettlementView,
    paged=True,
    problems=("not_found",),
)
async def list_settlements(call: Call) -> Answer:
    """Read a page of settlements, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: settlement.list_settlements(
            work,
            filing_id=call.query("filing_id", UUID),
            state=call.query("state", str),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=SettlementView.of, after=lambda one: one.case.id)


@operation(
    id="GetSettlementHistory",
    method="GET",
    path="/v1/settlements/{settlement_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_settlement_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.SETTLEMENT, call.path("settlement_id"))


@operation(
    id="ListSettlementLines",
    method="GET",
    path="/v1/settlements/{settlement_id}/lines",
    tag=TAG,
    summary=Text("结算明细", "Lines of a settlement"),
    answer=SettlementLineView,
    paged=True,
)
async def list_settlement_lines(call: Call) -> Answer:
    """Read a page of lines."""
    page = call.page()
    rows = await call.read(
        lambda work: settlement.lines_of(
            work,
            settlement_id=call.path("settlement_id"),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=SettlementLineView.of, after=lambda one: one.id)


@operation(
    id="ListEligibility",
    method="GET",
    path="/v1/settlements/{settlement_id}/eligibility",
    tag=TAG,
    summary=Text("资格判定", "Eligibility of a settlement's people"),
    description=Text(
        "最近一轮判定：每人每条规则为通过、不通过或未知，并列出所依据的值。",
        "The latest round: each rule passes, fails or is unknown for each person, with the values.",
    ),
    answer=EligibilityView,
    paged=True,
)
async def list_eligibility(call: Call) -> Answer:
    """Read a page of judgements, by person."""
    page = call.page()
    rows = await call.read(
        lambda work: settlement.eligibility_of(
            work,
            settlement_id=call.path("settlement_id"),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=EligibilityView.of, after=lambda one: one.enrolment_id)


@operation(
    id="ExplainSettlement",
    method="GET",
    path="/v1/settlements/{settlement_id}/explanation",
    tag=TAG,
    summary=Text("结算说明", "Why a settlement pays what it pays"),
    answer=ExplanationView,
    problems=("explanation_not_yet",),
)
async def explain_settlement(call: Call) -> Answer:
    """Render the settlement's stored facts as sentences."""
    reasons = await call.read(
        lambda work: settlement.reasons_for(work, settlement_id=call.path("settlement_id"))
    )
    return json_answer(ExplanationView.of(explain_reasons(reasons)))


@operation(
    id="ExplainPerson",
    method="GET",
    path="/v1/filings/{filing_id}/people/{enrolment_id}/explanation",
    tag=TAG,
    summary=Text("个人应补说明", "Why a person earns what they earn"),
    answer=ExplanationView,
    problems=("explanation_not_yet",),
)
async def explain_person(call: Call) -> Answer:
    """Render the facts of a person's latest decided line as sentences."""
    facts = await call.read(
        lambda work: settlement.reasons_for_person(
            work, filing_id=call.path("filing_id"), enrolment_id=call.path("enrolment_id")
        )
    )
    return json_answer(ExplanationView.of(explain_line(facts)))


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_settlement,
    submit_settlement,
    withdraw_settlement,
    accept_settlement,
    verify_settlement_again,
    review_settlement,
    approve_settlement,
    list_settlements,
    get_settlement,
    list_settlement_lines,
    list_eligibility,
    explain_settlement,
    explain_person,
    get_settlement_history,
)
