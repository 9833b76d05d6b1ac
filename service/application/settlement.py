"""Settlement use cases: from the enterprise's declarations to the approval, and closing (CASES 4).

Locks are taken in one order everywhere: the filing, then its settlement. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.certificate import Declaration
from domain.document import DeclaredDocument, copied
from domain.errors import Refusal
from domain.ports.settlements import JudgedPerson
from domain.ports.work import Work
from domain.settlement import (
    LineFacts,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementReasons,
    after_history,
    carried,
    decided,
    kind_after,
    reasons_of,
)
from domain.training_register import MessageKind
from service.application.approval import check_approval, history_of, set_aside_lines
from service.application.archive import archive_filing
from service.application.cases import open_case, page_of, sign
from service.application.completeness import (
    check_contents_of,
    check_settlement_items,
    settlement_items,
)
from service.application.declaration import copies_before, declared_of, shown_by_copy
from service.application.document import declare_documents
from service.application.filing import close_filing
from service.application.prepayment import cancel_unreleased_prepayments, prepayments_in_flight
from service.application.prepayment_basis import years_counted
from service.application.reconciliation import VERIFY_SETTLEMENT, judge, terms_of
from service.application.recovery import follow_settlement
from service.application.register_message import tell_of_filing
from service.application.stacking import check_payable, record_subsidies

CLOSE_SETTLEMENT: Final = "close_settlement"
"""The job that closes an approved settlement once nothing of it is left to pay."""

_CLOSABLE: Final = frozenset({"completed", "terminated"})
"""States of a filing that its last settlement closes; in training, the settlement was an interim one."""


async def draft_settlement(
    work: Work,
    *,
    filing_id: UUID,
    declarations: tuple[Declaration, ...],
    documents: tuple[DeclaredDocument, ...] = (),
) -> Settlement:
    """Draft a filing's next settlement: a line for everyone on its roster, stated cumulatively.

    Final once training has ended; interim before, where the standard settles every year;
    supplementary after the final one, while lines are held. Whoever is declared anew replaces what an
    earlier settlement declared for them. Refuses `filing_not_completed`, `settlement_exists`,
    `declarations_faulty`, `documents_faulty`.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    kind, earlier = await next_settlement(work, filing_case, ex_officio=False)
    return await drafted(
        work,
        filing_case,
        kind,
        earlier,
        event="draft",
        declarations=declarations,
        documents=documents,
        reason="",
    )


async def next_settlement(
    work: Work, filing_case: Case, *, ex_officio: bool
) -> tuple[SettlementKind, Sequence[Settlement]]:
    """Return which kind of settlement may follow, and those before it.

    Refuses `filing_not_completed`, also for a filing that ended before its training began.
    """
    earlier = await work.settlements.of_filing(filing_case)
    filing = await work.filings.get(filing_case)
    if filing.opened_on is None:
        raise Refusal("filing_not_completed", state=filing_case.state)
    policy = await work.policies.get(filing.policy_version_id)
    held = await work.settlements.held(earlier[-1].case) if earlier else 0
    kind = kind_after(
        earlier,
        filing_state=filing_case.state,
        settles=policy.standard.settles,
        held=held,
        ex_officio=ex_officio,
    )
    return kind, earlier


async def drafted(
    work: Work,
    filing_case: Case,
    kind: SettlementKind,
    earlier: Sequence[Settlement],
    *,
    event: str,
    declarations: tuple[Declaration, ...],
    documents: tuple[DeclaredDocument, ...] = (),
    reason: str,
) -> Settlement:
    """Open a settlement in its first state, with its lines and what is declared."""
    people = await work.filings.enrolments(filing_case)
    held = await copies_before(work, earlier) if shown_by_copy(declarations) else ()
    new = declared_of(work, people, declarations, copies=copied((*documents, *held)))
    place = await work.places.get(filing_case.place_id)
    case = await open_case(
        work,
        CaseKind.SETTLEMENT,
        place,
        event=event,
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        reason=reason,
        facts={
            "filing": str(filing_case.id),
            "kind": kind.value,
            "people": len(people),
            "declarations": len(declarations),
        },
    )
    settlement = Settlement(
        case=case,
        filing_id=filing_case.id,
        seq=len(earlier) + 1,
        kind=kind,
        people=len(people),
        submitted_at=None,
        extract_id=None,
        verified_at=None,
        amounts=None,
    )
    await work.settlements.add(settlement, people=[person.id for person in people])
    decided_before = [one for one in earlier if one.case.state == "closed"]
    kept = await work.settlements.declared_in(decided_before[-1].case) if decided_before else ()
    await work.settlements.declare(
        case,
        [*new, *carried(kept, instead=new, new_id=work.new_id)],
        version=1,
    )
    roster = frozenset(person.id for person in people)
    await declare_documents(work, case, documents, roster=roster, first=True)
    return settlement


async def submit_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Submit a drafted settlement; its declarations are now what is verified.

    Refuses `settlement_incomplete`, naming everything that is missing (EVD-01).
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "submit")
    check_settlement_items(await settlement_items(work, case))
    await work.settlements.mark_submitted(signed)
    return await work.settlements.get(signed)


async def withdraw_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Withdraw a settlement that nobody has accepted; another may then be drafted in its place.

    What was declared stays on file: facts are superseded, never edited.
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    return await work.settlements.get(await sign(work, case, "withdraw"))


