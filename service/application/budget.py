"""Budget use cases: an appropriation drafted by one finance officer and approved by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.budget import (
    FUND_SOURCES,
    Appropriation,
    CommitmentState,
    Queued,
    affordable,
    queue_of,
)
from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.ledger import (
    AccountKey,
    AccountKind,
    BookKey,
    Decision,
    Event,
    decision_of,
    transfer_of,
)
from domain.places import Place
from domain.ports.work import Work
from service.application.cases import open_case, sign


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAppropriation:
    """Money to be made available in one book, as the document says it, in fen."""

    fund_source: str
    budget_year: int
    amount_fen: int
    document_number: str


async def own_place(work: Work) -> Place:
    """Return the place the actor's authority decides for; refuses `place_unknown`."""
    path = work.actor.region_path
    place = await work.places.of_region(path) if path is not None else None
    if place is None:
        raise Refusal("place_unknown")
    return place


async def draft_appropriation(work: Work, command: DraftAppropriation) -> Appropriation:
    """Draft an appropriation (预算下达) in the actor's place.

    Refuses `fund_source_unknown`, and `document_number_used` unless what the document was entered as
    before has been withdrawn.
    """
    if command.fund_source not in FUND_SOURCES:
        raise Refusal(
            "plan_faulty", faults=(Fault("/fund_source", "fund_source_unknown"),), count=1
        )
    place = await own_place(work)
    case = await open_case(
        work,
        CaseKind.APPROPRIATION,
        place,
        event="draft",
        org_id=place.finance_org_id,
        facts={"amount_fen": command.amount_fen, "budget_year": command.budget_year},
    )
    appropriation = Appropriation(
        case=case,
        fund_source=command.fund_source,
        budget_year=command.budget_year,
        amount_fen=command.amount_fen,
        document_number=command.document_number,
    )
    await work.budgets.add_appropriation(appropriation)
    return appropriation


async def list_appropriations(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Appropriation]:
    """Return appropriations in order of creation, after the given one."""
    cases = await work.cases.page(CaseKind.APPROPRIATION, state=state, after=after, limit=limit)
    return await work.budgets.appropriations(cases)


async def approve_appropriation(
    work: Work, *, appropriation_id: UUID, version: int
) -> tuple[Appropriation, int]:
    """Approve it: the money is available, and waiting forward commitments are committed.

    Oldest listing first, stopping at the first the book cannot cover. Returns the appropriation and
    how many commitments it committed.
    """
    case = await work.cases.lock(CaseKind.APPROPRIATION, appropriation_id, version=version)
    signed = await sign(work, case, "approve")
    appropriation = await work.budgets.appropriation(signed)
    decision = decision_of(case.id, await work.cases.steps(signed))
    key = BookKey(
        place_id=case.place_id,
        fund_source=appropriation.fund_source,
        budget_year=appropriation.budget_year,
    )
    await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
    place = await work.places.get(case.place_id)
    posted = transfer_of(
        Event.APPROPRIATION_APPROVED,
        amount_fen=appropriation.amount_fen,
        posting_key=f"appropriation:{case.id}",
        org_id=place.bureau_org_id,
    )
    book = await work.ledger.book(key)
    await work.ledger.post(key.place_id, book, [posted], cause=decision, posted_at=work.now)
    return appropriation, await serve_queue(work, key, decision)


async def withdraw_appropriation(
    work: Work, *, appropriation_id: UUID, version: int, reason: str
) -> Appropriation:
    """Withdraw a draft that nobody has approved, as who drafted it; its document may be entered again.

    Refuses `not_the_drafter`.
    """
    case = await work.cases.lock(CaseKind.APPROPRIATION, appropriation_id, version=version)
    drafted, *_ = await work.cases.steps(case)
    signed = await sign(work, case, "withdraw", reason=reason)
    if drafted.person_id != work.actor.person_id:
        raise Refusal("not_the_drafter")
    return await work.budgets.appropriation(signed)


async def serve_queue(work: Work, key: BookKey, decision: Decision) -> int:
    """Commit what a book can afford to those who wait for it; return how many it served.

    Oldest listing first, stopping at the first it cannot cover. `decision` is what made the money
    available: an appropriation, or the settlement whose filing's closing gave it back. Callers that
    post to the book first take its turn before they do.
    """
    await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
    waiting = await work.budgets.waiting(key.place_id, key.fund_source, key.budget_year)
    if not waiting:
        return 0
    book = await work.ledger.book(key)
    available = await work.ledger.balance_fen(key.place_id, book, AccountKey(AccountKind.AVAILABLE))
    served = affordable(tuple(waiting), available)
    await work.ledger.post(
        key.place_id,
        book,
        [
            transfer_of(
                Event.FORWARD_COMMITTED,
                amount_fen=commitment.amount_fen,
                posting_key=f"committed:{commitment.filing_id}:{commitment.budget_year}",
                org_id=commitment.org_id,
                partner_org_id=commitment.partner_org_id,
                filing_id=commitment.filing_id,
            )
            for commitment in served
        ],
        cause=decision,
        posted_at=work.now,
    )
    await work.budgets.move(key.place_id, [c.id for c in served], CommitmentState.COMMITTED)
    return len(served)


async def budget_queue(work: Work, *, fund_source: str, budget_year: int) -> Sequence[Queued]:
    """Return who waits for a book's money in the actor's place, in order; refuses `place_unknown`."""
    place = await own_place(work)
    waiting = await work.budgets.queue(place.id, fund_source, budget_year)
    if not waiting:
        return []
    key = BookKey(place_id=place.id, fund_source=fund_source, budget_year=budget_year)
    available = await work.ledger.balance_fen(
        place.id, await work.ledger.book(key), AccountKey(AccountKind.AVAILABLE)
    )
    return queue_of(waiting, available)
