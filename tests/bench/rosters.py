"""Row 6 of DESIGN 7: a roster of ten thousand rows from XLSX, checked, and the sheet merely read."""

import gc
import io
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any, Final

import xlsxwriter
from python_calamine import load_workbook

from adapters.sheets.files import SheetFiles
from domain.identifiers.citizen_id import check_character
from domain.ports.sheets import XLSX
from domain.roster.check import RosterCheck, check_sheet
from domain.roster.columns import COLUMNS
from tests.bench.report import Result, compared

TARGET: Final = 4
"""At most so many times what calamine takes to read the same file."""
_TODAY: Final = date(2026, 11, 21)
_FAMILY: Final = "王李张刘陈杨黄赵吴周"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋"


async def rosters(*, rounds: int, people: int) -> AsyncIterator[Result]:
    """Measure in turns; every round reads the file from its bytes."""
    raw = _workbook(people)
    sheets = SheetFiles()

    def ours() -> RosterCheck:
        return check_sheet(sheets.read(raw, XLSX), today=_TODAY)

    def bare() -> list[list[Any]]:
        return load_workbook(io.BytesIO(raw)).get_sheet_by_index(0).to_python()

    found = ours()
    if (len(found.people), found.faults) != (people, ()) or len(bare()) != people + 1:
        raise RuntimeError("the two have not read the same roster")
    times = [(_timed(ours), _timed(bare)) for _ in range(rounds)]
    yield compared(
        f"roster of {people} rows from XLSX, checked",
        "s",
        [first for first, _ in times],
        [second for _, second in times],
        target=TARGET,
        at_least=False,
    )


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    done = work()
    took = time.perf_counter() - started
    del done
    return took


def _workbook(people: int) -> bytes:
    """Write a roster of different people, numbers as text and days as days."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        as_text = book.add_format({"num_format": "@"})
        sheet.write_row(0, 0, [column.heading.zh for column in COLUMNS])
        for n in range(people):
            born = date(1970 + n % 35, 1 + n % 12, 1 + n % 28)
            seventeen = f"{320600 + n // 1000:06d}{born:%Y%m%d}{n % 1000:03d}"
            sheet.write_string(n + 1, 0, _FAMILY[n % 10] + _GIVEN[n // 10 % 10])
            sheet.write_string(n + 1, 1, seventeen + check_character(seventeen), as_text)
            sheet.write_string(n + 1, 2, f"138{n:08d}", as_text)
            sheet.write_string(n + 1, 3, "新招用")
            sheet.write_datetime(n + 1, 4, date(2026, 1 + n % 9, 1 + n % 28), day)
            sheet.write_number(n + 1, 5, 24)
            sheet.write_string(n + 1, 6, "社保缴纳地")
    return made.getvalue()
