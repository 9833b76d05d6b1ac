"""Calendars in PostgreSQL."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar
from domain.ports.calendars import Calendars

_YEARS: Final = text("select distinct year from calendar_years")
# The nearest region speaks last, and of one region's versions the newest.
_DAYS: Final = text("""
select day, working from calendar_days where starts_with(:region_path, region_path)
 order by length(region_path), version
""")


class PostgresCalendars(Calendars):
    """Exceptions to Monday-to-Friday, read whole: a few dozen a year."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_region(self, region_path: str) -> Calendar:
        years = await self._connection.execute(_YEARS)
        days = await self._connection.execute(_DAYS, {"region_path": region_path})
        return Calendar(
            exceptions={row.day: row.working for row in days},
            years=frozenset(row.year for row in years),
        )
