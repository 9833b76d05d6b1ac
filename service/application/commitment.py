"""What is committed to a filing goes back to the fund when the filing ends."""

from domain.budget import CommitmentState
from domain.cases import Case
from domain.ledger import AccountKey, AccountKind, BookKey, Decision, Event, transfer_of
from domain.ports.work import Work
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
