"""Spreadsheets that people send, and the template they fill in."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Oddity(StrEnum):
    """A cell that holds no plain value, by what it is instead."""

    FORMULA = "formula"
    ERROR = "error"
    BOOLEAN = "boolean"
    INEXACT = "inexact"
    """A number with more digits than a spreadsheet keeps."""
    FRACTION = "fraction"
    INSTANT = "instant"
    """A day with a time of day, or a time alone."""
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Odd:
    """An odd cell. `day` is the day of an instant."""

    oddity: Oddity
    day: date | None = None


Cell = str | int | date | Odd
"""What a cell holds; an empty one is ''."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The largest grid that is read: either many columns or many rows, never both."""

    rows: int
    columns: int


WIDE: Final = Bounds(rows=20_000, columns=104)
"""Twenty thousand rows of columns A to CZ."""
LONG: Final = Bounds(rows=109_999, columns=18)
"""A hundred thousand people, with room for titles and notes, in columns A to R."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The first visible sheet of a file. Rows and columns count from 1, as the program shows them.

    `rows` begins with row 1. `day_zero` is what a workbook counts its days from; a text has none.
    """

    rows: Sequence[Sequence[Cell]]
    day_zero: date | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A sheet to fill in: headings, columns kept as text, and the words a column allows."""

    title: str
    headings: Sequence[str]
    text_columns: frozenset[int]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


class Sheets(Protocol):
    """Reads what is hostile until proven otherwise. Time and memory of every call are bounded."""

    @abstractmethod
    def read(self, raw: bytes, media: str, bounds: Bounds = WIDE) -> Sheet:
        """Read a file of that media type; blocks for as long as a large file takes.

        Refuses `sheet_not_of_its_type`, `sheet_encrypted`, `sheet_with_macros`, `sheet_too_large`,
        `sheet_unsafe`, `sheet_encoding`, `sheet_unreadable`.
        """

    @abstractmethod
    def write(self, template: Template, media: str) -> bytes:
        """Write a template as a file of that media type."""
