"""The work ledger in PostgreSQL: one statement a level, one page at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.reach import Page, Reach, Sum
from adapters.postgres.recoveries import GOT_BACK, GOT_BACK_ON
from adapters.postgres.standing_findings import STANDING
from domain.ledger import AccountKind
from domain.ledger_view import EnterpriseMoney, FundMoney, Money, RegionMoney
from domain.ports.work_ledgers import WorkLedgers
from domain.work_ledger import EnterpriseEntry, FilingEntry, PersonEntry

_FIRST: Final = UUID(int=0)
# Of a page's filings: who completed, what the bank has confirmed, what was got back, what was last entitled.
_OF_FILINGS: Final = f"""
, trained as (
  select e.place_id, e.filing_id, count(*) filter (where e.state = 'completed') as completed
    from enrolments e join page on page.place_id = e.place_id and page.id = e.filing_id
   where e.until_roster_version is null
   group by e.place_id, e.filing_id
), paid as (
  select p.place_id, p.filing_id, sum(p.amount_fen) as paid_fen,
         sum(p.amount_fen) filter (where p.subject_kind = 'prepayment') as prepaid_fen
    from payments p join page on page.place_id = p.place_id and page.id = p.filing_id
   where p.state = 'paid'
   group by p.place_id, p.filing_id
), returned as (
  select r.place_id, r.filing_id, sum(p.amount_fen) as got_back_fen
    from recoveries r
    join page on page.place_id = r.place_id and page.id = r.filing_id
    join ledger_accounts a on a.place_id = r.place_id and a.subject_id = r.id and a.kind = 'recovery_receivable'
   cross join lateral {GOT_BACK_ON} p
   group by r.place_id, r.filing_id
), latest as (
  select distinct on (t.place_id, t.enrolment_id) t.place_id, t.filing_id, t.amount_fen
    from page join entitlements t on t.place_id = page.place_id and t.filing_id = page.id
   order by t.place_id, t.enrolment_id, t.revision desc
), entitled as (
  select place_id, filing_id, sum(amount_fen) as entitled_fen from latest group by place_id, filing_id
)"""
_JOINED: Final = """
  left join trained on trained.place_id = page.place_id and trained.filing_id = page.id
  left join paid on paid.place_id = page.place_id and paid.filing_id = page.id
  left join entitled on entitled.place_id = page.place_id and entitled.filing_id = page.id
  left join returned on returned.place_id = page.place_id and returned.filing_id = page.id
"""
_FILINGS: Final = Page(
    "filings",
    one="x.org_id = :one",
    shown=f""", page as (
  select f.*, c.state from found
    join filings f on f.place_id = found.place_id and f.id = found.id
    join cases c on c.place_id = f.place_id and c.id = f.id
){_OF_FILINGS}
select page.id as filing_id, o.name as enterprise, o.credit_code, page.class_name, page.occupation_code,
       page.occupation_name, page.target_grade, page.state, v.pack_id as policy_id,
       l.document_number as listing_document, (page.submitted_at at time zone 'Asia/Shanghai')::date as submitted_on,
       page.listed_on, page.opened_on, page.completed_on, page.people,
       coalesce(trained.completed, 0) as completed, coalesce(paid.prepaid_fen, 0)::bigint as prepaid_fen,
       coalesce(paid.paid_fen, 0)::bigint as paid_fen, coalesce(entitled.entitled_fen, 0)::bigint as entitled_fen,
       coalesce(returned.got_back_fen, 0)::bigint as got_back_fen
  from page
  join organisations o on o.id = page.org_id
  join policy_versions v on v.id = page.policy_version_id
  left join listings l on l.place_id = page.place_id and l.id = page.listing_id
  {_JOINED}
 order by page.id
""",
)
_ENTERPRISES: Final = Sum(
    "filings",
    f"""
with enterprise as (
  select distinct x.org_id from {{rows}} x where x.org_id > :after order by x.org_id limit :limit
), page as (
  select f.place_id, f.id, f.org_id, f.people from filings f join enterprise on enterprise.org_id = f.org_id
){_OF_FILINGS}
select page.org_id, o.name as enterprise, o.credit_code, count(*) as filings, sum(page.people)::bigint as people,
       coalesce(sum(trained.completed), 0)::bigint as completed,
       coalesce(sum(paid.prepaid_fen), 0)::bigint as prepaid_fen, coalesce(sum(paid.paid_fen), 0)::bigint as paid_fen,
       coalesce(sum(entitled.entitled_fen), 0)::bigint as entitled_fen,
       coalesce(sum(returned.got_back_fen), 0)::bigint as got_back_fen
  from page join organisations o on o.id = page.org_id
  {_JOINED}
 group by page.org_id, o.name, o.credit_code
 order by page.org_id
