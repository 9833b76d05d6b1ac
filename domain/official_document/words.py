"""Words that every template shares: days, amounts, shares, and free text that names no number of anybody's."""

import re
from datetime import date
from typing import Final

from domain import money
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
    """Write fen as documents write yuan: two places, thousands apart by commas, e.g. `66,000.00`."""
    return money.yuan(amount_fen).replace(" ", ",")
