"""Recoveries in PostgreSQL. What is owed stands in the ledger alone and is read from there."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, Params, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ledger import AccountKind, BookKey
from domain.ports.recoveries import Recoveries
from domain.recovery import ClawedBack, Holding, Recovery, RecoveryCause, RecoveryFigures

_ADD: Final = text("""
insert into recoveries (place_id, org_id, partner_org_id, region_path, id, filing_id, reference, cause,
                        settlement_id, proposed_fen, voucher_settlement_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :filing_id, :reference, :cause,
        :settlement_id, :proposed_fen, :voucher_settlement_id)
""")
_ADD_VOUCHERS: Final = BulkInsert(
    "recovery_vouchers",
    fixed={"recovery_id": "uuid"},
    varying={"voucher_id": "uuid", "amount_fen": "bigint"},
)
_VOUCHERS: Final = text("""
select voucher_id, amount_fen from recovery_vouchers
 where place_id = :place_id and recovery_id = :id order by voucher_id
""")
GOT_BACK: Final = """
select coalesce(sum(case p.kind when 'posting' then p.amount_fen else -p.amount_fen end), 0)::bigint
  from ledger_accounts a
  join postings p on p.place_id = a.place_id
   and a.id = case p.kind when 'posting' then p.from_account_id else p.to_account_id end
 where a.kind = 'recovery_receivable'
   and p.event in ('collected_same_year', 'collected_later_year', 'netted_recovery',
                   'netted_recovery_earlier_book')
"""
"""What money was got back on accounts that the caller names: collected, or netted."""
_SELECT: Final = f"""
select {CASE_COLUMNS}, r.filing_id, r.reference, r.cause, r.settlement_id, r.proposed_fen,
       r.voucher_settlement_id, r.document_number, r.pay_within_days, r.served_on, r.due_on, r.proof_reference,
       h.outstanding_fen, h.written_off_fen,
       ({GOT_BACK} and a.place_id = r.place_id and a.subject_id = r.id) as collected_fen
  from recoveries r
  join cases c on c.place_id = r.place_id and c.id = r.id
 cross join lateral (
   select coalesce(sum(b.debits_fen - b.credits_fen)
                   filter (where a.kind = 'recovery_receivable'), 0)::bigint as outstanding_fen,
          coalesce(sum(b.debits_fen - b.credits_fen)
                   filter (where a.kind = 'write_off'), 0)::bigint as written_off_fen
     from ledger_accounts a
     join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
    where a.place_id = r.place_id and a.subject_id = r.id) h
"""
_GET: Final = text(f"{_SELECT} where r.place_id = :place_id and r.id = :id")
_GET_MANY: Final = text(f"{_SELECT} where r.place_id = any(:places) and r.id = any(:ids)")
_OF_FILING: Final = text(
    f"{_SELECT} where r.place_id = :place_id and (r.filing_id = :id or r.voucher_settlement_id = :id)"
    " order by r.id"
)
_REFERRED: Final = text(
    f"{_SELECT} where r.place_id = :place_id and r.reference = any(:references) order by r.id"
)
_DEMAND: Final = text("""
update recoveries set settlement_id = :settlement_id where place_id = :place_id and id = :id
""")
_ORDER: Final = text("""
update recoveries set document_number = :document_number, pay_within_days = :pay_within_days,
       served_on = null, due_on = null
 where place_id = :place_id and id = :id
""")
_SERVE: Final = text("""
update recoveries set served_on = :served_on, due_on = :due_on
 where place_id = :place_id and id = :id
""")
_PROVE: Final = text("""
update recoveries set proof_reference = :proof_reference where place_id = :place_id and id = :id
""")
_HOLDINGS: Final = text("""
select a.kind, a.fund_source, a.budget_year,
       case when a.subject_kind = 'recovery' then a.subject_id end as recovery_id,
       b.debits_fen - b.credits_fen as amount_fen
  from ledger_accounts a
  join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
 where a.place_id = :place_id
   and a.kind in ('prepayment_receivable', 'expense', 'recovery_receivable', 'write_off')
   and a.subject_id in (select cast(:id as uuid) union all
                        select r.id from recoveries r
                         where r.place_id = :place_id
                           and (r.filing_id = :id or r.voucher_settlement_id = :id))
   and b.debits_fen <> b.credits_fen
 order by a.budget_year, a.fund_source, a.kind, a.subject_id
