"""Tables for spreadsheets: every cell stays what it is, and none is a formula."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from adapters.tables.spreadsheets import Spreadsheets

HEADS = ["姓名 name", "证件号码 identity"]


@pytest.mark.parametrize("text", ["=1+1", "+8613800138000", "-1", "@SUM(A1)", "\t=1"])
def test_csv_text_that_would_be_computed_is_quoted(text: str) -> None:
    made = Spreadsheets().csv(HEADS, [[text, "110101"]])
    assert made.startswith(b"\xef\xbb\xbf")
    _, row = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert row == [f"'{text}", "110101"]


def test_csv_keeps_numbers_and_empty_cells() -> None:
    made = Spreadsheets().csv(HEADS, [[-5, None]])
    assert made.decode("utf-8-sig").splitlines()[1] == "-5,"


def test_xlsx_keeps_long_numbers_as_text_and_amounts_as_numbers() -> None:
    rows = [["=cmd()", "Y000053000123254000017", 6_200_000, None, True]]
    made = Spreadsheets().xlsx("people", [*HEADS, "分", "空", "是"], rows)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("people")
    heads, first = sheet.to_python()
    assert heads[:2] == HEADS
    assert first[:3] == ["=cmd()", "Y000053000123254000017", 6_200_000.0]
