"""Voucher classes in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.voucher_classes import VoucherClasses
from domain.voucher import Voucher, VoucherClass
from domain.voucher_class import ClassOffer, ClassTerms

_TERMS: Final = "class_name, occupation_code, occupation_name, grade, capacity, fee_fen, site, starts_on, ends_on"
_BOUND: Final = ", ".join(f":{name}" for name in _TERMS.split(", "))
_ADD: Final = text(f"""
insert into voucher_classes (place_id, org_id, partner_org_id, region_path, id, project_id, {_TERMS})
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :project_id, {_BOUND})
""")
_PUBLISH: Final = text(f"""
insert into voucher_class_offers (id, project_id, region_path, provider_id, {_TERMS}, published_at)
values (:id, :project_id, :region_path, :org_id, {_BOUND}, :at)
""")
_COLUMNS: Final = f"""
select {CASE_COLUMNS}, k.project_id, k.class_name, k.occupation_code, k.occupation_name, k.grade, k.capacity,
       k.fee_fen, k.site, k.starts_on, k.ends_on, k.started_on, k.completed_on, coalesce(p.taken, 0) as taken
"""
_GET_MANY: Final = text(f"""
{_COLUMNS}
  from voucher_classes k join cases c on c.place_id = k.place_id and c.id = k.id
  left join voucher_places_taken(:ids) p on p.class_id = k.id
 where k.place_id = any(:places) and k.id = any(:ids)
""")
_NOT_BEGUN: Final = text(f"""
with found as materialized (
  select k.place_id, k.id from voucher_classes k join cases c on c.place_id = k.place_id and c.id = k.id
   where c.kind = 'voucher_class' and c.state in ('planned', 'start_reported', 'start_reviewed')
     and (cast(:provider_id as uuid) is null or k.org_id = :provider_id)
     and (cast(:place_id as uuid) is null or k.place_id = :place_id)
)
{_COLUMNS}
  from found
  join voucher_classes k on k.place_id = found.place_id and k.id = found.id
  join cases c on c.place_id = k.place_id and c.id = k.id
  left join voucher_places_taken(array(select id from found)) p on p.class_id = k.id
 order by k.id
""")
_STARTED: Final = text(
    "update voucher_classes set started_on = :day where place_id = :place_id and id = :id"
)
_COMPLETED: Final = text(
    "update voucher_classes set completed_on = :day where place_id = :place_id and id = :id"
)
_CLOSE: Final = text(
    "update voucher_class_offers set closed_at = :at where id = :id and closed_at is null"
)
_REOPEN: Final = text("update voucher_class_offers set closed_at = null where id = :id")
_OFFER: Final = """
select o.id, o.project_id, o.region_path, o.provider_id, o.class_name, o.occupation_code, o.occupation_name,
       o.grade, o.capacity, o.fee_fen, o.site, o.starts_on, o.ends_on, o.closed_at is null as is_open, p.taken
"""
_OFFER_BY_ID: Final = text(f"""
{_OFFER} from voucher_class_offers o join voucher_places_taken(array[cast(:id as uuid)]) p on p.class_id = o.id
 where o.id = :id
""")
# Two vouchers of one person in two classes: whoever comes second reads what the first has reserved.
_TAKE_TURN: Final = text(
    "select pg_advisory_xact_lock(hashtextextended('reservations:' || cast(:person_id as text), 0))"
)
_HELD: Final = text(f"""
{_OFFER}
  from vouchers v
  join voucher_class_offers o on o.id = v.class_id
  join voucher_places_taken(array[o.id]) p on p.class_id = o.id
 where v.org_id = :person_id and v.id <> :voucher_id and coalesce(v.frozen_from, v.state) in ('reserved', 'in_use')
 order by v.id
""")
_OFFERS: Final = text(f"""
with page as materialized (
  select id from voucher_class_offers
   where closed_at is null and (cast(:project_id as uuid) is null or project_id = :project_id)
     and (cast(:after as uuid) is null or id > :after)
   order by id limit :limit
)
{_OFFER}
  from page join voucher_class_offers o on o.id = page.id
  join voucher_places_taken(array(select id from page)) p on p.class_id = o.id
 order by o.id
""")


def _class(row: Row[Any]) -> VoucherClass:
    return VoucherClass(
        case=case_of(row),
        project_id=row.project_id,
        class_name=row.class_name,
        occupation_code=row.occupation_code,
        occupation_name=row.occupation_name,
        grade=row.grade,
        capacity=row.capacity,
        taken=row.taken,
        fee_fen=row.fee_fen,
        site=row.site,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        started_on=row.started_on,
        completed_on=row.completed_on,
    )


def _offer(row: Row[Any]) -> ClassOffer:
    return ClassOffer(
        id=row.id,
        project_id=row.project_id,
        region_path=row.region_path,
        provider_id=row.provider_id,
        occupation_name=row.occupation_name,
        terms=ClassTerms(
            class_name=row.class_name,
            occupation_code=row.occupation_code,
            grade=row.grade,
            capacity=row.capacity,
            fee_fen=row.fee_fen,
            site=row.site,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        ),
        taken=row.taken,
        is_open=row.is_open,
    )


class PostgresVoucherClasses(VoucherClasses):
    """The classes one actor's scope shows; offers are for everybody."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, planned: VoucherClass) -> None:
        values = {
            **scope_of(planned.case),
            "id": planned.case.id,
            "project_id": planned.project_id,
            "class_name": planned.class_name,
            "occupation_code": planned.occupation_code,
            "occupation_name": planned.occupation_name,
            "grade": planned.grade,
            "capacity": planned.capacity,
            "fee_fen": planned.fee_fen,
            "site": planned.site,
            "starts_on": planned.starts_on,
            "ends_on": planned.ends_on,
        }
        await self._connection.execute(_ADD, values)
        await self._connection.execute(_PUBLISH, {**values, "at": self._now})

    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherClass]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: _class(row) for row in rows}
        return [found[case.id] for case in cases]

    async def report_start(self, case: Case, started_on: date | None) -> None:
        await self._connection.execute(_STARTED, {**_key(case), "day": started_on})

    async def report_completion(self, case: Case, completed_on: date | None) -> None:
        await self._connection.execute(_COMPLETED, {**_key(case), "day": completed_on})

    async def close_offer(self, case: Case) -> None:
        await self._connection.execute(_CLOSE, {"id": case.id, "at": self._now})

    async def reopen_offer(self, case: Case) -> None:
        await self._connection.execute(_REOPEN, {"id": case.id})

    async def offer(self, class_id: UUID) -> ClassOffer | None:
        row = (await self._connection.execute(_OFFER_BY_ID, {"id": class_id})).one_or_none()
        return None if row is None else _offer(row)

    async def offers(
        self, *, project_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[ClassOffer]:
        asked = {"project_id": project_id, "after": after, "limit": limit}
        return [_offer(row) for row in await self._connection.execute(_OFFERS, asked)]

    async def held_by_person_of(self, voucher: Voucher) -> Sequence[ClassTerms]:
        named = {"person_id": voucher.person_id, "voucher_id": voucher.id}
        await self._connection.execute(_TAKE_TURN, {"person_id": str(voucher.person_id)})
        return [_offer(row).terms for row in await self._connection.execute(_HELD, named)]

    async def not_begun(
        self, *, provider_id: UUID | None, place_id: UUID | None
    ) -> Sequence[VoucherClass]:
        asked = {"provider_id": provider_id, "place_id": place_id}
        return [_class(row) for row in await self._connection.execute(_NOT_BEGUN, asked)]


def _key(case: Case) -> dict[str, object]:
    return {"place_id": case.place_id, "id": case.id}
