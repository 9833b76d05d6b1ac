"""Forty and more kinds of bad cell, each in a CSV and in a workbook: its code, and what is proposed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from adapters.sheets.files import SheetFiles
from domain.errors import Fault
from domain.ports.sheets import CSV, XLSX
from domain.roster.check import RosterCheck, check_sheet
from tests.sheet_files import HEADINGS, PERSON, csv_of, xlsx_of

TODAY = date(2026, 11, 21)
SHEETS = SheetFiles()
FIELDS = (
    "name",
    "citizen_id",
    "phone",
    "category",
    "hired_on",
    "contract_months",
    "claim_basis",
)
LETTERS = dict(zip(FIELDS, "ABCDEFG", strict=True))
NUMBER = "11010519491231002X"


def check(raw: bytes, media: str) -> RosterCheck:
    return check_sheet(SHEETS.read(raw, media), today=TODAY)


def row(field: str, cell: object) -> list[Any]:
    """A good row of which one cell is another."""
    cells: list[Any] = list(PERSON)
    cells[FIELDS.index(field)] = cell
    return cells


def formula(text: str, value: object = "") -> Callable[..., None]:
    return lambda _, sheet, r, c: sheet.write_formula(r, c, text, None, value)


def boolean(value: bool) -> Callable[..., None]:
    return lambda _, sheet, r, c: sheet.write_boolean(r, c, value)


def instant(value: datetime) -> Callable[..., None]:
    def write(book: Any, sheet: Any, r: int, c: int) -> None:
        sheet.write_datetime(r, c, value, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    return write


MORNING = instant(datetime.fromisoformat("2025-09-01T08:30"))
MIDNIGHT = instant(datetime.fromisoformat("2025-09-01T00:00"))
SAME: Any = object()
"""The workbook holds the same text as the CSV."""

BAD: list[tuple[str, str, str, Any, str, str | None]] = [
    # kind, field, the cell of a CSV, the cell of a workbook, code, proposal
    ("missing name", "name", "", SAME, "cell_missing", None),
    ("spaces for a name", "name", " \u3000 ", SAME, "cell_missing", None),
    ("invisible name", "name", "\u200b\ufeff", SAME, "cell_missing", None),
    ("missing number", "citizen_id", "", SAME, "cell_missing", None),
    ("number as a quantity", "citizen_id", "1.10105E+17", 110105194912310021, "excel_precision_loss", None),
    ("number cut to zeros", "citizen_id", "110105194912310000", SAME, "excel_precision_loss", None),
    ("number in exponents", "citizen_id", "1.1E+17", SAME, "excel_precision_loss", None),
    ("seventeen characters", "citizen_id", "11010519491231002", SAME, "citizen_id_malformed", None),
    ("nineteen characters", "citizen_id", NUMBER + "1", SAME, "citizen_id_malformed", None),
    ("letter O for zero", "citizen_id", "11O105194912310O2X", SAME, "citizen_id_malformed", NUMBER),
    ("letter I for one", "citizen_id", "I1010519491231002X", SAME, "citizen_id_malformed", NUMBER),
    ("letter l for one", "citizen_id", "l1010519491231002X", SAME, "citizen_id_malformed", NUMBER),
    ("letters and a wrong check", "citizen_id", "11O105194912310021", SAME, "citizen_id_malformed", None),
    ("wrong check character", "citizen_id", "110105194912310021", SAME, "citizen_id_checksum", None),
    ("two digits changed places", "citizen_id", "11010519491213002X", SAME, "citizen_id_checksum", None),
    ("thirty-first of February", "citizen_id", "110105194902310021", SAME, "citizen_id_birth_date", None),
    ("born in the future", "citizen_id", "110105203012310021", SAME, "citizen_id_birth_date", None),
    ("old foreign card", "citizen_id", "USA110105491231", SAME, "citizen_id_malformed", None),
    ("number as a formula's text", "citizen_id", f'="{NUMBER}"', SAME, "cell_formula", NUMBER),
    ("formula", "citizen_id", "=A1", formula("=A1", NUMBER), "cell_formula", None),
    ("at sign", "name", "@SUM(A1)", SAME, "cell_formula", None),
    ("command", "name", "=cmd|' /C calc'!A0", SAME, "cell_formula", None),
    ("plus", "name", "+1+1", SAME, "cell_formula", None),
    ("minus", "name", "-张三", SAME, "cell_formula", None),
    ("error value", "name", "#N/A", formula("=NA()", "#N/A"), "cell_error_value", None),
    ("lost reference", "hired_on", "#REF!", SAME, "cell_error_value", None),
    ("logical value", "contract_months", "TRUE", boolean(True), "cell_boolean", None),
    ("NUL", "name", "张\x00三", None, "forbidden_character", None),
    ("bidirectional control", "name", "张\u202e三", SAME, "forbidden_character", None),
    ("control character", "name", "张\x07三", None, "forbidden_character", None),
    ("two lines", "name", "张\n三", SAME, "forbidden_character", None),
    ("name beyond fifty", "name", "阿" * 51, SAME, "text_too_long", None),
    ("text of a page", "phone", "1" * 40_000, "1" * 30_000, "text_too_long", None),
    ("page with spaces", "phone", "1 " * 40, SAME, "text_too_long", None),
    ("private character", "name", "张\ue863", SAME, "name_private_use", None),
    ("digits in a name", "name", "张三2", SAME, "name_malformed", None),
    ("name is a number", "name", "42", 42, "name_malformed", None),
    ("dots alone", "name", "··", SAME, "name_malformed", None),
    ("landline", "phone", "0513-83312345", SAME, "phone_malformed", None),
    ("two phones", "phone", "13800138000/13900139000", SAME, "phone_malformed", None),
    ("phone short of a digit", "phone", "1380013800", 1380013800, "phone_malformed", None),
    ("phone in exponents", "phone", "1.38E+10", SAME, "excel_precision_loss", None),
    ("unknown category", "category", "临时工", SAME, "not_one_of", None),
    ("unknown basis", "claim_basis", "户籍地", SAME, "not_one_of", None),
    ("day as a serial number", "hired_on", "45901", 45901, "date_serial", "2025-09-01"),
    ("day and month in doubt", "hired_on", "03/04/2025", SAME, "date_ambiguous", None),
    ("day before month", "hired_on", "25/09/2025", SAME, "date_ambiguous", "2025-09-25"),
    ("no such day, turned", "hired_on", "31/31/2025", SAME, "not_a_date", None),
    ("year of two digits", "hired_on", "25-09-01", SAME, "date_ambiguous", None),
    ("no such day", "hired_on", "2025-02-30", SAME, "not_a_date", None),
    ("no such day with a time", "hired_on", "2025-02-30 08:30", SAME, "not_a_date", None),
    ("words for a day", "hired_on", "去年九月", SAME, "not_a_date", None),
    ("day with a time", "hired_on", "2025-09-01 08:30", MORNING, "date_with_time", "2025-09-01"),
    ("months with a unit", "contract_months", "24个月", SAME, "months_with_unit", "24"),
    ("years", "contract_months", "2年", SAME, "months_with_unit", "24"),
    ("decimals", "contract_months", "24.00", SAME, "not_an_integer", "24"),
    ("half a month", "contract_months", "24.5", 24.5, "not_an_integer", None),
    ("words for months", "contract_months", "两年", SAME, "not_an_integer", None),
    ("no months", "contract_months", "0", 0, "number_too_small", None),
    ("fewer than no months", "contract_months", "-5", -5, "number_too_small", None),
    ("a century", "contract_months", "1200", 1200, "number_too_large", None),
    ("months beyond counting", "contract_months", "99999", SAME, "not_an_integer", None),
]  # fmt: skip


def only(found: RosterCheck) -> Fault:
    assert len(found.faults) == 1, found.faults
    assert found.people == ()
    return found.faults[0]


@pytest.mark.parametrize(
    ("field", "typed", "in_workbook", "code", "proposal"),
    [pytest.param(*case[1:], id=case[0]) for case in BAD],
)
def test_a_bad_cell_is_named_in_a_csv_and_in_a_workbook(
    field: str, typed: str, in_workbook: Any, code: str, proposal: str | None
) -> None:
    files = [(csv_of([HEADINGS, row(field, typed)]), CSV)]
    if in_workbook is not None:  # XML has no such character
        cell = typed if in_workbook is SAME else in_workbook
        files.append((xlsx_of([HEADINGS, row(field, cell)]), XLSX))
    for raw, media in files:
        fault = only(check(raw, media))
        assert (fault.code, fault.pointer) == (code, f"/rows/2/{field}"), media
        # A text does not say what it counts days from; a workbook does.
        proved = None if (code, media) == ("date_serial", CSV) else proposal
        assert fault.proposal == proved, media
        assert fault.cell is not None
        assert (fault.cell.row, fault.cell.letter) == (2, LETTERS[field])
        assert fault.cell.heading is not None
        assert fault.cell.heading.zh == HEADINGS[FIELDS.index(field)]


TAKEN: list[tuple[str, str, str, Any, object, str | None]] = [
    # kind, field, the cell of a CSV, of a workbook, what is read, the note
    ("full width", "citizen_id", "１１０１０５１９４９１２３１００２Ｘ", SAME, NUMBER, "cell_normalised"),
    ("spaces", "citizen_id", " 110105 19491231 002x", SAME, NUMBER, "cell_normalised"),
    ("no width", "citizen_id", "110105\u200b19491231002X", SAME, NUMBER, "cell_normalised"),
    ("apostrophe", "citizen_id", f"'{NUMBER}", SAME, NUMBER, "cell_normalised"),
    ("fifteen digits", "citizen_id", "110105491231002", 110105491231002, NUMBER, "citizen_id_upgraded"),
    ("permit", "citizen_id", "810000199408230021", SAME, "810000199408230021", None),
    ("country prefix", "phone", "+86 138-0013-8000", SAME, "13800138000", "cell_normalised"),
    ("phone as a number", "phone", "13800138000", 13800138000, "13800138000", None),
    ("spaces between Han", "name", "张　三", SAME, "张三", "cell_normalised"),
    ("separator kept", "name", "阿不都•热合曼", SAME, "阿不都•热合曼", None),
    ("rare character", "name", "张𠮷", SAME, "张𠮷", None),
    ("Latin name", "name", "Anna O’Neill-Li", SAME, "Anna O’Neill-Li", None),
    ("slashes", "hired_on", "2025/9/1", SAME, date(2025, 9, 1), None),
    ("Chinese date", "hired_on", "2025年9月1日", SAME, date(2025, 9, 1), None),
    ("midnight as a text", "hired_on", "2025/9/1 0:00", SAME, date(2025, 9, 1), None),
    ("eight digits", "hired_on", "20250901", 20250901, date(2025, 9, 1), None),
    ("midnight", "hired_on", "2025-09-01", MIDNIGHT, date(2025, 9, 1), None),
    ("code of a category", "category", "new_hire", SAME, "new_hire", None),
    ("other word", "category", "新录用", SAME, "new_hire", None),
    ("code of a basis", "claim_basis", "Work_Place", SAME, "work_place", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed", "in_workbook", "meant", "note"),
    [pytest.param(*case[1:], id=case[0]) for case in TAKEN],
)
def test_what_means_one_thing_alone_is_taken_and_noted(
    field: str, typed: str, in_workbook: Any, meant: object, note: str | None
) -> None:
    cell = typed if in_workbook is SAME else in_workbook
    for raw, media, noted in (
        (csv_of([HEADINGS, row(field, typed)]), CSV, note),
        (xlsx_of([HEADINGS, row(field, cell)]), XLSX, note if cell is typed else None),
    ):
        found = check(raw, media)
        assert found.faults == ()
        (person,) = found.people
        assert getattr(person, field) == meant
        if cell is typed:
            assert [one.code for one in found.notes] == ([noted] if noted else [])


def test_a_person_twice_is_told_where_he_stands_first() -> None:
    raw = csv_of([HEADINGS, PERSON, ("李四", " 110105491231002", *PERSON[2:])])
    found = check(raw, CSV)
    assert [(f.pointer, f.code, dict(f.values)) for f in found.faults] == [
        ("/rows/3/citizen_id", "person_twice_in_roster", {"where": "/rows/2"})
    ]
    assert len(found.people) == 1


@pytest.mark.parametrize(
    ("headings", "faults"),
    [
        (HEADINGS[1:], {"/columns/name": "column_missing"}),
        ((*HEADINGS, "工号"), {"/columns/H": "column_unknown"}),
        ((*HEADINGS, "学徒姓名"), {"/columns/H": "column_twice"}),
        (("甲", "乙"), {f"/columns/{field}": "column_missing" for field in FIELDS}),
        ((), {f"/columns/{field}": "column_missing" for field in FIELDS}),
    ],
)
def test_columns_that_are_not_a_rosters_are_named(
    headings: tuple[str, ...], faults: dict[str, str]
) -> None:
    for raw, media in ((csv_of([headings, PERSON]), CSV), (xlsx_of([headings, PERSON]), XLSX)):
        found = check(raw, media)
        assert {fault.pointer: fault.code for fault in found.faults} == faults
        assert found.of_the_whole


def test_headings_are_english_or_chinese_below_a_title_in_any_order() -> None:
    english = (
        "No.",
        "Phone",
        "CITIZEN_ID",
        "Name *",
        "Claim basis",
        "Category",
        "Hired on",
        "合同期限（月）",
    )
    person = ("1", PERSON[2], PERSON[1], PERSON[0], PERSON[6], PERSON[3], PERSON[4], PERSON[5])
    rows = [("启东示例机械有限公司学徒名册",), (), english, person, ("", " "), ()]
    for raw, media in ((csv_of(rows), CSV), (xlsx_of(rows), XLSX)):
        found = check(raw, media)
        assert (found.rows, len(found.people), found.faults) == (1, 1, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_its_encoding_and_with_its_separator(
    encoding: str, separator: str
) -> None:
    raw = csv_of([HEADINGS, PERSON], encoding=encoding, separator=separator)
    assert len(check(raw, CSV).people) == 1


def test_a_gb18030_mark_is_no_part_of_the_first_heading() -> None:
    raw = "\ufeff".encode("gb18030") + csv_of([HEADINGS, PERSON], encoding="gb18030")
    assert len(check(raw, CSV).people) == 1


def test_hidden_rows_and_columns_merged_cells_and_what_lies_outside_are_named() -> None:
    def hide(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.set_row(r, None, None, {"hidden": True})
        sheet.write_string(r, c, PERSON[0])

    hidden = check(xlsx_of([HEADINGS, (hide, *PERSON[1:])]), XLSX)
    assert [(f.pointer, f.code) for f in hidden.faults] == [("/rows/2", "row_hidden")]

    def hide_column(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.set_column(c, c, None, None, {"hidden": True})
        sheet.write_string(r, c, HEADINGS[c])

    columns = check(xlsx_of([(*HEADINGS[:2], hide_column, *HEADINGS[3:]), PERSON]), XLSX)
    assert [(f.pointer, f.code) for f in columns.faults] == [("/columns/C", "column_hidden")]

    def merge(_: Any, sheet: Any, r: int, c: int) -> None:
        sheet.merge_range(r, c, r + 1, c, PERSON[3])

    other = ("李四", "110101199003074258", PERSON[2], lambda *_: None, *PERSON[4:])
    merged = check(xlsx_of([HEADINGS, (*PERSON[:3], merge, *PERSON[4:]), other]), XLSX)
    assert ("/rows/3/category", "cell_merged") in [(f.pointer, f.code) for f in merged.faults]
    assert [person.name for person in merged.people] == ["张三"]

    assert check(csv_of([HEADINGS, (*PERSON, "", "")]), CSV).faults == ()
    beyond = check(csv_of([HEADINGS, (*PERSON, "", "x", "y")]), CSV)
    assert [(f.pointer, f.code) for f in beyond.faults] == [("/rows/2/I", "cell_without_column")]


def test_a_formula_below_the_last_value_is_found_too() -> None:
    rows = [
        HEADINGS,
        PERSON,
        (lambda _, sheet, r, c: sheet.write_formula(r + 2, c, "=A1", None, ""),),
    ]
    found = check(xlsx_of(rows), XLSX)
    assert ("/rows/5/name", "cell_formula") in [(f.pointer, f.code) for f in found.faults]


def test_a_roster_holds_somebody_and_at_most_ten_thousand() -> None:
    assert [f.code for f in check(csv_of([HEADINGS]), CSV).faults] == ["too_few_items"]
    found = check(csv_of([HEADINGS, *[PERSON] * 10_001]), CSV)
    assert [(f.code, f.pointer) for f in found.faults] == [("too_many_items", "/rows")]
    assert found.of_the_whole


def test_ten_thousand_bad_rows_have_a_fault_for_every_bad_cell() -> None:
    bad = ("张3", "110105194912310021", "1", "甲", "乙", "丙", "丁")
    found = check(csv_of([HEADINGS, *[bad] * 10_000]), CSV)
    assert (found.rows, found.people, len(found.faults)) == (10_000, (), 70_000)
    assert not found.of_the_whole
