"""One request as operators see it: an id on every answer, and one line in the log.

The line holds the route's template, never the address asked for: a query may hold personal data.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from litestar.types import Message, Scope

from domain.ports.ids import NewId

_KEY: Final = "xuetu.trace"
_log: Final = logging.getLogger("xuetu.request")


@dataclass(slots=True)
class Trace:
    """What is known of one request. `route` stays None for an address that leads nowhere."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    route: str | None = None
    operation: str | None = None
    person_id: UUID | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Tracing:
    """Gives each request its id. An id that came with the request is not taken over."""

    new_id: NewId

    def of(self, scope: Scope) -> Trace:
        """Return the trace of a request, begun when first asked for."""
        state = scope["state"]
        trace = state.get(_KEY)
        if not isinstance(trace, Trace):
            trace = state[_KEY] = Trace(self.new_id().hex)
        return trace

    async def stamp(self, message: Message, scope: Scope) -> None:
        """Put on every answer what every answer carries, and log it."""
        if message["type"] != "http.response.start":
            return
        trace = self.of(scope)
        # What anybody may keep says so itself; nothing else is kept anywhere.
        kept = any(name.lower() == b"cache-control" for name, _ in message["headers"])
        message["headers"] = [
            *message["headers"],
            *(() if kept else ((b"cache-control", b"no-store"),)),
            (b"x-request-id", trace.request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        _log.info(
            "request",
            extra={
                "request_id": trace.request_id,
                "method": scope.get("method"),
                "route": trace.route,
                "operation": trace.operation,
                "status": message["status"],
                "code": trace.code,
                "duration_ms": round((time.perf_counter() - trace.started) * 1000, 2),
                "person_id": None if trace.person_id is None else str(trace.person_id),
            },
        )
