"""Everything on the road from an approved case to the bank's answer, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.payments_batches import (
    ATTEMPT,
    PAYMENT,
    PostgresBatches,
    attempt_of,
    payment_of,
)
from adapters.postgres.payments_requests import PostgresFundingRequests
from adapters.postgres.payments_results import PostgresBankResults
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.payment import AttemptOnFile, Payment, PersonShare
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.payments import Payments

_GET: Final = text(f"{PAYMENT} where p.id = :id")
_PAGE: Final = text(f"""{PAYMENT}
 where (cast(:filing_id as uuid) is null or p.filing_id = :filing_id)
   and (cast(:state as text) is null or p.state = :state)
   and (cast(:after as uuid) is null or p.id > :after)
 order by p.id limit :limit
""")
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


class PostgresPayments(PostgresFundingRequests, PostgresBatches, PostgresBankResults, Payments):
    """The payments one actor's scope shows, in one transaction at one instant."""

    def __init__(
        self, connection: AsyncConnection, crypto: Crypto, new_id: NewId, *, now: datetime
    ) -> None:
        self._connection = connection
        self._crypto = crypto
        self._new_id = new_id
        self._now = now

    async def get(self, payment_id: UUID) -> Payment:
        row = (await self._connection.execute(_GET, {"id": payment_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return payment_of(row)

    async def page(
        self, *, filing_id: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Payment]:
        rows = await self._connection.execute(
            _PAGE, {"filing_id": filing_id, "state": state, "after": after, "limit": limit}
        )
        return [payment_of(row) for row in rows]

    async def attempts_of(self, payment: Payment) -> Sequence[AttemptOnFile]:
        rows = await self._connection.execute(
            _ATTEMPTS_OF, {"place_id": payment.place_id, "id": payment.id}
        )
        return [attempt_of(row) for row in rows]

    async def people_of(self, payment: Payment) -> Sequence[PersonShare]:
        prepaid = payment.subject.kind is PayableKind.PREPAYMENT
        rows = await self._connection.execute(
            _PREPAID_PEOPLE if prepaid else _SETTLED_PEOPLE,
            {"place_id": payment.place_id, "id": payment.subject.id},
        )
        return [
            PersonShare(enrolment_id=row.enrolment_id, amount_fen=row.amount_fen) for row in rows
        ]
