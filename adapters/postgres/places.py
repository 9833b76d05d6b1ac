"""Places, organisations, accounts and persons in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Refusal
from domain.party import Role
from domain.places import Organisation, OrganisationKind, Place
from domain.ports.places import Accounts, Places

_PLACE: Final = "select id, region_path, bureau_org_id, finance_org_id from places"
_GET: Final = text(f"{_PLACE} where id = :id")
_OF_REGION: Final = text(f"{_PLACE} where region_path = :region_path")
_ALL: Final = text(f"{_PLACE} order by region_path")
_ADD_REGION: Final = text(
    "insert into regions (path, name) values (:path, :name) on conflict do nothing"
)
_ADD_ORGANISATION: Final = text(
    "insert into organisations (id, kind, credit_code, name) values (:id, :kind, :credit_code, :name)"
)
_ADD: Final = text(
    "insert into places (id, region_path, bureau_org_id, finance_org_id)"
    " values (:id, :region_path, :bureau_org_id, :finance_org_id)"
)
_ORGANISATION: Final = text("select id, kind, credit_code, name from organisations where id = :id")
_ORGANISATION_OF: Final = text(
    "select id, kind, credit_code, name from organisations where credit_code = :credit_code"
)
_ADD_ACCOUNT: Final = text(
    "insert into user_accounts (id, name, person_id, password_hash, org_id, region_path, roles)"
    " values (:id, :name, :person_id, :password_hash, :org_id, :region_path, :roles)"
)
_ROLES_OF: Final = text("""
select array_agg(distinct r.role) as roles from user_accounts a cross join unnest(a.roles) r(role)
 where a.org_id = :org_id and a.closed_at is null group by a.person_id order by a.person_id
""")
_PEOPLE_OF: Final = text("select people_of(:indexes)")
_WORKERS_OF: Final = text("select workers_of(:indexes)")
_FORGET_FAILURES: Final = text("select forget_sign_in_failures(:before, :limit)")


def _place(row: Row[Any]) -> Place:
    return Place(
        id=row.id,
        region_path=row.region_path,
        bureau_org_id=row.bureau_org_id,
        finance_org_id=row.finance_org_id,
    )


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(
        id=row.id, kind=OrganisationKind(row.kind), credit_code=row.credit_code, name=row.name
    )


class PostgresPlaces(Places):
    """Where cases are decided and paid."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, place_id: UUID) -> Place:
        row = (await self._connection.execute(_GET, {"id": place_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _place(row)

    async def of_region(self, region_path: str) -> Place | None:
        row = (
            await self._connection.execute(_OF_REGION, {"region_path": region_path})
        ).one_or_none()
        return None if row is None else _place(row)

    async def all(self) -> Sequence[Place]:
        return [_place(row) for row in await self._connection.execute(_ALL)]

    async def add_region(self, path: str, name: str) -> None:
        await self._connection.execute(_ADD_REGION, {"path": path, "name": name})

    async def add_organisation(self, organisation: Organisation) -> None:
        await self._connection.execute(
            _ADD_ORGANISATION,
            {
                "id": organisation.id,
                "kind": organisation.kind,
                "credit_code": organisation.credit_code,
                "name": organisation.name,
            },
        )

    async def add(self, place: Place) -> None:
        await self._connection.execute(
            _ADD,
            {
                "id": place.id,
                "region_path": place.region_path,
                "bureau_org_id": place.bureau_org_id,
                "finance_org_id": place.finance_org_id,
            },
        )

    async def organisation(self, org_id: UUID) -> Organisation:
        row = (await self._connection.execute(_ORGANISATION, {"id": org_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _organisation(row)

    async def organisation_of(self, credit_code: str) -> Organisation | None:
        row = (
            await self._connection.execute(_ORGANISATION_OF, {"credit_code": credit_code})
        ).one_or_none()
        return None if row is None else _organisation(row)


class PostgresAccounts(Accounts):
    """The accounts people sign in with."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        account_id: UUID,
        name: str,
        person_id: UUID,
        password_hash: str,
        org_id: UUID,
        region_path: str | None,
        roles: frozenset[Role],
    ) -> None:
        await self._connection.execute(
            _ADD_ACCOUNT,
            {
                "id": account_id,
                "name": name,
                "person_id": person_id,
                "password_hash": password_hash,
                "org_id": org_id,
                "region_path": region_path,
                "roles": sorted(role.value for role in roles),
            },
        )

    async def roles_of(self, org_id: UUID) -> Sequence[frozenset[Role]]:
        rows = await self._connection.execute(_ROLES_OF, {"org_id": org_id})
        return [frozenset(Role(role) for role in row.roles) for row in rows]

    async def forget_sign_in_failures(self, *, before: datetime, limit: int) -> int:
        done = await self._connection.execute(_FORGET_FAILURES, {"before": before, "limit": limit})
        return int(done.scalar_one())

    async def people_of(self, identity_indexes: Sequence[bytes]) -> Sequence[UUID]:
        found: list[UUID] = (
            await self._connection.execute(_PEOPLE_OF, {"indexes": list(identity_indexes)})
        ).scalar_one()
        return found

    async def workers_of(self, identity_indexes: Sequence[bytes]) -> Sequence[UUID]:
        found: list[UUID] = (
            await self._connection.execute(_WORKERS_OF, {"indexes": list(identity_indexes)})
        ).scalar_one()
        return found
