"""Voucher settlements in PostgreSQL. Facts are stored as JSON, so that sentences can be rendered for ever."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.voucher_settlements import VoucherSettlements
from domain.voucher_settlement import (
    LINES_MAX,
    Committed,
    VoucherDisposition,
    VoucherFacts,
    VoucherLine,
    VoucherSettlement,
    worth_fen,
)

# What is public of the project, the class and the voucher says what it is worth; no bureau's row is needed.
_WORTH: Final = """
select v.id as voucher_id, v.class_id, v.completed_on, o.starts_on, o.fee_fen, o.occupation_code, o.grade,
       p.body->>'document_number' as document,
       (p.body->>'face_value_fen')::bigint as face_value_fen,
       (p.body->>'certificate_required')::boolean as certificate_required,
       (p.body->>'min_attendance_basis_points')::integer as min_attendance,
       (select (s->>'standard_fen')::bigint from jsonb_array_elements(p.body->'standards') s
         where s->>'occupation_code' = o.occupation_code
           and (s->>'grade')::smallint is not distinct from o.grade) as standard_fen,
       r.attended_minutes, r.held_minutes, r.certificate_number
  from vouchers v
  join voucher_class_offers o on o.id = v.class_id
  join voucher_offers p on p.id = v.project_id
  left join lateral (
       select u.attended_minutes, u.held_minutes, u.certificate_number from voucher_outcomes u
        where u.place_id = v.place_id and u.voucher_id = v.id
        order by u.step_seq desc limit 1) r on true
"""
_REDEEMED: Final = text(f"""{_WORTH}
 where v.project_id = :project_id and v.state = 'redeemed'
   and (v.partner_org_id = :provider_id or v.org_id = :worker_id)
   and not exists (select from voucher_settlement_lines l
                    where l.place_id = v.place_id and l.voucher_id = v.id and l.released_at is null)
 order by v.id limit :limit for update of v
""")
_COMMITTED: Final = text(f"{_WORTH} where v.id = any(:ids) order by v.id")
_ADD: Final = text("""
insert into voucher_settlements (place_id, org_id, partner_org_id, region_path, id, project_id, month, vouchers,
                                 fund_source, budget_year, payee_account_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :project_id, :month, :vouchers,
        :fund_source, :budget_year, :payee_account_id)
""")
_ADD_LINES: Final = BulkInsert(
    "voucher_settlement_lines",
    fixed={"settlement_id": "uuid"},
    varying={
        "voucher_id": "uuid",
        "class_id": "uuid",
        "standard_fen": "bigint",
        "fee_fen": "bigint",
        "face_value_fen": "bigint",
        "committed_fen": "bigint",
        "facts": "jsonb",
    },
)
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, s.project_id, s.month, s.vouchers, s.amount_fen, s.fund_source, s.budget_year,
       s.payee_account_id, s.submitted_at
  from voucher_settlements s join cases c on c.place_id = s.place_id and c.id = s.id
 where s.place_id = any(:places) and s.id = any(:ids)
""")
_LINES: Final = text("""
select voucher_id, class_id, disposition, amount_fen, reason, facts::text as facts
  from voucher_settlement_lines
 where place_id = :place_id and settlement_id = :id
   and (cast(:after as uuid) is null or voucher_id > :after)
 order by voucher_id limit :limit
""")
_MARK_SUBMITTED: Final = text("""
update voucher_settlements set submitted_at = :at
 where place_id = :place_id and id = :id and submitted_at is null
""")
_DECIDE_LINES: Final = text("""
update voucher_settlement_lines l set disposition = u.disposition, amount_fen = u.amount_fen, reason = u.reason
  from unnest(cast(:voucher_ids as uuid[]), cast(:dispositions as text[]), cast(:amounts as bigint[]),
              cast(:reasons as text[])) as u(voucher_id, disposition, amount_fen, reason)
 where l.place_id = :place_id and l.settlement_id = :id and l.voucher_id = u.voucher_id
""")
_DECIDE: Final = text("""
update voucher_settlements set amount_fen = :amount_fen where place_id = :place_id and id = :id
""")
_FREE_LINES: Final = text("""
update voucher_settlement_lines set released_at = :at
 where place_id = :place_id and settlement_id = :id and released_at is null
   and (cast(:voucher_ids as uuid[]) is null or voucher_id = any(:voucher_ids))
""")
_FREE: Final = text("""
update voucher_settlements set released_at = :at where place_id = :place_id and id = :id
""")
_PAID: Final = text("""
select coalesce(sum(amount_fen), 0)::bigint from payments
 where place_id = :place_id and subject_id = :id and state = 'paid'
""")


def _worth(row: Row[Any]) -> int:
    return worth_fen(
        standard_fen=row.standard_fen, fee_fen=row.fee_fen, face_value_fen=row.face_value_fen
    )


def _attendance(row: Row[Any]) -> int | None:
    if not row.held_minutes:
        return None
    share: int = row.attended_minutes * 10_000 // row.held_minutes
    return share


