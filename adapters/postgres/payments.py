"""Everything on the road from an approved case to the bank's answer, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.payments_batches import PostgresBatches
from adapters.postgres.payments_requests import PostgresFundingRequests
from adapters.postgres.payments_results import PostgresBankResults
from adapters.postgres.payments_rows import ATTEMPT, PAYMENT, attempt_of, payment_of
from adapters.postgres.reach import Page, Reach
from adapters.postgres.rows import keys_of, scope_of
from domain.cases import Case
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.payment import AttemptOnFile, Correction, Payment, PersonShare, Remedy, VoucherShare
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.payments import AnsweredTwice, Payments

_GET: Final = text(f"{PAYMENT} where p.id = :id")
_PAGE: Final = Page(
    "payments",
    shown=f"{PAYMENT} join found on found.place_id = p.place_id and found.id = p.id order by p.id",
    where="(cast(:state as text) is null or x.state = :state)",
    one="x.place_id = (select place_id from cases where id = :one)"
    " and (x.filing_id = :one or x.subject_id = :one)",
)
_ATTEMPTS_OF: Final = text(f"""{ATTEMPT}
 where t.place_id = :place_id and t.payment_id = :id order by t.attempt_no
""")
_PREPAID_PEOPLE: Final = text("""
select enrolment_id, amount_fen from prepayment_lines
 where place_id = :place_id and prepayment_id = :id order by enrolment_id
""")
_SETTLED_PEOPLE: Final = text("""
select enrolment_id, amount_fen from entitlements
 where place_id = :place_id and settlement_id = :id order by enrolment_id
""")
_VOUCHERS: Final = text("""
select voucher_id, amount_fen from voucher_settlement_lines
 where place_id = :place_id and settlement_id = :id and disposition = 'payable' order by voucher_id
""")


_LOCK: Final = text("select id from payments where id = :id for update")
_LOCK_OF_SUBJECTS: Final = text("""
select id from payments where place_id = :place_id and subject_id = any(:ids) order by id for update
""")
_OF_SUBJECTS: Final = text(
    f"{PAYMENT} where p.place_id = :place_id and p.subject_id = any(:ids) order by p.id"
)
_MOVE: Final = text("""
update payments set state = :to_state, new_account_id = coalesce(cast(:account_id as uuid), new_account_id)
 where place_id = :place_id and id = :id and state = :from_state
""")
_LOCK_TO_ACCOUNT: Final = text("""
select id from payments
 where place_id = :place_id and coalesce(new_account_id, payee_account_id) = :from_id
   and state in ('planned', 'returned', 'corrected')
 order by id for update
""")
_REDIRECT: Final = text("""
update payments set new_account_id = :to_id
 where place_id = :place_id and coalesce(new_account_id, payee_account_id) = :from_id
   and state in ('planned', 'returned', 'corrected')
""")
_ADD_CORRECTION: Final = text("""
insert into payment_corrections (place_id, org_id, partner_org_id, region_path, id, payment_id, remedy,
                                 payee_account_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :payment_id, :remedy, :payee_account_id)
""")
_CORRECTIONS: Final = text("""
select id, payment_id, remedy, payee_account_id from payment_corrections
 where place_id = any(:places) and id = any(:ids)
