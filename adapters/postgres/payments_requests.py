"""Funding requests in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import keys_of, scope_of
from domain.cases import Case
from domain.funding_request import (
    PURPOSES,
    FundingLine,
    FundingRequest,
    Payable,
    PayableKind,
    Subject,
)
from domain.payment import PLANNED
from domain.ports.ids import NewId
from domain.ports.payments import FundingRequests

# Locked first and read second: amounts stand in tables of their own, and a statement that waited
# for the lock would still see them as they were before it.
_LOCK_SUBJECTS: Final = text("""
select id from cases
 where place_id = :place_id and id = any(:ids)
   and kind in ('prepayment', 'settlement', 'voucher_settlement')
 order by id for update
""")
_PAYABLES: Final = text("""
select c.id, c.kind, c.state, s.filing_id, s.amount_fen, s.fund_source, s.payee_account_id,
       exists (select from funding_request_lines l
                where l.place_id = c.place_id and l.subject_id = c.id and l.released_at is null) as requested
  from cases c
 cross join lateral (
       select p.filing_id, p.amount_fen, f.fund_source, f.payee_account_id
         from prepayments p join filings f on f.place_id = p.place_id and f.id = p.filing_id
        where p.place_id = c.place_id and p.id = c.id
       union all
       select t.filing_id, coalesce(t.balance_fen, 0), f.fund_source, f.payee_account_id
         from settlements t join filings f on f.place_id = t.place_id and f.id = t.filing_id
        where t.place_id = c.place_id and t.id = c.id
       union all
       select null, coalesce(v.amount_fen, 0), v.fund_source, v.payee_account_id from voucher_settlements v
        where v.place_id = c.place_id and v.id = c.id) s
 where c.place_id = :place_id and c.id = any(:ids)
   and c.kind in ('prepayment', 'settlement', 'voucher_settlement')
""")
_COMMITTED: Final = text("""
select a.subject_id, (b.debits_fen - b.credits_fen)::bigint as fen
  from ledger_accounts a
  join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
 where a.place_id = :place_id and a.kind = 'committed' and a.subject_id = any(:case_ids)
   and a.fund_source = :fund_source and a.budget_year = :budget_year
 order by a.id
""")
_ADD: Final = text("""
insert into funding_requests (place_id, org_id, partner_org_id, region_path, id, fund_source, budget_year,
                              lines, total_fen)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :fund_source, :budget_year,
        :lines, :total_fen)
""")
_ADD_LINES: Final = text("""
insert into funding_request_lines (place_id, org_id, partner_org_id, region_path, id, funding_request_id, line_no,
                                   filing_id, subject_kind, subject_id, payee_account_id, amount_fen)
select c.place_id, c.org_id, c.partner_org_id, c.region_path, u.id, :request_id, u.line_no,
       u.filing_id, c.kind, c.id, u.payee_account_id, u.amount_fen
  from unnest(cast(:ids as uuid[]), cast(:line_nos as integer[]), cast(:filing_ids as uuid[]),
              cast(:subject_ids as uuid[]), cast(:payee_account_ids as uuid[]), cast(:amounts as bigint[]))
       as u(id, line_no, filing_id, subject_id, payee_account_id, amount_fen)
  join cases c on c.place_id = :place_id and c.id = u.subject_id
""")
_REQUESTS: Final = text("""
select id, fund_source, budget_year, lines, total_fen from funding_requests
 where place_id = any(:places) and id = any(:ids)
""")
_LINES: Final = text("""
select l.id, l.line_no, l.subject_kind, l.subject_id, l.filing_id, l.payee_account_id, l.amount_fen,
       p.id as payment_id, l.released_at is not null as released
  from funding_request_lines l
  left join payments p on p.place_id = l.place_id and p.funding_request_line_id = l.id
 where l.place_id = :place_id and l.funding_request_id = :id
 order by l.line_no
""")
_RELEASE: Final = text("""
update funding_request_lines set released_at = :at
 where place_id = :place_id and released_at is null
   and (cast(:request_id as uuid) is null or funding_request_id = :request_id)
   and (cast(:subject_id as uuid) is null or subject_id = :subject_id)
""")
_PLAN: Final = text("""
insert into payments (place_id, org_id, partner_org_id, region_path, id, funding_request_line_id, filing_id,
                      subject_kind, subject_id, payee_account_id, fund_source, budget_year, amount_fen,
                      purpose, state, planned_at, new_account_id)
