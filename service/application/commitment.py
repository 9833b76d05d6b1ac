"""What a filing is expected to cost is committed when it is listed, and goes back when it ends."""

from datetime import timedelta

from domain.budget import Commitment, CommitmentState
from domain.cases import Case
from domain.eligibility import on_payable_roster
from domain.entitlement import expected_entitlement_fen
from domain.filing import Filing
from domain.ledger import (
    AccountKey,
    AccountKind,
    BookKey,
    Decision,
    Event,
    Transfer,
    decision_of,
    transfer_of,
)
from domain.period import month_after
from domain.ports.work import Work
from domain.prepayment_amount import forecast, prepayment
from service.application.budget import serve_queue


async def release_commitments(work: Work, case: Case, event: Event, *, decision: Decision) -> None:
    """Give back what is still committed to a filing, naming two people's decision.

    Forward commitments that were never needed are released with it. Who waits for the money is
    served at once, oldest listing first.
    """
    commitments = await work.budgets.commitments(case)
    freed = []
    for commitment in commitments:
        if commitment.state is not CommitmentState.COMMITTED:
            continue
        key = BookKey(
            place_id=case.place_id,
            fund_source=commitment.fund_source,
            budget_year=commitment.budget_year,
        )
        await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
        book = await work.ledger.book(key)
        left_fen = await work.ledger.balance_fen(
            case.place_id, book, AccountKey(AccountKind.COMMITTED, case.id)
        )
        if left_fen > 0:
            back = transfer_of(
                event,
                amount_fen=left_fen,
                posting_key=f"{event}:{case.id}:{commitment.budget_year}",
                org_id=case.org_id,
                partner_org_id=case.partner_org_id,
                filing_id=case.id,
            )
            await work.ledger.post(case.place_id, book, [back], cause=decision, posted_at=work.now)
            freed.append(key)
    await work.budgets.move(case.place_id, [c.id for c in commitments], CommitmentState.RELEASED)
    for key in freed:
        await serve_queue(work, key, decision)


async def commit_forecast(work: Work, filing: Filing) -> None:
    """Commit what a filing just listed is expected to cost, by budget year, on the listing's signatures.

    At once where the year's book holds enough and nobody waits for it, else as a forward commitment.
    """
    case = filing.case
    policy = await work.policies.get(filing.policy_version_id)
    people = sum(
        on_payable_roster(person, policy.standard) for person in await work.filings.enrolments(case)
    )
    expected_fen = people * expected_entitlement_fen(
        policy.standard,
        target_grade=filing.target_grade,
        filed_months=filing.filed_months,
        uplift_basis_points=filing.uplift_basis_points,
    )
    ahead = prepayment(
        policy.standard,
        target_grade=filing.target_grade,
        filed_months=filing.filed_months,
        people=people,
        uplift_basis_points=filing.uplift_basis_points,
    )
    parts = forecast(
        listed_on=work.today,
        ends_on=month_after(filing.filed_starts_on, filing.filed_months) - timedelta(days=1),
        prepayment_fen=ahead.amount_fen,
        expected_fen=expected_fen,
    )
    decision = decision_of(case.id, await work.cases.steps(case))
    commitments = []
    for part in parts:
        year, amount_fen = part.budget_year, part.amount_fen
        state = CommitmentState.FORWARD
        if await _book_covers(work, case, filing.fund_source, year, amount_fen):
            book = await work.ledger.book(
                BookKey(place_id=case.place_id, fund_source=filing.fund_source, budget_year=year)
            )
            await work.ledger.post(
                case.place_id,
                book,
                [committed(Event.LISTED, case, amount_fen, year)],
                cause=decision,
                posted_at=work.now,
            )
            state = CommitmentState.COMMITTED
        commitments.append(
            Commitment(
                id=work.new_id(),
                filing_id=case.id,
                org_id=case.org_id,
                partner_org_id=case.partner_org_id,
                fund_source=filing.fund_source,
                budget_year=year,
                amount_fen=amount_fen,
                listed_at=work.now,
                state=state,
            )
        )
    await work.budgets.add_commitments(case, commitments)


async def _book_covers(
    work: Work, case: Case, fund_source: str, year: int, amount_fen: int
) -> bool:
    # Listings and appropriations of one book decide one after another, and a filing that has waited
    # longer is never overtaken by one that happens to be smaller.
    await work.budgets.take_turn(case.place_id, fund_source, year)
    if await work.budgets.waiting(case.place_id, fund_source, year):
        return False
    book = await work.ledger.book(
        BookKey(place_id=case.place_id, fund_source=fund_source, budget_year=year)
    )
    available = await work.ledger.balance_fen(
        case.place_id, book, AccountKey(AccountKind.AVAILABLE)
    )
    return available >= amount_fen


def committed(event: Event, case: Case, amount_fen: int, year: int) -> Transfer:
    """Build the transfer that commits one budget year's part of a filing."""
    return transfer_of(
        event,
        amount_fen=amount_fen,
        posting_key=f"committed:{case.id}:{year}",
        org_id=case.org_id,
        partner_org_id=case.partner_org_id,
        filing_id=case.id,
    )
