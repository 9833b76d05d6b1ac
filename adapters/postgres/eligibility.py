"""Rounds of judgements in PostgreSQL: inserted, never updated; the latest round is the state."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.eligibility import RULES_VERSION, EligibilityRule, Judgement, Result
from domain.ports.settlements import JudgedPerson

_NEXT_ROUND: Final = text("""
select 1 + coalesce(max(round), 0) from eligibility
 where place_id = :place_id and settlement_id = :settlement_id
""")
_ADD: Final = BulkInsert(
    "eligibility",
    fixed={
        "settlement_id": "uuid",
        "round": "int",
        "rules_version": "smallint",
        "policy_id": "text",
        "at": "timestamptz",
    },
    varying={"enrolment_id": "uuid", "rule": "text", "result": "text", "facts": "jsonb"},
)
_PAGE: Final = text("""
with latest as (
  select max(round) as round from eligibility
   where place_id = :place_id and settlement_id = :settlement_id
), people as (
  select e.enrolment_id from eligibility e, latest
   where e.place_id = :place_id and e.settlement_id = :settlement_id and e.round = latest.round
     and (cast(:after as uuid) is null or e.enrolment_id > :after)
   group by e.enrolment_id order by e.enrolment_id limit :limit
)
select e.enrolment_id, e.round, e.at, e.policy_id, e.rules_version,
       json_agg(json_build_object('rule', e.rule, 'result', e.result, 'facts', e.facts))::text
         as judgements
  from eligibility e, latest
 where e.place_id = :place_id and e.settlement_id = :settlement_id and e.round = latest.round
   and e.enrolment_id in (select enrolment_id from people)
 group by e.enrolment_id, e.round, e.at, e.policy_id, e.rules_version
 order by e.enrolment_id
""")
# The round once, and the unknown of it once: asked for each line, ten thousand people took minutes.
_UNKNOWN: Final = text("""
with latest as materialized (
  select max(round) as round from eligibility
   where place_id = :place_id and settlement_id = :settlement_id
), unknown as materialized (
  select distinct e.enrolment_id from eligibility e join latest using (round)
   where e.place_id = :place_id and e.settlement_id = :settlement_id and e.result = 'unknown'
)
select count(*) from settlement_lines l join unknown u on u.enrolment_id = l.enrolment_id
 where l.place_id = :place_id and l.settlement_id = :settlement_id and l.disposition = 'payable'
""")
_ORDER: Final = {rule: n for n, rule in enumerate(EligibilityRule)}


def _judged(row: Row[Any]) -> JudgedPerson:
    judgements = [
        Judgement(
            rule=EligibilityRule(one["rule"]), result=Result(one["result"]), facts=one["facts"]
        )
        for one in json.loads(row.judgements)
    ]
    return JudgedPerson(
        enrolment_id=row.enrolment_id,
        round=row.round,
        at=row.at,
        policy_id=row.policy_id,
        rules_version=row.rules_version,
        judgements=tuple(sorted(judgements, key=lambda one: _ORDER[one.rule])),
    )


class EligibilityRows:
    """The judgements of settlements, in one transaction."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(
        self, case: Case, judgements: Mapping[UUID, Sequence[Judgement]], *, policy_id: str
    ) -> int:
        """Store one more round and return its number."""
        where = {"place_id": case.place_id, "settlement_id": case.id}
        number: int = (await self._connection.execute(_NEXT_ROUND, where)).scalar_one()
        await _ADD.run(
            self._connection,
            {
                **scope_of(case),
                "settlement_id": case.id,
                "round": number,
                "rules_version": RULES_VERSION,
                "policy_id": policy_id,
                "at": self._now,
            },
            [
                (enrolment_id, one.rule, one.result, msgspec.json.encode(one.facts).decode())
                for enrolment_id, some in judgements.items()
                for one in some
            ],
        )
        return number

    async def page(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[JudgedPerson]:
        """Return the latest round by enrolment, after the given one."""
        rows = await self._connection.execute(
            _PAGE,
            {
                "place_id": case.place_id,
                "settlement_id": case.id,
                "after": after,
                "limit": limit,
            },
        )
        return [_judged(row) for row in rows]

    async def unknown_among_payable(self, case: Case) -> int:
        """Count payable lines with a rule that is unknown in the latest round."""
        unknown: int = (
            await self._connection.execute(
                _UNKNOWN, {"place_id": case.place_id, "settlement_id": case.id}
            )
        ).scalar_one()
        return unknown
