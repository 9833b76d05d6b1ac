"""Certificate numbers: 22 characters for 职业技能等级证书, 16 digits for 职业资格证书, others free.

Numbers are normalised for comparison and kept raw; never silently corrected. None has a check digit,
so nothing is ever proposed: what contradicts the certificate is said as a warning.
"""

import re
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading

_SKILL: Final = re.compile(r"[YS][0-9]{14}[1-5T][0-9]{6}")
_SKILL_TOLERANT: Final = re.compile(r"[A-Z]{1,2}[0-9]{13,14}[1-9A-Z][0-9]{6}")
_LEGACY_LOCAL: Final = re.compile(r"R[GSCX][NW][0-9]{17}")
_QUALIFICATION: Final = re.compile(r"[0-9]{16}")
_SHANGHAI: Final = re.compile(r"[0-9]{13}")
_HIGHER_GRADUATION: Final = re.compile(r"[0-9]{17,18}")
_SPECIAL_ABILITY: Final = re.compile(r"[0-9A-Z]{10,24}")
_FREE: Final = re.compile(r"[0-9A-Z\u4e00-\u9fa5()〔〕\[\]第号]{1,40}")
_PROVINCES: Final = frozenset(
    str(n)
    for span in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 66))
    for n in range(span[0], span[1] + 1)
)
"""Codes of GB/T 2260, and 66 for the 兵团."""
_SKILL_LENGTH: Final = 22

