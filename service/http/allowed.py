"""Which methods an address takes, for `Allow`.

litestar answers 405 without `Allow`, and `OPTIONS` with the methods of the first handler of a path
only (2.25).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from litestar.types import Message, Scope

METHOD_NOT_ALLOWED: Final = 405
_PARAMETER: Final = re.compile(r"\\\{[a-z_]+\\\}")


def route_of(path: str) -> str:
    """Return litestar's spelling of an operation's path: every parameter is text to it."""
    return path.replace("}", ":str}")


class Allowed:
    """The methods of each path."""

    def __init__(self, operations: Iterable[tuple[str, str]]) -> None:
        """Take (method, path) of every operation."""
        methods: dict[str, set[str]] = {}
        for method, path in operations:
            methods.setdefault(path, {"OPTIONS"}).add(method)
        self._by_path: Mapping[str, str] = {
            path: ", ".join(sorted(names)) for path, names in methods.items()
        }
        self._patterns = [
            (re.compile(_PARAMETER.sub("[^/]+", re.escape(path))), names)
            for path, names in self._by_path.items()
        ]

    def at(self, address: str) -> str:
        """Return the methods an address takes; pages, which are no operations, take GET."""
        bare = address.rstrip("/")
        return next(
            (names for pattern, names in self._patterns if pattern.fullmatch(bare)), "GET, OPTIONS"
        )

    async def stamp(self, message: Message, scope: Scope) -> None:
        """Put the methods on the answers that are about them, in place of litestar's."""
        if message["type"] != "http.response.start":
            return
        if message["status"] == METHOD_NOT_ALLOWED or scope.get("method") == "OPTIONS":
            others = [pair for pair in message["headers"] if pair[0].lower() != b"allow"]
            message["headers"] = [*others, (b"allow", self.at(scope["path"]).encode())]
