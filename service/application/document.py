"""Document use cases: declared, uploaded, removed, downloaded; and the sweep of contents nobody names.

Contents are written before the row that names them commits: a rolled-back upload leaves an orphan that
no row shows and the sweep removes. Each works in the caller's transaction and does not commit.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, CaseKind
from domain.document import (
    STAGES,
    DeclaredDocument,
    Document,
    DocumentState,
    check_changeable,
    declaration_faults,
    kinds_of,
)
from domain.document_file import check_document
from domain.errors import Fault, Refusal
from domain.party import Actor
from domain.policy.overlay import Stage
from domain.ports.document_store import DocumentStore
from domain.ports.work import BeginWork, Work
from service.application.crash_points import crash_point

ORPHAN_AFTER_S: Final = 86_400
"""A content without a row is an orphan after a day: no upload takes that long."""
SWEPT_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """One file as it came, with the kind of document it is and the person it is about."""

    kind: str
    file_name: str
    media_type: str
    enrolment_id: UUID | None
    content: bytes


async def declare_documents(
    work: Work,
    case: Case,
    documents: Sequence[DeclaredDocument],
    *,
    roster: frozenset[UUID],
    first: bool = False,
) -> Case:
    """Store what an enterprise says it holds, as the next versions, and return the case.

    `roster` are the people a document may be about; `first` says that the case has just been opened. A
    version in force of the same content stays the one. Refuses `documents_faulty` with every fault,
    `documents_closed`.
    """
    if not documents:
        return case
    check_changeable(case, content_only=False)
    await check_declared(work, case.region_path, STAGES[case.kind], documents, roster=roster)
    held = {} if first else await _held(work, case)
    new = [one for one in documents if not _same(held.get((one.kind, one.enrolment_id)), one)]
    if new:
        await work.documents.add(case, new, first=first)
    return case


async def declare_later(
    work: Work, kind: CaseKind, case_id: UUID, documents: Sequence[DeclaredDocument]
) -> Sequence[Document]:
    """Declare documents of a case that is not submitted; returns its documents in force.

    Refuses `not_found`, `documents_closed`, `documents_faulty`.
    """
    case = await work.cases.lock(kind, case_id)
    await declare_documents(work, case, documents, roster=await _roster(work, case))
    await _changed(work, case, "declared", facts={"documents": len(documents)})
    return await work.documents.in_force(case)


async def upload_document(
    work: Work, store: DocumentStore, kind: CaseKind, case_id: UUID, file: UploadedFile
) -> Document:
    """Check a file and keep it: the content of the version declared, or the next version of its kind.

    The same content again is the same version. Refuses `not_found`, `documents_closed`,
    `documents_faulty`, `document_refused`.
    """
    case = await work.cases.lock(kind, case_id)
    sha256 = await asyncio.to_thread(_digest, file.content)
    declared = DeclaredDocument(
        kind=file.kind,
        file_name=file.file_name,
        media_type=file.media_type,
        sha256=sha256,
        enrolment_id=file.enrolment_id,
    )
    held = (await _held(work, case)).get((file.kind, file.enrolment_id))
    same = _same(held, declared)
    check_changeable(case, content_only=same)
    roster = await _roster(work, case)
    await check_declared(
        work, case.region_path, STAGES[kind], [declared], roster=roster, pointer="/query"
    )
    await asyncio.to_thread(check_document, file.content, file.media_type)
    if held is not None and same:
        document = held
    else:
        (document_id,) = await work.documents.add(case, [declared])
        _, document = await work.documents.get(document_id)
    if document.state is not DocumentState.STORED:
        await store.put(sha256, file.content)
        crash_point("document_content_kept")
        await work.documents.add_content(case, document, size_bytes=len(file.content))
        facts = _facts(document) | {"size_bytes": len(file.content)}
        if (
            same
        ):  # the version was on file already: nothing that a page of the case shows has changed
            await _record(work, case, "uploaded", document.id, facts)
        else:
            await _changed(work, case, "uploaded", document_id=document.id, facts=facts)
    _, document = await work.documents.get(document.id)
    return document


async def withdraw_document(work: Work, *, document_id: UUID) -> Document:
    """Remove a document from its case by a version that is withdrawn; what was there stays on file.

    Refuses `not_found`, `documents_closed`. Withdrawing what is withdrawn or replaced changes nothing.
    """
    seen, document = await work.documents.get(document_id)
    case = await work.cases.lock(seen.kind, seen.id)
    held = (await _held(work, case)).get((document.kind, document.enrolment_id))
    assert held is not None
    check_changeable(case, content_only=False)
    if held.withdrawn or held.id != document_id:
        return held
    (withdrawn_id,) = await work.documents.add(
        case,
        [
            DeclaredDocument(
                kind=held.kind,
                file_name=held.file_name,
                media_type=held.media_type,
                sha256=held.sha256,
                enrolment_id=held.enrolment_id,
            )
        ],
        withdrawn=True,
    )
    await _changed(work, case, "withdrawn", document_id=withdrawn_id, facts=_facts(held))
    _, withdrawn = await work.documents.get(withdrawn_id)
    return withdrawn


async def list_documents(
    work: Work, kind: CaseKind, case_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Document]:
    """Return every version of a case's documents, in order of creation; refuses `not_found`."""
    case = await work.cases.get(kind, case_id)
    return await work.documents.page(case, after=after, limit=limit)


