"""Reading one cell of a roster: its value, or what is wrong with it.

A good cell costs one look, a bad one as many as it takes to say what is wrong. What is written
unusually but means one thing alone is taken and noted; what could mean two things is refused.
"""

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.errors import Value
from domain.filing import ClaimBasis
from domain.identifiers import citizen_id, person_name, phone
from domain.identifiers.characters import forbidden_in, visible, without_spaces
from domain.policy.standard import Category
from domain.ports.sheets import Cell, Odd, Oddity

TEXT_MAX: Final = 50
"""Characters any cell may hold; no value of a roster is longer."""
MONTHS_MAX: Final = 600

Values = tuple[tuple[str, Value], ...]


class Bad(NamedTuple):
    """What is wrong with a cell, and the one value that is proved to be meant."""

    code: str
    values: Values = ()
    proposal: str | None = None


CATEGORY_WORDS: Final = {
    "新招用": Category.NEW_HIRE,
    "转岗": Category.TRANSFER,
    "在岗": Category.ON_POST,
    "其他": Category.OTHER,
}
BASIS_WORDS: Final = {
    "社保缴纳地": ClaimBasis.INSURANCE_PLACE,
    "就业所在地": ClaimBasis.WORK_PLACE,
}
_CATEGORIES: Final = {
    **CATEGORY_WORDS,
    **{str(one): one for one in Category},
    "新招": Category.NEW_HIRE,
    "新录用": Category.NEW_HIRE,
    "其它": Category.OTHER,
}
_BASES: Final = {
    **BASIS_WORDS,
    **{str(one): one for one in ClaimBasis},
    "参保地": ClaimBasis.INSURANCE_PLACE,
    "工作所在地": ClaimBasis.WORK_PLACE,
}
_ODD: Final = {
    Oddity.FORMULA: "cell_formula",
    Oddity.ERROR: "cell_error_value",
    Oddity.BOOLEAN: "cell_boolean",
    Oddity.INEXACT: "excel_precision_loss",
    Oddity.FRACTION: "not_an_integer",
    Oddity.INSTANT: "date_with_time",
    Oddity.MERGED: "cell_merged",
}
_ERRORS: Final = frozenset(
    ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!")
)
_BOOLEANS: Final = frozenset(("TRUE", "FALSE"))
_QUOTED: Final = re.compile(r'="([^"]{1,50})"')
_HARMLESS: Final = re.compile(r"\+86[0-9 -]+|[+-][0-9]{1,5}")
_EXPONENT: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_DIGITS: Final = re.compile(r"[0-9]{1,4}")
_MONTHS: Final = re.compile(r"([0-9]{1,3})(个月|月|年)|([0-9]{1,3})\.0+")
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{8})")
_TIMED: Final = re.compile(r"(\S{6,11})[ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)")
_TURNED: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_SHORT: Final = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}|[0-9]{2}年[0-9]{1,2}月.*")
_SERIAL: Final = range(20_000, 80_000)
"""Days since a workbook's day zero that are days of 1954 to 2119."""


def unreadable(cell: Cell) -> Bad | None:
    """Return why a cell holds no value of any column, or None."""
    if isinstance(cell, Odd):
        day = None if cell.day is None else cell.day.isoformat()
        return Bad(_ODD[cell.oddity], (), day)
    if not isinstance(cell, str):
        return None
    shown = visible(cell)
    if not shown:
        return Bad("cell_missing")
    if (character := forbidden_in(cell)) is not None:
        return Bad("forbidden_character", (("character", character),))
    if len(shown) > TEXT_MAX:
        return Bad("text_too_long", (("most", TEXT_MAX),))
    if shown.upper() in _ERRORS:
        return Bad("cell_error_value")
    if shown[0] in "=+-@" and not _HARMLESS.fullmatch(shown):
        return Bad("cell_formula")
    return None


def inside_formula(cell: Cell) -> str | None:
    """Return the text that `="…"` wraps to keep a spreadsheet from making a number of it, or None."""
    found = _QUOTED.fullmatch(visible(cell)) if isinstance(cell, str) else None
    return None if found is None else found[1]


def plain(cell: Cell) -> str:
    """Return a readable cell as text: apostrophe, width, spaces and invisible characters folded."""
    return without_spaces(str(cell)).removeprefix("'")


