"""Official documents over HTTP: what a whole road issues, who reads it, and the day it was served."""

import asyncio
import io
from datetime import timedelta

from pypdf import PdfReader

from domain.official_document import DocumentKind, fingerprint
from tests.integration.api import road
from tests.integration.api.desk import Desk, Json, open_desk
from tests.integration.api.whole_road import travelled


async def _issued(desk: Desk, person: str = "filer") -> list[Json]:
    await desk.idle()
    found: list[Json] = (await desk.done("ListOfficialDocuments", person))["items"]
    return found


async def _page(desk: Desk, person: str, document: Json) -> str:
    path = {"document_id": document["id"]}
    return (await desk.send(desk.ask("GetOfficialDocumentPage", person, path=path))).text


async def test_a_road_issues_a_document_for_every_decision_numbered_without_a_gap(
    desk: Desk,
) -> None:
    await travelled(desk)
    await desk.idle()
    mine = await _issued(desk)
    assert sorted(one["kind"] for one in mine) == [
        "acceptance",
        "hold",
        "hold_lifted",
        "listing",
        "prepayment_application",
        "recovery_cancellation",  # a proposal that the settlement overtakes
        "review_decision",  # upheld, which lifts the hold by the same signature
        "settlement_application",
    ]
    assert mine[0]["number"].startswith("学徒受理〔2026〕")
    bureau = await _issued(desk, "handler")
    requests = [one["number"] for one in bureau if one["kind"] == "funding_request"]
    assert [number.partition("〕")[2] for number in requests] == ["1号", "1号"]  # of two years
    assert {one["kind"] for one in bureau} - {one["kind"] for one in mine} == {
        "funding_request",
        "public_notice",
        "objection_answer",
    }
    told = {one["kind"]: await _page(desk, "handler", one) for one in bureau}
    assert "复核申请成立。原暂停支付决定即行解除。" in told["review_decision"]
    assert "现撤销拟追缴事项" in told["recovery_cancellation"]
    assert "已由本备案的后续结算一并核定" in told["recovery_cancellation"]
    assert "异议不成立" in told["objection_answer"]
    assert "社会公众：" in told["public_notice"]
    for document in mine:
        path = {"document_id": document["id"]}
        page = await desk.send(desk.ask("GetOfficialDocumentPage", "filer", path=path))
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert document["number"] in page.text
        assert document["sha256"] in page.text
        printed = await desk.send(desk.ask("GetOfficialDocumentPdf", "filer", path=path))
        assert printed.headers["content-type"] == "application/pdf"
        reader = PdfReader(io.BytesIO(printed.content))
        assert document["sha256"] in reader.pages[-1].extract_text()
    (settled,) = [one for one in mine if one["kind"] == "settlement_application"]
    page = await desk.send(
        desk.ask("GetOfficialDocumentPage", "filer", path={"document_id": settled["id"]})
    )
    assert "4,000.00" in page.text
    assert "2,000.00" in page.text
    assert "应付" in page.text
    assert "证书核验属实" in page.text
    assert "行政复议" in page.text


async def test_what_is_stored_has_the_fingerprint_that_is_printed(desk: Desk) -> None:
    filing_id = await road.listed(desk)
    (accepted, _) = await _issued(desk)
    async with desk.house.begin_work(desk.staff.system) as work:
        (stored, *_) = await work.official_documents.page(case_id=None, after=None, limit=1)
    assert fingerprint(stored.paper).hex() == accepted["sha256"]
    assert stored.kind is DocumentKind.ACCEPTANCE
    assert str(stored.case_id) == filing_id


async def test_the_addressee_signs_once_and_the_first_day_stands(desk: Desk) -> None:
    await road.listed(desk)
    (document, _) = await _issued(desk)
    path = {"document_id": document["id"]}
    assert document["served_on"] is None
    refused = await desk.send(desk.ask("SignForOfficialDocument", "finance", path=path))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_addressee")
    signed = await desk.done("SignForOfficialDocument", "filer", path=path)
    desk.clock.at += timedelta(days=3)
    again = await desk.done("SignForOfficialDocument", "filer", path=path)
    assert signed["served_on"] == again["served_on"] is not None
    shown = await desk.done("GetOfficialDocument", "handler", path=path)
    assert shown["served_on"] == signed["served_on"]


async def test_another_place_sees_none_of_it(desk: Desk) -> None:
    await road.listed(desk)
    (document, _) = await _issued(desk)
    async with open_desk(desk.house) as other:
        path = {"document_id": document["id"]}
        hidden = await other.send(other.ask("GetOfficialDocument", "handler", path=path))
        assert hidden.status_code == 404
        assert await _issued(other, "handler") == []


async def test_documents_issued_at_once_get_numbers_one_after_another(desk: Desk) -> None:
    filings = [await road.submitted(desk, people=1) for _ in range(4)]
    for filing_id in filings:
        await desk.done("AcceptFiling", "handler", path={"filing_id": filing_id}, version=2)
    await asyncio.gather(*(desk.idle() for _ in range(2)))
    numbers = [one["number"] for one in await _issued(desk)]
    assert numbers == [f"学徒受理〔2026〕{n}号" for n in range(1, 5)]
