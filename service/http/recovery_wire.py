"""Recoveries and receipts on the wire: bodies that come in, and views that go out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.bank_result import LineState
from domain.receipt import RECEIPTS_MAX, Receipt, ReceiptFile, ReceiptOnFile
from domain.recovery import Recovery, RecoveryCause
from domain.voucher_settlement import LINES_MAX
from service.http.shapes import (
    Body,
    CaseView,
    Day,
    DocumentNumber,
    FenAboveZero,
    Reason,
    SentenceView,
    View,
)

Reference = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern="^[0-9A-Za-z_.:/-]+$",
        description="流水号或追缴编号 · a reference",
    ),
]
Clause = Annotated[str, msgspec.Meta(max_length=500, description="依据条款 · rule and clause")]
Proof = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=200, description="法律文书号 · the legal document"),
]


class ProposalBody(Body):
    """What is to be taken back and why; nothing moves before it is ordered."""

    cause: RecoveryCause
    amount_fen: FenAboveZero
    reason: Reason = ""


class OrderBody(Body):
    """The decision to recover (追缴决定): its document, and the days to pay after service."""

    document_number: DocumentNumber
    pay_within_days: Annotated[
        int,
        msgspec.Meta(ge=1, le=366, description="送达后几日内缴款 · days to pay after service"),
    ]
    reason: Reason = ""
    clause: Clause = ""


class ServiceBody(Body):
    """The day the decision reached the enterprise (送达); without it, the day of its receipt."""

    served_on: Day | None = None


class ProofBody(Body):
    """A step that rests on a legal document."""

    proof_reference: Proof
    reason: Reason = ""


class RecoveryView(View):
    """A recovery; amounts in fen, as the ledger has them: demanded less got back less written off is
    outstanding. `proposed_fen` is what a proposal asks for; `due_on` the last day to pay. Of a filing, or of
    a voucher settlement.
    """

    case: CaseView
    filing_id: UUID | None
    voucher_settlement_id: UUID | None
    reference: str
    cause: RecoveryCause
    settlement_id: UUID | None
    proposed_fen: int | None
    document_number: str | None
    pay_within_days: int | None
    served_on: date | None
    due_on: date | None
    proof_reference: str | None
    demanded_fen: int
    collected_fen: int
    written_off_fen: int
    outstanding_fen: int

    @classmethod
    def of(cls, recovery: Recovery) -> "RecoveryView":
        """Show a recovery."""
        figures = recovery.figures
        return cls(
            case=CaseView.of(recovery.case),
            filing_id=recovery.filing_id,
            voucher_settlement_id=recovery.voucher_settlement_id,
            reference=recovery.reference,
            cause=recovery.cause,
            settlement_id=recovery.settlement_id,
            proposed_fen=recovery.proposed_fen,
            document_number=recovery.document_number,
            pay_within_days=recovery.pay_within_days,
            served_on=recovery.served_on,
            due_on=recovery.due_on,
            proof_reference=recovery.proof_reference,
            demanded_fen=figures.demanded_fen,
            collected_fen=figures.collected_fen,
            written_off_fen=figures.written_off_fen,
            outstanding_fen=figures.outstanding_fen,
        )


class ClawedBackView(View):
    """A voucher that is taken back, and what was paid on it, in fen."""

    voucher_id: UUID
    amount_fen: int


class RecoveryExplanationView(View):
    """Sentences in both languages, and what they rest on: the settlement whose lines name the people, the
    prepayments, or the vouchers that are taken back.
    """

    sentences: Annotated[list[SentenceView], msgspec.Meta(max_length=100)]
    settlement_id: UUID | None
    prepayment_ids: list[UUID]
    vouchers: Annotated[list[ClawedBackView], msgspec.Meta(max_length=LINES_MAX)]


class ReceiptBody(Body):
    """One amount that came in: the bank's line reference, and the recovery that the payer named."""

    line_reference: Reference
    recovery_reference: Reference
    amount_fen: FenAboveZero
    booked_on: Day

    def to_command(self) -> Receipt:
        """Cross inward."""
        return Receipt(
            line_reference=self.line_reference,
            recovery_reference=self.recovery_reference,
            amount_fen=self.amount_fen,
            booked_on=self.booked_on,
        )


class ReceiptsBody(Body):
    """What came in; one line or several."""

    receipts: Annotated[list[ReceiptBody], msgspec.Meta(min_length=1, max_length=RECEIPTS_MAX)]


class ReceiptView(View):
    """One line, and what became of it. More than is owed is kept and not taken: `amount_differs`."""

    id: UUID
    line_no: int
    line_reference: str
    recovery_reference: str
    amount_fen: int
    booked_on: date
    outcome: LineState
    recovery_id: UUID | None

    @classmethod
    def of(cls, line: ReceiptOnFile) -> "ReceiptView":
        """Show a line."""
        return cls(
            id=line.id,
            line_no=line.line_no,
            line_reference=line.receipt.line_reference,
            recovery_reference=line.receipt.recovery_reference,
            amount_fen=line.receipt.amount_fen,
            booked_on=line.receipt.booked_on,
            outcome=line.state,
            recovery_id=line.recovery_id,
        )


class ReceiptsView(View):
    """What was loaded at once; its lines are taken by a job."""

    id: UUID
    line_count: int
    received_at: datetime

    @classmethod
    def of(cls, file: ReceiptFile) -> "ReceiptsView":
        """Show a load."""
        return cls(id=file.id, line_count=file.lines, received_at=file.received_at)


class ReceiptsWithLinesView(View):
    """A load with its lines."""

    id: UUID
    line_count: int
    received_at: datetime
    receipts: Annotated[list[ReceiptView], msgspec.Meta(max_length=RECEIPTS_MAX)]
