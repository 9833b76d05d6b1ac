"""Documents on the wire: what is declared, what is shown, and the completeness list."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from domain.document import (
    DOCUMENTS_MAX,
    ChecklistItem,
    DeclaredDocument,
    Document,
    DocumentState,
    Reference,
)
from domain.document_file.names import EXTENSIONS, NAME_MAX
from domain.errors import Fault
from service.http import media
from service.http.shapes import Body, TextView, View, WarningView

KIND_PATTERN = "^[a-z][a-z_]{1,39}$"


class DocumentMedia(StrEnum):
    """Media types of documents; a video is kept elsewhere and given by reference."""

    PDF = media.PDF
    JPEG = "image/jpeg"
    PNG = "image/png"
    OFD = "application/ofd"
    XLSX = media.XLSX
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    MP4 = "video/mp4"


UPLOADED = {one.value: "…" for one in DocumentMedia if one is not DocumentMedia.MP4}
assert set(DocumentMedia) == set(EXTENSIONS)


class ReferenceBody(Body):
    """Where a video is kept (培训视频): its address, length in seconds, and the session it shows."""

    pointer: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=7 * 86_400)]
    session: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class DocumentBody(Body):
    """A document one holds, told by its SHA-256; its content may follow until acceptance."""

    kind: Annotated[str, msgspec.Meta(pattern=KIND_PATTERN, max_length=40)]
    file_name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
    media_type: DocumentMedia
    sha256: Annotated[
        str,
        msgspec.Meta(
            pattern="^[0-9a-f]{64}$",
            max_length=64,
            description="内容的 SHA-256，小写十六进制 · SHA-256 of the content, lower-case hexadecimal",
        ),
    ]
    enrolment_id: UUID | None = None
    reference: ReferenceBody | None = None

    def to_command(self) -> DeclaredDocument:
        """Cross inward."""
        given = self.reference
        return DeclaredDocument(
            kind=self.kind,
            file_name=self.file_name,
            media_type=self.media_type.value,
            sha256=bytes.fromhex(self.sha256),
            enrolment_id=self.enrolment_id,
            reference=None
            if given is None
            else Reference(
                pointer=given.pointer, duration_s=given.duration_s, session=given.session
            ),
        )


Documents = Annotated[
    list[DocumentBody],
    msgspec.Meta(
        max_length=DOCUMENTS_MAX,
        description="申报的材料；内容可在受理前补传 · documents declared; contents may follow until acceptance",
    ),
]


class DocumentsBody(Body):
    """Documents declared together."""

    documents: Annotated[list[DocumentBody], msgspec.Meta(min_length=1, max_length=DOCUMENTS_MAX)]


def commands_of(documents: Sequence[DocumentBody]) -> tuple[DeclaredDocument, ...]:
    """Cross inward, all of them."""
    return tuple(one.to_command() for one in documents)


class ReferenceView(View):
    """Where a video is kept."""

    pointer: str
    duration_s: int
    session: str


class DocumentView(View):
    """One version of a document. `size_bytes` and `stored_at` are null while its content is not here."""

    id: UUID
    case_id: UUID
    kind: str
    enrolment_id: UUID | None
    version: int
    state: DocumentState
    file_name: str
    media_type: str
    sha256: str
    reference: ReferenceView | None
    size_bytes: int | None
    added_at: datetime
    stored_at: datetime | None

    @classmethod
    def of(cls, shown: Document) -> "DocumentView":
        """Show a version."""
        reference = shown.reference
        return cls(
            id=shown.id,
            case_id=shown.case_id,
            kind=shown.kind,
            enrolment_id=shown.enrolment_id,
            version=shown.version,
            state=shown.state,
            file_name=shown.file_name,
            media_type=shown.media_type,
            sha256=shown.sha256.hex(),
            reference=None
            if reference is None
            else ReferenceView(
                pointer=reference.pointer,
                duration_s=reference.duration_s,
                session=reference.session,
            ),
            size_bytes=shown.size_bytes,
            added_at=shown.added_at,
            stored_at=shown.stored_at,
        )


class DocumentsView(View):
    """The versions in force of a case's documents."""

    case_id: UUID
    documents: list[DocumentView]


class ChecklistItemView(View):
    """One line of the list: there or missing, whether its content has come, and what to do.

    `warning` is what will matter later, such as a payee account that nobody has verified: it hinders
    neither submission nor acceptance.
    """

    item: str
    title: TextView
    source: str
    present: bool
    complete: bool
    advice: TextView
    warning: TextView | None

    @classmethod
    def of(cls, item: ChecklistItem) -> "ChecklistItemView":
        """Show a line."""
        return cls(
            item=item.item,
            title=TextView(zh=item.title.zh, en=item.title.en),
            source=item.source,
            present=item.present,
            complete=item.complete,
            advice=TextView(zh=item.advice.zh, en=item.advice.en),
            warning=None
            if item.warning is None
            else TextView(zh=item.warning.zh, en=item.warning.en),
        )


class CompletenessView(View):
    """The completeness list: `submittable` when nothing is missing, `acceptable` when no content is.

    `warnings` locate people of the roster who had subsidies that would rule this one out when it is
    settled; nothing is refused for them now.
    """

    case_id: UUID
    submittable: bool
    acceptable: bool
    items: list[ChecklistItemView]
    warnings: list[WarningView]

    @classmethod
    def of(
        cls, case_id: UUID, items: Sequence[ChecklistItem], warnings: Sequence[Fault] = ()
    ) -> "CompletenessView":
        """Show a list."""
        return cls(
            case_id=case_id,
            submittable=all(item.present for item in items),
            acceptable=all(item.complete for item in items),
            items=[ChecklistItemView.of(item) for item in items],
            warnings=[WarningView.of(fault) for fault in warnings],
        )
