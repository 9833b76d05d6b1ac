"""The OpenAPI 3.1 document, made from the operations and from nothing else (decision 0004).

`document(operations)` gives the bytes committed as `openapi/openapi.json`; a test compares.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.errors import Family, Refusal, Text, Value
from domain.refusals import REGISTRY
from service.http.examples import example_of
from service.http.media import HTML, JSON, PROBLEM
from service.http.operation import Operation, Query
from service.http.problems import Problem, phrase_of, problem_of, status_of
from service.http.words import tag_name

VERSION: Final = "0.1.0"
TITLE: Final = Text(
    "学徒 · 企业新型学徒制补贴业务接口", "Xuetu · enterprise apprenticeship subsidies"
)
_REF: Final = "#/components/schemas/{name}"
_EXAMPLE_REQUEST: Final = "0190f3a4c1d27b5e8f60718293a4b5c6"
_SECURITY: Final = "bearer"

Json = dict[str, Any]

INTRODUCTION: Final = Text(
    "所有金额均为整数，单位为分；日期为 YYYY-MM-DD，时间为带时区的 UTC 时间。"
    "未知字段、重复字段一律拒绝。拒绝以 application/problem+json 返回，按 code 判断。",
    "Amounts are integers in fen. Dates are YYYY-MM-DD, instants UTC with their zone. Unknown and"
    " doubled fields are refused. Refusals are application/problem+json; decide on their code.",
)


def document(operations: Sequence[Operation]) -> bytes:
    """Return the OpenAPI document as JSON, the same bytes for the same operations."""
    return (json.dumps(_described(operations), ensure_ascii=False, indent=1) + "\n").encode()


def _described(operations: Sequence[Operation]) -> Json:
    schemas = _Schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": both(TITLE),
            "version": VERSION,
            "description": both(INTRODUCTION, " \n"),
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": tag, "description": both(tag_name(tag))}
            for tag in dict.fromkeys(o.tag for o in operations)
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {_SECURITY: {"type": "http", "scheme": "bearer"}},
            "headers": _HEADERS,
            "examples": _problem_examples(operations),
        },
    }


def both(text: Text, between: str = " · ") -> str:
    """Return a text in both languages."""
    return f"{text.zh}{between}{text.en}"


class _Schemas:
    """The schemas of every body and answer, each once, as msgspec itself checks them."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        kinds = dict.fromkeys(
            kind for o in operations for kind in (o.body, o.answer) if kind is not None
        )
        kinds[Problem] = None
        references, self.components = msgspec.json.schema_components(kinds, ref_template=_REF)
        self._references = dict(zip(kinds, references, strict=True))

    def of(self, kind: type[Any]) -> Json:
        return self._references[kind]

    def example(self, kind: type[Any], given: object) -> Any:  # noqa: ANN401 - a JSON value
        if given is not None:
            return msgspec.to_builtins(given, str_keys=True)
        return example_of(self.of(kind), self.components)


def _operation(operation: Operation, schemas: _Schemas) -> Json:
    described: Json = {
        "operationId": operation.id,
        "summary": both(operation.summary),
        "tags": [operation.tag],
        "security": [] if operation.public else [{_SECURITY: []}],
        "parameters": [*_path_parameters(operation), *_headers(operation), *_queries(operation)],
        "responses": {str(operation.status): _answer(operation, schemas), **_problems(operation)},
    }
    notes = [] if operation.description is None else [both(operation.description, "\n\n")]
    if operation.roles:
        roles = ", ".join(sorted(operation.roles))
        notes.append(f"角色 Roles: {roles}")
        described["x-roles"] = sorted(operation.roles)
    if notes:
        described["description"] = "\n\n".join(notes)
    if operation.takes_body:
        described["requestBody"] = _body(operation, schemas)
    return described


def _body(operation: Operation, schemas: _Schemas) -> Json:
    content: Json = {}
    if operation.body is not None:
        content[operation.media] = {
            "schema": schemas.of(operation.body),
            "example": schemas.example(operation.body, operation.body_example),
        }
    elif operation.media != JSON:
        content[operation.media] = {
            "schema": {"type": "string", "maxLength": operation.body_limit},
            **({} if operation.body_example is None else {"example": operation.body_example}),
        }
    text = "UTF-8, " if content else ""
    for media, example in operation.binary.items():
        content[media] = {
            "schema": {
                "type": "string",
                "contentMediaType": media,
                "maxLength": operation.body_limit,
            },
            "example": example,
        }
    return {
        "required": True,
        "description": f"{text}≤ {_size(operation.body_limit)}",
        "content": content,
    }


def _size(limit: int) -> str:
    mebibytes, rest = divmod(limit, 1024 * 1024)
    return f"{limit} bytes" if rest else f"{mebibytes} MiB"


def _path_parameters(operation: Operation) -> Iterable[Json]:
    for name in operation.parameters:
        schema: Json = (
            {"type": "string", "format": "uuid"}
            if name.endswith("_id")
            else {"type": "string", "maxLength": 100}
        )
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _headers(operation: Operation) -> Iterable[Json]:
    if operation.keyed:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": not operation.dry_run,
            "description": both(_KEY_NOTE),
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,128}$", "maxLength": 128},
        }
    if operation.versioned:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": both(_IF_MATCH_NOTE),
            "schema": {"type": "string", "pattern": '^"(0|[1-9][0-9]{0,17})"$', "maxLength": 20},
            "example": '"3"',
        }


