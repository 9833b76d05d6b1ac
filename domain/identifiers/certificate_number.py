"""Certificate numbers: 22 characters for 职业技能等级证书, 16 digits for 职业资格证书, others free.

Numbers are normalised for comparison and kept raw; never silently corrected.
"""

import re
from typing import Final

from domain.identifiers.characters import without_spaces

_SHAPES: Final = {
    "skill_level_certificate": re.compile(
        r"[A-Z]{1,2}[0-9]{13,14}[1-9A-Z][0-9]{6}|[RGSCXNW]{2,3}[0-9]{17}"
    ),
    "qualification_certificate": re.compile(r"[0-9]{13}|[0-9]{16}"),
}


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens, upper-case. O stays O: nothing is guessed."""
    return without_spaces(raw).replace("-", "").upper()


def well_formed(number: str, certificate_type: str) -> bool:
    """Tell whether a normalised number has a shape its type allows; types without a national shape pass."""
    shape = _SHAPES.get(certificate_type)
    return shape is None or shape.fullmatch(number) is not None
