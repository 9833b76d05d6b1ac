"""How much may be paid ahead, and in which budget year a filing costs what."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entitlement import expected_entitlement_fen
from domain.errors import Refusal
from domain.policy import PrepaymentBase
from domain.prepayment_amount import (
    Due,
    YearPart,
    base_months,
    forecast,
    parts_of,
    prepayment,
)
from tests.unit.policy_samples import half_up, standard

MONTH = {"kind": "month", "remainder": "floor"}


def rule(base: str, share: int = 5000) -> dict[str, Any]:
    return {"prepayment": {"share_basis_points": share, "base": base}}


@pytest.mark.parametrize(
    ("base", "filed", "by_year"),
    [
        (PrepaymentBase.ONE_YEAR, 24, [12, 0, 0]),
        (PrepaymentBase.ONE_YEAR, 6, [6, 0, 0]),
        (PrepaymentBase.WHOLE_TERM, 24, [24, 0, 0]),
        (PrepaymentBase.EACH_YEAR, 30, [12, 12, 6]),
        (PrepaymentBase.EACH_YEAR, 12, [12, 0, 0]),
    ],
)
def test_base_months_by_training_year(base: PrepaymentBase, filed: int, by_year: list[int]) -> None:
    assert [base_months(base, filed, year) for year in (1, 2, 3)] == by_year


def test_a_prepayment_is_per_person_half_up_and_then_the_people() -> None:
    asked = prepayment(standard(), target_grade=4, filed_months=12, people=33)
    assert asked.amount_fen == 6_600_000
    assert asked.facts.per_person_fen == 200_000
    assert not asked.facts.capped


def test_the_approver_may_decide_a_lower_share_but_no_higher_one() -> None:
    plan: dict[str, Any] = {"target_grade": 4, "filed_months": 12, "people": 10}
    assert prepayment(standard(), **plan, share_basis_points=4500).amount_fen == 1_800_000
    assert prepayment(standard(), **plan, share_basis_points=0).amount_fen == 0
    for share in (5001, -1):
        with pytest.raises(Refusal, match="share_above_policy"):
            prepayment(standard(), **plan, share_basis_points=share)


def test_an_uplift_raises_the_prepayment() -> None:
    lifted = standard(uplift={"max_basis_points": 3000, "grades": [3]})
    asked = prepayment(lifted, target_grade=3, filed_months=12, people=1, uplift_basis_points=3000)
    assert asked.amount_fen == 325_000


def test_half_fen_of_many_people_do_not_lift_the_total_past_its_share() -> None:
    odd = standard(rates={"4": 5001})
    asked = prepayment(odd, target_grade=4, filed_months=12, people=33)
    assert asked.facts.per_person_fen == 2501
    assert asked.amount_fen == 33 * 5001 // 2 < 33 * 2501
    assert asked.facts.capped


def test_later_years_are_paid_for_who_still_trains_and_share_one_cap() -> None:
    each = standard(**rule("EACH_YEAR"))
    first = prepayment(each, target_grade=4, filed_months=24, people=10)
    second = prepayment(
        each,
        target_grade=4,
        filed_months=24,
        people=8,
        year=2,
        expected_fen=first.facts.expected_fen,
        already_fen=first.amount_fen,
    )
    assert (first.amount_fen, second.amount_fen) == (2_000_000, 1_600_000)
    spent = prepayment(each, target_grade=4, filed_months=24, people=8, year=2, already_fen=10**9)
    assert (spent.amount_fen, spent.facts.cap_fen) == (0, 0)


def test_a_lower_share_in_a_later_year_takes_nothing_off_what_was_paid_before() -> None:
    each = standard(**rule("EACH_YEAR"))
    plan: dict[str, Any] = {"target_grade": 4, "filed_months": 24, "people": 10, "year": 2}
    lower = prepayment(each, **plan, share_basis_points=2500, already_fen=2_000_000)
    assert (lower.amount_fen, lower.facts.capped) == (1_000_000, False)
    # The policy's share of 8 000 000 leaves 4 000 000 − 3 500 000.
    capped = prepayment(each, **plan, share_basis_points=2500, already_fen=3_500_000)
    assert (capped.amount_fen, capped.facts.cap_fen) == (500_000, 500_000)


def test_a_later_year_says_when_it_began() -> None:
    each = standard(**rule("EACH_YEAR"))
    plan: dict[str, Any] = {"target_grade": 4, "filed_months": 24, "people": 1, "year": 2}
    begun = date(2027, 2, 3)
    assert prepayment(each, **plan, first_day=begun).facts.first_day == begun
    assert prepayment(each, **plan).facts.first_day is None


@given(
    rate=st.integers(1, 1_000_000_000),
    people=st.integers(0, 100_000),
    filed=st.sampled_from([12, 18, 24, 36]),
    share=st.integers(0, 10_000),
    uplift=st.integers(0, 10_000),
    base=st.sampled_from(["ONE_YEAR", "WHOLE_TERM", "EACH_YEAR"]),
)
def test_a_prepayment_is_never_more_than_its_share_of_what_is_expected(
    rate: int, people: int, filed: int, share: int, uplift: int, base: str
) -> None:
    place = standard(rates={"4": rate}, unit=MONTH, **rule(base, share))
    plan: dict[str, Any] = {
        "target_grade": 4, "filed_months": filed, "uplift_basis_points": uplift,
    }  # fmt: skip
    asked = prepayment(place, people=people, **plan)
    expected = people * expected_entitlement_fen(place, **plan)
    assert asked.amount_fen * 10_000 <= share * expected
    months = filed if base == "WHOLE_TERM" else 12
    each = Fraction(rate) * (10_000 + uplift) / 10_000 * months / 12 * share / 10_000
    assert asked.facts.per_person_fen == half_up(each)
    # The cap takes away what rounding gave, never more than a fen a person.
    assert 0 <= people * asked.facts.per_person_fen - asked.amount_fen <= people


# --- forecast ------------------------------------------------------------------------------------


def test_the_prepayment_falls_in_the_listings_year_and_the_rest_in_the_year_the_term_ends() -> None:
    parts = forecast(
        listed_on=date(2024, 2, 20),
        ends_on=date(2025, 2, 28),
        prepayment_fen=6_600_000,
        expected_fen=13_200_000,
    )
    assert parts == (
        YearPart(budget_year=2024, amount_fen=6_600_000),
        YearPart(budget_year=2025, amount_fen=6_600_000),
    )


def test_a_term_within_one_year_is_one_part_and_parts_of_nothing_are_left_out() -> None:
    same = forecast(
        listed_on=date(2024, 1, 2), ends_on=date(2024, 12, 31), prepayment_fen=1, expected_fen=3
    )
    assert same == (YearPart(budget_year=2024, amount_fen=3),)
    later = forecast(
        listed_on=date(2024, 1, 2), ends_on=date(2025, 1, 1), prepayment_fen=0, expected_fen=3
    )
    assert later == (YearPart(budget_year=2025, amount_fen=3),)


def test_what_falls_due_in_between_is_of_the_year_of_its_day_and_of_none_outside() -> None:
    later = [
        Due(on=date(2027, 2, 3), amount_fen=20),
        Due(on=date(2026, 2, 3), amount_fen=30),
        Due(on=date(2023, 2, 3), amount_fen=1),
        Due(on=date(2031, 2, 3), amount_fen=2),
    ]
    parts = forecast(
        listed_on=date(2025, 12, 1),
        ends_on=date(2028, 2, 2),
        prepayment_fen=10,
        expected_fen=100,
        later=later,
    )
    assert [(part.budget_year, part.amount_fen) for part in parts] == [
        (2025, 11), (2026, 30), (2027, 20), (2028, 39),
    ]  # fmt: skip


@given(
    listed=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    ends=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    prepaid=st.integers(0, 10**9),
    rest=st.integers(0, 10**9),
)
def test_the_parts_of_a_forecast_are_the_expected_entitlement(
    listed: date, ends: date, prepaid: int, rest: int
) -> None:
    parts = forecast(
        listed_on=listed, ends_on=ends, prepayment_fen=prepaid, expected_fen=prepaid + rest
    )
    assert sum(part.amount_fen for part in parts) == prepaid + rest
    assert all(part.budget_year >= listed.year for part in parts)


def test_a_prepayment_above_the_expected_entitlement_has_no_forecast() -> None:
    days = {"listed_on": date(2024, 1, 1), "ends_on": date(2025, 1, 1)}
    for first, second, expected in ((2, 0, 1), (1, 1, 1), (-1, 1, 1), (1, -1, 1)):
        with pytest.raises(ValueError, match="does not fit"):
            forecast(
                **days,
                prepayment_fen=first,
                expected_fen=expected,
                later=[Due(on=date(2024, 2, 1), amount_fen=second)],
            )


@given(st.integers(1, 10**6), st.integers(1, 200), st.integers(0, 100))
def test_the_parts_of_a_prepayment_add_up_to_it(per_person: int, people: int, cut: int) -> None:
    amount = max(0, per_person * people - cut)
    parts = parts_of(amount, per_person_fen=per_person, people=people)
    assert sum(parts) == amount
    assert len(parts) == people
    assert list(parts) == sorted(parts, reverse=True)
    assert max(parts) <= per_person
