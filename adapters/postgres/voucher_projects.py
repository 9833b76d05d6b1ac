"""Voucher projects in PostgreSQL: the bureau's case, its published copy, and the lists issued to."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.errors import Refusal
from domain.ports.voucher_projects import VoucherProjects
from domain.voucher import (
    BeneficiaryTag,
    CountsTo,
    Distribution,
    ProjectPlan,
    VoucherOffer,
    VoucherPayee,
    VoucherProject,
    VoucherStandard,
)
from domain.voucher_issue import IssueMode, VoucherIssue

_ADD: Final = text("""
insert into voucher_projects (place_id, org_id, partner_org_id, region_path, id, name, document_number,
                              fund_source, budget_year, distribution, payee, face_value_fen, quota,
                              opens_on, closes_on, valid_days, valid_until, counts_to, withdraw_days,
                              report_within_days, tags, certificate_required, min_attendance_basis_points)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :name, :document_number,
        :fund_source, :budget_year, :distribution, :payee, :face_value_fen, :quota,
        :opens_on, :closes_on, :valid_days, :valid_until, :counts_to, :withdraw_days,
        :report_within_days, :tags, :certificate_required, :min_attendance_basis_points)
""")
_ADD_STANDARDS: Final = BulkInsert(
    "voucher_standards",
    fixed={"project_id": "uuid"},
    varying={
        "occupation_code": "text",
        "occupation_name": "text",
        "grade": "smallint",
        "standard_fen": "bigint",
        "min_minutes": "integer",
    },
)
_ADD_PROVIDERS: Final = BulkInsert(
    "voucher_project_providers",
    fixed={"project_id": "uuid", "joined_at": "timestamptz"},
    varying={"provider_id": "uuid"},
)
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, p.name, p.document_number, p.fund_source, p.budget_year, p.distribution, p.payee,
       p.face_value_fen, p.quota, p.opens_on, p.closes_on, p.valid_days, p.valid_until, p.counts_to,
       p.withdraw_days, p.report_within_days, p.tags, p.certificate_required, p.min_attendance_basis_points
  from voucher_projects p join cases c on c.place_id = p.place_id and c.id = p.id
 where p.place_id = any(:places) and p.id = any(:ids)
""")
_STANDARDS: Final = text("""
select project_id, occupation_code, occupation_name, grade, standard_fen, min_minutes from voucher_standards
 where place_id = any(:places) and project_id = any(:ids)
 order by project_id, occupation_code, grade_key
""")
_PROVIDERS: Final = text("""
select project_id, provider_id from voucher_project_providers
 where place_id = any(:places) and project_id = any(:ids) and left_at is null
 order by project_id, provider_id
""")
_ISSUED: Final = text("select project_id, issued from vouchers_issued(:ids)")
_PUBLISH: Final = text("""
insert into voucher_offers (id, region_path, distribution, quota, body, published_at)
values (:id, :region_path, :distribution, :quota, cast(:body as jsonb), :at)
""")
_UNPUBLISH: Final = text("update voucher_offers set closed_at = :at where id = :id")
_OFFER: Final = """
select o.id, o.region_path, cast(o.body as text) as body, o.published_at, o.closed_at from voucher_offers o
"""
_GET_OFFER: Final = text(f"{_OFFER} where o.id = :id")
_OFFERS: Final = text(f"""
{_OFFER}
 where o.closed_at is null and o.id > :after
   and (cast(:region_path as text) is null or starts_with(o.region_path, :region_path))
 order by o.id limit :limit
""")

_ADD_ISSUE: Final = text("""
insert into voucher_issues (place_id, org_id, partner_org_id, region_path, id, project_id, mode,
                            source_sha256, list_sha256, rows, people, at)
values (:place_id, :org_id, null, :region_path, :id, :project_id, :mode, :source_sha256, :list_sha256,
        :rows, :people, :at)
""")
_ISSUE: Final = """
select i.id, i.place_id, i.org_id, i.region_path, i.project_id, i.mode, i.source_sha256, i.list_sha256,
       i.rows, i.people, i.issued, i.person_id, i.at, i.finished_at
  from voucher_issues i
"""
_GET_ISSUE: Final = text(f"{_ISSUE} where i.id = :id")
_LOCK_ISSUE: Final = text(f"{_ISSUE} where i.id = :id for update")
_ISSUES: Final = text(f"""
{_ISSUE}
 where i.place_id = :place_id and i.project_id = :project_id and i.id > :after
 order by i.id limit :limit
""")
_ADVANCE: Final = text("""
update voucher_issues set issued = :issued,
       finished_at = case when people = :issued then cast(:at as timestamptz) end
 where place_id = :place_id and id = :id
""")
_UNDER_WAY: Final = text("""
select exists (select from voucher_issues i
                where i.place_id = :place_id and i.project_id = :project_id and i.finished_at is null)
""")


