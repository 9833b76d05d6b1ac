"""Occupation codes (职业编码) of the 职业分类大典: `6-18-01-01`, in the editions of 2015 and 2022.

The same occupation may have another name, or another code, in another edition; whether a person was
subsidised for it before is asked of its key, which is the same in both.
"""

import re
from dataclasses import dataclass
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading

EDITIONS: Final = (2015, 2022)
_CODE: Final = re.compile(r"[1-8](-[0-9]{2}){3}")
_RUN: Final = re.compile(r"([1-8])([0-9]{2})([0-9]{2})([0-9]{2})")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―－−", "-"))
_SHAPE: Final = Text(
    "职业编码应为“6-18-01-01”的形式。", "An occupation code looks like 6-18-01-01."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """One occupation as two editions have it."""

    code_2015: str
    name_2015: str
    code_2022: str
    name_2022: str


SEED: Final = (
    Renamed(code_2015="4-10-01-03", name_2015="保育员", code_2022="4-10-01-03", name_2022="保育师"),
    Renamed(
        code_2015="6-30-99-00",
        name_2015="工业机器人系统操作员",
        code_2022="6-31-07-03",
        name_2022="工业机器人系统操作员",
    ),
)
"""A seed of ours, to be replaced by the bureau's own table: neither complete nor official.

No source was found for the 2015 codes; that of the robot operator is of the new occupations of 2019.
"""


def normalised(raw: str) -> str:
    """Fold width, spaces and dashes; seven digits in a row get their dashes."""
    code = without_spaces(raw.translate(_DASHES))
    run = _RUN.fullmatch(code)
    return code if run is None else "-".join(run.groups())


def occupation_fault_of(code: str) -> str | None:
    """Return the code of what is wrong with an occupation code, or None."""
    return None if _CODE.fullmatch(code) else "occupation_code_malformed"


def explain(raw: str) -> Reading:
    """Read a code: its group that is wrong, by position."""
    code = normalised(raw)
    if occupation_fault_of(code) is None:
        return Reading(raw=raw, normalised=code, kind="occupation")
    position = next(
        (n for n, c in enumerate(code, start=1) if not _fits(n, c)), min(len(code) + 1, 10)
    )
    flaw = Flaw(code="occupation_code_malformed", said=_SHAPE, position=position)
    return Reading(raw=raw, normalised=code, flaw=flaw)


def _fits(position: int, character: str) -> bool:
    if position in {2, 5, 8}:
        return character == "-"
    return position <= 10 and character in ("12345678" if position == 1 else "0123456789")


def key_of(code: str, *, edition: int, table: tuple[Renamed, ...] = SEED) -> str:
    """Return what an occupation is compared by: its code of 2022, whichever edition it came from."""
    if edition == 2022:
        return code
    return next((one.code_2022 for one in table if one.code_2015 == code), code)


def names_of(code: str, *, table: tuple[Renamed, ...] = SEED) -> tuple[str, ...]:
    """Return the names that the table has for a code of 2022, older first."""
    return tuple(
        dict.fromkeys(
            name
            for one in table
            if one.code_2022 == code
            for name in (one.name_2015, one.name_2022)
        )
    )
