"""`xuetu generate`: everything committed that is made from the code, so that a diff shows drift."""

from collections.abc import Mapping
from pathlib import Path

from service.application.diagrams import state_diagrams
from service.http.calculation_wire import SchemaName, schema_text
from service.http.openapi import document
from service.http.operations import OPERATIONS


def generated() -> Mapping[str, str]:
    """Every generated file by its path in the checkout."""
    return {
        "openapi/openapi.json": document([o.operation for o in OPERATIONS]).decode(),
        "docs/states.md": state_diagrams(),
        **{f"openapi/schemas/{name.value}.schema.json": schema_text(name) for name in SchemaName},
    }


def generate(folder: Path) -> int:
    """Write them below a checkout."""
    for name, text in generated().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(name)
    return 0
