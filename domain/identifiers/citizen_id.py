"""Citizen id numbers (公民身份号码, GB 11643-1999): normalise for comparison, say what is wrong.

The region part is never checked: dissolved codes and residence permits (81/82/83) are real.
"""

from datetime import date
from operator import mul
from typing import Final

from domain.identifiers.characters import without_spaces

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens, upper-case; 15 digits are written as 18."""
    number = without_spaces(raw).replace("-", "").upper().replace("×", "X")
    if len(number) == 15 and number.isascii() and number.isdigit():
        seventeen = f"{number[:6]}19{number[6:]}"
        return seventeen + check_character(seventeen)
    return number


def check_character(seventeen: str) -> str:
    """Return the ISO 7064 MOD 11-2 check character of the first seventeen digits."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, seventeen))) % 11]


def fault_of(number: str, *, today: date) -> str | None:
    """Return the code of what is wrong with a normalised number, or None."""
    if len(number) != 18 or not number.isascii() or not number[:17].isdigit():
        return "citizen_id_malformed"
    if not (number[17].isdigit() or number[17] == "X"):
        return "citizen_id_malformed"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "citizen_id_birth_date"
    if born > today:
        return "citizen_id_birth_date"
    if check_character(number[:17]) != number[17]:
        return "citizen_id_checksum"
    return None
