"""Settlements on the wire: bodies that come in, views that go out, and the crossings by name."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.certificate import NUMBER_MAX, Declaration
from domain.eligibility import EligibilityRule, Judgement, Result
from domain.explanation import Sentence
from domain.policy import CertificateType
from domain.ports.settlements import JudgedPerson
from domain.roster.check import ROSTER_MAX
from domain.settlement import Disposition, Settlement, SettlementLine
from service.http.document_wire import Documents
from service.http.shapes import Body, CaseView, Day, Grade, SentenceView, View

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class DeclarationBody(Body):
    """What the enterprise says about one person's certificate (申报证书).

    `holder_name` is given where the certificate writes the name otherwise than the roster.
    """

    enrolment_id: UUID
    certificate_type: CertificateType
    certificate_number: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=NUMBER_MAX,
            description="证书编号，照证书填写 · the number as on the certificate",
        ),
    ]
    occupation_code: Code
    issued_on: Day
    grade: Grade | None = None
    holder_name: Annotated[str, msgspec.Meta(min_length=1, max_length=50)] | None = None
    issuer_code: Code | None = None

    def to_command(self) -> Declaration:
        """Cross inward."""
        return Declaration(
            enrolment_id=self.enrolment_id,
            certificate_type=self.certificate_type,
            certificate_number=self.certificate_number,
            holder_name=self.holder_name,
            occupation_code=self.occupation_code,
            grade=self.grade,
            issued_on=self.issued_on,
            issuer_code=self.issuer_code,
        )


class SettlementBody(Body):
    """A settlement's declared certificates and documents. Who has no certificate is settled so."""

    declarations: Annotated[list[DeclarationBody], msgspec.Meta(max_length=ROSTER_MAX)]
    documents: Documents = msgspec.field(default_factory=list)

    def to_command(self) -> tuple[Declaration, ...]:
        """Cross inward."""
        return tuple(one.to_command() for one in self.declarations)


class AmountsView(View):
    """Due, history and their difference, in fen; balance and recovery are never both above zero."""

    entitled_fen: int
    history_fen: int
    balance_fen: int
    recovery_fen: int


class SettlementView(View):
    """A settlement. `amounts` is null before its review; `extract_id` before its verification."""

    case: CaseView
    filing_id: UUID
    seq: int
    kind: str
    people: int
    submitted_at: datetime | None
    extract_id: UUID | None
    verified_at: datetime | None
    amounts: AmountsView | None

    @classmethod
    def of(cls, settlement: Settlement) -> "SettlementView":
        """Show a settlement."""
        amounts = settlement.amounts
        return cls(
            case=CaseView.of(settlement.case),
            filing_id=settlement.filing_id,
            seq=settlement.seq,
            kind=settlement.kind,
            people=settlement.people,
            submitted_at=settlement.submitted_at,
            extract_id=settlement.extract_id,
            verified_at=settlement.verified_at,
            amounts=None
            if amounts is None
            else AmountsView(
                entitled_fen=amounts.entitled_fen,
                history_fen=amounts.history_fen,
                balance_fen=amounts.balance_fen,
                recovery_fen=amounts.recovery_fen,
            ),
        )


class SettlementLineView(View):
    """One person of a settlement; what becomes of the line is null before the review."""

    id: UUID
    enrolment_id: UUID
    disposition: Disposition | None
    amount_fen: int | None

    @classmethod
    def of(cls, line: SettlementLine) -> "SettlementLineView":
        """Show a line."""
        return cls(
            id=line.id,
            enrolment_id=line.enrolment_id,
            disposition=line.disposition,
            amount_fen=line.amount_fen,
        )


class JudgementView(View):
    """How one rule came out, with the values it looked at."""

    rule: EligibilityRule
    result: Result
    facts: dict[str, str | int | None]

    @classmethod
    def of(cls, judgement: Judgement) -> "JudgementView":
        """Show a judgement."""
        return cls(rule=judgement.rule, result=judgement.result, facts=dict(judgement.facts))


class EligibilityView(View):
    """One person against the policy, rule by rule: the latest round."""

    enrolment_id: UUID
    round: int
    at: datetime
    policy_id: str
    rules_version: int
    judgements: Annotated[list[JudgementView], msgspec.Meta(max_length=len(EligibilityRule))]

    @classmethod
    def of(cls, person: JudgedPerson) -> "EligibilityView":
        """Show a person's judgements."""
        return cls(
            enrolment_id=person.enrolment_id,
            round=person.round,
            at=person.at,
            policy_id=person.policy_id,
            rules_version=person.rules_version,
            judgements=[JudgementView.of(one) for one in person.judgements],
        )


class ExplanationView(View):
    """Numbered sentences in both languages, made from stored facts."""

    sentences: Annotated[list[SentenceView], msgspec.Meta(max_length=100)]

    @classmethod
    def of(cls, sentences: tuple[Sentence, ...]) -> "ExplanationView":
        """Show an explanation."""
        return cls(
            sentences=[SentenceView(number=one.number, zh=one.zh, en=one.en) for one in sentences]
        )
