"""Objections in PostgreSQL, and what they and holds set aside in a settlement."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.notice import Objection
from domain.policy.overlay import NoticeOf
from domain.ports.crypto import Crypto
from domain.ports.objections import Objections
from domain.settlement import Disposition, Ground, LineDecision, LineFacts

_ADD: Final = text("""
insert into objections (place_id, org_id, partner_org_id, region_path, id, notice_id, settlement_id,
                        line_id, filing_id, enrolment_id, voucher_settlement_id, voucher_id, client_key, digest,
                        statement, contact_sealed, received_on, answer_by)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :notice_id, :settlement_id,
        :line_id, :filing_id, :enrolment_id, :voucher_settlement_id, :voucher_id, :client_key, :digest,
        :statement, :contact,
        :received_on, :answer_by)
""")
_SELECT: Final = f"""
select {CASE_COLUMNS}, o.notice_id, o.settlement_id, o.filing_id,
       coalesce(o.settlement_id, o.filing_id, o.voucher_settlement_id) as item_id,
       coalesce(o.line_id, o.enrolment_id, o.voucher_id) as line_id, o.statement, o.received_on,
       o.answer_by, o.answer, o.digest
  from objections o join cases c on c.place_id = o.place_id and c.id = o.id
"""
_GET_MANY: Final = text(f"{_SELECT} where o.place_id = any(:places) and o.id = any(:ids)")
_OF_KEY: Final = text(f"{_SELECT} where o.notice_id = :notice_id and o.client_key = :client_key")
_CONTACT: Final = text("""
select contact_sealed from objections where place_id = :place_id and id = :id
""")
_ANSWER: Final = text("""
update objections set answer = :answer where place_id = :place_id and id = :id
""")
_OPEN_OVER_WHOLE: Final = text("""
select count(*) from objections o
  join cases c on c.place_id = o.place_id and c.id = o.id and c.state in ('received', 'examined')
 where o.place_id = :place_id and (o.settlement_id = :id and o.line_id is null
        or o.voucher_settlement_id = :id and o.voucher_id is null)
""")
_OPEN_OVER: Final = text("""
select coalesce(o.settlement_id, o.filing_id, o.voucher_settlement_id) as item_id, count(*) as objections
  from objections o
  join cases c on c.place_id = o.place_id and c.id = o.id and c.state in ('received', 'examined')
 where o.place_id = :place_id
   and (o.settlement_id = any(:ids) or o.filing_id = any(:ids) or o.voucher_settlement_id = any(:ids))
 group by 1
""")
# What was corrected since, and submitted again, is another thing than what was objected to.
_UPHELD_OVER: Final = text("""
select distinct o.filing_id from objections o
  join case_steps u on u.place_id = o.place_id and u.case_id = o.id and u.to_state = 'upheld'
 where o.place_id = :place_id and o.filing_id = any(:ids)
   and not exists (select from case_steps s
                    where s.place_id = o.place_id and s.case_id = o.filing_id
                      and s.to_state = 'submitted' and s.at > u.at)
""")
# An objection that was upheld stays upheld when it has been answered; a hold weighs less than that.
_GROUNDS: Final = text("""
select o.line_id, case when bool_or(u.seq is not null) then 'objection_upheld' else 'objection' end
         as ground
  from objections o
  join cases c on c.place_id = o.place_id and c.id = o.id
  left join case_steps u
    on u.place_id = o.place_id and u.case_id = o.id and u.to_state = 'upheld'
 where o.place_id = :place_id and o.settlement_id = :id and o.line_id is not null
   and (u.seq is not null or c.state in ('received', 'examined'))
 group by o.line_id
""")
_ON_HOLD: Final = text("""
select distinct l.id as line_id
  from settlement_lines l
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
  join holds h on h.place_id = l.place_id and h.target = 'person' and h.target_id = e.person_id
  join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
 where l.place_id = :place_id and l.settlement_id = :id
""")
_DECISIONS: Final = text("""
select id, enrolment_id, disposition, amount_fen, facts::text as facts from settlement_lines
 where place_id = :place_id and settlement_id = :id and id = any(:ids) and disposition is not null
 order by id
