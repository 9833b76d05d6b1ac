"""What anybody reads without signing in: masked, noindexed, gone when it has ended."""

from datetime import timedelta

from tests.integration.api import road
from tests.integration.api.desk import Desk
from tests.integration.api.refusing import refused
from tests.overlays import noticed

PHONE = "13812345678"
ACCOUNT = "3200160123456789012"
CONTACT = "13977778888"


async def test_the_public_reads_a_notice_and_objects_and_learns_no_number(desk: Desk) -> None:
    desk.under(*noticed())
    someone = road.person(name="欧阳雪", phone=PHONE)
    filing_id = await road.listed(desk, roster=[someone])
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    notice_id = await road.published(desk, settlement_id)
    path = {"notice_id": notice_id}
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    as_json = await desk.send(desk.ask("GetNotice", None, path=path))
    as_page = await desk.send(desk.ask("GetNotice", None, path=path, headers=html))
    only_page = await desk.send(
        desk.ask("GetNotice", None, path=path, headers={"Accept": "text/html"})
    )
    listed = await desk.send(desk.ask("ListNotices", None, query="page_size=500"))
    received = await desk.send(
        desk.ask("ObjectToNotice", None, path=path, body=road.objection(line_no=1, contact=CONTACT))
    )
    assert as_json.headers["content-type"] == "application/json"
    assert as_page.headers["content-type"] == "text/html; charset=utf-8"
    assert only_page.text == as_page.text
    assert '<meta name="robots" content="noindex, nofollow">' in as_page.text
    for answer in (as_json, as_page):
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["vary"] == "Accept"
    (item,) = as_json.json()["items"]
    assert (item["enterprise"], item["people"], item["amount_fen"]) == (
        desk.staff.enterprise.name,
        1,
        400_000,
    )
    masked = f"{someone['citizen_id'][:3]}{'*' * 11}{someone['citizen_id'][-4:]}"
    assert item["persons"] == [
        {"line_no": 1, "name": "欧*", "identity_masked": masked, "amount_fen": 400_000}
    ]
    # 启东's way of counting: seven calendar days, the first excluded.
    assert as_json.json()["starts_on"] == "2027-04-01"
    assert as_json.json()["ends_on"] == "2027-04-08"
    for said in (
        "2027-04-01",
        "2027-04-08",
        "欧*",
        "4 000.00",
        f"/v1/notices/{notice_id}/objections",
    ):
        assert said in as_page.text
    assert notice_id in {one["id"] for one in listed.json()["items"]}
    assert received.status_code == 201
    assert set(received.json()) == {"id", "notice_id", "received_on", "answer_by"}
    for answer in (as_json, as_page, listed, received):
        for secret in (someone["citizen_id"], PHONE, ACCOUNT, CONTACT, "欧阳雪", "未参加培训"):
            assert secret not in answer.text

    objection_id = received.json()["id"]
    own = {"objection_id": objection_id}
    await refused(desk, desk.ask("GetObjection", "filer", path=own), "not_found")
    await refused(desk, desk.ask("GetNoticeCase", "filer", path=path), "not_found")
    seen = await desk.done("GetObjection", "handler", path=own)
    assert CONTACT not in str(seen)
    revealed = await desk.done("RevealObjectionContact", "handler", path=own)
    assert revealed == {"contact": CONTACT}
    for operation_id, person in (
        ("ListNoticeCases", "handler"),
        ("ListObjections", "approver"),
        ("ListManualFindings", "handler"),
        ("ListHolds", "filer"),
        ("ListReviewRequests", "filer"),
    ):
        assert "items" in await desk.done(operation_id, person)

    desk.clock.at += timedelta(days=8)
    gone = await desk.send(desk.ask("GetNotice", None, path=path, headers=html))
    assert gone.status_code == 404
    assert "公示已结束" in gone.text
    assert "The notice is over" in gone.text
    assert "欧*" not in gone.text
    await refused(desk, desk.ask("GetNotice", None, path=path), "notice_taken_down")
    late = desk.ask("ObjectToNotice", None, path=path, body=road.objection())
    await refused(desk, late, "notice_taken_down")
    await road.ended(desk)
    shown = await desk.done("GetNoticeCase", "approver", path=path)
    assert shown["case"]["state"] == "ended"


async def test_the_authority_walks_the_other_ways_too(desk: Desk) -> None:
    desk.under(*noticed())
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    proposed = await desk.done("ProposeHold", "handler", body=road.hold_on("filing", filing_id))
    path = {"hold_id": proposed["case"]["id"]}
    await desk.done("RefuseHold", "approver", path=path, version=1, body={"reason": "线索不足"})
    hold_id = await road.imposed(desk, "filing", filing_id)
    body = {"hold_id": hold_id, "statement": "请予复核"}
    asked = await desk.done("RequestReview", "filer", body=body)
    review = {"review_request_id": asked["case"]["id"]}
    await desk.done("ExamineReviewRequest", "handler", path=review, version=1, body={})
    ruling = {"reason": "线索属实", "clause": "五(一)"}
    await desk.done("DismissReviewRequest", "releaser", path=review, version=2, body=ruling)
    held = {"hold_id": hold_id}
    await desk.done("LiftHold", "approver", path=held, version=2, body={"reason": "已查清"})
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    finding = {"manual_finding_id": await road.proposed(desk, settlement_id)}
    why = {"reason": "截图不符"}
    await desk.done("RejectManualFinding", "releaser", path=finding, version=1, body=why)
    version = await road.settlement_version(desk, settlement_id)
    excused = {"enrolment_id": one, "reason": "抄写漏位"}
    settled = {"settlement_id": settlement_id}
    await desk.done("ExcuseDeclaration", "handler", path=settled, version=version, body=excused)
    await road.signed_review(desk, settlement_id)
    notice_id = await road.published(desk, settlement_id)
    objection_id = await road.objected(desk, notice_id)
    path = {"objection_id": objection_id}
    await desk.done("ExamineObjection", "handler", path=path, version=1, body={})
    await desk.done("UpholdObjection", "approver", path=path, version=2, body=ruling)
    state = await desk.done("GetSettlement", "filer", path=settled)
    assert state["case"]["state"] == "verifying"
    told = {"notice_id": notice_id}
    await desk.done("WithdrawNotice", "approver", path=told, version=2, body={"reason": "重新核验"})
