"""What schemathesis alone cannot know: ids that exist, and versions that cases have.

Loaded by schemathesis (`SCHEMATHESIS_HOOKS`). Three of four generated ids are replaced by one of the
demo's, chosen by what was generated, so that a seed repeats its run.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any, Final

import schemathesis

KNOWN: Final[dict[str, list[str]]] = json.loads(
    Path(os.environ["XUETU_FUZZ_KNOWN"]).read_text("utf-8")
)
VERSIONS: Final = 12


def _drawn(value: object) -> int:
    return zlib.crc32(repr(value).encode())


@schemathesis.hook
def map_path_parameters(
    context: schemathesis.HookContext,  # noqa: ARG001 the hook's signature
    path_parameters: dict[str, Any] | None,
) -> dict[str, Any] | None:
    """Name things that exist, most of the time."""
    if path_parameters is None:
        return None
    return {
        name: known[_drawn(value) // 4 % len(known)]
        if (known := KNOWN.get(name)) and _drawn(value) % 4
        else value
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def map_headers(
    context: schemathesis.HookContext,  # noqa: ARG001 the hook's signature
    headers: Any,  # schemathesis hands its own mapping through
) -> Any:
    """Name a version that a case may have, most of the time."""
    if headers and "If-Match" in headers and _drawn(headers["If-Match"]) % 4:
        headers["If-Match"] = f'"{_drawn(headers["If-Match"]) % VERSIONS + 1}"'
    return headers
