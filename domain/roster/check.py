"""Checking a whole roster: every row, every bad cell, and the people of the good rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from domain.errors import CellPlace, Fault, Refusal
from domain.filing import Apprentice, faults_of_people
from domain.ports.sheets import Cell, Sheet
from domain.roster.cells import (
    TEXT_MAX,
    Bad,
    inside_formula,
    plain,
    read_basis,
    read_category,
    read_citizen_id,
    read_day,
    read_months,
    read_name,
    read_phone,
    unreadable,
)
from domain.roster.columns import COLUMNS, HEADING, ROSTER_COLUMNS
from domain.sheet_columns import Headings, is_blank, letter_of

ROSTER_MAX: Final = 10_000
"""People a roster may hold."""

Reader = Callable[[Cell], Any]
Known = dict[Cell, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterCheck:
    """What a roster says. `rows` counts those that hold anything.

    `people` are those of the rows without a fault; `faults` are all, at most one a cell, in order;
    `notes` say what was read in another way than it was written.
    """

    rows: int
    people: tuple[Apprentice, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...] = ()

    @property
    def of_the_whole(self) -> bool:
        """Whether a fault lies in no row: then no row can be taken without the others."""
        return any(not fault.pointer.startswith(("/rows/", "/roster/")) for fault in self.faults)


def check_people(apprentices: tuple[Apprentice, ...], *, today: date) -> RosterCheck:
    """Check a roster that came as values."""
    people, faults = faults_of_people(apprentices, today=today)
    bad = {fault.pointer.split("/")[2] for fault in faults}
    return RosterCheck(
        rows=len(people),
        people=tuple(one for n, one in enumerate(people) if str(n) not in bad),
        faults=tuple(faults),
    )


def check_sheet(sheet: Sheet, *, today: date) -> RosterCheck:
    """Check a roster that came as a sheet. Raises nothing: what is wrong stands in the answer."""
    headings = ROSTER_COLUMNS.headings_of(sheet)
    if headings.faults:
        return RosterCheck(rows=0, people=(), faults=headings.faults)
    return _Rows(sheet, headings, today).checked()


class _Rows:
    """The rows below the headings, and what was found in them."""

    def __init__(self, sheet: Sheet, headings: Headings, today: date) -> None:
        self._sheet = sheet
        self._headings = headings
        self._readers: tuple[tuple[str, int, Reader, Known], ...] = tuple(
            (field, headings.at[field] - 1, reader, {}) for field, reader in _readers(sheet, today)
        )
        self._seen: dict[str, int] = {}
        self._faults: list[Fault] = []
        self._notes: list[Fault] = []

    def checked(self) -> RosterCheck:
        people: list[Apprentice] = []
        rows = 0
        first = self._headings.row
        for number, row in enumerate(self._sheet.rows[first:], start=first + 1):
            if is_blank(row):
                continue
            rows += 1
            if rows > ROSTER_MAX:
                whole = Fault("/rows", "too_many_items", {"most": ROSTER_MAX})
                return RosterCheck(rows=rows, people=(), faults=(whole,))
            person = self._person(number, row)
            if person is not None:
                people.append(person)
        if not rows:
            self._faults.append(Fault("/rows", "too_few_items", {"least": 1}))
        return RosterCheck(
            rows=rows,
            people=tuple(people),
            faults=tuple(self._faults),
            notes=tuple(self._notes),
        )

    def _person(self, number: int, row: Sequence[Cell]) -> Apprentice | None:
        found = len(self._faults)
        width = self._headings.width
        if number in self._sheet.hidden_rows:
            self._faults.append(Fault(f"/rows/{number}", "row_hidden", cell=CellPlace(number)))
        if len(row) > width:
            self._check_beyond(number, row, width)
        values: dict[str, Any] = {}
        for field, at, reader, known in self._readers:
            cell = row[at] if at < len(row) else ""
            # Few columns hold many different values: what was read once need not be read again.
            value = known.get(cell)
            if value is None:
                value = self._read(number, field, cell, reader)
                if value is None:
                    continue
                if field not in _SINGULAR and (field != "name" or value == cell):
                    known[cell] = value
            values[field] = value
        citizen = values.get("citizen_id")
        if citizen is not None:
            same = self._seen.setdefault(citizen, number)
            if same != number:
                where = {"where": f"/rows/{same}"}
                self._fault(number, "citizen_id", "person_twice_in_roster", where, None)
        return Apprentice(**values) if len(self._faults) == found else None

    def _read(self, number: int, field: str, cell: Cell, reader: Reader) -> Any:  # noqa: ANN401 - of the field
        ordinary = isinstance(cell, str) and len(cell) <= TEXT_MAX and cell.isalnum()
        bad = None if ordinary else unreadable(cell)
        value = reader(cell) if bad is None else bad
        if not isinstance(value, Bad):
            if value is not cell:
                self._note(number, field, cell, value)
            return value
        proposal = value.proposal if bad is None or field == "hired_on" else None
        inside = inside_formula(cell)
        if inside is not None and not isinstance(reader(inside), Bad):
            proposal = inside
        self._fault(number, field, value.code, dict(value.values), proposal)
        return None

    def _note(self, number: int, field: str, cell: Cell, value: object) -> None:
        if field not in _COMPARED or not isinstance(cell, str) or cell == value:
            return
        old = field == "citizen_id" and len(plain(cell)) < len(str(value))
        code = "citizen_id_upgraded" if old else "cell_normalised"
        self._notes.append(Fault(f"/rows/{number}/{field}", code, cell=self._place(number, field)))

    def _fault(
        self, number: int, field: str, code: str, values: dict[str, Any], proposal: str | None
    ) -> None:
        place = self._place(number, field)
        self._faults.append(Fault(f"/rows/{number}/{field}", code, values, place, proposal))

    def _place(self, number: int, field: str) -> CellPlace:
        return CellPlace(number, letter_of(self._headings.at[field]), HEADING[field])

    def _check_beyond(self, number: int, row: Sequence[Cell], width: int) -> None:
        for column, cell in enumerate(row[width:], start=width + 1):
            if cell != "":
                place = CellPlace(number, letter_of(column))
                pointer = f"/rows/{number}/{letter_of(column)}"
                self._faults.append(Fault(pointer, "cell_without_column", cell=place))
                return


_SINGULAR: Final = frozenset({"citizen_id", "phone"})
"""Fields whose values are each person's own: remembering them would only fill memory."""
_COMPARED: Final = frozenset({"name", "citizen_id", "phone"})


def _readers(sheet: Sheet, today: date) -> tuple[tuple[str, Reader], ...]:
    readers: dict[str, Reader] = {
        "name": read_name,
        "citizen_id": partial(read_citizen_id, today=today),
        "phone": read_phone,
        "category": read_category,
        "hired_on": partial(read_day, day_zero=sheet.day_zero),
        "contract_months": read_months,
        "claim_basis": read_basis,
    }
    return tuple((column.field, readers[column.field]) for column in COLUMNS)


def refuse(check: RosterCheck) -> Refusal:
    """Return the refusal of a faulty roster: how many faults there are, and the first hundred."""
    return Refusal("roster_faulty", faults=check.faults, count=len(check.faults))
