"""Proposed policy versions in PostgreSQL. Reports are kept as JSON facts; sums are made in the domain."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import keys_of, scope_of
from domain.cases import Case
from domain.policy.overlay_reading import parse_pack
from domain.policy_version import Open, Plan, PolicyProposal, Simulation
from domain.ports.ids import NewId
from domain.ports.policy_proposals import PolicyProposals

_ADD: Final = text("""
insert into policy_proposals (place_id, org_id, partner_org_id, region_path, id, policy_kind, body,
                              digest, moves)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :kind, cast(:body as jsonb), :digest,
        :moves)
""")
_SELECT: Final = "select id, body::text as body, digest, moves from policy_proposals"
_GET: Final = text(f"{_SELECT} where place_id = :place_id and id = :id")
_GET_MANY: Final = text(f"{_SELECT} where place_id = any(:places) and id = any(:ids)")
# A draft goes by the version if no nearer standard is in force for its region when it could be submitted.
_DECIDED: Final = text("""
select f.policy_version_id, f.target_grade, f.filed_months, f.uplift_basis_points, f.people,
       array_agg(f.id order by f.id) as filings
  from filings f join cases c on c.place_id = f.place_id and c.id = f.id
 where starts_with(f.region_path, :owner)
   and (f.id = any(:moves)
        or c.state = 'draft'
           and coalesce((select length(v.region_path) from policy_versions v
                          where v.id = policy_in_force('standard', f.region_path, :on)), 0)
               <= length(:owner))
 group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
""")
_KEPT: Final = text("""
select count(*) filter (where f.submitted_at is not null and f.id <> all(:moves)
                          and cast(f.submitted_at at time zone 'Asia/Shanghai' as date) >= :first)
         as kept,
       count(*) filter (where c.state in ('listed', 'in_training', 'completed') and not exists (
                          select from settlements s where s.place_id = f.place_id
                             and s.filing_id = f.id and s.submitted_at is not null)) as unsettled
  from filings f join cases c on c.place_id = f.place_id and c.id = f.id
 where starts_with(f.region_path, :owner) and c.state <> 'closed'
""")
_KEEP: Final = text("""
insert into policy_simulations (place_id, org_id, partner_org_id, region_path, id, proposal_id, report, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :proposal_id, cast(:report as jsonb), :at)
""")
_LATEST: Final = text("""
select report::text as report, at from policy_simulations
 where place_id = :place_id and proposal_id = :id order by id desc limit 1
""")
_MOVE: Final = text("""
insert into policy_moves (place_id, org_id, partner_org_id, region_path, filing_id, policy_version_id,
                          from_version_id, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :filing_id, :to, :from, :at)
""")
_MOVED_TO: Final = text("""
select policy_version_id from policy_moves
 where place_id = :place_id and filing_id = :id order by at desc, policy_version_id desc limit 1
""")


def _proposal(case: Case, row: Row[Any]) -> PolicyProposal:
    document = json.loads(row.body)
    return PolicyProposal(
        case=case,
        document=document,
        pack=parse_pack(document),
        digest=row.digest,
        moves=tuple(row.moves),
    )


class PostgresPolicyProposals(PolicyProposals):
    """The proposals one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, new_id: NewId, *, now: datetime) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = now

    async def add(self, proposal: PolicyProposal) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(proposal.case),
                "id": proposal.case.id,
                "kind": proposal.kind,
                "body": json.dumps(proposal.document, ensure_ascii=False),
                "digest": proposal.digest,
                "moves": list(proposal.moves),
            },
        )

    async def get(self, case: Case) -> PolicyProposal:
        row = (
            await self._connection.execute(_GET, {"place_id": case.place_id, "id": case.id})
        ).one()
        return _proposal(case, row)

    async def page(self, cases: Sequence[Case]) -> Sequence[PolicyProposal]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.id: row for row in rows}
        return [_proposal(case, found[case.id]) for case in cases]

    async def open_cases(self, proposal: PolicyProposal, *, on: date) -> Open:
        owner, moves = proposal.case.region_path, list(proposal.moves)
        first = proposal.pack.valid_from
        rows = await self._connection.execute(
            _DECIDED, {"owner": owner, "moves": moves, "on": max(on, first)}
        )
        decided = tuple(
            Plan(
                policy_version_id=row.policy_version_id,
                target_grade=row.target_grade,
                filed_months=row.filed_months,
                uplift_basis_points=row.uplift_basis_points,
                people=row.people,
                filings=tuple(row.filings),
            )
            for row in rows
        )
        counts = (
            await self._connection.execute(_KEPT, {"owner": owner, "moves": moves, "first": first})
        ).one()
        return Open(decided=decided, kept=counts.kept, unsettled=counts.unsettled)

    async def keep_simulation(self, proposal: PolicyProposal, report: Simulation) -> None:
        await self._connection.execute(
            _KEEP,
            {
                **scope_of(proposal.case),
                "id": self._new_id(),
                "proposal_id": proposal.case.id,
                "report": msgspec.json.encode(report).decode(),
                "at": self._now,
            },
        )

    async def latest_simulation(self, case: Case) -> tuple[Simulation, datetime] | None:
        row = (
            await self._connection.execute(_LATEST, {"place_id": case.place_id, "id": case.id})
        ).one_or_none()
        return None if row is None else (msgspec.json.decode(row.report, type=Simulation), row.at)

    async def move(self, filing: Case, *, to: UUID, from_: UUID) -> None:
        await self._connection.execute(
            _MOVE,
            {
                **scope_of(filing),
                "filing_id": filing.id,
                "to": to,
                "from": from_,
                "at": self._now,
            },
        )

    async def moved_to(self, filing: Case) -> UUID | None:
        found: UUID | None = (
            await self._connection.execute(
                _MOVED_TO, {"place_id": filing.place_id, "id": filing.id}
            )
        ).scalar_one_or_none()
        return found
