"""Official documents over HTTP: listed, read, printed, signed for."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.official_document import KINDS, Addressee, DocumentKind, OfficialDocument
from domain.party import Role
from domain.ports.work import Work
from service.application import official_document
from service.http.call import Answer, Call, Served, json_answer
from service.http.media import HTML, PDF
from service.http.operation import Query, operation
from service.http.paper_page import HEADERS, paper_page
from service.http.shapes import TextView, View

TAG: Final = "official-documents"


class OfficialDocumentView(View):
    """A document as issued: its number, the step that it documents, its hash, and when it was served.

    Only an organisation outside the authority (`addressee` is `organisation`) signs for its documents.
    """

    id: UUID
    case_id: UUID
    case_kind: str
    step_seq: int
    kind: DocumentKind
    title: TextView
    addressee: Addressee
    number: str
    template_version: int
    sha256: str
    issued_at: datetime
    served_on: date | None

    @classmethod
    def of(cls, shown: OfficialDocument) -> "OfficialDocumentView":
        """Show a document."""
        title = KINDS[shown.kind].title
        return cls(
            id=shown.id,
            case_id=shown.case_id,
            case_kind=shown.case_kind,
            step_seq=shown.step_seq,
            kind=shown.kind,
            title=TextView(zh=title.zh, en=title.en),
            addressee=KINDS[shown.kind].to,
            number=shown.number,
            template_version=shown.template_version,
            sha256=shown.fingerprint.hex(),
            issued_at=shown.issued_at,
            served_on=shown.served_on,
        )


@operation(
    id="ListOfficialDocuments",
    method="GET",
    path="/v1/official-documents",
    tag=TAG,
    summary=Text("公文列表", "List official documents"),
    description=Text(
        "受理、列入、预支、结算和拨款申请各生成一份带文号和哈希值的公文；本单位的，或本地区的。",
        "Acceptance, listing, prepayment, settlement and funding request each issue a numbered document with "
        "its hash: those of the own organisation, or region.",
    ),
    query=(
        Query(
            name="case_id",
            kind=UUID,
            description=Text("只列出此事项的。", "Only those of this case."),
        ),
        Query(
            name="kind",
            kind=DocumentKind,
            description=Text("只列出此类公文。", "Only documents of this kind."),
        ),
        Query(
            name="served",
            kind=bool,
            description=Text(
                "只列出已签收（或待签收）的；无须签收的公文不列出。",
                "Only those signed for, or those that wait for it; never those without a receipt.",
            ),
        ),
    ),
    answer=OfficialDocumentView,
    paged=True,
)
async def list_official_documents(call: Call) -> Answer:
    """List documents in order of issue."""
    page = call.page()

    async def act(work: Work) -> list[OfficialDocument]:
        return list(
            await official_document.list_official_documents(
                work,
                case_id=call.query("case_id", UUID),
                kind=call.query("kind", DocumentKind),
                served=call.query("served", bool),
                after=page.after_id,
                limit=page.limit,
            )
        )

    return call.page_answer(
        await call.read(act), page, view=OfficialDocumentView.of, after=lambda shown: shown.id
    )


async def _read(call: Call) -> OfficialDocument:
    return await call.read(
        lambda work: official_document.official_document(work, call.path("document_id"))
    )


@operation(
    id="GetOfficialDocument",
    method="GET",
    path="/v1/official-documents/{document_id}",
    tag=TAG,
    summary=Text("查看公文", "Read an official document"),
    answer=OfficialDocumentView,
)
async def get_official_document(call: Call) -> Answer:
    """Read what a document is."""
    return json_answer(OfficialDocumentView.of(await _read(call)))


@operation(
    id="GetOfficialDocumentPage",
    method="GET",
    path="/v1/official-documents/{document_id}/page",
    tag=TAG,
    summary=Text("公文网页（可打印）", "Read a document as a page to print"),
    answer_media=HTML,
    answer_example="<!doctype html><html lang='zh-CN'>…</html>",
)
async def get_official_document_page(call: Call) -> Answer:
    """Render the document as HTML."""
    shown = await _read(call)
    return Answer(
        body=paper_page(shown.paper, shown.fingerprint), media=HTML, headers=dict(HEADERS)
    )


@operation(
    id="GetOfficialDocumentPdf",
    method="GET",
    path="/v1/official-documents/{document_id}/pdf",
    tag=TAG,
    summary=Text("公文 PDF", "Download a document as PDF"),
    answer_media=PDF,
    answer_example="%PDF-1.4 …",
)
async def get_official_document_pdf(call: Call) -> Answer:
    """Print the document as PDF."""
    shown = await _read(call)
    return Answer(
        body=call.ports.papers.pdf(shown.paper, shown.fingerprint),
        media=PDF,
        headers={"Content-Disposition": f'inline; filename="document-{shown.id}.pdf"'},
    )


@operation(
    id="SignForOfficialDocument",
    method="POST",
    path="/v1/official-documents/{document_id}/receipt",
    tag=TAG,
    summary=Text("签收公文（送达）", "Sign for a document"),
    description=Text(
        "收件单位签收之日为送达日；重复签收不改变送达日。",
        "The day its addressee signs is the day of service; signing again changes nothing.",
    ),
    roles=frozenset({Role.FILER, Role.PROVIDER, Role.FINANCE}),
    answer=OfficialDocumentView,
    keyed=True,
    problems=("not_addressee",),
)
async def sign_for_official_document(call: Call) -> Answer:
    """Sign for a document as its addressee."""
    return await call.once(
        lambda work: official_document.sign_for_document(
            work, document_id=call.path("document_id")
        ),
        lambda done: json_answer(OfficialDocumentView.of(done)),
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    list_official_documents,
    get_official_document,
    get_official_document_page,
    get_official_document_pdf,
    sign_for_official_document,
)
