"""Documents (材料): versions of what a case is proven with, and whether a case has all it needs.

A version says which content it is by SHA-256 and never changes; the content itself may follow until the
case is accepted. Replacing is a higher version of the kind, removing a version that is withdrawn
(FIL-02, FIL-03, FIL-13..17, AMB-22, AMB-23, EVD-01).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.document_file import file_name_fault_of
from domain.errors import Fault, Refusal, Text
from domain.policy.overlay import DocumentRule, Needed, Overlay, Stage

DOCUMENTS_MAX: Final = 50
"""Documents declared in one act; a checklist has about ten kinds."""

CERTIFICATE_COPY: Final = "certificate_copy"
OTHER_MATERIAL: Final = "other_material"
"""其他相关材料: what no list names (FIL-02)."""

VIDEO: Final = "video/mp4"
"""Never uploaded: kept where it is, on file by hash, place and length."""

COPY_RULE: Final = DocumentRule(
    kind=CERTIFICATE_COPY,
    stage=Stage.SETTLEMENT,
    needed=Needed.ALWAYS,
    title=Text("未填编号的证书的复印件", "Copies of certificates declared without a number"),
    source="EVD-01 39号五(一)",
)
"""A number or a copy: what is asked of each person whose certificate is declared without a number."""

KIND: Final = re.compile(r"[a-z][a-z_]{1,39}")

CHANGED_IN: Final = frozenset({"draft", "returned_for_correction"})
"""States in which what a case is proven with may change."""
CONTENT_IN: Final = CHANGED_IN | {"submitted"}
"""States in which the content of a declared version may still follow."""

STAGES: Final = {CaseKind.FILING: Stage.FILING, CaseKind.SETTLEMENT: Stage.SETTLEMENT}
"""At which stage of the checklist an enterprise's case asks for documents."""


class DocumentState(StrEnum):
    """Content to follow, content here, content kept elsewhere, or removed by this version."""

    DECLARED = "declared"
    STORED = "stored"
    REFERENCED = "referenced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a video is kept: an address for people, its length in seconds, the session it shows."""

    pointer: str
    duration_s: int
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredDocument:
    """What an enterprise says it holds: kind, name, media type and SHA-256; the content follows."""

    kind: str
    file_name: str
    media_type: str
    sha256: bytes
    enrolment_id: UUID | None = None
    reference: Reference | None = None

    @property
    def state(self) -> DocumentState:
        """Where it stands once it is on file."""
        return DocumentState.DECLARED if self.reference is None else DocumentState.REFERENCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document of a case. `size_bytes` and `stored_at` are the content's.

    `enrolment_id` is given where it is about one person: a certificate's copy (AMB-08), an agreement
    of his own instead of a collective one (FIL-13, FIL-14).
    """

    id: UUID
    case_id: UUID
    kind: str
    enrolment_id: UUID | None
    version: int
    file_name: str
    media_type: str
    sha256: bytes
    reference: Reference | None
    withdrawn: bool
    added_by: UUID
    added_at: datetime
    size_bytes: int | None
    stored_at: datetime | None

    @property
    def state(self) -> DocumentState:
        """Where this version stands."""
        if self.withdrawn:
            return DocumentState.WITHDRAWN
        if self.reference is not None:
            return DocumentState.REFERENCED
        return DocumentState.DECLARED if self.stored_at is None else DocumentState.STORED


Held = Document | DeclaredDocument
"""What a case holds, on file or about to be."""


def declaration_faults(
    documents: Sequence[DeclaredDocument], *, kinds: Collection[str]
) -> tuple[Fault, ...]:
    """Return every fault of declared documents, located in `/documents`.

    `document_kind_unknown`, `document_twice`, `file_name_unusable`, `file_name_extension`,
    `reference_of_videos_only`: a video comes as a reference, and nothing else does.
    """
    faults = []
    seen: dict[tuple[str, UUID | None], int] = {}
    for n, one in enumerate(documents):
        at = f"/documents/{n}"
        if one.kind not in kinds:
            faults.append(Fault(f"{at}/kind", "document_kind_unknown"))
        if (one.kind, one.enrolment_id) in seen:
            faults.append(Fault(f"{at}/kind", "document_twice"))
        if fault := file_name_fault_of(one.file_name, one.media_type):
            faults.append(Fault(f"{at}/file_name", fault))
        if (one.media_type == VIDEO) != (one.reference is not None):
            faults.append(Fault(f"{at}/reference", "reference_of_videos_only"))
        if (one.kind == CERTIFICATE_COPY) and one.enrolment_id is None:
            faults.append(Fault(f"{at}/enrolment_id", "copy_without_person"))
        seen[one.kind, one.enrolment_id] = n
    return tuple(faults)


def kinds_of(overlay: Overlay, stage: Stage) -> frozenset[str]:
    """Return the kinds a case may hold: its list under any training mode, copies, other material."""
    listed = {rule.kind for rule in overlay.documents if rule.stage is stage}
    extra = {OTHER_MATERIAL, CERTIFICATE_COPY} if stage is Stage.SETTLEMENT else {OTHER_MATERIAL}
    return frozenset(listed | extra)


def copied(documents: Iterable[Held]) -> frozenset[UUID]:
    """Return the people of whose certificate a copy is held."""
    return frozenset(
        one.enrolment_id
        for one in documents
        if one.kind == CERTIFICATE_COPY
        and one.enrolment_id is not None
        and one.state is not DocumentState.WITHDRAWN
    )


def check_changeable(case: Case, *, content_only: bool) -> None:
    """Refuse `documents_closed` once a case is beyond the states in which its documents may change."""
    if case.state not in (CONTENT_IN if content_only else CHANGED_IN):
        raise Refusal("documents_closed", state=case.state)


def check_contents(documents: Iterable[Document]) -> None:
    """Refuse `document_contents_missing`, naming every version in force whose content has not come."""
    faults = tuple(
        Fault(f"/documents/{one.kind}", "document_content_missing", {"file_name": one.file_name})
        for one in documents
        if one.state is DocumentState.DECLARED
    )
    if faults:
        raise Refusal("document_contents_missing", faults=faults, count=len(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One line of a completeness list (材料清单). `complete` also asks that its content is here.

    `warning` is what will matter later and hinders neither submission nor acceptance.
    """

    item: str
    title: Text
    source: str
    present: bool
    complete: bool
    advice: Text
    warning: Text | None = None


