"""Eligibility (资格判定): a person of a settlement against its policy, rule by rule (CASES 6).

Each rule passes, fails or is unknown, with the values it looked at. Nothing unknown is held against
a person: it stops the decision, not the claim. Rules about a certificate are asked only where one
is declared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.certificate import DeclaredCertificate, FindingResult
from domain.filing import Enrolment, Filing, Outcome
from domain.policy import CertificateType, Employment, Standard
from domain.stacking import (
    NOTHING_HAD,
    Candidate,
    CertificateKey,
    Had,
    Violation,
    apprenticeship,
    stacking,
)

RULES_VERSION: Final = 2
"""Version of these rules; stored with every judgement."""


class EligibilityRule(StrEnum):
    """What is asked of each person of a settlement."""

    ON_ROSTER = "on_roster"
    COMPLETION_CONFIRMED = "completion_confirmed"
    EMPLOYMENT_CONFIRMED = "employment_confirmed"
    STACKING = "stacking"
    NO_HOLD = "no_hold"
    CERTIFICATE_TYPE_ACCEPTED = "certificate_type_accepted"
    OCCUPATION_AS_FILED = "occupation_as_filed"
    GRADE_AS_FILED = "grade_as_filed"
    INSIDE_WINDOW = "inside_window"
    NOT_USED_BEFORE = "not_used_before"
    NOT_DUPLICATED = "not_duplicated"


OF_PERSON: Final = frozenset(
    {
        EligibilityRule.ON_ROSTER,
        EligibilityRule.COMPLETION_CONFIRMED,
        EligibilityRule.EMPLOYMENT_CONFIRMED,
        EligibilityRule.STACKING,
        EligibilityRule.NO_HOLD,
    }
)
"""Rules about the person; the others are about a declared certificate."""

GRADED: Final = frozenset({CertificateType.SKILL_LEVEL, CertificateType.QUALIFICATION})
"""Types of certificate that always carry a grade."""


class Result(StrEnum):
    """How a rule came out."""

    PASS = "pass"  # noqa: S105 - a verdict, no secret
    FAIL = "fail"
    UNKNOWN = "unknown"


Fact = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rule's result for one person, and the values it looked at (ISO dates, numbers, codes)."""

    rule: EligibilityRule
    result: Result
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known about one person of a settlement.

    `finding` is the one that stands, None where nobody has answered, or where a register contradicts two
    people (`contradicted`) until they have looked again. `evaluated_on` is the day of evaluation as the
    register gives it. `registered_issuer` is the issuer by the register. `number_read` is what two people
    read from the copy of a certificate declared without a number. `used_before` and `declared_elsewhere`
    are about the certificate, this enrolment's own earlier settlements left out of both; `had` is what the
    person was subsidised for. `claimed_on` is the day the certificate was first claimed with, where the
    policy limits it. `holds` counts the holds in force on the person; `honest_mistake` is the reviewer's
    decision about the declaration.
    """

    line_id: UUID
    enrolment: Enrolment
    certificate: DeclaredCertificate | None
    finding: FindingResult | None = None
    contradicted: bool = False
    evaluated_on: date | None = None
    registered_issuer: str | None = None
    number_read: str | None = None
    used_before: bool = False
    declared_elsewhere: bool = False
    had: Had = NOTHING_HAD
    claimed_on: date | None = None
    holds: int = 0
    honest_mistake: bool = False

    @property
    def completed(self) -> bool:
        """Whether the completion report says this person completed."""
        return self.enrolment.state == Outcome.COMPLETED

    @property
    def in_training(self) -> bool:
        """Whether this person's training goes on: an interim settlement meets people who have not ended."""
        return self.enrolment.ended_on is None

    @property
    def number(self) -> str | None:
        """The number under which the certificate is used once; None where it has none."""
        declared = None if self.certificate is None else self.certificate.number
        return declared or self.number_read

    @property
    def issuer_code(self) -> str | None:
        """The issuer under which the certificate is used once: the register's word goes first."""
        declared = None if self.certificate is None else self.certificate.issuer_code
        return self.registered_issuer or declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a settlement's people are judged against: the filing, its policy, the reviewer's word.

    `confirmed` is whether the reviewer confirms the completion report (`verifying → reviewed`).
    `on` is the day of judging: a subsidy would count on it, and it stands for the class's last day while
    training goes on.
    """

    filing: Filing
    standard: Standard
    confirmed: bool
    on: date

    @property
    def class_days(self) -> tuple[date, date]:
        """First training day by the opening report, last by the completion report."""
        assert self.filing.opened_on is not None
        return self.filing.opened_on, self.filing.completed_on or self.on

    @property
    def last_pending_day(self) -> date:
        """The last day a pending or withheld certificate is waited for (EVD-12)."""
        return self.class_days[1] + timedelta(days=self.standard.certificate_window.pending_days)


def paid_grade(certificate: DeclaredCertificate | None, target_grade: int) -> int:
    """Return the grade a person is paid for: the filed one, or a lower one reached.

    Grades count downwards, 5 is the lowest; a higher grade than filed never raises the payment.
    """
    reached = None if certificate is None else certificate.grade
    return target_grade if reached is None else max(target_grade, reached)


def judged(standing: Standing, terms: Terms) -> tuple[Judgement, ...]:
    """Judge one person by every rule that applies, in a fixed order."""
    rules = [
        _on_roster(standing, terms),
        _completion(standing, terms),
        _employment(terms),
        _stacking(standing, terms),
        _judgement(EligibilityRule.NO_HOLD, _passes(not standing.holds), holds=standing.holds),
    ]
    if standing.certificate is not None:
        rules += _of_certificate(standing, standing.certificate, terms)
    return tuple(rules)


def rules_with(
    judgements: Iterable[Judgement], result: Result, *, among: Iterable[EligibilityRule]
) -> tuple[EligibilityRule, ...]:
    """Return the rules among these that came out so."""
    wanted = frozenset(among)
    return tuple(j.rule for j in judgements if j.result is result and j.rule in wanted)


def _judgement(rule: EligibilityRule, result: Result, **facts: Fact) -> Judgement:
    return Judgement(rule=rule, result=result, facts=facts)


def _passes(condition: bool) -> Result:
    return Result.PASS if condition else Result.FAIL


def on_payable_roster(enrolment: Enrolment, standard: Standard) -> bool:
    """Tell whether a person is on the payable roster: a category paid for, the least contract (NUM-01)."""
    people = standard.people
    return (
        enrolment.category in people.categories
        and enrolment.contract_months >= people.min_contract_months
    )


def _on_roster(standing: Standing, terms: Terms) -> Judgement:
    enrolment, people = standing.enrolment, terms.standard.people
    return _judgement(
        EligibilityRule.ON_ROSTER,
        _passes(on_payable_roster(enrolment, terms.standard)),
        roster_version=terms.filing.roster_version,
        category=enrolment.category.value,
        contract_months=enrolment.contract_months,
        min_contract_months=people.min_contract_months,
    )


def _completion(standing: Standing, terms: Terms) -> Judgement:
    if not standing.completed:
        result = Result.FAIL
    else:
        result = Result.PASS if terms.confirmed else Result.UNKNOWN
    return _judgement(
        EligibilityRule.COMPLETION_CONFIRMED,
        result,
        outcome=standing.enrolment.state,
        day=_day(standing.enrolment.ended_on),
        confirmed=int(terms.confirmed),
    )


def _employment(terms: Terms) -> Judgement:
    attested = terms.standard.employment is Employment.ATTESTED
    return _judgement(
        EligibilityRule.EMPLOYMENT_CONFIRMED,
        Result.PASS if attested else Result.UNKNOWN,
        shown_by=terms.standard.employment.value,
    )


def candidate_of(standing: Standing, terms: Terms) -> Candidate:
    """Return the subsidy that a person of a settlement would get, for the rules of stacking."""
    certificate = standing.certificate
    return Candidate(
        subject_id=standing.enrolment.id,
        subsidy=apprenticeship(
            standing.enrolment.person_id,
            terms.filing.occupation_code,
            on=terms.on,
            grade=paid_grade(certificate, terms.filing.target_grade),
            certificate=None
            if standing.number is None
            else CertificateKey(number=standing.number, issuer=standing.issuer_code),
        ),
        issued_on=None if certificate is None else certificate.issued_on,
        claimed_on=standing.claimed_on,
    )


def violations_of(standing: Standing, terms: Terms) -> tuple[Violation, ...]:
    """Return what a person's earlier subsidies, and a late claim, rule out."""
    if standing.had is NOTHING_HAD and standing.claimed_on is None:
        return ()  # as for almost everybody: there is nothing to hold a candidate against
    return stacking(terms.standard.stacking, candidate_of(standing, terms), standing.had)


