"""Notices over filings before they are listed: what is read, what waits, and what an objection freezes."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from domain.official_document import stored
from domain.policy.overlay import NoticeNames
from tests.integration.api import road
from tests.integration.api.class_road import by_provider
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.refusing import pointers, refused
from tests.integration.payments_road import scoped
from tests.overlays import LISTING, noticed

PHONE = "13812345678"
RULING: Json = {"reason": "经核查", "clause": "五(一)"}
REVIEWED = 4
"""The version of a filing just reviewed."""


async def _version(desk: Desk, filing_id: str) -> int:
    return await road.version_of(desk, "GetFiling", filing_id=filing_id)


async def _listing(desk: Desk, *filing_ids: str) -> Ask:
    named = [(one, await _version(desk, one)) for one in filing_ids]
    body = road.listing(f"试人社〔2026〕{filing_ids[0]}号", *named)
    return desk.ask("ListFilings", "approver", body=body)


async def _waits(desk: Desk, *filing_ids: str) -> dict[str, str]:
    """Why the filings are not listed."""
    problem = await refused(desk, await _listing(desk, *filing_ids), "listing_faulty")
    return pointers(problem)


async def _list(desk: Desk, *filing_ids: str) -> None:
    done = await desk.send(await _listing(desk, *filing_ids))
    assert done.status_code == 201, done.text


async def _clock(desk: Desk, filing_id: str) -> Json:
    shown = await desk.done("GetClock", "handler", path={"case_id": filing_id})
    clock: Json = shown["clock"]
    return clock


async def _decided(desk: Desk, objection_id: str, operation_id: str) -> None:
    path = {"objection_id": objection_id}
    await desk.done("ExamineObjection", "handler", path=path, version=1, body={})
    await desk.done(operation_id, "approver", path=path, version=2, body=RULING)


async def test_a_filing_is_listed_once_its_notice_has_ended_and_its_time_limit_waits_for_it(
    desk: Desk,
) -> None:
    desk.under(*noticed(LISTING))
    someone = road.person(name="欧阳雪", phone=PHONE)
    filing_id = await road.reviewed(desk, roster=[someone, road.person()])
    assert await _waits(desk, filing_id) == {"/filings/0": "notice_required"}
    notice_id = await road.filings_prepared(desk, filing_id)
    assert await _version(desk, filing_id) == REVIEWED
    desk.clock.at += timedelta(days=2)  # a Wednesday; two working days of ten are used
    await road.running(desk, notice_id)
    paused = await _clock(desk, filing_id)
    assert (paused["limit"], paused["used"], paused["paused"]) == ("list", 2, True)
    assert await _version(desk, filing_id) == REVIEWED + 1, "its clock is shown with it"
    shown = await desk.done("GetNoticeCase", "handler", path={"notice_id": notice_id})
    assert (shown["subject"], shown["filing_ids"]) == ("listing", [filing_id])
    assert shown["settlement_ids"] == []
    # Seven calendar days, the first excluded.
    assert (shown["starts_on"], shown["ends_on"]) == ("2026-02-04", "2026-02-11")

    path = {"notice_id": notice_id}
    as_json = await desk.send(desk.ask("GetNotice", None, path=path))
    html = {"Accept": "text/html"}
    as_page = await desk.send(desk.ask("GetNotice", None, path=path, headers=html))
    masked = f"{someone['citizen_id'][:3]}{'*' * 11}{someone['citizen_id'][-4:]}"
    (item,) = as_json.json()["items"]
    assert as_json.json()["subject"] == "listing"
    assert (item["enterprise"], item["people"], item["amount_fen"]) == (
        desk.staff.enterprise.name,
        2,
        None,
    )
    first, second = item["persons"]
    assert first == {"line_no": 1, "name": "欧*", "identity_masked": masked, "amount_fen": None}
    assert second["line_no"] == 2
    for said in ("拟列入", "to be listed", "2026-02-11", "欧*", masked):
        assert said in as_page.text
    for secret in (someone["citizen_id"], PHONE, "欧阳雪", "金额", "Amount"):
        assert secret not in as_page.text + as_json.text

    desk.clock.at += timedelta(days=7)
    assert await _waits(desk, filing_id) == {"/filings/0": "notice_required"}, "its last day runs"
    await road.ended(desk)  # eight days later: the job is a week late
    gone = await desk.send(desk.ask("GetNotice", None, path=path, headers=html))
    assert gone.status_code == 404
    clock = await _clock(desk, filing_id)
    assert (clock["used"], clock["paused"]) == (5, False), "12, 13 and 14 February were worked"
    await _list(desk, filing_id)
    found = await desk.done("GetFiling", "filer", path={"filing_id": filing_id})
    assert found["case"]["state"] == "listed"

    await desk.idle()
    issued = await desk.done("ListOfficialDocuments", "handler", query="kind=public_notice")
    (paper,) = issued["items"]
    assert paper["addressee"] == "public"
    async with desk.house.begin_work(desk.staff.system) as work:
        (printed,) = [
            stored(one.paper).decode()
            for one in await work.official_documents.page(after=None, limit=500)
            if one.kind == "public_notice"
        ]
    for said in ("拟列入企业新型学徒培训计划", "7个自然日", "2026年2月11日", "欧*", masked):
        assert said in printed
    assert "金额" not in printed
    assert "欧阳雪" not in printed


async def test_enterprises_alone_are_named_where_the_region_says_so(desk: Desk) -> None:
    desk.under(*noticed(replace(LISTING, names=NoticeNames.ENTERPRISES)))
    notice_id = await road.filings_published(desk, await road.reviewed(desk, people=3))
    shown = await desk.done("GetNotice", None, path={"notice_id": notice_id})
    assert [(one["people"], one["persons"]) for one in shown["items"]] == [(3, [])]


async def test_an_objection_freezes_exactly_the_filing_it_names(desk: Desk) -> None:
    desk.under(*noticed(LISTING))
    someone = road.person(name="欧阳雪")
    one, two = await road.reviewed(desk, roster=[someone]), await road.reviewed(desk)
    notice_id = await road.filings_published(desk, one, two)
    objection_id = await road.objected(desk, notice_id, item_no=1, line_no=1)
    whole_id = await road.objected(desk, notice_id, item_no=1)
    named = await desk.done("GetObjection", "handler", path={"objection_id": objection_id})
    (seat,) = await road.people_of(desk, one)
    assert (named["filing_id"], named["enrolment_id"]) == (one, seat)
    assert (named["settlement_id"], named["line_id"]) == (None, None)
    whole = await desk.done("GetObjection", "handler", path={"objection_id": whole_id})
    assert (whole["filing_id"], whole["enrolment_id"]) == (one, None)
    for wrong in ({"item_no": 3}, {"item_no": 2, "line_no": 3}):
        path = {"notice_id": notice_id}
        body = road.objection(**wrong)
        await refused(
            desk, desk.ask("ObjectToNotice", None, path=path, body=body), "objection_faulty"
        )
    await road.ended(desk)
    assert await _waits(desk, one, two) == {"/filings/0": "objection_open"}
    await _list(desk, two)
    await _decided(desk, whole_id, "DismissObjection")
    assert await _waits(desk, one) == {"/filings/0": "objection_open"}
    await _decided(desk, objection_id, "DismissObjection")
    await _list(desk, one)
    answer = {"answer": "异议不成立"}
    path = {"objection_id": objection_id}
    await desk.done("AnswerObjection", "handler", path=path, version=3, body=answer)
    await desk.idle()
    async with desk.house.begin_work(desk.staff.system) as work:
        issued = await work.official_documents.page(after=None, limit=500)
    (told,) = [stored(doc.paper).decode() for doc in issued if doc.kind == "objection_answer"]
    assert "学徒欧*" in told
    assert "欧阳雪" not in told


async def test_an_upheld_objection_sends_a_filing_back_and_fewer_people_need_no_new_notice(
    desk: Desk,
) -> None:
    desk.under(*noticed(LISTING))
    stays, leaves = road.person(), road.person()
    filing_id = await road.reviewed(desk, roster=[stays, leaves])
    notice_id = await road.filings_published(desk, filing_id)
    objection_id = await road.objected(desk, notice_id, line_no=2)
    path = {"filing_id": filing_id}
    reviewer = {"objection_id": objection_id}
    await desk.done("ExamineObjection", "handler", path=reviewer, version=1, body={})
    await desk.done("UpholdObjection", "approver", path=reviewer, version=2, body=RULING)
    back = await desk.done("GetFiling", "filer", path=path)
    assert back["case"]["state"] == "accepted"
    review = {"path": path, "version": back["case"]["version"], "body": {}}
    again = await desk.done("ReviewFiling", "handler", **review)
    assert (await _clock(desk, filing_id))["paused"], "the notice still runs"
    assert again["case"]["version"] == await _version(desk, filing_id)
    await road.ended(desk)
    assert not (await _clock(desk, filing_id))["paused"]
    assert await _waits(desk, filing_id) == {"/filings/0": "objection_upheld"}

    sent_back = {
        "path": path,
        "version": await _version(desk, filing_id),
        "body": {"reason": "补正"},
    }
    await desk.done("SendBackFiling", "approver", **sent_back)
    await _corrected(desk, filing_id, [stays])
    await _list(desk, filing_id)


async def _corrected(desk: Desk, filing_id: str, roster: list[Json]) -> None:
    """An accepted filing is returned, corrected, submitted and reviewed again."""
    path = {"filing_id": filing_id}
    items = [{"pointer": "/roster", "text": "人员不符", "todo": "更换名册"}]
    version = await _version(desk, filing_id)
    wrong = {"items": items, "later_reason": "异议成立"}
    await desk.done("ReturnFiling", "handler", path=path, version=version, body=wrong)
    plan = road.plan(desk)
    for name in ("region_code", "submit", "documents", "payee"):
        del plan[name]
    body = plan | {"roster": roster, "starts_on": "2026-12-01"}
    await desk.done("CorrectFiling", "filer", path=path, version=version + 1, body=body)
    await desk.done("SubmitFiling", "filer", path=path, version=version + 2)
    await desk.done("AcceptFiling", "handler", path=path, version=version + 3)
    await desk.done("ReviewFiling", "handler", path=path, version=version + 4, body={})


async def test_another_person_needs_another_notice(desk: Desk) -> None:
    desk.under(*noticed(LISTING))
    stays, leaves, comes = road.person(), road.person(), road.person()
    filing_id = await road.reviewed(desk, roster=[stays, leaves])
    await road.filings_published(desk, filing_id)
    await road.ended(desk)
    path = {"filing_id": filing_id}
    wrong = {"reason": "名册有误"}
    version = await _version(desk, filing_id)
    await desk.done("SendBackFiling", "approver", path=path, version=version, body=wrong)
    await _corrected(desk, filing_id, [stays, comes])
    assert await _waits(desk, filing_id) == {"/filings/0": "notice_required"}
    await road.filings_published(desk, filing_id)
    await road.ended(desk)
    await _list(desk, filing_id)


async def test_a_withdrawn_notice_counts_for_nothing_and_the_time_limit_runs_on(desk: Desk) -> None:
    desk.under(*noticed(LISTING))
    filing_id = await road.reviewed(desk)
    desk.clock.at += timedelta(days=1)
    notice_id = await road.filings_published(desk, filing_id)
    desk.clock.at += timedelta(days=2)
    why = {"reason": "漏列一家"}
    path = {"notice_id": notice_id}
    await desk.done("WithdrawNotice", "approver", path=path, version=2, body=why)
    desk.clock.at += timedelta(days=1)
    clock = await _clock(desk, filing_id)
    assert (clock["used"], clock["paused"]) == (2, False), "Tuesday and Friday"
    assert await _waits(desk, filing_id) == {"/filings/0": "notice_required"}
    again = await road.filings_prepared(desk, filing_id)
    path = {"notice_id": again}
    await desk.done("WithdrawNotice", "approver", path=path, version=1, body=why)


async def test_what_an_officer_paused_is_not_let_run_on_by_a_notice(desk: Desk) -> None:
    desk.under(*noticed(LISTING))
    filing_id = await road.reviewed(desk)
    check = {"cause": "site_check", "reason": "赴企业现场核查"}
    path = {"case_id": filing_id}
    await desk.done("PauseClock", "handler", path=path, version=REVIEWED, body=check)
    await road.filings_published(desk, filing_id)
    assert await _version(desk, filing_id) == REVIEWED + 1, "it stood still already"
    await road.ended(desk)
    assert (await _clock(desk, filing_id))["paused"]


async def test_a_filing_that_is_no_longer_reviewed_is_not_published(desk: Desk) -> None:
    desk.under(*noticed(LISTING))
    filing_id = await road.reviewed(desk)
    notice_id = await road.filings_prepared(desk, filing_id)
    path = {"filing_id": filing_id}
    await desk.done("WithdrawFiling", "filer", path=path, version=REVIEWED)
    publish = desk.ask("PublishNotice", "approver", path={"notice_id": notice_id}, body={})
    await refused(desk, publish, "wrong_state")
    named = desk.ask("PrepareNotice", "handler", body={"filing_ids": [filing_id]})
    problem = await refused(desk, named, "notice_faulty")
    assert pointers(problem) == {"/filing_ids/0": "filing_on_notice"}
    body = road.listing(f"试人社〔2026〕{filing_id}号", (filing_id, REVIEWED + 1))
    await refused(desk, desk.ask("ListFilings", "approver", body=body), "wrong_state")


async def test_whoever_is_listed_reads_the_decision_and_nobody_else(desk: Desk) -> None:
    filing_id = await road.listed(desk, **by_provider(desk))
    path = {"filing_id": filing_id}
    for person in ("filer", "teacher", "handler"):
        shown = await desk.done("GetFiling", person, path=path)
        assert shown["listing_document"] == f"试人社〔2026〕{filing_id}号", person
    seen = []
    for actor in (desk.staff.filer, desk.staff.teacher, desk.staff.organiser):
        async with desk.house.engine.connect() as connection:
            await scoped(connection, actor)
            named = {"document": f"试人社〔2026〕{filing_id}号"}
            found = await connection.execute(
                text("select count(*) from listings where document_number = :document"), named
            )
            seen.append(found.scalar_one())
    assert seen == [1, 1, 0]


async def test_a_region_that_asks_for_a_notice_of_settlements_lists_without_one(desk: Desk) -> None:
    desk.under(*noticed())
    filing_id = await road.listed(desk)
    state = await desk.done("GetFiling", "filer", path={"filing_id": filing_id})
    assert state["case"]["state"] == "listed"
