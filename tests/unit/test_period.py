"""Whole months between days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import days_between, month_after, months_between

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2024, 3, 1), date(2025, 2, 28), (12, 0)),
        (date(2024, 3, 1), date(2025, 2, 27), (11, 27)),
        (date(2024, 3, 15), date(2024, 4, 14), (1, 0)),
        (date(2024, 1, 31), date(2024, 2, 29), (1, 1)),
        (date(2024, 3, 1), date(2024, 3, 1), (0, 1)),
        (date(2024, 3, 2), date(2024, 3, 1), (0, 0)),
        (date(2024, 3, 9), date(2024, 3, 1), (0, 0)),
    ],
)
def test_a_period_splits_into_whole_months_and_days(
    first: date, last: date, expected: tuple[int, int]
) -> None:
    assert months_between(first, last) == expected


def test_a_month_after_the_thirty_first_is_the_last_day_of_a_shorter_month() -> None:
    assert month_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert month_after(date(2024, 1, 31), 12) == date(2025, 1, 31)


@given(first=days, months=st.integers(0, 48))
def test_a_period_of_whole_months_counts_exactly_those(first: date, months: int) -> None:
    last = month_after(first, months) - timedelta(days=1)
    assert months_between(first, last) == (months, 0)


@given(first=days, length=st.integers(0, 1500))
def test_months_and_days_put_together_give_the_period_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    months, rest = months_between(first, last)
    assert month_after(first, months) + timedelta(days=rest) == last + timedelta(days=1)
    assert 0 <= rest <= 31
    assert days_between(first, last) == length + 1


def test_a_period_that_ends_before_it_begins_has_no_days() -> None:
    assert days_between(date(2024, 3, 9), date(2024, 3, 1)) == 0