def _stacking(standing: Standing, terms: Terms) -> Judgement:
    rule = terms.standard.stacking
    own = standing.had.own
    violations = violations_of(standing, terms)
    known: dict[str, Fact] = {
        "per_year_total": rule.per_year_total,
        "per_year_per_programme": rule.per_year_per_programme,
        "excludes": ", ".join(sorted(rule.excludes)) or None,
        "claim_within_months": rule.claim_within_months,
    }
    if violations:
        clashes = {f"{c.programme} {c.year}": None for one in violations for c in one.clashes}
        known["violated"] = ", ".join(one.rule for one in violations)
        known["clashes"] = "; ".join(clashes) or None
    return _judgement(
        EligibilityRule.STACKING,
        _passes(not violations),
        occupation_code=terms.filing.occupation_code,
        grade=paid_grade(standing.certificate, terms.filing.target_grade),
        year=(terms.on if own is None else own.counts_on).year,
        once=int(rule.same_occupation_and_grade_once),
        higher_blocks_lower=int(rule.higher_blocks_lower),
        **{name: value for name, value in known.items() if value is not None},
    )


def _of_certificate(
    standing: Standing, certificate: DeclaredCertificate, terms: Terms
) -> list[Judgement]:
    filing = terms.filing
    return [
        _judgement(
            EligibilityRule.CERTIFICATE_TYPE_ACCEPTED,
            _passes(certificate.certificate_type in terms.standard.certificate_types),
            certificate_type=certificate.certificate_type.value,
        ),
        _judgement(
            EligibilityRule.OCCUPATION_AS_FILED,
            _passes(certificate.occupation_code == filing.occupation_code),
            declared=certificate.occupation_code,
            filed=filing.occupation_code,
        ),
        _grade(certificate, filing),
        _window(standing, certificate, terms),
        _judgement(
            EligibilityRule.NOT_USED_BEFORE,
            _passes(not standing.used_before),
            issuer_code=standing.issuer_code,
        ),
        _judgement(EligibilityRule.NOT_DUPLICATED, _passes(not standing.declared_elsewhere)),
    ]