_ADD: Final = Text(
    "请上传该材料，或先申报其文件名和 SHA-256 摘要，在受理前补传内容。",
    "Upload it, or declare its name and SHA-256 now and let the content follow before acceptance.",
)
_SEND: Final = Text(
    "已申报；请在受理前上传与摘要一致的文件。",
    "Declared; upload the file of that digest before acceptance.",
)
_DONE: Final = Text("已齐备。", "Complete.")


def checklist(
    rules: Iterable[DocumentRule], documents: Iterable[Held], *, people: Collection[UUID]
) -> tuple[ChecklistItem, ...]:
    """Hold a case's documents in force against what it is asked for, in the checklist's order.

    A kind is present when one document covers the whole class, or each of `people` has one of his own
    (集体培养协议 or individual ones, FIL-14).
    """
    held: dict[str, list[Held]] = {}
    for document in documents:
        if document.state is not DocumentState.WITHDRAWN:
            held.setdefault(document.kind, []).append(document)
    return tuple(_item(rule, held.get(rule.kind, []), people) for rule in rules)


def _item(rule: DocumentRule, documents: Sequence[Held], people: Collection[UUID]) -> ChecklistItem:
    persons = {one.enrolment_id for one in documents}
    present = None in persons or (bool(people) and persons >= set(people))
    complete = present and all(one.state is not DocumentState.DECLARED for one in documents)
    return ChecklistItem(
        item=rule.kind,
        title=rule.title,
        source=rule.source,
        present=present,
        complete=complete,
        advice=_DONE if complete else _SEND if present else _ADD,
    )


def missing_faults(items: Iterable[ChecklistItem]) -> tuple[Fault, ...]:
    """Return one fault for each item that is not present, saying what it is in both languages."""
    return tuple(
        Fault(
            f"/documents/{one.item}",
            "document_missing",
            {"title_zh": one.title.zh, "title_en": one.title.en, "source": one.source},
        )
        for one in items
        if not one.present
    )
