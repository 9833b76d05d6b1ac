"""A number as somebody typed it, read: what it is for comparison, what is wrong with it, and where.

The raw text is kept and never corrected. A proposal is made only where a check digit proves it.
"""

from dataclasses import dataclass
from typing import Final

from domain.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong. `position` counts characters of the normalised number from 1."""

    code: str
    said: Text
    position: int | None = None
    segment: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a number is. `kind` is empty where no shape fits; warnings never refuse it."""

    raw: str
    normalised: str
    kind: str = ""
    flaw: Flaw | None = None
    warnings: tuple[Flaw, ...] = ()
    proposal: str | None = None


_CONFUSED: Final = str.maketrans("OQILSZB", "0011528")


def unconfused(number: str) -> str:
    """Write letters that are taken for digits as those digits; only a check digit may then propose it."""
    return number.translate(_CONFUSED)


def first_outside(number: str, allowed: str) -> int | None:
    """Return the position, from 1, of the first character that is none of `allowed`."""
    return next((n for n, c in enumerate(number, start=1) if c not in allowed), None)
