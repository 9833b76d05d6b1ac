"""Appropriations, commitments and the trial balance over HTTP."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.budget import BUDGET_YEAR_MAX, FUND_SOURCES, Appropriation, Queued
from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from service.application import budget
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import Query, operation
from service.http.shapes import (
    Body,
    CaseView,
    DocumentNumber,
    FenAboveZero,
    FundSource,
    HistoryView,
    View,
    Year,
)

TAG: Final = "budget"
_FINANCE: Final = frozenset({Role.FINANCE})


class AppropriationBody(Body):
    """Money to be made available in one book (fund source, budget year)."""

    fund_source: FundSource
    budget_year: Year
    amount_fen: FenAboveZero
    document_number: DocumentNumber


class AppropriationView(View):
    """An appropriation, in fen."""

    case: CaseView
    fund_source: str
    budget_year: int
    amount_fen: int
    document_number: str

    @classmethod
    def of(cls, appropriation: Appropriation) -> "AppropriationView":
        """Show an appropriation."""
        return cls(
            case=CaseView.of(appropriation.case),
            fund_source=appropriation.fund_source,
            budget_year=appropriation.budget_year,
            amount_fen=appropriation.amount_fen,
            document_number=appropriation.document_number,
        )


class ApprovedAppropriationView(View):
    """An approved appropriation and how many waiting commitments it covered."""

    appropriation: AppropriationView
    commitments_made: int


class CommitmentView(View):
    """One budget year's part of a filing's forecast, in fen."""

    budget_year: int
    fund_source: str
    amount_fen: int
    state: str


class CommitmentsView(View):
    """A filing's forecast by budget year."""

    filing_id: UUID
    commitments: list[CommitmentView]


class QueuedView(View):
    """A filing that waits for a book's money; amounts in fen.

    `missing_fen` is what the book must still get before its turn, everybody before it included.
    """

    place_no: int
    filing_id: UUID
    org_id: UUID
    amount_fen: int
    listed_at: datetime
    missing_fen: int

    @classmethod
    def of(cls, queued: Queued) -> "QueuedView":
        """Show who waits."""
        return cls(
            place_no=queued.place_no,
            filing_id=queued.commitment.filing_id,
            org_id=queued.commitment.org_id,
            amount_fen=queued.commitment.amount_fen,
            listed_at=queued.commitment.listed_at,
            missing_fen=queued.missing_fen,
        )


class TrialRowView(View):
    """One kind of account in one book: sums in fen; balance = debits - credits."""

    fund_source: str
    budget_year: int
    account: str
    debits_fen: int
    credits_fen: int
    balance_fen: int


class TrialBalanceView(View):
    """The trial balance of a place: debits equal credits, so `difference_fen` is zero."""

    place_id: UUID
    rows: list[TrialRowView]
    debits_fen: int
    credits_fen: int
    difference_fen: int


@operation(
    id="DraftAppropriation",
    method="POST",
    path="/v1/appropriations",
    tag=TAG,
    summary=Text("起草预算下达", "Draft an appropriation"),
    roles=_FINANCE,
    body=AppropriationBody,
    body_example={
        "fund_source": "employment_subsidy",
        "budget_year": 2024,
        "amount_fen": 100_000_000,
        "document_number": "启财社〔2024〕5号",
    },
    answer=AppropriationView,
    status=201,
    keyed=True,
    problems=("place_unknown", "plan_faulty", "document_number_used"),
)
async def draft_appropriation(call: Call) -> Answer:
    """Draft an appropriation; a second finance officer approves it."""

    async def act(work: Work) -> Appropriation:
        body = call.decode(AppropriationBody)
        return await budget.draft_appropriation(
            work,
            budget.DraftAppropriation(
                fund_source=body.fund_source,
                budget_year=body.budget_year,
                amount_fen=body.amount_fen,
                document_number=body.document_number,
            ),
        )

    return await call.once(
        act,
        lambda done: json_answer(
            AppropriationView.of(done),
            status=201,
            version=done.case.version,
            location=f"/v1/appropriations/{done.case.id}",
        ),
    )


@operation(
    id="ApproveAppropriation",
    method="POST",
    path="/v1/appropriations/{appropriation_id}/approve",
    tag=TAG,
    summary=Text("批准预算下达", "Approve an appropriation"),
    description=Text(
        "由另一名财政人员批准；等待该年度资金的承诺按列入先后自动落实。",
        "By another finance officer. Commitments waiting for this year's money are made, oldest listing first.",
    ),
    roles=_FINANCE,
    answer=ApprovedAppropriationView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "duty_conflict", "fund_insufficient", "busy"),
)
async def approve_appropriation(call: Call) -> Answer:
    """Approve: the money is available."""
    return await call.once(
        lambda work: budget.approve_appropriation(
            work, appropriation_id=call.path("appropriation_id"), version=call.if_match
        ),
        lambda done: json_answer(
            ApprovedAppropriationView(
                appropriation=AppropriationView.of(done[0]), commitments_made=done[1]
            ),
            version=done[0].case.version,
        ),
    )


