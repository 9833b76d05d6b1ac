"""Codes of rosters that come as sheets: the file, its columns, its cells."""

from collections.abc import Sequence
from typing import Any

from domain.ports.sheets import CSV, XLSX
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes
from tests.sheet_files import HEADINGS, PERSON, csv_of, parts, sheet_xml, xlsx_of, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


async def sent(desk: Desk, raw: bytes, media: str = XLSX) -> Ask:
    """The import of a file into a new draft."""
    drafted = await desk.done("CreateFiling", "filer", body=road.plan(desk, submit=False))
    return desk.ask(
        "ImportRoster",
        "filer",
        path={"filing_id": drafted["case"]["id"]},
        content=raw,
        version=drafted["case"]["version"],
        headers={"Content-Type": media},
    )


async def rows(desk: Desk, *people: Sequence[Any], headings: Sequence[str] = HEADINGS) -> Ask:
    """The import of a workbook with these rows."""
    return await sent(desk, xlsx_of([headings, *people]))


def person(**changed: Any) -> list[Any]:
    """A good row of which some cells are others, by heading."""
    return [changed.get(heading, cell) for heading, cell in zip(HEADINGS, PERSON, strict=True)]


@provokes("sheet_not_of_its_type")
async def an_old_workbook(desk: Desk) -> Ask:
    return await sent(desk, OLE + b"\x00" * 600)


@provokes("sheet_encrypted")
async def a_workbook_with_a_password(desk: Desk) -> Ask:
    return await sent(desk, OLE + "EncryptedPackage".encode("utf-16-le"))


@provokes("sheet_with_macros")
async def a_workbook_with_macros(desk: Desk) -> Ask:
    return await sent(desk, zipped({**parts(), "xl/vbaProject.bin": b"x"}))


@provokes("sheet_too_large")
async def a_workbook_that_unpacks_to_much(desk: Desk) -> Ask:
    return await sent(desk, zipped(parts(sheet=sheet_xml(" " * 20_000_000))))


@provokes("sheet_unsafe")
async def a_workbook_with_entities(desk: Desk) -> Ask:
    return await sent(desk, zipped(parts(sheet="<!DOCTYPE x>" + sheet_xml())))


@provokes("sheet_encoding")
async def a_text_in_utf16(desk: Desk) -> Ask:
    return await sent(desk, csv_of([HEADINGS], encoding="utf-16"), CSV)


@provokes("sheet_unreadable")
async def a_text_with_an_open_quote(desk: Desk) -> Ask:
    return await sent(desk, b'a,b\n"', CSV)


@provokes("roster_faulty", "column_missing", "column_unknown", "column_twice")
async def columns_of_something_else(desk: Desk) -> Ask:
    return await rows(desk, headings=(*HEADINGS[:-1], "工号", "姓名"))


@provokes("roster_faulty", "column_hidden")
async def a_hidden_column(desk: Desk) -> Ask:
    def hide(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.set_column(c, c, None, None, {"hidden": True})
        sheet.write_string(r, c, HEADINGS[c])

    return await rows(desk, PERSON, headings=(hide, *HEADINGS[1:]))  # type: ignore[arg-type]


@provokes("roster_faulty", "row_hidden", "cell_without_column")
async def a_hidden_row_and_a_cell_outside(desk: Desk) -> Ask:
    def hide(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.set_row(r, None, None, {"hidden": True})
        sheet.write_string(r, c, "x")

    return await rows(desk, [*PERSON, hide])


@provokes(
    "roster_faulty",
    "cell_missing",
    "cell_formula",
    "cell_error_value",
    "cell_boolean",
    "cell_merged",
    "excel_precision_loss",
    "name_malformed",
    "name_private_use",
    "date_ambiguous",
    "date_serial",
    "date_with_time",
    "months_with_unit",
    "person_twice_in_roster",
)
async def cells_wrong_in_every_way(desk: Desk) -> Ask:
    def merge(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.merge_range(r, c, r, c + 1, "24")

    def boolean(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.write_boolean(r, c, True)

    return await rows(
        desk,
        person(姓名=""),
        person(姓名="=1+1"),
        person(姓名="#N/A"),
        person(合同月数=boolean),
        [*person(姓名="王五")[:5], merge, ""],
        person(身份证号=110105194912310021),
        person(姓名="王五2"),
        person(姓名="王\ue863"),
        person(入职日期="03/04/2025"),
        person(入职日期=45901),
        person(入职日期="2025-09-01 08:30"),
        person(合同月数="2年"),
    )
