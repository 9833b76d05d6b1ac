"""Where a payment comes from and where it stands: its facts, and the sentences."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.errors import Text
from domain.explanation.words import Sentence, numbered
from domain.money import yuan


class PaymentPurpose(StrEnum):
    """What a payment pays."""

    PREPAYMENT = "prepayment"
    BALANCE = "balance"
    VOUCHERS = "vouchers"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """The road of a payment: what it pays, who decided when, and what the bank answered.

    `decision` and `funding_request` are ids or document numbers; a day is None until it comes.
    """

    reference: str
    purpose: PaymentPurpose
    amount_fen: int
    decision: str
    decided_on: date
    funding_request: str | None
    concurred_on: date | None
    batch: str | None
    released_on: date | None
    bank_line: str | None
    booked_on: date | None
    returned_reason: str | None


def explain_payment(facts: PaymentFacts) -> tuple[Sentence, ...]:
    """Explain where one payment comes from and where it stands."""
    purpose = {
        PaymentPurpose.PREPAYMENT: Text("预支", "prepayment"),
        PaymentPurpose.BALANCE: Text("余额", "balance"),
        PaymentPurpose.VOUCHERS: Text("职业培训券补贴", "subsidy by training vouchers"),
    }[facts.purpose]
    sentences = [
        Text(
            f"支付 {facts.reference}：{purpose.zh} {yuan(facts.amount_fen)} 元，"
            f"依据决定 {facts.decision}（{facts.decided_on.isoformat()}）。",
            f"Payment {facts.reference}: {purpose.en} of {yuan(facts.amount_fen)} yuan, "
            f"by decision {facts.decision} of {facts.decided_on.isoformat()}.",
        )
    ]
    steps = (
        (
            facts.concurred_on,
            facts.funding_request,
            "财政复核拨款申请",
            "Concurred, funding request",
        ),
        (facts.released_on, facts.batch, "已放行支付批次", "Released in batch"),
        (facts.booked_on, facts.bank_line, "银行已记账", "Booked by the bank, line"),
    )
    sentences.extend(
        Text(f"{zh} {name or ''}（{day.isoformat()}）。", f"{en} {name or ''} ({day.isoformat()}).")
        for day, name, zh, en in steps
        if day is not None
    )
    if facts.returned_reason is not None:
        sentences.append(
            Text(f"银行退回：{facts.returned_reason}。", f"Returned: {facts.returned_reason}.")
        )
    return numbered(sentences)
