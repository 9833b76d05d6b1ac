"""Periods: whole months between calendar days."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time all year; deadlines and days are counted in it."""


MONTHS_PER_YEAR: Final = 12

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""Before this instant nothing is told of anything; every zone's clock and PostgreSQL can tell it."""


def day_in_china(instant: datetime) -> date:
    """Return the calendar day in China of an instant."""
    return instant.astimezone(CHINA).date()


def month_after(day: date, months: int) -> date:
    """Return the day `months` later, or the last day of that month when it has no such day."""
    year, month0 = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def days_between(first_day: date, last_day: date) -> int:
    """Count the days of a period, both days included; 0 when it ends before it begins."""
    return max(0, (last_day - first_day).days + 1)


def months_between(first_day: date, last_day: date) -> tuple[int, int]:
    """Split a period, both days included, into whole months and the days after them.

    2024-03-01 to 2025-02-28 is 12 months and no day.
    """
    if last_day < first_day:
        return 0, 0
    end = last_day + timedelta(days=1)
    months = (end.year - first_day.year) * MONTHS_PER_YEAR + end.month - first_day.month
    if month_after(first_day, months) > end:
        months -= 1
    return months, (end - month_after(first_day, months)).days
