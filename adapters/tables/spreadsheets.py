"""CSV by the standard library, XLSX by xlsxwriter in constant memory."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter

from domain.ports.tables import Tables

COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class Spreadsheets(Tables):
    """Tables that open as they are."""

    def csv(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
        made = io.StringIO()
        writer = csv.writer(made, lineterminator="\r\n")
        writer.writerow(heads)
        writer.writerows([_plain(cell) for cell in row] for row in rows)
        return made.getvalue().encode("utf-8-sig")

    def xlsx(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
        made = io.BytesIO()
        options = {"in_memory": True, "constant_memory": True}
        with xlsxwriter.Workbook(made, options) as workbook:
            sheet = workbook.add_worksheet(title[:31])
            bold = workbook.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for line, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(line, column, cell)
                    elif cell is not None:
                        sheet.write_string(line, column, str(cell))
        return made.getvalue()


def _plain(cell: object) -> object:
    text = str(cell)
    if isinstance(cell, int) or not text.startswith(COMPUTED):
        return cell
    return f"'{text}"