def read_name(cell: Cell) -> str | Bad:
    """Read a name; spaces around it and between Han are no part of it."""
    if not isinstance(cell, str):
        return Bad("name_malformed")
    name = person_name.cleaned(visible(cell).removeprefix("'"))
    code = person_name.fault_of(name)
    return name if code is None else Bad(code, (("most", TEXT_MAX),))


def read_citizen_id(cell: Cell, *, today: date) -> str | Bad:
    """Read a citizen id; where a spreadsheet cut its digits there is nothing left to propose."""
    if isinstance(cell, str) and citizen_id.fault_of(cell, today=today) is None:
        return cell
    number = citizen_id.normalised(plain(cell))
    code = citizen_id.fault_of(number, today=today)
    if code is None:
        return number
    if citizen_id.precision_lost(number):
        return Bad("excel_precision_loss")
    return Bad(code, (), citizen_id.proposal_for(number, today=today))


def read_phone(cell: Cell) -> str | Bad:
    """Read a mobile number, of mainland China."""
    if isinstance(cell, str) and phone.fault_of(cell) is None:
        return cell
    number = phone.normalised(plain(cell))
    if phone.fault_of(number) is None:
        return number
    return Bad("excel_precision_loss" if _EXPONENT.fullmatch(number) else "phone_malformed")


def read_category(cell: Cell) -> Category | Bad:
    """Read a category in Chinese, or as the contract writes it."""
    found = _CATEGORIES.get(plain(cell).lower())
    return Bad("not_one_of", (("values", "、".join(CATEGORY_WORDS)),)) if found is None else found


def read_basis(cell: Cell) -> ClaimBasis | Bad:
    """Read where the subsidy is applied for, in Chinese or as the contract writes it."""
    found = _BASES.get(plain(cell).lower())
    return Bad("not_one_of", (("values", "、".join(BASIS_WORDS)),)) if found is None else found


def read_months(cell: Cell) -> int | Bad:
    """Read a number of months; years and units are proposed, not taken."""
    text = plain(cell)
    if text.upper() in _BOOLEANS:
        return Bad("cell_boolean")
    if text[:1] == "-" and _DIGITS.fullmatch(text[1:]):
        return Bad("number_too_small", (("least", 1),))
    if not _DIGITS.fullmatch(text):
        return _other_months(text)
    months = int(text)
    if months < 1:
        return Bad("number_too_small", (("least", 1),))
    return months if months <= MONTHS_MAX else Bad("number_too_large", (("most", MONTHS_MAX),))


def _other_months(text: str) -> Bad:
    found = _MONTHS.fullmatch(text)
    if found is None:
        return Bad("not_an_integer")
    number, unit, whole = found.groups()
    if unit is None:
        return Bad("not_an_integer", (), str(int(whole)))
    return Bad("months_with_unit", (), str(int(number) * (12 if unit == "年" else 1)))


def read_day(cell: Cell, *, day_zero: date | None) -> date | Bad:
    """Read a day: year, month and day in this order; `day_zero` is the workbook's, None of a text."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str) and (timed := _TIMED.fullmatch(visible(cell))):
        stamped = read_day(timed[1], day_zero=day_zero)
        midnight = not timed[2].strip("0:") or isinstance(stamped, Bad)
        return stamped if midnight else Bad("date_with_time", (), str(stamped))
    text = plain(cell)
    if found := _DAY.fullmatch(text):
        year, month, day, run = found.groups()
        return _day(year, month, day) if run is None else _day(run[:4], run[4:6], run[6:])
    if found := _TURNED.fullmatch(text):
        first, second, year = found.groups()
        readings = {_day(year, first, second), _day(year, second, first)}
        days = [one for one in readings if isinstance(one, date)]
        if not days:
            return Bad("not_a_date")
        return Bad("date_ambiguous", (), days[0].isoformat() if len(days) == 1 else None)
    if _SHORT.fullmatch(text):
        return Bad("date_ambiguous")
    if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in _SERIAL:
        meant = None if day_zero is None else (day_zero + timedelta(days=int(text))).isoformat()
        return Bad("date_serial", (), meant)
    return Bad("not_a_date")


def _day(year: str, month: str, day: str) -> date | Bad:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return Bad("not_a_date")
