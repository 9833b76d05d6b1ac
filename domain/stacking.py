"""Stacking (叠加规则): what else may be paid for one person, and what a person's earlier subsidies rule out.

A subsidy counts for the person it trained, also where an enterprise or a provider was paid for it
(浙江). It counts in the calendar year of the day it was decided on. Amounts play no part. What is told of
an earlier subsidy is its programme and year: never where it was paid, and through whom.

Sources: 深圳 2024 (each programme once a year, three in all; the same occupation and grade once ever; not
beside 失业保险技能提升补贴 for the same certificate, in either direction), 浙江 (three a year, claimed within
12 months of the certificate's issue, no lower grade after a higher one), 武汉 2019, CASES 2 and 6.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from operator import eq, lt
from typing import Final
from uuid import UUID

from domain.errors import Fault, Text, Value
from domain.identifiers.occupation import key_of, normalised
from domain.period import month_after
from domain.policy import Stacking
from domain.programme import BenefitClass, Programme, programme_name, programme_of
from domain.refusals import REGISTRY


class StackingRule(StrEnum):
    """What is asked of a person's subsidies."""

    YEAR_TOTAL = "year_total"
    YEAR_PROGRAMME = "year_programme"
    SAME_GRADE = "same_grade"
    HIGHER_GRADE = "higher_grade"
    CERTIFICATE = "certificate"
    EXCLUDED = "excluded"
    CLAIMED_LATE = "claimed_late"


CODES: Final[Mapping[StackingRule, str]] = {
    StackingRule.YEAR_TOTAL: "stacking_year_total",
    StackingRule.YEAR_PROGRAMME: "stacking_year_programme",
    StackingRule.SAME_GRADE: "stacking_same_grade",
    StackingRule.HIGHER_GRADE: "stacking_higher_grade",
    StackingRule.CERTIFICATE: "stacking_certificate",
    StackingRule.EXCLUDED: "stacking_excluded",
    StackingRule.CLAIMED_LATE: "stacking_claimed_late",
}
"""The code by which a fault, or a warning, says that a rule is not met."""


