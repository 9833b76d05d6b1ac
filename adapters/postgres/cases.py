"""Cases in PostgreSQL: one statement a step, whose signatures the constraints of 0002 check."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.constraints import constraint_of
from adapters.postgres.reach import Page, Reach
from adapters.postgres.rows import CASE_COLUMNS, Params, case_of, scope_of
from domain.cases import NEW, Case, CaseKind, Duty, Move, Step
from domain.errors import Refusal
from domain.party import Actor
from domain.ports.cases import Cases

_OPEN: Final = text("""
with opened as (
  insert into cases (place_id, id, kind, org_id, partner_org_id, region_path, state, step_seq, version, created_at)
  values (:place_id, :case_id, :kind, :org_id, :partner_org_id, :region_path, :to_state, 1, :version, :at)
), duty as (
  insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, partner_org_id, region_path)
  values (:place_id, :case_id, :person_id, :duty, :kind, :org_id, :partner_org_id, :region_path)
)
insert into case_steps (place_id, case_id, seq, case_kind, org_id, partner_org_id, region_path, from_state, to_state,
                        duty, person_id, at, reason)
values (:place_id, :case_id, 1, :kind, :org_id, :partner_org_id, :region_path, :from_state, :to_state,
        :duty, :person_id, :at, :reason)
""")

_SIGN: Final = text("""
with duty as (
  insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, partner_org_id, region_path)
  values (:place_id, :case_id, :person_id, :duty, :kind, :org_id, :partner_org_id, :region_path)
  on conflict do nothing
), step as (
  insert into case_steps (place_id, case_id, seq, case_kind, org_id, partner_org_id, region_path, from_state,
                          to_state, duty, person_id, at, reason, clause)
  values (:place_id, :case_id, :seq, :kind, :org_id, :partner_org_id, :region_path, :from_state,
          :to_state, :duty, :person_id, :at, :reason, :clause)
)
update cases set state = :to_state, step_seq = :seq, version = version + 1
 where place_id = :place_id and id = :case_id and step_seq = :seq - 1
""")

_SIGN_ALL: Final = text("""
with u as (
  select * from unnest(cast(:case_ids as uuid[]), cast(:seqs as integer[])) as u(case_id, seq)
), c as (
  select c.place_id, c.id, c.kind, c.org_id, c.partner_org_id, c.region_path, u.seq
    from u join cases c on c.place_id = :place_id and c.id = u.case_id
), duty as (
  insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, partner_org_id, region_path)
  select place_id, id, :person_id, :duty, kind, org_id, partner_org_id, region_path from c
  on conflict do nothing
), step as (
  insert into case_steps (place_id, case_id, seq, case_kind, org_id, partner_org_id, region_path, from_state,
                          to_state, duty, person_id, at, reason)
  select place_id, id, seq, kind, org_id, partner_org_id, region_path, :from_state, :to_state, :duty,
         :person_id, :at, :reason
    from c
)
update cases x set state = :to_state, step_seq = u.seq, version = x.version + 1
  from u
 where x.place_id = :place_id and x.id = u.case_id and x.step_seq = u.seq - 1
""")

_TOUCH: Final = text(
    "update cases set version = version + 1 where place_id = :place_id and id = :case_id"
)

_GET: Final = text(f"select {CASE_COLUMNS} from cases c where c.id = :case_id and c.kind = :kind")

_ANY: Final = text(f"select {CASE_COLUMNS} from cases c where c.id = :case_id")

_LOCK: Final = text(
    f"select {CASE_COLUMNS} from cases c where c.id = :case_id and c.kind = :kind for update"
)

_LOCK_MANY: Final = text(
    f"select {CASE_COLUMNS} from cases c where c.id = any(:case_ids) and c.kind = :kind order by c.id for update"
)

# In id order, and counted on the server: a batch locks a hundred thousand and reads none.
_HOLD_ALL: Final = text("""
select count(*) from (
  select from cases c where c.id = any(:case_ids) and c.kind = :kind order by c.id for update) held
""")

_STEPS: Final = text("""
select s.seq, s.from_state, s.to_state, s.duty, s.person_id, s.at, s.reason, s.clause,
       coalesce((select min(a.name) from user_accounts a where a.person_id = s.person_id and a.closed_at is null),
                'system') as account_name
  from case_steps s where s.place_id = :place_id and s.case_id = :case_id order by s.seq
""")

# By way of the cases: the duties' key begins with the place, which the ids alone do not tell.
_HELD: Final = text("""
select min(d.duty) from cases c
  join case_duties d on d.place_id = c.place_id and d.case_id = c.id and d.person_id = :person_id
 where c.id = any(:case_ids) and d.duty = any(:among)