""")
_CORRECTIONS_OF: Final = text("""
select id from payment_corrections where place_id = :place_id and payment_id = any(:ids) order by id
""")


class PostgresPayments(PostgresFundingRequests, PostgresBatches, PostgresBankResults, Payments):
    """The payments one actor's scope shows, in one transaction at one instant."""

    def __init__(
        self,
        connection: AsyncConnection,
        crypto: Crypto,
        new_id: NewId,
        reach: Reach,
        *,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._crypto = crypto
        self._new_id = new_id
        self._reach = reach
        self._now = now

    async def get(self, payment_id: UUID) -> Payment:
        row = (await self._connection.execute(_GET, {"id": payment_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return payment_of(row)

    async def page(
        self,
        *,
        filing_id: UUID | None,
        state: str | None,
        after: UUID | None,
        limit: int,
        voucher_settlement_id: UUID | None = None,
    ) -> Sequence[Payment]:
        one = filing_id or voucher_settlement_id
        page, named = await self._reach.of(_PAGE, after=after, limit=limit, one=one)
        rows = await self._connection.execute(page, {**named, "state": state})
        return [payment_of(row) for row in rows]

    async def lock_payment(self, payment_id: UUID) -> Payment:
        await self._connection.execute(_LOCK, {"id": payment_id})
        return await self.get(payment_id)

    async def lock_of_subjects(
        self, place_id: UUID, subject_ids: Collection[UUID]
    ) -> Sequence[Payment]:
        named = {"place_id": place_id, "ids": list(subject_ids)}
        await self._connection.execute(_LOCK_OF_SUBJECTS, named)
        return [payment_of(row) for row in await self._connection.execute(_OF_SUBJECTS, named)]

    async def move(
        self, payment: Payment, to_state: str, *, account_id: UUID | None = None
    ) -> Payment:
        moved = await self._connection.execute(
            _MOVE,
            {
                "place_id": payment.place_id,
                "id": payment.id,
                "from_state": payment.state,
                "to_state": to_state,
                "account_id": account_id,
            },
        )
        if moved.rowcount != 1:
            raise AnsweredTwice
        return await self.get(payment.id)

    async def lock_to_account(self, place_id: UUID, account_id: UUID) -> None:
        await self._connection.execute(
            _LOCK_TO_ACCOUNT, {"place_id": place_id, "from_id": account_id}
        )

    async def redirect(self, place_id: UUID, *, from_id: UUID, to_id: UUID) -> int:
        moved = await self._connection.execute(
            _REDIRECT, {"place_id": place_id, "from_id": from_id, "to_id": to_id}
        )
        return moved.rowcount

    async def add_correction(self, correction: Correction) -> None:
        await self._connection.execute(
            _ADD_CORRECTION,
            {
                **scope_of(correction.case),
                "id": correction.case.id,
                "payment_id": correction.payment_id,
                "remedy": correction.remedy,
                "payee_account_id": correction.payee_account_id,
            },
        )

    async def corrections(self, cases: Sequence[Case]) -> Sequence[Correction]:
        rows = await self._connection.execute(_CORRECTIONS, keys_of(cases))
        found = {row.id: row for row in rows}
        return [
            Correction(
                case=case,
                payment_id=found[case.id].payment_id,
                remedy=Remedy(found[case.id].remedy),
                payee_account_id=found[case.id].payee_account_id,
            )
            for case in cases
        ]

    async def corrections_of(self, place_id: UUID, payment_ids: Collection[UUID]) -> Sequence[UUID]:
        rows = await self._connection.execute(
            _CORRECTIONS_OF, {"place_id": place_id, "ids": list(payment_ids)}
        )
        return list(rows.scalars())

    async def attempts_of(self, payment: Payment) -> Sequence[AttemptOnFile]:
        rows = await self._connection.execute(
            _ATTEMPTS_OF, {"place_id": payment.place_id, "id": payment.id}
        )
        return [attempt_of(row) for row in rows]

    async def vouchers_of(self, payment: Payment) -> Sequence[VoucherShare]:
        rows = await self._connection.execute(
            _VOUCHERS, {"place_id": payment.place_id, "id": payment.subject.id}
        )
        return [VoucherShare(voucher_id=row.voucher_id, amount_fen=row.amount_fen) for row in rows]

    async def people_of(self, payment: Payment) -> Sequence[PersonShare]:
        prepaid = payment.subject.kind is PayableKind.PREPAYMENT
        rows = await self._connection.execute(
            _PREPAID_PEOPLE if prepaid else _SETTLED_PEOPLE,
            {"place_id": payment.place_id, "id": payment.subject.id},
        )
        return [
            PersonShare(enrolment_id=row.enrolment_id, amount_fen=row.amount_fen) for row in rows
        ]
