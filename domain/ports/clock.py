"""Time as an argument: the business clock (DESIGN 1.10)."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.period import CHINA, day_in_china

__all__ = ["CHINA", "Clock", "day_in_china"]


class Clock(Protocol):
    """The business clock. Leases and job times do not use it: they keep the database's own clock."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present instant, in UTC."""
