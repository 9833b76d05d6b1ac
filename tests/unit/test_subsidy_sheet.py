"""Lists of other programmes' subsidies: what each cell may say, and where every bad one stands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from adapters.sheets.files import SheetFiles
from domain.errors import Refusal
from domain.ports.sheets import CSV, XLSX, Cell, Odd, Oddity, Sheet
from domain.stacking import CertificateKey
from domain.subsidy_register import RegisterRow
from domain.subsidy_sheet import COLUMNS, ROWS_MAX, checked_register
from tests.people import citizen_id
from tests.sheet_files import csv_of, xlsx_of

TODAY = date(2027, 4, 1)
SOMEBODY = "11010519491231002X"
HEADINGS = tuple(column.heading.zh for column in COLUMNS)
ROW: tuple[Cell, ...] = (
    SOMEBODY,
    "失业保险技能提升补贴",
    "2026-05-20",
    "6-30-99-00",
    "2015版",
    "四级",
    "y0000-3200 0001264000001",
    "s000132",
    "低压电工",
)


def sheet(*rows: Sequence[Cell], headings: Sequence[str] = HEADINGS, **how: Any) -> Sheet:
    """A sheet below its headings."""
    return Sheet(rows=[list(headings), *(list(row) for row in rows)], **how)


def read(*rows: Sequence[Cell], **how: Any) -> tuple[RegisterRow, ...]:
    return checked_register(sheet(*rows, **how), today=TODAY)


def faults(*rows: Sequence[Cell], **how: Any) -> list[tuple[str, str]]:
    """What a list is refused for, by place and code."""
    with pytest.raises(Refusal) as refused:
        read(*rows, **how)
    assert refused.value.code == "subsidy_register_faulty"
    assert refused.value.values["count"] == len(refused.value.faults)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def row(**changed: Cell) -> list[Cell]:
    """A good row with some cells changed, by field."""
    return [changed.get(column.field, cell) for column, cell in zip(COLUMNS, ROW, strict=True)]


def test_a_row_is_read_normalised_and_its_occupation_by_the_catalogues_key() -> None:
    (found,) = read(ROW)
    assert found == RegisterRow(
        row_no=2,
        citizen_id=SOMEBODY,
        programme="skill_upgrade",
        counts_on=date(2026, 5, 20),
        occupation="6-31-07-03",
        grade=4,
        certificate=CertificateKey(
            number="Y000032000001264000001", issuer="S000132", category="低压电工"
        ),
    )
    assert SOMEBODY not in repr(found)


def test_what_a_list_does_not_say_is_unknown() -> None:
    (short,) = read((SOMEBODY, "elsewhere_1", "2026-05-20"))
    assert (short.programme, short.occupation, short.grade, short.certificate) == (
        "elsewhere_1",
        None,
        None,
        None,
    )
    (blank,) = read((SOMEBODY, "voucher", "2026-05-20", "", " ", "", "", "S1", "x"))
    assert (blank.occupation, blank.grade, blank.certificate) == (None, None, None)
    (bare,) = read((SOMEBODY, "voucher", "2026-05-20"), headings=HEADINGS[:3])
    assert bare.certificate is None


def test_names_and_amounts_may_stand_in_a_list_and_are_never_read() -> None:
    headings = ("序号", "姓名", *HEADINGS[:3], "补贴金额", "备注")
    cells = (1, Odd(Oddity.FORMULA), SOMEBODY, "voucher", "2026-05-20", "二千元", "")
    (found,) = read(cells, headings=headings)
    assert found.programme == "voucher"


@pytest.mark.parametrize("media", [CSV, XLSX])
def test_a_csv_and_a_workbook_say_the_same(media: str) -> None:
    written = (HEADINGS, [str(cell) for cell in ROW], [""] * len(ROW))
    raw = csv_of(written, encoding="gb18030") if media == CSV else xlsx_of(written)
    assert checked_register(SheetFiles().read(raw, media), today=TODAY) == read(ROW)


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"citizen_id": "110105194912310020"}, "citizen_id", "citizen_id_checksum"),
        ({"citizen_id": ""}, "citizen_id", "cell_missing"),
        ({"programme": "以工代训"}, "programme", "pattern_mismatch"),
        ({"programme": ""}, "programme", "cell_missing"),
        ({"counts_on": "2027-04-02"}, "counts_on", "day_to_come"),
        ({"counts_on": "去年"}, "counts_on", "not_a_date"),
        ({"counts_on": Odd(Oddity.FORMULA)}, "counts_on", "cell_formula"),
        ({"occupation_code": "车工"}, "occupation_code", "occupation_code_malformed"),
        ({"occupation_edition": "1999"}, "occupation_edition", "not_one_of"),
        ({"grade": "6"}, "grade", "not_one_of"),
        ({"certificate_number": "－－"}, "certificate_number", "certificate_number_unusable"),
        ({"certificate_number": Odd(Oddity.INEXACT)}, "certificate_number", "excel_precision_loss"),
        ({"issuer_code": "S" * 41}, "issuer_code", "text_too_long"),
        ({"certificate_category": "x" * 51}, "certificate_category", "text_too_long"),
    ],
)
def test_a_bad_cell_is_located_as_the_program_shows_it(
    changed: dict[str, Cell], field: str, code: str
) -> None:
    assert faults(row(**changed)) == [(f"/rows/2/{field}", code)]
    with pytest.raises(Refusal) as refused:
        read(row(**changed))
    (fault,) = refused.value.faults
    at = [column.field for column in COLUMNS].index(field)
    assert fault.cell is not None
    assert (fault.cell.row, fault.cell.letter) == (2, "ABCDEFGHI"[at])
    assert fault.cell.heading == COLUMNS[at].heading
    assert fault.proposal is None, "a proposal would be somebody's number"


@pytest.mark.parametrize("grade", ["3", "高级工", "三级", 3])
def test_a_grade_is_a_number_or_a_word(grade: Cell) -> None:
    (found,) = read(row(grade=grade))
    assert found.grade == 3


def test_today_is_no_day_to_come_and_a_date_cell_needs_no_reading() -> None:
    (found,) = read(row(counts_on=TODAY))
    assert found.counts_on == TODAY


def test_every_bad_row_is_named_at_once_and_no_good_one_is_taken() -> None:
    other = row(citizen_id=citizen_id())
    found = faults(ROW, row(grade="x", programme="x y!"), other, ROW, [*other, "", "more"])
    assert found == [
        ("/rows/3/programme", "pattern_mismatch"),
        ("/rows/3/grade", "not_one_of"),
        ("/rows/5/citizen_id", "subsidy_twice_in_register"),
        ("/rows/6", "cell_without_column"),
    ]
    assert faults(ROW, other, hidden_rows=frozenset({3})) == [("/rows/3", "row_hidden")]


def test_rows_that_differ_in_anything_are_two_subsidies() -> None:
    assert len(read(ROW, row(counts_on="2026-05-21"), row(grade="5"), row(issuer_code="S2"))) == 4


def test_a_list_without_its_columns_or_rows_is_refused() -> None:
    assert faults(ROW, headings=("a", "b")) == [
        ("/columns/citizen_id", "column_missing"),
        ("/columns/programme", "column_missing"),
        ("/columns/counts_on", "column_missing"),
    ]
    unknown = (*HEADINGS[:3], "工龄")
    assert faults(ROW[:4], headings=unknown) == [("/columns/D", "column_unknown")]
    assert faults() == [("/rows", "too_few_items")]
    assert faults(["", " "]) == [("/rows", "too_few_items")]


def test_a_list_has_a_most_of_rows() -> None:
    first = date(2020, 1, 1).toordinal()
    days = [date.fromordinal(first + n) for n in range(2000)]
    people = [citizen_id() for _ in range(ROWS_MAX // len(days) + 1)]
    rows = [(person, "voucher", day) for person in people for day in days]
    assert len(read(*rows[:ROWS_MAX])) == ROWS_MAX
    assert faults(*rows[: ROWS_MAX + 1]) == [("/rows", "too_many_items")]
