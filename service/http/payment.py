"""Payments over HTTP: lists, one payment, and the chain that proves it."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.explanation import explain_payment
from domain.funding_request import PayableKind
from domain.machines.payment import FLOW
from domain.payee_account import Waiting
from domain.payment import AttemptOnFile, AttemptState, MoneyChain, Payment
from domain.ports.work import Work
from service.application import payment
from service.application.payment import ExplainedPayment
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import OF_VOUCHER_SETTLEMENT
from service.http.operation import Query, operation
from service.http.shapes import SentenceView, View

TAG: Final = "payments"
_STATES: Final = "|".join(state for state in FLOW if state != "new")


class PaymentView(View):
    """A payment, in fen; the account masked. Reference and batch are those of the newest attempt.

    `waits_for` says what keeps a planned payment out of every batch.
    """

    id: UUID
    state: str
    subject_kind: PayableKind
    subject_id: UUID
    filing_id: UUID | None
    funding_request_id: UUID
    funding_request_line_id: UUID
    payee_name: str
    account_masked: str
    fund_source: str
    budget_year: int
    amount_fen: int
    purpose: str
    planned_at: datetime
    booked_on: date | None
    attempts: int
    reference: str | None
    batch_id: UUID | None
    payee_account_id: UUID
    waits_for: Waiting | None

    @classmethod
    def of(cls, shown: Payment) -> "PaymentView":
        """Show a payment."""
        return cls(
            id=shown.id,
            state=shown.state,
            subject_kind=shown.subject.kind,
            subject_id=shown.subject.id,
            filing_id=shown.filing_id,
            funding_request_id=shown.funding_request_id,
            funding_request_line_id=shown.funding_request_line_id,
            payee_name=shown.payee_name,
            account_masked=shown.account_masked,
            fund_source=shown.fund_source,
            budget_year=shown.budget_year,
            amount_fen=shown.amount_fen,
            purpose=shown.purpose,
            planned_at=shown.planned_at,
            booked_on=shown.booked_on,
            attempts=shown.attempts,
            reference=shown.reference,
            batch_id=shown.batch_id,
            payee_account_id=shown.payee_account_id,
            waits_for=shown.waits_for,
        )


class AttemptView(View):
    """One try at a payment; `bank_line_id` is the bank's line that answered it."""

    id: UUID
    payment_id: UUID
    batch_id: UUID
    attempt_no: int
    line_no: int
    reference: str
    amount_fen: int
    state: AttemptState
    bank_line_id: UUID | None
    booked_on: date | None
    bank_reason: str

    @classmethod
    def of(cls, attempt: AttemptOnFile) -> "AttemptView":
        """Show an attempt."""
        return cls(
            id=attempt.id,
            payment_id=attempt.payment_id,
            batch_id=attempt.batch_id,
            attempt_no=attempt.attempt_no,
            line_no=attempt.line_no,
            reference=attempt.reference,
            amount_fen=attempt.amount_fen,
            state=attempt.state,
            bank_line_id=attempt.bank_line_id,
            booked_on=attempt.booked_on,
            bank_reason=attempt.bank_reason,
        )


class PersonShareView(View):
    """One person's part of what is paid, in fen."""

    enrolment_id: UUID
    amount_fen: int


class VoucherShareView(View):
    """What is paid on one voucher, in fen."""

    voucher_id: UUID
    amount_fen: int


class MoneyChainView(View):
    """Every id from the plan to the ledger; each leads back to this payment."""

    filing_id: UUID | None
    people: list[PersonShareView]
    vouchers: list[VoucherShareView]
    subject_kind: PayableKind
    subject_id: UUID
    funding_request_id: UUID
    funding_request_line_id: UUID
    payment_id: UUID
    attempts: list[AttemptView]
    posting_ids: list[UUID]

    @classmethod
    def of(cls, chain: MoneyChain) -> "MoneyChainView":
        """Show a chain."""
        return cls(
            filing_id=chain.payment.filing_id,
            people=[
                PersonShareView(enrolment_id=share.enrolment_id, amount_fen=share.amount_fen)
                for share in chain.people
            ],
            vouchers=[
                VoucherShareView(voucher_id=share.voucher_id, amount_fen=share.amount_fen)
                for share in chain.vouchers
            ],
            subject_kind=chain.payment.subject.kind,
            subject_id=chain.payment.subject.id,
            funding_request_id=chain.payment.funding_request_id,
            funding_request_line_id=chain.payment.funding_request_line_id,
            payment_id=chain.payment.id,
            attempts=[AttemptView.of(attempt) for attempt in chain.attempts],
            posting_ids=list(chain.posting_ids),
        )


class PaymentExplanationView(View):
    """Why a payment was made and what became of it, with the chain that proves it."""

    sentences: list[SentenceView]
    chain: MoneyChainView

    @classmethod
    def of(cls, explained: ExplainedPayment) -> "PaymentExplanationView":
        """Render the facts."""
        return cls(
            sentences=[
                SentenceView(number=sentence.number, zh=sentence.zh, en=sentence.en)
                for sentence in explain_payment(explained.facts)
            ],
            chain=MoneyChainView.of(explained.chain),
        )


@operation(
    id="ListPayments",
    method="GET",
    path="/v1/payments",
    tag=TAG,
    summary=Text("支付列表", "List payments"),
    query=(
        Query(
            name="filing_id",
            kind=UUID,
            description=Text("只列出此备案的支付。", "Only payments of this filing."),
        ),
        OF_VOUCHER_SETTLEMENT,
        Query(
            name="state",
            description=Text("只列出此状态的支付。", "Only payments in this state."),
            pattern=f"^({_STATES})$",
        ),
    ),
    answer=PaymentView,
    paged=True,
)
async def list_payments(call: Call) -> Answer:
    """List payments in order of planning."""
    page = call.page()

    async def act(work: Work) -> list[Payment]:
        return list(
            await payment.list_payments(
                work,
                filing_id=call.query("filing_id", UUID),
                voucher_settlement_id=call.query("voucher_settlement_id", UUID),
                state=call.query("state", str),
                after=page.after_id,
                limit=page.limit,
            )
        )

    return call.page_answer(
        await call.read(act), page, view=PaymentView.of, after=lambda shown: shown.id
    )


@operation(
    id="GetPayment",
    method="GET",
    path="/v1/payments/{payment_id}",
    tag=TAG,
    summary=Text("查看支付", "Read a payment"),
    answer=PaymentView,
)
async def get_payment(call: Call) -> Answer:
    """Read one payment."""
    found, _ = await call.read(lambda work: payment.payment(work, call.path("payment_id")))
    return json_answer(PaymentView.of(found))


@operation(
    id="ExplainPayment",
    method="GET",
    path="/v1/payments/{payment_id}/explanation",
    tag=TAG,
    summary=Text("解释一笔支付", "Explain a payment"),
    description=Text(
        "从备案（或培训券）、人员、预支或结算、拨款申请、支付批次、银行明细到总账分录的完整链条。",
        "The whole chain: plan or vouchers, people, prepayment or settlement, funding request, batch, bank "
        "line, ledger postings.",
    ),
    answer=PaymentExplanationView,
)
async def explain(call: Call) -> Answer:
    """Explain one payment and prove it."""
    explained = await call.read(lambda work: payment.explain_payment(work, call.path("payment_id")))
    return json_answer(PaymentExplanationView.of(explained))


OPERATIONS: Final[tuple[Served, ...]] = (list_payments, get_payment, explain)
