"""Money is a whole number of fen (分); 100 fen are one yuan (元). No float, no `/`."""

from typing import Final

FEN_MAX: Final = 10_000_000_000_000  # 100 billion yuan: far above any fund, far below 2**53


def divided_half_up(numerator: int, denominator: int) -> int:
    """Divide two whole numbers, rounding half up (四舍五入), for amounts that are never negative.

    The one rounding of the product: once per person, then sums (CASES 4).
    """
    if numerator < 0 or denominator <= 0:
        msg = f"half-up division needs numerator >= 0 and denominator > 0, got {numerator}, {denominator}"
        raise ValueError(msg)
    return (2 * numerator + denominator) // (2 * denominator)


def yuan(amount_fen: int) -> str:
    """Write an amount as yuan with two places and thin grouping, e.g. `66 000.00`."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{whole:,}".replace(",", " ") + f".{cents:02d}"
