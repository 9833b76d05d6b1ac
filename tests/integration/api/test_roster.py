"""A draft's roster, imported: as JSON, CSV and XLSX; wholly, in part, or only tried."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from domain.ports.sheets import CSV, XLSX
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.refusing import problem_in, refused, unchanged
from tests.people import citizen_id
from tests.sheet_files import HEADINGS, PERSON, csv_of, xlsx_of


def row(name: str = "张三", number: str | None = None, **changed: Any) -> list[Any]:
    """A row of a sheet, a new person each time."""
    cells = [name, number or citizen_id(), *PERSON[2:]]
    return [changed.get(heading, cell) for heading, cell in zip(HEADINGS, cells, strict=True)]


async def drafted(desk: Desk, **how: Any) -> Json:
    """A draft's case."""
    body = road.plan(desk, submit=False, **how)
    case: Json = (await desk.done("CreateFiling", "filer", body=body))["case"]
    return case


def importing(desk: Desk, case: Json, raw: bytes, media: str = CSV, query: str = "") -> Ask:
    return desk.ask(
        "ImportRoster",
        "filer",
        path={"filing_id": case["id"]},
        query=query,
        content=raw,
        version=case["version"],
        headers={"Content-Type": media},
    )


async def people_in(desk: Desk, case: Json) -> list[str]:
    shown = await desk.done("GetRoster", "filer", path={"filing_id": case["id"]})
    return [person["name"] for person in shown["people"]]


@pytest.mark.parametrize("media", ["application/json", CSV, XLSX])
async def test_an_imported_roster_is_the_drafts_next_version(common: Desk, media: str) -> None:
    common.begin_again()
    case = await drafted(common)
    rows = [row("李四"), row("王五"), row("赵六")]
    if media == CSV:
        ask = importing(common, case, csv_of([HEADINGS, *rows], encoding="gb18030"))
    elif media == XLSX:
        ask = importing(common, case, xlsx_of([HEADINGS, *rows]), XLSX)
    else:
        body = {"roster": [road.person(name=cells[0]) for cells in rows]}
        ask = common.ask(
            "ImportRoster",
            "filer",
            path={"filing_id": case["id"]},
            body=body,
            version=case["version"],
        )
    answer = await common.send(ask)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["roster_version"], found["rows"], found["people"]) == (2, 3, 3)
    assert (found["fault_count"], found["faults"]) == (0, [])
    assert answer.headers["etag"] == f'"{case["version"] + 1}"'
    assert found["filing"]["case"]["version"] == case["version"] + 1
    assert await people_in(common, case) == ["李四", "王五", "赵六"]

    async with common.house.admin.connect() as connection:
        kept = await connection.execute(
            text(
                "select name, from_roster_version, until_roster_version, state from enrolments"
                " where filing_id = :id order by from_roster_version, seat_no"
            ),
            {"id": case["id"]},
        )
        assert [tuple(one) for one in kept] == [
            ("张三", 1, 2, "planned"),
            ("张三", 1, 2, "planned"),
            ("李四", 2, None, "planned"),
            ("王五", 2, None, "planned"),
            ("赵六", 2, None, "planned"),
        ]

    async with common.house.admin.connect() as connection:
        entry = await connection.scalar(
            text(
                "select convert_from(payload, 'UTF8') from audit_entries"
                " where object_id = :id and action = 'filing.replace_roster'"
            ),
            {"id": case["id"]},
        )
    assert isinstance(ask.content, bytes)
    assert hashlib.sha256(ask.content).hexdigest() in str(entry)

    again = await common.send(ask)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == answer.content
    await common.done(
        "SubmitFiling", "filer", path={"filing_id": case["id"]}, version=case["version"] + 1
    )
    late = importing(common, {**case, "version": case["version"] + 2}, csv_of([HEADINGS, row()]))
    assert problem_in(await common.send(late))["code"] == "wrong_state"


