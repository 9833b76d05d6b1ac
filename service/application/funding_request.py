"""Funding requests (拨款申请): the bureau asks, finance concurs, the system orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.budget import FUND_SOURCES
from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.funding_request import (
    APPROVED,
    NOT_TO_PREPARE,
    FundingLine,
    FundingRequest,
    PayableKind,
    Subject,
    checked_payables,
)
from domain.ports.work import Work
from service.application.budget import own_place
from service.application.cases import keep_apart, open_case, sign, sign_many


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFunding:
    """Approved cases to be paid from one book of the actor's place."""

    fund_source: str
    budget_year: int
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequestOnFile:
    """A request with its lines."""

    request: FundingRequest
    lines: Sequence[FundingLine]


async def request_funding(work: Work, command: RequestFunding) -> FundingRequestOnFile:
    """Draft and submit a request for approved cases, each once, each at its decided amount.

    Refuses `funding_request_faulty` with every fault located, `already_requested`,
    `linked_duty_conflict` (who approved a case does not prepare its payment).
    """
    check_fund_source(command.fund_source)
    place = await own_place(work)
    ids = [subject.id for subject in command.subjects]
    found = await work.payments.payables(place.id, ids)
    committed = await work.payments.committed_fen(
        place.id,
        fund_source=command.fund_source,
        budget_year=command.budget_year,
        filing_ids={payable.filing_id for payable in found.values()},
    )
    payables = checked_payables(command.subjects, found, committed, fund_source=command.fund_source)
    await keep_apart(work, ids, forbidden=NOT_TO_PREPARE)
    total_fen = sum(payable.amount_fen for payable in payables)
    facts = {"lines": len(payables), "total_fen": total_fen}
    draft = await open_case(
        work,
        CaseKind.FUNDING_REQUEST,
        place,
        event="draft",
        org_id=place.bureau_org_id,
        facts=facts,
    )
    request = FundingRequest(
        case=draft,
        fund_source=command.fund_source,
        budget_year=command.budget_year,
        lines=len(payables),
        total_fen=total_fen,
    )
    lines = [
        FundingLine(
            id=work.new_id(),
            line_no=line_no,
            subject=payable.subject,
            filing_id=payable.filing_id,
            payee_account_id=payable.payee_account_id,
            amount_fen=payable.amount_fen,
        )
        for line_no, payable in enumerate(payables, start=1)
    ]
    await work.payments.add_request(request, lines)
    await sign(work, draft, "submit", facts=facts)
    return await funding_request(work, draft.id)


async def concur_funding_request(
    work: Work, *, request_id: UUID, version: int, reason: str = ""
) -> FundingRequestOnFile:
    """Concur in a submitted request (财政复核); the system then orders what it asks for.

    Refuses `wrong_state`, `stale_version`, `duty_conflict`.
    """
    case = await work.cases.lock(CaseKind.FUNDING_REQUEST, request_id, version=version)
    await sign(work, case, "concur", reason=reason)
    await work.jobs.add("order_payments", case.id, case.place_id)
    return await funding_request(work, request_id)


async def order_payments(work: Work, *, request_id: UUID) -> int:
    """Plan one payment for each line of a concurred request, as the system; return how many.

    Repeating it plans nothing twice. Prepayments are ordered with it; a settlement stays approved
    until the bank has confirmed its balance.
    """
    case = await work.cases.lock(CaseKind.FUNDING_REQUEST, request_id)
    if case.state != "concurred":
        raise Refusal("wrong_state", state=case.state, event="order")
    planned = await work.payments.plan(await work.payments.request(case))
    if not planned:
        return 0
    prepayments = await work.cases.lock_many(
        CaseKind.PREPAYMENT,
        [line.subject.id for line in planned if line.subject.kind is PayableKind.PREPAYMENT],
    )
    approved = [prepayment for prepayment in prepayments if prepayment.state == APPROVED]
    await sign_many(work, approved, "order")
    await work.cases.touch(case)
    return len(planned)


async def funding_request(work: Work, request_id: UUID) -> FundingRequestOnFile:
    """Return a request with its lines, or refuse `not_found`."""
    case = await work.cases.get(CaseKind.FUNDING_REQUEST, request_id)
    return FundingRequestOnFile(
        request=await work.payments.request(case),
        lines=await work.payments.request_lines(case),
    )


async def list_funding_requests(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[FundingRequest]:
    """Return a page of requests, in order of creation."""
    cases = await work.cases.page(CaseKind.FUNDING_REQUEST, state=state, after=after, limit=limit)
    return await work.payments.requests(cases)


def check_fund_source(fund_source: str) -> None:
    """Refuse `funding_request_faulty` for a fund source the scheme does not know."""
    if fund_source not in FUND_SOURCES:
        fault = Fault("/fund_source", "fund_source_unknown")
        raise Refusal("funding_request_faulty", faults=(fault,), count=1)