async def get_document(work: Work, *, document_id: UUID) -> Document:
    """Return one version; refuses `not_found`."""
    _, document = await work.documents.get(document_id)
    return document


async def download_document(
    work: Work, store: DocumentStore, *, document_id: UUID
) -> tuple[Document, bytes]:
    """Return a version with its content, and record who took it: contracts hold citizen ids.

    Refuses `not_found`, and `document_content_missing` where only a declaration or a reference is held.
    """
    case, document = await work.documents.get(document_id)
    if document.state is not DocumentState.STORED:
        raise Refusal("document_content_missing", file_name=document.file_name)
    content = await store.get(document.sha256)
    await _record(work, case, "downloaded", document.id, _facts(document))
    return document, content


async def sweep_documents(
    actor: Actor, *, begin_work: BeginWork, store: DocumentStore, older_than_s: int = ORPHAN_AFTER_S
) -> int:
    """Remove contents that no version names and nobody has put for a day; return how many.

    `actor` is the system person at the root, who sees every version.
    """
    idle = await store.idle(older_than_s=older_than_s, limit=SWEPT_MAX)
    if not idle:
        return 0
    async with begin_work(actor) as work:
        named = await work.documents.named(idle)
    removed = 0
    for digest in idle:
        if digest not in named:
            removed += await store.remove(digest, older_than_s=older_than_s)
    return removed


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _same(held: Document | None, declared: DeclaredDocument) -> bool:
    return (
        held is not None
        and not held.withdrawn
        and (held.sha256, held.media_type, held.reference)
        == (declared.sha256, declared.media_type, declared.reference)
    )


async def _held(work: Work, case: Case) -> dict[tuple[str, UUID | None], Document]:
    return {(one.kind, one.enrolment_id): one for one in await work.documents.in_force(case)}


async def _roster(work: Work, case: Case) -> frozenset[UUID]:
    filing = case
    if case.kind is CaseKind.SETTLEMENT:
        settlement = await work.settlements.get(case)
        filing = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    return frozenset(person.id for person in await work.filings.enrolments(filing))


async def check_declared(
    work: Work,
    region_path: str,
    stage: Stage,
    documents: Sequence[DeclaredDocument],
    *,
    roster: frozenset[UUID] = frozenset(),
    pointer: str = "/documents",
) -> None:
    """Refuse `documents_faulty` with every fault; `pointer` is where the one of an upload is given."""
    overlay = await work.policies.overlay(region_path, work.today)
    faults = list(declaration_faults(documents, kinds=kinds_of(overlay, stage)))
    faults += [
        Fault(f"/documents/{n}/enrolment_id", "person_not_on_roster")
        for n, one in enumerate(documents)
        if one.enrolment_id is not None and one.enrolment_id not in roster
    ]
    if faults:
        located = tuple(
            Fault(fault.pointer.replace("/documents/0", pointer, 1), fault.code, fault.values)
            if pointer != "/documents"
            else fault
            for fault in faults
        )
        raise Refusal("documents_faulty", faults=located, count=len(faults))


def _facts(document: Document) -> dict[str, str | int]:
    return {
        "kind": document.kind,
        "version": document.version,
        "sha256": document.sha256.hex(),
        "case": str(document.case_id),
    }


async def _changed(
    work: Work,
    case: Case,
    action: str,
    *,
    document_id: UUID | None = None,
    facts: dict[str, str | int],
) -> None:
    await work.cases.touch(case)
    await _record(work, case, action, document_id or case.id, facts)


async def _record(
    work: Work, case: Case, action: str, object_id: UUID, facts: dict[str, str | int]
) -> None:
    await work.audit.record(
        Act(
            action=f"document.{action}",
            object_kind="document",
            object_id=str(object_id),
            ground=Ground.of(case),
            facts=facts,
        )
    )
