"""Unified social credit codes (统一社会信用代码, GB 32100-2015): eighteen characters, the last a check.

Rural collectives (N), military (A) and other bodies (Y) have valid codes too. The organisation code
inside (GB 11714) has a check of its own that old codes do not all satisfy: a warning, never a refusal.
"""

import re
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading, first_outside, unconfused

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, Z, S and V, which look like 1, 0, 2, 5 and U."""
_SHAPE: Final = re.compile(r"[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_WEIGHTS: Final = tuple(pow(3, n, 31) for n in range(17))
_ORGANISATION: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_LEGACY: Final = re.compile(r"[0-9]{15}|[0-9A-Z]{8}[0-9X]|[0-9A-Z]{20}")

_SEGMENTS: Final = (
    (1, Text("登记管理部门代码", "registering authority")),
    (2, Text("机构类别代码", "kind of body")),
    (8, Text("登记管理机关行政区划码", "region")),
    (17, Text("主体标识码（组织机构代码）", "organisation code")),
    (18, Text("校验码", "check character")),
)
_LENGTH: Final = Text("应为 18 位数字和大写字母。", "A code has 18 digits and capital letters.")
_OLD: Final = Text(
    "这是旧的注册号、组织机构代码或税号，请填写 18 位统一社会信用代码。",
    "This is an old registration, organisation or tax number; give the credit code of 18 characters.",
)
_CHARACTER: Final = Text("此处字符不允许。", "This character cannot stand here.")
_CHECK: Final = Text("第 18 位校验不符。", "Character 18, the check, does not fit.")
_ORGANISATION_CHECK: Final = Text(
    "组织机构代码的校验位不符，旧代码可能如此，请核对。",
    "The organisation code's own check does not fit, as with some old codes; look at it.",
)


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens, upper-case."""
    return without_spaces(raw).replace("-", "").upper()


def check_character(seventeen: str) -> str:
    """Return the check character of the first seventeen."""
    total = sum(weight * ALPHABET.index(c) for weight, c in zip(_WEIGHTS, seventeen, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_fits(nine: str) -> bool:
    """Tell whether an organisation code's ninth character is its check (GB 11714)."""
    check = -sum(w * int(c, 36) for w, c in zip(_ORGANISATION, nine[:8], strict=True)) % 11
    return nine[8] == "0123456789X"[check]


def fault_of(code: str) -> str | None:
    """Return the code of what is wrong with a normalised credit code, or None."""
    if _SHAPE.fullmatch(code) is None:
        return "credit_code_malformed"
    return None if check_character(code[:17]) == code[17] else "credit_code_checksum"


def explain(raw: str) -> Reading:
    """Read a code: what is wrong with it and where; a proposal only where its check proves it."""
    code = normalised(raw)
    fault = fault_of(code)
    if fault is None:
        return Reading(raw=raw, normalised=code, kind="credit_code", warnings=_warnings(code))
    if fault == "credit_code_checksum":
        flaw = Flaw(code=fault, said=_CHECK, position=18, segment=_SEGMENTS[-1][1])
    elif len(code) != 18:
        flaw = Flaw(code=fault, said=_OLD if _LEGACY.fullmatch(code) else _LENGTH)
    else:
        position = _misplaced(code)
        segment = next(text for last, text in _SEGMENTS if position <= last)
        flaw = Flaw(code=fault, said=_CHARACTER, position=position, segment=segment)
    return Reading(raw=raw, normalised=code, flaw=flaw, proposal=_proposal(code))


def _misplaced(code: str) -> int:
    """Return the first position of a code of eighteen characters that its shape does not allow."""
    digits = "0123456789"
    allowed = ["123456789ANY", digits[1:], *[digits] * 6, *[ALPHABET] * 10]
    return next(n for n, c in enumerate(code, start=1) if c not in allowed[n - 1])


def _warnings(code: str) -> tuple[Flaw, ...]:
    if organisation_check_fits(code[8:17]):
        return ()
    code_of = "organisation_code_checksum"
    return (Flaw(code=code_of, said=_ORGANISATION_CHECK, position=17, segment=_SEGMENTS[3][1]),)


def _proposal(code: str) -> str | None:
    # Letters that no code holds are digits misread; in the digits' places any such letter is.
    body = "".join(c if c in ALPHABET else unconfused(c) for c in code[8:])
    candidate = code[:1] + unconfused(code[1:8]) + body
    good = first_outside(candidate, ALPHABET) is None and fault_of(candidate) is None
    return candidate if candidate != code and good else None
