"""ETags: a case's version in double quotes, and the condition that names one."""

import re
from typing import Final

from domain.errors import Refusal

_STRONG: Final = re.compile(r'"(0|[1-9][0-9]{0,17})"')


def etag_of(version: int) -> str:
    """Return the strong ETag of a version."""
    return f'"{version}"'


def version_of(if_match: str | None) -> int:
    """Return the version an `If-Match` names; refuses `if_match_missing`, `if_match_malformed`.

    One strong ETag only: `*` and lists would let a change through whatever the case shows now.
    """
    if if_match is None:
        raise Refusal("if_match_missing")
    found = _STRONG.fullmatch(if_match.strip())
    if found is None:
        raise Refusal("if_match_malformed")
    return int(found[1])
