"""What schemathesis alone cannot know: ids that exist, versions that cases have, files of a type.

Loaded by schemathesis (`SCHEMATHESIS_HOOKS`). Three of four generated ids are replaced by one of the
place's, and the version by the one that the case has, chosen by what was generated, so that a seed
repeats its run. Every other generated file is replaced by a good one of its type.
"""

import json
import os
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
    return case


@schemathesis.serializer(*sorted({media for one in OPERATIONS for media in one.operation.binary}))
def as_bytes(context: schemathesis.SerializationContext, value: object) -> bytes:
    """Send a good file of the type, or what was generated."""
    good = GOOD.get(str(context.case.media_type))
    if good is not None and _drawn(value) % 2:
        return good
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
