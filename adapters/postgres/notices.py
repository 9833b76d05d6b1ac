"""Notices in PostgreSQL: the authority's full copy by place, and the public's masked one without."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.calendar import DayUnit
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.notice import Notice, NoticeLine, PublicNotice, PublishedItem
from domain.policy.overlay import NoticeNames, NoticeOf, NoticeRule
from domain.ports.notices import Notices

_ADD: Final = text("""
insert into notices (place_id, org_id, partner_org_id, region_path, id, subject, days, unit,
                     first_day_counts, names)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :subject, :days, :unit,
        :first_day_counts, :names)
""")
_ADD_ITEMS: Final = BulkInsert(
    "notice_items",
    fixed={"notice_id": "uuid"},
    varying={
        "item_no": "int",
        "settlement_id": "uuid",
        "filing_id": "uuid",
        "voucher_settlement_id": "uuid",
    },
)
_ITEM: Final = "coalesce(i.settlement_id, i.filing_id, i.voucher_settlement_id)"
_COLUMN: Final = (NoticeOf.SETTLEMENT, NoticeOf.LISTING, NoticeOf.VOUCHER_SETTLEMENT)
"""What the columns of an item hold, in their order."""
_OF_LINE: Final = {"item_no": "int", "line_no": "int"}
_ADD_LINES: Final = {
    NoticeOf.SETTLEMENT: BulkInsert(
        "notice_lines",
        fixed={"notice_id": "uuid"},
        varying={
            **_OF_LINE,
            "line_id": "uuid",
            "person_ref": "uuid",
            "payee_account_id": "uuid",
            "amount_fen": "bigint",
        },
    ),
    NoticeOf.LISTING: BulkInsert(
        "notice_seats",
        fixed={"notice_id": "uuid"},
        varying={
            **_OF_LINE,
            "enrolment_id": "uuid",
            "person_ref": "uuid",
            "payee_account_id": "uuid",
            "expected_fen": "bigint",
        },
    ),
    NoticeOf.VOUCHER_SETTLEMENT: BulkInsert(
        "notice_vouchers",
        fixed={"notice_id": "uuid"},
        varying={
            **_OF_LINE,
            "voucher_id": "uuid",
            "person_ref": "uuid",
            "payee_account_id": "uuid",
            "amount_fen": "bigint",
        },
    ),
}
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, n.subject, n.days, n.unit, n.first_day_counts, n.names, n.starts_on, n.ends_on,
       (select array_agg({_ITEM} order by i.item_no) from notice_items i
         where i.place_id = n.place_id and i.notice_id = n.id) as items
  from notices n join cases c on c.place_id = n.place_id and c.id = n.id
 where n.place_id = any(:places) and n.id = any(:ids)
""")
_LINES_NOW: Final = text("""
select l.settlement_id as item_id, l.id as line_id, e.person_id, f.payee_account_id, l.amount_fen, e.name,
       e.identity_masked
  from settlement_lines l
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
  join filings f on f.place_id = e.place_id and f.id = e.filing_id
 where l.place_id = :place_id and l.settlement_id = any(:ids) and l.disposition = 'payable'
 order by l.settlement_id, e.seat_no, l.id
""")
_VOUCHERS_NOW: Final = text("""
select l.settlement_id as item_id, l.voucher_id as line_id, v.person_id, s.payee_account_id, l.amount_fen,
       v.name, v.identity_masked
  from voucher_settlement_lines l
  join voucher_settlements s on s.place_id = l.place_id and s.id = l.settlement_id
  join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
 where l.place_id = :place_id and l.settlement_id = any(:ids) and l.disposition = 'payable'
   and l.released_at is null
 order by l.settlement_id, l.voucher_id
""")
_STAMP: Final = text("""
update notices set starts_on = :starts_on, ends_on = :ends_on
 where place_id = :place_id and id = :id
""")
_PUBLISH: Final = text("""
insert into published_notices (notice_id, region_path, starts_on, ends_on, published_at, body)
values (:id, :region_path, :starts_on, :ends_on, :at, cast(:body as jsonb))
""")
_TAKE_DOWN: Final = text("""
update published_notices set body = null, taken_down_at = :at
 where notice_id = :id and taken_down_at is null
""")
_ENDED_OVER: Final = {
    CaseKind.SETTLEMENT: text("""
select i.notice_id, i.settlement_id as item_id, l.line_id, l.person_ref as person_id, l.payee_account_id,
       l.amount_fen
  from notice_items i
  join cases c on c.place_id = i.place_id and c.id = i.notice_id and c.state = 'ended'
  join notice_lines l
    on l.place_id = i.place_id and l.notice_id = i.notice_id and l.item_no = i.item_no
 where i.place_id = :place_id and i.settlement_id = :id
 order by i.notice_id desc, l.line_no
"""),
    CaseKind.FILING: text("""
select i.notice_id, i.filing_id as item_id, l.enrolment_id as line_id, l.person_ref as person_id,
       l.payee_account_id, l.expected_fen as amount_fen
  from notice_items i
  join cases c on c.place_id = i.place_id and c.id = i.notice_id and c.state = 'ended'
  join notice_seats l
    on l.place_id = i.place_id and l.notice_id = i.notice_id and l.item_no = i.item_no
 where i.place_id = :place_id and i.filing_id = :id
 order by i.notice_id desc, l.line_no
"""),
    CaseKind.VOUCHER_SETTLEMENT: text("""
select i.notice_id, i.voucher_settlement_id as item_id, l.voucher_id as line_id, l.person_ref as person_id,
       l.payee_account_id, l.amount_fen
  from notice_items i
  join cases c on c.place_id = i.place_id and c.id = i.notice_id and c.state = 'ended'
  join notice_vouchers l
    on l.place_id = i.place_id and l.notice_id = i.notice_id and l.item_no = i.item_no
 where i.place_id = :place_id and i.voucher_settlement_id = :id
 order by i.notice_id desc, l.line_no
"""),
}
_RUNNING: Final = text(f"""
select {_ITEM} as item_id, c.state from notice_items i
  join cases c on c.place_id = i.place_id and c.id = i.notice_id
 where (i.settlement_id = any(:ids) or i.filing_id = any(:ids) or i.voucher_settlement_id = any(:ids))
   and c.state in ('prepared', 'published')
""")
_LINE_OF: Final = text("""
select line_id from notice_lines where notice_id = :id and item_no = :item_no and line_no = :line_no
 union all
select enrolment_id from notice_seats where notice_id = :id and item_no = :item_no and line_no = :line_no
 union all
select voucher_id from notice_vouchers where notice_id = :id and item_no = :item_no and line_no = :line_no
""")
_PUBLIC: Final = """
select notice_id, region_path, starts_on, ends_on, body::text as body from published_notices
"""
_PUBLISHED: Final = text(f"""{_PUBLIC}
 where body is not null and starts_on <= :today and :today <= ends_on
   and (cast(:after as uuid) is null or notice_id > :after)
 order by notice_id limit :limit
""")
_PUBLIC_ONE: Final = text(f"{_PUBLIC} where notice_id = :id")
_OVER: Final = text(f"""{_PUBLIC}
 where body is not null and ends_on < :today order by notice_id limit :limit
""")


