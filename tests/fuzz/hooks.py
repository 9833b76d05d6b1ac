"""What schemathesis alone cannot know: ids that exist, versions that cases have, files of a type.

Loaded by schemathesis (`SCHEMATHESIS_HOOKS`). Three of four generated ids are replaced by one of the
place's, and the version by the one that the case has, chosen by what was generated, so that a seed
repeats its run. Every other generated file is replaced by a good one of its type, and now and then a
day, number or text by one at the edge of what can be told.
"""

import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import schemathesis

from service.http.operations import OPERATIONS
from tests import hostile

KNOWN: Final[Mapping[str, Any]] = json.loads(
    Path(os.environ["XUETU_FUZZ_KNOWN"]).read_text("utf-8")
)
IDS: Final[Mapping[str, list[str]]] = KNOWN["ids"]
VERSIONS: Final[Mapping[str, int]] = KNOWN["versions"]
ANY_VERSION: Final = 12
GOOD: Final = {media: make() for media, make in hostile.GOOD.values()}

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
ODD_DAYS: Final = (
    "0001-01-01",
    "9999-12-31",
    "2024-02-29",
    "9999-01-01",
    "1899-12-31",
    "2099-12-31",
)
ODD_NUMBERS: Final = (0, -1, 1, 9999, 10_000, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 10**40)
ODD_TEXTS: Final = ("", " ", "\x00", "\u202e\ufeff", "学" * 5000, "'", "=1+1", "𝟙٣", "\n")


def _drawn(value: object) -> int:
    return zlib.crc32(repr(value).encode())


@schemathesis.hook
def map_case(
    context: schemathesis.HookContext,  # noqa: ARG001 the hook's signature
    case: schemathesis.Case[Any],
) -> schemathesis.Case[Any]:
    """Name things that exist, at the version that they have, most of the time."""
    for name, value in case.path_parameters.items():
        if (known := IDS.get(name)) and _drawn(value) % 4:
            case.path_parameters[name] = known[_drawn(value) // 4 % len(known)]
    if "If-Match" in case.headers and (drawn := _drawn(case.headers["If-Match"])) % 4:
        held = [VERSIONS.get(str(value)) for value in case.path_parameters.values()]
        version = next((one for one in held if one), drawn % ANY_VERSION + 1)
        case.headers["If-Match"] = f'"{version}"'
    if isinstance(case.body, dict | list):
        case.body = _edged(case.body)
    return case


def _edged(value: Any) -> Any:
    """Put something at an edge here and there; days more often, as they are reckoned with."""
    if isinstance(value, dict):
        return {name: _edged(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_edged(one) for one in value]
    drawn = _drawn(value)
    if isinstance(value, str) and DAY.fullmatch(value):
        return ODD_DAYS[drawn // 2 % len(ODD_DAYS)] if drawn % 2 else value
    if isinstance(value, bool) or drawn % 16:
        return value
    odd: Mapping[type, tuple[Any, ...]] = {int: ODD_NUMBERS, str: ODD_TEXTS}
    return odd[type(value)][drawn // 16 % len(odd[type(value)])] if type(value) in odd else value


@schemathesis.serializer(*sorted({media for one in OPERATIONS for media in one.operation.binary}))
def as_bytes(context: schemathesis.SerializationContext, value: object) -> bytes:
    """Send a good file of the type, or what was generated."""
    good = GOOD.get(str(context.case.media_type))
    if good is not None and _drawn(value) % 2:
        return good
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
