"""Reading a CSV: its encoding, its separator, its records. Every cell is text."""

import codecs
import csv
import io
from typing import Final

from adapters.sheets.archive import not_of_its_type, too_large, type_by_magic, unreadable
from domain.errors import Refusal
from domain.ports.sheets import CSV, Bounds, Cell, Sheet

_GB18030_MARK: Final = b"\x84\x31\x95\x33"
_SEPARATORS: Final = ",;\t"
_HEAD: Final = 10
_BINARY: Final = frozenset(("ZIP", "XLS (OLE)", "PDF", "gzip", "7z", "RAR", "PNG", "JPEG"))


def read_csv(raw: bytes, bounds: Bounds) -> Sheet:
    """Read a text of records; rows count records, as a spreadsheet program does."""
    found = type_by_magic(raw)
    if found in _BINARY:
        raise not_of_its_type(found, CSV)
    text = _decoded(raw)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[list[Cell]] = []
    try:
        for record in records:
            if len(rows) >= bounds.rows:
                raise too_large("rows", bounds.rows)
            if len(record) > bounds.columns:
                raise too_large("columns", bounds.columns)
            rows.append(list(record))
    except csv.Error:  # a quote that is never closed, or text behind one
        raise unreadable(f"/rows/{len(rows) + 1}") from None
    return Sheet(rows=rows)


def _decoded(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _mostly_nul(raw):
        raise Refusal("sheet_encoding", offset=0)
    if raw.startswith(_GB18030_MARK):
        return _of_gb18030(raw[len(_GB18030_MARK) :])
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        if raw.startswith(codecs.BOM_UTF8):
            raise Refusal("sheet_encoding", offset=error.start) from None
    return _of_gb18030(raw)


def _of_gb18030(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Refusal("sheet_encoding", offset=error.start) from None


def _mostly_nul(raw: bytes) -> bool:
    return raw.count(b"\x00") * 4 > len(raw)


def _separator(text: str) -> str:
    """Return the separator that stands most often in the first lines; the comma where none does."""
    head = "\n".join(text[:20_000].splitlines()[:_HEAD])
    return max(_SEPARATORS, key=head.count)
