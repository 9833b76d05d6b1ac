"""Documents of the tests: one small PDF for every kind, declared with a plan, its content sent after."""

import hashlib
from typing import Any
from uuid import UUID

from domain.cases import Case
from domain.document import VIDEO, DeclaredDocument, DocumentState, Reference
from domain.ports.work import Work
from service.application.document import UploadedFile, upload_document
from tests.fakes.documents import FakeDocuments

PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\nxref\n0 3\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000058 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n110\n%%EOF\n"
)
DIGEST = hashlib.sha256(PDF).digest()
NAMES = {
    "training_plan": "培训计划.pdf",
    "labour_contracts": "劳动合同.pdf",
    "training_agreement": "培养协议.pdf",
    "cooperation_agreement": "合作协议.pdf",
}
KINDS = tuple(NAMES)[:3]
"""What a class trained in-house is filed with."""


def declared(*kinds: str) -> tuple[DeclaredDocument, ...]:
    """Documents of these kinds, declared; what an in-house class needs unless told."""
    return tuple(
        DeclaredDocument(
            kind=kind, file_name=NAMES[kind], media_type="application/pdf", sha256=DIGEST
        )
        for kind in kinds or KINDS
    )


def declared_json(*kinds: str) -> list[dict[str, Any]]:
    """The same, as the API takes them."""
    return [
        {
            "kind": one.kind,
            "file_name": one.file_name,
            "media_type": one.media_type,
            "sha256": one.sha256.hex(),
        }
        for one in declared(*kinds)
    ]


TRAINING_VIDEO = DeclaredDocument(
    kind="training_video",
    file_name="培训.mp4",
    media_type=VIDEO,
    sha256=hashlib.sha256(b"video").digest(),
    reference=Reference(
        pointer="https://video.example.cn/2026/1", duration_s=3600, session="第一课"
    ),
)
TRAINING_RECEIPT_JSON = {
    "kind": "training_receipt",
    "file_name": "培训费发票.pdf",
    "media_type": "application/pdf",
    "sha256": DIGEST.hex(),
}
"""What a class trained by a provider is settled with besides."""
TRAINING_VIDEO_JSON = {
    "kind": TRAINING_VIDEO.kind,
    "file_name": TRAINING_VIDEO.file_name,
    "media_type": VIDEO,
    "sha256": TRAINING_VIDEO.sha256.hex(),
    "reference": {
        "pointer": "https://video.example.cn/2026/1",
        "duration_s": 3600,
        "session": "第一课",
    },
}


def certificate_copy(enrolment_id: UUID) -> DeclaredDocument:
    """The copy of a person's certificate, declared."""
    return DeclaredDocument(
        kind="certificate_copy",
        file_name="证书.pdf",
        media_type="application/pdf",
        sha256=DIGEST,
        enrolment_id=enrolment_id,
    )


def certificate_copy_json(enrolment_id: str) -> dict[str, Any]:
    """The same, as the API takes it."""
    return {
        "kind": "certificate_copy",
        "file_name": "证书.pdf",
        "media_type": "application/pdf",
        "sha256": DIGEST.hex(),
        "enrolment_id": enrolment_id,
    }


async def send_contents(work: Work, case: Case) -> None:
    """Send the content of every document that a case has declared."""
    store = FakeDocuments()
    for one in await work.documents.in_force(case):
        if one.state is DocumentState.DECLARED:
            file = UploadedFile(
                kind=one.kind,
                file_name=one.file_name,
                media_type=one.media_type,
                enrolment_id=one.enrolment_id,
                content=PDF,
            )
            await upload_document(work, store, case.kind, case.id, file)
