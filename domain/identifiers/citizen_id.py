"""Citizen id numbers (公民身份号码, GB 11643-1999): normalise for comparison, say what is wrong.

The region part is never checked: dissolved codes and residence permits (81/82/83) are real. The
foreign permanent resident's card of 2023 begins with 9 and follows the same rule.
"""

import re
from datetime import date
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading, first_outside, unconfused

_CHECKS: Final = "0123456789X"
_SHAPE: Final = re.compile(r"[0-9]{17}[0-9X]")
_OLD: Final = re.compile(r"[0-9]{15}")
_OLD_FOREIGN: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_CUT: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+|[0-9]{15}0{3}")
_EARLIEST: Final = 1900
"""Nobody born before stands on a roster."""
_PERMITS: Final = {"81": "hong_kong", "82": "macao", "83": "taiwan"}

_DIGITS: Final = Text(
    "应为 18 位：17 位数字加 1 位数字或 X。", "18 characters: 17 digits and a digit or X."
)
_FOREIGN: Final = Text(
    "旧版外国人永久居留证（3 位字母加 12 位数字）请换用 18 位新证号码。",
    "An old foreign permanent resident's number; use the 18 digits of the new card.",
)
_BORN: Final = Text("第 7 至 14 位不是真实的出生日期。", "Characters 7 to 14 are no date of birth.")
_CHECK: Final = Text("第 18 位校验不符。", "Character 18, the check, does not fit.")
_UPGRADED: Final = Text(
    "15 位旧号码，已按 18 位比对。", "An old number of 15 digits, compared as 18."
)
_LOST: Final = Text(
    "表格软件已丢失第 15 位以后的数字。", "A spreadsheet has lost the digits after the 15th."
)


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens, upper-case; 15 digits are written as 18."""
    number = without_spaces(raw).replace("-", "").upper().replace("×", "X")
    return upgraded(number) if _OLD.fullmatch(number) else number


def upgraded(fifteen: str) -> str:
    """Write a number of 15 digits (invalid since 2013, alive on old certificates) as 18."""
    seventeen = f"{fifteen[:6]}19{fifteen[6:]}"
    return seventeen + check_character(seventeen)


def check_character(seventeen: str) -> str:
    """Return the ISO 7064 MOD 11-2 check character of the first seventeen digits."""
    # Written as a number of base 13, the digits' weights fall out of the base: 13 is 2 modulo 11.
    return _CHECKS[(1 - 2 * int(seventeen, 13)) % 11]


def fault_of(number: str, *, today: date) -> str | None:
    """Return the code of what is wrong with a normalised number, or None."""
    if _SHAPE.fullmatch(number) is None:
        return "citizen_id_malformed"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "citizen_id_birth_date"
    if born > today or born.year < _EARLIEST:
        return "citizen_id_birth_date"
    if check_character(number[:17]) != number[17]:
        return "citizen_id_checksum"
    return None


def precision_lost(number: str) -> bool:
    """Tell whether a number looks like one a spreadsheet kept as a float: it is beyond repair."""
    return _CUT.fullmatch(number) is not None


def proposal_for(number: str, *, today: date) -> str | None:
    """Return the number with confused letters read as digits, if the check character proves it."""
    candidate = unconfused(number[:17]) + ("X" if number[17:] == "X" else unconfused(number[17:]))
    if candidate != number and fault_of(candidate, today=today) is None:
        return candidate
    return None


def kind_of(number: str) -> str:
    """Return whose card a sound number is on."""
    if number.startswith("9"):
        return "foreign_permanent_residence"
    return "residence_permit" if number[:2] in _PERMITS else "citizen_id"


def explain(raw: str, *, today: date) -> Reading:
    """Read a number: what it is, and what is wrong with it and where."""
    number = normalised(raw)
    old = len(without_spaces(raw).replace("-", "")) == 15 and len(number) == 18
    warnings = (Flaw(code="citizen_id_upgraded", said=_UPGRADED),) if old else ()
    code = fault_of(number, today=today)
    if code is None:
        return Reading(raw=raw, normalised=number, kind=kind_of(number), warnings=warnings)
    if precision_lost(number):
        flaw = Flaw(code="excel_precision_loss", said=_LOST, position=16)
    elif code == "citizen_id_malformed":
        said = _FOREIGN if _OLD_FOREIGN.fullmatch(number) else _DIGITS
        flaw = Flaw(code=code, said=said, position=first_outside(number, "0123456789"))
    elif code == "citizen_id_birth_date":
        flaw = Flaw(code=code, said=_BORN, position=7, segment=Text("出生日期", "date of birth"))
    else:
        flaw = Flaw(code=code, said=_CHECK, position=18, segment=Text("校验码", "check character"))
    return Reading(
        raw=raw, normalised=number, flaw=flaw, proposal=proposal_for(number, today=today)
    )
