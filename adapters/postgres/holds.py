"""Holds in PostgreSQL. A hold is in force by the state of its case, nothing else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.errors import Refusal
from domain.hold import Hold, HoldTarget, NamedPerson
from domain.ports.holds import Holds

_ADD: Final = text("""
insert into holds (place_id, org_id, partner_org_id, region_path, id, target, target_id,
                   document_number, review_on)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :target, :target_id,
        :document_number, :review_on)
""")
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, h.target, h.target_id, h.document_number, h.review_on
  from holds h join cases c on c.place_id = h.place_id and c.id = h.id
 where h.place_id = any(:places) and h.id = any(:ids)
""")
_ON_FILINGS: Final = text("""
select f.id as filing_id, h.id as hold_id
  from filings f
  join holds h on h.place_id = f.place_id
   and (h.target = 'filing' and h.target_id = f.id
        or h.target = 'enterprise' and h.target_id = f.org_id
        or h.target = 'provider' and h.target_id = f.partner_org_id)
  join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
 where f.id = any(:ids)
 order by f.id, h.id
""")
_ON_TARGETS: Final = text("""
select distinct h.target_id
  from holds h join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
 where h.place_id = :place_id and h.target = :target and h.target_id = any(:targets)
""")

_PERSON_NAMED: Final = text("""
select c.place_id, c.org_id, c.partner_org_id, e.person_id
  from enrolments e join cases c on c.place_id = e.place_id and c.id = e.filing_id
 where e.id = :id
 union all
select v.place_id, v.org_id, null, v.person_id from vouchers v where v.id = :id
""")

# Whoever checks takes the lock shared, whoever imposes takes it alone: what was checked holds till the commit.
_KEEP_STEADY: Final = text(
    "select pg_advisory_xact_lock_shared(hashtextextended('holds:' || cast(:place_id as text), 0))"
)
_TAKE_TURN: Final = text(
    "select pg_advisory_xact_lock(hashtextextended('holds:' || cast(:place_id as text), 0))"
)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        case=case_of(row),
        target=HoldTarget(row.target),
        target_id=row.target_id,
        document_number=row.document_number,
        review_on=row.review_on,
    )


class PostgresHolds(Holds):
    """The holds one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, hold: Hold) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(hold.case),
                "id": hold.case.id,
                "target": hold.target,
                "target_id": hold.target_id,
                "document_number": hold.document_number,
                "review_on": hold.review_on,
            },
        )

    async def get(self, case: Case) -> Hold:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[Hold]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_hold(found[case.id]) for case in cases]

    async def person_named(self, named_by: UUID) -> NamedPerson:
        row = (await self._connection.execute(_PERSON_NAMED, {"id": named_by})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return NamedPerson(
            place_id=row.place_id,
            org_id=row.org_id,
            partner_org_id=row.partner_org_id,
            person_id=row.person_id,
        )

    async def keep_steady(self, place_id: UUID) -> None:
        await self._connection.execute(_KEEP_STEADY, {"place_id": str(place_id)})

    async def take_turn(self, place_id: UUID) -> None:
        await self._connection.execute(_TAKE_TURN, {"place_id": str(place_id)})

    async def on_filings(self, filing_ids: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        found: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for row in await self._connection.execute(_ON_FILINGS, {"ids": list(filing_ids)}):
            found[row.filing_id].append(row.hold_id)
        return found

    async def on_providers(self, place_id: UUID, providers: Collection[UUID]) -> Collection[UUID]:
        return await self._on(place_id, HoldTarget.PROVIDER, providers)

    async def on_people(self, place_id: UUID, people: Collection[UUID]) -> Collection[UUID]:
        return await self._on(place_id, HoldTarget.PERSON, people)

    async def _on(
        self, place_id: UUID, target: HoldTarget, targets: Collection[UUID]
    ) -> Collection[UUID]:
        named = {"place_id": place_id, "target": target, "targets": list(targets)}
        rows = await self._connection.execute(_ON_TARGETS, named)
        return {row.target_id for row in rows}