_SEGMENTS: Final = (
    (1, Text("评价机构类别", "kind of evaluation body")),
    (5, Text("评价机构代码", "number of the evaluation body")),
    (7, Text("省级代码", "province")),
    (13, Text("机构（站点）序列码", "serial of the site")),
    (15, Text("发证年份", "year of issue")),
    (16, Text("等级", "grade")),
    (22, Text("流水号", "serial of the certificate")),
)
_SHAPES: Final = {
    "skill_level_certificate": (
        ("skill_level", _SKILL),
        ("skill_level_tolerated", _SKILL_TOLERANT),
        ("legacy_local", _LEGACY_LOCAL),
    ),
    "qualification_certificate": (
        ("qualification", _QUALIFICATION),
        ("qualification_shanghai", _SHANGHAI),
    ),
}
_LOOSE: Final = {
    "special_ability_certificate": (("special_ability", _SPECIAL_ABILITY),),
    "training_certificate": (("training", _FREE),),
    "graduation_certificate": (
        ("graduation_higher", _HIGHER_GRADUATION),
        ("graduation", _FREE),
    ),
}
"""No national shape: what does not fit is looked up all the same, and only warned of."""
_SAID: Final = {
    "skill_level_certificate": Text(
        "应为 1 位字母加 21 位数字（特级技师第 16 位为字母 T）。",
        "One letter and 21 digits; the grade of a distinguished technician is the letter T.",
    ),
    "qualification_certificate": Text(
        "应为 16 位数字（上海旧证 13 位）。", "16 digits, or the 13 of an old one from Shanghai."
    ),
}
_LOOSELY: Final = Text("不是常见的编号形式，请核对。", "Not the usual shape of such a number.")
_PREFIX: Final = Text(
    "首位通常是 Y（用人单位）或 S（社会培训评价组织）。", "It usually begins with Y or S."
)
_PROVINCE: Final = Text("第 6 至 7 位不是省级代码。", "Characters 6 and 7 are no province.")
_YEAR: Final = Text(
    "第 14 至 15 位与发证年份不符。", "Characters 14 and 15 are not the year of issue."
)
_GRADE: Final = Text("第 16 位与等级不符。", "Character 16 is not the grade claimed.")
_LENGTH: Final = Text("通常为 22 位。", "Usually 22 characters.")
_LETTER: Final = Text(
    "第 2 位是易与数字混淆的字母。", "Character 2 is a letter that is easily taken for a digit."
)
_GRADE_AT: Final = {"skill_level": 16, "qualification": 11}
_GRADES: Final = "12345"
_LIKE_DIGITS: Final = frozenset("OQILSZB")
"""Letters that people write for 0, 1, 2, 5 and 8."""


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens, upper-case. O stays O: nothing is guessed."""
    return without_spaces(raw).replace("-", "").upper()


def well_formed(number: str, certificate_type: str) -> bool:
    """Tell whether a normalised number has a shape its type allows; types without a national shape pass."""
    shapes = _SHAPES.get(certificate_type)
    return shapes is None or any(shape.fullmatch(number) for _, shape in shapes)


def grade_in(number: str, kind: str) -> int | None:
    """Return the grade a normalised number of a kind shows, 5 the lowest; None where it shows none."""
    at = _GRADE_AT.get(kind)
    if at is None or number[at - 1] not in _GRADES:
        return None
    return int(number[at - 1])


def query_form(number: str) -> str:
    """Return what the national look-up is asked with: 13 digits from Shanghai get three zeros."""
    return f"000{number}" if _SHANGHAI.fullmatch(number) else number


def explain(
    raw: str, certificate_type: str, *, issued_year: int | None = None, grade: int | None = None
) -> Reading:
    """Read a number of a type; year of issue and grade, where known, are compared with it."""
    number = normalised(raw)
    strict = _SHAPES.get(certificate_type)
    for kind, shape in strict or _LOOSE.get(certificate_type, ()):
        if shape.fullmatch(number):
            warnings = _warnings(number, kind, issued_year, grade)
            return Reading(raw=raw, normalised=number, kind=kind, warnings=warnings)
    if strict is None:
        loose = Flaw(code="certificate_number_unusual", said=_LOOSELY)
        return Reading(raw=raw, normalised=number, warnings=(loose,))
    position = _misplaced(number) if certificate_type == "skill_level_certificate" else None
    segment = next((text for last, text in _SEGMENTS if position and position <= last), None)
    flaw = Flaw(
        code="certificate_number_malformed",
        said=_SAID[certificate_type],
        position=position,
        segment=segment,
    )
    return Reading(raw=raw, normalised=number, flaw=flaw)


def _misplaced(number: str) -> int | None:
    """Return the first position of a number of the right length that no certificate has so."""
    if len(number) != _SKILL_LENGTH:
        return None
    return next(n for n, c in enumerate(number, start=1) if not _fits(n, c))


def _fits(position: int, character: str) -> bool:
    if not character.isascii():
        return False
    if position == 1:
        return character.isalpha()
    return character.isdigit() if position != 16 else character.isalnum() and character != "0"


def _warnings(
    number: str, kind: str, issued_year: int | None, grade: int | None
) -> tuple[Flaw, ...]:
    if kind not in {"skill_level", "skill_level_tolerated"}:
        return ()
    if len(number) != _SKILL_LENGTH:
        # What follows the missing or surplus character has moved: no part can be compared.
        return (Flaw(code="certificate_length_unusual", said=_LENGTH),)
    if number[1].isalpha():
        confused = Flaw(code="certificate_letter_unusual", said=_LETTER, position=2)
        return (confused,) if number[1] in _LIKE_DIGITS else ()
    year = f"{(issued_year or 0) % 100:02d}"
    found = (
        (number[0] not in "YS", "certificate_prefix_unusual", _PREFIX, 1),
        (number[5:7] not in _PROVINCES, "certificate_province_unknown", _PROVINCE, 6),
        (issued_year is not None and number[13:15] != year, "certificate_year_differs", _YEAR, 14),
        (grade is not None and number[15] != str(grade), "certificate_grade_differs", _GRADE, 16),
    )
    return tuple(
        Flaw(
            code=code,
            said=said,
            position=position,
            segment=next(text for last, text in _SEGMENTS if position <= last),
        )
        for applies, code, said, position in found
        if applies
    )
