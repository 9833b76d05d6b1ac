"""What headers and queries say, and what is refused about them."""

from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

import pytest
from litestar.types import HTTPReceiveMessage

from domain.errors import Refusal, Text
from service.http.etag import etag_of, version_of
from service.http.operation import Operation, Query
from service.http.request import (
    bearer_token,
    check_acceptable,
    check_media_type,
    check_no_body,
    idempotency_key,
    language_of,
    query_values,
    read_body,
)
from tests.unit.http.stub_api import Kind

WORDS = Text("字", "word")


@pytest.mark.parametrize("length", [16, 128])
def test_a_key_is_taken_bare_or_quoted(length: int) -> None:
    key = ("aZ0_-" * 30)[:length]
    assert idempotency_key(key) == idempotency_key(f'"{key}"') == idempotency_key(f" {key} ") == key


@pytest.mark.parametrize(
    "header",
    [
        "",
        "a" * 15,
        "a" * 129,
        '"' + "a" * 16,
        "a" * 16 + '"',
        "a" * 15 + "é",
        "a b" * 6,
        "a,b" * 8,
        "'" + "a" * 16 + "'",
        '""',
        "a" * 16 + "\n" + "b" * 16,
        "钥" * 20,
        "a" * 16 + ";x=1",
    ],
)
def test_a_key_of_another_form_is_malformed(header: str) -> None:
    with pytest.raises(Refusal, match="idempotency_key_malformed"):
        idempotency_key(header)


def test_no_key_is_missing() -> None:
    with pytest.raises(Refusal, match="idempotency_key_missing"):
        idempotency_key(None)


@pytest.mark.parametrize("version", [0, 1, 10, 10**18 - 1])
def test_an_etag_comes_back_as_its_version(version: int) -> None:
    assert version_of(etag_of(version)) == version


@pytest.mark.parametrize(
    "header",
    ["", "1", "*", 'W/"1"', '"1", "2"', '"01"', '"-1"', '"a"', '""', '"1', '"' + "9" * 19 + '"'],
)
def test_a_condition_of_another_form_is_malformed(header: str) -> None:
    with pytest.raises(Refusal, match="if_match_malformed"):
        version_of(header)


def test_no_condition_is_missing() -> None:
    with pytest.raises(Refusal, match="if_match_missing"):
        version_of(None)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("bearer  abcdefghijklmnop ", "abcdefghijklmnop"),
        ("Basic abcdefghijklmnop", None),
        ("Bearer", None),
        ("Bearer short", None),
        ("Bearer " + "a" * 513, None),
        ("Bearer abcdefgh ijklmnopqrst", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_bearer_token_signs_in(header: str | None, token: str | None) -> None:
    assert bearer_token(header) == token


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5,zh;q=0.5", "zh"),
        ("en;q=0.9,zh;q=0.1", "en"),
        ("en;q=0", "zh"),
        ("de,*", "zh"),
        ("en;q=nonsense", "en"),
        (",;,", "zh"),
    ],
)
def test_the_language_is_the_one_preferred_and_chinese_by_default(
    header: str | None, language: str
) -> None:
    assert language_of(header) == language


