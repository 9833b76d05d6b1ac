"""Stages, marks, reminders and steps taken in PostgreSQL. Days are China's."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.case_clock import PauseCause, Stage
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.ports.case_clocks import CaseClocks, Reminder
from domain.ports.ids import NewId
from domain.step_time import StepsTaken

_WAITING: Final = text(f"""
select {CASE_COLUMNS} from cases c
  join unnest(cast(:kinds as text[]), cast(:states as text[])) as w(kind, state)
    on w.kind = c.kind and w.state = c.state
 where (cast(:place_id as uuid) is null or c.place_id = :place_id)
   and (cast(:after as uuid) is null or c.id > :after)
   and not (c.kind = 'filing' and c.state = 'completed' and exists (
         select from settlements s join cases o on o.place_id = s.place_id and o.id = s.id
          where s.place_id = c.place_id and s.filing_id = c.id and s.submitted_at is not null
            and o.state <> 'withdrawn'))
 order by c.id limit :limit
""")
_FIND: Final = text(f"select {CASE_COLUMNS} from cases c where c.id = :case_id")
_STAGES: Final = text("""
select s.case_id, s.seq, s.to_state, (s.at at time zone 'Asia/Shanghai')::date as day,
       (select array_agg(m.day order by m.seq) from clock_marks m
         where m.place_id = s.place_id and m.case_id = s.case_id and m.step_seq = s.seq) as marks
  from case_steps s where s.place_id = any(:places) and s.case_id = any(:ids)
 order by s.case_id, s.seq
""")
_MARK: Final = text("""
insert into clock_marks (place_id, org_id, partner_org_id, region_path, case_id, case_kind, step_seq, seq, cause,
                         reason, day, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :case_id, :kind, :step_seq, :seq, :cause,
        :reason, :day, :at)
""")
_MARK_ALL: Final = text("""
insert into clock_marks (place_id, org_id, partner_org_id, region_path, case_id, case_kind, step_seq, seq, cause,
                         reason, day, at)
select c.place_id, c.org_id, c.partner_org_id, c.region_path, c.id, c.kind, c.step_seq,
       coalesce(m.seq, 0) + 1, :cause, :reason, greatest(cast(:day as date), m.day), :at
  from cases c
  left join lateral (
    select m.seq, m.cause, m.day from clock_marks m
     where m.place_id = c.place_id and m.case_id = c.id and m.step_seq = c.step_seq
     order by m.seq desc limit 1) m on true
 where c.place_id = any(:places) and c.id = any(:ids)
   and case when :pausing then coalesce(m.seq, 0) % 2 = 0 else m.seq % 2 = 1 and m.cause = :cause end
returning case_id
""")
_REMIND: Final = text("""
insert into reminders (place_id, org_id, partner_org_id, region_path, id, filing_id, voucher_settlement_id,
                       about, due_on, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :filing_id, :voucher_settlement_id,
        :about, :due_on, :at)
on conflict do nothing
""")
_REMINDERS: Final = text(f"""
select r.id, r.about, r.due_on, r.at, {CASE_COLUMNS}
  from reminders r
  join cases c on c.place_id = r.place_id and c.id = coalesce(r.filing_id, r.voucher_settlement_id)
 where cast(:after as uuid) is null or r.id > :after
 order by r.id limit :limit
""")
_TAKEN: Final = text("""
select t.place_id, t.region_path, t.case_kind, t.from_state, t.to_state, t.began_on, t.ended_on, t.marks,
       count(*)::int as cases
  from (select s.place_id, s.region_path, s.case_kind, s.from_state, s.to_state,
               (b.at at time zone 'Asia/Shanghai')::date as began_on,
               (s.at at time zone 'Asia/Shanghai')::date as ended_on,
               (select array_agg(m.day order by m.seq) from clock_marks m
                 where m.place_id = b.place_id and m.case_id = b.case_id and m.step_seq = b.seq) as marks
          from case_steps s
          join case_steps b on b.place_id = s.place_id and b.case_id = s.case_id and b.seq = s.seq - 1
         where s.at >= cast(:since as timestamp) at time zone 'Asia/Shanghai'
           and s.at < (cast(:until as timestamp) + interval '1 day') at time zone 'Asia/Shanghai') t
 group by t.place_id, t.region_path, t.case_kind, t.from_state, t.to_state, t.began_on, t.ended_on, t.marks
