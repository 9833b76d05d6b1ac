"""Codes of documents and of the completeness list."""

from urllib.parse import quote

from tests import documents, hostile
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import Prepare, provokes


async def _drafted(desk: Desk, **how: object) -> str:
    body = road.plan(desk, submit=False, **how)  # type: ignore[arg-type]
    return str((await desk.done("CreateFiling", "filer", body=body))["case"]["id"])


def _upload(desk: Desk, filing_id: str, media: str, name: str, content: bytes) -> Ask:
    return desk.ask(
        "UploadFilingDocument",
        "filer",
        path={"filing_id": filing_id},
        query=f"kind=other_material&file_name={quote(name)}",
        content=content,
        headers={"Content-Type": media},
    )


def _sending(fault: str) -> Prepare:
    media, make, _ = next(bad for bad in hostile.BAD.values() if bad[2] == fault)

    async def a_hostile_file(desk: Desk) -> Ask:
        filing_id = await _drafted(desk)
        return _upload(desk, filing_id, media, hostile.NAME_OF[media], make())

    a_hostile_file.__name__ = fault
    return a_hostile_file


for _fault in sorted({fault for _, _, fault in hostile.BAD.values()}):
    provokes("document_refused", _fault)(_sending(_fault))


@provokes("filing_incomplete", "document_missing", "training_not_after_filing")
async def a_plan_without_documents_and_too_late(desk: Desk) -> Ask:
    body = road.plan(desk, documents=[], starts_on="2026-02-02")
    return desk.ask("CreateFiling", "filer", body=body)


@provokes("settlement_incomplete", "document_missing")
async def a_settlement_without_its_video(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    await road.completed(desk, filing_id)
    path = {"filing_id": filing_id}
    made = await desk.done("DraftSettlement", "filer", path=path, body={"declarations": []})
    settlement = {"settlement_id": made["case"]["id"]}
    return desk.ask("SubmitSettlement", "filer", path=settlement, version=1)


@provokes("document_contents_missing", "document_content_missing")
async def accepted_before_the_contents_have_come(desk: Desk) -> Ask:
    made = await desk.done("CreateFiling", "filer", body=road.plan(desk))
    return desk.ask("AcceptFiling", "handler", path={"filing_id": made["case"]["id"]}, version=2)


@provokes("document_content_missing")
async def a_download_of_what_is_only_declared(desk: Desk) -> Ask:
    path = {"filing_id": await _drafted(desk)}
    held = await desk.done("ListFilingDocuments", "filer", path=path)
    return desk.ask("DownloadDocument", "filer", path={"document_id": held["items"][0]["id"]})


@provokes("documents_closed")
async def another_document_after_acceptance(desk: Desk) -> Ask:
    filing_id = await road.reviewed(desk)
    return _upload(desk, filing_id, hostile.PDF, "a.pdf", documents.PDF)


@provokes(
    "documents_faulty",
    "document_kind_unknown",
    "document_twice",
    "copy_without_person",
    "reference_of_videos_only",
    "file_name_unusable",
    "file_name_extension",
    "person_not_on_roster",
)
async def documents_wrong_in_every_way(desk: Desk) -> Ask:
    one = documents.declared_json("training_plan")[0]
    wrong: list[Json] = [
        one,
        one,
        one | {"kind": "love_letter"},
        one | {"kind": "certificate_copy"},
        one | {"kind": "labour_contracts", "reference": documents.TRAINING_VIDEO_JSON["reference"]},
        one | {"kind": "training_agreement", "file_name": "../a.pdf"},
        one | {"kind": "cooperation_agreement", "file_name": "a.docx"},
        one | {"kind": "other_material", "enrolment_id": "0192f0c4-7c1e-7000-8000-000000000001"},
    ]
    path = {"filing_id": await _drafted(desk)}
    return desk.ask("DeclareFilingDocuments", "filer", path=path, body={"documents": wrong})
