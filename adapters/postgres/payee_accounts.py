"""Payee accounts in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of, to_be_replaced
from domain import masking
from domain.cases import Case
from domain.filing import Payee
from domain.masking import ValueKind
from domain.payee_account import PayeeAccount
from domain.ports.crypto import Crypto
from domain.ports.payee_accounts import PayeeAccounts

_ADD: Final = text("""
insert into payee_accounts (place_id, org_id, partner_org_id, region_path, id, account_name, account_sealed,
                            account_index, account_masked, bank_code, created_at, replaces_id)
values (:place_id, :org_id, null, :region_path, :id, :account_name, :account_sealed,
        :account_index, :account_masked, :bank_code, :at, :replaces_id)
""")
_SELECT: Final = f"""
select {CASE_COLUMNS}, a.account_name, a.account_masked, a.bank_code, a.replaces_id
  from payee_accounts a join cases c on c.place_id = a.place_id and c.id = a.id
"""
_GET_MANY: Final = text(f"{_SELECT} where a.place_id = any(:places) and a.id = any(:ids)")
_LIKE: Final = text(f"""{_SELECT}
 where a.place_id = :place_id and a.org_id = :org_id and a.account_index = :account_index
   and a.bank_code = :bank_code and a.account_name = :account_name and c.state in ('declared', 'verified')
 order by c.state desc, a.id limit 1
""")
_PAYABLE: Final = text(f"""
select c.id from cases c
 where c.place_id = :place_id and c.id = any(:ids) and c.kind = 'account_change' and c.state = 'verified'
   and not {to_be_replaced("c.place_id", "c.id")}
""")


def _account(row: Row[Any]) -> PayeeAccount:
    return PayeeAccount(
        case=case_of(row),
        account_name=row.account_name,
        account_masked=row.account_masked,
        bank_code=row.bank_code,
        replaces_id=row.replaces_id,
    )


class PostgresPayeeAccounts(PayeeAccounts):
    """The payee accounts one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto, *, now: datetime) -> None:
        self._connection = connection
        self._crypto = crypto
        self._now = now

    async def add(self, case: Case, payee: Payee, *, replaces_id: UUID | None) -> PayeeAccount:
        masked = masking.masked_account(payee.account_number)
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "account_name": payee.account_name,
                "account_sealed": self._crypto.seal(
                    "payee_accounts", "account_sealed", case.id, payee.account_number
                ),
                "account_index": self._index(payee),
                "account_masked": masked,
                "bank_code": payee.bank_code,
                "at": self._now,
                "replaces_id": replaces_id,
            },
        )
        return PayeeAccount(
            case=case,
            account_name=payee.account_name,
            account_masked=masked,
            bank_code=payee.bank_code,
            replaces_id=replaces_id,
        )

    async def like(self, place_id: UUID, org_id: UUID, payee: Payee) -> PayeeAccount | None:
        named = {
            "place_id": place_id,
            "org_id": org_id,
            "account_index": self._index(payee),
            "bank_code": payee.bank_code,
            "account_name": payee.account_name,
        }
        row = (await self._connection.execute(_LIKE, named)).one_or_none()
        return None if row is None else _account(row)

    async def get(self, case: Case) -> PayeeAccount:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[PayeeAccount]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: _account(row) for row in rows}
        return [found[case.id] for case in cases]

    async def payable(self, place_id: UUID, account_ids: Collection[UUID]) -> Collection[UUID]:
        named = {"place_id": place_id, "ids": list(account_ids)}
        return set((await self._connection.execute(_PAYABLE, named)).scalars())

    def _index(self, payee: Payee) -> bytes:
        return self._crypto.blind_index(ValueKind.BANK_ACCOUNT, payee.account_number)