""")


class PostgresCaseClocks(CaseClocks):
    """What one actor's scope shows, in one transaction at one instant."""

    def __init__(self, connection: AsyncConnection, new_id: NewId, *, now: datetime) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = now

    async def waiting(
        self,
        states: Collection[tuple[CaseKind, str]],
        *,
        place_id: UUID | None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Case]:
        rows = await self._connection.execute(
            _WAITING,
            {
                "kinds": [kind for kind, _ in states],
                "states": [state for _, state in states],
                "place_id": place_id,
                "after": after,
                "limit": limit,
            },
        )
        return [case_of(row) for row in rows]

    async def find(self, case_id: UUID) -> Case:
        row = (await self._connection.execute(_FIND, {"case_id": case_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return case_of(row)

    async def stages(self, cases: Collection[Case]) -> Mapping[UUID, Sequence[Stage]]:
        rows = await self._connection.execute(_STAGES, keys_of(list(cases)))
        found: defaultdict[UUID, list[Stage]] = defaultdict(list)
        for row in rows:
            stage = Stage(row.seq, row.to_state, row.day, tuple(row.marks or ()))
            found[row.case_id].append(stage)
        return found

    async def mark(
        self, case: Case, *, seq: int, cause: PauseCause, reason: str, day: date, at: datetime
    ) -> None:
        await self._connection.execute(
            _MARK,
            {
                **scope_of(case),
                "case_id": case.id,
                "kind": case.kind,
                "step_seq": case.step_seq,
                "seq": seq,
                "cause": cause,
                "reason": reason,
                "day": day,
                "at": at,
            },
        )

    async def mark_all(
        self,
        cases: Collection[Case],
        *,
        pausing: bool,
        cause: PauseCause,
        reason: str,
        day: date,
        at: datetime,
    ) -> Collection[UUID]:
        marked = await self._connection.execute(
            _MARK_ALL,
            {
                **keys_of(list(cases)),
                "pausing": pausing,
                "cause": cause,
                "reason": reason,
                "day": day,
                "at": at,
            },
        )
        return set(marked.scalars())

    async def remind(self, case: Case, *, about: str, due_on: date) -> None:
        await self._connection.execute(
            _REMIND,
            {
                **scope_of(case),
                "id": self._new_id(),
                "filing_id": case.id if case.kind is CaseKind.FILING else None,
                "voucher_settlement_id": None if case.kind is CaseKind.FILING else case.id,
                "about": about,
                "due_on": due_on,
                "at": self._now,
            },
        )

    async def reminders(self, *, after: UUID | None, limit: int) -> Sequence[Reminder]:
        rows = await self._connection.execute(_REMINDERS, {"after": after, "limit": limit})
        return [
            Reminder(id=row.id, case=case_of(row), about=row.about, due_on=row.due_on, at=row.at)
            for row in rows
        ]

    async def steps_taken(self, *, since: date, until: date) -> Sequence[StepsTaken]:
        rows = await self._connection.execute(_TAKEN, {"since": since, "until": until})
        return [
            StepsTaken(
                place_id=row.place_id,
                region_path=row.region_path,
                kind=CaseKind(row.case_kind),
                from_state=row.from_state,
                to_state=row.to_state,
                began_on=row.began_on,
                ended_on=row.ended_on,
                marks=tuple(row.marks or ()),
                cases=row.cases,
            )
            for row in rows
        ]
