"""The columns of a list of people: their headings in Chinese and English, and finding them in a sheet."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import CellPlace, Fault, Text
from domain.ports.sheets import Cell, Sheet

HEADING_ROWS: Final = 10
"""The headings stand in one of the first rows; a title and notes may stand above them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the field it fills, its published heading, and what else people write there.

    An `optional` one may be left out of the sheet, and its cells may be empty.
    """

    field: str
    heading: Text
    also: tuple[str, ...]
    optional: bool = False


NAME: Final = Column(field="name", heading=Text("姓名", "Name"), also=("学徒姓名", "名字"))
CITIZEN_ID: Final = Column(
    field="citizen_id",
    heading=Text("身份证号", "Citizen id"),
    also=("身份证号码", "公民身份号码", "身份证", "证件号码", "证件号", "id number", "id"),
)
PHONE: Final = Column(
    field="phone",
    heading=Text("手机号", "Phone"),
    also=("手机号码", "手机", "联系电话", "电话", "mobile", "mobile number"),
)
COLUMNS: Final = (
    NAME,
    CITIZEN_ID,
    PHONE,
    Column(
        field="category",
        heading=Text("人员类别", "Category"),
        also=("人员类型", "类别"),
    ),
    Column(
        field="hired_on",
        heading=Text("入职日期", "Hired on"),
        also=("入职时间", "用工日期", "hire date"),
    ),
    Column(
        field="contract_months",
        heading=Text("合同月数", "Contract months"),
        also=("劳动合同月数", "合同期限"),
    ),
    Column(
        field="claim_basis",
        heading=Text("申领依据", "Claim basis"),
        also=("申领地依据",),
    ),
)

_IGNORED: Final = frozenset({"序号", "备注", "no", "no.", "remark", "remarks"})
_BRACKETED: Final = re.compile(r"\([^)]*\)")
_BESIDE: Final = re.compile(r"[\s_*:\u200b\ufeff]+")


def _folded(heading: str) -> str:
    return _BESIDE.sub("", _BRACKETED.sub("", unicodedata.normalize("NFKC", heading))).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Where the columns stand: `row` is that of the headings, `at` each field's column from 1."""

    row: int
    at: dict[str, int]
    width: int
    faults: tuple[Fault, ...]


def letter_of(column: int) -> str:
    """Return the letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class Layout:
    """The columns that a list of people may have, in the order of its template."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.heading = {column.field: column.heading for column in columns}
        self.optional = frozenset(column.field for column in columns if column.optional)
        self._field_of = {
            _folded(word): column.field
            for column in columns
            for word in (column.field, column.heading.zh, column.heading.en, *column.also)
        }

    def headings_of(self, sheet: Sheet) -> Headings:
        """Find the headings: the row of the first ten that names most columns."""
        candidates = [self._fields_in(row) for row in sheet.rows[:HEADING_ROWS]]
        known = [sum(field in self.heading for field in fields) for fields in candidates]
        if not any(known):
            missing = tuple(self._missing(field) for field in self._required())
            return Headings(row=1, at={}, width=0, faults=missing)
        index = known.index(max(known))
        return self._read(sheet, index + 1, candidates[index])

    def _read(self, sheet: Sheet, row: int, fields: Sequence[str]) -> Headings:
        at: dict[str, int] = {}
        faults: list[Fault] = []
        for column, field in enumerate(fields, start=1):
            if not field or field in _IGNORED:
                continue
            place = CellPlace(row, letter_of(column), self.heading.get(field))
            pointer = f"/columns/{letter_of(column)}"
            if field not in self.heading:
                faults.append(Fault(pointer, "column_unknown", cell=place))
            elif field in at:
                faults.append(Fault(pointer, "column_twice", cell=place))
            elif column in sheet.hidden_columns:
                faults.append(Fault(pointer, "column_hidden", cell=place))
            at.setdefault(field, column)
        faults += [self._missing(field, row) for field in self._required() if field not in at]
        return Headings(row=row, at=at, width=len(fields), faults=tuple(faults))

    def _required(self) -> list[str]:
        return [field for field in self.heading if field not in self.optional]

    def _missing(self, field: str, row: int = 1) -> Fault:
        place = CellPlace(row, "", self.heading[field])
        return Fault(f"/columns/{field}", "column_missing", cell=place)

    def _fields_in(self, row: Sequence[Cell]) -> list[str]:
        """Return what each heading of a row names: a field, or its own words; empty ones at the end cut."""
        words = [_folded(cell) if isinstance(cell, str) else "?" for cell in row]
        while words and not words[-1]:
            words.pop()
        return [self._field_of.get(word, word) for word in words]


ROSTER: Final = Layout(COLUMNS)
