"""Reading an XLSX workbook with calamine, of which it is given a clean copy.

calamine is compiled code that lays a sheet out in full: what it gets are four parts that were
unpacked and bounded here, in an archive of our own, so that it can read nothing that was not
looked at (tests/integration/sheets show what each hostile file is answered with).
"""

import io
import zipfile
from datetime import date, datetime
from typing import Any, Final

from python_calamine import CalamineError, load_workbook

from adapters.sheets.archive import Archive, too_large, unreadable
from adapters.sheets.markup import Findings, book_of, findings_of, text_part
from domain.ports.sheets import Bounds, Cell, Odd, Oddity, Sheet

STRINGS_MAX: Final = 128 * 1024 * 1024
"""Bytes that shared texts may become: each cell that names one gets a copy."""
EXACT_BELOW: Final = 10**15
"""A spreadsheet keeps fifteen digits."""
_DAY_ZERO: Final = date(1899, 12, 30)
_DAY_ZERO_1904: Final = date(1904, 1, 1)

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = f'<Types xmlns="{_PACKAGE}/content-types"/>'
_ROOT: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_RELATIONS: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>"
)
_BOOK: Final = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{{from_1904}}"/>'
    '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def read_xlsx(raw: bytes, bounds: Bounds) -> Sheet:
    """Read the first visible sheet of a workbook."""
    archive = Archive(raw)
    book = book_of(archive)
    xml = text_part(archive, book.sheet)
    found = findings_of(xml, book.sheet, bounds)
    strings = b"" if book.strings is None else text_part(archive, book.strings)
    _check_strings(strings, xml)
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
        "xl/workbook.xml": _BOOK.format(from_1904=int(book.counts_from_1904)),
        "xl/worksheets/sheet1.xml": xml,
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    if book.styles is not None:
        parts["xl/styles.xml"] = text_part(archive, book.styles)
    rows = _values(_packed(parts), book.sheet)
    _mark(rows, found)
    return Sheet(
        rows=rows,
        day_zero=_DAY_ZERO_1904 if book.counts_from_1904 else _DAY_ZERO,
        hidden_rows=frozenset(found.hidden_rows),
        hidden_columns=frozenset(found.hidden_columns),
    )


def _check_strings(strings: bytes, xml: bytes) -> None:
    longest = max(map(len, strings.split(b"</si>")), default=0)
    if longest * xml.count(b"<v") > STRINGS_MAX:
        raise too_large("texts", STRINGS_MAX)


def _packed(parts: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _values(packed: bytes, part: str) -> list[list[Cell]]:
    try:
        book = load_workbook(io.BytesIO(packed))
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError, OverflowError):
        raise unreadable(part) from None
    except BaseException as error:
        # A panic of the compiled code derives from BaseException alone and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable(part) from None
    for row in rows:
        for n, cell in enumerate(row):
            kind = type(cell)
            if kind is not str and kind is not date:
                row[n] = _plain(cell)
    return rows


def _plain(cell: object) -> Cell:
    match cell:
        case bool():
            return Odd(Oddity.BOOLEAN)
        case int() | float():
            if abs(cell) >= EXACT_BELOW:
                return Odd(Oddity.INEXACT)
            return int(cell) if cell == int(cell) else Odd(Oddity.FRACTION)
        case datetime():
            day = cell.date()
            midnight = cell.time() == datetime.min.time()
            return day if midnight else Odd(Oddity.INSTANT, day)
        case _:
            return Odd(Oddity.INSTANT)


def _mark(rows: list[list[Cell]], found: Findings) -> None:
    """Put odd cells where values alone do not show them."""
    height = len(rows)
    for (top, left), (bottom, right) in found.merged:
        for row in range(top, min(bottom, height) + 1):
            for column in range(left, min(right, len(rows[row - 1])) + 1):
                if (row, column) != (top, left):
                    rows[row - 1][column - 1] = Odd(Oddity.MERGED)
    for oddity, places in ((Oddity.FORMULA, found.formulas), (Oddity.ERROR, found.errors)):
        for row, column in places:
            if row > len(rows):
                rows.extend([] for _ in range(row - len(rows)))
            cells = rows[row - 1]
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = Odd(oddity)