select l.place_id, l.org_id, l.partner_org_id, l.region_path, u.id, l.id, l.filing_id,
       l.subject_kind, l.subject_id, l.payee_account_id, :fund_source, :budget_year, l.amount_fen,
       u.purpose, :state, :at,
       nullif(current_payee_account(l.place_id, l.payee_account_id), l.payee_account_id)
  from unnest(cast(:ids as uuid[]), cast(:line_ids as uuid[]), cast(:purposes as text[]))
       as u(id, line_id, purpose)
  join funding_request_lines l on l.place_id = :place_id and l.id = u.line_id
""")


def _line(row: Row[Any]) -> FundingLine:
    return FundingLine(
        id=row.id,
        line_no=row.line_no,
        subject=Subject(kind=PayableKind(row.subject_kind), id=row.subject_id),
        filing_id=row.filing_id,
        payee_account_id=row.payee_account_id,
        amount_fen=row.amount_fen,
        payment_id=row.payment_id,
        released=row.released,
    )


class PostgresFundingRequests(FundingRequests):
    """The funding requests one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, new_id: NewId, *, now: datetime) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = now

    async def payables(self, place_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Payable]:
        named = {"place_id": place_id, "ids": list(ids)}
        await self._connection.execute(_LOCK_SUBJECTS, named)
        rows = await self._connection.execute(_PAYABLES, named)
        return {
            row.id: Payable(
                subject=Subject(kind=PayableKind(row.kind), id=row.id),
                state=row.state,
                filing_id=row.filing_id,
                fund_source=row.fund_source,
                payee_account_id=row.payee_account_id,
                amount_fen=row.amount_fen,
                requested=row.requested,
            )
            for row in rows
        }

    async def committed_fen(
        self, place_id: UUID, *, fund_source: str, budget_year: int, case_ids: Collection[UUID]
    ) -> Mapping[UUID, int]:
        rows = await self._connection.execute(
            _COMMITTED,
            {
                "place_id": place_id,
                "fund_source": fund_source,
                "budget_year": budget_year,
                "case_ids": list(case_ids),
            },
        )
        return {row.subject_id: row.fen for row in rows}

    async def add_request(self, request: FundingRequest, lines: Sequence[FundingLine]) -> None:
        case = request.case
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "fund_source": request.fund_source,
                "budget_year": request.budget_year,
                "lines": request.lines,
                "total_fen": request.total_fen,
            },
        )
        await self._connection.execute(
            _ADD_LINES,
            {
                "place_id": case.place_id,
                "request_id": case.id,
                "ids": [line.id for line in lines],
                "line_nos": [line.line_no for line in lines],
                "filing_ids": [line.filing_id for line in lines],
                "subject_ids": [line.subject.id for line in lines],
                "payee_account_ids": [line.payee_account_id for line in lines],
                "amounts": [line.amount_fen for line in lines],
            },
        )

    async def request(self, case: Case) -> FundingRequest:
        return (await self.requests([case]))[0]

    async def requests(self, cases: Sequence[Case]) -> Sequence[FundingRequest]:
        rows = await self._connection.execute(_REQUESTS, keys_of(cases))
        found = {row.id: row for row in rows}
        return [
            FundingRequest(
                case=case,
                fund_source=found[case.id].fund_source,
                budget_year=found[case.id].budget_year,
                lines=found[case.id].lines,
                total_fen=found[case.id].total_fen,
            )
            for case in cases
        ]

    async def request_lines(self, case: Case) -> Sequence[FundingLine]:
        rows = await self._connection.execute(_LINES, {"place_id": case.place_id, "id": case.id})
        return [_line(row) for row in rows]

    async def release_lines(
        self, place_id: UUID, *, request_id: UUID | None = None, subject_id: UUID | None = None
    ) -> int:
        assert (request_id is None) != (subject_id is None)
        released = await self._connection.execute(
            _RELEASE,
            {
                "place_id": place_id,
                "request_id": request_id,
                "subject_id": subject_id,
                "at": self._now,
            },
        )
        return released.rowcount

    async def plan(self, request: FundingRequest) -> Sequence[FundingLine]:
        lines = [
            line
            for line in await self.request_lines(request.case)
            if line.payment_id is None and not line.released
        ]
        await self._connection.execute(
            _PLAN,
            {
                "place_id": request.case.place_id,
                "fund_source": request.fund_source,
                "budget_year": request.budget_year,
                "state": PLANNED,
                "at": self._now,
                "ids": [self._new_id() for _ in lines],
                "line_ids": [line.id for line in lines],
                "purposes": [PURPOSES[line.subject.kind] for line in lines],
            },
        )
        return lines