async def test_a_key_does_not_stand_for_other_bytes_or_another_media_type(common: Desk) -> None:
    common.begin_again()
    case = await drafted(common)
    raw = csv_of([HEADINGS, row()])
    ask = importing(common, case, raw)
    assert (await common.send(ask)).status_code == 200
    other = importing(common, case, raw + b" ")
    reused = await common.send(other, Idempotency_Key=ask.headers["Idempotency-Key"])
    assert problem_in(reused)["code"] == "key_reused"
    as_xlsx = await common.send(ask, Content_Type=XLSX)
    assert problem_in(as_xlsx)["code"] == "key_reused"


async def test_a_dry_run_lists_every_fault_with_its_proposal_and_stores_nothing(
    common: Desk,
) -> None:
    common.begin_again()
    case = await drafted(common)
    number = citizen_id()
    rows = [
        row("李四", number.replace("1", "I", 1)),
        row("王五", 合同月数="2年"),
        row("赵六", " " + citizen_id()),
    ]
    ask = importing(common, case, csv_of([HEADINGS, *rows]), query="dry_run=true")
    async with unchanged(common.house):
        answer = await common.send(ask, Accept_Language="en")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["rows"], found["people"], found["fault_count"]) == (3, 1, 2)
    assert found["filing"] is found["roster_version"] is None
    first, second = found["faults"]
    assert first["proposal"] == number
    assert first["cell"] == {"row": 2, "letter": "B", "column": "Citizen id"}
    assert first["detail"].startswith("Row 2 “Citizen id” (B2): ")
    assert (second["code"], second["proposal"]) == ("months_with_unit", "24")
    assert [note["code"] for note in found["notes"]] == ["cell_normalised"]


async def test_valid_rows_are_taken_when_asked_and_the_others_named(common: Desk) -> None:
    common.begin_again()
    case = await drafted(common)
    number = citizen_id()
    rows = [row("李四"), row("王五", number.replace("1", "I", 1)), row("赵六")]
    raw = xlsx_of([HEADINGS, *rows])
    strict = await refused(common, importing(common, case, raw, XLSX), "roster_faulty")
    (fault,) = strict["errors"]
    assert (fault["pointer"], fault["proposal"]) == ("/rows/3/citizen_id", number)

    lenient = importing(common, case, raw, XLSX, query="mode=accept_valid")
    answer = await common.send(lenient, Accept_Language="zh")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["rows"], found["people"], found["fault_count"]) == (3, 2, 1)
    assert found["left_out"] == [3]
    assert found["faults"][0]["detail"].startswith("第 3 行“身份证号”（B3）：")
    # The answer is kept for replays, so it holds nobody's number.
    assert "proposal" not in found["faults"][0]
    assert number not in answer.text
    assert await people_in(common, case) == ["李四", "赵六"]

    case["version"] += 1
    nobody = importing(common, case, csv_of([HEADINGS, row("王5")]), query="mode=accept_valid")
    await refused(common, nobody, "roster_faulty")
    columns = importing(common, case, csv_of([HEADINGS[1:]]), query="mode=accept_valid")
    await refused(common, columns, "roster_faulty")


async def test_ten_thousand_bad_rows_are_refused_in_a_bounded_answer_and_all_listed_dry(
    common: Desk,
) -> None:
    common.begin_again()
    case = await drafted(common)
    raw = csv_of([HEADINGS, *(row(f"学徒{n}", "110105194912310021") for n in range(10_000))])
    async with unchanged(common.house):
        answer = await common.send(importing(common, case, raw))
        problem = problem_in(answer)
        assert problem["code"] == "roster_faulty"
        assert "20000" in problem["detail"]
        assert len(problem["errors"]) == 100
        assert len(answer.content) < 64 * 1024
        tried = await common.send(importing(common, case, raw, query="dry_run=true"))
    assert tried.status_code == 200
    found = tried.json()
    assert found["fault_count"] == len(found["faults"]) == 20_000
    assert found["faults"][-1]["cell"]["row"] == 10_001
    assert found["left_out"] == list(range(2, 10_002))

    some = csv_of([HEADINGS, row("李四"), *(row("学徒4") for _ in range(2_000))])
    taken = await common.send(importing(common, case, some, query="mode=accept_valid"))
    assert taken.status_code == 200
    found = taken.json()
    assert (found["people"], found["fault_count"], len(found["faults"])) == (1, 2_000, 1_000)
    assert found["left_out"] == list(range(3, 2_003))


