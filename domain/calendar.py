"""Working days (工作日): China's official calendar as data, and deadlines counted on it.

The State Council arranges each year's rest and make-up days late in the year before, so a deadline
may reach beyond what has been published. It is then provisional: counted as if the unpublished days
were ordinary Mondays to Sundays, marked wherever it is shown, and fixed when the year is loaded.
Only an act that takes effect *because* a day has passed waits for the published calendar (CASES 3).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class DayUnit(StrEnum):
    """What a time limit counts: 自然日 or 工作日."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day of a time limit; `provisional` when it counts days not yet published."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The working days of one region.

    `exceptions` says of single days whether they are worked, against the rule that Monday to Friday
    are; `years` are those whose arrangement is published.
    """

    exceptions: Mapping[date, bool]
    years: AbstractSet[int]

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked; a guess by weekday in a year that is not published."""
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def is_published(self, day: date) -> bool:
        """Tell whether the arrangement of a day's year is known."""
        return day.year in self.years

    def deadline(
        self, start: date, days: int, unit: DayUnit, *, first_day_counts: bool = False
    ) -> Deadline:
        """Count `days` (one or more) from a start day, which itself counts only where a rule says so.

        启东: 2025-04-07 and seven calendar days, the first excluded, end on 04-14. 南平: 2023-08-17 and
        seven calendar days, the first included, end on 08-23.
        """
        if days < 1:
            msg = f"a time limit is of one day or more, not {days}"
            raise ValueError(msg)
        day, left, guessed = start, days, False
        if not first_day_counts:
            day += _ONE_DAY
        while True:
            if unit is DayUnit.CALENDAR:
                left -= 1
            else:
                guessed = guessed or not self.is_published(day)
                left -= self.is_working(day)
            if left == 0:
                return Deadline(day=day, provisional=guessed)
            day += _ONE_DAY

    def working_days(self, after: date, through: date) -> int:
        """Count the working days after one day and through another; 0 when there is none."""
        return sum(
            self.is_working(after + timedelta(days=n)) for n in range(1, (through - after).days + 1)
        )
