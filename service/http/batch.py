"""Batches over HTTP: sealed, released, exported."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.payment import AttemptOnFile, AttemptState, Batch, Exclusion
from domain.ports.work import Work
from service.application import batch
from service.application.batch import SealBatch
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.media import CSV
from service.http.operation import Query, operation
from service.http.payment import AttemptView
from service.http.shapes import (
    Body,
    CaseView,
    Decision,
    FundSource,
    HistoryView,
    Reason,
    View,
    Year,
)

TAG: Final = "batches"
_PREPARER: Final = frozenset({Role.PREPARER})


class BatchBody(Body):
    """What a batch pays: these payments, or all that wait in the book when none are named."""

    fund_source: FundSource
    budget_year: Year
    payment_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=10_000)] | None = None

    def to_command(self) -> SealBatch:
        """Return the command."""
        named = None if self.payment_ids is None else tuple(self.payment_ids)
        return SealBatch(
            fund_source=self.fund_source, budget_year=self.budget_year, payment_ids=named
        )


class BatchView(View):
    """A sealed batch: count, total in fen, and the SHA-256 of its file below the header line."""

    case: CaseView
    fund_source: str
    budget_year: int
    line_count: int
    total_fen: int
    sha256: str
    unanswered: int

    @classmethod
    def of(cls, shown: Batch) -> "BatchView":
        """Show a batch."""
        return cls(
            case=CaseView.of(shown.case),
            fund_source=shown.fund_source,
            budget_year=shown.budget_year,
            line_count=shown.lines,
            total_fen=shown.total_fen,
            sha256=shown.digest.hex(),
            unanswered=shown.unanswered,
        )


class SplitBody(Body):
    """Which payments leave a sealed batch, and why; those whose account changed leave with them."""

    payment_ids: Annotated[list[UUID], msgspec.Meta(max_length=10_000)]
    reason: Reason = ""


class ExclusionView(View):
    """A line taken out of a batch before it was sent; the amount in fen."""

    attempt_id: UUID
    payment_id: UUID
    line_no: int
    amount_fen: int
    reason: str
    excluded_at: datetime

    @classmethod
    def of(cls, one: Exclusion) -> "ExclusionView":
        """Show a line."""
        return cls(
            attempt_id=one.attempt_id,
            payment_id=one.payment_id,
            line_no=one.line_no,
            amount_fen=one.amount_fen,
            reason=one.reason,
            excluded_at=one.excluded_at,
        )


class ExclusionsView(View):
    """The lines taken out of a batch, in the order of its file."""

    exclusions: list[ExclusionView]


def _answer(shown: Batch, *, status: int = 200) -> Answer:
    return json_answer(
        BatchView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/batches/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="CreateBatch",
    method="POST",
    path="/v1/batches",
    tag=TAG,
    summary=Text("组成并封存支付批次", "Seal a batch of payments"),
    description=Text(
        "未指定支付时取该账套全部待支付款项，按计划先后排列。封存后笔数、总额、摘要和每笔参考号不再改变。",
        "Without payments named, all that wait in the book, in order of planning. Count, total, "
        "digest and every reference are fixed from then on.",
    ),
    roles=_PREPARER,
    body=BatchBody,
    body_example={"fund_source": "employment_subsidy", "budget_year": 2025},
    answer=BatchView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "place_unknown",
        "funding_request_faulty",
        "batch_faulty",
        "nothing_to_batch",
        "linked_duty_conflict",
        "busy",
    ),
)
async def create_batch(call: Call) -> Answer:
    """Draft and seal in one act."""
    return await call.once(
        lambda work: batch.seal_batch(work, call.decode(BatchBody).to_command()),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="ReleaseBatch",
    method="POST",
    path="/v1/batches/{batch_id}/release",
    tag=TAG,
    summary=Text("放行支付批次", "Release a batch"),
    description=Text(
        "由另一人放行：此人未批准、未复核、未编制其中任何一笔。资金转为在途。",
        "By a second person, who approved, concurred in and prepared nothing the batch pays. The "
        "money is then in transit.",
    ),
    roles=frozenset({Role.RELEASER}),
    body=Decision,
    body_example={"reason": ""},
    answer=BatchView,
    keyed=True,
    versioned=True,
    problems=(
        "wrong_state",
        "duty_conflict",
        "linked_duty_conflict",
        "on_hold",
        "fund_insufficient",
        "batch_to_split",
        "batch_file_differs",
        "already_posted",
        "busy",
    ),
)
async def release_batch(call: Call) -> Answer:
    """Release a sealed batch."""
    return await call.once(
        lambda work: batch.release_batch(
            work,
            batch_id=call.path("batch_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="CancelBatch",
    method="POST",
    path="/v1/batches/{batch_id}/cancel",
    tag=TAG,
    summary=Text("取消支付批次", "Cancel a batch that has not been released"),
    description=Text(
        "由制单人以外的一人取消；各笔款项回到待支付。",
        "By a second person; its payments wait for another batch.",
    ),
    roles=frozenset({Role.RELEASER}),
    body=Decision,
    body_example={"reason": "收款账户有误"},
    answer=BatchView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "duty_conflict", "reason_missing", "busy"),
)
async def cancel_batch(call: Call) -> Answer:
    """Cancel a batch that has not been released."""
    return await call.once(
        lambda work: batch.cancel_batch(
            work,
            batch_id=call.path("batch_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="SplitBatch",
    method="POST",
    path="/v1/batches/{batch_id}/split",
    tag=TAG,
    summary=Text("拆分支付批次", "Take lines out of a sealed batch"),
    description=Text(
        "移出指定的支付（如被暂停的），以及收款账户已变化的支付，其余重新封存；移出的每一笔留有理由。",
        "Out go the payments named (one on hold, say) and every one whose account no longer stands; the "
        "rest is sealed anew, and each line taken out keeps its reason.",
    ),
    roles=_PREPARER,
    body=SplitBody,
    body_example={"payment_ids": [], "reason": "收款账户已变更"},
    answer=BatchView,
    keyed=True,
    versioned=True,
    problems=(
        "wrong_state",
        "duty_conflict",
        "reason_missing",
        "batch_faulty",
        "nothing_to_take_out",
        "batch_would_be_empty",
        "busy",
    ),
)
async def split_batch(call: Call) -> Answer:
    """Take lines out, and seal the rest anew."""

    async def act(work: Work) -> Batch:
        body = call.decode(SplitBody)
        return await batch.split_batch(
            work,
            batch_id=call.path("batch_id"),
            version=call.if_match,
            payment_ids=body.payment_ids,
            reason=body.reason,
        )

    return await call.once(act, _answer)


@operation(
    id="ListBatchExclusions",
    method="GET",
    path="/v1/batches/{batch_id}/exclusions",
    tag=TAG,
    summary=Text("批次中移出的支付", "List the lines taken out of a batch"),
    answer=ExclusionsView,
)
async def list_batch_exclusions(call: Call) -> Answer:
    """List what was taken out before the batch was sent, and why."""
    found = await call.read(lambda work: batch.list_exclusions(work, call.path("batch_id")))
    return json_answer(ExclusionsView(exclusions=[ExclusionView.of(one) for one in found]))


@operation(
    id="ExportBatch",
    method="GET",
    path="/v1/batches/{batch_id}/export",
    tag=TAG,
    summary=Text("导出支付文件", "Export the bank's file"),
    description=Text(
        "UTF-8 CSV。首行为笔数、总额和其后全部内容的 SHA-256；随后为 payment_reference、payee_name、"
        "account、bank_code、amount_fen、purpose。账号为完整账号，每次导出均记入审计。内容供机器读取，"
        "与档案一致，不作任何转义；请勿用电子表格打开。",
        "UTF-8 CSV. The first line holds count, total and the SHA-256 of everything after it; then "
        "payment_reference, payee_name, account, bank_code, amount_fen, purpose. Accounts are whole "
        "and each export is audited. The file is for a machine: values stand exactly as on file, "
        "nothing is escaped against formulas; do not open it in a spreadsheet.",
    ),
    roles=frozenset({Role.PREPARER, Role.RELEASER}),
    answer_media=CSV,
    answer_example=(
        f"count=1,total_fen=6600000,sha256={'0' * 64}\r\n"
        "payment_reference,payee_name,account,bank_code,amount_fen,purpose\r\n"
        "01M7YSQ6YJF85TFK3KZY1BN0D0,启东示例机械有限公司,32001601234567890123,102100099996,6600000,"
        "企业新型学徒制补贴预支\r\n"
    ),
    problems=("wrong_state", "batch_file_differs"),
)
async def export_batch(call: Call) -> Answer:
    """Export what was sealed; the audit entry commits with it."""
    file = await call.change(lambda work: batch.export_batch(work, call.path("batch_id")))
    name = f"batch-{call.path('batch_id')}.csv"
    return Answer(
        body=file.content,
        media=CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@operation(
    id="GetBatch",
    method="GET",
    path="/v1/batches/{batch_id}",
    tag=TAG,
    summary=Text("查看支付批次", "Read a batch"),
    answer=BatchView,
)
async def get_batch(call: Call) -> Answer:
    """Read one batch."""
    return _answer(await call.read(lambda work: batch.batch(work, call.path("batch_id"))))


@operation(
    id="GetBatchHistory",
    method="GET",
    path="/v1/batches/{batch_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_batch_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.BATCH, call.path("batch_id"))


@operation(
    id="ListBatches",
    method="GET",
    path="/v1/batches",
    tag=TAG,
    summary=Text("支付批次列表", "List batches"),
    query=(in_state(CaseKind.BATCH),),
    answer=BatchView,
    paged=True,
)
async def list_batches(call: Call) -> Answer:
    """List batches in order of creation."""
    page = call.page()

    async def act(work: Work) -> list[Batch]:
        return list(
            await batch.list_batches(
                work, state=call.query("state", str), after=page.after_id, limit=page.limit
            )
        )

    return call.page_answer(
        await call.read(act), page, view=BatchView.of, after=lambda shown: shown.case.id
    )


@operation(
    id="ListAttempts",
    method="GET",
    path="/v1/batches/{batch_id}/attempts",
    tag=TAG,
    summary=Text("批次中的支付尝试", "List a batch's attempts"),
    description=Text(
        "状态为 submitted 的尚未得到银行答复。",
        "Those in state submitted still wait for the bank's answer.",
    ),
    query=(
        Query(
            name="state",
            kind=AttemptState,
            description=Text("只列出此状态的尝试。", "Only attempts in this state."),
        ),
    ),
    answer=AttemptView,
    paged=True,
)
async def list_attempts(call: Call) -> Answer:
    """List a batch's attempts in the order of its file."""
    page = call.page()

    async def act(work: Work) -> list[AttemptOnFile]:
        return list(
            await batch.list_attempts(
                work,
                call.path("batch_id"),
                state=call.query("state", AttemptState),
                after_line=int(page.after or 0),
                limit=page.limit,
            )
        )

    return call.page_answer(
        await call.read(act), page, view=AttemptView.of, after=lambda attempt: attempt.line_no
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    create_batch,
    release_batch,
    cancel_batch,
    split_batch,
    list_batch_exclusions,
    export_batch,
    get_batch,
    list_batches,
    list_attempts,
    get_batch_history,
)
