"""Class records over HTTP: entered by enterprise and provider, superseded never edited, computed by hand."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.constraints import sqlstate_of
from tests.integration.api import class_road, road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import pointers, problem_of, refused
from tests.integration.api.whole_road import Travelled

HEADER = "session_id,enrolment_id,entry_id,present,arrived,left,supersedes"


async def _people(desk: Desk, path: Any, person: str = "handler") -> list[Json]:
    return list((await desk.done("ListRecordedPeople", person, path=path))["items"])


async def _rows(desk: Desk, table: str, filing_id: str) -> int:
    async with desk.house.admin.connect() as connection:
        statement = text(f"select count(*) from {table} where filing_id = :id")
        return int((await connection.execute(statement, {"id": filing_id})).scalar_one())


def _entry(session_id: str, person: str, entry_id: str, **changed: object) -> Json:
    return {"session_id": session_id, "enrolment_id": person, "entry_id": entry_id} | changed


async def test_a_record_is_entered_corrected_and_computed(desk: Desk) -> None:
    opened = await class_road.opened(desk, people=2)
    path, (one, two) = opened.path, opened.people
    mentors = await desk.done(
        "AddMentors",
        "filer",
        path=path,
        body={
            "mentors": [
                {
                    "name": "李师傅",
                    "kind": "enterprise",
                    "occupation_name": "车工",
                    "people": [one],
                },
                {"name": "王老师", "kind": "provider", "occupation_name": "车工"},
            ]
        },
    )
    master, teacher = (mentor["id"] for mentor in mentors["mentors"])
    theory, practice, clash = await class_road.sessions(
        desk,
        path,
        class_road.session(kind="theory", mentor_id=teacher),  # 180 minutes
        class_road.session(starts="13:00", ends="14:30", mentor_id=master),  # 90 minutes
        class_road.session(starts="14:00", ends="15:00", mentor_id=master, site="二号车间"),
        person="teacher",
    )
    entries = [
        _entry(theory, one, "a", arrived="08:20", left="11:00"),  # 150 of 180 minutes
        _entry(practice, one, "b"),  # 90
        _entry(theory, two, "a"),  # 180, corrected to an absence below
    ]
    body = {"entries": entries}
    done = await desk.done("AddAttendance", "teacher", path=path, body=body)
    assert (done["entries"], done["added"]) == (3, 3)
    again = await desk.done("AddAttendance", "filer", path=path, body=body)
    assert (again["entries"], again["added"]) == (3, 0)
    absent = {"entries": [_entry(theory, two, "c", present=False, supersedes="a")]}
    await desk.done("AddAttendance", "filer", path=path, body=absent)
    assert await _rows(desk, "class_attendance", path["filing_id"]) == 4, "nothing is edited"

    first, second = sorted(
        await _people(desk, path), key=lambda p: [one, two].index(p["enrolment_id"])
    )
    # 180 + 90 + 60 minutes were held; the first attended 240 of 330: 7272 of 10000, cut; 5 hours of 45.
    assert first["held_minutes"] == second["held_minutes"] == 330
    assert (first["attended_minutes"], first["attendance_basis_points"]) == (240, 7272)
    assert first["class_hours"] == 5
    hours = {item["kind"]: item["minutes"] for item in first["hours"]}
    assert (hours["theory"], hours["practice"]) == (150, 90)
    # 90 of 240 minutes are practice, less than half; no overlay asks for it, so it is advice.
    (advice,) = first["judgements"]
    assert (advice["rule"], advice["result"], advice["advisory"]) == (
        "practice_share",
        "fail",
        True,
    )
    assert (second["attended_minutes"], second["attendance_basis_points"]) == (0, 0)

    record = await desk.done("GetClassRecord", "handler", path=path)
    assert record["sessions"] == 3
    assert record["class_hour_minutes"] == 45
    assert [s["kind"] for s in record["signals"]] == ["mentor_in_two_places"]
    assert {mentor["name"]: mentor["people"] for mentor in record["mentors"]} == {
        "李师傅": [one],
        "王老师": [],
    }

    # The clashing session was on another day: a new version says so, and the old one stays.
    moved = class_road.session(
        starts="14:00",
        ends="15:00",
        site="二号车间",
        mentor_id=master,
        corrects={"id": clash, "version": 1},
        withdrawn=True,
    )
    await class_road.sessions(desk, path, moved)
    assert await _rows(desk, "class_sessions", path["filing_id"]) == 4
    record = await desk.done("GetClassRecord", "handler", path=path)
    assert (record["sessions"], record["signals"]) == (2, [])
    stale = desk.ask("AddClassSessions", "filer", path=path, body={"sessions": [moved]})
    problem = await refused(desk, stale, "class_record_faulty")
    assert pointers(problem) == {"/sessions/0/corrects/version": "entry_superseded"}
    listed = await desk.done("ListClassSessions", "filer", path=path, query="page_size=2")
    rest = await desk.done(
        "ListClassSessions", "filer", path=path, query=f"page_size=2&cursor={listed['next_cursor']}"
    )
    assert [s["withdrawn"] for s in (*listed["items"], *rest["items"])] == [False, False, True]

    photos = [class_road.evidence(session_id=theory), class_road.evidence(kind="sign_in_sheet")]
    done = await desk.done("AddClassEvidence", "teacher", path=path, body={"evidence": photos})
    record = await desk.done("GetClassRecord", "filer", path=path)
    assert [s["kind"] for s in record["signals"]] == ["evidence_twice"]
    correction = {"id": done["evidence"][1]["id"], "version": 1}
    other = class_road.evidence(digest="cd" * 32, kind="video", duration_s=900, corrects=correction)
    await desk.done("AddClassEvidence", "filer", path=path, body={"evidence": [other]})
    receipt = class_road.receipt(desk)
    entered = await desk.done("AddReceipts", "teacher", path=path, body={"receipts": [receipt]})
    fixed = receipt | {
        "amount_fen": 900_000,
        "corrects": {"id": entered["receipts"][0]["id"], "version": 1},
    }
    await desk.done("AddReceipts", "filer", path=path, body={"receipts": [fixed]})
    record = await desk.done("GetClassRecord", "handler", path=path)
    assert record["signals"] == []
    assert sorted(item["kind"] for item in record["evidence"]) == ["photo", "video"]
    assert [(r["version"], r["amount_fen"]) for r in record["receipts"]] == [(2, 900_000)]

    unknown = class_road.evidence(session_id=one, taken_at="2027-01-01T00:00:00Z")
    ask = desk.ask("AddClassEvidence", "filer", path=path, body={"evidence": [unknown]})
    problem = await refused(desk, ask, "class_record_faulty")
    assert pointers(problem) == {
        "/evidence/0/session_id": "session_unknown",
        "/evidence/0/taken_at": "day_outside_training",
    }
    future = desk.ask(
        "AddReceipts",
        "filer",
        path=path,
        body={"receipts": [class_road.receipt(desk, issued_on="2027-01-01")]},
    )
    problem = await refused(desk, future, "class_record_faulty")
    assert pointers(problem) == {"/receipts/0/issued_on": "day_outside_training"}

    said = {"outcomes": [{"enrolment_id": one, "outcome": "completed", "day": road.STARTS}]}
    await desk.done("ProposeCompletion", "teacher", path=path, body=said)
    said["outcomes"][0]["outcome"] = "failed"
    await desk.done("ProposeCompletion", "teacher", path=path, body=said)
    proposed = {p["enrolment_id"]: p["proposed"] for p in await _people(desk, path)}
    assert proposed == {one: "failed", two: None}
    wrong = [
        {"enrolment_id": one, "outcome": "completed", "day": road.STARTS},
        {"enrolment_id": one, "outcome": "completed", "day": "2026-02-01"},
        {"enrolment_id": theory, "outcome": "completed", "day": road.STARTS},
    ]
    ask = desk.ask("ProposeCompletion", "teacher", path=path, body={"outcomes": wrong})
    assert pointers(await refused(desk, ask, "class_record_faulty")) == {
        "/outcomes/1/enrolment_id": "person_twice_in_report",
        "/outcomes/1/day": "day_outside_training",
        "/outcomes/2/enrolment_id": "person_not_in_class",
    }

    # A photo of a rest day's session: 2026-02-15 begins the Spring Festival.
    desk.clock.at = road.SETTLES
    await class_road.sessions(desk, path, class_road.session(held_on="2026-02-15"))
    record = await desk.done("GetClassRecord", "handler", path=path)
    assert [(s["kind"], s["values"]["day"]) for s in record["signals"]] == [
        ("rest_day", "2026-02-15")
    ]


async def test_a_provider_sees_and_enters_its_own_filings_only(desk: Desk) -> None:
    """Shows ACT-10."""
    other = await (await desk.neighbour()).all_signed_in()
    opened = await class_road.opened(desk)
    desk.begin_again()
    in_house = await road.listed(desk)
    assert await desk.done("GetFiling", "teacher", path=opened.path)
    for path, who in (
        (opened.path, other),
        ({"filing_id": in_house}, desk),
    ):
        for operation_id, body in (
            ("GetClassRecord", None),
            ("ListRecordedPeople", None),
            ("ListClassSessions", None),
            ("GetFiling", None),
            ("AddClassSessions", {"sessions": [class_road.session()]}),
            ("AddReceipts", {"receipts": [class_road.receipt(desk)]}),
        ):
            ask = who.ask(operation_id, "teacher", path=path, body=body)
            await refused(desk, ask, "not_found")
    # The bureau reads a record; it enters nothing.
    asked = desk.ask(
        "AddClassSessions", "handler", path=opened.path, body={"sessions": [class_road.session()]}
    )
    await refused(desk, asked, "not_permitted")


async def test_mentors_are_recorded_while_a_filing_is_drafted_and_not_after_it_closed(
    desk: Desk,
) -> None:
    """Shows ACT-08, FIL-10, FIL-11, FIL-15, FIL-17, FIL-26, EVD-07, EVD-08."""
    mentor = {"name": "李师傅", "kind": "enterprise", "occupation_name": "车工", "grade": 2}
    plan = {
        "enterprise_site": "一号车间",
        "provider_site": "实训中心",
        "standard": "national",
        "standard_name": "车工国家职业技能标准（2018 年版）",
        "agreement": "collective",
        "cooperation": {
            "mode": "工学交替",
            "content": "车工中级工",
            "months": 12,
            "fee_fen": 1_200_000,
            "duties": "各自承担",
        },
        "assessment_method": "process",
        "self_evaluation": True,
        "materials": "车工工艺学（第六版）",
    }
    body = road.plan(
        desk, submit=False, **class_road.by_provider(desk, class_plan=plan, mentors=[mentor])
    )
    drafted = await desk.done("CreateFiling", "filer", body=body)
    assert drafted["provider_org_id"] == str(desk.staff.provider.id)
    path = {"filing_id": drafted["case"]["id"]}
    record = await desk.done("GetClassRecord", "filer", path=path)
    assert {name: record["plan"][name] for name in plan} == plan
    (named,) = record["mentors"]
    assert (named["name"], named["grade"], named["people"]) == ("李师傅", 2, [])
    (one, _) = await road.people_of(desk, path["filing_id"])
    assigned = mentor | {"people": [one], "corrects": {"id": named["id"], "version": 1}}
    await desk.done("AddMentors", "filer", path=path, body={"mentors": [assigned]})
    (named,) = (await desk.done("GetClassRecord", "filer", path=path))["mentors"]
    assert (named["version"], named["people"]) == (2, [one])
    strangers = {"mentors": [mentor | {"people": [named["id"]]}, assigned]}
    problem = await refused(
        desk, desk.ask("AddMentors", "filer", path=path, body=strangers), "class_record_faulty"
    )
    assert pointers(problem) == {
        "/mentors/0/people/0": "person_not_in_class",
        "/mentors/1/corrects/version": "entry_superseded",
    }


async def test_a_closed_filing_takes_no_mentors(ended: Travelled) -> None:
    mentor = {"name": "李师傅", "kind": "enterprise", "occupation_name": "车工"}
    ask = ended.desk.ask("AddMentors", "filer", path=ended.ids, body={"mentors": [mentor]})
    await refused(ended.desk, ask, "class_record_closed")


async def test_of_two_filings_that_enter_one_receipt_at_once_one_gets_it(desk: Desk) -> None:
    first, second = await class_road.opened(desk), await class_road.opened(desk)
    body = {"receipts": [class_road.receipt(desk), class_road.receipt(desk)]}
    # The same two receipts in the other order: neither may wait for the other for ever.
    turned = {"receipts": list(reversed(body["receipts"]))}
    answers = await asyncio.gather(
        desk.send(desk.ask("AddReceipts", "filer", path=first.path, body=body)),
        desk.send(desk.ask("AddReceipts", "filer", path=second.path, body=turned)),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status_code == 409]
    assert lost.json()["code"] == "receipt_already_used"


async def test_ten_thousand_rows_are_imported_at_once_or_not_at_all(desk: Desk) -> None:
    opened = await class_road.opened(desk, people=10)
    days = [
        class_road.session(
            starts=f"{8 + n // 60:02d}:{n % 60:02d}", ends=f"{9 + n // 60:02d}:{n % 60:02d}"
        )
        for n in range(100)
    ]
    held = await class_road.sessions(desk, opened.path, *days)
    rows = [
        f"{session},{person},gate-{n},1,,,"
        for session in held
        for person in opened.people
        for n in range(10)
    ]
    assert len(rows) == 10_000
    spoiled = [*rows[:-1], rows[-1].replace(",1,", ",perhaps,")]
    path = opened.path
    faulty = desk.ask(
        "ImportAttendance", "teacher", path=path, body="\r\n".join((HEADER, *spoiled, ""))
    )
    problem = await problem_of(desk, faulty, "class_record_faulty")
    assert pointers(problem) == {"/rows/10000/present": "not_one_of"}
    assert await _rows(desk, "class_attendance", path["filing_id"]) == 0
    body = "\r\n".join((HEADER, *rows, ""))
    done = await desk.done("ImportAttendance", "teacher", path=path, body=body)
    assert (done["entries"], done["added"]) == (10_000, 10_000)
    again = await desk.done("ImportAttendance", "filer", path=path, body=body)
    assert again["added"] == 0
    people = await _people(desk, path)
    # A hundred sessions of an hour each; ten entries about one session are one attendance.
    assert {person["attended_minutes"] for person in people} == {6000}
    assert {person["class_hours"] for person in people} == {133}
    assert len(people) == 10


async def test_nobody_enters_in_anothers_name_and_nothing_entered_is_edited(desk: Desk) -> None:
    opened = await class_road.opened(desk)
    (held,) = await class_road.sessions(desk, opened.path, class_road.session())
    filer = desk.staff.filer

    values = {"id": held, "other": desk.staff.handler.person_id}

    async def attempt(statement: str) -> None:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        async with desk.house.engine.begin() as connection:
            await connection.execute(
                text(
                    "select set_config('xuetu.person_id', :person, true),"
                    " set_config('xuetu.org_id', :org, true)"
                ),
                {"person": str(filer.person_id), "org": str(filer.org_id)},
            )
            await connection.execute(text(statement), named)

    async def tried(statement: str) -> str | None:
        with pytest.raises(DBAPIError) as broken:
            await attempt(statement)
        return sqlstate_of(broken.value)

    columns = (
        "place_id, org_id, partner_org_id, region_path, filing_id, id, version, withdrawn, entered_at,"
        " held_on, starts_minute, ends_minute, kind, topic, site"
    )
    forged = f"insert into class_sessions ({columns}, person_id) select {columns}, :other from"
    copied = "(select * from class_sessions where id = :id) s"
    assert await tried(f"{forged} {copied}") == "42501"
    assert await tried("update class_sessions set topic = 'x' where id = :id") == "42501"
    assert await tried("delete from class_sessions where id = :id") == "42501"
    assert await tried("select * from receipt_uses") == "42501"


async def test_a_provider_is_named_with_training_by_a_provider_only(desk: Desk) -> None:
    code = desk.staff.provider.credit_code
    ask = desk.ask("CreateFiling", "filer", body=road.plan(desk, provider_credit_code=code))
    problem = await refused(desk, ask, "plan_faulty")
    assert pointers(problem) == {"/provider_credit_code": "provider_by_training_mode"}
