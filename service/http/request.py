"""What every operation asks of a request before its function runs (DESIGN 3).

Each check is a function of headers or bytes; the order they run in stands in `service.http.app`.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from litestar.types import Receive

from domain.errors import Fault, Refusal
from service.http.body import below, forbidden_in
from service.http.media import HTML, JSON
from service.http.operation import Operation, Query
from service.http.words import Language

QUERY_FIELDS_MAX: Final = 100

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")
_KEY: Final = re.compile(r'"([A-Za-z0-9_-]{16,128})"|([A-Za-z0-9_-]{16,128})')
_WEIGHT: Final = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def bearer_token(authorization: str | None) -> str | None:
    """Return the token of an `Authorization` header, or None when it holds no bearer token."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or _TOKEN.fullmatch(token) is None:
        return None
    return token


def language_of(accept_language: str | None) -> Language:
    """Return the language an `Accept-Language` prefers; Chinese unless English is liked better."""
    best: dict[Language, float] = {"zh": 0.0, "en": 0.0}
    for item, weight in _weighed(accept_language or ""):
        tag = item.partition("-")[0]
        if tag == "zh":
            best["zh"] = max(best["zh"], weight)
        elif tag == "en":
            best["en"] = max(best["en"], weight)
    return "en" if best["en"] > best["zh"] else "zh"


def check_acceptable(accept: str | None, operation: Operation) -> None:
    """Refuse `not_acceptable` when the answer's media type is ruled out."""
    pages = (HTML,) if operation.page else ()
    answered = [
        media.partition(";")[0]
        for media in (operation.answer_media, *operation.answer_also, *pages)
    ]
    if not any(accepts(accept, media) for media in answered):
        raise Refusal("not_acceptable", media=", ".join(answered))


def accepts(accept: str | None, media: str) -> bool:
    """Tell whether an `Accept` header takes a media type."""
    if accept is None or not accept.strip():
        return True
    return _weight(dict(_weighed(accept)), media) > 0


def prefers_page(accept: str | None) -> bool:
    """Tell whether a page is liked better than JSON; JSON unless it is."""
    weights = dict(_weighed(accept or ""))
    return _weight(weights, HTML) > _weight(weights, JSON)


def _weight(weights: Mapping[str, float], media: str) -> float:
    # The most specific range decides (RFC 9110, 12.5.1).
    ranges = (media, media.partition("/")[0] + "/*", "*/*")
    return next((weights[name] for name in ranges if name in weights), 0.0)


def _weighed(header: str) -> Iterable[tuple[str, float]]:
    for item in header.lower().split(",")[:QUERY_FIELDS_MAX]:
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            if (found := _WEIGHT.fullmatch(parameter)) is not None:
                weight = float(found[1])
        if name:
            yield name, weight


def idempotency_key(header: str | None) -> str:
    """Return the key, bare or quoted; refuses `idempotency_key_missing`, `…_malformed`."""
    if header is None:
        raise Refusal("idempotency_key_missing")
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise Refusal("idempotency_key_malformed")
    return found[1] or found[2]


def check_media_type(
    headers: Mapping[str, str], medias: Sequence[str], *, as_bytes: Container[str] = ()
) -> str:
    """Return which of `medias` the body is of; refuses `unsupported_media_type` unless it is one.

    Text is in UTF-8; what is taken `as_bytes` says itself how it is encoded. A compressed body is
    refused.
    """
    name, *parameters = (
        part.strip() for part in headers.get("content-type", "").lower().split(";")
    )
    charsets = [
        p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")
    ]
    plain = headers.get("content-encoding", "identity").strip().lower() == "identity"
    utf8 = name in as_bytes or all(charset in {"utf-8", "utf8"} for charset in charsets)
    if name not in medias or not plain or not utf8:
        raise Refusal("unsupported_media_type", media=", ".join(medias))
    return name


def check_no_body(headers: Mapping[str, str]) -> None:
    """Refuse `body_not_expected` when a body comes along with an operation that takes none."""
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        raise Refusal("body_not_expected")


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """Read the body; refuses `body_too_large` as soon as it is known, declared or not."""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:19]) > limit:
        raise Refusal("body_too_large", limit=limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the caller hung up: nobody will read the answer
            raise Refusal("request_malformed")
        chunk = message["body"]
        size += len(chunk)
        if size > limit:
            raise Refusal("body_too_large", limit=limit)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def query_values(query_string: bytes, queries: Iterable[Query]) -> Mapping[str, object]:
    """Return the query's values by kind, or refuse `query_invalid` with every fault located."""
    known = {query.name: query for query in queries}
    if not query_string and not any(query.required for query in known.values()):
        return {}
    given: dict[str, str] = {}
    faults: list[Fault] = []
    for name, text in _parameters(query_string):
        pointer = below("/query", name)
        if name not in known:
            faults.append(Fault(pointer, "unknown_parameter"))
        elif name in given:
            faults.append(Fault(pointer, "repeated_parameter"))
        else:
            given[name] = text
    values: dict[str, object] = {}
    for name, query in known.items():
        if name in given:
            value = _value_of(query, given[name])
            if isinstance(value, Fault):
                faults.append(value)
            else:
                values[name] = value
        elif query.required:
            faults.append(Fault(below("/query", name), "missing_parameter"))
    if faults:
        raise Refusal("query_invalid", faults=tuple(faults), count=len(faults))
    return values


def _parameters(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=QUERY_FIELDS_MAX,
        )
    except ValueError:  # not ASCII, not UTF-8 behind its escapes, or too many fields
        raise Refusal(
            "query_invalid", faults=(Fault("/query", "not_acceptable_value"),), count=1
        ) from None


def _value_of(query: Query, text: str) -> object:
    """Return the value of one parameter, or its fault."""
    pointer = below("/query", query.name)
    if issubclass(query.kind, StrEnum):
        choices = [member.value for member in query.kind]
        if text not in choices:
            return Fault(pointer, "not_one_of", {"values": ", ".join(choices)})
        return query.kind(text)
    if query.kind is bool:
        if text not in {"true", "false"}:
            return Fault(pointer, "not_one_of", {"values": "true, false"})
        return text == "true"
    if query.kind is int:
        return _integer_of(query, text, pointer)
    if query.kind is date:
        return _day_of(text, pointer)
    if query.kind is UUID:
        return _id_of(text, pointer)
    return _text_of(query, text, pointer)


def _integer_of(query: Query, text: str, pointer: str) -> object:
    if _INTEGER.fullmatch(text) is None:
        return Fault(pointer, "not_an_integer")
    value = int(text)
    if value < query.least:
        return Fault(pointer, "number_too_small", {"least": query.least})
    if value > query.most:
        return Fault(pointer, "number_too_large", {"most": query.most})
    return value


def _day_of(text: str, pointer: str) -> object:
    try:
        if _ISO_DAY.fullmatch(text) is not None:
            return date.fromisoformat(text)
    except ValueError:
        pass
    return Fault(pointer, "not_a_date")


def _id_of(text: str, pointer: str) -> object:
    try:
        found = UUID(text)
    except ValueError:
        return Fault(pointer, "not_a_uuid")
    return found if str(found) == text.lower() else Fault(pointer, "not_a_uuid")


def _text_of(query: Query, text: str, pointer: str) -> object:
    if len(text) > query.max_length:
        return Fault(pointer, "text_too_long", {"most": query.max_length})
    if (character := forbidden_in(text)) is not None:
        return Fault(pointer, "forbidden_character", {"character": character})
    if query.pattern is not None and re.search(query.pattern, text) is None:
        return Fault(pointer, "pattern_mismatch", {"pattern": query.pattern})
    return text
