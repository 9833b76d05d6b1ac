"""Explanations: stored facts become numbered Chinese and English sentences when asked (DESIGN 3).

Every amount names its policy, document number, arithmetic and dates. A figure that no source
states, or that the policy left to the default, carries its label wherever it is shown. Nothing here
names a person.
"""

from domain.explanation.payment import PaymentFacts, PaymentPurpose, explain_payment
from domain.explanation.person import entitlement_sentences, explain_person
from domain.explanation.prepayment import explain_prepayment, prepayment_sentences
from domain.explanation.settlement import (
    SettlementFacts,
    SettlementPart,
    explain_settlement,
    settlement_sentences,
)
from domain.explanation.words import Sentence, mark, numbered, percent, policy_sentence

__all__ = [
    "PaymentFacts",
    "PaymentPurpose",
    "Sentence",
    "SettlementFacts",
    "SettlementPart",
    "entitlement_sentences",
    "explain_payment",
    "explain_person",
    "explain_prepayment",
    "explain_settlement",
    "mark",
    "numbered",
    "percent",
    "policy_sentence",
    "prepayment_sentences",
    "settlement_sentences",
]