""")

_SHOWN: Final = (
    f"select {CASE_COLUMNS} from found join cases c"
    " on c.place_id = found.place_id and c.id = found.id order by c.id"
)
_PAGE: Final = {
    True: Page("cases", shown=_SHOWN, where="x.kind = :kind and x.state = :state"),
    False: Page("cases", shown=_SHOWN, where="x.kind = :kind"),
}
"""Of one state, and of all: a statement each, so that each walks its own index."""


def _after(case: Case, move: Move) -> Case:
    return replace(case, state=move.to, step_seq=case.step_seq + 1, version=case.version + 1)


class PostgresCases(Cases):
    """The cases one actor's scope shows, in one transaction."""

    def __init__(self, connection: AsyncConnection, actor: Actor, reach: Reach) -> None:
        self._connection = connection
        self._actor = actor
        self._reach = reach

    async def open(self, case: Case, *, move: Move, at: datetime, reason: str = "") -> None:
        await self._connection.execute(
            _OPEN,
            {
                **scope_of(case),
                "case_id": case.id,
                "kind": case.kind,
                "from_state": NEW,
                "to_state": move.to,
                "version": case.version,
                "duty": move.duty,
                "person_id": self._actor.person_id,
                "at": at,
                "reason": reason,
            },
        )

    async def get(self, kind: CaseKind, case_id: UUID) -> Case:
        row = (
            await self._connection.execute(_GET, {"case_id": case_id, "kind": kind})
        ).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return case_of(row)

    async def any(self, case_id: UUID) -> Case:
        row = (await self._connection.execute(_ANY, {"case_id": case_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return case_of(row)

    async def lock(self, kind: CaseKind, case_id: UUID, *, version: int | None = None) -> Case:
        row = (
            await self._connection.execute(_LOCK, {"case_id": case_id, "kind": kind})
        ).one_or_none()
        if row is None:
            raise Refusal("not_found")
        case = case_of(row)
        if version is not None and case.version != version:
            raise Refusal("stale_version")
        return case

    async def lock_many(self, kind: CaseKind, case_ids: Sequence[UUID]) -> Sequence[Case]:
        rows = await self._connection.execute(
            _LOCK_MANY, {"case_ids": list(case_ids), "kind": kind}
        )
        found = {case.id: case for case in map(case_of, rows)}
        if len(found) != len(set(case_ids)):
            raise Refusal("not_found")
        return [found[case_id] for case_id in case_ids]

    async def hold_all(self, kind: CaseKind, case_ids: Collection[UUID]) -> None:
        wanted = set(case_ids)
        held = await self._connection.execute(_HOLD_ALL, {"case_ids": list(wanted), "kind": kind})
        if held.scalar_one() != len(wanted):
            raise Refusal("not_found")

    async def sign(
        self, case: Case, *, move: Move, at: datetime, reason: str = "", clause: str = ""
    ) -> Case:
        named = {
            **scope_of(case),
            "case_id": case.id,
            "kind": case.kind,
            "seq": case.step_seq + 1,
            "from_state": case.state,
            "reason": reason,
            "clause": clause,
        }
        await self._sign(_SIGN, named, move, at, count=1)
        return _after(case, move)

    async def sign_all(
        self, cases: Sequence[Case], *, move: Move, at: datetime, reason: str = ""
    ) -> Sequence[Case]:
        ((place_id, from_state),) = {(case.place_id, case.state) for case in cases}
        named = {
            "place_id": place_id,
            "case_ids": [case.id for case in cases],
            "seqs": [case.step_seq + 1 for case in cases],
            "from_state": from_state,
            "reason": reason,
        }
        await self._sign(_SIGN_ALL, named, move, at, count=len(cases))
        return [_after(case, move) for case in cases]

    async def _sign(
        self, statement: TextClause, named: Params, move: Move, at: datetime, *, count: int
    ) -> None:
        signed = {
            **named,
            "to_state": move.to,
            "duty": move.duty,
            "person_id": self._actor.person_id,
            "at": at,
        }
        try:
            result = await self._connection.execute(statement, signed)
        except DBAPIError as error:
            # The duty insert met a row of mine with another duty, and the step found none to lean on.
            if constraint_of(error) == "person_holds_that_duty":
                raise Refusal("duty_conflict", duty=move.duty.value) from error
            raise
        if result.rowcount != count:
            raise Refusal("stale_version")

    async def touch(self, case: Case) -> Case:
        await self._connection.execute(_TOUCH, {"place_id": case.place_id, "case_id": case.id})
        return replace(case, version=case.version + 1)

    async def steps(self, case: Case) -> Sequence[Step]:
        rows = await self._connection.execute(
            _STEPS, {"place_id": case.place_id, "case_id": case.id}
        )
        return [
            Step(
                seq=row.seq,
                from_state=row.from_state,
                to_state=row.to_state,
                duty=Duty(row.duty),
                person_id=row.person_id,
                account_name=row.account_name,
                at=row.at,
                reason=row.reason,
                clause=row.clause,
            )
            for row in rows
        ]

    async def held(self, case_ids: Collection[UUID], among: Collection[Duty]) -> Duty | None:
        found = await self._connection.execute(
            _HELD,
            {
                "case_ids": list(case_ids),
                "person_id": self._actor.person_id,
                "among": sorted(among),
            },
        )
        duty: str | None = found.scalar_one()
        return None if duty is None else Duty(duty)

    async def page(
        self, kind: CaseKind, *, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Case]:
        page, named = await self._reach.of(_PAGE[state is not None], after=after, limit=limit)
        asked = {"kind": kind} if state is None else {"kind": kind, "state": state}
        rows = await self._connection.execute(page, {**named, **asked})
        return [case_of(row) for row in rows]
