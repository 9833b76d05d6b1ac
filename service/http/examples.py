"""Examples made from a schema, for answers whose operation gives none.

They show the shape and stay inside every bound; operations that matter write better ones.
"""

from collections.abc import Mapping
from typing import Any, Final

_BY_FORMAT: Final[Mapping[str, str]] = {
    "date": "2025-04-01",
    "date-time": "2025-04-01T01:30:00Z",
    "uuid": "0190f3a4-c1d2-7b5e-8f60-718293a4b5c6",
}
_REF: Final = "#/components/schemas/"
_DEPTH_MAX: Final = 8


def example_of(  # noqa: C901 - one arm a kind of schema
    schema: Mapping[str, Any], components: Mapping[str, Any], depth: int = 0
) -> Any:  # noqa: ANN401 - a JSON value
    """Return a value that the schema accepts."""
    if reference := schema.get("$ref"):
        return example_of(components[reference.removeprefix(_REF)], components, depth + 1)
    if examples := schema.get("examples"):
        return examples[0]
    if choices := schema.get("enum"):
        return choices[0]
    if "const" in schema:
        return schema["const"]
    if arms := schema.get("anyOf") or schema.get("oneOf"):
        return example_of(arms[0], components, depth)
    match schema.get("type"):
        case "object":
            return {
                name: example_of(inner, components, depth + 1)
                for name, inner in schema.get("properties", {}).items()
                if depth < _DEPTH_MAX or name in schema.get("required", ())
            }
        case "array":
            if depth >= _DEPTH_MAX and not schema.get("minItems"):
                return []
            return [example_of(schema.get("items", {}), components, depth + 1)]
        case "integer":
            return max(schema.get("minimum", 0), min(1, schema.get("maximum", 1)))
        case "boolean":
            return True
        case "string":
            return _text(schema)
        case _:
            return None


def _text(schema: Mapping[str, Any]) -> str:
    text = _BY_FORMAT.get(schema.get("format", ""), "文本")
    return text.ljust(schema.get("minLength", 0), "文")[: schema.get("maxLength")]
