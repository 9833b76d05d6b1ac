"""Bank results over HTTP: uploaded whole, read back line by line with its outcomes."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.bank_result import COLUMNS, BankAnswer, BankLine, BankResult, LineState
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from service.application import bank_result
from service.http.call import Answer, Call, Served, json_answer
from service.http.media import CSV
from service.http.operation import Query, operation
from service.http.shapes import View

TAG: Final = "bank-results"
UPLOAD_LIMIT: Final = 32 * 1024 * 1024


class OutcomeView(View):
    """How many lines were taken in one way; `received` ones still wait."""

    outcome: LineState
    lines: int


class BankResultView(View):
    """A file on file. `complete` once every line has its outcome."""

    id: UUID
    batch_id: UUID
    sha256: str
    line_count: int
    received_at: datetime
    complete: bool
    outcomes: list[OutcomeView]

    @classmethod
    def of(cls, result: BankResult) -> "BankResultView":
        """Show a file."""
        return cls(
            id=result.id,
            batch_id=result.batch_id,
            sha256=result.digest.hex(),
            line_count=result.lines,
            received_at=result.received_at,
            complete=LineState.RECEIVED not in result.outcomes,
            outcomes=[
                OutcomeView(outcome=outcome, lines=lines)
                for outcome, lines in result.outcomes.items()
            ],
        )


class BankLineView(View):
    """One line of a file with its outcome, and the attempt its reference names."""

    id: UUID
    line_no: int
    line_reference: str
    payment_reference: str
    result: BankAnswer
    amount_fen: int
    booked_on: date
    reason: str
    outcome: LineState
    attempt_id: UUID | None

    @classmethod
    def of(cls, shown: BankLine) -> "BankLineView":
        """Show a line."""
        return cls(
            id=shown.id,
            line_no=shown.line.line_no,
            line_reference=shown.line.line_reference,
            payment_reference=shown.line.payment_reference,
            result=shown.line.answer,
            amount_fen=shown.line.amount_fen,
            booked_on=shown.line.booked_on,
            reason=shown.line.reason,
            outcome=shown.state,
            attempt_id=shown.attempt_id,
        )


@operation(
    id="LoadBankResult",
    method="POST",
    path="/v1/batches/{batch_id}/bank-results",
    tag=TAG,
    summary=Text("上传银行回盘文件", "Load a bank's answer"),
    description=Text(
        f"UTF-8 CSV，第一行为 {','.join(COLUMNS)}；result 为 paid 或 rejected。文件有错时逐格指出且不保存"
        "任何内容；可读的文件整份保存，由后台任务逐行对账，对不上的行不妨碍其他行。同一文件再次上传视为已处理。",
        f"UTF-8 CSV whose first line is {','.join(COLUMNS)}; result is paid or rejected. A faulty "
        "file is refused with every bad cell, and nothing is stored. A readable one is kept whole "
        "and taken line by line by a job; a line that fits nothing blocks no other. The same file "
        "again counts as processed.",
    ),
    roles=frozenset({Role.PREPARER}),
    media=CSV,
    body_example=(
        f"{','.join(COLUMNS)}\nBANK-0001,01M7YSQ6YJF85TFK3KZY1BN0D0,paid,6600000,2024-02-27,\n"
    ),
    body_limit=UPLOAD_LIMIT,
    answer=BankResultView,
    status=202,
    keyed=True,
    problems=("wrong_state", "bank_result_faulty", "bank_result_already_loaded", "busy"),
)
async def load_bank_result(call: Call) -> Answer:
    """Keep the file; a job takes its lines."""
    return await call.once(
        lambda work: bank_result.load_bank_result(
            work, batch_id=call.path("batch_id"), text=call.text()
        ),
        lambda done: json_answer(
            BankResultView.of(done), status=202, location=f"/v1/bank-results/{done.id}"
        ),
    )


@operation(
    id="GetBankResult",
    method="GET",
    path="/v1/bank-results/{result_id}",
    tag=TAG,
    summary=Text("查看银行回盘", "Read a bank's answer"),
    answer=BankResultView,
)
async def get_bank_result(call: Call) -> Answer:
    """Read one file with the counts of its outcomes."""
    return json_answer(
        BankResultView.of(
            await call.read(lambda work: bank_result.bank_result(work, call.path("result_id")))
        )
    )


@operation(
    id="ListBankLines",
    method="GET",
    path="/v1/bank-results/{result_id}/lines",
    tag=TAG,
    summary=Text("银行回盘明细", "List a bank's lines"),
    query=(
        Query(
            name="outcome",
            kind=LineState,
            description=Text("只列出此结果的行。", "Only lines of this outcome."),
        ),
    ),
    answer=BankLineView,
    paged=True,
)
async def list_bank_lines(call: Call) -> Answer:
    """List a file's lines in its order."""
    page = call.page()

    async def act(work: Work) -> list[BankLine]:
        return list(
            await bank_result.list_bank_lines(
                work,
                call.path("result_id"),
                state=call.query("outcome", LineState),
                after_line=int(page.after or 0),
                limit=page.limit,
            )
        )

    return call.page_answer(
        await call.read(act), page, view=BankLineView.of, after=lambda shown: shown.line.line_no
    )


OPERATIONS: Final[tuple[Served, ...]] = (load_bank_result, get_bank_result, list_bank_lines)
