"""The review of a batch over HTTP: what its releaser looks at before the money leaves."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.batch_report import BatchReview, Flag, ReviewedLine
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from service.application import batch
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import Query, operation
from service.http.shapes import View

TAG: Final = "batches"
_READERS: Final = frozenset({Role.PREPARER, Role.RELEASER, Role.FINANCE, Role.AUDITOR})


class FlagCountView(View):
    """How many lines carry a flag."""

    flag: Flag
    lines: int


class BatchReportView(View):
    """Totals now and as sealed, in fen; how many lines carry which flag; what the release would refuse."""

    batch_id: UUID
    line_count: int
    total_fen: int
    sealed_line_count: int
    sealed_total_fen: int
    sha256: str
    flags: list[FlagCountView]
    blocks: list[str]

    @classmethod
    def of(cls, review: BatchReview) -> "BatchReportView":
        """Show a review."""
        return cls(
            batch_id=review.batch.case.id,
            line_count=review.lines,
            total_fen=review.total_fen,
            sealed_line_count=review.batch.lines,
            sealed_total_fen=review.batch.total_fen,
            sha256=review.batch.digest.hex(),
            flags=[FlagCountView(flag=flag, lines=review.count(flag)) for flag in Flag],
            blocks=list(review.blocks),
        )


class ReviewedLineView(View):
    """One line: payee, account (masked), amount in fen, who verified the account when, and its flags."""

    line_no: int
    payment_id: UUID
    payee_name: str
    account_masked: str
    amount_fen: int
    verified_at: datetime | None
    verified_by: str | None
    paid_before: int
    shared_with: int
    flags: list[Flag]

    @classmethod
    def of(cls, flagged: tuple[ReviewedLine, tuple[Flag, ...]]) -> "ReviewedLineView":
        """Show a line with its flags."""
        line, flags = flagged
        return cls(
            line_no=line.line_no,
            payment_id=line.payment_id,
            payee_name=line.payee_name,
            account_masked=line.account_masked,
            amount_fen=line.amount_fen,
            verified_at=line.verified_at,
            verified_by=line.verified_by,
            paid_before=line.paid_before,
            shared_with=line.shared_with,
            flags=list(flags),
        )


@operation(
    id="GetBatchReport",
    method="GET",
    path="/v1/batches/{batch_id}/report",
    tag=TAG,
    summary=Text("放行前核对", "Review a batch before its release"),
    description=Text(
        "提示项仅供放行人核对，不作决定；blocks 为放行时将被拒绝的原因。",
        "Flags inform the releaser and decide nothing; blocks are what the release would be refused for.",
    ),
    roles=_READERS,
    answer=BatchReportView,
)
async def get_batch_report(call: Call) -> Answer:
    """Read the totals and flags of a batch."""
    review = await call.read(lambda work: batch.review_batch(work, call.path("batch_id")))
    return json_answer(BatchReportView.of(review))


@operation(
    id="ListBatchReportLines",
    method="GET",
    path="/v1/batches/{batch_id}/report/lines",
    tag=TAG,
    summary=Text("放行前核对明细", "List the lines of a batch's review"),
    roles=_READERS,
    query=(
        Query(
            name="flag",
            kind=Flag,
            description=Text("只列出带此提示的。", "Only lines that carry this flag."),
        ),
    ),
    answer=ReviewedLineView,
    paged=True,
)
async def list_batch_report_lines(call: Call) -> Answer:
    """List the lines in the order of the file."""
    page = call.page()

    async def act(work: Work) -> list[tuple[ReviewedLine, tuple[Flag, ...]]]:
        review = await batch.review_batch(work, call.path("batch_id"))
        after, flag = int(page.after or 0), call.query("flag", Flag)
        wanted = [
            (line, flags)
            for line, flags in review.flagged
            if line.line_no > after and (flag is None or flag in flags)
        ]
        return wanted[: page.limit]

    return call.page_answer(
        await call.read(act), page, view=ReviewedLineView.of, after=lambda one: one[0].line_no
    )


OPERATIONS: Final[tuple[Served, ...]] = (get_batch_report, list_batch_report_lines)