def operation(media: str) -> Operation:
    return Operation(
        id="Some", method="GET", path="/v1/some", tag="t", summary=WORDS, answer_media=media
    )


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        "application/json",
        "text/html, application/json;q=0.1",
        "application/json;charset=utf-8",
        "application/json;q=0.5, */*;q=0",
    ],
)
def test_an_answer_that_is_wanted_is_given(accept: str | None) -> None:
    check_acceptable(accept, operation("application/json"))


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/json;q=0",
        "application/json;q=0, */*",
        "*/*;q=0",
        "text/csv",
        "application/problem+json",
    ],
)
def test_an_answer_that_is_ruled_out_is_refused(accept: str) -> None:
    with pytest.raises(Refusal, match="not_acceptable"):
        check_acceptable(accept, operation("application/json"))
    check_acceptable("text/csv", operation("text/csv; charset=utf-8"))


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "Application/JSON; charset=UTF-8"},
        {"content-type": 'application/json;charset="utf-8"', "content-encoding": "identity"},
    ],
)
def test_the_declared_media_type_is_taken(headers: dict[str, str]) -> None:
    check_media_type(headers, ["application/json"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/json-patch+json"},
        {"content-type": "application/json; charset=gb18030"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_another_media_type_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="unsupported_media_type"):
        check_media_type(headers, ["application/json"])


def test_a_body_of_several_media_types_says_which_it_is() -> None:
    as_bytes = ("text/csv", "application/x-sheet")
    medias = ("application/json", *as_bytes)
    for media in medias:
        assert check_media_type({"content-type": media}, medias, as_bytes=as_bytes) == media
    # Its bytes say themselves how a text is encoded; compressed it is not.
    csv = {"content-type": "text/csv; charset=gb18030"}
    assert check_media_type(csv, medias, as_bytes=as_bytes) == "text/csv"
    for headers in ({**csv, "content-encoding": "gzip"}, {"content-type": "text/plain"}):
        with pytest.raises(Refusal) as refused:
            check_media_type(headers, medias, as_bytes=as_bytes)
        assert refused.value.values["media"] == "application/json, text/csv, application/x-sheet"


def test_an_answer_in_several_media_types_is_given_when_one_is_wanted() -> None:
    several = replace(operation("application/json"), answer_also=("text/csv",))
    for accept in (None, "text/csv", "application/json", "*/*;q=0.1, application/json;q=0"):
        check_acceptable(accept, several)
    with pytest.raises(Refusal) as refused:
        check_acceptable("text/html, text/csv;q=0", several)
    assert refused.value.values["media"] == "application/json, text/csv"


def test_a_body_nobody_asked_for_is_refused() -> None:
    check_no_body({})
    check_no_body({"content-length": "0"})
    for headers in ({"content-length": "2"}, {"transfer-encoding": "chunked"}):
        with pytest.raises(Refusal, match="body_not_expected"):
            check_no_body(headers)


class Wire:
    """Sends a body in pieces, or hangs up."""

    def __init__(self, *chunks: bytes, hangs_up: bool = False) -> None:
        self.chunks = list(chunks)
        self.hangs_up = hangs_up
        self.received = 0

    async def __call__(self) -> HTTPReceiveMessage:
        self.received += 1
        if not self.chunks and self.hangs_up:
            return {"type": "http.disconnect"}
        message = {
            "type": "http.request",
            "body": self.chunks.pop(0),
            "more_body": bool(self.chunks) or self.hangs_up,
        }
        return cast("HTTPReceiveMessage", message)


async def test_a_body_in_pieces_is_put_together() -> None:
    assert await read_body(Wire(b"ab", b"", b"cd"), {}, 4) == b"abcd"


async def test_a_declared_excess_is_refused_before_anything_is_read() -> None:
    for declared in ("5", "9" * 30):
        wire = Wire(b"abcde")
        with pytest.raises(Refusal, match="body_too_large"):
            await read_body(wire, {"content-length": declared}, 4)
        assert wire.received == 0


async def test_an_undeclared_excess_is_refused_at_the_piece_that_exceeds() -> None:
    wire = Wire(b"abc", b"de", b"never read")
    with pytest.raises(Refusal, match="body_too_large"):
        await read_body(wire, {}, 4)
    assert wire.received == 2


async def test_a_caller_who_hangs_up_is_refused() -> None:
    with pytest.raises(Refusal, match="request_malformed"):
        await read_body(Wire(b"ab", hangs_up=True), {"content-length": "4"}, 4)


QUERIES = (
    Query(name="text", description=WORDS, max_length=5, pattern="^[a-z]+$"),
    Query(name="number", description=WORDS, kind=int, least=1, most=9),
    Query(name="flag", description=WORDS, kind=bool),
    Query(name="day", description=WORDS, kind=date),
    Query(name="id", description=WORDS, kind=UUID),
    Query(name="kind", description=WORDS, kind=Kind),
)


def test_query_values_come_by_kind() -> None:
    query = b"text=abc&number=5&flag=true&day=2025-04-01&kind=long"
    query += b"&id=0190f3a4-c1d2-7b5e-8f60-718293a4b5c6"
    assert query_values(query, QUERIES) == {
        "text": "abc",
        "number": 5,
        "flag": True,
        "day": date(2025, 4, 1),
        "kind": Kind.LONG,
        "id": UUID("0190f3a4-c1d2-7b5e-8f60-718293a4b5c6"),
    }
    assert query_values(b"", QUERIES) == {}
    assert query_values(b"flag=false", QUERIES) == {"flag": False}


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        (b"txet=a", "/query/txet", "unknown_parameter"),
        (b"text=a&text=a", "/query/text", "repeated_parameter"),
        (b"text=", "/query/text", "pattern_mismatch"),
        (b"text=abcdef", "/query/text", "text_too_long"),
        (b"text=A", "/query/text", "pattern_mismatch"),
        (b"text=%00", "/query/text", "forbidden_character"),
        (b"text=%E2%80%AE", "/query/text", "forbidden_character"),
        (b"text=%FF", "/query", "not_acceptable_value"),
        (b"text=\xff", "/query", "not_acceptable_value"),
        (b"&".join(b"a=1" for _ in range(200)), "/query", "not_acceptable_value"),
        (b"%00=1", "/query/\ufffd", "unknown_parameter"),
        (b"number=0", "/query/number", "number_too_small"),
        (b"number=10", "/query/number", "number_too_large"),
        (b"number=1.0", "/query/number", "not_an_integer"),
        (b"number=%EF%BC%95", "/query/number", "not_an_integer"),
        (b"number=" + b"9" * 5000, "/query/number", "not_an_integer"),
        (b"flag=1", "/query/flag", "not_one_of"),
        (b"day=2025-02-30", "/query/day", "not_a_date"),
        (b"day=20250401", "/query/day", "not_a_date"),
        (b"id=nobody", "/query/id", "not_a_uuid"),
        (b"id=%7B0190f3a4c1d27b5e8f60718293a4b5c6%7D", "/query/id", "not_a_uuid"),
        (b"kind=Short", "/query/kind", "not_one_of"),
    ],
)
def test_a_fault_of_the_query_is_named_where_it_stands(
    query: bytes, pointer: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        query_values(query, QUERIES)
    assert refused.value.code == "query_invalid"
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_a_required_parameter_must_be_there() -> None:
    queries = (Query(name="day", description=WORDS, kind=date, required=True),)
    for query in (b"", b"x=1"):
        with pytest.raises(Refusal) as refused:
            query_values(query, queries)
        assert "missing_parameter" in {fault.code for fault in refused.value.faults}
