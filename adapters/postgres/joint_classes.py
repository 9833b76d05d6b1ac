"""Joint classes in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.joint_class import ClassTerms, JointClass, JointClassPlan
from domain.ports.joint_classes import JointClasses

_ADD: Final = text("""
insert into joint_classes (place_id, org_id, partner_org_id, region_path, id, class_name, occupation_code,
                           occupation_name, target_grade, filed_months, starts_on, document_number)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :class_name, :occupation_code,
        :occupation_name, :target_grade, :filed_months, :starts_on, :document_number)
""")
_GET: Final = text("""
select j.class_name, j.occupation_code, j.occupation_name, j.target_grade, j.filed_months, j.starts_on,
       j.partner_org_id as provider_id, j.document_number, h.filings, h.people
  from joint_classes j cross join joint_class_headcount(j.id) h
 where j.place_id = :place_id and j.id = :id
""")
_PUBLISH: Final = text("""
insert into joint_class_plans (id, region_path, organiser_id, provider_id, class_name, occupation_code,
                               occupation_name, target_grade, filed_months, starts_on, confirmed_at)
values (:id, :region_path, :org_id, :partner_org_id, :class_name, :occupation_code,
        :occupation_name, :target_grade, :filed_months, :starts_on, :at)
""")
_PLAN: Final = """
select id, region_path, organiser_id, provider_id, class_name, occupation_code, occupation_name,
       target_grade, filed_months, starts_on
  from joint_class_plans
"""
_PLAN_BY_ID: Final = text(f"{_PLAN} where id = :id")
_PLANS: Final = text(f"""{_PLAN}
 where (cast(:region_path as text) is null or region_path = :region_path)
   and (cast(:after as uuid) is null or id > :after)
 order by id limit :limit
""")
_TAKE_SEATS: Final = text("select take_joint_class_seats(:id, :filing_id, :people)")
_FILINGS: Final = text(
    "select id from filings where place_id = :place_id and joint_class_id = :id order by id"
)


def _terms(row: Row[Any]) -> ClassTerms:
    return ClassTerms(
        occupation_code=row.occupation_code,
        target_grade=row.target_grade,
        filed_months=row.filed_months,
        starts_on=row.starts_on,
        provider_id=row.provider_id,
    )


def _plan(row: Row[Any]) -> JointClassPlan:
    return JointClassPlan(
        id=row.id,
        region_path=row.region_path,
        organiser_id=row.organiser_id,
        class_name=row.class_name,
        occupation_name=row.occupation_name,
        terms=_terms(row),
    )


def _values(joint: JointClass) -> dict[str, object]:
    return {
        **scope_of(joint.case),
        "id": joint.case.id,
        "class_name": joint.class_name,
        "occupation_code": joint.terms.occupation_code,
        "occupation_name": joint.occupation_name,
        "target_grade": joint.terms.target_grade,
        "filed_months": joint.terms.filed_months,
        "starts_on": joint.terms.starts_on,
        "document_number": joint.document_number,
    }


class PostgresJointClasses(JointClasses):
    """The joint classes one actor's scope shows; plans and head-counts are for everybody."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, joint: JointClass) -> None:
        await self._connection.execute(_ADD, _values(joint))

    async def get(self, case: Case) -> JointClass:
        where = {"place_id": case.place_id, "id": case.id}
        row = (await self._connection.execute(_GET, where)).one()
        return JointClass(
            case=case,
            class_name=row.class_name,
            occupation_name=row.occupation_name,
            terms=_terms(row),
            document_number=row.document_number,
            filings=row.filings,
            people=row.people,
        )

    async def publish(self, joint: JointClass) -> None:
        await self._connection.execute(_PUBLISH, {**_values(joint), "at": self._now})

    async def plan(self, joint_class_id: UUID) -> JointClassPlan | None:
        row = (await self._connection.execute(_PLAN_BY_ID, {"id": joint_class_id})).one_or_none()
        return None if row is None else _plan(row)

    async def plans(
        self, *, region_path: str | None, after: UUID | None, limit: int
    ) -> Sequence[JointClassPlan]:
        rows = await self._connection.execute(
            _PLANS, {"region_path": region_path, "after": after, "limit": limit}
        )
        return [_plan(row) for row in rows]

    async def take_seats(self, joint_class_id: UUID, filing_id: UUID, people: int) -> int:
        values = {"id": joint_class_id, "filing_id": filing_id, "people": people}
        total: int = (await self._connection.execute(_TAKE_SEATS, values)).scalar_one()
        return total

    async def filings(self, place_id: UUID, joint_class_id: UUID) -> Sequence[UUID]:
        values = {"place_id": place_id, "id": joint_class_id}
        rows = await self._connection.execute(_FILINGS, values)
        return [row.id for row in rows]
