"""Funding requests over HTTP."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.funding_request import FundingLine, FundingRequest, PayableKind, Subject
from domain.party import Role
from domain.ports.work import Work
from service.application import funding_request
from service.application.funding_request import FundingRequestOnFile, RequestFunding
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, FundSource, HistoryView, View, Year

TAG: Final = "funding-requests"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")


class SubjectBody(Body):
    """An approved case that money is asked for."""

    kind: PayableKind
    id: UUID

    def to_subject(self) -> Subject:
        """Return what the domain calls it."""
        return Subject(kind=self.kind, id=self.id)


class FundingRequestBody(Body):
    """Approved cases to be paid from one book."""

    fund_source: FundSource
    budget_year: Year
    subjects: Annotated[list[SubjectBody], msgspec.Meta(min_length=1, max_length=10_000)]

    def to_command(self) -> RequestFunding:
        """Return the command."""
        return RequestFunding(
            fund_source=self.fund_source,
            budget_year=self.budget_year,
            subjects=tuple(subject.to_subject() for subject in self.subjects),
        )


class SubjectView(View):
    """A case that money is asked for."""

    kind: PayableKind
    id: UUID


class FundingLineView(View):
    """One line of a request, in fen. `payment_id` stands there once the line has been ordered."""

    id: UUID
    line_no: int
    subject: SubjectView
    filing_id: UUID | None
    amount_fen: int
    payment_id: UUID | None

    @classmethod
    def of(cls, line: FundingLine) -> "FundingLineView":
        """Show a line."""
        return cls(
            id=line.id,
            line_no=line.line_no,
            subject=SubjectView(kind=line.subject.kind, id=line.subject.id),
            filing_id=line.filing_id,
            amount_fen=line.amount_fen,
            payment_id=line.payment_id,
        )


class FundingRequestSummaryView(View):
    """A request without its lines; the total in fen."""

    case: CaseView
    fund_source: str
    budget_year: int
    line_count: int
    total_fen: int

    @classmethod
    def of(cls, request: FundingRequest) -> "FundingRequestSummaryView":
        """Show a request."""
        return cls(
            case=CaseView.of(request.case),
            fund_source=request.fund_source,
            budget_year=request.budget_year,
            line_count=request.lines,
            total_fen=request.total_fen,
        )


class FundingRequestView(View):
    """A request with its lines; amounts in fen."""

    case: CaseView
    fund_source: str
    budget_year: int
    line_count: int
    total_fen: int
    lines: list[FundingLineView]

    @classmethod
    def of(cls, on_file: FundingRequestOnFile) -> "FundingRequestView":
        """Show a request with its lines."""
        request = on_file.request
        return cls(
            case=CaseView.of(request.case),
            fund_source=request.fund_source,
            budget_year=request.budget_year,
            line_count=request.lines,
            total_fen=request.total_fen,
            lines=[FundingLineView.of(line) for line in on_file.lines],
        )


def _answer(on_file: FundingRequestOnFile, *, status: int = 200) -> Answer:
    case = on_file.request.case
    return json_answer(
        FundingRequestView.of(on_file),
        status=status,
        version=case.version,
        location=f"/v1/funding-requests/{case.id}" if status == 201 else None,
    )


@operation(
    id="CreateFundingRequest",
    method="POST",
    path="/v1/funding-requests",
    tag=TAG,
    summary=Text("提交拨款申请", "Ask for funding"),
    description=Text(
        "列出已批准的预支或结算，起草并提交给财政部门。金额取自各项决定，每项只能申请一次。",
        "Names approved prepayments or settlements of one book, for finance to concur in. Amounts "
        "are those decided; each case is asked for once.",
    ),
    roles=frozenset({Role.PREPARER}),
    body=FundingRequestBody,
    body_example={
        "fund_source": "employment_subsidy",
        "budget_year": 2025,
        "subjects": [{"kind": "prepayment", "id": "0192f0c4-7c1e-7000-8000-000000000001"}],
    },
    answer=FundingRequestView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "place_unknown",
        "funding_request_faulty",
        "already_requested",
        "linked_duty_conflict",
        "busy",
    ),
)
async def create_funding_request(call: Call) -> Answer:
    """Draft and submit in one act."""
    return await call.once(
        lambda work: funding_request.request_funding(
            work, call.decode(FundingRequestBody).to_command()
        ),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="ConcurFundingRequest",
    method="POST",
    path="/v1/funding-requests/{request_id}/concur",
    tag=TAG,
    summary=Text("财政复核拨款申请", "Concur in a funding request"),
    description=Text(
        "复核后系统为每一行生成一笔待支付款项。",
        "The system then plans one payment for each line.",
    ),
    roles=frozenset({Role.FINANCE}),
    body=Decision,
    body_example={"reason": "预算已落实"},
    answer=FundingRequestView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "fund_insufficient"),
)
async def concur_funding_request(call: Call) -> Answer:
    """Sign the concurrence."""
    return await call.once(
        lambda work: funding_request.concur_funding_request(
            work,
            request_id=call.path("request_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="ReturnFundingRequest",
    method="POST",
    path="/v1/funding-requests/{request_id}/return",
    tag=TAG,
    summary=Text("退回拨款申请", "Return a funding request"),
    description=Text(
        "其各行可重新申请。",
        "Its lines are free to be requested again.",
    ),
    roles=frozenset({Role.FINANCE}),
    body=Decision,
    body_example={"reason": "金额与预算不符"},
    answer=FundingRequestView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def return_funding_request(call: Call) -> Answer:
    """Return a funding request."""
    return await call.once(
        lambda work: funding_request.return_funding_request(
            work,
            request_id=call.path("request_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="RefuseFundingRequest",
    method="POST",
    path="/v1/funding-requests/{request_id}/refuse",
    tag=TAG,
    summary=Text("不予拨款", "Refuse a funding request"),
    description=Text(
        "其各行可重新申请。",
        "Its lines are free to be requested again.",
    ),
    roles=frozenset({Role.FINANCE}),
    body=Decision,
    body_example={"reason": "不属支出范围"},
    answer=FundingRequestView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def refuse_funding_request(call: Call) -> Answer:
    """Refuse a funding request."""
    return await call.once(
        lambda work: funding_request.refuse_funding_request(
            work,
            request_id=call.path("request_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="GetFundingRequest",
    method="GET",
    path="/v1/funding-requests/{request_id}",
    tag=TAG,
    summary=Text("查看拨款申请", "Read a funding request"),
    answer=FundingRequestView,
)
async def get_funding_request(call: Call) -> Answer:
    """Read one request with its lines."""
    return _answer(
        await call.read(lambda work: funding_request.funding_request(work, call.path("request_id")))
    )


@operation(
    id="GetFundingRequestHistory",
    method="GET",
    path="/v1/funding-requests/{request_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_funding_request_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.FUNDING_REQUEST, call.path("request_id"))


@operation(
    id="ListFundingRequests",
    method="GET",
    path="/v1/funding-requests",
    tag=TAG,
    summary=Text("拨款申请列表", "List funding requests"),
    query=(in_state(CaseKind.FUNDING_REQUEST),),
    answer=FundingRequestSummaryView,
    paged=True,
)
async def list_funding_requests(call: Call) -> Answer:
    """List requests in order of creation."""
    page = call.page()

    async def act(work: Work) -> list[FundingRequest]:
        return list(
            await funding_request.list_funding_requests(
                work, state=call.query("state", str), after=page.after_id, limit=page.limit
            )
        )

    return call.page_answer(
        await call.read(act),
        page,
        view=FundingRequestSummaryView.of,
        after=lambda request: request.case.id,
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    create_funding_request,
    concur_funding_request,
    return_funding_request,
    refuse_funding_request,
    get_funding_request,
    list_funding_requests,
    get_funding_request_history,
)
