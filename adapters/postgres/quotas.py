"""Listed people by year, in PostgreSQL."""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ports.quotas import Quotas
from domain.quota import QuotaUse

_TAKE_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(:quota, 0))")
_USED: Final = text("""
select f.org_id, sum(f.people)::int as people
  from filings f join cases c on c.place_id = f.place_id and c.id = f.id
 where f.place_id = :place_id and c.state <> 'lapsed'
   and f.listed_on >= make_date(:year, 1, 1) and f.listed_on <= make_date(:year, 12, 31)
 group by f.org_id
""")


class PostgresQuotas(Quotas):
    """What one actor's scope shows, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take_turn(self, place_id: UUID, year: int) -> None:
        await self._connection.execute(_TAKE_TURN, {"quota": f"quota:{place_id}:{year}"})

    async def used(self, place_id: UUID, year: int) -> QuotaUse:
        rows = await self._connection.execute(_USED, {"place_id": place_id, "year": year})
        by_enterprise = {row.org_id: row.people for row in rows}
        return QuotaUse(people=sum(by_enterprise.values()), by_enterprise=by_enterprise)
