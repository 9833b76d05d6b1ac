"""Filings over HTTP: from draft to completion report."""

from collections.abc import Sequence
from typing import Final

from domain.cases import CaseKind
from domain.errors import Fault, Refusal, Text
from domain.filing import Filing
from domain.party import Role
from domain.ports.work import Work
from service.application import filing, quota
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.filing_wire import (
    CompletionBody,
    EnrolmentView,
    FilingBody,
    FilingView,
    ListingBody,
    ListingView,
    OpeningBody,
    ReviewBody,
    RosterView,
    ScreeningView,
)
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import HistoryView

TAG: Final = "filings"
_FILER: Final = frozenset({Role.FILER})
_REVIEWER: Final = frozenset({Role.REVIEWER, Role.CLERK})
SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
PLAN_EXAMPLE: Final = {
    "region_code": "320681",
    "class_name": "车工中级工班",
    "occupation_code": "6-18-01-01",
    "occupation_name": "车工",
    "target_grade": 4,
    "training_mode": "in_house",
    "starts_on": "2027-03-01",
    "filed_months": 12,
    "fund_source": "employment_subsidy",
    "payee": {
        "account_name": "启东示例机械有限公司",
        "account_number": "3200160123456789012",
        "bank_code": "102100099996",
    },
    "roster": [
        {
            "name": "张三",
            "citizen_id": "11010519491231002X",
            "phone": "13800138000",
            "category": "new_hire",
            "hired_on": "2026-09-01",
            "contract_months": 24,
            "claim_basis": "insurance_place",
        }
    ],
}


def filing_answer(shown: Filing, *, status: int = 200, warnings: Sequence[Fault] = ()) -> Answer:
    """Answer a filing at its version."""
    return json_answer(
        FilingView.of(shown, warnings),
        status=status,
        version=shown.case.version,
        location=f"/v1/filings/{shown.case.id}" if status == 201 else None,
    )


async def _warnings(call: Call, work: Work, shown: Filing) -> Sequence[Fault]:
    return (await quota.quota_standing(work, shown)).warnings if call.dry_run else ()


@operation(
    id="CreateFiling",
    method="POST",
    path="/v1/filings",
    tag=TAG,
    summary=Text("起草备案，可同时提交", "Draft a filing, and submit it if asked"),
    description=Text(
        "保存培训计划和学徒名册；`submit: true` 时同时提交并取得受理时间，此时材料清单须以 `documents` 申报齐全，"
        "内容可在受理前上传。错误全部逐条返回，有错时不保存任何内容。",
        "Stores the plan and its roster; with `submit: true` it is submitted in the same act, and "
        "`documents` must declare all that the list asks for; contents may follow until acceptance. "
        "Every fault is located, and nothing is stored when there is one.",
    ),
    roles=_FILER,
    body=FilingBody,
    body_example=PLAN_EXAMPLE,
    body_limit=8 * 1024 * 1024,
    answer=FilingView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "place_unknown",
        "no_policy_in_force",
        "plan_faulty",
        "roster_faulty",
        "payee_faulty",
        "documents_faulty",
        "filing_incomplete",
        "training_not_after_filing",
        "person_enrolled_elsewhere",
        "person_twice_in_roster",
        "busy",
    ),
)
async def create_filing(call: Call) -> Answer:
    """Draft, and submit if asked."""

    async def act(work: Work) -> tuple[Filing, Sequence[Fault]]:
        done = await filing.draft_filing(work, call.decode(FilingBody).to_command())
        return done, await _warnings(call, work, done)

    return await call.once(act, lambda done: filing_answer(done[0], status=201, warnings=done[1]))