""")
_EARNED: Final = text("""
select coalesce(sum(e.amount_fen), 0)::bigint from entitlements e
 where e.place_id = :place_id and e.filing_id = :id
   and not exists (select from entitlements later
                    where later.place_id = e.place_id and later.enrolment_id = e.enrolment_id
                      and later.revision > e.revision)
""")


def _recovery(row: Row[Any]) -> Recovery:
    return Recovery(
        case=case_of(row),
        filing_id=row.filing_id,
        reference=row.reference,
        cause=RecoveryCause(row.cause),
        settlement_id=row.settlement_id,
        voucher_settlement_id=row.voucher_settlement_id,
        proposed_fen=row.proposed_fen,
        document_number=row.document_number,
        pay_within_days=row.pay_within_days,
        served_on=row.served_on,
        due_on=row.due_on,
        proof_reference=row.proof_reference,
        figures=RecoveryFigures(
            demanded_fen=row.collected_fen + row.written_off_fen + row.outstanding_fen,
            collected_fen=row.collected_fen,
            written_off_fen=row.written_off_fen,
            outstanding_fen=row.outstanding_fen,
        ),
    )


class PostgresRecoveries(Recoveries):
    """The recoveries one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, recovery: Recovery) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(recovery.case),
                "id": recovery.case.id,
                "filing_id": recovery.filing_id,
                "reference": recovery.reference,
                "cause": recovery.cause,
                "settlement_id": recovery.settlement_id,
                "proposed_fen": recovery.proposed_fen,
                "voucher_settlement_id": recovery.voucher_settlement_id,
            },
        )

    async def add_vouchers(self, case: Case, vouchers: Sequence[ClawedBack]) -> None:
        await _ADD_VOUCHERS.run(
            self._connection,
            {**scope_of(case), "recovery_id": case.id},
            [(one.voucher_id, one.amount_fen) for one in vouchers],
        )

    async def vouchers(self, case: Case) -> Sequence[ClawedBack]:
        rows = await self._connection.execute(_VOUCHERS, _key(case))
        return [ClawedBack(voucher_id=row.voucher_id, amount_fen=row.amount_fen) for row in rows]

    async def get(self, case: Case) -> Recovery:
        return _recovery((await self._connection.execute(_GET, _key(case))).one())

    async def page(self, cases: Sequence[Case]) -> Sequence[Recovery]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_recovery(found[case.id]) for case in cases]

    async def of_filing(self, filing: Case) -> Sequence[Recovery]:
        rows = await self._connection.execute(_OF_FILING, _key(filing))
        return [_recovery(row) for row in rows]

    async def referred_to(self, place_id: UUID, references: Collection[str]) -> Sequence[Recovery]:
        rows = await self._connection.execute(
            _REFERRED, {"place_id": place_id, "references": list(references)}
        )
        return [_recovery(row) for row in rows]

    async def demand(self, case: Case, settlement_id: UUID) -> None:
        await self._connection.execute(_DEMAND, {**_key(case), "settlement_id": settlement_id})

    async def order(self, case: Case, *, document_number: str, pay_within_days: int) -> None:
        await self._connection.execute(
            _ORDER,
            {
                **_key(case),
                "document_number": document_number,
                "pay_within_days": pay_within_days,
            },
        )

    async def serve(self, case: Case, *, served_on: date, due_on: date) -> None:
        await self._connection.execute(
            _SERVE, {**_key(case), "served_on": served_on, "due_on": due_on}
        )

    async def prove(self, case: Case, proof_reference: str) -> None:
        await self._connection.execute(_PROVE, {**_key(case), "proof_reference": proof_reference})

    async def holdings(self, filing: Case) -> Sequence[Holding]:
        rows = await self._connection.execute(_HOLDINGS, _key(filing))
        return [
            Holding(
                kind=AccountKind(row.kind),
                book=BookKey(
                    place_id=filing.place_id,
                    fund_source=row.fund_source,
                    budget_year=row.budget_year,
                ),
                amount_fen=row.amount_fen,
                recovery_id=row.recovery_id,
            )
            for row in rows
        ]

    async def earned_fen(self, filing: Case) -> int:
        return int((await self._connection.execute(_EARNED, _key(filing))).scalar_one())


def _key(case: Case) -> Params:
    return {"place_id": case.place_id, "id": case.id}
