"""Log lines are JSON, and no message of an exception gets into them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from service.logs import JsonFormatter, causes_of, configure_logs

CANARY = "11010519491231002X"


class DriverError(Exception):
    """As a driver raises it: with the values of the statement in its message."""

    sqlstate = "23505"


def driver() -> None:
    raise DriverError(f"[parameters: ('{CANARY}',)]")


def failing() -> None:
    try:
        driver()
    except DriverError as error:
        raise RuntimeError(CANARY) from error


def failed() -> Exception:
    with pytest.raises(RuntimeError) as caught:
        failing()
    return caught.value


def test_an_exception_is_logged_by_type_place_and_sqlstate_alone() -> None:
    record = logging.makeLogRecord(
        {"msg": "unforeseen", "levelname": "ERROR", "name": "x", "request_id": "r"}
    )
    error = failed()
    record.exc_info = (type(error), error, error.__traceback__)
    line = JsonFormatter().format(record)
    assert CANARY not in line
    logged = json.loads(line)
    assert (logged["message"], logged["level"], logged["request_id"]) == (
        "unforeseen",
        "error",
        "r",
    )
    assert [cause["type"].rpartition(".")[2] for cause in logged["error"]] == [
        "RuntimeError",
        "DriverError",
    ]
    assert logged["error"][1]["sqlstate"] == "23505"
    assert logged["error"][0]["at"][-1].endswith("failing")


def test_an_exception_raised_while_another_was_handled_names_both() -> None:
    error = RuntimeError()
    error.__context__ = ValueError()
    assert len(causes_of(error)) == 2
    error.__suppress_context__ = True
    assert len(causes_of(error)) == 1


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:], root.level = handlers, level
    root.setLevel(level)


def test_every_logger_writes_to_the_one_stream_but_the_access_log_does_not(
    root_logger: logging.Logger,
) -> None:
    stream = io.StringIO()
    configure_logs(stream=stream)
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.access").info("GET /v1/people?name=张三")
    root_logger.info("plain")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == [
        "started",
        "plain",
    ]
