"""Reading the rows of a list of people: every bad cell located, and the people of the good rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from domain.errors import CellPlace, Fault
from domain.ports.sheets import Cell, Sheet
from domain.roster.cells import TEXT_MAX, Bad, inside_formula, plain, unreadable
from domain.sheet_columns import Columns, Headings, is_blank, letter_of

P = TypeVar("P")

Reader = Callable[[Cell], Any]
Known = dict[Cell, Any]

_SINGULAR: Final = frozenset({"citizen_id", "phone"})
"""Fields whose values are each person's own: remembering them would only fill memory."""
_COMPARED: Final = frozenset({"name", "citizen_id", "phone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Generic[P]):
    """What a list says. `rows` counts those that hold anything.

    `people` are those of the rows without a fault, `numbers` their rows: as numbered in a sheet, from 0
    where they came as values; `faults` are all, at most one a cell, in order; `notes` say what was read
    in another way than it was written.
    """

    rows: int
    people: tuple[P, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def of_the_whole(self) -> bool:
        """Whether a fault lies in no row: then no row can be taken without the others."""
        return any(row_of(fault) is None for fault in self.faults)


def row_of(fault: Fault) -> int | None:
    """Return the row a fault lies in, None where it lies in none."""
    part = f"{fault.pointer}//".split("/")[2]
    return int(part) if part.isdigit() else None


def checked_rows(
    sheet: Sheet,
    layout: Columns,
    readers: Mapping[str, Reader],
    person: Callable[..., P],
    *,
    most: int,
) -> Checked[P]:
    """Check a list that came as a sheet. Raises nothing: what is wrong stands in the answer."""
    headings = layout.headings_of(sheet)
    if headings.faults:
        return Checked(rows=0, people=(), faults=headings.faults)
    return _Rows(sheet, layout, headings, readers, person).checked(most)


class _Rows(Generic[P]):
    """The rows below the headings, and what was found in them."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Columns,
        headings: Headings,
        readers: Mapping[str, Reader],
        person: Callable[..., P],
    ) -> None:
        self._sheet = sheet
        self._layout = layout
        self._headings = headings
        self._person_of = person
        self._readers: tuple[tuple[str, int, Reader, Known], ...] = tuple(
            (column.field, headings.at[column.field] - 1, readers[column.field], {})
            for column in layout.columns
            if column.field in headings.at
        )
        self._seen: dict[str, int] = {}
        self._faults: list[Fault] = []
        self._notes: list[Fault] = []

    def checked(self, most: int) -> Checked[P]:
        people: list[P] = []
        numbers: list[int] = []
        rows = 0
        first = self._headings.row
        for number, row in enumerate(self._sheet.rows[first:], start=first + 1):
            if is_blank(row):
                continue
            rows += 1
            if rows > most:
                whole = Fault("/rows", "too_many_items", {"most": most})
                return Checked(rows=rows, people=(), faults=(whole,))
            person = self._person(number, row)
            if person is not None:
                people.append(person)
                numbers.append(number)
        if not rows:
            self._faults.append(Fault("/rows", "too_few_items", {"least": 1}))
        return Checked(
            rows=rows,
            people=tuple(people),
            faults=tuple(self._faults),
            notes=tuple(self._notes),
            numbers=tuple(numbers),
        )

    def _person(self, number: int, row: Sequence[Cell]) -> P | None:
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
        return self._person_of(**values) if len(self._faults) == found else None

    def _read(self, number: int, field: str, cell: Cell, reader: Reader) -> Any:  # noqa: ANN401 - of the field
        ordinary = isinstance(cell, str) and len(cell) <= TEXT_MAX and cell.isalnum()
        bad = None if ordinary else unreadable(cell)
        if bad is not None and bad.code == "cell_missing" and field in self._layout.optional:
            return None
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
        letter = letter_of(self._headings.at[field])
        return CellPlace(number, letter, self._layout.heading[field])

    def _check_beyond(self, number: int, row: Sequence[Cell], width: int) -> None:
        for column, cell in enumerate(row[width:], start=width + 1):
            if cell != "":
                place = CellPlace(number, letter_of(column))
                pointer = f"/rows/{number}/{letter_of(column)}"
                self._faults.append(Fault(pointer, "cell_without_column", cell=place))
                return