_KEY_NOTE: Final = Text(
    "幂等键：同键同内容的重复请求返回同一答复，保留 30 天；dry_run 时不需要。",
    "Repeats with the same key and content get the same answer for 30 days; not with dry_run.",
)
_IF_MATCH_NOTE: Final = Text(
    "上次读取时的 ETag；内容已变则返回 412。", "The ETag last read; 412 when it has changed."
)


def _queries(operation: Operation) -> Iterable[Json]:
    for query in operation.queries:
        yield {
            "name": query.name,
            "in": "query",
            "required": query.required,
            "description": both(query.description),
            "schema": _query_schema(query),
        }


def _query_schema(query: Query) -> Json:
    if issubclass(query.kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in query.kind]}
    if query.kind is bool:
        return {"type": "boolean"}
    if query.kind is int:
        return {"type": "integer", "minimum": query.least, "maximum": query.most}
    if query.kind is date:
        return {"type": "string", "format": "date"}
    if query.kind is UUID:
        return {"type": "string", "format": "uuid"}
    schema: Json = {"type": "string", "maxLength": query.max_length}
    return schema if query.pattern is None else {**schema, "pattern": query.pattern}


_HEADERS: Final[Json] = {
    "X-Request-Id": {
        "description": both(Text("本次请求的编号", "The id of this request")),
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "ETag": {
        "description": both(Text("业务的版本", "The version of the case")),
        "schema": {"type": "string"},
    },
    "Location": {
        "description": both(Text("新建内容的地址", "Where the new one is")),
        "schema": {"type": "string"},
    },
    "Idempotent-Replayed": {
        "description": both(Text("此答复为重放", "This answer is a replay")),
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": both(Text("请在此秒数后重试", "Retry after so many seconds")),
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {"schema": {"type": "string"}},
}


def _header_refs(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _answer(operation: Operation, schemas: _Schemas) -> Json:
    names = ["X-Request-Id"]
    if operation.versioned or (operation.status == 201 and operation.keyed):
        names.append("ETag")
    if operation.status == 201:
        names.append("Location")
    if operation.keyed:
        names.append("Idempotent-Replayed")
    answer: Json = {
        "description": both(operation.summary),
        "headers": _header_refs(*names),
    }
    if operation.answer is not None:
        schema = schemas.of(operation.answer)
        example = schemas.example(operation.answer, operation.answer_example)
        if operation.paged:
            schema, example = _page_of(schema), {"items": [example], "next_cursor": None}
        answer["content"] = {operation.answer_media: {"schema": schema, "example": example}}
        if operation.page:
            answer["content"][HTML] = {"schema": {"type": "string"}, "example": "<!doctype html>…"}
    elif operation.status != 204:
        content: Json = {"schema": {"type": "string"}}
        if operation.answer_example is not None:
            content["example"] = operation.answer_example
        answer["content"] = dict.fromkeys((operation.answer_media, *operation.answer_also), content)
    return answer


def _page_of(item: Json) -> Json:
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def codes_by_status(operation: Operation) -> Mapping[int, Sequence[str]]:
    """Return the codes an operation may answer with, by status."""
    by_status: dict[int, list[str]] = {}
    for code in operation.codes:
        by_status.setdefault(status_of(code), []).append(code)
    return dict(sorted(by_status.items()))


def _problems(operation: Operation) -> Json:
    return {
        str(status): {
            "description": phrase_of(status),
            "headers": _header_refs("X-Request-Id", *_problem_headers(codes)),
            "content": {
                PROBLEM: {
                    "schema": {
                        "allOf": [{"$ref": _REF.format(name=Problem.__name__)}],
                        "properties": {"code": {"enum": codes}},
                    },
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
                }
            },
        }
        for status, codes in codes_by_status(operation).items()
    }


def _problem_headers(codes: Sequence[str]) -> Iterable[str]:
    families = {REGISTRY[code].family for code in codes}
    if families & {Family.TOO_MANY, Family.UNAVAILABLE} or "twin_in_flight" in codes:
        yield "Retry-After"
    if Family.UNAUTHENTICATED in families:
        yield "WWW-Authenticate"


def _problem_examples(operations: Sequence[Operation]) -> Json:
    codes = sorted({code for operation in operations for code in operation.codes})
    return {code: {"value": problem_example(code)} for code in codes}


def problem_example(code: str) -> Json:
    """Return the problem of a code as it may look, in Chinese, its values left as their names."""
    refusal = Refusal(code)
    refusal.values = _names_as_values(code)
    example = problem_of(refusal, language="zh", request_id=_EXAMPLE_REQUEST)
    body: Json = msgspec.to_builtins(example)
    return body


def _names_as_values(code: str) -> Mapping[str, Value]:
    shown = {"roles": "filer", "duty": "review", "held": "file", "subsidies": "voucher:2026"}
    return {name: shown.get(name, "…") for name in placeholders_of(REGISTRY[code].detail)}


def placeholders_of(text: Text) -> Sequence[str]:
    """Return the names of the values that a registered sentence is filled with."""
    names: dict[str, Value] = _Names()
    text.zh.format_map(names)
    text.en.format_map(names)
    return sorted(names)


class _Names(dict[str, Value]):
    """Remembers which names a sentence asks for."""

    def __missing__(self, name: str) -> Value:
        self[name] = ""
        return ""
