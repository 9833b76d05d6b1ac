"""Voucher settlements on the wire: what is claimed and found comes in, settlements and their lines go out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.certificate import FindingResult
from domain.class_record import Receipt
from domain.filing import Payee
from domain.recovery import RecoveryCause
from domain.voucher import BeneficiaryTag
from domain.voucher_certificate import CertificateAnswer
from domain.voucher_settlement import (
    LINES_MAX,
    Verdict,
    VoucherDisposition,
    VoucherGround,
    VoucherLine,
    VoucherSettlement,
)
from service.application.voucher_settlement import DraftVoucherSettlement
from service.http.filing_wire import PayeeBody
from service.http.shapes import Body, CaseView, Day, FenAboveZero, Reason, View

Vouchers = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
_Number = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class InvoiceBody(Body):
    """The provider's invoice of one voucher's fee, which the worker paid. A 数电发票 has 20 digits and no code."""

    voucher_id: UUID
    number: _Number
    issuer_code: _Number
    amount_fen: FenAboveZero
    issued_on: Day
    code: _Number | None = None

    def to_receipt(self) -> Receipt:
        """Cross inward."""
        return Receipt(
            id=self.voucher_id,
            version=1,
            withdrawn=False,
            code=self.code,
            number=self.number,
            issuer_code=self.issuer_code,
            amount_fen=self.amount_fen,
            issued_on=self.issued_on,
        )


class VoucherSettlementBody(Body):
    """What is claimed of a project: all that is redeemed and in no settlement, or the vouchers named.

    `invoices` are a worker's, one for each voucher.
    """

    project_id: UUID
    payee: PayeeBody
    voucher_ids: Vouchers | None = None
    invoices: Annotated[list[InvoiceBody], msgspec.Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )

    def to_command(self) -> DraftVoucherSettlement:
        """Cross inward."""
        return DraftVoucherSettlement(
            project_id=self.project_id,
            voucher_ids=None if self.voucher_ids is None else tuple(self.voucher_ids),
            payee=Payee(
                account_name=self.payee.account_name,
                account_number=self.payee.account_number,
                bank_code=self.payee.bank_code,
            ),
            invoices=tuple(one.to_receipt() for one in self.invoices),
        )


class VouchersBody(Body):
    """Vouchers of the settlement."""

    voucher_ids: Vouchers


class ClawBackBody(Body):
    """Paid vouchers to take back, each at what was paid on it, and why."""

    voucher_ids: Vouchers
    cause: RecoveryCause
    reason: Reason = ""


class VerdictBody(Body):
    """What the reviewer finds about one voucher. What is not paid whole needs a reason.

    `amount_fen` is less than the voucher's worth; without it a payable voucher pays all of it.
    """

    voucher_id: UUID
    disposition: VoucherDisposition
    amount_fen: FenAboveZero | None = None
    reason: Reason = ""

    def to_verdict(self) -> Verdict:
        """Cross inward."""
        return Verdict(
            voucher_id=self.voucher_id,
            disposition=self.disposition,
            amount_fen=self.amount_fen,
            reason=self.reason,
        )


class VoucherReviewBody(Body):
    """Findings; a voucher without one is paid at its worth."""

    lines: Annotated[list[VerdictBody], msgspec.Meta(max_length=LINES_MAX)] = msgspec.field(
        default_factory=list
    )
    reason: Reason = ""

    def to_verdicts(self) -> tuple[Verdict, ...]:
        """Cross inward."""
        return tuple(one.to_verdict() for one in self.lines)


class VoucherSettlementView(View):
    """A settlement. `amount_fen` is what is payable, null before its review."""

    case: CaseView
    project_id: UUID
    month: date
    vouchers: int
    amount_fen: int | None
    fund_source: str
    budget_year: int
    payee_account_id: UUID
    submitted_at: datetime | None

    @classmethod
    def of(cls, one: VoucherSettlement) -> "VoucherSettlementView":
        """Show a settlement."""
        return cls(
            case=CaseView.of(one.case),
            project_id=one.project_id,
            month=one.month,
            vouchers=one.vouchers,
            amount_fen=one.amount_fen,
            fund_source=one.fund_source,
            budget_year=one.budget_year,
            payee_account_id=one.payee_account_id,
            submitted_at=one.submitted_at,
        )


class CertificateAnswerView(View):
    """What a register's extract says of a voucher's certificate."""

    result: FindingResult
    register: str
    asked_at: datetime

    @classmethod
    def of(cls, answer: CertificateAnswer) -> "CertificateAnswerView":
        """Show an answer."""
        return cls(result=answer.result, register=answer.register, asked_at=answer.asked_at)


class VoucherSettlementLineView(View):
    """One voucher of a settlement, in fen: worth is the least of standard, fee and face value.

    `certificate` is what the last register that said something says, and for a decided line what it said then.
    What becomes of it, and why, is null before the review. A `released` line is in no settlement any more.
    """

    voucher_id: UUID
    class_id: UUID
    name: str
    identity_masked: str
    tag: BeneficiaryTag | None
    occupation_code: str
    grade: int | None
    standard_fen: int
    fee_fen: int
    face_value_fen: int | None
    worth_fen: int
    completed_on: date
    attendance_basis_points: int | None
    certificate_number: str | None
    certificate: CertificateAnswerView | None
    invoice_number: str | None
    disposition: VoucherDisposition | None
    amount_fen: int | None
    ground: VoucherGround | None
    reason: str
    released: bool

    @classmethod
    def of(cls, line: VoucherLine) -> "VoucherSettlementLineView":
        """Show a line."""
        facts = line.facts
        return cls(
            voucher_id=line.voucher_id,
            class_id=line.class_id,
            name=line.name,
            identity_masked=line.identity_masked,
            tag=line.tag,
            occupation_code=facts.occupation_code,
            grade=facts.grade,
            standard_fen=facts.standard_fen,
            fee_fen=facts.fee_fen,
            face_value_fen=facts.face_value_fen,
            worth_fen=facts.worth_fen,
            completed_on=facts.completed_on,
            attendance_basis_points=facts.attendance_basis_points,
            certificate_number=facts.certificate_number,
            certificate=None
            if line.certificate is None
            else CertificateAnswerView.of(line.certificate),
            invoice_number=facts.invoice_number,
            disposition=line.disposition,
            amount_fen=line.amount_fen,
            ground=line.ground,
            reason=line.reason,
            released=line.released,
        )
