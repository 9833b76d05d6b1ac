"""Receipts in PostgreSQL: bank results that belong to no batch, whose lines name recoveries."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from domain.bank_result import LineState
from domain.errors import Refusal
from domain.places import Place
from domain.ports.ids import NewId
from domain.ports.recoveries import Receipts
from domain.receipt import Receipt, ReceiptFile, ReceiptOnFile, TakenReceipt
from domain.recovery import Recovery

_ADD: Final = text("""
insert into bank_results (place_id, org_id, region_path, id, digest, lines, received_at, uploaded_by)
values (:place_id, :org_id, :region_path, :id, :digest, :lines, :received_at, :uploaded_by)
""")
# `paid`: the line says that money moved; that it came in follows from the result having no batch.
_ADD_LINES: Final = BulkInsert(
    "bank_lines",
    fixed={"bank_result_id": "uuid", "result": "text"},
    varying={
        "id": "uuid",
        "line_no": "int",
        "line_reference": "text",
        "payment_reference": "text",
        "amount_fen": "bigint",
        "booked_on": "date",
    },
)
_FILE: Final = """
select id, place_id, digest, lines, received_at, uploaded_by from bank_results where batch_id is null
"""
_GET: Final = text(f"{_FILE} and id = :id")
_BY_DIGEST: Final = text(f"{_FILE} and place_id = :place_id and digest = :digest")
_LINE: Final = """
select id, bank_result_id, line_no, line_reference, payment_reference, amount_fen, booked_on, state,
       recovery_id
  from bank_lines
"""
_LINES: Final = text(
    f"{_LINE} where place_id = :place_id and bank_result_id = :id order by line_no"
)
_OF_RECOVERY: Final = text(
    f"{_LINE} where place_id = :place_id and recovery_id = :id order by booked_on, id"
)
_SEEN: Final = text("""
select line_reference from bank_lines
 where place_id = :place_id and line_reference = any(:references)
   and state in ('matched', 'already_answered')
""")
_TAKE: Final = text("""
update bank_lines set state = :state, recovery_id = :recovery_id
 where place_id = :place_id and id = :id and state = 'received'
""")


def _file(row: Row[Any]) -> ReceiptFile:
    return ReceiptFile(
        id=row.id,
        place_id=row.place_id,
        digest=row.digest,
        lines=row.lines,
        received_at=row.received_at,
        uploaded_by=row.uploaded_by,
    )


def _line(row: Row[Any]) -> ReceiptOnFile:
    return ReceiptOnFile(
        id=row.id,
        receipts_id=row.bank_result_id,
        line_no=row.line_no,
        receipt=Receipt(
            line_reference=row.line_reference,
            recovery_reference=row.payment_reference,
            amount_fen=row.amount_fen,
            booked_on=row.booked_on,
        ),
        state=LineState(row.state),
        recovery_id=row.recovery_id,
    )


class PostgresReceipts(Receipts):
    """What came in at the places one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, new_id: NewId) -> None:
        self._connection = connection
        self._new_id = new_id

    async def add(self, file: ReceiptFile, *, place: Place, lines: Sequence[Receipt]) -> None:
        scope = {
            "place_id": place.id,
            "org_id": place.bureau_org_id,
            "partner_org_id": None,
            "region_path": place.region_path,
        }
        await self._connection.execute(
            _ADD,
            {
                **scope,
                "id": file.id,
                "digest": file.digest,
                "lines": file.lines,
                "received_at": file.received_at,
                "uploaded_by": file.uploaded_by,
            },
        )
        await _ADD_LINES.run(
            self._connection,
            {**scope, "bank_result_id": file.id, "result": "paid"},
            [
                (
                    self._new_id(),
                    line_no,
                    line.line_reference,
                    line.recovery_reference,
                    line.amount_fen,
                    line.booked_on,
                )
                for line_no, line in enumerate(lines, start=1)
            ],
        )

    async def get(self, receipts_id: UUID) -> ReceiptFile:
        row = (await self._connection.execute(_GET, {"id": receipts_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _file(row)

    async def of_digest(self, place_id: UUID, digest: bytes) -> ReceiptFile | None:
        row = (
            await self._connection.execute(_BY_DIGEST, {"place_id": place_id, "digest": digest})
        ).one_or_none()
        return None if row is None else _file(row)

    async def lines(self, file: ReceiptFile) -> Sequence[ReceiptOnFile]:
        named = {"place_id": file.place_id, "id": file.id}
        return [_line(row) for row in await self._connection.execute(_LINES, named)]

    async def seen(self, place_id: UUID, line_references: Collection[str]) -> Collection[str]:
        rows = await self._connection.execute(
            _SEEN, {"place_id": place_id, "references": list(line_references)}
        )
        return set(rows.scalars())

    async def take(self, file: ReceiptFile, taken: TakenReceipt) -> None:
        await self._connection.execute(
            _TAKE,
            {
                "place_id": file.place_id,
                "id": taken.line.id,
                "state": taken.outcome,
                "recovery_id": None if taken.recovery is None else taken.recovery.case.id,
            },
        )

    async def of_recovery(self, recovery: Recovery) -> Mapping[UUID, ReceiptOnFile]:
        case = recovery.case
        rows = await self._connection.execute(
            _OF_RECOVERY, {"place_id": case.place_id, "id": case.id}
        )
        return {row.id: _line(row) for row in rows}
