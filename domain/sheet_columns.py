"""The columns of a sheet that people send: published headings, and finding them in what they sent."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import CellPlace, Fault, Text
from domain.ports.sheets import Cell, Sheet

HEADING_ROWS: Final = 10
"""The headings stand in one of the first rows; a title and notes may stand above them."""

_BRACKETED: Final = re.compile(r"\([^)]*\)")
_BESIDE: Final = re.compile(r"[\s_*:\u200b\ufeff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the field it fills, its published heading, and what else people write there.

    One that is not `required` may be left out of the sheet, and its cells may be empty.
    """

    field: str
    heading: Text
    also: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Where the columns stand: `row` is that of the headings, `at` each field's column from 1."""

    row: int
    at: dict[str, int]
    width: int
    faults: tuple[Fault, ...]


class Columns:
    """The columns of one kind of sheet. `ignored` are headings whose cells are never read."""

    def __init__(self, columns: Iterable[Column], *, ignored: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self.heading = {column.field: column.heading for column in self.columns}
        self.optional = frozenset(column.field for column in self.columns if not column.required)
        self._ignored = frozenset(_folded(word) for word in ignored)
        self._field_of = {
            _folded(word): column.field
            for column in self.columns
            for word in (column.field, column.heading.zh, column.heading.en, *column.also)
        }

    def headings_of(self, sheet: Sheet) -> Headings:
        """Find the headings: the row of the first ten that names most columns."""
        candidates = [self._fields_in(row) for row in sheet.rows[:HEADING_ROWS]]
        known = [sum(field in self.heading for field in fields) for fields in candidates]
        if not any(known):
            return Headings(row=1, at={}, width=0, faults=self._missing(row=1, at={}))
        index = known.index(max(known))
        return self._read(sheet, index + 1, candidates[index])

    def _read(self, sheet: Sheet, row: int, fields: Sequence[str]) -> Headings:
        at: dict[str, int] = {}
        faults: list[Fault] = []
        for column, field in enumerate(fields, start=1):
            if not field or field in self._ignored:
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
        faults += self._missing(row=row, at=at)
        return Headings(row=row, at=at, width=len(fields), faults=tuple(faults))

    def _missing(self, *, row: int, at: dict[str, int]) -> tuple[Fault, ...]:
        return tuple(
            Fault(
                f"/columns/{column.field}",
                "column_missing",
                cell=CellPlace(row, "", column.heading),
            )
            for column in self.columns
            if column.required and column.field not in at
        )

    def _fields_in(self, row: Sequence[Cell]) -> list[str]:
        """Return what each heading of a row names: a field, or its own words; empty ones at the end cut."""
        words = [_folded(cell) if isinstance(cell, str) else "?" for cell in row]
        while words and not words[-1]:
            words.pop()
        return [self._field_of.get(word, word) for word in words]


def is_blank(row: Sequence[Cell]) -> bool:
    """Tell whether a row holds spaces alone."""
    return all(isinstance(cell, str) and not cell.strip() for cell in row)


def letter_of(column: int) -> str:
    """Return the letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _folded(heading: str) -> str:
    return _BESIDE.sub("", _BRACKETED.sub("", unicodedata.normalize("NFKC", heading))).lower()