@operation(
    id="SubmitFiling",
    method="POST",
    path="/v1/filings/{filing_id}/submit",
    tag=TAG,
    summary=Text("提交备案", "Submit a filing"),
    description=Text(
        "提交即确定当日生效的补贴标准，名册人员从此不得在其他班级在训。退回补正的备案在期限内再次提交的，"
        "受理时间和补贴标准以首次提交为准。试提交（`dry_run`）时以 `warnings` 提示年度名额。",
        "Fixes the standard in force that day; from now on its people are enrolled nowhere else. "
        "A filing returned for correction and submitted again in time keeps the receipt time and "
        "the standard of its first submission. Tried dry, `warnings` tell of the year's quota.",
    ),
    roles=_FILER,
    answer=FilingView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=(
        *SIGNED,
        "filing_incomplete",
        "training_not_after_filing",
        "no_policy_in_force",
        "plan_faulty",
        "person_enrolled_elsewhere",
        "correction_overdue",
    ),
)
async def submit_filing(call: Call) -> Answer:
    """Submit a draft, or a filing that was returned."""

    async def act(work: Work) -> tuple[Filing, Sequence[Fault]]:
        done = await filing.submit_filing(
            work, filing_id=call.path("filing_id"), version=call.if_match
        )
        return done, await _warnings(call, work, done)

    return await call.once(act, lambda done: filing_answer(done[0], warnings=done[1]))


@operation(
    id="AcceptFiling",
    method="POST",
    path="/v1/filings/{filing_id}/accept",
    tag=TAG,
    summary=Text("受理备案", "Accept a filing"),
    roles=_REVIEWER,
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "document_contents_missing"),
)
async def accept_filing(call: Call) -> Answer:
    """Accept a submitted filing."""
    return await call.once(
        lambda work: filing.accept_filing(
            work, filing_id=call.path("filing_id"), version=call.if_match
        ),
        filing_answer,
    )


@operation(
    id="ReviewFiling",
    method="POST",
    path="/v1/filings/{filing_id}/review",
    tag=TAG,
    summary=Text("初审备案", "Review a filing"),
    roles=frozenset({Role.REVIEWER}),
    body=ReviewBody,
    body_example={"reason": "材料齐全，符合通人社职〔2019〕15号", "advice": "list"},
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def review_filing(call: Call) -> Answer:
    """Sign the review."""

    async def act(work: Work) -> Filing:
        body = call.decode(ReviewBody)
        return await filing.review_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            reason=body.reason,
            advice=body.advice,
        )

    return await call.once(act, filing_answer)


@operation(
    id="ListFilings",
    method="POST",
    path="/v1/listings",
    tag=TAG,
    summary=Text("列入学徒培训计划", "List filings in one decision"),
    description=Text(
        "以一个文号把若干已初审的备案列入计划；同时按预算年度承诺资金，缺少预算不影响列入，只影响支付。地方规定须先公示的，"
        "公示期满且没有未办结的异议，方可列入。",
        "Lists reviewed filings under one document number and commits their money "
        "by budget year. A missing appropriation never blocks listing, only payment. Where the region "
        "asks for a notice, it has ended, and no objection is open.",
    ),
    roles=frozenset({Role.APPROVER}),
    body=ListingBody,
    body_example={
        "document_number": "启人社〔2024〕18号",
        "filings": [{"filing_id": "0192f0c4-7c1e-7000-8000-000000000001", "version": 4}],
        "reason": "同意列入",
    },
    answer=ListingView,
    status=201,
    keyed=True,
    problems=(
        *SIGNED,
        "not_found",
        "stale_version",
        "subject_twice",
        "filings_of_other_places",
        "document_number_used",
        "fund_insufficient",
        "listing_faulty",
        "notice_required",
        "objection_open",
        "objection_upheld",
        "quota_exceeded",
        "quota_people_exceeded",
        "quota_share_exceeded",
    ),
)
async def list_filings(call: Call) -> Answer:
    """List filings."""

    async def act(work: Work) -> ListingView:
        body = call.decode(ListingBody)
        listing_id, listed = await filing.list_filings(
            work,
            document_number=body.document_number,
            filings=body.to_command(),
            reason=body.reason,
        )
        return ListingView(
            id=listing_id,
            document_number=body.document_number,
            filings=[FilingView.of(one) for one in listed],
        )

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="ReportOpening",
    method="POST",
    path="/v1/filings/{filing_id}/opening-report",
    tag=TAG,
    summary=Text("开班报告", "Report that training began"),
    roles=_FILER,
    body=OpeningBody,
    body_example={"starts_on": "2027-03-01"},
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "opening_out_of_order"),
)
async def report_opening(call: Call) -> Answer:
    """Report the first training day."""
    return await call.once(
        lambda work: filing.report_opening(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            starts_on=call.decode(OpeningBody).starts_on,
        ),
        filing_answer,
    )


