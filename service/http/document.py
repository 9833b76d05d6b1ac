"""Documents over HTTP: declared, uploaded, listed, removed, downloaded; and what is still missing."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote
from uuid import UUID

from domain.cases import CaseKind
from domain.document import Document
from domain.document_file import DOCUMENT_LIMIT, EXTENSIONS
from domain.document_file.names import NAME_MAX
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from service.application import completeness, document, filing, stacking
from service.application.document import UploadedFile
from service.http.call import Answer, Call, Served, json_answer
from service.http.document_wire import (
    KIND_PATTERN,
    UPLOADED,
    CompletenessView,
    DocumentsBody,
    DocumentsView,
    DocumentView,
    commands_of,
)
from service.http.operation import Query, operation

TAG: Final = "documents"
BYTES: Final = "application/octet-stream"
_FILER: Final = frozenset({Role.FILER})
_FAULTY: Final = ("documents_faulty", "documents_closed", "busy")
_UPLOAD: Final = Text(
    "请求体即文件本身，媒体类型为文件类型，按内容校验。同一种材料再次上传为下一版本，旧版保留；内容相同"
    "即同一版本。已申报摘要的材料，上传与摘要一致的文件即补传内容。文件不可含脚本、宏、外部引用、加密或多余内容。",
    "The body is the file itself, under its own media type, and is checked by its bytes. Another upload "
    "of a kind is its next version and the old one stays; the same content is the same version. Where "
    "a digest is declared, the file of that digest is its content. Scripts, macros, references to "
    "outside, encryption and data after the end are refused.",
)
_DECLARE: Final = Text(
    "先申报文件名、类型和 SHA-256，提交时即计入材料清单；内容须在受理前上传。视频只登记存放地址。",
    "Name, type and SHA-256 first: they count for the list at submission, and the contents follow "
    "before acceptance. Videos are given by where they are kept.",
)
_QUERY: Final = (
    Query(
        name="kind",
        required=True,
        max_length=40,
        pattern=KIND_PATTERN,
        description=Text("材料种类，见材料清单。", "Kind of document, as the list names it."),
    ),
    Query(
        name="file_name",
        required=True,
        max_length=NAME_MAX,
        description=Text("文件名，含扩展名。", "The file's name with its extension."),
    ),
    Query(
        name="enrolment_id",
        kind=UUID,
        description=Text(
            "仅涉及一名学徒的材料（如证书复印件）填写。", "The person it is about, if one."
        ),
    ),
)
_DECLARED_EXAMPLE: Final = {
    "documents": [
        {
            "kind": "other_material",
            "file_name": "说明.pdf",
            "media_type": "application/pdf",
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }
    ]
}


def _created(done: Document) -> Answer:
    return json_answer(DocumentView.of(done), status=201, location=f"/v1/documents/{done.id}")


async def _upload(call: Call, kind: CaseKind, case_id: str) -> Answer:
    async def act(work: Work) -> Document:
        file = UploadedFile(
            kind=call.query("kind", str) or "",
            file_name=call.query("file_name", str) or "",
            media_type=call.media,
            enrolment_id=call.query("enrolment_id", UUID),
            content=call.raw,
        )
        return await document.upload_document(
            work, call.ports.documents, kind, call.path(case_id), file
        )

    return await call.once(
        act,
        _created,
    )


async def _declare(call: Call, kind: CaseKind, case_id: str) -> Answer:
    async def act(work: Work) -> Sequence[Document]:
        documents = commands_of(call.decode(DocumentsBody).documents)
        return await document.declare_later(work, kind, call.path(case_id), documents)

    def render(shown: Sequence[Document]) -> Answer:
        views = [DocumentView.of(one) for one in shown]
        location = call.operation.path.format_map({case_id: call.path(case_id)})
        return json_answer(
            DocumentsView(case_id=call.path(case_id), documents=views),
            status=201,
            location=location.replace("declared-documents", "documents"),
        )

    return await call.once(act, render)


async def _list(call: Call, kind: CaseKind, case_id: str) -> Answer:
    page = call.page()
    rows = await call.read(
        lambda work: document.list_documents(
            work, kind, call.path(case_id), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=DocumentView.of, after=lambda one: one.id)


@operation(
    id="UploadFilingDocument",
    method="POST",
    path="/v1/filings/{filing_id}/documents",
    tag=TAG,
    summary=Text("上传备案材料", "Upload a document of a filing"),
    description=_UPLOAD,
    roles=_FILER,
    binary=UPLOADED,
    body_limit=DOCUMENT_LIMIT,
    query=_QUERY,
    answer=DocumentView,
    status=201,
    keyed=True,
    problems=(*_FAULTY, "document_refused"),
)
async def upload_filing_document(call: Call) -> Answer:
    """Keep one file of a filing."""
    return await _upload(call, CaseKind.FILING, "filing_id")


@operation(
    id="UploadSettlementDocument",
    method="POST",
    path="/v1/settlements/{settlement_id}/documents",
    tag=TAG,
    summary=Text("上传结算材料", "Upload a document of a settlement"),
    description=_UPLOAD,
    roles=_FILER,
    binary=UPLOADED,
    body_limit=DOCUMENT_LIMIT,
    query=_QUERY,
    answer=DocumentView,
    status=201,
    keyed=True,
    problems=(*_FAULTY, "document_refused"),
)
async def upload_settlement_document(call: Call) -> Answer:
    """Keep one file of a settlement."""
    return await _upload(call, CaseKind.SETTLEMENT, "settlement_id")


@operation(
    id="DeclareFilingDocuments",
    method="POST",
    path="/v1/filings/{filing_id}/declared-documents",
    tag=TAG,
    summary=Text("申报备案材料摘要", "Declare documents of a filing"),
    description=_DECLARE,
    roles=_FILER,
    body=DocumentsBody,
    body_example=_DECLARED_EXAMPLE,
    answer=DocumentsView,
    status=201,
    keyed=True,
    problems=_FAULTY,
)
async def declare_filing_documents(call: Call) -> Answer:
    """Declare what a filing is proven with."""
    return await _declare(call, CaseKind.FILING, "filing_id")


@operation(
    id="DeclareSettlementDocuments",
    method="POST",
    path="/v1/settlements/{settlement_id}/declared-documents",
    tag=TAG,
    summary=Text("申报结算材料摘要", "Declare documents of a settlement"),
    description=_DECLARE,
    roles=_FILER,
    body=DocumentsBody,
    body_example=_DECLARED_EXAMPLE,
    answer=DocumentsView,
    status=201,
    keyed=True,
    problems=_FAULTY,
)
async def declare_settlement_documents(call: Call) -> Answer:
    """Declare what a settlement is proven with."""
    return await _declare(call, CaseKind.SETTLEMENT, "settlement_id")


@operation(
    id="ListFilingDocuments",
    method="GET",
    path="/v1/filings/{filing_id}/documents",
    tag=TAG,
    summary=Text("备案材料列表", "Documents of a filing"),
    answer=DocumentView,
    paged=True,
)
async def list_filing_documents(call: Call) -> Answer:
    """Read every version of a filing's documents."""
    return await _list(call, CaseKind.FILING, "filing_id")


