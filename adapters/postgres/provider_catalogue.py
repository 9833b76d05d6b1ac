"""The provider catalogue in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.provider_catalogue import ProviderCatalogue
from domain.provider_catalogue import (
    CatalogueChange,
    CatalogueEntry,
    ListedProvider,
    PublishedEntry,
    regions_up,
)

_ADD: Final = text("""
insert into catalogue_entries (place_id, org_id, partner_org_id, region_path, id, provider_id, change,
                               effective_on, document_number)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :provider_id, :change,
        :effective_on, :document_number)
""")
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, e.provider_id, e.change, e.effective_on, e.document_number
  from catalogue_entries e join cases c on c.place_id = e.place_id and c.id = e.id
 where e.place_id = any(:places) and e.id = any(:ids)
""")
_TAKE_TURN: Final = text(
    "select pg_advisory_xact_lock(hashtextextended('catalogue:' || cast(:region_path as text), 0))"
)
_PUBLISH: Final = text("""
insert into provider_catalogue (id, region_path, provider_id, change, effective_on, document_number, published_at)
values (:id, :region_path, :provider_id, :change, :effective_on, :document_number, :at)
""")
_OF_PROVIDER: Final = text("""
select id, region_path, provider_id, change, effective_on, document_number
  from provider_catalogue where provider_id = :provider_id order by region_path, effective_on
""")
# The nearest region that says anything by the day decides, there its latest word.
_LISTED: Final = text("""
select n.provider_id, o.name, o.credit_code, n.region_path, n.effective_on as since, n.document_number
  from (select distinct on (c.provider_id) c.*
          from provider_catalogue c
         where c.region_path = any(:regions) and c.effective_on <= :on
           and (cast(:after as uuid) is null or c.provider_id > :after)
         order by c.provider_id, length(c.region_path) desc, c.effective_on desc) n
  join organisations o on o.id = n.provider_id
 where n.change = 'join'
 order by n.provider_id limit :limit
""")


class PostgresProviderCatalogue(ProviderCatalogue):
    """The entries one actor's scope shows; what is published is for everybody."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, entry: CatalogueEntry) -> None:
        await self._connection.execute(_ADD, {**scope_of(entry.case), **_facts(entry)})

    async def page(self, cases: Sequence[Case]) -> Sequence[CatalogueEntry]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [
            CatalogueEntry(
                case=case_of(row),
                provider_id=row.provider_id,
                change=CatalogueChange(row.change),
                effective_on=row.effective_on,
                document_number=row.document_number,
            )
            for row in (found[case.id] for case in cases)
        ]

    async def take_turn(self, region_path: str) -> None:
        await self._connection.execute(_TAKE_TURN, {"region_path": region_path})

    async def publish(self, entry: CatalogueEntry) -> None:
        where = {"region_path": entry.case.region_path, "at": self._now}
        await self._connection.execute(_PUBLISH, {**where, **_facts(entry)})

    async def of_provider(self, provider_id: UUID) -> Sequence[PublishedEntry]:
        rows = await self._connection.execute(_OF_PROVIDER, {"provider_id": provider_id})
        return [
            PublishedEntry(
                id=row.id,
                region_path=row.region_path,
                provider_id=row.provider_id,
                change=CatalogueChange(row.change),
                effective_on=row.effective_on,
                document_number=row.document_number,
            )
            for row in rows
        ]

    async def listed(
        self, region_path: str, on: date, *, after: UUID | None, limit: int
    ) -> Sequence[ListedProvider]:
        asked = {"regions": list(regions_up(region_path)), "on": on, "after": after, "limit": limit}
        rows = await self._connection.execute(_LISTED, asked)
        return [ListedProvider(**row._mapping) for row in rows]


def _facts(entry: CatalogueEntry) -> dict[str, object]:
    return {
        "id": entry.case.id,
        "provider_id": entry.provider_id,
        "change": entry.change,
        "effective_on": entry.effective_on,
        "document_number": entry.document_number,
    }
