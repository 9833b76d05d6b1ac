"""Settlement (结算): what each person of a filing earns, and what is left to pay (CASES 4, 6)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from domain.balance import History, balance_of
from domain.cases import Case
from domain.certificate import AWAITED, CERTIFYING, FindingResult
from domain.eligibility import (
    OF_PERSON,
    EligibilityRule,
    Judgement,
    Result,
    Standing,
    Terms,
    rules_with,
)
from domain.entitlement import (
    Entitlement,
    EntitlementFacts,
    PersonOutcome,
    Rule,
    Trained,
    entitlement,
)
from domain.explanation import SettlementFacts, SettlementPart
from domain.filing import Outcome
from domain.manual_finding import MISTAKABLE
from domain.policy import CertificateType, ExitReason

DECISION_VERSION: Final = 1
"""Version of `decided`; stored with every line."""

BENEFIT_CLASS: Final = "training"
"""Apprenticeships and vouchers share it; one certificate pays once in it (CASES 6)."""


_Held = TypeVar("_Held")


class SettlementKind(StrEnum):
    """Interim and final settlements, and those that follow a final one."""

    INTERIM = "interim"
    FINAL = "final"
    SUPPLEMENTARY = "supplementary"
    ADJUSTMENT = "adjustment"


class Disposition(StrEnum):
    """What becomes of a line. Payable lines never wait for held ones."""

    PAYABLE = "payable"
    REFUSED = "refused"
    HELD = "held"


class Ground(StrEnum):
    """Why a line was decided so."""

    CERTIFIED = "certified"
    UNCERTIFIED = "uncertified"
    EXITED = "exited"
    AWAITED = "awaited"
    UNPROVEN = "unproven"
    INELIGIBLE = "ineligible"
    OBJECTION = "objection"
    OBJECTION_UPHELD = "objection_upheld"
    INVESTIGATION = "investigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Due, history and their difference, in fen: balance and recovery are never both above zero."""

    entitled_fen: int
    history_fen: int
    balance_fen: int
    recovery_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A settlement on file. `extract_id` is the extract it was last verified against."""

    case: Case
    filing_id: UUID
    seq: int
    kind: SettlementKind
    people: int
    submitted_at: datetime | None
    extract_id: UUID | None
    verified_at: datetime | None
    amounts: Amounts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One person of a settlement; the disposition is None until the review."""

    id: UUID
    enrolment_id: UUID
    disposition: Disposition | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """Why a line was decided so, as stored. `finding` is the register's answer, if there is one."""

    version: int
    policy_id: str
    document: str | None
    ground: Ground
    finding: FindingResult | None
    failed: tuple[EligibilityRule, ...]
    entitlement: EntitlementFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidPart:
    """People of a settlement who earn nothing, or not yet, and why."""

    ground: Ground
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementReasons:
    """Why a settlement pays what it pays, as stored: facts, from which sentences are rendered."""

    facts: SettlementFacts
    unpaid: tuple[UnpaidPart, ...]

    @property
    def amounts(self) -> Amounts:
        """The figures of the settlement."""
        facts = self.facts
        return Amounts(
            entitled_fen=facts.due_fen,
            history_fen=facts.paid_fen
            + facts.in_transit_fen
            + facts.unknown_fen
            - facts.got_back_fen,
            balance_fen=facts.balance_fen,
            recovery_fen=facts.recovery_fen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """What becomes of one line, in fen, and why."""

    line_id: UUID
    enrolment_id: UUID
    disposition: Disposition
    amount_fen: int
    facts: LineFacts


def decided(
    standing: Standing, judgements: Sequence[Judgement], terms: Terms, *, today: date
) -> LineDecision:
    """Decide one line (CASES 6, *paid as certified*, *paid as uncertified*).

    A line with an unknown rule stays payable: the approval refuses it until it is known. A declared
    certificate that is not confirmed pays nothing, and does not fall back to the uncertified rule:
    who declares a wrong number gets no less scrutiny than who declares none. Only a reviewer's decision
    that it was an honest mistake lets it fall back. A person under a hold waits, whatever else is known.
    """
    if standing.holds:
        return _line(standing, terms, Disposition.HELD, Ground.INVESTIGATION)
    if not standing.completed:
        return _exited(standing, judgements, terms)
    if standing.certificate is None:
        return _uncertified(standing, judgements, terms)
    if standing.finding in CERTIFYING:
        return _certified(standing, judgements, terms, standing.certificate.certificate_type)
    if standing.honest_mistake and standing.finding in MISTAKABLE:
        return _uncertified(standing, judgements, terms)
    if standing.finding not in AWAITED:
        return _line(standing, terms, Disposition.REFUSED, Ground.UNPROVEN)
    if today <= terms.last_pending_day:
        return _line(standing, terms, Disposition.HELD, Ground.AWAITED)
    return _uncertified(standing, judgements, terms)


def _exited(standing: Standing, judgements: Sequence[Judgement], terms: Terms) -> LineDecision:
    others = OF_PERSON - {EligibilityRule.COMPLETION_CONFIRMED}
    if failed := rules_with(judgements, Result.FAIL, among=others):
        return _line(standing, terms, Disposition.REFUSED, Ground.INELIGIBLE, failed=failed)
    enrolment = standing.enrolment
    reason = ExitReason.FAILED
    if enrolment.state == Outcome.EXITED:
        assert enrolment.exit_reason is not None
        reason = ExitReason(enrolment.exit_reason)
    return _earning(standing, terms, Ground.EXITED, exit_reason=reason)


def _uncertified(standing: Standing, judgements: Sequence[Judgement], terms: Terms) -> LineDecision:
    if failed := rules_with(judgements, Result.FAIL, among=OF_PERSON):
        return _line(standing, terms, Disposition.REFUSED, Ground.INELIGIBLE, failed=failed)
    return _earning(standing, terms, Ground.UNCERTIFIED)


def _certified(
    standing: Standing,
    judgements: Sequence[Judgement],
    terms: Terms,
    evidence: CertificateType,
) -> LineDecision:
    if failed := rules_with(judgements, Result.FAIL, among=EligibilityRule):
        return _line(standing, terms, Disposition.REFUSED, Ground.INELIGIBLE, failed=failed)
    return _earning(standing, terms, Ground.CERTIFIED, evidence=evidence)


def _earning(
    standing: Standing,
    terms: Terms,
    ground: Ground,
    *,
    evidence: CertificateType | None = None,
    exit_reason: ExitReason | None = None,
) -> LineDecision:
    enrolment, filing = standing.enrolment, terms.filing
    certificate = standing.certificate if evidence is not None else None
    earned = entitlement(
        terms.standard,
        PersonOutcome(
            filed_grade=filing.target_grade,
            filed_months=filing.filed_months,
            trained=Trained(first_day=enrolment.started_on, last_day=enrolment.ended_on),
            evidence=evidence,
            reached_grade=None if certificate is None else certificate.grade,
            exit_reason=exit_reason,
            uplift_basis_points=filing.uplift_basis_points,
        ),
    )
    disposition = Disposition.PAYABLE if earned.amount_fen > 0 else Disposition.REFUSED
    return _line(standing, terms, disposition, ground, earned=earned)


def _line(
    standing: Standing,
    terms: Terms,
    disposition: Disposition,
    ground: Ground,
    *,
    failed: tuple[EligibilityRule, ...] = (),
    earned: Entitlement | None = None,
) -> LineDecision:
    return LineDecision(
        line_id=standing.line_id,
        enrolment_id=standing.enrolment.id,
        disposition=disposition,
        amount_fen=0 if earned is None else earned.amount_fen,
        facts=LineFacts(
            version=DECISION_VERSION,
            policy_id=terms.standard.id,
            document=terms.standard.document,
            ground=ground,
            finding=standing.finding,
            failed=failed,
            entitlement=None if earned is None else earned.facts,
        ),
    )


def reasons_of(
    decisions: Iterable[LineDecision], terms: Terms, *, history: History
) -> SettlementReasons:
    """Add the lines up: due is what payable lines earn, each line stating it cumulatively."""
    people: Counter[Rule] = Counter()
    earned: Counter[Rule] = Counter()
    unpaid: Counter[Ground] = Counter()
    for decision in decisions:
        facts = decision.facts
        if facts.entitlement is None:
            unpaid[facts.ground] += 1
            continue
        people[facts.entitlement.rule] += 1
        earned[facts.entitlement.rule] += decision.amount_fen
    due_fen = earned.total()
    balance = balance_of(due_fen=due_fen, history_fen=history.total_fen)
    return SettlementReasons(
        facts=SettlementFacts(
            policy_id=terms.standard.id,
            document=terms.standard.document,
            parts=tuple(
                SettlementPart(rule=rule, people=people[rule], entitlement_fen=earned[rule])
                for rule in Rule
                if people[rule]
            ),
            due_fen=due_fen,
            paid_fen=history.paid_fen,
            in_transit_fen=history.in_transit_fen,
            unknown_fen=history.unknown_fen,
            got_back_fen=history.got_back_fen,
            balance_fen=balance.balance_fen,
            recovery_fen=balance.recovery_fen,
        ),
        unpaid=tuple(
            UnpaidPart(ground=ground, people=unpaid[ground]) for ground in Ground if unpaid[ground]
        ),
    )


def after_history(reasons: SettlementReasons, history: History) -> SettlementReasons:
    """Set the same entitlements against the history as it is now."""
    balance = balance_of(due_fen=reasons.facts.due_fen, history_fen=history.total_fen)
    return replace(
        reasons,
        facts=replace(
            reasons.facts,
            paid_fen=history.paid_fen,
            in_transit_fen=history.in_transit_fen,
            unknown_fen=history.unknown_fen,
            got_back_fen=history.got_back_fen,
            balance_fen=balance.balance_fen,
            recovery_fen=balance.recovery_fen,
        ),
    )


def earned_in_order(
    earned_fen: int, held_fen: Iterable[tuple[_Held, int]]
) -> list[tuple[_Held, int]]:
    """Split what was earned over what is held, oldest first: who holds, and how much of it.

    At most what is held; nothing is said of a holder from whom nothing is taken.
    """
    taken = []
    for holder, held in held_fen:
        part_fen = min(earned_fen, held)
        earned_fen -= part_fen
        taken.append((holder, part_fen))
    return [(holder, part_fen) for holder, part_fen in taken if part_fen > 0]