async def test_a_json_roster_is_named_by_the_same_codes(common: Desk) -> None:
    common.begin_again()
    number = citizen_id()
    roster = [
        road.person(name="张3"),
        road.person(name="张\ue863"),
        road.person(citizen_id="110105194912310000"),
        road.person(citizen_id=number.replace("1", "I", 1)),
    ]
    case = await drafted(common)
    body = {"roster": [*roster, road.person(name="李四")]}
    path = {"filing_id": case["id"]}

    def ask(query: str = "") -> Ask:
        version = case["version"]
        return common.ask(
            "ImportRoster", "filer", path=path, query=query, body=body, version=version
        )

    named = [
        ("/roster/0/name", "name_malformed"),
        ("/roster/1/name", "name_private_use"),
        ("/roster/2/citizen_id", "excel_precision_loss"),
        ("/roster/3/citizen_id", "citizen_id_malformed"),
    ]
    for one in (
        common.ask("CreateFiling", "filer", body=road.plan(common, roster=roster)),
        ask(),
    ):
        errors = (await refused(common, one, "roster_faulty"))["errors"]
        assert [(e["pointer"], e["code"]) for e in errors] == named
        assert [e.get("proposal") for e in errors] == [None, None, None, number]
    taken = (await common.send(ask("mode=accept_valid"))).json()
    assert (taken["people"], taken["fault_count"]) == (1, 4)
    assert taken["left_out"] == [0, 1, 2, 3]
    assert await people_in(common, case) == ["李四"]


async def test_who_is_enrolled_elsewhere_is_named_by_row_and_never_where(common: Desk) -> None:
    common.begin_again()
    someone = road.person(name="李四")
    live = await road.submitted(common, roster=[someone])
    roster = [road.person(), someone, road.person()]
    case = await drafted(common, roster=roster)
    path = {"filing_id": case["id"]}
    for ask in (
        common.ask("CreateFiling", "filer", body=road.plan(common, roster=roster)),
        common.ask("SubmitFiling", "filer", path=path, version=case["version"]),
    ):
        problem = await refused(common, ask, "person_enrolled_elsewhere")
        assert [e["pointer"] for e in problem["errors"]] == ["/roster/1"]
        assert live not in str(problem)


async def test_of_two_imports_at_once_one_is_told_that_the_draft_has_changed(common: Desk) -> None:
    common.begin_again()
    case = await drafted(common)
    asks = [importing(common, case, csv_of([HEADINGS, row(name)])) for name in ("李四", "王五")]
    answers: list[httpx.Response] = await asyncio.gather(*(common.send(ask) for ask in asks))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await people_in(common, case)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_template_is_filled_in_and_taken(common: Desk, language: str) -> None:
    common.begin_again()
    case = await drafted(common)
    template = b""
    for query, media in (("", XLSX), ("format=csv", CSV)):
        ask = common.ask("GetRosterTemplate", "handler", query=query)
        answer = await common.send(ask, Accept_Language=language)
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media
        assert "roster-template" in answer.headers["content-disposition"]
        empty = await common.send(importing(common, case, answer.content, media, "dry_run=true"))
        assert [fault["code"] for fault in empty.json()["faults"]] == ["too_few_items"]
        template = answer.content
    other = common.ask("GetRosterTemplate", "handler", query="format=csv", headers={"Accept": XLSX})
    assert problem_in(await common.send(other))["code"] == "not_acceptable"
    filled = template + csv_of([row("李四")])
    assert (await common.send(importing(common, case, filled))).status_code == 200
    assert await people_in(common, case) == ["李四"]
