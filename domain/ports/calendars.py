"""Calendars on file: rest and make-up days as published, for the nation and for single regions."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Protocol

from domain.calendar import Calendar


class Calendars(Protocol):
    """The working days of regions."""

    @abstractmethod
    async def add_year(self, year: int, document: str) -> None:
        """Record that a year's arrangement is published; refuses `calendar_year_loaded`."""

    @abstractmethod
    async def add_days(self, region_path: str, days: Mapping[date, bool], document: str) -> None:
        """Store days of a region, each worked or not, as the newest version of each day."""

    @abstractmethod
    async def of_region(self, region_path: str) -> Calendar:
        """Return a region's calendar: the nation's, with what its own authorities closed or opened."""
