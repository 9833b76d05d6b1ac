"""Policies written for tests, in the packs' format, and an oracle that shares no code."""

from fractions import Fraction
from typing import Any

from domain.policy import Standard, parse_policy


def policy_document(**fields: Any) -> dict[str, Any]:
    """The shortest policy that says everything required; `fields` replace or add."""
    return {
        "id": "test-policy",
        "region": "3206",
        "document": "测人社〔2024〕1号",
        "valid_from": "2024-01-01",
        "rates": {"4": 400000, "3": 500000, "2": 600000},
        "uncertified": {"mode": "none"},
        "below_filed": "rate_of_grade_reached",
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR"},
        "unit": {"kind": "filed_years"},
    } | fields


def standard(**fields: Any) -> Standard:
    """The same, read."""
    return parse_policy(policy_document(**fields))


def half_up(amount: Fraction) -> int:
    """Round as a person would: the nearest whole fen, a half upwards."""
    whole = amount.numerator // amount.denominator
    return whole + (1 if amount - whole >= Fraction(1, 2) else 0)