""")


def _of(row: Row[Any]) -> NoticeOf:
    if row.settlement_id is not None:
        return NoticeOf.SETTLEMENT
    return NoticeOf.VOUCHER_SETTLEMENT if row.filing_id is None else NoticeOf.LISTING


def _objection(row: Row[Any]) -> Objection:
    return Objection(
        case=case_of(row),
        notice_id=row.notice_id,
        of=_of(row),
        item_id=row.item_id,
        line_id=row.line_id,
        statement=row.statement,
        received_on=row.received_on,
        answer_by=row.answer_by,
        answer=row.answer,
    )


class PostgresObjections(Objections):
    """The objections one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto) -> None:
        self._connection = connection
        self._crypto = crypto

    async def of_key(self, notice_id: UUID, client_key: str) -> tuple[Objection, bytes] | None:
        row = (
            await self._connection.execute(
                _OF_KEY, {"notice_id": notice_id, "client_key": client_key}
            )
        ).one_or_none()
        return None if row is None else (_objection(row), row.digest)

    async def add(
        self, objection: Objection, *, client_key: str, digest: bytes, contact: str | None
    ) -> None:
        case, item_id, line_id = objection.case, objection.item_id, objection.line_id
        paid, listed = objection.of is NoticeOf.SETTLEMENT, objection.of is NoticeOf.LISTING
        voucher = objection.of is NoticeOf.VOUCHER_SETTLEMENT
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "notice_id": objection.notice_id,
                "settlement_id": item_id if paid else None,
                "line_id": line_id if paid else None,
                "filing_id": item_id if listed else None,
                "enrolment_id": line_id if listed else None,
                "voucher_settlement_id": item_id if voucher else None,
                "voucher_id": line_id if voucher else None,
                "client_key": client_key,
                "digest": digest,
                "statement": objection.statement,
                "contact": None
                if contact is None
                else self._crypto.seal("objections", "contact_sealed", case.id, contact),
                "received_on": objection.received_on,
                "answer_by": objection.answer_by,
            },
        )

    async def get(self, case: Case) -> Objection:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[Objection]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_objection(found[case.id]) for case in cases]

    async def contact(self, case: Case) -> str | None:
        sealed: bytes | None = (await self._connection.execute(_CONTACT, _key(case))).scalar_one()
        if sealed is None:
            return None
        return self._crypto.open("objections", "contact_sealed", case.id, sealed)

    async def set_answer(self, case: Case, answer: str) -> None:
        await self._connection.execute(_ANSWER, {**_key(case), "answer": answer})

    async def open_over_whole(self, settlement: Case) -> int:
        count: int = (
            await self._connection.execute(_OPEN_OVER_WHOLE, _key(settlement))
        ).scalar_one()
        return count

    async def open_over(self, place_id: UUID, items: Collection[UUID]) -> Mapping[UUID, int]:
        named = {"place_id": place_id, "ids": list(items)}
        rows = await self._connection.execute(_OPEN_OVER, named)
        return {row.item_id: row.objections for row in rows}

    async def upheld_over(self, place_id: UUID, filings: Collection[UUID]) -> Collection[UUID]:
        named = {"place_id": place_id, "ids": list(filings)}
        return set((await self._connection.execute(_UPHELD_OVER, named)).scalars())

    async def grounds(self, settlement: Case) -> Mapping[UUID, Ground]:
        held = await self._connection.execute(_ON_HOLD, _key(settlement))
        grounds = {row.line_id: Ground.INVESTIGATION for row in held}
        objected = await self._connection.execute(_GROUNDS, _key(settlement))
        return grounds | {row.line_id: Ground(row.ground) for row in objected}

    async def decisions(self, settlement: Case, line_ids: Sequence[UUID]) -> Sequence[LineDecision]:
        rows = await self._connection.execute(
            _DECISIONS, {**_key(settlement), "ids": list(line_ids)}
        )
        return [
            LineDecision(
                line_id=row.id,
                enrolment_id=row.enrolment_id,
                disposition=Disposition(row.disposition),
                amount_fen=row.amount_fen,
                facts=msgspec.convert(json.loads(row.facts), LineFacts),
            )
            for row in rows
        ]


def _key(case: Case) -> dict[str, UUID]:
    return {"place_id": case.place_id, "id": case.id}
