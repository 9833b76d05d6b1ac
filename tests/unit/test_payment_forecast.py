"""In which budget year a listed plan is expected to cost what."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entitlement import expected_entitlement_fen
from domain.payment_forecast import payment_forecast
from domain.policy import Standard
from domain.prepayment_amount import expected_prepayments
from tests.unit.policy_samples import standard

LISTED, STARTS = date(2025, 12, 20), date(2026, 2, 3)
PLAN: dict[str, Any] = {"target_grade": 3, "people": 3, "uplift_basis_points": 0}


def place(base: str = "EACH_YEAR", *, settles: str = "at_end", **prepaid: Any) -> Standard:
    rule = {"share_basis_points": 5000, "base": base} | prepaid
    month = {"kind": "month", "remainder": "floor"}
    return standard(prepayment=rule, settles=settles, unit=month)


def parts(
    by: Standard, *, months: int = 24, listed_on: date = LISTED, starts_on: date = STARTS
) -> list[tuple[int, int]]:
    found = payment_forecast(
        by, **PLAN, filed_months=months, listed_on=listed_on, starts_on=starts_on
    )
    return [(part.budget_year, part.amount_fen) for part in found]


def test_each_years_prepayment_falls_in_the_year_its_training_year_begins() -> None:
    # 3 × 5000 × 50 % = 7500 yuan a year; 3 × 10 000 expected.
    assert parts(place()) == [(2025, 750_000), (2027, 750_000), (2028, 1_500_000)]
    assert parts(place(), months=30) == [
        (2025, 750_000),
        (2027, 750_000),
        (2028, 375_000 + 1_875_000),
    ]


def test_before_the_opening_report_nothing_is_prepaid_where_the_standard_waits_for_it() -> None:
    waits = place(condition="training_started")
    assert parts(waits) == [(2026, 750_000), (2027, 750_000), (2028, 1_500_000)]


def test_training_begins_no_earlier_than_the_listing() -> None:
    late = date(2027, 1, 4)
    assert parts(place(), listed_on=late) == [(2027, 750_000), (2028, 750_000), (2029, 1_500_000)]


@pytest.mark.parametrize(("base", "ahead"), [("ONE_YEAR", 750_000), ("WHOLE_TERM", 1_500_000)])
def test_other_bases_prepay_once_and_leave_the_rest_to_the_end(base: str, ahead: int) -> None:
    assert parts(place(base)) == [(2025, ahead), (2028, 3_000_000 - ahead)]


def test_where_every_year_is_settled_its_rest_falls_due_when_it_is_over() -> None:
    yearly = place(settles="every_year")
    assert parts(yearly) == [(2025, 750_000), (2027, 750_000 + 750_000), (2028, 750_000)]
    assert parts(yearly, months=36) == [
        (2025, 750_000),
        (2027, 1_500_000),
        (2028, 1_500_000),
        (2029, 750_000),
    ]
    # The whole term's half is the first year's whole: nothing is left to its interim settlement.
    assert parts(place("WHOLE_TERM", settles="every_year")) == [
        (2025, 1_500_000),
        (2028, 1_500_000),
    ]
    assert parts(place("ONE_YEAR", settles="every_year"), months=12) == [
        (2025, 750_000),
        (2027, 750_000),
    ]


def test_all_of_it_ahead_leaves_no_year_a_rest() -> None:
    whole = place(settles="every_year", share_basis_points=10_000)
    assert parts(whole) == [(2025, 1_500_000), (2027, 1_500_000)]


def test_the_rest_falls_due_on_the_last_day_of_the_term() -> None:
    for starts, last in ((date(2026, 1, 1), 2027), (date(2026, 1, 2), 2028)):
        assert parts(place("ONE_YEAR"), starts_on=starts)[-1] == (last, 2_250_000)


def test_an_uplift_is_paid_ahead_in_every_year_and_at_the_end() -> None:
    lifted = payment_forecast(
        place(),
        **PLAN | {"uplift_basis_points": 2000},
        filed_months=24,
        listed_on=LISTED,
        starts_on=STARTS,
    )
    assert [part.amount_fen for part in lifted] == [900_000, 900_000, 1_800_000]


def test_fen_that_rounding_gives_to_single_years_do_not_lift_the_parts_past_the_whole() -> None:
    """1.3333 fen a year: 1, 3 and 3 fen after one, two, and two and a half years; a fen ahead in each."""
    tiny = standard(
        rates={"4": 1},
        prepayment={"share_basis_points": 10_000, "base": "EACH_YEAR"},
        settles="every_year",
        unit={"kind": "month", "remainder": "floor"},
    )
    plan: dict[str, Any] = {"target_grade": 4, "uplift_basis_points": 3333, "filed_months": 30}
    assert expected_entitlement_fen(tiny, **plan) == 3
    found = payment_forecast(tiny, **plan, people=1, listed_on=STARTS, starts_on=STARTS)
    assert [(one.budget_year, one.amount_fen) for one in found] == [(2026, 1), (2027, 1), (2028, 1)]


def test_half_fen_of_many_people_do_not_lift_all_years_past_the_share() -> None:
    odd = standard(
        rates={"4": 5001},
        prepayment={"share_basis_points": 5000, "base": "EACH_YEAR"},
        unit={"kind": "filed_years"},
    )
    ahead = expected_prepayments(odd, target_grade=4, filed_months=24, people=33)
    # 2501 is half a fen too much for each person and year; the second year bears it.
    assert [one.amount_fen for one in ahead] == [82_533, 165_033 - 82_533]
    assert ahead[1].facts.year == 2


def test_expected_prepayments_are_one_for_each_period() -> None:
    def amounts(base: str, months: int) -> list[int]:
        found = expected_prepayments(place(base), target_grade=3, people=3, filed_months=months)
        return [one.amount_fen for one in found]

    assert amounts("EACH_YEAR", 30) == [750_000, 750_000, 375_000]
    assert amounts("ONE_YEAR", 30) == [750_000]
    assert amounts("WHOLE_TERM", 30) == [1_875_000]


@given(
    rate=st.integers(1, 10_000_000),
    people=st.integers(0, 1_000),
    months=st.integers(1, 60),
    share=st.integers(0, 10_000),
    uplift=st.integers(0, 10_000),
    base=st.sampled_from(["ONE_YEAR", "WHOLE_TERM", "EACH_YEAR"]),
    settles=st.sampled_from(["at_end", "every_year"]),
    condition=st.sampled_from(["listed", "training_started"]),
    unit=st.sampled_from(["filed_years", "day"]),
    listed_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    starts_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_the_parts_add_up_to_what_is_expected_in_years_that_rise_from_the_listing(
    rate: int,
    people: int,
    months: int,
    share: int,
    uplift: int,
    base: str,
    settles: str,
    condition: str,
    unit: str,
    listed_on: date,
    starts_on: date,
) -> None:
    rule = {"share_basis_points": share, "base": base, "condition": condition}
    by = standard(rates={"4": rate}, prepayment=rule, settles=settles, unit={"kind": unit})
    plan: dict[str, Any] = {
        "target_grade": 4, "filed_months": months, "uplift_basis_points": uplift,
    }  # fmt: skip
    found = payment_forecast(by, **plan, people=people, listed_on=listed_on, starts_on=starts_on)
    years = [part.budget_year for part in found]
    assert sum(p.amount_fen for p in found) == people * expected_entitlement_fen(by, **plan)
    assert all(part.amount_fen > 0 for part in found)
    assert years == sorted(set(years))
    assert all(year >= listed_on.year for year in years)
