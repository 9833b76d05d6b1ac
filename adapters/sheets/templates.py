"""Writing a template: an XLSX whose number columns are text from the start, or a CSV."""

import csv
import io
from datetime import UTC, datetime
from typing import Final

import xlsxwriter

from domain.ports.sheets import Template

_ROWS: Final = 10_000
_WIDTH: Final = 20
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Stamped into every template, so that one template is one file."""


def write_csv(template: Template) -> bytes:
    """Write the headings, with the mark by which spreadsheet programs know UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(template.headings)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(template: Template) -> bytes:
    """Write the headings over columns formatted to be filled in."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": template.title, "created": _MADE})
        sheet = book.add_worksheet(template.title[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        as_text = book.add_format({"num_format": "@"})
        for column, heading in enumerate(template.headings):
            form = as_text if column in template.text_columns else None
            sheet.set_column(column, column, _WIDTH, form)
            sheet.write_string(0, column, heading, head)
            if column in template.choices:
                allowed = {"validate": "list", "source": list(template.choices[column])}
                sheet.data_validation(1, column, _ROWS, column, allowed)
        sheet.freeze_panes(1, 0)
    return made.getvalue()
