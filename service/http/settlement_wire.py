"""Settlements on the wire: bodies that come in, views that go out, and the crossings by name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.certificate import NUMBER_MAX, Declaration
from domain.eligibility import EligibilityRule, Judgement, Result
from domain.entitlement import Rule
from domain.errors import FAULTS_MAX, Fault
from domain.explanation import Sentence
from domain.policy import CertificateType
from domain.ports.settlements import JudgedPerson
from domain.roster.check import ROSTER_MAX
from domain.settlement import Disposition, Ground, Settlement, SettlementLine
from service.http.document_wire import DocumentBody
from service.http.shapes import Body, CaseView, Day, Grade, SentenceView, View, WarningView

SettlementDocuments = Annotated[
    list[DocumentBody],
    msgspec.Meta(
        max_length=ROSTER_MAX,
        description="申报的材料；未填编号的证书各附复印件，内容可在受理前补传 · documents declared, a copy for "
        "each certificate without a number among them; contents may follow until acceptance",
    ),
]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


CertificateNumber = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=NUMBER_MAX,
        description="证书编号，照证书填写 · the number as on the certificate",
    ),
]


class RuledDecision(Body):
    """A decision against somebody: the reason in the officer's words, the rule and its clause."""

    reason: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=2000, description="理由 · the reason"),
    ]
    clause: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=500, description="依据条款 · rule and clause"),
    ]


class DeclarationBody(Body):
    """What the enterprise says about one person's certificate (申报证书), by its number or by a copy.

    Without `certificate_number`, a `certificate_copy` of this person is declared among the documents.
    `holder_name` is given where the certificate writes the name otherwise than the roster.
    """

    enrolment_id: UUID
    certificate_type: CertificateType
    occupation_code: Code
    issued_on: Day
    certificate_number: CertificateNumber | None = None
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
    documents: SettlementDocuments = msgspec.field(default_factory=list)

    def to_command(self) -> tuple[Declaration, ...]:
        """Cross inward."""
        return tuple(one.to_command() for one in self.declarations)


class AmountsView(View):
    """Due, history and their difference, in fen; balance and recovery are never both above zero.

    `ahead_fen` is what an interim settlement leaves prepaid and not earned yet.
    """

    entitled_fen: int
    history_fen: int
    balance_fen: int
    recovery_fen: int
    ahead_fen: int


class SettlementView(View):
    """A settlement. `amounts` is null before its review; `extract_id` before its verification.

    `warnings` say what looks odd about the numbers declared, when they are declared or submitted; nothing
    is refused for it.
    """

    case: CaseView
    filing_id: UUID
    seq: int
    kind: str
    people: int
    submitted_at: datetime | None
    extract_id: UUID | None
    verified_at: datetime | None
    amounts: AmountsView | None
    warnings: Annotated[list[WarningView], msgspec.Meta(max_length=FAULTS_MAX)]

    @classmethod
    def of(cls, settlement: Settlement, warnings: Sequence[Fault] = ()) -> "SettlementView":
        """Show a settlement; warnings are told when certificates are declared or submitted."""
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
                ahead_fen=amounts.ahead_fen,
            ),
            warnings=[WarningView.of(fault) for fault in warnings],
        )


class SettlementLineView(View):
    """One person of a settlement; what becomes of the line is null before the review.

    `ground` says why, `rule` which rule decided the amount, `failed` the rules of eligibility not met.
    """

    id: UUID
    enrolment_id: UUID
    disposition: Disposition | None
    amount_fen: int | None
    ground: Ground | None
    rule: Rule | None
    failed: list[EligibilityRule]

    @classmethod
    def of(cls, line: SettlementLine) -> "SettlementLineView":
        """Show a line."""
        return cls(
            id=line.id,
            enrolment_id=line.enrolment_id,
            disposition=line.disposition,
            amount_fen=line.amount_fen,
            ground=line.ground,
            rule=line.rule,
            failed=list(line.failed),
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
