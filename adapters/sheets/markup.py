"""What the XML of a workbook says beside its values: which sheet, formulas, merges, what is hidden.

Entities are never resolved: a document type declaration is refused before anything reads the part.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, normpath
from typing import Final
from xml.parsers import expat

from adapters.sheets.archive import Archive, too_large, unreadable, unsafe
from domain.errors import Refusal
from domain.ports.sheets import LONG, WIDE, Bounds

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE: Final = frozenset(("1", "true"))
_VISIBLE: Final = "visible"
_DECLARED: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TELLING: Final = (b"<f", b"hidden", b't="e"', b":row", b":c", b"<!")
# A cell or row at a place beyond the bounds: a sheet's grid is laid out in full, so its corners are
# bounded before it is read. Everything ordinary writes the reference first.
_BEYOND: Final = {
    WIDE: re.compile(rb'<(?:c|row) r="(?!(?:[A-Z]|[A-C][A-Z])?(?:[0-9]{1,4}|1[0-9]{4}|20000)")'),
    LONG: re.compile(rb'<(?:c|row) r="(?![A-R]?(?:[0-9]{1,5}|10[0-9]{4})")'),
}

Attributes = Mapping[str, str]
Place = tuple[int, int]


@dataclass(slots=True)
class Findings:
    """What stands in a sheet beside values, by row and column from 1. `merged` are corners."""

    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Where a workbook's parts stand."""

    sheet: str
    strings: str | None
    styles: str | None
    counts_from_1904: bool


def text_part(archive: Archive, name: str) -> bytes:
    """Return an XML part as UTF-8 without a document type declaration."""
    raw = archive.read(name)
    if b"\x00" in raw or raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        raise unreadable(name)
    head = raw[:200].lower()
    if b"encoding=" in head and b"utf-8" not in head and b"ascii" not in head:
        raise unreadable(name)
    if b"<!" in raw and _DECLARED.search(raw) is not None:
        raise unsafe(name)
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise unreadable(name) from None
    return raw


def book_of(archive: Archive) -> Book:
    """Find the first visible sheet and the parts it needs."""
    if b"macroEnabled" in text_part(archive, "[Content_Types].xml"):
        raise Refusal("sheet_with_macros")
    main = _main_of(archive)
    sheets: list[Attributes] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "sheet":
            sheets.append(attributes)
        elif name == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in _TRUE

    walk(text_part(archive, main), main, start)
    relations = _relations(archive, main)
    for sheet in sheets:
        if sheet.get("state", _VISIBLE) != _VISIBLE:
            continue
        found = relations.get(_local(sheet).get("id", ""))
        if found is None or found[0] != "worksheet":
            raise unreadable(main)
        by_kind = dict(relations.values())
        return Book(
            sheet=found[1],
            strings=by_kind.get("sharedStrings"),
            styles=by_kind.get("styles"),
            counts_from_1904=from_1904,
        )
    raise unreadable(main)


def findings_of(xml: bytes, name: str, bounds: Bounds) -> Findings:
    """Return what stands beside the values; refuses `sheet_too_large`.

    A sheet that is nothing but values, written as every program writes it, is seen to be so by
    counting; any other is walked element by element.
    """
    if b"sheetData" not in xml:
        raise unreadable(name)
    body = xml[xml.find(b"<sheetData") :]
    ordinary = (
        b"mergeCell" not in xml[max(xml.rfind(b"</sheetData"), 0) :]
        and not any(mark in xml for mark in _TELLING)
        and body.count(b"<c") == body.count(b'<c r="')
        and body.count(b"<row") == body.count(b'<row r="')
        and _BEYOND[bounds].search(body) is None
    )
    return Findings() if ordinary else _walked(xml, name, bounds)


def _walked(xml: bytes, name: str, bounds: Bounds) -> Findings:
    walked = _Walk(name, bounds)
    walk(xml, name, walked.start)
    return walked.found


