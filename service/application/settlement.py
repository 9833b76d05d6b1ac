"""Settlement use cases: from the enterprise's declarations to the approval, and closing (CASES 4).

Locks are taken in one order everywhere: the filing, then its settlement. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.certificate import Declaration, check_declarations, declared
from domain.errors import Refusal
from domain.ledger import AccountKey, AccountKind, Event, decision_of, transfer_of
from domain.ports.settlements import JudgedPerson
from domain.ports.work import Work
from domain.settlement import (
    LineFacts,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementReasons,
    after_history,
    decided,
    earned_in_order,
    reasons_of,
)
from service.application.approval import check_approval, set_aside_lines
from service.application.cases import open_case, page_of, sign
from service.application.filing import close_filing
from service.application.reconciliation import VERIFY_SETTLEMENT, judge, terms_of

CLOSE_SETTLEMENT: Final = "close_settlement"
"""The job that closes an approved settlement once nothing of it is left to pay."""

_IN_FLIGHT: Final = frozenset({"approved", "ordered"})
"""Prepayments whose money may still leave. One requested or reviewed cannot: training has ended."""


async def draft_settlement(
    work: Work, *, filing_id: UUID, declarations: tuple[Declaration, ...]
) -> Settlement:
    """Draft the final settlement of a completed filing: a line for everyone on its roster.

    Refuses `filing_not_completed`, `settlement_exists`, `declarations_faulty`.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    if filing_case.state != "completed":
        raise Refusal("filing_not_completed", state=filing_case.state)
    earlier = await work.settlements.of_filing(filing_case)
    if any(one.case.state != "withdrawn" for one in earlier):
        raise Refusal("settlement_exists")
    people = await work.filings.enrolments(filing_case)
    roster = {person.id: person.name for person in people}
    check_declarations(
        declarations,
        completed={person.id for person in people if person.state == "completed"},
        roster=roster,
    )
    place = await work.places.get(filing_case.place_id)
    case = await open_case(
        work,
        CaseKind.SETTLEMENT,
        place,
        event="draft",
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        facts={
            "filing": str(filing_id),
            "people": len(people),
            "declarations": len(declarations),
        },
    )
    settlement = Settlement(
        case=case,
        filing_id=filing_id,
        seq=len(earlier) + 1,
        kind=SettlementKind.FINAL,
        people=len(people),
        submitted_at=None,
        extract_id=None,
        verified_at=None,
        amounts=None,
    )
    await work.settlements.add(
        settlement,
        people=[person.id for person in people],
        declarations=[
            declared(one, declaration_id=work.new_id(), roster_name=roster[one.enrolment_id])
            for one in declarations
        ],
    )
    return settlement


async def submit_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Submit a drafted settlement; its declarations are now what is verified."""
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "submit")
    await work.settlements.mark_submitted(signed)
    return await work.settlements.get(signed)


async def withdraw_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Withdraw a settlement that nobody has accepted; another may then be drafted in its place.

    What was declared stays on file: facts are superseded, never edited.
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    return await work.settlements.get(await sign(work, case, "withdraw"))


async def accept_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Accept a submitted settlement (受理); a job verifies it."""
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "accept")
    await work.jobs.add(VERIFY_SETTLEMENT, case.id, case.place_id, purpose="accepted")
    return await work.settlements.get(signed)


async def review_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> Settlement:
    """Review a verified settlement, confirming the completion report, and decide every line.

    Refuses `verification_incomplete` while a declared certificate has no finding.
    """
    filing_case, case = await _locked(work, settlement_id, version=version)
    signed = await sign(work, case, "review", reason=reason)
    settlement = await work.settlements.get(signed)
    if settlement.verified_at is None:
        raise Refusal("verification_incomplete", count=settlement.people)
    terms = await terms_of(work, settlement, confirmed=True)
    _, people = await judge(work, signed, terms)
    unverified = sum(1 for one, _ in people if one.certificate and one.finding is None)
    if unverified:
        raise Refusal("verification_incomplete", count=unverified)
    decisions = [
        decided(standing, judgements, terms, today=work.today) for standing, judgements in people
    ]
    history = await work.settlements.history(filing_case)
    reasons = reasons_of(decisions, terms, history=history)
    await work.settlements.decide(signed, decisions, reasons)
    await set_aside_lines(work, signed)
    return await work.settlements.get(signed)


async def approve_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> Settlement:
    """Approve a reviewed settlement: entitlements are written, the prepayment becomes expense.

    The balance is set against the history as it is now. Refuses `eligibility_unknown`,
    `prepayment_in_flight` (an approved prepayment that the bank has not confirmed: it would be paid
    beside the balance), `payment_outcome_unknown`, `shortfall_needs_recovery`,
    `person_already_subsidised`, `certificate_already_used`, and what `check_approval` refuses.
    """
    filing_case, case = await _locked(work, settlement_id, version=version)
    signed = await sign(work, case, "approve", reason=reason)
    await check_approval(work, signed)
    if unknown := await work.settlements.unknown_among_payable(signed):
        raise Refusal("eligibility_unknown", count=unknown)
    prepayments = await work.prepayments.of_filing(filing_case)
    if any(one.case.state in _IN_FLIGHT for one in prepayments):
        raise Refusal("prepayment_in_flight")
    history = await work.settlements.history(filing_case)
    if history.unknown_fen:
        raise Refusal("payment_outcome_unknown")
    reviewed = await work.settlements.reasons(signed)
    assert reviewed is not None
    reasons = after_history(reviewed, history)
    if reasons.amounts.recovery_fen:
        raise Refusal("shortfall_needs_recovery", recovery_fen=reasons.amounts.recovery_fen)
    await work.settlements.set_reasons(signed, reasons)
    await work.settlements.entitle(signed)
    await _earn_prepayments(work, filing_case, signed, entitled_fen=reasons.amounts.entitled_fen)
    if reasons.amounts.balance_fen == 0:
        await ask_to_close(work, signed)
    return await work.settlements.get(signed)


