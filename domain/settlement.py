"""Settlement (结算): what each person of a filing earns, and what is left to pay (CASES 4, 6)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.balance import History, balance_of
from domain.cases import Case
from domain.certificate import AWAITED, CERTIFYING, DeclaredCertificate, FindingResult
from domain.eligibility import (
    OF_PERSON,
    EligibilityRule,
    Judgement,
    Result,
    Standing,
    Terms,
    rules_with,
    violations_of,
)
from domain.entitlement import (
    Entitlement,
    EntitlementFacts,
    PersonOutcome,
    Rule,
    Trained,
    entitlement,
)
from domain.errors import Refusal
from domain.explanation import SettlementFacts, SettlementPart
from domain.filing import Outcome
from domain.manual_finding import MISTAKABLE
from domain.policy import CertificateType, ExitReason, Settles
from domain.stacking import Violation

DECISION_VERSION: Final = 1
"""Version of `decided`; stored with every line."""

BENEFIT_CLASS: Final = "training"
"""Apprenticeships and vouchers share it; one certificate pays once in it (CASES 6)."""


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
    IN_TRAINING = "in_training"
    AWAITED = "awaited"
    UNPROVEN = "unproven"
    INELIGIBLE = "ineligible"
    OBJECTION = "objection"
    OBJECTION_UPHELD = "objection_upheld"
    INVESTIGATION = "investigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Due, history and their difference, in fen: balance and recovery are never both above zero.

    `ahead_fen` is what an interim settlement leaves prepaid and not earned yet.
    """

    entitled_fen: int
    history_fen: int
    balance_fen: int
    recovery_fen: int
    ahead_fen: int = 0


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
    """One person of a settlement; the disposition is None until the review, as is why.

    `rule` decided the amount, if one was computed; `failed` are the rules of eligibility not met.
    """

    id: UUID
    enrolment_id: UUID
    disposition: Disposition | None
    amount_fen: int | None
    ground: Ground | None = None
    rule: Rule | None = None
    failed: tuple[EligibilityRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """Why a line was decided so, as stored. `finding` is the register's answer, if there is one.

    `stacking` says what the person's earlier subsidies rule out, where that is why nothing is paid.
    """

    version: int
    policy_id: str
    document: str | None
    ground: Ground
    finding: FindingResult | None
    failed: tuple[EligibilityRule, ...]
    entitlement: EntitlementFacts | None
    stacking: tuple[Violation, ...] = ()


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
            ahead_fen=facts.ahead_fen,
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
    if standing.in_training:
        return _training(standing, judgements, terms)
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


def _training(standing: Standing, judgements: Sequence[Judgement], terms: Terms) -> LineDecision:
    others = OF_PERSON - {EligibilityRule.COMPLETION_CONFIRMED}
    if failed := rules_with(judgements, Result.FAIL, among=others):
        return _line(standing, terms, Disposition.REFUSED, Ground.INELIGIBLE, failed=failed)
    return _earning(standing, terms, Ground.IN_TRAINING)


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
            trained=Trained(
                first_day=enrolment.started_on,
                last_day=enrolment.ended_on or terms.class_days[1],
            ),
            evidence=evidence,
            reached_grade=None if certificate is None else certificate.grade,
            exit_reason=exit_reason,
            uplift_basis_points=filing.uplift_basis_points,
            still_training=ground is Ground.IN_TRAINING,
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
            stacking=violations_of(standing, terms) if EligibilityRule.STACKING in failed else (),
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
    balance = balance_of(
        due_fen=due_fen, history_fen=history.total_fen, ahead_fen=history.ahead_fen
    )
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
            below_floor_reason=terms.standard.below_floor_reason,
            ahead_fen=balance.ahead_fen,
        ),
        unpaid=tuple(
            UnpaidPart(ground=ground, people=unpaid[ground]) for ground in Ground if unpaid[ground]
        ),
    )


def after_history(reasons: SettlementReasons, history: History) -> SettlementReasons:
    """Set the same entitlements against the history as it is now."""
    balance = balance_of(
        due_fen=reasons.facts.due_fen,
        history_fen=history.total_fen,
        ahead_fen=history.ahead_fen,
    )
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
            ahead_fen=balance.ahead_fen,
        ),
    )


ENDED: Final = frozenset({"completed", "terminated", "closed"})
"""States of a filing whose training is over: its final settlement may be drafted, or one after it."""

_GONE: Final = frozenset({"withdrawn", "refused"})
"""Settlements that decided nothing; another takes their place."""


def kind_after(
    earlier: Sequence[Settlement],
    *,
    filing_state: str,
    settles: Settles,
    held: int,
    ex_officio: bool,
) -> SettlementKind:
    """Return which kind of settlement may follow those before it (CASES 3).

    One is under way at a time. After the final one an enterprise may ask for what is still held, and
    the reviewer opens an adjustment after a later finding. `held` counts the lines that the last one
    left held. Refuses `filing_not_completed`, `settlement_exists`.
    """
    decided_before = [one for one in earlier if one.case.state not in _GONE]
    if any(one.case.state != "closed" for one in decided_before):
        raise Refusal("settlement_exists")
    if filing_state not in ENDED:
        if filing_state == "in_training" and settles is Settles.EVERY_YEAR:
            return SettlementKind.INTERIM
        raise Refusal("filing_not_completed", state=filing_state)
    if all(one.kind is SettlementKind.INTERIM for one in decided_before):
        return SettlementKind.FINAL
    if ex_officio:
        return SettlementKind.ADJUSTMENT
    if held:
        return SettlementKind.SUPPLEMENTARY
    raise Refusal("settlement_exists")


def carried(
    kept: Sequence[DeclaredCertificate],
    *,
    instead: Sequence[DeclaredCertificate],
    new_id: Callable[[], UUID],
) -> list[DeclaredCertificate]:
    """Return what an earlier settlement declared and this one does not replace, under new ids.

    A person declared anew is declared so alone, and a certificate declared anew for another person is
    that person's.
    """
    people = {one.enrolment_id for one in instead}
    numbers = {(one.certificate_type, one.number) for one in instead if one.number is not None}
    return [
        replace(one, id=new_id())
        for one in kept
        if one.enrolment_id not in people and (one.certificate_type, one.number) not in numbers
    ]