class _Walk:
    """A walk through a sheet's elements that stops where the sheet grows too large."""

    def __init__(self, name: str, bounds: Bounds) -> None:
        self.found = Findings()
        self._name = name
        self._bounds = bounds
        self._row = self._column = self._cells = 0
        self._by_element: Mapping[str, Callable[[Attributes], None]] = {
            "row": self._at_row,
            "c": self._at_cell,
            "f": self._at_formula,
            "col": self._at_columns,
            "mergeCell": self._at_merge,
        }

    def start(self, element: str, attributes: Attributes) -> None:
        """Take one element."""
        if element in self._by_element:
            self._by_element[element](attributes)

    def _at_row(self, attributes: Attributes) -> None:
        self._row, self._column = _number(attributes.get("r"), self._row + 1, self._name), 0
        if self._row > self._bounds.rows:
            raise too_large("rows", self._bounds.rows)
        if attributes.get("hidden") in _TRUE:
            self.found.hidden_rows.add(self._row)

    def _at_cell(self, attributes: Attributes) -> None:
        self._cells += 1
        following = (self._row, self._column + 1)
        row, self._column = _place(attributes.get("r"), following, self._name)
        bounds = self._bounds
        most = bounds.rows * bounds.columns
        if row > bounds.rows or self._column > bounds.columns or self._cells > most:
            raise too_large("cells", most)
        if attributes.get("t") == "e":
            self.found.errors.add((row, self._column))

    def _at_formula(self, _: Attributes) -> None:
        self.found.formulas.add((self._row, self._column))

    def _at_columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in _TRUE:
            first = _number(attributes.get("min"), 1, self._name)
            last = _number(attributes.get("max"), first, self._name)
            self.found.hidden_columns.update(range(first, min(last, self._bounds.columns) + 1))

    def _at_merge(self, attributes: Attributes) -> None:
        one, _, other = attributes.get("ref", "").partition(":")
        if len(self.found.merged) >= self._bounds.rows:
            raise too_large("merges", self._bounds.rows)
        corners = (_place(one, None, self._name), _place(other or one, None, self._name))
        self.found.merged.append(corners)


def walk(xml: bytes, part: str, start: Callable[[str, Attributes], None]) -> None:
    """Call `start` with the local name and attributes of every element."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise unsafe(part)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda name, found: start(name.rpartition(":")[2], found)
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise unreadable(part) from None


def _main_of(archive: Archive) -> str:
    for kind, target in _relations(archive, "").values():
        if kind == "officeDocument":
            return target
    raise unreadable("_rels/.rels")


def _relations(archive: Archive, of: str) -> dict[str, tuple[str, str]]:
    """Return kind and target of each relation of a part, by id; none leads out of the archive."""
    folder, _, base = of.rpartition("/")
    part = f"{folder}/_rels/{base}.rels" if of else "_rels/.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        if name != "Relationship" or kind not in _KINDS:
            return
        if attributes.get("TargetMode", "Internal") != "Internal":
            raise unsafe(part)
        target = attributes.get("Target", "")
        path = normpath(target.lstrip("/") if target[:1] == "/" else f"{dirname(of)}/{target}")
        if path.lstrip("/").startswith(".."):
            raise unsafe(part)
        found[attributes.get("Id", "")] = (kind, path.lstrip("/"))

    walk(text_part(archive, part), part, start)
    return found


_KINDS: Final = frozenset(("officeDocument", "worksheet", "sharedStrings", "styles"))


def _local(attributes: Attributes) -> Attributes:
    return {name.rpartition(":")[2]: value for name, value in attributes.items() if ":" in name}


def _number(text: str | None, default: int, part: str) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 7 and int(text)):
        raise unreadable(part)
    return int(text)


def _place(reference: str | None, default: Place | None, part: str) -> Place:
    if reference is None and default is not None:
        return default
    found = _REFERENCE.fullmatch((reference or "").replace("$", ""))
    if found is None:
        raise unreadable(part)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return _number(found[2], 1, part), column
