"""Occupation codes (职业编码) of the 职业分类大典, 2022 edition: `6-18-01-01`."""

import re
from typing import Final

_CODE: Final = re.compile(r"[1-8](-[0-9]{2}){3}")


def occupation_fault_of(code: str) -> str | None:
    """Return the code of what is wrong with an occupation code, or None."""
    return None if _CODE.fullmatch(code) else "occupation_code_malformed"
