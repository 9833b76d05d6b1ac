"""Working days: the official arrangement of 2026, both ways of counting, and what is not published."""

from datetime import date

import pytest

from domain.calendar import Calendar, DayUnit, Deadline

OFF_2026 = (
    (date(2026, 1, 1), 3),
    (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3),
    (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3),
    (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
)
ON_2026 = ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
CALENDAR = Calendar(
    exceptions={
        **{
            date.fromordinal(first.toordinal() + n): False
            for first, days in OFF_2026
            for n in range(days)
        },
        **{date(2026, month, day): True for month, day in ON_2026},
    },
    years=frozenset({2023, 2025, 2026}),
)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 2, 13), 5, date(2026, 2, 27)),  # over the Spring Festival and a worked Saturday
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # the last of them a worked Saturday
    ],
)
def test_working_days_skip_rest_days_and_count_worked_weekends(
    start: date, days: int, end: date
) -> None:
    assert CALENDAR.deadline(start, days, DayUnit.WORKING) == Deadline(day=end, provisional=False)
    assert CALENDAR.working_days(start, end) == days


def test_2026_has_248_working_days_as_arranged() -> None:
    assert CALENDAR.working_days(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_the_published_notices_are_counted_as_their_bureaus_counted_them() -> None:
    qidong = CALENDAR.deadline(date(2025, 4, 7), 7, DayUnit.CALENDAR)
    nanping = CALENDAR.deadline(date(2023, 8, 17), 7, DayUnit.CALENDAR, first_day_counts=True)
    assert (qidong.day, nanping.day) == (date(2025, 4, 14), date(2023, 8, 23))


def test_a_deadline_beyond_the_published_years_is_provisional() -> None:
    late = CALENDAR.deadline(date(2026, 12, 30), 3, DayUnit.WORKING)
    assert late == Deadline(day=date(2027, 1, 4), provisional=True)
    assert not CALENDAR.is_published(date(2027, 1, 4))
    # Calendar days need no arrangement.
    assert not CALENDAR.deadline(date(2026, 12, 30), 3, DayUnit.CALENDAR).provisional


def test_a_limit_of_no_day_is_no_limit() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        CALENDAR.deadline(date(2026, 1, 5), 0, DayUnit.WORKING)
