"""Reading a QR code of version 1 as a scanner does, from its squares alone (ISO/IEC 18004).

Shares nothing with what draws: the mask is undone by its formula, the codewords are walked, and the text is
taken from its mode, count and characters. Errors are not repaired: what is drawn has none.
"""

import re
from collections.abc import Callable, Iterator

SIDE = 21
QUIET = 4
DATA_CODEWORDS_M = 16
NUMERIC, ALPHANUMERIC = 0b0001, 0b0010
DIGIT_BITS = {1: 4, 2: 7, 3: 10}
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,  # noqa: ARG005 - one shape for all
    lambda r, c: c % 3 == 0,  # noqa: ARG005
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
FORMAT_MASK = 0b101010000010010
LEVEL_M = 0b00


def squares_of(svg: str) -> list[list[bool]]:
    """Return the dark squares without the quiet zone, which is checked to be quiet."""
    dark = {(int(y), int(x)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    inside = range(QUIET, QUIET + SIDE)
    assert all(y in inside and x in inside for y, x in dark)
    return [[(y, x) in dark for x in inside] for y in inside]


def read(svg: str) -> str:
    """Return the text of a code."""
    squares = squares_of(svg)
    _check_finders(squares)
    mask = MASKS[_format(squares) >> 10 & 0b111]
    bits = [squares[r][c] ^ mask(r, c) for r, c in _walk()]
    data = bits[: 8 * DATA_CODEWORDS_M]
    return _text(data)


def _check_finders(squares: list[list[bool]]) -> None:
    for top, left in ((0, 0), (0, SIDE - 7), (SIDE - 7, 0)):
        for r in range(7):
            for c in range(7):
                ring = max(abs(r - 3), abs(c - 3))
                assert squares[top + r][left + c] == (ring != 2), (top, left, r, c)


def _format(squares: list[list[bool]]) -> int:
    """Return the fifteen format bits beside the first finder; both copies agree and say level M."""
    near = [squares[8][c] for c in (0, 1, 2, 3, 4, 5, 7, 8)]
    near += [squares[r][8] for r in (7, 5, 4, 3, 2, 1, 0)]
    far = [squares[r][8] for r in range(SIDE - 1, SIDE - 8, -1)]
    far += [squares[8][c] for c in range(SIDE - 8, SIDE)]
    assert near == far
    value = int("".join("1" if bit else "0" for bit in near), 2) ^ FORMAT_MASK
    assert value >> 13 == LEVEL_M
    return value


def _walk() -> Iterator[tuple[int, int]]:
    """Yield the squares of the codewords, two columns at a time from the right, up and down."""
    upward = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        rows = range(SIDE - 1, -1, -1) if upward else range(SIDE)
        for r in rows:
            for c in (right, right - 1):
                if not _is_function(r, c):
                    yield r, c
        upward = not upward


def _is_function(r: int, c: int) -> bool:
    corner = (r < 9 and (c < 9 or c >= SIDE - 8)) or (r >= SIDE - 8 and c < 9)
    return corner or r == 6 or c == 6


def _text(data: list[bool]) -> str:
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int("".join("1" if bit else "0" for bit in data[at - count : at]), 2)

    mode = take(4)
    if mode == NUMERIC:
        left = take(10)
        found = ""
        while left:
            digits = min(left, 3)
            found += f"{take(DIGIT_BITS[digits]):0{digits}d}"
            left -= digits
        return found
    assert mode == ALPHANUMERIC
    left = take(9)
    found = ""
    while left > 1:
        pair = take(11)
        found += CHARACTERS[pair // 45] + CHARACTERS[pair % 45]
        left -= 2
    return found + (CHARACTERS[take(6)] if left else "")