@operation(
    id="ListAppropriations",
    method="GET",
    path="/v1/appropriations",
    tag=TAG,
    summary=Text("预算下达列表", "List appropriations"),
    query=(in_state(CaseKind.APPROPRIATION),),
    answer=AppropriationView,
    paged=True,
)
async def list_appropriations(call: Call) -> Answer:
    """Read a page of appropriations, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: budget.list_appropriations(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=AppropriationView.of, after=lambda one: one.case.id)


@operation(
    id="GetAppropriation",
    method="GET",
    path="/v1/appropriations/{appropriation_id}",
    tag=TAG,
    summary=Text("查看预算下达", "Read an appropriation"),
    answer=AppropriationView,
)
async def get_appropriation(call: Call) -> Answer:
    """Read one appropriation."""

    async def act(work: Work) -> Appropriation:
        case = await work.cases.get(CaseKind.APPROPRIATION, call.path("appropriation_id"))
        return await work.budgets.appropriation(case)

    shown = await call.read(act)
    return json_answer(AppropriationView.of(shown), version=shown.case.version)


@operation(
    id="GetAppropriationHistory",
    method="GET",
    path="/v1/appropriations/{appropriation_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_appropriation_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.APPROPRIATION, call.path("appropriation_id"))


@operation(
    id="GetCommitments",
    method="GET",
    path="/v1/filings/{filing_id}/commitments",
    tag=TAG,
    summary=Text("资金承诺与支出预测", "Read what a filing is expected to cost, by year"),
    answer=CommitmentsView,
)
async def get_commitments(call: Call) -> Answer:
    """Read a filing's forecast."""

    async def act(work: Work) -> CommitmentsView:
        case = await work.cases.get(CaseKind.FILING, call.path("filing_id"))
        return CommitmentsView(
            filing_id=case.id,
            commitments=[
                CommitmentView(
                    budget_year=c.budget_year,
                    fund_source=c.fund_source,
                    amount_fen=c.amount_fen,
                    state=c.state,
                )
                for c in await work.budgets.commitments(case)
            ],
        )

    return json_answer(await call.read(act))


@operation(
    id="ListBudgetQueue",
    method="GET",
    path="/v1/budget-queue",
    tag=TAG,
    summary=Text("等待资金的备案", "List who waits for a book's money"),
    description=Text(
        "按列入先后排列：资金到位时依次安排，任何人不得插队。",
        "In order of listing: money that comes serves them in turn, and nobody is overtaken.",
    ),
    roles=frozenset({Role.FINANCE, Role.AUDITOR, Role.APPROVER, Role.PREPARER, Role.REVIEWER}),
    query=(
        Query(
            name="fund_source",
            required=True,
            pattern=f"^({'|'.join(FUND_SOURCES)})$",
            description=Text("资金来源。", "The fund source."),
        ),
        Query(
            name="budget_year",
            kind=int,
            required=True,
            least=2000,
            most=BUDGET_YEAR_MAX,
            description=Text("预算年度。", "The budget year."),
        ),
    ),
    answer=QueuedView,
    paged=True,
    problems=("place_unknown",),
)
async def list_budget_queue(call: Call) -> Answer:
    """List those who wait, each with its place and what is missing."""
    page = call.page()

    async def act(work: Work) -> list[Queued]:
        queue = await budget.budget_queue(
            work,
            fund_source=call.query("fund_source", str) or "",
            budget_year=call.query("budget_year", int) or 0,
        )
        after = int(page.after or 0)
        return [one for one in queue if one.place_no > after][: page.limit]

    return call.page_answer(
        await call.read(act), page, view=QueuedView.of, after=lambda one: one.place_no
    )


@operation(
    id="GetTrialBalance",
    method="GET",
    path="/v1/trial-balance",
    tag=TAG,
    summary=Text("试算平衡表", "Read the trial balance of one's place"),
    roles=frozenset({Role.FINANCE, Role.AUDITOR, Role.APPROVER, Role.PREPARER}),
    answer=TrialBalanceView,
    problems=("place_unknown",),
)
async def get_trial_balance(call: Call) -> Answer:
    """Sum every account of the place by book and kind."""

    async def act(work: Work) -> TrialBalanceView:
        place = await budget.own_place(work)
        trial = await work.ledger.trial_balance(place.id)
        return TrialBalanceView(
            place_id=place.id,
            rows=[
                TrialRowView(
                    fund_source=row.book.fund_source,
                    budget_year=row.book.budget_year,
                    account=row.kind,
                    debits_fen=row.debits_fen,
                    credits_fen=row.credits_fen,
                    balance_fen=row.balance_fen,
                )
                for row in trial.rows
            ],
            debits_fen=trial.debits_fen,
            credits_fen=trial.credits_fen,
            difference_fen=trial.debits_fen - trial.credits_fen,
        )

    return json_answer(await call.read(act))


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_appropriation,
    approve_appropriation,
    list_appropriations,
    get_appropriation,
    get_commitments,
    list_budget_queue,
    get_trial_balance,
    get_appropriation_history,
)