""",
    partners=True,
)
_PEOPLE: Final = Page(
    "enrolments",
    where="x.until_roster_version is null",
    one="x.place_id = (select place_id from cases where id = :one) and x.filing_id = :one",
    shown=f""", page as (
  select e.* from found join enrolments e on e.place_id = found.place_id and e.id = found.id
), prepaid as (
  select l.place_id, l.enrolment_id, sum(l.amount_fen) as prepaid_fen
    from (select distinct place_id, filing_id from page) f
    join prepayments q on q.place_id = f.place_id and q.filing_id = f.filing_id
    join payments p on p.place_id = q.place_id and p.subject_id = q.id and p.state = 'paid'
    join prepayment_lines l on l.place_id = q.place_id and l.prepayment_id = q.id
   group by l.place_id, l.enrolment_id
)
select page.id as enrolment_id, page.filing_id, o.name as enterprise, f.class_name, f.occupation_code, f.target_grade,
       page.seat_no, page.name, page.identity_masked, page.category, page.claim_basis, page.state, page.started_on,
       page.ended_on, page.exit_reason, d.certificate_type, coalesce(d.number_raw, m.number) as certificate_number,
       case when stands.contradicted then null else stands.result end as finding,
       l.disposition, coalesce(prepaid.prepaid_fen, 0)::bigint as prepaid_fen, coalesce(t.amount_fen, 0) as entitled_fen
  from page
  join filings f on f.place_id = page.place_id and f.id = page.filing_id
  join organisations o on o.id = page.org_id
  left join lateral (
    select id, disposition from settlement_lines
     where place_id = page.place_id and enrolment_id = page.id order by id desc limit 1
  ) l on true
  left join lateral (
    select * from declared_certificates
     where place_id = page.place_id and line_id = l.id order by id desc limit 1
  ) d on true
  {STANDING}
  left join manual_findings m on m.place_id = page.place_id and m.id = stands.manual_finding_id
  left join lateral (
    select amount_fen from entitlements
     where place_id = page.place_id and enrolment_id = page.id order by revision desc limit 1
  ) t on true
  left join prepaid on prepaid.place_id = page.place_id and prepaid.enrolment_id = page.id
 order by page.id
""",
)
_SUMS: Final = "jsonb_object_agg(s.kind, s.balance_fen) as balances"
_BY_FUND: Final = Sum(
    "ledger_accounts",
    f"""
select s.place_id, s.region_path, s.fund_source, s.budget_year, {_SUMS}
  from (select a.place_id, a.region_path, a.fund_source, a.budget_year, a.kind,
               sum(b.debits_fen - b.credits_fen)::bigint as balance_fen
          from {{rows}} a
          join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
         group by a.place_id, a.region_path, a.fund_source, a.budget_year, a.kind) s
 group by s.place_id, s.region_path, s.fund_source, s.budget_year
 order by s.region_path, s.fund_source, s.budget_year
""",
)
# The region below, one step: everything after its own segment belongs to it.
_BY_REGION: Final = text(f"""
select s.region_path, coalesce(r.name, s.region_path) as name, {_SUMS}
  from (select substring(a.region_path from '^' || cast(:region_path as text) || '(?:[^/]+/)?') as region_path, a.kind,
               sum(b.debits_fen - b.credits_fen)::bigint as balance_fen
          from ledger_accounts a
          join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
         where starts_with(a.region_path, :region_path)
         group by 1, 2) s
  left join regions r on r.path = s.region_path
 group by s.region_path, r.name
 order by s.region_path
""")
_BY_ENTERPRISE: Final = Sum(
    "ledger_accounts",
    f"""
with enterprise as (
  select distinct x.org_id from {{rows}} x
   where x.subject_id is not null and x.org_id > :after order by x.org_id limit :limit
)
select s.org_id, o.name, {_SUMS}, ({GOT_BACK} and a.org_id = s.org_id) as got_back_fen
  from (select a.org_id, a.kind, sum(b.debits_fen - b.credits_fen)::bigint as balance_fen
          from enterprise
          join ledger_accounts a on a.org_id = enterprise.org_id and a.subject_id is not null
          join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
         group by a.org_id, a.kind) s
  join organisations o on o.id = s.org_id
 group by s.org_id, o.name
 order by s.org_id
""",
)


def _money(row: Row[Any]) -> Money:
    balances: Mapping[str, int] = row.balances
    return Money({AccountKind(kind): balance for kind, balance in balances.items()})


class PostgresWorkLedgers(WorkLedgers):
    """Sums and lines over what the actor's scope shows."""

    def __init__(self, connection: AsyncConnection, reach: Reach) -> None:
        self._connection = connection
        self._reach = reach

    async def enterprises(self, *, after: UUID | None, limit: int) -> Sequence[EnterpriseEntry]:
        entries, named = await self._reach.sum(_ENTERPRISES, after=after or _FIRST, limit=limit)
        rows = await self._connection.execute(entries, named)
        return [EnterpriseEntry(**row._mapping) for row in rows]

    async def filings(
        self, *, org_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[FilingEntry]:
        page, named = await self._reach.of(_FILINGS, after=after, limit=limit, one=org_id)
        return [FilingEntry(**row._mapping) for row in await self._connection.execute(page, named)]

    async def people(
        self, *, filing_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[PersonEntry]:
        page, named = await self._reach.of(_PEOPLE, after=after, limit=limit, one=filing_id)
        return [PersonEntry(**row._mapping) for row in await self._connection.execute(page, named)]

    async def by_fund(self) -> Sequence[FundMoney]:
        books, named = await self._reach.sum(_BY_FUND)
        return [
            FundMoney(
                place_id=row.place_id,
                region_path=row.region_path,
                fund_source=row.fund_source,
                budget_year=row.budget_year,
                money=_money(row),
            )
            for row in await self._connection.execute(books, named)
        ]

    async def by_region(self, region_path: str) -> Sequence[RegionMoney]:
        rows = await self._connection.execute(_BY_REGION, {"region_path": region_path})
        return [
            RegionMoney(region_path=row.region_path, name=row.name, money=_money(row))
            for row in rows
        ]

    async def by_enterprise(self, *, after: UUID | None, limit: int) -> Sequence[EnterpriseMoney]:
        money, named = await self._reach.sum(_BY_ENTERPRISE, after=after or _FIRST, limit=limit)
        return [
            EnterpriseMoney(
                org_id=row.org_id,
                name=row.name,
                money=_money(row),
                got_back_fen=row.got_back_fen,
            )
            for row in await self._connection.execute(money, named)
        ]