async def ask_to_close(work: Work, case: Case) -> None:
    """Add the job that closes a settlement: nothing is left to pay, or the bank has paid it."""
    await work.jobs.add(CLOSE_SETTLEMENT, case.id, case.place_id)


async def close_settlement(work: Work, *, settlement_id: UUID) -> Settlement:
    """Close an approved settlement that has nothing left to pay, and its filing; as the system.

    Does nothing while something is left to pay, and nothing the second time.
    """
    filing_case, case = await _locked(work, settlement_id)
    settlement = await work.settlements.get(case)
    if case.state != "approved":
        return settlement
    assert settlement.amounts is not None
    if await work.settlements.paid_fen(case) < settlement.amounts.balance_fen:
        return settlement
    closed = await sign(work, case, "close")
    await close_filing(work, filing_case, settlement=closed)
    return await work.settlements.get(closed)


async def get_settlement(work: Work, *, settlement_id: UUID) -> Settlement:
    """Return a settlement; refuses `not_found`."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    return await work.settlements.get(case)


async def list_settlements(
    work: Work, *, filing_id: UUID | None, state: str | None, after: UUID | None, limit: int
) -> Sequence[Settlement]:
    """Return settlements in order of creation, after the given one; refuses `not_found` for a filing."""
    if filing_id is not None:
        filing = await work.cases.get(CaseKind.FILING, filing_id)
        of_filing = await work.settlements.of_filing(filing)
        return page_of(of_filing, state=state, after=after, limit=limit)
    cases = await work.cases.page(CaseKind.SETTLEMENT, state=state, after=after, limit=limit)
    return await work.settlements.page(cases)


async def lines_of(
    work: Work, *, settlement_id: UUID, after: UUID | None, limit: int
) -> Sequence[SettlementLine]:
    """Return a settlement's lines, by id."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    return await work.settlements.lines(case, after=after, limit=limit)


async def eligibility_of(
    work: Work, *, settlement_id: UUID, after: UUID | None, limit: int
) -> Sequence[JudgedPerson]:
    """Return the latest round of a settlement's judgements, by person."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    return await work.settlements.judgements(case, after=after, limit=limit)


async def reasons_for(work: Work, *, settlement_id: UUID) -> SettlementReasons:
    """Return why a settlement pays what it pays; refuses `explanation_not_yet` before review."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    reasons = await work.settlements.reasons(case)
    if reasons is None:
        raise Refusal("explanation_not_yet")
    return reasons


async def reasons_for_person(work: Work, *, filing_id: UUID, enrolment_id: UUID) -> LineFacts:
    """Return why a person of a filing earns what they earn; refuses `explanation_not_yet`."""
    filing_case = await work.cases.get(CaseKind.FILING, filing_id)
    enrolment = await work.filings.enrolment(enrolment_id)
    if enrolment.filing_id != filing_id:
        raise Refusal("not_found")
    facts = await work.settlements.line_facts(filing_case, enrolment_id)
    if facts is None:
        raise Refusal("explanation_not_yet")
    return facts


async def _locked(
    work: Work, settlement_id: UUID, *, version: int | None = None
) -> tuple[Case, Case]:
    seen = await work.settlements.get(await work.cases.get(CaseKind.SETTLEMENT, settlement_id))
    filing_case = await work.cases.lock(CaseKind.FILING, seen.filing_id)
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    return filing_case, case


async def _earn_prepayments(
    work: Work, filing_case: Case, case: Case, *, entitled_fen: int
) -> None:
    """Turn what was prepaid into expense, at most what was earned, in the books that paid it."""
    decision = decision_of(case.id, await work.cases.steps(case))
    receivable = AccountKey(AccountKind.PREPAYMENT_RECEIVABLE, filing_case.id)
    held_fen = []
    for key in await work.settlements.prepaid_books(filing_case):
        book = await work.ledger.book(key)
        balance_fen = await work.ledger.balance_fen(filing_case.place_id, book, receivable)
        held_fen.append(((key, book), balance_fen))
    for (key, book), earned_fen in earned_in_order(entitled_fen, held_fen):
        earned = transfer_of(
            Event.SETTLEMENT_APPROVED,
            amount_fen=earned_fen,
            posting_key=f"settlement:{case.id}:{key.fund_source}:{key.budget_year}",
            org_id=case.org_id,
            partner_org_id=case.partner_org_id,
            filing_id=filing_case.id,
        )
        await work.ledger.post(case.place_id, book, [earned], cause=decision, posted_at=work.now)
