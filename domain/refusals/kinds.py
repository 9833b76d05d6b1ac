"""How a refusal is written down: once, with title and detail in both languages."""

from domain.errors import Family, RefusalKind, Text

Pair = tuple[str, str]
"""A sentence in Chinese, and in English."""


def kind(code: str, family: Family, title: Pair, detail: Pair) -> RefusalKind:
    """Write one code down."""
    return RefusalKind(code, family, Text(*title), Text(*detail))


def fault(code: str, title: Pair, detail: Pair) -> RefusalKind:
    """Write down what can be wrong with the shape of what was sent."""
    return kind(code, Family.MALFORMED, title, detail)


def rule(code: str, title: Pair, detail: Pair) -> RefusalKind:
    """Write down what a rule of the scheme says no to."""
    return kind(code, Family.RULE_BROKEN, title, detail)


def state(code: str, title: Pair, detail: Pair) -> RefusalKind:
    """Write down what the present state says no to."""
    return kind(code, Family.STATE_CONFLICT, title, detail)
