"""Funding requests (拨款申请): the bureau asks, finance concurs, the system orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.audit import Act, Ground
from domain.budget import FUND_SOURCES
from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.funding_request import (
    APPROVED,
    NOT_TO_PREPARE,
    FundingLine,
    FundingRequest,
    PayableKind,
    Subject,
    checked_payables,
    commitment_of,
    shortages,
)
from domain.ledger import AccountKey, AccountKind, BookKey, Event, decision_of, transfer_of
from domain.ports.work import Work
from service.application.budget import own_place
from service.application.cases import keep_apart, open_case, sign, sign_many
from service.application.payee_account import check_reason


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
        case_ids={commitment_of(payable) for payable in found.values()},
    )
    payables = checked_payables(
        command.subjects,
        found,
        committed,
        fund_source=command.fund_source,
        spare_fen=await _spare_fen(
            work,
            BookKey(
                place_id=place.id,
                fund_source=command.fund_source,
                budget_year=command.budget_year,
            ),
        ),
    )
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

    A balance larger than its year's forecast (no prepayment was asked for, or a lower one decided)
    is committed now from what the book has left. Refuses `wrong_state`, `stale_version`,
    `duty_conflict`, `fund_insufficient`.
    """
    case = await work.cases.lock(CaseKind.FUNDING_REQUEST, request_id, version=version)
    signed = await sign(work, case, "concur", reason=reason)
    await _commit_balances(work, signed)
    await work.jobs.add("order_payments", case.id, case.place_id)
    return await funding_request(work, request_id)


async def return_funding_request(
    work: Work, *, request_id: UUID, version: int, reason: str
) -> FundingRequestOnFile:
    """Return a submitted request (退回) with a reason: its lines are free to be requested again.

    Refuses `wrong_state`, `stale_version`, `duty_conflict`, `reason_missing`.
    """
    return await _without_money(work, "return", request_id, version, reason)


async def refuse_funding_request(
    work: Work, *, request_id: UUID, version: int, reason: str
) -> FundingRequestOnFile:
    """Refuse a submitted request with a reason, its lines free as when it is returned."""
    return await _without_money(work, "refuse", request_id, version, reason)


async def _without_money(
    work: Work, event: str, request_id: UUID, version: int, reason: str
) -> FundingRequestOnFile:
    check_reason(reason)
    case = await work.cases.lock(CaseKind.FUNDING_REQUEST, request_id, version=version)
    await sign(work, case, event, reason=reason)
    await work.payments.release_lines(case.place_id, request_id=case.id)
    return await funding_request(work, request_id)


async def _spare_fen(work: Work, key: BookKey) -> int:
    # Only this year's money, and only while nobody waits for it: a balance overtakes no listing.
    if key.budget_year != work.today.year:
        return 0
    await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
    if await work.budgets.waiting(key.place_id, key.fund_source, key.budget_year):
        return 0
    book = await work.ledger.book(key)
    return await work.ledger.balance_fen(key.place_id, book, AccountKey(AccountKind.AVAILABLE))


async def _commit_balances(work: Work, case: Case) -> None:
    request = await work.payments.request(case)
    lines = [line for line in await work.payments.request_lines(case) if not line.released]
    key = BookKey(
        place_id=case.place_id, fund_source=request.fund_source, budget_year=request.budget_year
    )
    committed = await work.payments.committed_fen(
        case.place_id,
        fund_source=request.fund_source,
        budget_year=request.budget_year,
        case_ids={commitment_of(line) for line in lines},
    )
    missing = shortages([(commitment_of(line), line.amount_fen) for line in lines], committed)
    balances = {
        n: fen for n, fen in missing.items() if lines[n].subject.kind is PayableKind.SETTLEMENT
    }
    if not balances:
        return
    if sum(balances.values()) > await _spare_fen(work, key):
        raise Refusal("fund_insufficient")
    filings = await work.cases.lock_many(
        CaseKind.FILING, [commitment_of(lines[n]) for n in balances]
    )
    await work.ledger.post(
        case.place_id,
        await work.ledger.book(key),
        [
            transfer_of(
                Event.SUPPLEMENTARY_SETTLEMENT,
                amount_fen=fen,
                posting_key=f"supplementary:{lines[n].id}",
                org_id=filing.org_id,
                partner_org_id=filing.partner_org_id,
                filing_id=filing.id,
            )
            for (n, fen), filing in zip(balances.items(), filings, strict=True)
        ],
        cause=decision_of(case.id, await work.cases.steps(case)),
        posted_at=work.now,
    )


async def order_payments(work: Work, *, request_id: UUID) -> int:
    """Plan one payment for each line of a concurred request, as the system; return how many.

    Repeating it plans nothing twice. Prepayments are ordered with it; a settlement stays approved
    until the bank has confirmed its balance.
    """
    case = await work.cases.lock(CaseKind.FUNDING_REQUEST, request_id)
    if case.state != "concurred":
        raise Refusal("wrong_state", state=case.state, event="order")
    # Locked before anything is planned: what a settlement drops meanwhile is not planned any more.
    lines = await work.payments.request_lines(case)
    prepayments = await work.cases.lock_many(
        CaseKind.PREPAYMENT,
        sorted(line.subject.id for line in lines if line.subject.kind is PayableKind.PREPAYMENT),
    )
    planned = await work.payments.plan(await work.payments.request(case))
    if not planned:
        return 0
    approved = [prepayment for prepayment in prepayments if prepayment.state == APPROVED]
    await sign_many(work, approved, "order")
    await work.cases.touch(case)
    await work.audit.record(
        Act(
            action="funding_request.ordered",
            object_kind=CaseKind.FUNDING_REQUEST,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts={
                "payments": len(planned),
                "total_fen": sum(line.amount_fen for line in planned),
            },
        )
    )
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
