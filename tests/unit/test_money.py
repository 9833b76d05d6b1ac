"""Money: whole fen, one rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import divided_half_up, yuan


@given(st.integers(0, 10**15), st.integers(1, 10**6))
def test_the_rounding_is_half_up(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = divided_half_up(numerator, denominator)
    assert rounded - Fraction(1, 2) <= exact < rounded + Fraction(1, 2)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_nothing_negative_is_divided(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="half-up division"):
        divided_half_up(numerator, denominator)


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "0.00"), (5, "0.05"), (6_600_000, "66 000.00"), (-12_345, "-123.45"), (100, "1.00")],
)
def test_an_amount_is_written_in_yuan(fen: int, written: str) -> None:
    assert yuan(fen) == written
