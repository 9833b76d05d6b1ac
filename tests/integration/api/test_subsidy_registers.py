"""Lists of other programmes' subsidies over HTTP, and what a filing is warned of because of them."""

import pytest
from sqlalchemy import text

from domain.ports.sheets import CSV, XLSX
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.refusing import problem_of
from tests.sheet_files import csv_of, xlsx_of


def load(desk: Desk, raw: bytes, media: str = CSV, *, query: str = "source=list") -> Ask:
    """Ask to load a list."""
    headers = {"Content-Type": media}
    return desk.ask("LoadSubsidyRegister", "handler", query=query, content=raw, headers=headers)


@pytest.mark.parametrize("media", [CSV, XLSX])
async def test_a_list_is_loaded_read_and_replaced_by_a_newer_one(desk: Desk, media: str) -> None:
    someone = road.person()
    rows = [road.SUBSIDY_HEADINGS, road.subsidy(someone)]
    raw = csv_of(rows, encoding="gb18030") if media == CSV else xlsx_of(rows)
    answer = await desk.send(load(desk, raw, media))
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["source"], shown["version"], shown["rows"]) == ("list", 1, 1)
    assert answer.headers["location"] == f"/v1/subsidy-registers/{shown['id']}"
    path = {"register_id": shown["id"]}
    assert await desk.done("GetSubsidyRegister", "approver", path=path) == shown
    more = csv_of([*rows, road.subsidy(road.person())])
    newer = (await desk.send(load(desk, more))).json()
    assert (newer["version"], newer["rows"]) == (2, 2)
    listed = await desk.done("ListSubsidyRegisters", "handler")
    assert listed["items"] == [shown, newer]
    first = await desk.done("ListSubsidyRegisters", "handler", query="page_size=1")
    assert (first["items"], bool(first["next_cursor"])) == ([shown], True)
    assert (await desk.done("ListSubsidyRegisters", "filer"))["items"] == []


async def test_a_load_is_audited_with_its_size_and_digest_and_keeps_no_citizen_id(
    desk: Desk,
) -> None:
    someone = road.person()
    raw = csv_of([road.SUBSIDY_HEADINGS, road.subsidy(someone)])
    shown = (await desk.send(load(desk, raw))).json()
    async with desk.house.admin.connect() as connection:
        statement = "select payload from audit_entries where object_id = :id"
        kept = (await connection.execute(text(statement), {"id": shown["id"]})).scalar_one()
        rows = "select t::text from person_subsidies t where subject_id = :id"
        (row,) = (await connection.execute(text(rows), {"id": shown["id"]})).scalars().all()
    said = bytes(kept).decode()
    assert f'"digest":"{shown["digest"]}"' in said
    assert '"rows":1' in said
    assert someone["citizen_id"] not in said + str(row)


async def test_every_bad_row_is_located_and_nothing_is_kept(desk: Desk) -> None:
    rows = [
        road.SUBSIDY_HEADINGS,
        road.subsidy(road.person()),
        road.subsidy(road.person(), grade="9"),
        road.subsidy({"citizen_id": "1"}),
    ]
    ask = load(desk, csv_of(rows))
    problem = await problem_of(desk, ask, "subsidy_register_faulty")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/rows/3/grade", "not_one_of"),
        ("/rows/4/citizen_id", "citizen_id_malformed"),
    ]
    assert problem["errors"][0]["cell"]["letter"] == "E"
    assert (await desk.done("ListSubsidyRegisters", "handler"))["items"] == []
    for query in ("source=%20a", "source=", "register=x"):
        await problem_of(desk, load(desk, csv_of(rows), query=query), "query_invalid")


def warned(answer: Json) -> list[tuple[str, str]]:
    """The warnings of an answer, by place and code."""
    return [(one["pointer"], one["code"]) for one in answer["warnings"]]


async def test_a_filing_is_warned_dry_and_in_its_list_and_is_taken_all_the_same(
    desk: Desk,
) -> None:
    """Shows PAY-12."""
    had, new = road.person(), road.person()
    beside = await desk.neighbour()
    await road.subsidies_loaded(beside, road.subsidy(had, programme="项目制培训", grade="4"))
    plan = road.plan(desk, roster=[new, had])
    dry = await desk.send(desk.ask("CreateFiling", "filer", body=plan, query="dry_run=true"))
    assert warned(dry.json()) == [("/roster/1", "stacking_same_grade")]
    said = dry.json()["warnings"][0]["detail"]
    assert said["zh"].endswith("（项目制培训 2026 年），只补一次。")
    assert "(project training 2026)" in said["en"]
    assert beside.staff.region_code not in dry.text
    filed = await desk.done("CreateFiling", "filer", body=plan)
    assert filed["warnings"] == []
    path = {"filing_id": filed["case"]["id"]}
    for person in ("filer", "handler"):
        items = await desk.done("GetFilingCompleteness", person, path=path)
        assert warned(items) == [("/roster/1", "stacking_same_grade")]
        assert items["submittable"]
    draft = await desk.done("CreateFiling", "filer", body=road.plan(desk, submit=False))
    submit = desk.ask(
        "SubmitFiling",
        "filer",
        path={"filing_id": draft["case"]["id"]},
        version=draft["case"]["version"],
        query="dry_run=true",
    )
    assert warned((await desk.send(submit)).json()) == []
