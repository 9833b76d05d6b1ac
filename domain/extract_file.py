"""A register's extract as a file: CSV text, read whole, every fault located.

A row is named `/rows/17/issued_on`: records are counted from 1 after the header, as `row_no` counts
them in findings. Nothing is taken from a file with a fault in it. The text comes decoded: what is
no UTF-8 was refused at the edge, where its place in the bytes is known.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from io import StringIO
from typing import Final, TypeVar

from domain.certificate import (
    NUMBER_MAX,
    CertificateStatus,
    ExtractRow,
    code_normalised,
)
from domain.errors import FAULTS_MAX, Fault, Refusal, Value
from domain.identifiers import certificate_number, citizen_id
from domain.identifiers.characters import name_alike
from domain.policy import GRADES, CertificateType

COLUMNS: Final = (
    "certificate_number",
    "certificate_type",
    "holder_name",
    "holder_id",
    "occupation_code",
    "grade",
    "issued_on",
    "evaluated_on",
    "issuer_code",
    "status",
)

NAME_MAX: Final = 50
CODE_MAX: Final = 40
"""Characters of a name, and of an occupation's or issuer's code."""

_GRADES: Final = frozenset(str(grade) for grade in GRADES)
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ROUNDED: Final = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_Word = TypeVar("_Word", bound=StrEnum)
_Value = TypeVar("_Value")


class _Unreadable(Exception):
    """One cell cannot be read; `code` and `values` say why."""

    def __init__(self, code: str, **values: Value) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def parsed_extract(text: str, *, today: date) -> tuple[ExtractRow, ...]:
    """Read an extract, or refuse (`extract_faulty`) with the first hundred faults located.

    `today` is the day in China: nobody on a certificate is born after it.
    """
    faults: list[Fault] = []
    rows: list[ExtractRow] = []
    seen: dict[tuple[str, CertificateType], int] = {}
    for row_no, cells in _records(text, faults):
        before = len(faults)
        row = _row_of(_Reader(row_no, cells, faults), today=today)
        if len(faults) > before:
            continue
        key = (row.number, row.certificate_type)
        if key in seen:
            where = f"/rows/{row_no}/certificate_number"
            faults.append(Fault(where, "certificate_twice_in_extract", {"row": seen[key]}))
        seen.setdefault(key, row_no)
        rows.append(row)
    if not rows and not faults:
        faults.append(Fault("/rows", "extract_empty"))
    if faults:
        raise Refusal("extract_faulty", faults=tuple(faults), count=len(faults[:FAULTS_MAX]))
    return tuple(rows)


def _records(text: str, faults: list[Fault]) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    row_no = -1
    try:
        for row_no, cells in enumerate(reader):
            if len(faults) >= FAULTS_MAX:
                return
            if row_no == 0:
                if tuple(cells) != COLUMNS:
                    columns = {"columns": ",".join(COLUMNS)}
                    faults.append(Fault("/header", "header_wrong", columns))
                    return
            elif len(cells) != len(COLUMNS):
                counts = {"found": len(cells), "wanted": len(COLUMNS)}
                faults.append(Fault(f"/rows/{row_no}", "columns_wrong", counts))
            else:
                yield row_no, dict(zip(COLUMNS, cells, strict=True))
    except csv.Error:
        faults.append(Fault(f"/rows/{row_no + 1}" if row_no >= 0 else "/header", "csv_malformed"))


class _Reader:
    """Reads one record's cells, noting each that cannot be read."""

    def __init__(self, row_no: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.row_no = row_no
        self.cells = cells
        self._faults = faults

    def read(self, column: str, parse: Callable[[str], _Value], instead: _Value) -> _Value:
        """Return what the cell says; a fault and `instead` where it says nothing readable."""
        cell = self.cells[column]
        try:
            return parse(_readable(cell))
        except _Unreadable as unreadable:
            where = f"/rows/{self.row_no}/{column}"
            self._faults.append(Fault(where, unreadable.code, unreadable.values))
            return instead


def _readable(cell: str) -> str:
    if (found := _FORBIDDEN.search(cell)) is not None:
        raise _Unreadable("forbidden_character", character=f"U+{ord(found[0]):04X}")
    return cell


def _row_of(reader: _Reader, *, today: date) -> ExtractRow:
    name = reader.read("holder_name", _name, "")
    return ExtractRow(
        row_no=reader.row_no,
        number_raw=reader.cells["certificate_number"],
        number=reader.read("certificate_number", _number, ""),
        certificate_type=reader.read(
            "certificate_type", _one_of(CertificateType), CertificateType.SKILL_LEVEL
        ),
        holder_name=name,
        holder_name_alike=name_alike(name),
        holder_id=reader.read("holder_id", _holder_id(today), ""),
        occupation_code=reader.read("occupation_code", _code, ""),
        grade=reader.read("grade", _grade, None),
        issued_on=reader.read("issued_on", _day, today),
        evaluated_on=reader.read("evaluated_on", _day_or_none, None),
        issuer_code=reader.read("issuer_code", _code, ""),
        status=reader.read("status", _one_of(CertificateStatus), CertificateStatus.VALID),
    )


def _number(cell: str) -> str:
    number = certificate_number.normalised(cell)
    if not 0 < len(number) <= NUMBER_MAX:
        raise _Unreadable("certificate_number_unusable", most=NUMBER_MAX)
    if _ROUNDED.fullmatch(number):
        raise _Unreadable("spreadsheet_rounded")
    return number


def _holder_id(today: date) -> Callable[[str], str]:
    def read(cell: str) -> str:
        number = citizen_id.normalised(cell)
        if _ROUNDED.fullmatch(number):
            raise _Unreadable("spreadsheet_rounded")
        if code := citizen_id.fault_of(number, today=today):
            raise _Unreadable(code)
        return number

    return read


def _one_of(words: type[_Word]) -> Callable[[str], _Word]:
    def read(cell: str) -> _Word:
        try:
            return words(cell)
        except ValueError:
            raise _Unreadable("not_one_of", values=", ".join(words)) from None

    return read


def _name(cell: str) -> str:
    return _text(cell.strip(), NAME_MAX)


def _code(cell: str) -> str:
    return _text(code_normalised(cell), CODE_MAX)


def _text(text: str, most: int) -> str:
    if not text:
        raise _Unreadable("text_too_short", least=1)
    if len(text) > most:
        raise _Unreadable("text_too_long", most=most)
    return text


def _grade(cell: str) -> int | None:
    if cell == "":
        return None
    if cell not in _GRADES:
        raise _Unreadable("not_one_of", values=", ".join(sorted(_GRADES)))
    return int(cell)


def _day(cell: str) -> date:
    if not _ISO_DAY.fullmatch(cell):
        raise _Unreadable("not_a_date")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise _Unreadable("not_a_date") from None


def _day_or_none(cell: str) -> date | None:
    return _day(cell) if cell else None