def _grade(certificate: DeclaredCertificate, filing: Filing) -> Judgement:
    # Below the filed grade is no failure: the policy's `below_filed` decides what it pays.
    reached = certificate.grade
    if reached is None:
        relation = "ungraded"
    elif reached == filing.target_grade:
        relation = "as_filed"
    else:
        relation = "below" if reached > filing.target_grade else "above"
    ungraded = reached is None and certificate.certificate_type in GRADED
    return _judgement(
        EligibilityRule.GRADE_AS_FILED,
        _passes(not ungraded),
        filed=filing.target_grade,
        reached=reached,
        relation=relation,
    )


def _window(standing: Standing, certificate: DeclaredCertificate, terms: Terms) -> Judgement:
    first, last = terms.class_days
    until = last + timedelta(days=terms.standard.certificate_window.grace_days)
    day = standing.evaluated_on or certificate.issued_on
    if first <= day <= until:
        result = Result.PASS
    else:
        # The evaluation may have been on another day; until a register answers, nobody knows.
        result = Result.UNKNOWN if standing.finding is None else Result.FAIL
    return _judgement(
        EligibilityRule.INSIDE_WINDOW,
        result,
        evaluated_on=_day(standing.evaluated_on),
        issued_on=_day(certificate.issued_on),
        window_from=_day(first),
        window_until=_day(until),
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
