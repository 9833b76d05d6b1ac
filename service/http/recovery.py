"""Recoveries over HTTP (追缴): proposed, ordered, served, followed up, and why."""

from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.recovery import Recovery
from domain.recovery_explanation import explain_recovery
from service.application import recovery
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import OF_FILING, OF_VOUCHER_SETTLEMENT, in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.recovery_wire import (
    ClawedBackView,
    OrderBody,
    ProofBody,
    ProposalBody,
    RecoveryExplanationView,
    RecoveryView,
    ServiceBody,
)
from service.http.shapes import Decision, HistoryView, SentenceView

TAG: Final = "recoveries"
_REVIEWER: Final = frozenset({Role.REVIEWER})
_APPROVER: Final = frozenset({Role.APPROVER})
_FINANCE: Final = frozenset({Role.FINANCE})
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_EXAMPLE: Final = {"reason": "多付款项，限期缴回"}
_PROOF_EXAMPLE: Final = {"proof_reference": "（2027）苏0681破1号", "reason": "破产程序终结"}


def recovery_answer(shown: Recovery, *, status: int = 200) -> Answer:
    """Answer a recovery, its version in the ETag, and its address when it is new."""
    return json_answer(
        RecoveryView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/recoveries/{shown.case.id}" if status == 201 else None,
    )


async def _moved(call: Call, event: str) -> Answer:
    """Sign a step that changes the state alone."""

    async def act(work: Work) -> Recovery:
        return await recovery.move_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=call.if_match,
            event=event,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, recovery_answer)


async def _proved(call: Call, event: str) -> Answer:
    """Sign a step that rests on a legal document."""

    async def act(work: Work) -> Recovery:
        version, body = call.if_match, call.decode(ProofBody)
        return await recovery.prove_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=version,
            event=event,
            proof_reference=body.proof_reference,
            reason=body.reason,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="ProposeRecovery",
    method="POST",
    path="/v1/filings/{filing_id}/recoveries",
    tag=TAG,
    summary=Text("拟追缴", "Propose a recovery"),
    description=Text(
        "结算以外的原因（终止、退出、注销、错付、重复、审计）。审批人作出追缴决定之前不入账；金额以已付超出应补的部分"
        "为限。",
        "For causes that no settlement has counted: termination, exit, revocation, wrong payee, "
        "duplicate, audit. Nothing moves before the approver orders it, and at most what was paid "
        "above what was earned.",
    ),
    roles=_REVIEWER,
    body=ProposalBody,
    body_example={"cause": "exit", "amount_fen": 200000, "reason": "中途退出"},
    answer=RecoveryView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("recovery_not_yet", "recovery_above_paid", "busy"),
)
async def propose_recovery(call: Call) -> Answer:
    """Open a proposal."""

    async def act(work: Work) -> Recovery:
        body = call.decode(ProposalBody)
        return await recovery.propose_recovery(
            work,
            filing_id=call.path("filing_id"),
            cause=body.cause,
            amount_fen=body.amount_fen,
            reason=body.reason,
        )

    return await call.once(act, lambda done: recovery_answer(done, status=201))


