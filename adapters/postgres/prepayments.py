"""Prepayments in PostgreSQL. Facts are stored as JSON, so that sentences can be rendered for ever."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.prepayments import PrepaymentLine, PrepaymentOnFile, Prepayments
from domain.prepayment_amount import PrepaymentFacts
from domain.prepayment_period import next_first_day

_ADD: Final = text("""
insert into prepayments (place_id, org_id, partner_org_id, region_path, id, filing_id, period, roster_version,
                         people, maximum_fen, amount_fen, facts, after_review_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :filing_id, :period, :roster_version,
        :people, :maximum_fen, :amount_fen, cast(:facts as jsonb), :after_review_id)
""")
_DECIDE: Final = text("""
update prepayments set roster_version = :roster_version, people = :people, maximum_fen = :maximum_fen,
       amount_fen = :amount_fen, facts = cast(:facts as jsonb)
 where place_id = :place_id and id = :id
""")
_SELECT: Final = f"""
select {CASE_COLUMNS}, p.filing_id, p.period, p.roster_version, p.people, p.maximum_fen, p.amount_fen,
       p.facts::text as facts, f.opened_on, p.after_review_id
  from prepayments p join cases c on c.place_id = p.place_id and c.id = p.id
  join filings f on f.place_id = p.place_id and f.id = p.filing_id
"""
_GET: Final = text(f"{_SELECT} where p.place_id = :place_id and p.id = :id")
_GET_MANY: Final = text(f"{_SELECT} where p.place_id = any(:places) and p.id = any(:ids)")
_OF_FILING: Final = text(
    f"{_SELECT} where p.place_id = :place_id and p.filing_id = :id order by p.period"
)
_PAID_UNASKED: Final = text(f"""
select {CASE_COLUMNS} from cases c
  join filings f on f.place_id = c.place_id and f.id = c.id
  join policy_versions v on v.id = f.policy_version_id
 where c.place_id = :place_id and c.kind = 'filing' and c.state in ('listed', 'in_training')
   and v.body->'prepayment'->>'on_request' = 'false'
   and cast(v.body->'prepayment'->>'share_basis_points' as integer) > 0
   and (cast(:after as uuid) is null or c.id > :after)
 order by c.id limit :limit
""")
_LINES: Final = text("""
select l.enrolment_id, l.amount_fen
  from prepayment_lines l join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
 where l.place_id = :place_id and l.prepayment_id = :id order by e.seat_no
""")
_ADD_LINES: Final = BulkInsert(
    "prepayment_lines",
    fixed={"prepayment_id": "uuid"},
    varying={"enrolment_id": "uuid", "amount_fen": "bigint"},
)


def _facts(facts: PrepaymentFacts) -> str:
    return msgspec.json.encode(facts).decode()


def _prepayment(row: Row[Any]) -> PrepaymentOnFile:
    facts = msgspec.convert(json.loads(row.facts), PrepaymentFacts)
    return PrepaymentOnFile(
        case=case_of(row),
        filing_id=row.filing_id,
        period=row.period,
        roster_version=row.roster_version,
        people=row.people,
        maximum_fen=row.maximum_fen,
        amount_fen=row.amount_fen,
        facts=facts,
        next_first_day=next_first_day(
            facts.base,
            filed_months=facts.filed_months,
            opened_on=row.opened_on,
            period=row.period,
        ),
        after_review_id=row.after_review_id,
    )


class PostgresPrepayments(Prepayments):
    """The prepayments one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, prepayment: PrepaymentOnFile) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(prepayment.case),
                "id": prepayment.case.id,
                "filing_id": prepayment.filing_id,
                "period": prepayment.period,
                "roster_version": prepayment.roster_version,
                "people": prepayment.people,
                "maximum_fen": prepayment.maximum_fen,
                "amount_fen": prepayment.amount_fen,
                "facts": _facts(prepayment.facts),
                "after_review_id": prepayment.after_review_id,
            },
        )

    async def decide(self, prepayment: PrepaymentOnFile) -> None:
        await self._connection.execute(
            _DECIDE,
            {
                "place_id": prepayment.case.place_id,
                "id": prepayment.case.id,
                "roster_version": prepayment.roster_version,
                "people": prepayment.people,
                "maximum_fen": prepayment.maximum_fen,
                "amount_fen": prepayment.amount_fen,
                "facts": _facts(prepayment.facts),
            },
        )

    async def add_lines(self, case: Case, lines: Sequence[PrepaymentLine]) -> None:
        await _ADD_LINES.run(
            self._connection,
            {**scope_of(case), "prepayment_id": case.id},
            [(line.enrolment_id, line.amount_fen) for line in lines],
        )

    async def get(self, case: Case) -> PrepaymentOnFile:
        row = (
            await self._connection.execute(_GET, {"place_id": case.place_id, "id": case.id})
        ).one()
        return _prepayment(row)

    async def page(self, cases: Sequence[Case]) -> Sequence[PrepaymentOnFile]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_prepayment(found[case.id]) for case in cases]

    async def of_filing(self, filing: Case) -> Sequence[PrepaymentOnFile]:
        rows = await self._connection.execute(
            _OF_FILING, {"place_id": filing.place_id, "id": filing.id}
        )
        return [_prepayment(row) for row in rows]

    async def paid_unasked(
        self, place_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[Case]:
        rows = await self._connection.execute(
            _PAID_UNASKED, {"place_id": place_id, "after": after, "limit": limit}
        )
        return [case_of(row) for row in rows]

    async def lines(self, case: Case) -> Sequence[PrepaymentLine]:
        rows = await self._connection.execute(_LINES, {"place_id": case.place_id, "id": case.id})
        return [
            PrepaymentLine(enrolment_id=row.enrolment_id, amount_fen=row.amount_fen) for row in rows
        ]
