"""Voucher codes (职业培训券码): fourteen random characters and two checks, read and typed by people.

Characters are Crockford's base 32, without I, L, O and U; each is an element of the field of 32
(x⁵ + x² + 1). A code fits when both Σ cᵢ and Σ aⁱcᵢ are zero, a being the generator: a Reed-Solomon code of
distance three. So one or two wrong characters, and two exchanged ones wherever they stand, never fit,
and a single wrong character or a swap of neighbours is located. Nothing is looked up: a phone can check it.

A flaw is told, never corrected: what looks like one slip may be two.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading, first_outside

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
GROUP: Final = 4
_CHECKS: Final = 2
_BITS: Final = 5
_ORDER: Final = 31
_POLYNOMIAL: Final = 0b100101
_HALF: Final = (LENGTH - _CHECKS) * _BITS // 2
"""Random bits taken of each of two ids: their last 62 are random."""
_CONFUSED: Final = str.maketrans("OIL", "011")
_DASHES: Final = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2212_"))

_LENGTH: Final = Text(
    "券码为 16 位，分四组书写。", "A code has 16 characters, written in four groups."
)
_CHARACTER: Final = Text("此处字符不会出现在券码中。", "This character stands in no code.")
_MISTYPED: Final = Text("校验不符：此位可能有误。", "The checks do not fit: look at this one.")
_SWAPPED: Final = Text(
    "校验不符：此位与后一位可能颠倒。", "The checks do not fit: this and the next may be swapped."
)
_CHECK: Final = Text("校验不符，请逐位核对。", "The checks do not fit; compare every character.")


def _powers() -> tuple[tuple[int, ...], dict[int, int]]:
    powers = [1]
    while len(powers) < _ORDER:
        doubled = powers[-1] << 1
        powers.append(doubled ^ _POLYNOMIAL if doubled >> _BITS else doubled)
    return tuple(powers), {value: n for n, value in enumerate(powers)}


_POWER, _LOG = _powers()


def _times(first: int, second: int) -> int:
    if not first or not second:
        return 0
    return _POWER[(_LOG[first] + _LOG[second]) % _ORDER]


def _over(first: int, second: int) -> int:
    return 0 if not first else _POWER[(_LOG[first] - _LOG[second]) % _ORDER]


def _sums(values: Sequence[int]) -> tuple[int, int]:
    """The plain sum and the weighted one; both are zero where a code fits."""
    plain = weighted = 0
    for n, value in enumerate(values):
        plain ^= value
        weighted ^= _times(_POWER[n], value)
    return plain, weighted


def new_code(first: UUID, second: UUID) -> str:
    """Make a code of the randomness of two new ids: 70 bits, so that none can be guessed."""
    mask = (1 << _HALF) - 1
    random = (first.int & mask) << _HALF | second.int & mask
    body = [random >> _BITS * n & 0b11111 for n in range(LENGTH - _CHECKS)]
    plain, weighted = _sums(body)
    last_two = _POWER[LENGTH - 2], _POWER[LENGTH - 1]
    check = _over(weighted ^ _times(last_two[1], plain), last_two[0] ^ last_two[1])
    return "".join(ALPHABET[value] for value in (*body, check, plain ^ check))


def grouped(code: str) -> str:
    """Write a code in groups of four, as people read it."""
    return "-".join(code[n : n + GROUP] for n in range(0, LENGTH, GROUP))


def normalised(raw: str) -> str:
    """Fold width and case, drop spaces and hyphens, and read O as 0, I and L as 1."""
    return without_spaces(raw).translate(_DASHES).upper().translate(_CONFUSED)


def flaw_of(code: str) -> Flaw | None:
    """Return what is wrong with a normalised code, and where as far as it can be told, or None."""
    if len(code) != LENGTH:
        return Flaw(code="voucher_code_length", said=_LENGTH)
    outside = first_outside(code, ALPHABET)
    if outside is not None:
        return Flaw(code="voucher_code_character", said=_CHARACTER, position=outside)
    values = [ALPHABET.index(character) for character in code]
    plain, weighted = _sums(values)
    if not plain and not weighted:
        return None
    if plain and weighted and (at := _LOG[_over(weighted, plain)]) < LENGTH:
        return Flaw(code="voucher_code_mistyped", said=_MISTYPED, position=at + 1)
    swaps = [] if plain else [n for n in range(LENGTH - 1) if _swap(values, n) == weighted]
    if len(swaps) == 1:
        return Flaw(code="voucher_code_swapped", said=_SWAPPED, position=swaps[0] + 1)
    return Flaw(code="voucher_code_checksum", said=_CHECK)


def _swap(values: Sequence[int], n: int) -> int:
    """What exchanging a character and the next would add to the weighted sum."""
    return _times(values[n] ^ values[n + 1], _POWER[n] ^ _POWER[n + 1])


def explain(raw: str) -> Reading:
    """Read a code as somebody typed it: what is wrong with it, and where."""
    code = normalised(raw)
    flaw = flaw_of(code)
    return Reading(raw=raw, normalised=code, kind="" if flaw else "voucher_code", flaw=flaw)
