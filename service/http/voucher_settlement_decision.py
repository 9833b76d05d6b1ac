"""Voucher settlements over HTTP as the bureau decides them, and paid vouchers taken back."""

from collections.abc import Awaitable
from typing import Final, Protocol
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.recovery import Recovery
from domain.voucher_settlement import VoucherSettlement
from service.application import voucher_claw_back, voucher_settlement_decision
from service.http.call import Answer, Call, Served
from service.http.operation import operation
from service.http.recovery import recovery_answer
from service.http.recovery_wire import RecoveryView
from service.http.shapes import Decision
from service.http.voucher_settlement import EXAMPLE_ID, ONE, SIGNED, TAG, settlement_answer
from service.http.voucher_settlement_wire import (
    ClawBackBody,
    VoucherReviewBody,
    VoucherSettlementView,
)

_REVIEWER: Final = frozenset({Role.REVIEWER})
_APPROVER: Final = frozenset({Role.APPROVER})
_EXAMPLE: Final = {"reason": "资料与系统记录不符，请核对后重新提交"}


class _Decides(Protocol):
    """A use case that signs one step of a settlement with a reason."""

    def __call__(
        self, work: Work, *, settlement_id: UUID, version: int, reason: str
    ) -> Awaitable[VoucherSettlement]: ...


async def _decided(call: Call, decide: _Decides) -> Answer:
    return await call.once(
        lambda work: decide(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        settlement_answer,
    )


@operation(
    id="AcceptVoucherSettlement",
    method="POST",
    path=f"{ONE}/accept",
    tag=TAG,
    summary=Text("受理培训券结算", "Accept a voucher settlement"),
    roles=_REVIEWER,
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def accept_settlement(call: Call) -> Answer:
    """Accept it."""
    return await call.once(
        lambda work: voucher_settlement_decision.accept_voucher_settlement(
            work, settlement_id=call.path("voucher_settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="ReturnVoucherSettlement",
    method="POST",
    path=f"{ONE}/return",
    tag=TAG,
    summary=Text("退回培训券结算补正", "Return a voucher settlement for correction"),
    description=Text(
        "须写明理由。能够补正的问题应退回补正：审核中拒绝的培训券即作废。",
        "With a reason. What can be cured is returned: a voucher that a review refuses is void.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example=_EXAMPLE,
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def return_settlement(call: Call) -> Answer:
    """Return it."""
    return await _decided(call, voucher_settlement_decision.return_voucher_settlement)


@operation(
    id="ReviewVoucherSettlement",
    method="POST",
    path=f"{ONE}/review",
    tag=TAG,
    summary=Text("审核培训券结算", "Review a voucher settlement"),
    description=Text(
        "逐张审核；未列出的按核定价值支付。不足额支付、拒绝或暂缓的须写明理由。正在调查、暂停支付、"
        "有异议，或项目要求证书而证书未经证书系统确认的，系统自动暂缓。",
        "Line by line; what is not listed is paid at its worth. What is reduced, refused or held needs a reason. "
        "What is under investigation, on hold or objected to is set aside by itself, as is a certificate that the "
        "project asks for and no register confirms.",
    ),
    roles=_REVIEWER,
    body=VoucherReviewBody,
    body_example={
        "lines": [{"voucher_id": EXAMPLE_ID, "disposition": "refused", "reason": "出勤记录不实"}],
        "reason": "其余经核对属实",
    },
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=(*SIGNED, "voucher_verdicts_faulty"),
)
async def review_settlement(call: Call) -> Answer:
    """Decide every line."""

    async def act(work: Work) -> VoucherSettlement:
        version, body = call.if_match, call.decode(VoucherReviewBody)
        return await voucher_settlement_decision.review_voucher_settlement(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            version=version,
            verdicts=body.to_verdicts(),
            reason=body.reason,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="SendVoucherSettlementBack",
    method="POST",
    path=f"{ONE}/send-back",
    tag=TAG,
    summary=Text("退回重新审核", "Send a voucher settlement back to its reviewer"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "请核对第三张券的出勤"},
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def send_back(call: Call) -> Answer:
    """Send it back."""
    return await _decided(call, voucher_settlement_decision.send_voucher_settlement_back)


@operation(
    id="RefuseVoucherSettlement",
    method="POST",
    path=f"{ONE}/refuse",
    tag=TAG,
    summary=Text("拒绝培训券结算", "Refuse a voucher settlement"),
    description=Text(
        "整件拒绝：其中的培训券仍为已核销，可重新列入结算。不予支付的培训券在审核中逐张拒绝。",
        "As a whole: its vouchers stay redeemed and may be claimed again. What is not to be paid is refused in the "
        "review, voucher by voucher.",
    ),
    roles=_REVIEWER | _APPROVER,
    body=Decision,
    body_example={"reason": "收款账户与申报单位不符"},
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def refuse_settlement(call: Call) -> Answer:
    """Refuse it whole."""
    return await _decided(call, voucher_settlement_decision.refuse_voucher_settlement)


@operation(
    id="ApproveVoucherSettlement",
    method="POST",
    path=f"{ONE}/approve",
    tag=TAG,
    summary=Text("批准培训券结算", "Approve a voucher settlement"),
    description=Text(
        "接收各班级已占用的资金，拒绝和核减的退回；应付金额可列入拨款申请。",
        "Takes over what its classes had committed and gives back what is refused or reduced; the amount may then be "
        "asked for in a funding request.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "同意支付"},
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=(
        *SIGNED,
        "on_hold",
        "objection_open",
        "notice_required",
        "certificate_already_used",
    ),
)
async def approve_settlement(call: Call) -> Answer:
    """Decide the amounts and the money."""
    return await _decided(call, voucher_settlement_decision.approve_voucher_settlement)


@operation(
    id="ProposeClawBack",
    method="POST",
    path=f"{ONE}/claw-backs",
    tag=TAG,
    summary=Text("拟追回培训券补贴", "Propose to claw paid vouchers back"),
    description=Text(
        "列明已支付的培训券，每张按已付金额追回，由收款方缴回；由另一人作出追缴决定后入账，其后同其他追缴。",
        "Names paid vouchers, each taken back at what was paid on it and owed by the payee. Another person orders "
        "it; it then goes on as any recovery.",
    ),
    roles=_REVIEWER,
    body=ClawBackBody,
    body_example={"voucher_ids": [EXAMPLE_ID], "cause": "audit", "reason": "冒名培训"},
    answer=RecoveryView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("reason_missing", "claw_back_faulty", "busy"),
)
async def propose_claw_back(call: Call) -> Answer:
    """Open a proposal."""

    async def act(work: Work) -> Recovery:
        body = call.decode(ClawBackBody)
        return await voucher_claw_back.propose_claw_back(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            voucher_ids=body.voucher_ids,
            cause=body.cause,
            reason=body.reason,
        )

    return await call.once(act, lambda done: recovery_answer(done, status=201))


OPERATIONS: Final[tuple[Served, ...]] = (
    accept_settlement,
    return_settlement,
    review_settlement,
    send_back,
    refuse_settlement,
    approve_settlement,
    propose_claw_back,
)