class Source(StrEnum):
    """How a subsidy is known: decided in a case here, or from a list that another system gave."""

    CASE = "case"
    REGISTER = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateKey:
    """What makes two certificates one (CASES 6): the number, its issuer, and a category where one
    number serves several. What one side does not say contradicts nothing: both are of one person.
    """

    number: str
    issuer: str | None = None
    category: str | None = None

    def same_as(self, other: "CertificateKey") -> bool:
        """Tell whether two keys of one person name one certificate."""
        return (
            self.number == other.number
            and (None in (self.issuer, other.issuer) or self.issuer == other.issuer)
            and (None in (self.category, other.category) or self.category == other.category)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """One subsidy of one person. `occupation` is the catalogue's key (`occupation_key`).

    `counts_on` is the day it was decided on; its calendar year is the one whose limits it fills.
    """

    person_id: UUID
    programme: str
    benefit_class: BenefitClass | None
    counts_on: date
    occupation: str | None = None
    grade: int | None = None
    certificate: CertificateKey | None = None
    source: Source = Source.CASE

    @property
    def year(self) -> int:
        """The calendar year it counts in."""
        return self.counts_on.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A subsidy about to be decided. `subject_id` is what earns it: an enrolment, or a voucher.

    `issued_on` is the certificate's day of issue, `claimed_on` the day it was first claimed with.
    """

    subject_id: UUID
    subsidy: Subsidy
    issued_on: date | None = None
    claimed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """What a person had before: `own` through this very subject, `others` through anything else."""

    own: Subsidy | None = None
    others: tuple[Subsidy, ...] = ()


NOTHING_HAD: Final = Had()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """What may be told of a subsidy that stands in the way, to whoever asks."""

    programme: str
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that is not met, with the values it looked at.

    `year` is the year the candidate would count in; `limit` counts subsidies, or months for a late
    claim, whose last day was `last_day`. The number of clashes is what was counted against the limit.
    """

    rule: StackingRule
    year: int
    limit: int | None = None
    last_day: date | None = None
    clashes: tuple[Clash, ...] = ()

    @property
    def values(self) -> Mapping[str, Value]:
        """What its sentence is filled with; `subsidies` are codes and years, put in words by who speaks."""
        return {
            "year": self.year,
            "limit": self.limit or 0,
            "found": len(self.clashes),
            "last_day": "" if self.last_day is None else self.last_day.isoformat(),
            "subsidies": ",".join(f"{clash.programme}:{clash.year}" for clash in self.clashes),
        }

    def at(self, pointer: str) -> Fault:
        """Locate it."""
        return Fault(pointer, CODES[self.rule], self.values)


def subsidies_named(subsidies: str) -> Text:
    """Put programmes and years, as the values of a violation hold them, in words."""
    told = [one.split(":") for one in subsidies.split(",") if one]
    return Text(
        "、".join(f"{programme_name(code).zh} {year} 年" for code, year in told),
        ", ".join(f"{programme_name(code).en} {year}" for code, year in told),
    )


def explain_violation(violation: Violation) -> Text:
    """Say which rule is not met and why, in both languages."""
    detail, values = REGISTRY[CODES[violation.rule]].detail, violation.values
    named = subsidies_named(str(values["subsidies"]))
    return Text(
        detail.zh.format_map({**values, "subsidies": named.zh}),
        detail.en.format_map({**values, "subsidies": named.en}),
    )


def occupation_key(code: str, *, edition: int | None = None) -> str:
    """Return what an occupation is compared by, across the catalogue's editions.

    A code whose edition nobody tells is read as the older one: what was not renamed stays as it is.
    """
    return key_of(normalised(code), edition=edition or 2015)


def apprenticeship(
    person_id: UUID,
    occupation_code: str,
    *,
    on: date,
    grade: int,
    certificate: CertificateKey | None = None,
) -> Subsidy:
    """Return what an apprentice's subsidy is to these rules; it counts on the day it is decided."""
    return Subsidy(
        person_id=person_id,
        programme=Programme.APPRENTICESHIP,
        benefit_class=BenefitClass.TRAINING,
        counts_on=on,
        occupation=occupation_key(occupation_code),
        grade=grade,
        certificate=certificate,
    )


def voucher_training(
    person_id: UUID,
    occupation_code: str,
    *,
    on: date,
    grade: int | None,
    certificate_number: str | None = None,
) -> Subsidy:
    """Return what a training voucher's payment is to these rules; without a grade no grade is compared."""
    return Subsidy(
        person_id=person_id,
        programme=Programme.VOUCHER,
        benefit_class=BenefitClass.TRAINING,
        counts_on=on,
        occupation=occupation_key(occupation_code),
        grade=grade,
        certificate=None
        if certificate_number is None
        else CertificateKey(number=certificate_number),
    )


def had_of(own: Subsidy | None, others: Iterable[Subsidy]) -> Had:
    """Gather what a person had, each subsidy once, however many lists tell of it.

    A list may tell of the candidate's own subsidy as well, from the day it was decided on: that does
    not stand against it. Rows that say more come first, so that the order of arrival decides nothing.
    """
    kept: list[Subsidy] = []
    for one in sorted(others, key=_telling):
        if own is not None and one.counts_on >= own.counts_on and _same(one, own):
            continue
        if not any(one.year == other.year and _same(one, other) for other in kept):
            kept.append(one)
    return Had(own=own, others=tuple(kept))


def stacking(
    rule: Stacking, candidate: Candidate, had: Had, *, of: str | None = None
) -> tuple[Violation, ...]:
    """Hold a candidate against what its person had; empty when nothing stands in the way.

    `of` is the programme whose policy the rule is, the candidate's own unless told: what that policy
    excludes is refused in both directions. A subject that was decided before keeps the year in which
    it counted then. Limits and once-ever rules hold whoever was paid; the same certificate in one benefit
    class is refused by every policy.
    """
    subsidy = candidate.subsidy
    if had.own is not None:
        subsidy = replace(subsidy, counts_on=had.own.counts_on)
    return (
        *_of_year(rule, subsidy, had.others),
        *_of_class(rule, subsidy, had.others),
        *_excluded(rule, subsidy, had.others, of=of or subsidy.programme),
        *_claimed(rule, candidate, year=subsidy.year),
    )


def _violation(
    rule: StackingRule, subsidy: Subsidy, clashing: Iterable[Subsidy], *, limit: int | None = None
) -> Violation:
    clashes = tuple(Clash(programme=one.programme, year=one.year) for one in clashing)
    return Violation(rule=rule, year=subsidy.year, limit=limit, clashes=clashes)


def _of_year(rule: Stacking, subsidy: Subsidy, others: tuple[Subsidy, ...]) -> Iterator[Violation]:
    in_year = [one for one in others if one.year == subsidy.year]
    alike = [one for one in in_year if one.programme == subsidy.programme]
    for limit, counted, word in (
        (rule.per_year_total, in_year, StackingRule.YEAR_TOTAL),
        (rule.per_year_per_programme, alike, StackingRule.YEAR_PROGRAMME),
    ):
        if limit is not None and len(counted) >= limit:
            yield _violation(word, subsidy, counted, limit=limit)


def _of_class(rule: Stacking, subsidy: Subsidy, others: tuple[Subsidy, ...]) -> Iterator[Violation]:
    """Judge what once-ever rules say within one benefit class (CASES 6)."""
    if subsidy.benefit_class is None:
        return
    within = [one for one in others if one.benefit_class is subsidy.benefit_class]
    alike = [one for one in within if one.occupation and one.occupation == subsidy.occupation]
    # Grades count downwards: the smaller number is the higher grade.
    same, higher = (
        [one for one in alike if one.grade and subsidy.grade and wanted(one.grade, subsidy.grade)]
        for wanted in (eq, lt)
    )
    used = [one for one in within if _one_certificate(one, subsidy)]
    for asked, clashing, word in (
        (rule.same_occupation_and_grade_once, same, StackingRule.SAME_GRADE),
        (rule.higher_blocks_lower, higher, StackingRule.HIGHER_GRADE),
        (True, used, StackingRule.CERTIFICATE),
    ):
        if asked and clashing:
            yield _violation(word, subsidy, clashing)


def _excluded(
    rule: Stacking, subsidy: Subsidy, others: tuple[Subsidy, ...], *, of: str
) -> Iterator[Violation]:
    excluded = {programme_of(word) for word in rule.excludes}
    clashing = [
        one
        for one in others
        if _apart({one.programme, subsidy.programme}, excluded, of=of) and _one_skill(one, subsidy)
    ]
    if clashing:
        yield _violation(StackingRule.EXCLUDED, subsidy, clashing)


def _apart(pair: set[str], excluded: set[str], *, of: str) -> bool:
    return of in pair and bool((pair - {of}) & excluded)


def _claimed(rule: Stacking, candidate: Candidate, *, year: int) -> Iterator[Violation]:
    months, issued_on, claimed_on = (
        rule.claim_within_months,
        candidate.issued_on,
        candidate.claimed_on,
    )
    if months is None or issued_on is None or claimed_on is None:
        return
    last_day = month_after(issued_on, months)
    if claimed_on > last_day:
        yield Violation(rule=StackingRule.CLAIMED_LATE, year=year, limit=months, last_day=last_day)


def _one_certificate(one: Subsidy, other: Subsidy) -> bool:
    return (
        one.certificate is not None
        and other.certificate is not None
        and one.certificate.same_as(other.certificate)
    )


def _one_skill(one: Subsidy, other: Subsidy) -> bool:
    """Tell whether two subsidies pay for the same skill: what both sides know decides.

    One certificate, where both name theirs; else the same occupation and grade; and where neither can
    be compared, the same year [D: no source says how a list without certificates is held against one].
    """
    if one.certificate is not None and other.certificate is not None:
        return one.certificate.same_as(other.certificate)
    pairs = ((one.occupation, other.occupation), (one.grade, other.grade))
    compared = [this == that for this, that in pairs if this is not None and that is not None]
    return all(compared) and (len(compared) == len(pairs) or one.year == other.year)


def _same(one: Subsidy, other: Subsidy) -> bool:
    """Tell whether two rows about one person tell of one subsidy: the year is the caller's question."""
    if one.programme != other.programme:
        return False
    if one.certificate is not None and other.certificate is not None:
        return one.certificate.same_as(other.certificate)
    known = (one.occupation, one.grade, other.occupation, other.grade)
    if None in known:
        return one.counts_on == other.counts_on
    return (one.occupation, one.grade) == (other.occupation, other.grade)


def _telling(one: Subsidy) -> tuple[bool | str | int | date, ...]:
    certificate = one.certificate
    return (
        certificate is None,
        one.occupation is None or one.grade is None,
        one.counts_on,
        one.programme,
        one.occupation or "",
        one.grade or 0,
        "" if certificate is None else certificate.number,
        "" if certificate is None else certificate.issuer or "",
        "" if certificate is None else certificate.category or "",
        one.source,
    )