def _plan(m: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a plan but its standards and providers, of a row or of what was published."""
    return {
        "name": m["name"],
        "document_number": m["document_number"],
        "fund_source": m["fund_source"],
        "budget_year": m["budget_year"],
        "distribution": Distribution(m["distribution"]),
        "payee": VoucherPayee(m["payee"]),
        "face_value_fen": m["face_value_fen"],
        "quota": m["quota"],
        "opens_on": _day(m["opens_on"]),
        "closes_on": _day(m["closes_on"]),
        "valid_days": m["valid_days"],
        "valid_until": None if m["valid_until"] is None else _day(m["valid_until"]),
        "counts_to": CountsTo(m["counts_to"]),
        "withdraw_days": m["withdraw_days"],
        "report_within_days": m["report_within_days"],
        "tags": frozenset(BeneficiaryTag(tag) for tag in m["tags"]),
        "certificate_required": m["certificate_required"],
        "min_attendance_basis_points": m["min_attendance_basis_points"],
    }


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _values(plan: ProjectPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "document_number": plan.document_number,
        "fund_source": plan.fund_source,
        "budget_year": plan.budget_year,
        "distribution": plan.distribution,
        "payee": plan.payee,
        "face_value_fen": plan.face_value_fen,
        "quota": plan.quota,
        "opens_on": plan.opens_on,
        "closes_on": plan.closes_on,
        "valid_days": plan.valid_days,
        "valid_until": plan.valid_until,
        "counts_to": plan.counts_to,
        "withdraw_days": plan.withdraw_days,
        "report_within_days": plan.report_within_days,
        "tags": sorted(plan.tags),
        "certificate_required": plan.certificate_required,
        "min_attendance_basis_points": plan.min_attendance_basis_points,
    }


def _standard(m: Mapping[str, Any]) -> VoucherStandard:
    return VoucherStandard(
        occupation_code=m["occupation_code"],
        occupation_name=m["occupation_name"],
        grade=m["grade"],
        standard_fen=m["standard_fen"],
        min_minutes=m["min_minutes"],
    )


def _body(project: VoucherProject) -> str:
    """What is published, as JSON."""
    shown = {
        **_values(project),
        "standards": [
            {
                "occupation_code": one.occupation_code,
                "occupation_name": one.occupation_name,
                "grade": one.grade,
                "standard_fen": one.standard_fen,
                "min_minutes": one.min_minutes,
            }
            for one in project.standards
        ],
        "providers": [str(one) for one in project.providers],
    }
    return json.dumps(shown, ensure_ascii=False, default=str)


def _offer(row: Row[Any], issued: int) -> VoucherOffer:
    body: dict[str, Any] = json.loads(row.body)
    return VoucherOffer(
        **_plan(body),
        standards=tuple(_standard(one) for one in body["standards"]),
        providers=tuple(UUID(one) for one in body["providers"]),
        id=row.id,
        region_path=row.region_path,
        issued=issued,
        published_at=row.published_at,
        closed_at=row.closed_at,
    )


def _issue(row: Row[Any]) -> VoucherIssue:
    return VoucherIssue(
        id=row.id,
        place_id=row.place_id,
        org_id=row.org_id,
        region_path=row.region_path,
        project_id=row.project_id,
        mode=IssueMode(row.mode),
        source_sha256=row.source_sha256,
        list_sha256=row.list_sha256,
        rows=row.rows,
        people=row.people,
        issued=row.issued,
        person_id=row.person_id,
        at=row.at,
        finished_at=row.finished_at,
    )


class PostgresVoucherProjects(VoucherProjects):
    """The projects one actor's scope shows; offers are for everybody."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, project: VoucherProject) -> None:
        case = project.case
        await self._connection.execute(_ADD, {**scope_of(case), "id": case.id, **_values(project)})
        await _ADD_STANDARDS.run(
            self._connection,
            {**scope_of(case), "project_id": case.id},
            [
                (
                    one.occupation_code,
                    one.occupation_name,
                    one.grade,
                    one.standard_fen,
                    one.min_minutes,
                )
                for one in project.standards
            ],
        )
        await _ADD_PROVIDERS.run(
            self._connection,
            {**scope_of(case), "project_id": case.id, "joined_at": self._now},
            [(provider,) for provider in project.providers],
        )

    async def get(self, case: Case) -> VoucherProject:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherProject]:
        keys = keys_of(cases)
        rows = {row.case_id: row for row in await self._connection.execute(_GET_MANY, keys)}
        standards: defaultdict[UUID, list[VoucherStandard]] = defaultdict(list)
        for row in await self._connection.execute(_STANDARDS, keys):
            standards[row.project_id].append(_standard(row._asdict()))
        providers: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for row in await self._connection.execute(_PROVIDERS, keys):
            providers[row.project_id].append(row.provider_id)
        issued = await self._issued([case.id for case in cases])
        return [
            VoucherProject(
                **_plan(rows[case.id]._asdict()),
                case=case_of(rows[case.id]),
                standards=tuple(standards[case.id]),
                providers=tuple(providers[case.id]),
                issued=issued.get(case.id, 0),
            )
            for case in cases
        ]

    async def publish(self, project: VoucherProject) -> None:
        await self._connection.execute(
            _PUBLISH,
            {
                "id": project.case.id,
                "region_path": project.case.region_path,
                "distribution": project.distribution,
                "quota": project.quota,
                "body": _body(project),
                "at": self._now,
            },
        )

    async def unpublish(self, project: VoucherProject) -> None:
        await self._connection.execute(_UNPUBLISH, {"id": project.case.id, "at": self._now})

    async def offer(self, project_id: UUID) -> VoucherOffer:
        row = (await self._connection.execute(_GET_OFFER, {"id": project_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _offer(row, (await self._issued([project_id]))[project_id])

    async def offers(
        self, *, region_path: str | None, after: UUID | None, limit: int
    ) -> Sequence[VoucherOffer]:
        named = {"region_path": region_path, "after": after or UUID(int=0), "limit": limit}
        rows = (await self._connection.execute(_OFFERS, named)).all()
        issued = await self._issued([row.id for row in rows])
        return [_offer(row, issued[row.id]) for row in rows]

    async def add_issue(self, issue: VoucherIssue) -> None:
        await self._connection.execute(
            _ADD_ISSUE,
            {
                "place_id": issue.place_id,
                "org_id": issue.org_id,
                "region_path": issue.region_path,
                "id": issue.id,
                "project_id": issue.project_id,
                "mode": issue.mode,
                "source_sha256": issue.source_sha256,
                "list_sha256": issue.list_sha256,
                "rows": issue.rows,
                "people": issue.people,
                "at": issue.at,
            },
        )

    async def issue(self, issue_id: UUID) -> VoucherIssue:
        row = (await self._connection.execute(_GET_ISSUE, {"id": issue_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _issue(row)

    async def lock_issue(self, issue_id: UUID) -> VoucherIssue:
        row = (await self._connection.execute(_LOCK_ISSUE, {"id": issue_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _issue(row)

    async def advance_issue(self, issue: VoucherIssue, *, issued: int) -> None:
        await self._connection.execute(
            _ADVANCE,
            {"place_id": issue.place_id, "id": issue.id, "issued": issued, "at": self._now},
        )

    async def issue_under_way(self, project: Case) -> bool:
        found = await self._connection.execute(
            _UNDER_WAY, {"place_id": project.place_id, "project_id": project.id}
        )
        return bool(found.scalar_one())

    async def issues(
        self, project: Case, *, after: UUID | None, limit: int
    ) -> Sequence[VoucherIssue]:
        rows = await self._connection.execute(
            _ISSUES,
            {
                "place_id": project.place_id,
                "project_id": project.id,
                "after": after or UUID(int=0),
                "limit": limit,
            },
        )
        return [_issue(row) for row in rows]

    async def _issued(self, projects: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await self._connection.execute(_ISSUED, {"ids": list(projects)})
        return {row.project_id: row.issued for row in rows}
