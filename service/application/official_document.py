"""Official documents: issued by a job after the step that decides, read, and signed for (送达)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, Step
from domain.errors import Refusal
from domain.official_document import (
    KINDS,
    Addressee,
    DocumentKind,
    Issue,
    OfficialDocument,
    fingerprint,
    kind_of,
)
from domain.period import day_in_china
from domain.places import Place
from domain.ports.messages import Message
from domain.ports.work import Work
from service.application.official_papers import WRITERS
from service.application.payee_account import registered_name

TELL_OF_DOCUMENT: Final = "tell_of_document"
"""The job that tells the addressee that a document waits."""

_NAMELESS: Final = {Addressee.PUBLIC: "社会公众", Addressee.OBJECTOR: "异议人"}


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
    by_finance = kind is DocumentKind.WRITE_OFF
    issuer = await work.places.organisation(
        place.finance_org_id if by_finance else place.bureau_org_id
    )
    to = _addressed_to(kind, place, case.org_id)
    addressee = _NAMELESS.get(KINDS[kind].to)
    if to is not None:
        addressee = await registered_name(work, await work.places.organisation(to))
    assert addressee is not None  # a document without an organisation goes to a nameless one
    issue = Issue(
        kind=kind,
        year=year,
        serial=serial,
        issuer=issuer.name,
        addressee=addressee,
        issued_on=day_in_china(steps[-1].at),
        steps=steps,
    )
    paper = await WRITERS[kind](work, issue, case)
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
    if to is not None:
        await work.jobs.add(TELL_OF_DOCUMENT, document.id, case.place_id, purpose="issued")
    await _record(work, case, document, "official_document.issued")
    return document


async def message_about(work: Work, *, document_id: UUID) -> Message:
    """Return the message that tells a document's addressee of it: no personal data, only where to look."""
    document = await work.official_documents.get(document_id)
    place = await work.places.get(document.place_id)
    to = _addressed_to(document.kind, place, document.org_id)
    assert to is not None  # only what an organisation receives is told of
    organisation = await work.places.organisation(to)
    return Message(
        id=document.id,
        to_org_id=organisation.id,
        to_name=organisation.name,
        subject=KINDS[document.kind].title,
        reference=document.number,
        path=f"/v1/official-documents/{document.id}",
    )


def _addressed_to(kind: DocumentKind, place: Place, org_id: UUID) -> UUID | None:
    """Return the organisation that a document goes to, or None: the public, and who objected."""
    return {
        Addressee.ORGANISATION: org_id,
        Addressee.BUREAU: place.bureau_org_id,
        Addressee.FINANCE: place.finance_org_id,
    }.get(KINDS[kind].to)


async def official_document(work: Work, document_id: UUID) -> OfficialDocument:
    """Return a document, or refuse `not_found`."""
    return await work.official_documents.get(document_id)


async def list_official_documents(
    work: Work,
    *,
    case_id: UUID | None,
    kind: DocumentKind | None,
    served: bool | None,
    after: UUID | None,
    limit: int,
) -> Sequence[OfficialDocument]:
    """Return documents in order of issue; `served` False are those that wait for their receipt."""
    return await work.official_documents.page(
        case_id=case_id, kind=kind, served=served, after=after, limit=limit
    )


async def sign_for_document(work: Work, *, document_id: UUID) -> OfficialDocument:
    """Sign for a document as its addressee: served from this day (送达); again changes nothing.

    Refuses `not_addressee` to everybody else, and for a document that has no receipt.
    """
    document = await work.official_documents.get(document_id)
    if not document.has_receipt or document.org_id != work.actor.org_id:
        raise Refusal("not_addressee")
    if document.served_on is None:
        case = await work.cases.any(document.case_id)
        await work.official_documents.serve(document)
        await _record(work, case, document, "official_document.served")
    return await work.official_documents.get(document_id)


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
