"""What one person earned (应补金额), and why: the money rules of CASES 4.

entitlement = yearly amount × paid units ÷ units per year: one division, half-up to fen, once per
person; sums come afterwards. Settlement, listing forecast and calculator call the same functions.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import Refusal
from domain.money import divided_half_up
from domain.period import MONTHS_PER_YEAR, days_between, months_between
from domain.policy import (
    BASIS_POINTS,
    BelowFiled,
    CertificateType,
    ExitEarns,
    ExitReason,
    Label,
    Remainder,
    Standard,
    UncertifiedMode,
    Unit,
    UnitKind,
)

_DAYS_PER_YEAR = 365


class Rule(StrEnum):
    """Which rule decided the yearly amount: one of five, or the interim one of who still trains."""

    AS_FILED = "as_filed"
    BELOW_FILED = "below_filed"
    BY_TYPE = "by_type"
    UNCERTIFIED = "uncertified"
    EXIT = "exit"
    IN_TRAINING = "in_training"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """How long a person trained: whole months, or the first and the last training day.

    `suspended_days` do not count (CASES 2), unless the standard counts them; they shorten the period
    at its end.
    """

    months: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    suspended_days: int = 0

    def __post_init__(self) -> None:
        """Allow months or days, never both."""
        dated = self.first_day is not None and self.last_day is not None
        if dated == (self.months is not None) or (self.months or 0) < 0 or self.suspended_days < 0:
            msg = "a trained period is either whole months or two days"
            raise ValueError(msg)

    def period(self) -> tuple[date, date] | None:
        """Return first and last counted day, None when only months are known."""
        if self.first_day is None or self.last_day is None:
            return None
        return self.first_day, self.last_day - timedelta(days=self.suspended_days)

    def whole_months(self, remainder: Remainder) -> int:
        """Count months; the days after the last whole one count as the remainder rule says."""
        period = self.period()
        if period is None:
            assert self.months is not None
            return self.months
        months, days = months_between(*period)
        least = {Remainder.FLOOR: None, Remainder.HALF: 15, Remainder.ANY: 1}[remainder]
        return months + 1 if least is not None and days >= least else months

    def days(self) -> int:
        """Count days, or refuse with `unit_needs_dates` when only months are known."""
        period = self.period()
        if period is None:
            raise Refusal("unit_needs_dates")
        return days_between(*period)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOutcome:
    """What became of one person of a filing.

    `evidence` is the type of a certificate that verification lets count, None without one.
    `reached_grade` is the certificate's grade, None for a type that carries none: then it counts
    as the filed grade. `exit_reason` is set for a person who did not complete, `still_training` for one
    whose training goes on.
    """

    filed_grade: int
    filed_months: int
    trained: Trained
    evidence: CertificateType | None = None
    reached_grade: int | None = None
    exit_reason: ExitReason | None = None
    uplift_basis_points: int = 0
    still_training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidTerm:
    """Paid units: 1 of 1 is a year, 12 of 12 are too. `capped` when the limit cut it (PAY-03)."""

    units: int
    units_per_year: int
    capped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementFacts:
    """Why a person earned an amount: facts, from which sentences are rendered when asked.

    amount = base_fen × factor_basis_points ÷ 10000 × units ÷ units_per_year. `grade_used` is the
    grade whose rate is the base, None for a fixed amount or for nothing.
    """

    policy_id: str
    document: str | None
    rule: Rule
    filed_grade: int
    reached_grade: int | None
    grade_used: int | None
    evidence: CertificateType | None
    exit_reason: ExitReason | None
    base_fen: int
    factor_basis_points: int
    uplift_basis_points: int
    filed_months: int
    limit_months: int
    trained_months: int | None
    first_day: date | None
    last_day: date | None
    suspended_days: int
    unit: UnitKind
    units: int
    units_per_year: int
    capped: bool
    amount_fen: int
    labels: tuple[Label, ...]
    below_floor_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What one person earned, in fen, and why."""

    amount_fen: int
    facts: EntitlementFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """The yearly amount: a base, a factor, and the fields that decided them."""

    rule: Rule
    base_fen: int
    pointers: tuple[str, ...]
    factor_basis_points: int = BASIS_POINTS
    uplift_basis_points: int = 0
    grade_used: int | None = None
    limit_months: int | None = None
    unit: Unit | None = None


