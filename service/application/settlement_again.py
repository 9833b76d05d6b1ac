"""What comes back: a settlement returned for correction, sent back, refused, or opened ex officio.

Corrections declare anew and edit nothing; what a review decided is decided again (CASES 3).
"""

from uuid import UUID

from domain.cases import CaseKind, move_of
from domain.certificate import Declaration
from domain.document import DeclaredDocument, copied
from domain.machines import SIGNED
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application.cases import sign
from service.application.declaration import copies_of, declared_of, shown_by_copy
from service.application.document import declare_documents
from service.application.reconciliation import VERIFY_SETTLEMENT
from service.application.settlement import (
    drafted,
    locked,
    next_settlement,
)


async def return_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str, clause: str
) -> Settlement:
    """Return a settlement for correction: one notice (一次性补正告知书) that names everything at once.

    The receipt time stays; what was declared stays on file and counts no longer.
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "return", reason=reason, clause=clause)
    await work.settlements.undecide(signed)
    await work.settlements.next_version(signed)
    return await work.settlements.get(signed)


async def correct_settlement(
    work: Work,
    *,
    settlement_id: UUID,
    version: int,
    declarations: tuple[Declaration, ...],
    documents: tuple[DeclaredDocument, ...] = (),
) -> Settlement:
    """Declare anew what was returned, and submit it again.

    Refuses `declarations_faulty`, `documents_faulty`.
    """
    filing_case, case = await locked(work, settlement_id, version=version)
    move_of(SIGNED[CaseKind.SETTLEMENT], case.state, "correct")
    people = await work.filings.enrolments(filing_case)
    await declare_documents(work, case, documents, roster=frozenset(person.id for person in people))
    held = await copies_of(work, case) if shown_by_copy(declarations) else ()
    new = declared_of(work, people, declarations, copies=copied(held))
    number = await work.settlements.declarations_version(case)
    # Before the step: what is submitted takes no declarations any more.
    await work.settlements.declare(case, new, version=number)
    facts = {"declarations": len(declarations)}
    return await work.settlements.get(await sign(work, case, "correct", facts=facts))


async def take_back_review(
    work: Work, *, settlement_id: UUID, version: int, event: str, reason: str
) -> Settlement:
    """Undo a review: the approver sends it back (`send_back`), or the reviewer takes it up (`reopen`).

    What another case has taken meanwhile, a person or a certificate, is then judged anew. Nothing that
    was decided stands any more.
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, event, reason=reason)
    await work.settlements.undecide(signed)
    return await work.settlements.get(signed)


async def refuse_settlement(
    work: Work, *, settlement_id: UUID, version: int, reason: str, clause: str
) -> Settlement:
    """Refuse a reviewed settlement as a whole, naming the rule and its clause; nothing moves."""
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    signed = await sign(work, case, "refuse", reason=reason, clause=clause)
    return await work.settlements.get(signed)


async def open_settlement(work: Work, *, filing_id: UUID, reason: str) -> Settlement:
    """Open a settlement ex officio (依职权), on what is declared already, and have it verified.

    After the final one it is an adjustment: a certificate was revoked since, or the review was
    mistaken. Before, it stands for what the enterprise has not filed in time. Refuses
    `filing_not_completed`, `settlement_exists`.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    kind, earlier = await next_settlement(work, filing_case, ex_officio=True)
    opened = await drafted(
        work,
        filing_case,
        kind,
        earlier,
        event="open_ex_officio",
        declarations=(),
        reason=reason,
    )
    signed = await sign(work, opened.case, "take_up", reason=reason)
    await work.settlements.mark_submitted(signed)
    await work.jobs.add(
        VERIFY_SETTLEMENT, signed.id, signed.place_id, purpose=f"accepted_{signed.step_seq}"
    )
    return await work.settlements.get(signed)
