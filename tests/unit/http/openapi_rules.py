"""Our own rules for the document, beyond what its standard asks. Each returns what breaks it."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_METHODS = {"get", "post", "put", "patch", "delete"}


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation with the name of its place."""
    for path, methods in document["paths"].items():
        for method in _METHODS & set(methods):
            yield f"{method.upper()} {path}", methods[method]


def ids_not_unique(document: Json) -> list[str]:
    """Ids that two operations share."""
    ids = [operation["operationId"] for _, operation in operations(document)]
    return sorted({name for name in ids if ids.count(name) > 1})


def without_summary(document: Json) -> list[str]:
    """Operations without a summary in both languages, a tag, or a word on security."""
    return [
        place
        for place, operation in operations(document)
        if " · " not in operation["summary"] or not operation["tags"] or "security" not in operation
    ]


def unbounded_inputs(document: Json) -> list[str]:
    """Strings without length, integers without range, arrays without count, in whatever is sent."""
    found: list[str] = []
    for place, operation in operations(document):
        contents = operation.get("requestBody", {}).get("content", {}).values()
        schemas = [(p["name"], p["schema"]) for p in operation["parameters"]]
        schemas += [("body", content["schema"]) for content in contents]
        for name, schema in schemas:
            found += [
                f"{place} {name}{pointer}" for pointer in _unbounded(schema, document, "", set())
            ]
    return found


def _unbounded(schema: Json, document: Json, pointer: str, seen: set[str]) -> Iterator[str]:
    reference = schema.get("$ref")
    if reference in seen or "enum" in schema or "const" in schema:
        return
    if reference:
        target = document["components"]["schemas"][reference.rpartition("/")[2]]
        yield from _unbounded(target, document, pointer, seen | {reference})
        return
    for arm in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _unbounded(arm, document, pointer, seen)
    if not _BOUNDS.get(schema.get("type", ""), set()) <= set(schema) and "format" not in schema:
        yield pointer
    if "items" in schema:
        yield from _unbounded(schema["items"], document, f"{pointer}/-", seen)
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield f"{pointer} (open)"
    for name, inner in schema.get("properties", {}).items():
        yield from _unbounded(inner, document, f"{pointer}/{name}", seen)


_BOUNDS = {"string": {"maxLength"}, "integer": {"minimum", "maximum"}, "array": {"maxItems"}}


def without_example(document: Json) -> list[str]:
    """Bodies and answers, problems included, without an example."""
    found: list[str] = []
    for place, operation in operations(document):
        bodies = {"body": operation.get("requestBody", {})} | operation["responses"]
        for name, body in bodies.items():
            found += [
                f"{place} {name}"
                for content in body.get("content", {}).values()
                if not {"example", "examples"} & set(content)
            ]
    return found


def undocumented_problems(document: Json) -> list[str]:
    """Operations whose refusals are not problems that enumerate their codes."""
    found: list[str] = []
    for place, operation in operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                continue
            content = response["content"]
            codes = content.get("application/problem+json", {}).get("schema", {})
            if not codes.get("properties", {}).get("code", {}).get("enum"):
                found.append(f"{place} {status}")
        if not {"400", "500", "503"} <= set(operation["responses"]):
            found.append(f"{place} lacks what every operation may answer")
    return found
