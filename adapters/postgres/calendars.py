"""Calendars in PostgreSQL."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar
from domain.errors import Refusal
from domain.ports.calendars import Calendars

_YEARS: Final = text("select distinct year from calendar_years")
# The nearest region speaks last, and of one region's versions the newest.
_DAYS: Final = text("""
select day, working from calendar_days where starts_with(:region_path, region_path)
 order by length(region_path), version
""")


_ADD_YEAR: Final = text("""
insert into calendar_years (year, document) values (:year, :document) on conflict do nothing
""")
_ADD_DAYS: Final = text("""
insert into calendar_days (region_path, day, version, working, document)
select :region_path, u.day,
       1 + coalesce((select max(d.version) from calendar_days d
                      where d.region_path = :region_path and d.day = u.day), 0),
       u.working, :document
  from unnest(cast(:days as date[]), cast(:working as boolean[])) as u(day, working)
""")


class PostgresCalendars(Calendars):
    """Exceptions to Monday-to-Friday, read whole: a few dozen a year."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_year(self, year: int, document: str) -> None:
        added = await self._connection.execute(_ADD_YEAR, {"year": year, "document": document})
        if added.rowcount == 0:
            raise Refusal("calendar_year_loaded", year=year)

    async def add_days(self, region_path: str, days: Mapping[date, bool], document: str) -> None:
        await self._connection.execute(
            _ADD_DAYS,
            {
                "region_path": region_path,
                "days": list(days),
                "working": list(days.values()),
                "document": document,
            },
        )

    async def of_region(self, region_path: str) -> Calendar:
        years = await self._connection.execute(_YEARS)
        days = await self._connection.execute(_DAYS, {"region_path": region_path})
        return Calendar(
            exceptions={row.day: row.working for row in days},
            years=frozenset(row.year for row in years),
        )