def paid_term(unit: Unit, limit_months: int, trained: Trained) -> PaidTerm:
    """Count the paid units, never past the limit, which is the filed term or less (PAY-03).

    A day is a 365th of a year, and twelve filed months pay one year at most: the 366 days of a
    leap year do not raise it.
    """
    if unit.kind is UnitKind.DAY:
        days = trained.days()
        if days * MONTHS_PER_YEAR > limit_months * _DAYS_PER_YEAR:
            return PaidTerm(units=limit_months, units_per_year=MONTHS_PER_YEAR, capped=True)
        return PaidTerm(units=days, units_per_year=_DAYS_PER_YEAR, capped=False)
    months = trained.whole_months(unit.remainder or Remainder.FLOOR)
    counted, capped = min(months, limit_months), months > limit_months
    if unit.kind is UnitKind.MONTH:
        return PaidTerm(units=counted, units_per_year=MONTHS_PER_YEAR, capped=capped)
    return PaidTerm(units=counted // MONTHS_PER_YEAR, units_per_year=1, capped=capped)


def expected_entitlement_fen(
    standard: Standard, *, target_grade: int, filed_months: int, uplift_basis_points: int = 0
) -> int:
    """Return what one person earns who completes the filed term certified at the filed grade."""
    rate_fen = standard.rate_fen(target_grade)
    whole_years = standard.unit.kind is UnitKind.FILED_YEARS
    months = filed_months - filed_months % MONTHS_PER_YEAR if whole_years else filed_months
    factor = BASIS_POINTS + uplift_basis_points
    return divided_half_up(rate_fen * factor * months, BASIS_POINTS * MONTHS_PER_YEAR)


def entitlement(standard: Standard, person: PersonOutcome) -> Entitlement:
    """Decide what a person earned.

    Refuses `no_rate_for_grade` (the filed grade has no rate) and `unit_needs_dates`.
    """
    basis = _basis(standard, person)
    limit = person.filed_months
    if basis.limit_months is not None:
        limit = min(limit, basis.limit_months)
    trained = person.trained
    suspension = ("/suspension_counts",) if trained.suspended_days else ()
    if standard.suspension_counts:
        trained = replace(trained, suspended_days=0)
    term = paid_term(basis.unit or standard.unit, limit, trained)
    amount_fen = divided_half_up(
        basis.base_fen * basis.factor_basis_points * term.units, BASIS_POINTS * term.units_per_year
    )
    return Entitlement(
        amount_fen=amount_fen,
        facts=EntitlementFacts(
            policy_id=standard.id,
            document=standard.document,
            rule=basis.rule,
            filed_grade=person.filed_grade,
            reached_grade=person.reached_grade,
            grade_used=basis.grade_used,
            evidence=person.evidence,
            exit_reason=person.exit_reason,
            base_fen=basis.base_fen,
            factor_basis_points=basis.factor_basis_points,
            uplift_basis_points=basis.uplift_basis_points,
            filed_months=person.filed_months,
            limit_months=limit,
            trained_months=trained.months,
            first_day=trained.first_day,
            last_day=trained.last_day,
            suspended_days=trained.suspended_days,
            unit=(basis.unit or standard.unit).kind,
            units=term.units,
            units_per_year=term.units_per_year,
            capped=term.capped,
            amount_fen=amount_fen,
            labels=standard.labels(
                "/unit", *suspension, *basis.pointers, *standard.below_floor_pointers
            ),
            below_floor_reason=standard.below_floor_reason,
        ),
    )


def _basis(standard: Standard, person: PersonOutcome) -> _Basis:
    """Apply the rules in the order of CASES 4: exit, uncertified, fixed amount, below, as filed."""
    rate_fen = standard.rate_fen(person.filed_grade)
    if person.still_training:
        return _training_basis(person, rate_fen)
    if person.exit_reason is not None:
        return _exit_basis(standard, person.filed_grade, person.exit_reason, rate_fen)
    pay = None if person.evidence is None else standard.certificate_types.get(person.evidence)
    if pay is None:
        return _uncertified_basis(standard, person.filed_grade, rate_fen)
    by_type = f"/certificate_types/{person.evidence}"
    if pay.amount_fen is not None:
        return _Basis(rule=Rule.BY_TYPE, base_fen=pay.amount_fen, pointers=(by_type,))
    rule, base_fen, grade, limit = Rule.AS_FILED, rate_fen, person.filed_grade, None
    pointers = [f"/rates/{person.filed_grade}"]
    reached = person.reached_grade
    # Grades count downwards: 5 is the lowest. A higher grade than filed never raises the payment.
    if reached is not None and reached > person.filed_grade:
        rule, grade, limit = Rule.BELOW_FILED, reached, standard.max_paid_months.get(reached)
        pays = standard.below_filed is BelowFiled.RATE_OF_GRADE_REACHED
        # A grade the standard names no rate for is a grade the place does not pay for.
        base_fen = standard.rates.get(reached, 0) if pays else 0
        pointers = ["/below_filed", f"/rates/{reached}"]
        pointers += [] if limit is None else [f"/max_paid_months/{reached}"]
    if pay.share_basis_points is not None:
        return _Basis(
            rule=Rule.BY_TYPE,
            base_fen=base_fen,
            factor_basis_points=pay.share_basis_points,
            grade_used=grade if base_fen else None,
            limit_months=limit,
            pointers=(*pointers, by_type),
        )
    uplift = person.uplift_basis_points
    return _Basis(
        rule=rule,
        base_fen=base_fen,
        factor_basis_points=BASIS_POINTS + uplift,
        uplift_basis_points=uplift,
        grade_used=grade if base_fen else None,
        limit_months=limit,
        pointers=(*pointers, by_type, *(("/uplift",) if uplift else ())),
    )


def _uncertified_basis(standard: Standard, filed_grade: int, rate_fen: int) -> _Basis:
    pays = standard.uncertified
    if pays.mode is UncertifiedMode.SHARE:
        return _Basis(
            rule=Rule.UNCERTIFIED,
            base_fen=rate_fen,
            factor_basis_points=pays.share_basis_points,
            grade_used=filed_grade,
            pointers=("/uncertified", f"/rates/{filed_grade}"),
        )
    # Mode `none` holds an amount of nothing.
    return _Basis(rule=Rule.UNCERTIFIED, base_fen=pays.amount_fen, pointers=("/uncertified",))


def _training_basis(person: PersonOutcome, rate_fen: int) -> _Basis:
    # Whole years only, at the filed grade: what the final settlement then finds replaces it.
    uplift = person.uplift_basis_points
    return _Basis(
        rule=Rule.IN_TRAINING,
        base_fen=rate_fen,
        factor_basis_points=BASIS_POINTS + uplift,
        uplift_basis_points=uplift,
        grade_used=person.filed_grade,
        unit=Unit(kind=UnitKind.FILED_YEARS),
        pointers=("/settles", f"/rates/{person.filed_grade}", *(("/uplift",) if uplift else ())),
    )


def _exit_basis(standard: Standard, filed_grade: int, reason: ExitReason, rate_fen: int) -> _Basis:
    earns = standard.exits.earns.get(reason, ExitEarns.NOTHING)
    pointer = f"/exits/earns/{reason}"
    if earns is ExitEarns.NOTHING:
        return _Basis(rule=Rule.EXIT, base_fen=0, pointers=(pointer,))
    whole_years = Unit(kind=UnitKind.FILED_YEARS)
    return _Basis(
        rule=Rule.EXIT,
        base_fen=rate_fen,
        grade_used=filed_grade,
        unit=whole_years if earns is ExitEarns.COMPLETED_YEARS else None,
        pointers=(pointer, f"/rates/{filed_grade}"),
    )
