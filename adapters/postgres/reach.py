"""Which index a page walks: the places, organisation and partner an actor sees, or the page's order.

Row security alone decides what is seen (DESIGN 4) and is the same whichever way a page is found. But
its three arms in one condition fit no index, so a narrow page asks each arm by name, in the page's
order, and takes the first of all three; a wide one walks the order, where most rows are the actor's.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import Params
from domain.party import Actor

PLACES_MAX: Final = 40
"""Whoever serves more places than this walks the page's order: a province, the country."""

_FIRST: Final = UUID(int=0)
_PLACES: Final = text("""
select id from places where starts_with(region_path, cast(:region_path as text)) limit :limit
""")


class Page:
    """A page of one table's rows, found by key in every way it may be asked for.

    `shown` follows the common table `found` (place_id, id) and selects what the page shows, in its
    order. `where` is what rows must be, `x` being the table; `one` finds those of one thing that the
    caller names, bound as `one`.
    """

    def __init__(self, table: str, *, shown: str, where: str = "true", one: str = "false") -> None:
        def walked(arm: str) -> str:
            return (
                f"select x.place_id, x.id from {table} x"
                f" where {arm} and {where} and x.id > :after order by x.id limit :limit"
            )

        def page(keys: str) -> TextClause:
            return text(f"with found as materialized ({keys}) {shown}")

        of_places = walked("x.place_id = reach.place_id")
        places = "unnest(cast(:places as uuid[])) as reach(place_id)"
        arms = (
            f"select k.place_id, k.id from {places} cross join lateral ({of_places}) k",
            f"({walked('x.org_id = :org_id')})",
            f"({walked('x.partner_org_id = :org_id')})",
        )
        self.narrow = page(f"select * from ({' union '.join(arms)}) k order by k.id limit :limit")
        self.wide = page(walked("true"))
        self.one = page(walked(one))


class Reach:
    """How far one actor sees, asked for once in a transaction."""

    def __init__(self, connection: AsyncConnection, actor: Actor) -> None:
        self._connection = connection
        self._actor = actor
        self._places: list[UUID] | None = None

    async def of(
        self, page: Page, *, after: UUID | None, limit: int, one: UUID | None = None
    ) -> tuple[TextClause, Params]:
        """Return the statement for a page, of `one` thing if named, and what all pages bind."""
        named: Params = {"after": after or _FIRST, "limit": limit}
        if one is not None:
            return page.one, {**named, "one": one}
        places = await self._served()
        if len(places) > PLACES_MAX:
            return page.wide, named
        return page.narrow, {**named, "places": places, "org_id": self._actor.org_id}

    async def _served(self) -> list[UUID]:
        if self._places is None:
            found = await self._connection.execute(
                _PLACES,
                {"region_path": self._actor.region_path or None, "limit": PLACES_MAX + 1},
            )
            self._places = list(found.scalars())
        return self._places
