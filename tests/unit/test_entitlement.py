"""What one person earned: the five rules of CASES 4, units, caps, rounding."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.balance import Balance, History, balance_of
from domain.entitlement import (
    PersonOutcome,
    Rule,
    Trained,
    entitlement,
    expected_entitlement_fen,
    paid_term,
)
from domain.errors import Refusal
from domain.period import month_after
from domain.policy import CertificateType, ExitReason, Label, LabelKind, Remainder, Unit, UnitKind
from tests.unit.policy_samples import half_up, standard

SKILL = CertificateType.SKILL_LEVEL
MONTH = {"kind": "month", "remainder": "floor"}


def person(**fields: Any) -> PersonOutcome:
    """Somebody certified at the filed grade after the filed year; `fields` replace."""
    plain: dict[str, Any] = {
        "filed_grade": 4,
        "filed_months": 12,
        "trained": Trained(months=12),
        "evidence": SKILL,
        "reached_grade": 4,
    }
    return PersonOutcome(**plain | fields)


def earned(outcome: PersonOutcome, **policy: Any) -> int:
    return entitlement(standard(**policy), outcome).amount_fen


# --- the five rules ------------------------------------------------------------------------------


@pytest.mark.parametrize("reached", [4, 3, 2, 1, None])
def test_a_certificate_at_or_above_the_filed_grade_earns_the_filed_rate(
    reached: int | None,
) -> None:
    decided = entitlement(standard(), person(reached_grade=reached))
    assert decided.amount_fen == 400000
    assert decided.facts.rule is Rule.AS_FILED
    assert decided.facts.grade_used == 4


def test_a_certificate_below_the_filed_grade_earns_the_rate_of_the_grade_reached() -> None:
    outcome = person(filed_grade=3, reached_grade=4)
    decided = entitlement(standard(), outcome)
    assert decided.amount_fen == 400000
    assert (decided.facts.rule, decided.facts.grade_used) == (Rule.BELOW_FILED, 4)
    assert earned(outcome, below_filed="nothing") == 0


def test_a_grade_reached_that_the_standard_names_no_rate_for_earns_nothing() -> None:
    decided = entitlement(standard(), person(reached_grade=5))
    assert decided.amount_fen == 0
    assert (decided.facts.rule, decided.facts.grade_used) == (Rule.BELOW_FILED, None)


def test_a_certificate_below_is_paid_at_most_the_months_of_the_grade_reached() -> None:
    two_years = {"filed_months": 24, "trained": Trained(months=24), "filed_grade": 3}
    capped = {"max_paid_months": {"4": 12}}
    assert earned(person(**two_years, reached_grade=4)) == 800000
    assert earned(person(**two_years, reached_grade=4), **capped) == 400000
    assert earned(person(**two_years, reached_grade=3), **capped) == 1000000
    long_cap = {"max_paid_months": {"4": 36}, "unit": MONTH}
    assert earned(person(**two_years, reached_grade=4), **long_cap) == 800000


def test_a_type_with_a_share_or_an_amount_pays_that() -> None:
    training = person(evidence=CertificateType.TRAINING, reached_grade=None)
    half = {"certificate_types": {"training_certificate": {"share_basis_points": 5000}}}
    fixed = {"certificate_types": {"training_certificate": {"amount_fen": 123456}}}
    full: dict[str, Any] = {"certificate_types": {"training_certificate": {}}}
    assert earned(training, **half) == 200000
    assert earned(training, **fixed) == 123456
    assert earned(training, **full) == 400000
    assert entitlement(standard(**half), training).facts.rule is Rule.BY_TYPE
    below = person(filed_grade=3, evidence=CertificateType.TRAINING, reached_grade=4)
    assert earned(below, **half) == 200000


@pytest.mark.parametrize(
    ("uncertified", "expected"),
    [
        ({"mode": "none"}, 0),
        ({"mode": "amount", "amount_fen": 400000}, 400000),
        ({"mode": "share", "share_basis_points": 5000}, 250000),
    ],
)
@pytest.mark.parametrize("evidence", [None, CertificateType.SPECIAL_ABILITY])
def test_completion_without_an_accepted_certificate_earns_what_the_standard_says(
    evidence: CertificateType | None, uncertified: dict[str, Any], expected: int
) -> None:
    outcome = person(filed_grade=3, evidence=evidence, reached_grade=None)
    decided = entitlement(standard(uncertified=uncertified), outcome)
    assert decided.amount_fen == expected
    assert decided.facts.rule is Rule.UNCERTIFIED


@pytest.mark.parametrize(
    ("earns", "months", "unit", "expected"),
    [
        ({}, 23, MONTH, 0),
        ({"conscription": "nothing"}, 23, MONTH, 0),
        ({"left": "completed_units"}, 23, MONTH, 0),
        ({"conscription": "completed_years"}, 23, MONTH, 400000),
        ({"conscription": "completed_units"}, 18, MONTH, 600000),
        ({"conscription": "completed_units"}, 23, {"kind": "filed_years"}, 400000),
        ({"conscription": "completed_units"}, 60, MONTH, 800000),
    ],
)
def test_who_exits_earns_what_the_reason_allows_and_nothing_by_default(
    earns: dict[str, str], months: int, unit: dict[str, str], expected: int
) -> None:
    outcome = person(
        filed_months=24,
        trained=Trained(months=months),
        exit_reason=ExitReason.CONSCRIPTION,
        uplift_basis_points=3000,
    )
    decided = entitlement(standard(exits={"earns": earns}, unit=unit), outcome)
    assert decided.amount_fen == expected
    assert decided.facts.rule is Rule.EXIT


def test_an_uplift_raises_the_first_two_rules_and_no_other() -> None:
    half = {"training_certificate": {"share_basis_points": 5000}, SKILL.value: {}}
    policy = {
        "certificate_types": half,
        "uncertified": {"mode": "amount", "amount_fen": 400000},
        "uplift": {"max_basis_points": 3000, "grades": [3]},
    }
    lifted = {"filed_grade": 3, "uplift_basis_points": 3000}
    assert earned(person(**lifted, reached_grade=3), **policy) == 650000
    assert earned(person(**lifted, reached_grade=4), **policy) == 520000
    training = person(**lifted, evidence=CertificateType.TRAINING, reached_grade=3)
    assert earned(training, **policy) == 250000
    assert earned(person(**lifted, evidence=None, reached_grade=None), **policy) == 400000


def test_a_filed_grade_without_a_rate_is_refused() -> None:
    with pytest.raises(Refusal, match="no_rate_for_grade"):
        entitlement(standard(), person(filed_grade=5))


# --- units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trained", "filed", "years"), [(11, 12, 0), (12, 12, 1), (23, 24, 1), (30, 24, 2), (0, 12, 0)]
)
def test_filed_years_are_the_whole_years_in_the_lesser_of_actual_and_filed(
    trained: int, filed: int, years: int
) -> None:
    """Shows PAY-03."""
    term = paid_term(Unit(kind=UnitKind.FILED_YEARS), filed, Trained(months=trained))
    assert (term.units, term.units_per_year, term.capped) == (years, 1, trained > filed)


@pytest.mark.parametrize(
    ("last_day", "floor", "half", "any_day"),
    [
        (date(2024, 4, 30), 2, 2, 2),
        (date(2024, 5, 1), 2, 2, 3),
        (date(2024, 5, 14), 2, 2, 3),
        (date(2024, 5, 15), 2, 3, 3),
    ],
)
def test_the_days_after_the_last_whole_month_count_as_the_remainder_rule_says(
    last_day: date, floor: int, half: int, any_day: int
) -> None:
    trained = Trained(first_day=date(2024, 3, 1), last_day=last_day)
    counted = [
        paid_term(Unit(kind=UnitKind.MONTH, remainder=rule), 12, trained).units
        for rule in (Remainder.FLOOR, Remainder.HALF, Remainder.ANY)
    ]
    assert counted == [floor, half, any_day]


def test_a_remainder_never_lifts_a_term_past_the_filed_months() -> None:
    trained = Trained(first_day=date(2024, 3, 1), last_day=date(2025, 3, 20))
    term = paid_term(Unit(kind=UnitKind.MONTH, remainder=Remainder.ANY), 12, trained)
    assert (term.units, term.capped) == (12, True)


def test_days_are_365ths_and_a_leap_year_pays_one_year() -> None:
    unit = Unit(kind=UnitKind.DAY)
    leap = paid_term(unit, 12, Trained(first_day=date(2024, 1, 1), last_day=date(2024, 12, 31)))
    assert (leap.units, leap.units_per_year, leap.capped) == (12, 12, True)
    plain = paid_term(unit, 12, Trained(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    assert (plain.units, plain.units_per_year, plain.capped) == (365, 365, False)
    part = person(trained=Trained(first_day=date(2025, 1, 1), last_day=date(2025, 4, 10)))
    assert earned(part, unit={"kind": "day"}) == half_up(Fraction(400000 * 100, 365))


def test_a_day_of_suspension_does_not_count() -> None:
    trained = Trained(first_day=date(2025, 1, 1), last_day=date(2025, 4, 10), suspended_days=50)
    assert trained.days() == 50
    assert (
        Trained(first_day=date(2025, 1, 1), last_day=date(2025, 1, 5), suspended_days=9).days() == 0
    )


def test_days_cannot_be_told_from_months() -> None:
    with pytest.raises(Refusal, match="unit_needs_dates"):
        earned(person(), unit={"kind": "day"})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"months": -1},
        {"months": 1, "suspended_days": -1},
        {"first_day": date(2024, 1, 1)},
        {"months": 1, "first_day": date(2024, 1, 1), "last_day": date(2024, 1, 1)},
    ],
)
def test_a_trained_period_is_either_months_or_two_days(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either whole months or two days"):
        Trained(**fields)


# --- laws ----------------------------------------------------------------------------------------

rates = st.integers(1, 1_000_000_000)
months = st.integers(0, 120)
units = st.sampled_from([{"kind": "filed_years"}, MONTH])


@given(rate=rates, trained=months, filed=st.integers(1, 36), uplift=st.integers(0, 10_000))
def test_months_are_one_division_rounded_half_up_once(
    rate: int, trained: int, filed: int, uplift: int
) -> None:
    outcome = person(
        filed_months=filed, trained=Trained(months=trained), uplift_basis_points=uplift
    )
    exact = Fraction(rate) * (10_000 + uplift) / 10_000 * min(trained, filed) / 12
    assert earned(outcome, rates={"4": rate}, unit=MONTH) == half_up(exact)


@given(rate=rates, trained=months, more=months, filed=st.sampled_from([12, 24, 36]), unit=units)
def test_more_training_never_earns_less_and_never_more_than_expected(
    rate: int, trained: int, more: int, filed: int, unit: dict[str, str]
) -> None:
    policy: dict[str, Any] = {"rates": {"4": rate}, "unit": unit}
    less = earned(person(filed_months=filed, trained=Trained(months=trained)), **policy)
    longer = earned(person(filed_months=filed, trained=Trained(months=trained + more)), **policy)
    expected = expected_entitlement_fen(standard(**policy), target_grade=4, filed_months=filed)
    assert less <= longer <= expected
    assert earned(person(filed_months=filed, trained=Trained(months=filed)), **policy) == expected


@given(
    rate=rates,
    first=st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 1, 1)),
    filed=st.sampled_from([12, 18, 24, 36]),
    extra=st.integers(-500, 500),
)
def test_days_never_pay_past_the_filed_term(rate: int, first: date, filed: int, extra: int) -> None:
    last = month_after(first, filed) - timedelta(days=1) + timedelta(days=extra)
    if last < first:
        last = first
    policy: dict[str, Any] = {"rates": {"4": rate}, "unit": {"kind": "day"}}
    outcome = person(filed_months=filed, trained=Trained(first_day=first, last_day=last))
    expected = expected_entitlement_fen(standard(**policy), target_grade=4, filed_months=filed)
    assert earned(outcome, **policy) <= expected


@given(reached=st.integers(1, 4), filed=st.integers(1, 4), rate=rates)
def test_reaching_a_higher_grade_never_raises_the_payment(
    reached: int, filed: int, rate: int
) -> None:
    policy = {"rates": {str(grade): rate * (6 - grade) for grade in range(1, 5)}}
    if rate * 5 > 1_000_000_000:
        policy = {"rates": {"4": 1, "3": 2, "2": 3, "1": 4}}
    at_filed = earned(person(filed_grade=filed, reached_grade=filed), **policy)
    assert earned(person(filed_grade=filed, reached_grade=reached), **policy) <= at_filed


def test_facts_hold_everything_the_amount_is_made_of() -> None:
    first, last = date(2024, 3, 1), date(2025, 2, 28)
    outcome = person(trained=Trained(first_day=first, last_day=last, suspended_days=0))
    facts = entitlement(standard(ours=["/unit"]), outcome).facts
    assert (facts.policy_id, facts.document) == ("test-policy", "测人社〔2024〕1号")
    assert (facts.first_day, facts.last_day, facts.trained_months) == (first, last, None)
    assert (facts.units, facts.units_per_year, facts.base_fen) == (1, 1, 400000)
    assert [label.pointer for label in facts.labels] == [
        "/unit",
        "/certificate_types/skill_level_certificate",
    ]


# --- due minus history ---------------------------------------------------------------------------


@given(due=st.integers(0, 10**13), history=st.integers(0, 10**13))
def test_balance_and_recovery_are_the_difference_and_never_both(due: int, history: int) -> None:
    found = balance_of(due_fen=due, history_fen=history)
    assert found.balance_fen - found.recovery_fen == due - history
    assert min(found.balance_fen, found.recovery_fen) == 0


def test_history_counts_money_that_may_have_left_less_what_came_back() -> None:
    history = History(paid_fen=100, in_transit_fen=20, unknown_fen=3, got_back_fen=50)
    assert history.total_fen == 73
    assert balance_of(due_fen=73, history_fen=73) == Balance(balance_fen=0, recovery_fen=0)


OLD_WUHAN: dict[str, Any] = {
    "rates": {"4": 500_000, "3": 600_000},
    "uncertified": {"mode": "amount", "amount_fen": 400_000},
}
WUHAN_2022: dict[str, Any] = {"rates": {"4": 600_000, "3": 800_000, "2": 800_000}}
TAIZHOU: dict[str, Any] = {
    "rates": {"4": 400_000},
    "uncertified": {"mode": "share", "share_basis_points": 5000},
}
GUANGDONG: dict[str, Any] = {
    "rates": {"4": 500_000, "3": 650_000, "2": 850_000},
    "uplift": {"max_basis_points": 3000, "grades": [3, 2, 1]},
    "unit": {"kind": "month", "remainder": "half"},
}


@pytest.mark.parametrize(
    ("policy", "outcome", "amount_fen"),
    [
        # 武汉 (old): certified 高级工 for two years 2 x 6000; completed uncertified 2 x 4000; left 0.
        (OLD_WUHAN, {"filed_grade": 3, "filed_months": 24, "trained": 24}, 1_200_000),
        (
            OLD_WUHAN,
            {"filed_grade": 3, "filed_months": 24, "trained": 24, "evidence": None},
            800_000,
        ),
        (OLD_WUHAN, {"trained": 11, "exit_reason": ExitReason.LEFT, "evidence": None}, 0),
        # Filed 高级工 and reached 中级工: the rate of the grade reached, 2 x 5000.
        (
            OLD_WUHAN,
            {"filed_grade": 3, "filed_months": 24, "trained": 24, "reached_grade": 4},
            1_000_000,
        ),
        # 武汉 2022: 中级工 6000; filed 中级工 and reached 技师 adds nothing.
        (WUHAN_2022, {"trained": 12}, 600_000),
        (WUHAN_2022, {"trained": 12, "reached_grade": 2}, 600_000),
        (WUHAN_2022, {"filed_grade": 2, "filed_months": 24, "trained": 24}, 1_600_000),
        # 泰州: 4000 with a certificate, half of it without.
        (TAIZHOU, {"trained": 12}, 400_000),
        (TAIZHOU, {"trained": 12, "evidence": None}, 200_000),
        # 广东: 高级工 6500 + 30 % = 8450 a year; 18 months of 24: 12675; below filed at 5000 + 30 %.
        (
            GUANGDONG,
            {
                "filed_grade": 3,
                "filed_months": 24,
                "trained": 18,
                "uplift_basis_points": 3000,
            },
            1_267_500,
        ),
        (
            GUANGDONG,
            {
                "filed_grade": 3,
                "filed_months": 24,
                "trained": 18,
                "uplift_basis_points": 3000,
                "reached_grade": 4,
            },
            975_000,
        ),
        # An odd uplift: 8500 x 1.1234 x 7 / 12 = 5570.191666… yuan, half-up to the fen.
        (
            GUANGDONG,
            {"filed_grade": 2, "trained": 7, "uplift_basis_points": 1234},
            557_019,
        ),
    ],
)
def test_published_standards_by_hand(
    policy: dict[str, Any], outcome: dict[str, Any], amount_fen: int
) -> None:
    fields: dict[str, Any] = {
        "filed_grade": 4,
        "filed_months": 12,
        "evidence": CertificateType.SKILL_LEVEL,
    } | outcome
    fields["trained"] = Trained(months=fields["trained"])
    assert entitlement(standard(**policy), PersonOutcome(**fields)).amount_fen == amount_fen


def test_a_person_is_paid_for_the_days_trained_and_not_for_the_class() -> None:
    # Joined 2025-04-16 and ended 2026-03-15, 20 days suspended: to 2026-02-23, ten months and 8 days.
    trained = Trained(first_day=date(2025, 4, 16), last_day=date(2026, 3, 15), suspended_days=20)
    outcome = PersonOutcome(
        filed_grade=4,
        filed_months=12,
        trained=trained,
        evidence=CertificateType.SKILL_LEVEL,
    )
    # 4000 x 10 / 12 = 3333.333…; any day counts: 4000 x 11 / 12 = 3666.666…; 314 days of 365.
    for unit, amount_fen in (
        ({"kind": "month", "remainder": "floor"}, 333_333),
        ({"kind": "month", "remainder": "half"}, 333_333),
        ({"kind": "month", "remainder": "any"}, 366_667),
        ({"kind": "day"}, 344_110),
        ({"kind": "filed_years"}, 0),
    ):
        assert entitlement(standard(unit=unit), outcome).amount_fen == amount_fen, unit


def test_days_of_suspension_count_only_where_the_standard_says_so() -> None:
    # 2025-03-01 to 2025-12-31 is ten months; less 31 days it ends on 2025-11-30 and is nine.
    trained = Trained(first_day=date(2025, 3, 1), last_day=date(2025, 12, 31), suspended_days=31)
    outcome = PersonOutcome(
        filed_grade=4,
        filed_months=12,
        trained=trained,
        evidence=CertificateType.SKILL_LEVEL,
    )
    month = {"kind": "month", "remainder": "floor"}
    stopped = entitlement(standard(unit=month), outcome)
    # 4000 x 9 / 12 = 3000; 4000 x 10 / 12 = 3333.333…
    assert (stopped.amount_fen, stopped.facts.suspended_days) == (300_000, 31)
    default = Label(pointer="/suspension_counts", kind=LabelKind.DEFAULT)
    assert default in stopped.facts.labels
    counted = entitlement(
        standard(unit=month, suspension_counts=True, ours=["/suspension_counts"]), outcome
    )
    assert (counted.amount_fen, counted.facts.suspended_days) == (333_333, 0)
    assert Label(pointer="/suspension_counts", kind=LabelKind.OURS) in counted.facts.labels
    whole = replace(outcome, trained=replace(trained, suspended_days=0))
    assert default not in entitlement(standard(unit=month), whole).facts.labels
