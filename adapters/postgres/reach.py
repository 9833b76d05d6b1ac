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


class Sum:
    """A sum over one table's rows, in the two ways it may be read.

    `summed` is the statement with `{rows}` where the table is read from: a narrow actor's rows by place
    and by organisation, each an equality that an index answers; a wide one's as row security shows them.
    Both arms are told apart, so that no row is counted twice. `partners` adds the arm of a partner.
    """

    def __init__(self, table: str, summed: str, *, partners: bool = False) -> None:
        own = "place_id <> all(cast(:places as uuid[]))"
        arms = [
            f"select * from {table} where place_id = any(cast(:places as uuid[]))",
            f"select * from {table} where org_id = :org_id and {own}",
        ]
        if partners:
            arms.append(
                f"select * from {table} where partner_org_id = :org_id and org_id <> :org_id and {own}"
            )
        self.narrow = text(summed.replace("{rows}", f"({' union all '.join(arms)})"))
        self.wide = text(summed.replace("{rows}", table))


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
        arms = await self.arms()
        return (page.wide, named) if arms is None else (page.narrow, {**named, **arms})

    async def sum(self, over: Sum, **named: object) -> tuple[TextClause, Params]:
        """Return the statement for a sum, and what it binds beside `named`."""
        arms = await self.arms()
        return (over.wide, named) if arms is None else (over.narrow, {**named, **arms})

    async def arms(self) -> Params | None:
        """Return the places and the organisation to name as equalities; None for a wide actor."""
        places = await self._served()
        if len(places) > PLACES_MAX:
            return None
        return {"places": places, "org_id": self._actor.org_id}

    async def _served(self) -> list[UUID]:
        if self._places is None:
            found = await self._connection.execute(
                _PLACES,
                {"region_path": self._actor.region_path or None, "limit": PLACES_MAX + 1},
            )
            self._places = list(found.scalars())
        return self._places
