"""Correction notices, revised plans and freed people in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import keys_of, scope_of
from domain.calendar import Deadline
from domain.cases import Case
from domain.correction import CorrectionItem, CorrectionNotice
from domain.filing import Plan
from domain.ports.corrections import Corrections

_ADD_NOTICE: Final = text("""
insert into correction_notices (place_id, org_id, partner_org_id, region_path, filing_id, seq, step_seq, items,
                                later_reason, working_days, from_on, due_on, provisional, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :filing_id, :seq, :step_seq, cast(:items as jsonb),
        :later_reason, :working_days, :from_on, :due_on, :provisional, :at)
""")
_NOTICES: Final = text("""
select filing_id, seq, step_seq, items::text as items, later_reason, working_days, from_on, due_on, provisional, at
  from correction_notices where place_id = :place_id and filing_id = :id order by seq
""")
_REVISE: Final = text("""
update filings set class_name = :class_name, occupation_code = :occupation_code,
                   occupation_name = :occupation_name, target_grade = :target_grade,
                   training_mode = :training_mode, provider_name = :provider_name,
                   filed_starts_on = :starts_on, filed_months = :filed_months,
                   uplift_basis_points = :uplift_basis_points, fund_source = :fund_source,
                   payee_account_id = :payee_account_id, term_reason = :term_reason
 where place_id = :place_id and id = :id
""")
_LEAVE_ROSTER: Final = text("""
update enrolments set state = 'freed', until_roster_version = :version
 where place_id = :place_id and filing_id = :id and state = 'enrolled' and until_roster_version is null
""")
_NEW_ROSTER: Final = text("""
update filings set roster_version = :version, people = :people where place_id = :place_id and id = :id
""")
_REMARK: Final = text("""
insert into filing_remarks (place_id, org_id, partner_org_id, region_path, filing_id, step_seq, remark)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :step_seq, :remark)
""")
_FREE: Final = text("""
update enrolments set state = 'freed'
 where place_id = any(:places) and filing_id = any(:ids) and state = 'enrolled'
""")
_END: Final = text("""
update enrolments set state = 'exited', ended_on = :last_day, exit_reason = 'terminated'
 where place_id = :place_id and filing_id = :id and state in ('in_training', 'suspended')
""")


def _notice(row: Row[Any]) -> CorrectionNotice:
    return CorrectionNotice(
        filing_id=row.filing_id,
        seq=row.seq,
        step_seq=row.step_seq,
        items=tuple(CorrectionItem(**item) for item in json.loads(row.items)),
        later_reason=row.later_reason,
        working_days=row.working_days,
        from_on=row.from_on,
        deadline=(
            None if row.due_on is None else Deadline(day=row.due_on, provisional=row.provisional)
        ),
        at=row.at,
    )


class PostgresCorrections(Corrections):
    """What one actor's scope shows, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_notice(self, case: Case, notice: CorrectionNotice) -> None:
        items = [
            {"pointer": i.pointer, "code": i.code, "text": i.text, "todo": i.todo}
            for i in notice.items
        ]
        deadline = notice.deadline
        await self._connection.execute(
            _ADD_NOTICE,
            {
                **scope_of(case),
                "filing_id": notice.filing_id,
                "seq": notice.seq,
                "step_seq": notice.step_seq,
                "items": json.dumps(items, ensure_ascii=False),
                "later_reason": notice.later_reason,
                "working_days": notice.working_days,
                "from_on": notice.from_on,
                "due_on": None if deadline is None else deadline.day,
                "provisional": deadline is not None and deadline.provisional,
                "at": notice.at,
            },
        )

    async def notices(self, case: Case) -> Sequence[CorrectionNotice]:
        rows = await self._connection.execute(_NOTICES, _key(case))
        return [_notice(row) for row in rows]

    async def revise_plan(self, case: Case, plan: Plan, *, payee_account_id: UUID) -> None:
        await self._connection.execute(
            _REVISE,
            {
                **_key(case),
                "class_name": plan.class_name,
                "occupation_code": plan.occupation_code,
                "occupation_name": plan.occupation_name,
                "target_grade": plan.target_grade,
                "training_mode": plan.training_mode,
                "provider_name": plan.provider_name,
                "starts_on": plan.starts_on,
                "filed_months": plan.filed_months,
                "uplift_basis_points": plan.uplift_basis_points,
                "fund_source": plan.fund_source,
                "payee_account_id": payee_account_id,
                "term_reason": plan.term_reason,
            },
        )

    async def begin_roster(self, case: Case, version: int, *, people: int) -> None:
        await self._connection.execute(_LEAVE_ROSTER, {**_key(case), "version": version})
        await self._connection.execute(
            _NEW_ROSTER, {**_key(case), "version": version, "people": people}
        )

    async def add_remark(self, case: Case, remark: str) -> None:
        values = {**scope_of(case), "id": case.id, "step_seq": case.step_seq, "remark": remark}
        await self._connection.execute(_REMARK, values)

    async def free_people(self, cases: Sequence[Case]) -> None:
        await self._connection.execute(_FREE, keys_of(cases))

    async def end_training(self, case: Case, *, last_day: date) -> None:
        await self._connection.execute(_END, {**_key(case), "last_day": last_day})


def _key(case: Case) -> dict[str, Any]:
    return {"place_id": case.place_id, "id": case.id}
