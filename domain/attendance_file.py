"""Attendance as a file: CSV text, read whole, every bad cell located.

A cell is named `/rows/17/entry_id`, counted from 1 after the header. Nothing is taken from a file with
a fault in it.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Final
from uuid import UUID

from domain.class_record import ENROLMENT, Attendance
from domain.errors import FAULTS_MAX, Fault, Refusal


def columns_of(attendee: str) -> tuple[str, ...]:
    """Name the columns of a file whose attendees are called so."""
    return ("session_id", attendee, "entry_id", "present", "arrived", "left", "supersedes")


COLUMNS: Final = columns_of(ENROLMENT)
ENTRY_ID_MAX: Final = 100
ROWS_MAX: Final = 20_000
"""Entries of one act."""

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_PRESENT: Final = {"1": True, "0": False, "是": True, "否": False}


def minute_of(time: str) -> int | None:
    """Read a time of day such as 08:30 as minutes since midnight; None where it is none. 24:00 is 1440."""
    if not _TIME.fullmatch(time):
        return None
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)


def time_of(minute: int) -> str:
    """Write minutes since midnight as a time of day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def where_in_file(n: int, column: str) -> str:
    """Point at a cell of the n-th entry, counted from 0."""
    return f"/rows/{n + 1}/{column}"


def parsed_attendance(text: str, *, attendee: str = ENROLMENT) -> tuple[Attendance, ...]:
    """Read a file of attendance, or refuse (`class_record_faulty`) with the first hundred faults located."""
    faults: list[Fault] = []
    rows = [
        _entry(row_no, cells, attendee, faults)
        for row_no, cells in _records(text, columns_of(attendee), faults)
    ]
    if not rows and not faults:
        faults.append(Fault("/rows", "too_few_items", {"least": 1}))
    if faults:
        shown = tuple(faults[:FAULTS_MAX])
        raise Refusal("class_record_faulty", faults=shown, count=len(shown))
    return tuple(rows)


def _records(
    text: str, columns: tuple[str, ...], faults: list[Fault]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    row_no = -1
    try:
        for row_no, cells in enumerate(reader):
            if len(faults) >= FAULTS_MAX or row_no > ROWS_MAX:
                break
            if row_no == 0:
                if tuple(cells) != columns:
                    wanted = {"columns": ",".join(columns)}
                    faults.append(Fault("/header", "header_wrong", wanted))
                    return
            elif len(cells) != len(columns):
                counts = {"found": len(cells), "wanted": len(columns)}
                faults.append(Fault(f"/rows/{row_no}", "columns_wrong", counts))
            else:
                yield row_no, dict(zip(columns, cells, strict=True))
    except csv.Error:
        faults.append(Fault(f"/rows/{row_no + 1}" if row_no >= 0 else "/header", "csv_malformed"))
    if row_no > ROWS_MAX:
        faults.append(Fault("/rows", "too_many_items", {"most": ROWS_MAX}))


class _Cells:
    """One record's cells; each that cannot be read is noted."""

    def __init__(self, row_no: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.cells = cells
        self._row_no = row_no
        self._faults = faults

    def fault(self, column: str, code: str, **values: str | int) -> None:
        self._faults.append(Fault(f"/rows/{self._row_no}/{column}", code, values))

    def id_of(self, column: str) -> UUID:
        try:
            return UUID(self.cells[column])
        except ValueError:
            self.fault(column, "not_a_uuid")
            return UUID(int=0)

    def time(self, column: str) -> int | None:
        if self.cells[column] == "":
            return None
        minute = minute_of(self.cells[column])
        if minute is None:
            self.fault(column, "pattern_mismatch", pattern="HH:MM")
        return minute

    def word(self, column: str) -> str:
        if len(self.cells[column]) > ENTRY_ID_MAX:
            self.fault(column, "text_too_long", most=ENTRY_ID_MAX)
        return self.cells[column]


def _entry(row_no: int, cells: Mapping[str, str], attendee: str, faults: list[Fault]) -> Attendance:
    read = _Cells(row_no, cells, faults)
    if not cells["entry_id"]:
        read.fault("entry_id", "text_too_short", least=1)
    if cells["present"] not in _PRESENT:
        read.fault("present", "not_one_of", values=", ".join(_PRESENT))
    return Attendance(
        session_id=read.id_of("session_id"),
        attendee_id=read.id_of(attendee),
        entry_id=read.word("entry_id"),
        present=_PRESENT.get(cells["present"], True),
        arrived_minute=read.time("arrived"),
        left_minute=read.time("left"),
        supersedes=read.word("supersedes") or None,
    )
