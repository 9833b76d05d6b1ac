"""Review requests over HTTP: asked for by whoever the decision is about, decided by people new to the matter."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.review_request import ReviewRequest, ReviewSubject
from service.application import review_request
from service.application.review_request import RequestReview
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.objection import RULING_EXAMPLE, Ruling
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, HistoryView, View

TAG: Final = "review-requests"
_DECIDES: Final = frozenset({Role.APPROVER, Role.RELEASER})
_SIGNED: Final = ("wrong_state", "duty_conflict", "linked_duty_conflict", "busy")


class ReviewRequestBody(Body):
    """What is to be reviewed, exactly one.

    A person (`settlement_id` and `enrolment_id`), a refused voucher (`voucher_settlement_id` and `voucher_id`),
    a hold, a refused filing, a refused prepayment, or a recovery that was served.
    """

    statement: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    settlement_id: UUID | None = None
    enrolment_id: UUID | None = None
    hold_id: UUID | None = None
    filing_id: UUID | None = None
    prepayment_id: UUID | None = None
    recovery_id: UUID | None = None
    voucher_settlement_id: UUID | None = None
    voucher_id: UUID | None = None


class ReviewRequestView(View):
    """A review request, and what it is about."""

    case: CaseView
    subject: ReviewSubject
    settlement_id: UUID | None
    line_id: UUID | None
    hold_id: UUID | None
    filing_id: UUID | None
    prepayment_id: UUID | None
    recovery_id: UUID | None
    voucher_settlement_id: UUID | None
    voucher_id: UUID | None
    statement: str
    requested_on: date

    @classmethod
    def of(cls, shown: ReviewRequest) -> "ReviewRequestView":
        """Show a request."""
        of_voucher = shown.subject is ReviewSubject.VOUCHER_LINE
        return cls(
            case=CaseView.of(shown.case),
            subject=shown.subject,
            settlement_id=shown.of(ReviewSubject.SETTLEMENT_LINE),
            line_id=None if of_voucher else shown.line_id,
            hold_id=shown.of(ReviewSubject.HOLD),
            filing_id=shown.of(ReviewSubject.FILING),
            prepayment_id=shown.of(ReviewSubject.PREPAYMENT),
            recovery_id=shown.of(ReviewSubject.RECOVERY),
            voucher_settlement_id=shown.of(ReviewSubject.VOUCHER_LINE),
            voucher_id=shown.line_id if of_voucher else None,
            statement=shown.statement,
            requested_on=shown.requested_on,
        )


def _answer(shown: ReviewRequest, *, status: int = 200) -> Answer:
    return json_answer(
        ReviewRequestView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/review-requests/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="RequestReview",
    method="POST",
    path="/v1/review-requests",
    tag=TAG,
    summary=Text("申请复核", "Request a review"),
    description=Text(
        "对不予补贴、少补的人员，结算中不予支付的培训券，暂停支付，不予列入的备案，不予批准的预支，或已送达的追缴，在规定期限内申请；"
        "由未参与原决定的人员决定。对追缴申请复核的，复核期间不计缴款期限。",
        "Of a person refused or paid less, a voucher that a settlement refused, a hold, a refused filing or "
        "prepayment, or a recovery that was served, within the region's period; decided by people who took no part "
        "in the first decision. While a recovery is under review no day to pay passes.",
    ),
    roles=frozenset({Role.FILER, Role.PROVIDER, Role.WORKER}),
    body=ReviewRequestBody,
    body_example={
        "statement": "该学徒的证书已补传，请予复核。",
        "settlement_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "enrolment_id": "0192f0c4-7c1e-7000-8000-000000000002",
    },
    answer=ReviewRequestView,
    status=201,
    keyed=True,
    problems=(
        "not_found",
        "nothing_to_review",
        "review_too_late",
        "review_already_requested",
        "busy",
    ),
)
async def request_review(call: Call) -> Answer:
    """Ask for it."""

    async def act(work: Work) -> ReviewRequest:
        body = call.decode(ReviewRequestBody)
        return await review_request.request_review(
            work,
            RequestReview(
                statement=body.statement,
                settlement_id=body.settlement_id,
                enrolment_id=body.enrolment_id,
                hold_id=body.hold_id,
                filing_id=body.filing_id,
                prepayment_id=body.prepayment_id,
                recovery_id=body.recovery_id,
                voucher_settlement_id=body.voucher_settlement_id,
                voucher_id=body.voucher_id,
            ),
        )

    return await call.once(act, lambda done: _answer(done, status=201))


@operation(
    id="ExamineReviewRequest",
    method="POST",
    path="/v1/review-requests/{review_request_id}/examine",
    tag=TAG,
    summary=Text("核查复核申请", "Examine a review request"),
    roles=frozenset({Role.REVIEWER}),
    body=Decision,
    body_example={"reason": "已调阅原决定材料"},
    answer=ReviewRequestView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def examine_review_request(call: Call) -> Answer:
    """Sign the examination."""

    async def act(work: Work) -> ReviewRequest:
        return await review_request.examine_review(
            work,
            review_request_id=call.path("review_request_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


async def _decided(call: Call, event: str) -> Answer:
    async def act(work: Work) -> ReviewRequest:
        ruling = call.decode(Ruling)
        return await review_request.decide_review(
            work,
            review_request_id=call.path("review_request_id"),
            version=call.if_match,
            event=event,
            reason=ruling.reason,
            clause=ruling.clause,
        )

    return await call.once(act, _answer)


@operation(
    id="UpholdReviewRequest",
    method="POST",
    path="/v1/review-requests/{review_request_id}/uphold",
    tag=TAG,
    summary=Text("复核成立", "Uphold a review request"),
    description=Text(
        "暂停支付随即解除；结算以外的追缴随即撤销；不予支付的培训券恢复为已核销，可再次结算；人员和结算所定的追缴由以后的结算重新核定；"
        "备案、预支被不予同意的，企业可凭复核决定重新提出一次（`after_review_id`）。",
        "A hold is lifted by it, a recovery that no settlement counted is cancelled, and a voucher that was refused "
        "may be settled again: its money is committed anew; a person, and a "
        "recovery that a settlement demanded, is decided by a later settlement; after a refused filing "
        "or prepayment the enterprise asks once more, naming the review (`after_review_id`).",
    ),
    roles=_DECIDES,
    body=Ruling,
    body_example=RULING_EXAMPLE,
    answer=ReviewRequestView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing", "fund_insufficient"),
)
async def uphold_review_request(call: Call) -> Answer:
    """Uphold it."""
    return await _decided(call, "uphold")


@operation(
    id="DismissReviewRequest",
    method="POST",
    path="/v1/review-requests/{review_request_id}/dismiss",
    tag=TAG,
    summary=Text("复核不成立", "Dismiss a review request"),
    description=Text("须写明理由和依据条款。", "With a reason and the clause it rests on."),
    roles=_DECIDES,
    body=Ruling,
    body_example=RULING_EXAMPLE,
    answer=ReviewRequestView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def dismiss_review_request(call: Call) -> Answer:
    """Dismiss it."""
    return await _decided(call, "dismiss")


@operation(
    id="GetReviewRequest",
    method="GET",
    path="/v1/review-requests/{review_request_id}",
    tag=TAG,
    summary=Text("查看复核申请", "Read a review request"),
    answer=ReviewRequestView,
)
async def get_review_request(call: Call) -> Answer:
    """Read one."""
    return _answer(
        await call.read(
            lambda work: review_request.get_review_request(
                work, review_request_id=call.path("review_request_id")
            )
        )
    )


@operation(
    id="ListReviewRequests",
    method="GET",
    path="/v1/review-requests",
    tag=TAG,
    summary=Text("复核申请列表", "List review requests"),
    query=(in_state(CaseKind.REVIEW_REQUEST),),
    answer=ReviewRequestView,
    paged=True,
)
async def list_review_requests(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: review_request.list_review_requests(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=ReviewRequestView.of, after=lambda one: one.case.id)


@operation(
    id="GetReviewRequestHistory",
    method="GET",
    path="/v1/review-requests/{review_request_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_review_request_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.REVIEW_REQUEST, call.path("review_request_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    request_review,
    examine_review_request,
    uphold_review_request,
    dismiss_review_request,
    get_review_request,
    list_review_requests,
    get_review_request_history,
)