@operation(
    id="ReportCompletion",
    method="POST",
    path="/v1/filings/{filing_id}/completion-report",
    tag=TAG,
    summary=Text("结业报告", "Report completion"),
    roles=_FILER,
    body=CompletionBody,
    body_example={
        "completed_on": "2028-02-29",
        "outcomes": [
            {
                "enrolment_id": "0192f0c4-7c1e-7000-8000-000000000002",
                "outcome": "completed",
                "day": "2028-02-29",
            }
        ],
    },
    body_limit=8 * 1024 * 1024,
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "completion_faulty"),
)
async def report_completion(call: Call) -> Answer:
    """Report each person's outcome."""

    async def act(work: Work) -> Filing:
        body = call.decode(CompletionBody)
        return await filing.report_completion(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            completed_on=body.completed_on,
            outcomes=body.to_command(),
        )

    return await call.once(act, filing_answer)


@operation(
    id="GetFiling",
    method="GET",
    path="/v1/filings/{filing_id}",
    tag=TAG,
    summary=Text("查看备案", "Read a filing"),
    answer=FilingView,
)
async def get_filing(call: Call) -> Answer:
    """Read one filing."""

    async def act(work: Work) -> Filing:
        return await work.filings.get(await work.cases.get(CaseKind.FILING, call.path("filing_id")))

    return filing_answer(await call.read(act))


@operation(
    id="ListOfFilings",
    method="GET",
    path="/v1/filings",
    tag=TAG,
    summary=Text("备案列表", "Page through filings"),
    answer=FilingView,
    paged=True,
    query=(in_state(CaseKind.FILING),),
)
async def page_filings(call: Call) -> Answer:
    """Page through the filings one may see, in order of creation."""
    page = call.page()

    async def act(work: Work) -> list[Filing]:
        cases = await work.cases.page(
            CaseKind.FILING,
            state=call.query("state", str),
            after=page.after_id,
            limit=page.limit,
        )
        return list(await work.filings.page(cases))

    return call.page_answer(
        await call.read(act), page, view=FilingView.of, after=lambda one: one.case.id
    )


@operation(
    id="GetRoster",
    method="GET",
    path="/v1/filings/{filing_id}/roster",
    tag=TAG,
    summary=Text("查看名册（脱敏）", "Read the roster, masked"),
    answer=RosterView,
)
async def get_roster(call: Call) -> Answer:
    """Read the people of the roster in force."""

    async def act(work: Work) -> RosterView:
        case = await work.cases.get(CaseKind.FILING, call.path("filing_id"))
        people = await work.filings.enrolments(case)
        return RosterView(filing_id=case.id, people=[EnrolmentView.of(p) for p in people])

    return json_answer(await call.read(act))


@operation(
    id="GetFilingHistory",
    method="GET",
    path="/v1/filings/{filing_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.FILING, call.path("filing_id"))


@operation(
    id="GetScreening",
    method="GET",
    path="/v1/filings/{filing_id}/screening",
    tag=TAG,
    summary=Text("名册筛查结果", "Read what a submitted roster's screening found"),
    roles=frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER}),
    answer=ScreeningView,
)
async def get_screening(call: Call) -> Answer:
    """Read the latest screening; not found before the first."""

    async def act(work: Work) -> ScreeningView:
        case = await work.cases.get(CaseKind.FILING, call.path("filing_id"))
        screening = await work.filings.screening(case)
        if screening is None:
            raise Refusal("not_found")
        return ScreeningView.of(screening)

    return json_answer(await call.read(act))


OPERATIONS: Final[tuple[Served, ...]] = (
    create_filing,
    submit_filing,
    accept_filing,
    review_filing,
    list_filings,
    report_opening,
    report_completion,
    get_filing,
    page_filings,
    get_roster,
    get_history,
    get_screening,
)
