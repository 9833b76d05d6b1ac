"""Calendars on file: rest and make-up days as published, for the nation and for single regions."""

from abc import abstractmethod
from typing import Protocol

from domain.calendar import Calendar


class Calendars(Protocol):
    """The working days of regions."""

    @abstractmethod
    async def of_region(self, region_path: str) -> Calendar:
        """Return a region's calendar: the nation's, with what its own authorities closed or opened."""
