"""Time as an argument: the business clock (DESIGN 1.10)."""

from abc import abstractmethod
from datetime import date, datetime, timedelta, timezone
from typing import Final, Protocol

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time all year; deadlines and days are counted in it."""


class Clock(Protocol):
    """The business clock. Leases and job times do not use it: they keep the database's own clock."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present instant, in UTC."""


def day_in_china(instant: datetime) -> date:
    """Return the calendar day in China of an instant."""
    return instant.astimezone(CHINA).date()