@operation(
    id="ListSettlementDocuments",
    method="GET",
    path="/v1/settlements/{settlement_id}/documents",
    tag=TAG,
    summary=Text("结算材料列表", "Documents of a settlement"),
    answer=DocumentView,
    paged=True,
)
async def list_settlement_documents(call: Call) -> Answer:
    """Read every version of a settlement's documents."""
    return await _list(call, CaseKind.SETTLEMENT, "settlement_id")


@operation(
    id="GetDocument",
    method="GET",
    path="/v1/documents/{document_id}",
    tag=TAG,
    summary=Text("查看材料信息", "Read what is known of a document"),
    answer=DocumentView,
)
async def get_document(call: Call) -> Answer:
    """Read one version, without its content."""
    shown = await call.read(
        lambda work: document.get_document(work, document_id=call.path("document_id"))
    )
    return json_answer(DocumentView.of(shown))


@operation(
    id="DownloadDocument",
    method="GET",
    path="/v1/documents/{document_id}/content",
    tag=TAG,
    summary=Text("下载材料", "Download a document"),
    description=Text(
        "原样返回上传的内容，作为附件；每次下载均记入审计。",
        "The content as it was uploaded, as an attachment; each download is audited.",
    ),
    answer_media=BYTES,
    answer_example="%PDF-1.7…",
    problems=("document_content_missing",),
)
async def download_document(call: Call) -> Answer:
    """Give the content out; the audit entry commits with it."""
    shown, content = await call.change(
        lambda work: document.download_document(
            work, call.ports.documents, document_id=call.path("document_id")
        )
    )
    return Answer(body=content, media=BYTES, headers=_attachment(shown))


