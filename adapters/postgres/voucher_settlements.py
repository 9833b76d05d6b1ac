"""Voucher settlements in PostgreSQL: one statement a set, whatever the number of vouchers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import Params, keys_of, scope_of
from adapters.postgres.voucher_certificates import PostgresVoucherCertificates
from adapters.postgres.voucher_settlement_statements import (
    ADD,
    ADD_INVOICES,
    ADD_LINES,
    DECIDE,
    DECIDE_LINES,
    GET_MANY,
    GROUNDS,
    HOLDER_NAME,
    IN_WORK,
    ISSUERS,
    LEFT,
    LET_GO,
    LET_GO_LINES,
    LINE,
    LINES,
    MARK_SUBMITTED,
    PAID,
    PAYING,
    REDEEMED,
    STOPPED,
    UNNEEDED,
    WORTH_FEN,
    line_of,
    new_line,
    settlement_of,
)
from domain.cases import Case
from domain.class_record import Receipt
from domain.errors import Refusal
from domain.ports.voucher_certificates import VoucherCertificates
from domain.ports.voucher_settlements import VoucherSettlements
from domain.programme import PROGRAMMES, Programme
from domain.voucher_settlement import LINES_MAX, VoucherGround, VoucherLine, VoucherSettlement


class PostgresVoucherSettlements(VoucherSettlements):
    """The voucher settlements one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._certificates = PostgresVoucherCertificates(connection, now=now)

    @property
    def certificates(self) -> VoucherCertificates:
        return self._certificates

    async def redeemed(
        self, project_id: UUID, *, provider_id: UUID | None, worker_id: UUID | None
    ) -> Sequence[VoucherLine]:
        rows = await self._connection.execute(
            REDEEMED,
            {
                "project_id": project_id,
                "provider_id": provider_id,
                "worker_id": worker_id,
                "limit": LINES_MAX,
            },
        )
        return [new_line(row) for row in rows]

    async def worth_fen(self, voucher_ids: Collection[UUID]) -> int:
        found = await self._connection.execute(WORTH_FEN, {"ids": list(voucher_ids)})
        return int(found.scalar_one())

    async def unneeded_fen(self, class_case: Case) -> int:
        return int((await self._connection.execute(UNNEEDED, _key(class_case))).scalar_one())

    async def issuers(self, class_ids: Collection[UUID]) -> Mapping[UUID, str | None]:
        rows = await self._connection.execute(ISSUERS, {"ids": list(class_ids)})
        return {row.id: row.credit_code for row in rows}

    async def holder_name(self, worker_id: UUID) -> str | None:
        found = await self._connection.execute(HOLDER_NAME, {"id": worker_id})
        name: str | None = found.scalar_one_or_none()
        return name

    async def add(self, settlement: VoucherSettlement, lines: Sequence[VoucherLine]) -> None:
        scope = scope_of(settlement.case)
        await self._connection.execute(
            ADD,
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
        await ADD_LINES.run(
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

    async def add_invoices(self, case: Case, invoices: Sequence[Receipt]) -> None:
        await ADD_INVOICES.run(
            self._connection,
            {**scope_of(case), "settlement_id": case.id},
            [
                (one.id, one.code, one.number, one.issuer_code, one.amount_fen, one.issued_on)
                for one in invoices
            ],
        )

    async def get(self, case: Case) -> VoucherSettlement:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherSettlement]:
        rows = await self._connection.execute(GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [settlement_of(found[case.id]) for case in cases]

    async def lines(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[VoucherLine]:
        rows = await self._connection.execute(LINES, {**_key(case), "after": after, "limit": limit})
        return [line_of(row) for row in rows]

    async def line(self, case: Case, voucher_id: UUID) -> VoucherLine:
        named = {**_key(case), "voucher_id": voucher_id}
        row = (await self._connection.execute(LINE, named)).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return line_of(row)

    async def in_work(self, case: Case) -> Sequence[VoucherLine]:
        return [line_of(row) for row in await self._connection.execute(IN_WORK, _key(case))]

    async def grounds(self, case: Case) -> Mapping[UUID, VoucherGround]:
        paid_as = PROGRAMMES[Programme.VOUCHER].benefit_class
        rows = await self._connection.execute(GROUNDS, {**_key(case), "class": paid_as})
        return {row.voucher_id: VoucherGround(row.ground) for row in rows}

    async def mark_submitted(self, case: Case) -> None:
        await self._connection.execute(MARK_SUBMITTED, {**_key(case), "at": self._now})

    async def decide(self, case: Case, lines: Sequence[VoucherLine], *, amount_fen: int) -> None:
        await self._connection.execute(
            DECIDE_LINES,
            {
                **_key(case),
                "voucher_ids": [line.voucher_id for line in lines],
                "dispositions": [line.disposition for line in lines],
                "amounts": [line.amount_fen for line in lines],
                "grounds": [line.ground for line in lines],
                "reasons": [line.reason for line in lines],
                "findings": [
                    None if line.certificate is None else line.certificate.seq for line in lines
                ],
            },
        )
        await self._connection.execute(DECIDE, {**_key(case), "amount_fen": amount_fen})

    async def take_out(self, case: Case, voucher_ids: Collection[UUID], *, left: int) -> None:
        await self.let_go(case, voucher_ids)
        await self._connection.execute(LEFT, {**_key(case), "left": left})

    async def let_go(self, case: Case, voucher_ids: Collection[UUID] | None = None) -> None:
        named = {**_key(case), "at": self._now}
        ids = None if voucher_ids is None else list(voucher_ids)
        await self._connection.execute(LET_GO_LINES, {**named, "voucher_ids": ids})
        if voucher_ids is None:
            await self._connection.execute(LET_GO, named)

    async def give_up(self, case: Case, voucher_ids: Collection[UUID]) -> None:
        await self.let_go(case, voucher_ids)
        await self._connection.execute(LET_GO, {**_key(case), "at": self._now})

    async def paid_fen(self, case: Case) -> int:
        return int((await self._connection.execute(PAID, _key(case))).scalar_one())

    async def paying(self, place_id: UUID, voucher_id: UUID) -> UUID | None:
        named = {"place_id": place_id, "voucher_id": voucher_id}
        found: UUID | None = (await self._connection.execute(PAYING, named)).scalar_one_or_none()
        return found

    async def stopped(self, settlement_ids: Collection[UUID]) -> Collection[UUID]:
        rows = await self._connection.execute(STOPPED, {"ids": list(settlement_ids)})
        return set(rows.scalars())


def _key(case: Case) -> Params:
    return {"place_id": case.place_id, "id": case.id}
