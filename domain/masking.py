"""Kinds of sealed values, and what everyone sees of them (DESIGN 4, Secrets at rest).

Lists, pages and answers show masks; the full value leaves only through a logged reveal.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

MASK: Final = "*"
HIDDEN: Final = MASK * 4
"""Stands for a value too short to show any of it."""


class ValueKind(StrEnum):
    """Kinds of personal value: each has one blind-index key, the same in every table."""

    CITIZEN_ID = "citizen_id"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"


def _masked(value: str, *, head: int, tail: int) -> str:
    """Keep the ends when at least four characters stay hidden between them."""
    hidden = len(value) - head - tail
    if hidden < len(HIDDEN):
        return HIDDEN
    return value[:head] + MASK * hidden + value[len(value) - tail :]


def masked_citizen_id(value: str) -> str:
    """`110***********4258`: three and four shown.

    The birth date stays hidden whole: with region and check digit known, hiding only the day
    leaves some 1 700 candidates (domain-facts 6).
    """
    return _masked(value, head=3, tail=4)


def masked_phone(value: str) -> str:
    """`138****5678`."""
    return _masked(value, head=3, tail=4)


def masked_account(value: str) -> str:
    """`****0123`: the last four, and not the length."""
    return HIDDEN + value[-4:] if len(value) >= 2 * len(HIDDEN) else HIDDEN


_MASKS: Final[Mapping[ValueKind, Callable[[str], str]]] = {
    ValueKind.CITIZEN_ID: masked_citizen_id,
    ValueKind.PHONE: masked_phone,
    ValueKind.BANK_ACCOUNT: masked_account,
}


def masked(kind: ValueKind, value: str) -> str:
    """Mask a value by its kind."""
    return _MASKS[kind](value)
