"""Words that every template shares: days, amounts, shares, and free text that names no number of anybody's."""

import re
from datetime import date
from typing import Final

from domain.masking import HIDDEN

_NUMBERS: Final = re.compile(r"\d{11,}[Xx]?|1[3-9]\d[ -]\d{4}[ -]\d{4}")
"""A citizen id, a phone or an account number: eleven digits or more, or a phone written in groups."""
_SHOWN: Final = 3


def without_numbers(text: str) -> str:
    """Return what somebody wrote, citizen ids, phones and account numbers hidden but their ends."""
    return _NUMBERS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[0][:_SHOWN]}{HIDDEN}{found[0][-_SHOWN:]}"


def chinese_day(day: date) -> str:
    """Write a day as documents do: 2026年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def yuan(amount_fen: int) -> str:
    """Write fen as yuan with two places and thousands apart, exactly."""
    whole, fen = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole:,}.{fen:02d}"


def percent(basis_points: int) -> str:
    """Write basis points as a percentage, exactly: 4500 is 45%, 333 is 3.33%."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}%" if rest == 0 else f"{whole}.{rest:02d}%"
