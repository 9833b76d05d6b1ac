"""Sheet files for tests: good ones, and ones that no program would write."""

import csv
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

HEADINGS = ("姓名", "身份证号", "手机号", "人员类别", "入职日期", "合同月数", "申领依据")
PERSON = (
    "张三",
    "11010519491231002X",
    "13800138000",
    "新招用",
    "2025-09-01",
    "24",
    "社保缴纳地",
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def csv_of(
    rows: Sequence[Sequence[object]], *, encoding: str = "utf-8", separator: str = ","
) -> bytes:
    """Write rows as a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write rows as a workbook: texts as texts, numbers as numbers; a callable writes its own cell."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if callable(cell):
                    cell(book, sheet, r, c)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                else:
                    sheet.write_number(r, c, cell)
    return made.getvalue()


def cell_xml(reference: str, text: str) -> str:
    """Write a cell with an inline text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row_xml(number: int, cells: Sequence[str]) -> str:
    """Write a row of inline texts."""
    written = "".join(cell_xml(f"{chr(65 + n)}{number}", text) for n, text in enumerate(cells))
    return f'<row r="{number}">{written}</row>'


GOOD_ROWS = row_xml(1, HEADINGS) + row_xml(2, PERSON)


def sheet_xml(rows: str = GOOD_ROWS, *, head: str = "", tail: str = "") -> str:
    """Write a sheet of these rows."""
    return f'<worksheet xmlns="{_MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def parts(**changed: str | bytes | None) -> dict[str, str | bytes]:
    """Return the parts of a good workbook; `sheet`, `book`, `rels`, `book_rels`, `types` replace one."""
    names = {
        "types": "[Content_Types].xml",
        "rels": "_rels/.rels",
        "book": "xl/workbook.xml",
        "book_rels": "xl/_rels/workbook.xml.rels",
        "sheet": "xl/worksheets/sheet1.xml",
    }
    good: dict[str, str | bytes | None] = {
        "types": TYPES,
        "rels": RELS,
        "book": BOOK,
        "book_rels": BOOK_RELS,
        "sheet": sheet_xml(),
    }
    wanted = good | changed
    return {names[key]: content for key, content in wanted.items() if content is not None}


def zipped(content: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack parts into an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return made.getvalue()


def renamed(raw: bytes, before: str, after: str) -> bytes:
    """Change an entry's name in both of an archive's directories; names are equally long."""
    assert len(before) == len(after)
    assert raw.count(before.encode()) == 2
    return raw.replace(before.encode(), after.encode())


def sized(raw: bytes, name: str, size: int) -> bytes:
    """Change the unpacked size that an archive declares of an entry, in both directories."""
    changed = bytearray(raw)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        name_at = 30 if signature == b"PK\x03\x04" else 46
        start = -1
        while (start := raw.find(signature, start + 1)) >= 0:
            if raw[start + name_at :].startswith(name.encode()):
                changed[start + offset : start + offset + 4] = size.to_bytes(4, "little")
    return bytes(changed)


def flagged(raw: bytes, flag: int) -> bytes:
    """Set a general purpose flag on every entry, in both directories."""
    changed = bytearray(raw)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := raw.find(signature, start + 1)) >= 0:
            changed[start + offset] |= flag
    return bytes(changed)


def deflated_zeros(megabytes: int) -> bytes:
    """Return spaces of this size, in little memory."""
    return zlib.decompress(zlib.compress(b" " * (megabytes * 1024 * 1024)))