class _Body(msgspec.Struct):
    bureau: str
    items: tuple[PublishedItem, ...]
    of: NoticeOf = NoticeOf.SETTLEMENT


def _notice(row: Row[Any]) -> Notice:
    of = NoticeOf(row.subject)
    return Notice(
        case=case_of(row),
        of=of,
        rule=NoticeRule(
            of=frozenset({of}),
            days=row.days,
            unit=DayUnit(row.unit),
            first_day_counts=row.first_day_counts,
            names=NoticeNames(row.names),
        ),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        items=tuple(row.items),
    )


def _line(row: Row[Any], **more: str) -> NoticeLine:
    return NoticeLine(
        item_id=row.item_id,
        line_id=row.line_id,
        person_id=row.person_id,
        payee_account_id=row.payee_account_id,
        amount_fen=row.amount_fen,
        **more,
    )


def _public(row: Row[Any]) -> PublicNotice:
    body = None if row.body is None else msgspec.convert(json.loads(row.body), _Body)
    return PublicNotice(
        id=row.notice_id,
        of=NoticeOf.SETTLEMENT if body is None else body.of,
        region_path=row.region_path,
        bureau="" if body is None else body.bureau,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        items=None if body is None else body.items,
    )


class PostgresNotices(Notices):
    """The notices one actor's scope shows, and what is public."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, notice: Notice) -> None:
        case, rule = notice.case, notice.rule
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "subject": notice.of,
                "days": rule.days,
                "unit": rule.unit,
                "first_day_counts": rule.first_day_counts,
                "names": rule.names,
            },
        )
        await _ADD_ITEMS.run(
            self._connection,
            {**scope_of(case), "notice_id": case.id},
            [
                (n, *(one if notice.of is of else None for of in _COLUMN))
                for n, one in enumerate(notice.items, start=1)
            ],
        )

    async def get(self, case: Case) -> Notice:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[Notice]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_notice(found[case.id]) for case in cases]

    async def lines_now(
        self, place_id: UUID, settlements: Collection[UUID]
    ) -> Sequence[NoticeLine]:
        rows = await self._connection.execute(
            _LINES_NOW, {"place_id": place_id, "ids": list(settlements)}
        )
        return [_line(row, name=row.name, identity_masked=row.identity_masked) for row in rows]

    async def vouchers_now(
        self, place_id: UUID, settlements: Collection[UUID]
    ) -> Sequence[NoticeLine]:
        rows = await self._connection.execute(
            _VOUCHERS_NOW, {"place_id": place_id, "ids": list(settlements)}
        )
        return [_line(row, name=row.name, identity_masked=row.identity_masked) for row in rows]

    async def publish(
        self, notice: Notice, lines: Sequence[NoticeLine], public: PublicNotice
    ) -> None:
        case = notice.case
        days = {"starts_on": public.starts_on, "ends_on": public.ends_on}
        await self._connection.execute(_STAMP, {"place_id": case.place_id, "id": case.id, **days})
        numbers = {one: n for n, one in enumerate(notice.items, start=1)}
        await _ADD_LINES[notice.of].run(
            self._connection,
            {**scope_of(case), "notice_id": case.id},
            [
                (
                    numbers[item_id],
                    line_no,
                    line.line_id,
                    line.person_id,
                    line.payee_account_id,
                    line.amount_fen,
                )
                for item_id, its in groupby(lines, key=lambda line: line.item_id)
                for line_no, line in enumerate(its, start=1)
            ],
        )
        body = _Body(bureau=public.bureau, items=public.items or (), of=public.of)
        await self._connection.execute(
            _PUBLISH,
            {
                "id": case.id,
                "region_path": public.region_path,
                **days,
                "at": self._now,
                "body": msgspec.json.encode(body).decode(),
            },
        )

    async def take_down(self, notice_id: UUID) -> None:
        await self._connection.execute(_TAKE_DOWN, {"id": notice_id, "at": self._now})

    async def ended_over(self, item: Case) -> Sequence[Sequence[NoticeLine]]:
        rows = await self._connection.execute(
            _ENDED_OVER[item.kind], {"place_id": item.place_id, "id": item.id}
        )
        return [
            [_line(row) for row in its] for _, its in groupby(rows, key=lambda row: row.notice_id)
        ]

    async def running_over(self, items: Collection[UUID]) -> Mapping[UUID, str]:
        rows = await self._connection.execute(_RUNNING, {"ids": list(items)})
        return {row.item_id: row.state for row in rows}

    async def line_of(self, notice_id: UUID, item_no: int, line_no: int) -> UUID | None:
        found: UUID | None = (
            await self._connection.execute(
                _LINE_OF, {"id": notice_id, "item_no": item_no, "line_no": line_no}
            )
        ).scalar_one_or_none()
        return found

    async def published(
        self, *, today: date, after: UUID | None, limit: int
    ) -> Sequence[PublicNotice]:
        rows = await self._connection.execute(
            _PUBLISHED, {"today": today, "after": after, "limit": limit}
        )
        return [_public(row) for row in rows]

    async def public(self, notice_id: UUID) -> PublicNotice:
        row = (await self._connection.execute(_PUBLIC_ONE, {"id": notice_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _public(row)

    async def over_by(self, today: date, limit: int) -> Sequence[PublicNotice]:
        rows = await self._connection.execute(_OVER, {"today": today, "limit": limit})
        return [_public(row) for row in rows]
