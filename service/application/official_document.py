"""Official documents: issued by a job after the step that decides, read, and signed for (送达)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, CaseKind, Step
from domain.errors import Refusal
from domain.filing import Filing
from domain.machines import SIGNED
from domain.official_document import (
    ISSUED_BY,
    KINDS,
    DocumentKind,
    Issue,
    OfficialDocument,
    Paper,
    PersonRow,
    fingerprint,
    templates,
)
from domain.period import day_in_china
from domain.ports.messages import Message
from domain.ports.work import Work

TELL_OF_DOCUMENT: Final = "tell_of_document"
"""The job that tells the addressee that a document waits."""

LINES_AT_ONCE: Final = 500


async def issue_documents(work: Work, *, case_id: UUID) -> list[OfficialDocument]:
    """Issue what a case's signed steps decided and has not been issued yet, as the system."""
    case = await work.cases.any(case_id)
    steps = await work.cases.steps(case)
    issued = []
    for n, step in enumerate(steps, start=1):
        kind = kind_of(case.kind, step)
        if kind is None or await work.official_documents.of_step(case, step.seq) is not None:
            continue
        issued.append(await _issue(work, case, steps[:n], kind))
    return issued


async def _issue(
    work: Work, case: Case, steps: Sequence[Step], kind: DocumentKind
) -> OfficialDocument:
    year = work.today.year
    serial = await work.official_documents.next_serial(case.place_id, kind, year)
    place = await work.places.get(case.place_id)
    bureau = await work.places.organisation(place.bureau_org_id)
    to_finance = kind is DocumentKind.FUNDING_REQUEST
    addressee = await work.places.organisation(place.finance_org_id if to_finance else case.org_id)
    issue = Issue(
        kind=kind,
        year=year,
        serial=serial,
        bureau=bureau.name,
        addressee=addressee.name,
        issued_on=day_in_china(steps[-1].at),
        steps=steps,
    )
    paper = await _WRITERS[kind](work, issue, case)
    document = OfficialDocument(
        id=work.new_id(),
        place_id=case.place_id,
        org_id=case.org_id,
        case_id=case.id,
        case_kind=case.kind,
        step_seq=steps[-1].seq,
        kind=kind,
        number=paper.number,
        template_version=KINDS[kind].version,
        paper=paper,
        fingerprint=fingerprint(paper),
        issued_at=work.now,
        served_on=None,
    )
    await work.official_documents.add(document, case=case, serial=serial, year=year)
    await work.jobs.add(TELL_OF_DOCUMENT, document.id, case.place_id, purpose="issued")
    await _record(work, case, document, "official_document.issued")
    return document


def kind_of(case_kind: CaseKind, step: Step) -> DocumentKind | None:
    """Return the kind of document that a step issues, or None."""
    for event, move in SIGNED[case_kind][step.from_state].items():
        if (move.to, move.duty) == (step.to_state, step.duty):
            return ISSUED_BY.get((case_kind, event))
    return None


async def message_about(work: Work, *, document_id: UUID) -> Message:
    """Return the message that tells a document's addressee of it: no personal data, only where to look."""
    document = await work.official_documents.get(document_id)
    organisation = await work.places.organisation(document.org_id)
    return Message(
        id=document.id,
        to_org_id=organisation.id,
        to_name=organisation.name,
        subject=KINDS[document.kind].title,
        reference=document.number,
        path=f"/v1/official-documents/{document.id}",
    )


async def official_document(work: Work, document_id: UUID) -> OfficialDocument:
    """Return a document, or refuse `not_found`."""
    return await work.official_documents.get(document_id)


async def list_official_documents(
    work: Work, *, case_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[OfficialDocument]:
    """Return documents in order of issue."""
    return await work.official_documents.page(case_id=case_id, after=after, limit=limit)


async def sign_for_document(work: Work, *, document_id: UUID) -> OfficialDocument:
    """Sign for a document as its addressee: served from this day (送达); again changes nothing.

    Refuses `not_addressee` to everybody else.
    """
    document = await work.official_documents.get(document_id)
    if document.org_id != work.actor.org_id:
        raise Refusal("not_addressee")
    if document.served_on is None:
        case = await work.cases.any(document.case_id)
        await work.official_documents.serve(document)
        await _record(work, case, document, "official_document.served")
    return await work.official_documents.get(document_id)


async def _filing(work: Work, filing_id: UUID) -> Filing:
    return await work.filings.get(await work.cases.get(CaseKind.FILING, filing_id))


async def _acceptance(work: Work, issue: Issue, case: Case) -> Paper:
    return templates.acceptance(issue, await work.filings.get(case))


async def _listing(work: Work, issue: Issue, case: Case) -> Paper:
    return templates.listing(issue, await work.filings.get(case))


async def _prepayment(work: Work, issue: Issue, case: Case) -> Paper:
    decided = await work.prepayments.get(case)
    return templates.prepayment_application(
        issue,
        await _filing(work, decided.filing_id),
        amount_fen=decided.amount_fen,
        share_basis_points=decided.facts.share_basis_points,
        people=decided.people,
    )


async def _settlement(work: Work, issue: Issue, case: Case) -> Paper:
    settlement = await work.settlements.get(case)
    assert settlement.amounts is not None
    filing = await _filing(work, settlement.filing_id)
    people = {person.id: person for person in await work.filings.enrolments(filing.case)}
    rows: list[PersonRow] = []
    after: UUID | None = None
    while lines := await work.settlements.lines(case, after=after, limit=LINES_AT_ONCE):
        rows += [
            PersonRow(
                seat_no=people[line.enrolment_id].seat_no,
                name=people[line.enrolment_id].name,
                identity_masked=people[line.enrolment_id].identity_masked,
                amount_fen=line.amount_fen or 0,
                disposition=line.disposition,
            )
            for line in lines
        ]
        after = lines[-1].id
    amounts = settlement.amounts
    return templates.settlement_application(
        issue,
        filing,
        entitled_fen=amounts.entitled_fen,
        history_fen=amounts.history_fen,
        balance_fen=amounts.balance_fen,
        recovery_fen=amounts.recovery_fen,
        people=sorted(rows, key=lambda row: row.seat_no),
    )


async def _funding_request(work: Work, issue: Issue, case: Case) -> Paper:
    request = await work.payments.request(case)
    return templates.funding_request(
        issue,
        fund_source=request.fund_source,
        year=request.budget_year,
        lines=await work.official_documents.funding_lines(case),
    )


_WRITERS: Final[Mapping[DocumentKind, Callable[[Work, Issue, Case], Awaitable[Paper]]]] = {
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.LISTING: _listing,
    DocumentKind.PREPAYMENT_APPLICATION: _prepayment,
    DocumentKind.SETTLEMENT_APPLICATION: _settlement,
    DocumentKind.FUNDING_REQUEST: _funding_request,
}


async def _record(work: Work, case: Case, document: OfficialDocument, action: str) -> None:
    await work.audit.record(
        Act(
            action=action,
            object_kind="official_document",
            object_id=str(document.id),
            ground=Ground.of(case),
            facts={"number": document.number, "sha256": document.fingerprint.hex()},
        )
    )
