"""Mobile numbers of mainland China."""

import re
from typing import Final

from domain.identifiers.characters import without_spaces

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


def normalised(raw: str) -> str:
    """Fold width, drop spaces, hyphens and the country prefix."""
    number = without_spaces(raw).replace("-", "")
    return number.removeprefix("+86") if number.startswith("+86") else number


def fault_of(number: str) -> str | None:
    """Return the code of what is wrong with a normalised number, or None."""
    return None if _MOBILE.fullmatch(number) else "phone_malformed"