def _new_line(row: Row[Any]) -> VoucherLine:
    return VoucherLine(
        voucher_id=row.voucher_id,
        class_id=row.class_id,
        facts=VoucherFacts(
            document=row.document,
            occupation_code=row.occupation_code,
            grade=row.grade,
            standard_fen=row.standard_fen,
            fee_fen=row.fee_fen,
            face_value_fen=row.face_value_fen,
            worth_fen=_worth(row),
            completed_on=row.completed_on,
            attendance_basis_points=_attendance(row),
            min_attendance_basis_points=row.min_attendance,
            certificate_number=row.certificate_number,
            certificate_required=row.certificate_required,
        ),
    )


def _line(row: Row[Any]) -> VoucherLine:
    return VoucherLine(
        voucher_id=row.voucher_id,
        class_id=row.class_id,
        facts=msgspec.convert(json.loads(row.facts), VoucherFacts),
        disposition=None if row.disposition is None else VoucherDisposition(row.disposition),
        amount_fen=row.amount_fen,
        reason=row.reason,
    )


def _settlement(row: Row[Any]) -> VoucherSettlement:
    return VoucherSettlement(
        case=case_of(row),
        project_id=row.project_id,
        month=row.month,
        vouchers=row.vouchers,
        amount_fen=row.amount_fen,
        fund_source=row.fund_source,
        budget_year=row.budget_year,
        payee_account_id=row.payee_account_id,
        submitted_at=row.submitted_at,
    )


class PostgresVoucherSettlements(VoucherSettlements):
    """The voucher settlements one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def redeemed(
        self, project_id: UUID, *, provider_id: UUID | None, worker_id: UUID | None
    ) -> Sequence[VoucherLine]:
        rows = await self._connection.execute(
            _REDEEMED,
            {
                "project_id": project_id,
                "provider_id": provider_id,
                "worker_id": worker_id,
                "limit": LINES_MAX + 1,
            },
        )
        return [_new_line(row) for row in rows]

    async def committed(self, voucher_ids: Collection[UUID]) -> Sequence[Committed]:
        rows = await self._connection.execute(_COMMITTED, {"ids": list(voucher_ids)})
        return [
            Committed(voucher_id=row.voucher_id, class_id=row.class_id, worth_fen=_worth(row))
            for row in rows
        ]

    async def add(self, settlement: VoucherSettlement, lines: Sequence[VoucherLine]) -> None:
        scope = scope_of(settlement.case)
        await self._connection.execute(
            _ADD,
            {
                **scope,
                "id": settlement.case.id,
                "project_id": settlement.project_id,
                "month": settlement.month,
                "vouchers": settlement.vouchers,
                "fund_source": settlement.fund_source,
                "budget_year": settlement.budget_year,
                "payee_account_id": settlement.payee_account_id,
            },
        )
        await _ADD_LINES.run(
            self._connection,
            {**scope, "settlement_id": settlement.case.id},
            [
                (
                    line.voucher_id,
                    line.class_id,
                    line.facts.standard_fen,
                    line.facts.fee_fen,
                    line.facts.face_value_fen,
                    line.committed_fen,
                    msgspec.json.encode(line.facts).decode(),
                )
                for line in lines
            ],
        )

    async def get(self, case: Case) -> VoucherSettlement:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherSettlement]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_settlement(found[case.id]) for case in cases]

    async def lines(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[VoucherLine]:
        rows = await self._connection.execute(
            _LINES, {"place_id": case.place_id, "id": case.id, "after": after, "limit": limit}
        )
        return [_line(row) for row in rows]

    async def mark_submitted(self, case: Case) -> None:
        await self._connection.execute(
            _MARK_SUBMITTED, {"place_id": case.place_id, "id": case.id, "at": self._now}
        )

    async def decide(self, case: Case, lines: Sequence[VoucherLine], *, amount_fen: int) -> None:
        await self._connection.execute(
            _DECIDE_LINES,
            {
                "place_id": case.place_id,
                "id": case.id,
                "voucher_ids": [line.voucher_id for line in lines],
                "dispositions": [line.disposition for line in lines],
                "amounts": [line.amount_fen for line in lines],
                "reasons": [line.reason for line in lines],
            },
        )
        await self._connection.execute(
            _DECIDE, {"place_id": case.place_id, "id": case.id, "amount_fen": amount_fen}
        )

    async def free(self, case: Case, voucher_ids: Collection[UUID] | None = None) -> None:
        named = {"place_id": case.place_id, "id": case.id, "at": self._now}
        ids = None if voucher_ids is None else list(voucher_ids)
        await self._connection.execute(_FREE_LINES, {**named, "voucher_ids": ids})
        if voucher_ids is None:
            await self._connection.execute(_FREE, named)

    async def paid_fen(self, case: Case) -> int:
        paid: int = (
            await self._connection.execute(_PAID, {"place_id": case.place_id, "id": case.id})
        ).scalar_one()
        return paid