@operation(
    id="OrderRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/order",
    tag=TAG,
    summary=Text("作出追缴决定", "Order a recovery"),
    description=Text(
        "载明文号、理由、依据条款和送达后的缴款期限。",
        "Names the document, the reason, rule and clause, and the days to pay after service.",
    ),
    roles=_APPROVER,
    body=OrderBody,
    body_example={
        "document_number": "启人社追〔2027〕1号",
        "pay_within_days": 30,
        "reason": "1 人中途退出",
        "clause": "通人社职〔2019〕15号 第八条",
    },
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "recovery_above_paid", "voucher_not_paid"),
)
async def order_recovery(call: Call) -> Answer:
    """Decide it."""

    async def act(work: Work) -> Recovery:
        version, body = call.if_match, call.decode(OrderBody)
        return await recovery.order_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=version,
            document_number=body.document_number,
            pay_within_days=body.pay_within_days,
            reason=body.reason,
            clause=body.clause,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="CancelRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/cancel",
    tag=TAG,
    summary=Text("撤销拟追缴", "Cancel a proposed recovery"),
    description=Text(
        "只能撤销尚未入账的；已入账的由该备案的下一次结算变更。",
        "Only what has not moved: what the ledger holds is changed by the filing's next settlement.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example=_EXAMPLE,
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "recovery_stands"),
)
async def cancel_recovery(call: Call) -> Answer:
    """Drop a proposal."""

    async def act(work: Work) -> Recovery:
        return await recovery.cancel_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="ServeRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/serve",
    tag=TAG,
    summary=Text("记录送达", "Record the service of a recovery"),
    description=Text(
        "缴款期限自送达之日起算，逾期由系统标记。不填送达日的，以企业签收追缴决定书之日为准。",
        "The days to pay count from it; the system marks what is overdue. Without a day, it is the one "
        "on which the enterprise signed for the recovery order.",
    ),
    roles=_REVIEWER,
    body=ServiceBody,
    body_example={"served_on": "2026-04-02"},
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "day_to_come", "order_not_signed_for"),
)
async def serve_recovery(call: Call) -> Answer:
    """Record the day."""

    async def act(work: Work) -> Recovery:
        version, body = call.if_match, call.decode(ServiceBody)
        return await recovery.serve_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=version,
            served_on=body.served_on,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="ContestRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/contest",
    tag=TAG,
    summary=Text("对追缴提请复核", "Contest a recovery"),
    roles=frozenset({Role.FILER, Role.PROVIDER, Role.WORKER}),
    body=Decision,
    body_example={"reason": "学徒已取得证书"},
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def contest_recovery(call: Call) -> Answer:
    """Ask for a review."""
    return await _moved(call, "contest")


