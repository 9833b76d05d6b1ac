"""Receipts over HTTP (收款): what the bank says came in, and what became of each line."""

from typing import Final

from domain.errors import Text
from domain.party import Role
from service.application import receipt
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.recovery_wire import (
    ReceiptsBody,
    ReceiptsView,
    ReceiptsWithLinesView,
    ReceiptView,
)

TAG: Final = "recoveries"
_MAY: Final = frozenset({Role.PREPARER, Role.FINANCE})


@operation(
    id="LoadReceipts",
    method="POST",
    path="/v1/receipts",
    tag=TAG,
    summary=Text("登记收款", "Load what came in"),
    description=Text(
        "一笔或多笔银行收款流水，各写明追缴编号；由后台任务逐笔入账，同一流水只入账一次，超过欠款的留存待退。",
        "One line of the bank or several, each naming a recovery. A job takes them; a line is taken "
        "once, and more than is owed is kept and not taken.",
    ),
    roles=_MAY,
    body=ReceiptsBody,
    body_example={
        "receipts": [
            {
                "line_reference": "SK20260402-0001",
                "recovery_reference": "R0A1B2C3D4E5F6A7",
                "amount_fen": 200000,
                "booked_on": "2026-04-02",
            }
        ]
    },
    answer=ReceiptsView,
    status=202,
    keyed=True,
    problems=("receipts_faulty", "place_unknown"),
)
async def load_receipts(call: Call) -> Answer:
    """Keep the lines; a job takes them."""
    return await call.once(
        lambda work: receipt.load_receipts(
            work, [one.to_command() for one in call.decode(ReceiptsBody).receipts]
        ),
        lambda done: json_answer(
            ReceiptsView.of(done), status=202, location=f"/v1/receipts/{done.id}"
        ),
    )


@operation(
    id="GetReceipts",
    method="GET",
    path="/v1/receipts/{receipts_id}",
    tag=TAG,
    summary=Text("查看收款", "Read what came in"),
    roles=_MAY,
    answer=ReceiptsWithLinesView,
)
async def get_receipts(call: Call) -> Answer:
    """Read a load with what became of its lines."""
    file, lines = await call.read(
        lambda work: receipt.get_receipts(work, receipts_id=call.path("receipts_id"))
    )
    return json_answer(
        ReceiptsWithLinesView(
            id=file.id,
            line_count=file.lines,
            received_at=file.received_at,
            receipts=[ReceiptView.of(line) for line in lines],
        )
    )


OPERATIONS: Final[tuple[Served, ...]] = (load_receipts, get_receipts)
