"""Corrections of payments over HTTP: asked for, proposed, approved."""

from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.payment import Correction, Remedy
from service.application import payment_correction
from service.application.payment_correction import ProposeCorrection
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, HistoryView, Reason, View

TAG: Final = "payment-corrections"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")


class CorrectionBody(Body):
    """What is to become of a returned payment: paid again to a verified account, or cancelled."""

    payment_id: UUID
    remedy: Remedy
    payee_account_id: UUID | None = None
    reason: Reason = ""

    def to_command(self) -> ProposeCorrection:
        """Return the command."""
        return ProposeCorrection(
            payment_id=self.payment_id,
            remedy=self.remedy,
            payee_account_id=self.payee_account_id,
            reason=self.reason,
        )


class PaymentCorrectionView(View):
    """A correction of one payment."""

    case: CaseView
    payment_id: UUID
    remedy: Remedy
    payee_account_id: UUID | None

    @classmethod
    def of(cls, shown: Correction) -> "PaymentCorrectionView":
        """Show a correction."""
        return cls(
            case=CaseView.of(shown.case),
            payment_id=shown.payment_id,
            remedy=shown.remedy,
            payee_account_id=shown.payee_account_id,
        )


def _answer(shown: Correction, *, status: int = 200) -> Answer:
    return json_answer(
        PaymentCorrectionView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/payment-corrections/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="ProposePaymentCorrection",
    method="POST",
    path="/v1/payment-corrections",
    tag=TAG,
    summary=Text("提出支付更正", "Propose the correction of a returned payment"),
    description=Text(
        "企业可申请向其已核实的账户重新支付，由制单人受理；制单人也可直接拟定重新支付或取消。均由批准人决定。"
        "职业培训券的款项在组批前也可拟定取消。",
        "An enterprise may ask to be paid to a verified account of its own, which a preparer takes up; a "
        "preparer may propose paying again or cancelling at once. An approver decides. A payment of vouchers "
        "may be cancelled before a batch takes it, too.",
    ),
    roles=frozenset({Role.FILER, Role.PROVIDER, Role.WORKER, Role.PREPARER}),
    body=CorrectionBody,
    body_example={
        "payment_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "remedy": "pay_again",
        "payee_account_id": "0192f0c4-7c1e-7000-8000-000000000002",
        "reason": "原账户已销户",
    },
    answer=PaymentCorrectionView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "not_found",
        "reason_missing",
        "payment_not_returned",
        "account_not_payable",
        "only_bureau_cancels",
        "busy",
    ),
)
async def propose_payment_correction(call: Call) -> Answer:
    """Propose, or ask as an enterprise."""
    return await call.once(
        lambda work: payment_correction.propose_correction(
            work, call.decode(CorrectionBody).to_command()
        ),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="TakeUpPaymentCorrection",
    method="POST",
    path="/v1/payment-corrections/{correction_id}/take-up",
    tag=TAG,
    summary=Text("受理企业的更正申请", "Take up what an enterprise asked for"),
    roles=frozenset({Role.PREPARER}),
    body=Decision,
    body_example={"reason": ""},
    answer=PaymentCorrectionView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "payment_not_returned"),
)
async def take_up_payment_correction(call: Call) -> Answer:
    """Sign as preparer."""
    return await call.once(
        lambda work: payment_correction.take_up_correction(
            work,
            correction_id=call.path("correction_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="ApprovePaymentCorrection",
    method="POST",
    path="/v1/payment-corrections/{correction_id}/approve",
    tag=TAG,
    summary=Text("批准支付更正", "Approve the correction of a payment"),
    description=Text(
        "重新支付的款项回到待支付，组批时取得新的参考号；取消的预支不再支付，由结算一并计算，取消的结算款可重新申请拨款。"
        "职业培训券的款项取消后，其结算终止，各券退回已核销，可重新申报结算。",
        "A payment paid again waits for a batch and gets a new reference there. A cancelled prepayment is "
        "left to its settlement; a cancelled balance may be requested anew. A cancelled payment of vouchers ends "
        "their settlement: they are redeemed again and may be settled anew.",
    ),
    roles=frozenset({Role.APPROVER}),
    body=Decision,
    body_example={"reason": "同意"},
    answer=PaymentCorrectionView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "account_not_payable", "voucher_not_usable", "fund_insufficient"),
)
async def approve_payment_correction(call: Call) -> Answer:
    """Sign as approver."""
    return await call.once(
        lambda work: payment_correction.approve_correction(
            work,
            correction_id=call.path("correction_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="RefusePaymentCorrection",
    method="POST",
    path="/v1/payment-corrections/{correction_id}/refuse",
    tag=TAG,
    summary=Text("不予更正", "Refuse the correction of a payment"),
    description=Text(
        "企业的申请由制单人答复，拟定的更正由批准人答复。",
        "A preparer answers what was asked for, an approver what was proposed.",
    ),
    roles=frozenset({Role.PREPARER, Role.APPROVER}),
    body=Decision,
    body_example={"reason": "账户与企业不符"},
    answer=PaymentCorrectionView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def refuse_payment_correction(call: Call) -> Answer:
    """Sign the refusal, with its reason."""
    return await call.once(
        lambda work: payment_correction.refuse_correction(
            work,
            correction_id=call.path("correction_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="GetPaymentCorrection",
    method="GET",
    path="/v1/payment-corrections/{correction_id}",
    tag=TAG,
    summary=Text("查看支付更正", "Read the correction of a payment"),
    answer=PaymentCorrectionView,
)
async def get_payment_correction(call: Call) -> Answer:
    """Read one correction."""
    return _answer(
        await call.read(
            lambda work: payment_correction.correction(work, call.path("correction_id"))
        )
    )


@operation(
    id="GetPaymentCorrectionHistory",
    method="GET",
    path="/v1/payment-corrections/{correction_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_payment_correction_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.PAYMENT_CORRECTION, call.path("correction_id"))


@operation(
    id="ListPaymentCorrections",
    method="GET",
    path="/v1/payment-corrections",
    tag=TAG,
    summary=Text("支付更正列表", "List corrections of payments"),
    query=(in_state(CaseKind.PAYMENT_CORRECTION),),
    answer=PaymentCorrectionView,
    paged=True,
)
async def list_payment_corrections(call: Call) -> Answer:
    """List corrections in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: payment_correction.list_corrections(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(
        rows, page, view=PaymentCorrectionView.of, after=lambda one: one.case.id
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    propose_payment_correction,
    take_up_payment_correction,
    approve_payment_correction,
    refuse_payment_correction,
    get_payment_correction,
    list_payment_corrections,
    get_payment_correction_history,
)