def _attachment(shown: Document) -> dict[str, str]:
    # RFC 6266: a name of ASCII for old readers, the real one percent-encoded; nothing of it runs.
    extension = EXTENSIONS[shown.media_type][0]
    name = quote(shown.file_name, safe="")
    return {
        "Content-Disposition": (
            f"attachment; filename=\"document{extension}\"; filename*=UTF-8''{name}"
        ),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


@operation(
    id="WithdrawDocument",
    method="POST",
    path="/v1/documents/{document_id}/withdraw",
    tag=TAG,
    summary=Text("撤下材料", "Remove a document"),
    description=Text(
        "提交前可撤下；以“已撤下”的新版本表示，原版本保留在档。",
        "Before submission: a version that is withdrawn, and what was there stays on file.",
    ),
    roles=_FILER,
    answer=DocumentView,
    status=201,
    keyed=True,
    problems=("documents_closed", "busy"),
)
async def withdraw_document(call: Call) -> Answer:
    """Remove by a withdrawn version."""
    return await call.once(
        lambda work: document.withdraw_document(work, document_id=call.path("document_id")),
        _created,
    )


@operation(
    id="GetFilingCompleteness",
    method="GET",
    path="/v1/filings/{filing_id}/completeness",
    tag=TAG,
    summary=Text("备案材料清单", "What a filing still needs"),
    description=Text(
        "按本地补充规定和培训方式列出全部应交项目：是否已有、内容是否已到、如何补正及依据。`warnings` 提示名册中"
        "已享受其他补贴、结算时将不得再享受的人员。",
        "Every item by the region's list and the training mode: there or missing, whether its content "
        "has come, what to do, and the clause. `warnings` locate people of the roster whose earlier "
        "subsidies would rule this one out at the settlement.",
    ),
    answer=CompletenessView,
    problems=("no_policy_in_force",),
)
async def get_filing_completeness(call: Call) -> Answer:
    """Read a filing's completeness list as of today."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> CompletenessView:
        items = await filing.completeness_of_filing(work, filing_id=filing_id)
        warnings = await stacking.warnings_of_filing(work, filing_id=filing_id)
        return CompletenessView.of(filing_id, items, warnings)

    return json_answer(await call.read(act))


@operation(
    id="GetSettlementCompleteness",
    method="GET",
    path="/v1/settlements/{settlement_id}/completeness",
    tag=TAG,
    summary=Text("结算材料清单", "What a settlement still needs"),
    answer=CompletenessView,
)
async def get_settlement_completeness(call: Call) -> Answer:
    """Read a settlement's completeness list as of today."""
    settlement_id = call.path("settlement_id")
    items = await call.read(
        lambda work: completeness.completeness_of_settlement(work, settlement_id=settlement_id)
    )
    return json_answer(CompletenessView.of(settlement_id, items))


OPERATIONS: Final[tuple[Served, ...]] = (
    upload_filing_document,
    upload_settlement_document,
    declare_filing_documents,
    declare_settlement_documents,
    list_filing_documents,
    list_settlement_documents,
    get_document,
    download_document,
    withdraw_document,
    get_filing_completeness,
    get_settlement_completeness,
)
