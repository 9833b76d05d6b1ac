"""Structured logs: one JSON object a line, and no personal data in it.

Messages of exceptions are left out: a driver's message quotes the values of a statement. What is
logged of an exception is its type, the SQLSTATE if it has one, and where it was raised.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

_PLAIN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_CAUSES_MAX: Final = 10
_FRAMES_MAX: Final = 30


class JsonFormatter(logging.Formatter):
    """Renders a record with everything given in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _PLAIN}
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["error"] = causes_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def causes_of(error: BaseException) -> list[dict[str, Any]]:
    """Describe an exception and what caused it, outermost first, without any message."""
    causes: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < _CAUSES_MAX:
        frames = traceback.extract_tb(cause.__traceback__)[-_FRAMES_MAX:]
        described: dict[str, Any] = {
            "type": f"{type(cause).__module__}.{type(cause).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if (state := getattr(cause, "sqlstate", None)) is not None:
            described["sqlstate"] = str(state)
        causes.append(described)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return causes


def level_of(name: str) -> int:
    """Return the level of a name: info, warning or error."""
    return logging.getLevelNamesMapping()[name.upper()]


def configure_logs(*, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every logger's records to one stream as JSON lines; uvicorn's access log is ours."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