@operation(
    id="UpholdRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/uphold",
    tag=TAG,
    summary=Text("复核维持追缴", "Uphold a contested recovery"),
    description=Text(
        "由未参与原决定的人签署；认为应变更的，由下一次结算变更。",
        "By somebody who took no part in the decision. What is to change is changed by the next "
        "settlement.",
    ),
    roles=frozenset({Role.APPROVER, Role.RELEASER, Role.FINANCE}),
    body=Decision,
    body_example={"reason": "经复核，证书已注销"},
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def uphold_recovery(call: Call) -> Answer:
    """Uphold it."""

    async def act(work: Work) -> Recovery:
        return await recovery.uphold_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="EnforceRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/enforce",
    tag=TAG,
    summary=Text("申请强制执行", "Have an overdue recovery enforced"),
    roles=_APPROVER,
    body=Decision,
    body_example=_EXAMPLE,
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def enforce_recovery(call: Call) -> Answer:
    """Hand it over."""
    return await _moved(call, "enforce")


@operation(
    id="ClaimInInsolvency",
    method="POST",
    path="/v1/recoveries/{recovery_id}/claim",
    tag=TAG,
    summary=Text("申报破产债权", "Claim a recovery in an insolvency"),
    roles=_REVIEWER,
    body=ProofBody,
    body_example=_PROOF_EXAMPLE,
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def claim_in_insolvency(call: Call) -> Answer:
    """Claim it."""
    return await _proved(call, "claim")


@operation(
    id="AskWriteOff",
    method="POST",
    path="/v1/recoveries/{recovery_id}/ask-write-off",
    tag=TAG,
    summary=Text("申请核销", "Ask the finance department to write a recovery off"),
    roles=_REVIEWER,
    body=ProofBody,
    body_example=_PROOF_EXAMPLE,
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def ask_write_off(call: Call) -> Answer:
    """Ask for it, with the legal document."""
    return await _proved(call, "ask_write_off")


@operation(
    id="WriteOffRecovery",
    method="POST",
    path="/v1/recoveries/{recovery_id}/write-off",
    tag=TAG,
    summary=Text("核销", "Write a recovery off"),
    description=Text(
        "由财政部门凭法律文书核销；核销后仍可收款。",
        "By the finance department, on the legal document; money that comes after all is taken.",
    ),
    roles=_FINANCE,
    body=Decision,
    body_example={"reason": "破产程序终结，无财产可供执行"},
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def write_off_recovery(call: Call) -> Answer:
    """Write off what is still owed."""

    async def act(work: Work) -> Recovery:
        return await recovery.write_off_recovery(
            work,
            recovery_id=call.path("recovery_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, recovery_answer)


@operation(
    id="DeclineWriteOff",
    method="POST",
    path="/v1/recoveries/{recovery_id}/decline-write-off",
    tag=TAG,
    summary=Text("不予核销", "Decline to write a recovery off"),
    roles=_FINANCE,
    body=Decision,
    body_example={"reason": "尚有财产可供执行"},
    answer=RecoveryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def decline_write_off(call: Call) -> Answer:
    """It stays overdue."""
    return await _moved(call, "decline")


@operation(
    id="GetRecovery",
    method="GET",
    path="/v1/recoveries/{recovery_id}",
    tag=TAG,
    summary=Text("查看追缴", "Read a recovery"),
    answer=RecoveryView,
)
async def get_recovery(call: Call) -> Answer:
    """Read one recovery."""
    return recovery_answer(
        await call.read(
            lambda work: recovery.get_recovery(work, recovery_id=call.path("recovery_id"))
        )
    )


@operation(
    id="ListRecoveries",
    method="GET",
    path="/v1/recoveries",
    tag=TAG,
    summary=Text("追缴列表", "List recoveries"),
    query=(OF_FILING, OF_VOUCHER_SETTLEMENT, in_state(CaseKind.RECOVERY)),
    answer=RecoveryView,
    paged=True,
    problems=("not_found",),
)
async def list_recoveries(call: Call) -> Answer:
    """Read a page of recoveries, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: recovery.list_recoveries(
            work,
            filing_id=call.query("filing_id", UUID),
            voucher_settlement_id=call.query("voucher_settlement_id", UUID),
            state=call.query("state", str),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=RecoveryView.of, after=lambda one: one.case.id)


@operation(
    id="GetRecoveryHistory",
    method="GET",
    path="/v1/recoveries/{recovery_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_recovery_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.RECOVERY, call.path("recovery_id"))


@operation(
    id="ExplainRecovery",
    method="GET",
    path="/v1/recoveries/{recovery_id}/explanation",
    tag=TAG,
    summary=Text("追缴说明", "Why a recovery demands what it demands"),
    description=Text(
        "原因、应补与已付、预支、每笔入账、尚欠金额和最迟缴款日；人员见该结算的明细。",
        "The cause, what was earned and paid, the prepayments, each movement, what is left and the "
        "last day to pay; the people are the lines of the settlement named.",
    ),
    answer=RecoveryExplanationView,
)
async def explain_recovery_(call: Call) -> Answer:
    """Render the stored facts as sentences."""
    reasons = await call.read(
        lambda work: recovery.reasons_for_recovery(work, recovery_id=call.path("recovery_id"))
    )
    said = explain_recovery(
        reasons.recovery,
        settlement=reasons.settlement,
        prepaid=[(one.people, one.amount_fen) for one in reasons.prepayments],
        postings=reasons.postings,
        vouchers=len(reasons.vouchers),
    )
    return json_answer(
        RecoveryExplanationView(
            sentences=[SentenceView(number=one.number, zh=one.zh, en=one.en) for one in said],
            settlement_id=reasons.recovery.settlement_id,
            prepayment_ids=[one.case.id for one in reasons.prepayments],
            vouchers=[
                ClawedBackView(voucher_id=one.voucher_id, amount_fen=one.amount_fen)
                for one in reasons.vouchers
            ],
        )
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    propose_recovery,
    order_recovery,
    cancel_recovery,
    serve_recovery,
    contest_recovery,
    uphold_recovery,
    enforce_recovery,
    claim_in_insolvency,
    ask_write_off,
    write_off_recovery,
    decline_write_off,
    list_recoveries,
    get_recovery,
    get_recovery_history,
    explain_recovery_,
)