async def accept_settlement(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Accept a submitted settlement (受理); a job verifies it. Refuses `document_contents_missing`."""
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "accept")
    await check_contents_of(work, case)
    await work.jobs.add(
        VERIFY_SETTLEMENT, case.id, case.place_id, purpose=f"accepted_{signed.step_seq}"
    )
    return await work.settlements.get(signed)


async def review_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> Settlement:
    """Review a verified settlement, confirming the completion report, and decide every line.

    Refuses `verification_incomplete` while a declared certificate has no finding, and
    `confirmation_contradicted` while a register contradicts what two people established.
    """
    filing_case, case = await locked(work, settlement_id, version=version)
    signed = await sign(work, case, "review", reason=reason)
    settlement = await work.settlements.get(signed)
    if settlement.verified_at is None:
        raise Refusal("verification_incomplete", count=settlement.people)
    terms = await terms_of(work, settlement, confirmed=True)
    _, people = await judge(work, signed, terms)
    if contradicted := sum(1 for one, _ in people if one.contradicted):
        raise Refusal("confirmation_contradicted", count=contradicted)
    unverified = sum(1 for one, _ in people if one.certificate and one.finding is None)
    if unverified:
        raise Refusal("verification_incomplete", count=unverified)
    decisions = [
        decided(standing, judgements, terms, today=work.today) for standing, judgements in people
    ]
    history = await history_of(work, filing_case, settlement)
    reasons = reasons_of(decisions, terms, history=history)
    await work.settlements.decide(signed, decisions, reasons)
    await set_aside_lines(work, signed)
    return await work.settlements.get(signed)


async def approve_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str
) -> Settlement:
    """Approve a reviewed settlement: entitlements are written, and the filing's money follows them.

    The balance is set against the history as it is now. What was paid above it is owed back: the
    filing's recoveries become exactly that amount, in the same decision. Refuses
    `eligibility_unknown`, `prepayment_in_flight` (an approved prepayment that the bank has not
    confirmed: it would be paid beside the balance; interim, one of the running year may be, unless it
    is with the bank), `payment_outcome_unknown`, `person_already_subsidised`,
    `certificate_already_used`, `stacking_violated`, and what `check_approval` refuses.
    """
    filing_case, case = await locked(work, settlement_id, version=version)
    signed = await sign(work, case, "approve", reason=reason)
    await check_approval(work, signed)
    if unknown := await work.settlements.unknown_among_payable(signed):
        raise Refusal("eligibility_unknown", count=unknown)
    settlement = await work.settlements.get(signed)
    people = await work.settlements.candidates(signed, on=work.today)
    # Before money moves, so that all approvals wait in one order: for people first, for books after.
    await work.subsidies.take_turns(people)
    await _stop_prepayments(work, filing_case, settlement)
    history = await history_of(work, filing_case, settlement)
    reviewed = await work.settlements.reasons(signed)
    assert reviewed is not None
    reasons = after_history(reviewed, history)
    await work.settlements.set_reasons(signed, reasons)
    await work.settlements.entitle(signed)
    terms = await terms_of(work, settlement, confirmed=True)
    await check_payable(work, terms.standard.stacking, people)
    await record_subsidies(work, signed, people)
    if await archive_filing(work, signed, filing_id=filing_case.id):
        filing = await work.filings.get(filing_case)
        await tell_of_filing(work, MessageKind.TRAINING_COMPLETED, filing)
    await follow_settlement(
        work,
        filing_case,
        signed,
        entitled_fen=reasons.amounts.entitled_fen,
        interim=settlement.kind is SettlementKind.INTERIM,
    )
    if reasons.amounts.balance_fen == 0:
        await ask_to_close(work, signed)
    return await work.settlements.get(signed)


async def _stop_prepayments(work: Work, filing_case: Case, settlement: Settlement) -> None:
    """Cancel prepayments whose money has not left; refuse `prepayment_in_flight` while one is at the bank.

    An interim settlement counts whole years: it says nothing of the running one, whose prepayment stays.
    """
    spared: frozenset[UUID] = frozenset()
    if settlement.kind is SettlementKind.INTERIM:
        opened_on = (await work.filings.get(filing_case)).opened_on
        assert opened_on is not None  # in training
        years = await years_counted(work, settlement.case, opened_on)
        spared = frozenset(
            one.case.id
            for one in await work.prepayments.of_filing(filing_case)
            if one.period > years
        )
    await cancel_unreleased_prepayments(work, filing_case, spared=spared)
    if await prepayments_in_flight(work, filing_case, spared=spared):
        raise Refusal("prepayment_in_flight")


async def ask_to_close(work: Work, case: Case) -> None:
    """Add the job that closes a settlement: nothing is left to pay, or the bank has paid it."""
    await work.jobs.add(CLOSE_SETTLEMENT, case.id, case.place_id)


async def close_settlement(work: Work, *, settlement_id: UUID) -> Settlement:
    """Close an approved settlement that has nothing left to pay, and its filing; as the system.

    Does nothing while something is left to pay, and nothing the second time.
    """
    filing_case, case = await locked(work, settlement_id)
    settlement = await work.settlements.get(case)
    if case.state != "approved":
        return settlement
    assert settlement.amounts is not None
    if await work.settlements.paid_fen(case) < settlement.amounts.balance_fen:
        return settlement
    closed = await sign(work, case, "close")
    # What is held is settled later, and may still be paid: its commitment stays till then.
    if filing_case.state in _CLOSABLE and not await work.settlements.held(closed):
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


async def locked(
    work: Work, settlement_id: UUID, *, version: int | None = None
) -> tuple[Case, Case]:
    seen = await work.settlements.get(await work.cases.get(CaseKind.SETTLEMENT, settlement_id))
    filing_case = await work.cases.lock(CaseKind.FILING, seen.filing_id)
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    return filing_case, case
