"""The document is valid, whole, bounded, and says what the edge checks."""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from domain.errors import Text
from service.http.examples import example_of
from service.http.openapi import document
from service.http.operation import JSON_LIMIT, Operation, operation
from tests.unit.http import openapi_rules as rules
from tests.unit.http.stub_api import OPERATIONS, client_of, stub_app

STUB = json.loads(document([served.operation for served in OPERATIONS]))


def test_the_document_is_valid_openapi() -> None:
    validate(STUB)


def test_the_same_operations_give_the_same_bytes() -> None:
    described = [served.operation for served in OPERATIONS]
    assert document(described) == document(list(described))


async def test_the_document_is_served() -> None:
    async with client_of(stub_app()) as client:
        assert (await client.get("/openapi.json")).json() == STUB


def test_the_document_keeps_our_own_rules() -> None:
    assert rules.ids_not_unique(STUB) == []
    assert rules.without_summary(STUB) == []
    assert rules.unbounded_inputs(STUB) == []
    assert rules.without_example(STUB) == []
    assert rules.undocumented_problems(STUB) == []


class Loose(Struct):
    """A body without a single bound."""

    text: str
    number: int
    items: list[Annotated[str, Meta(max_length=3)]]


LOOSE = Operation(
    id="Loosen", method="POST", path="/v1/loose", tag="t", summary=Text("宽", "wide"), body=Loose
)


def test_the_rules_find_what_breaks_them() -> None:
    broken = json.loads(document([LOOSE]))
    place = "POST /v1/loose"
    assert rules.unbounded_inputs(broken) == [
        f"{place} body (open)",
        f"{place} body/text",
        f"{place} body/number",
        f"{place} body/items",
    ]
    post = broken["paths"]["/v1/loose"]["post"]
    broken["paths"]["/v1/loose/2"] = {"post": post}
    assert rules.ids_not_unique(broken) == ["Loosen"]
    post["summary"] = "wide"
    assert place in rules.without_summary(broken)
    del post["requestBody"]["content"]["application/json"]["example"]
    assert f"{place} body" in rules.without_example(broken)
    post["responses"]["400"]["content"] = {}
    del post["responses"]["503"]
    assert f"{place} 400" in rules.undocumented_problems(broken)


def parameter(path: str, method: str, name: str) -> dict[str, Any]:
    (found,) = (p for p in STUB["paths"][path][method]["parameters"] if p["name"] == name)
    return dict(found)


def test_what_the_flags_ask_is_documented() -> None:
    keyed = parameter("/v1/plans", "post", "Idempotency-Key")
    assert keyed["required"] is False, "a dry run needs none"
    assert parameter("/v1/extracts/{extract_name}", "post", "Idempotency-Key")["required"]
    assert parameter("/v1/plans/{plan_id}", "delete", "If-Match")["required"]
    assert parameter("/v1/plans/{plan_id}", "delete", "plan_id")["schema"]["format"] == "uuid"
    assert parameter("/v1/plans", "get", "kind")["schema"]["enum"] == ["short", "long"]
    assert parameter("/v1/plans", "get", "text")["schema"]["pattern"] == "^[a-z]+$"
    assert STUB["paths"]["/v1/plans"]["post"]["x-roles"] == ["filer"]
    assert STUB["paths"]["/health/live"]["get"]["security"] == []


def test_request_bodies_refuse_unknown_fields_in_the_document_too() -> None:
    assert STUB["components"]["schemas"]["PlanBody"]["additionalProperties"] is False


def test_every_example_of_a_body_or_answer_fits_its_schema() -> None:
    checked = 0
    for place, found in rules.operations(STUB):
        bodies = [found.get("requestBody", {}), *found["responses"].values()]
        for content in (c for body in bodies for c in body.get("content", {}).values()):
            schema = content["schema"] | {"components": STUB["components"]}
            examples = [content["example"]] if "example" in content else []
            for reference in content.get("examples", {}).values():
                code = reference["$ref"].rpartition("/")[2]
                examples.append(STUB["components"]["examples"][code]["value"])
            for example in examples:
                errors = list(OAS31Validator(schema).iter_errors(example))
                assert errors == [], place
                checked += 1
    assert checked > len(OPERATIONS)


class Leaf(StrEnum):
    """Choices."""

    A = "a"


class Deep(Struct, forbid_unknown_fields=True):
    """Everything a made-up example must fit."""

    short: Annotated[str, Meta(max_length=1)]
    long: Annotated[str, Meta(min_length=9)]
    known: Annotated[str, Meta(examples=["张三"])]
    low: Annotated[int, Meta(ge=3)]
    high: Annotated[int, Meta(le=0)]
    one: Literal["x"]
    leaf: Leaf
    flag: bool
    none: None
    many: Annotated[list[int], Meta(min_length=1)]
    maybe: int | None = None
    inner: "Deep | None" = None


def test_made_up_examples_stay_inside_every_bound() -> None:
    described = json.loads(
        document(
            [
                Operation(
                    id="Deepen",
                    method="GET",
                    path="/v1/deep",
                    tag="t",
                    summary=Text("深", "deep"),
                    answer=Deep,
                )
            ]
        )
    )
    content = described["paths"]["/v1/deep"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]
    assert content["example"]["known"] == "张三"
    schema = content["schema"] | {"components": described["components"]}
    assert list(OAS31Validator(schema).iter_errors(content["example"])) == []


def test_a_constant_and_an_endless_schema_have_examples() -> None:
    assert example_of({"const": 7}, {}) == 7
    endless = {"L": {"type": "array", "items": {"$ref": "#/components/schemas/L"}}}
    assert isinstance(example_of({"$ref": "#/components/schemas/L"}, endless), list)


@pytest.mark.parametrize(
    ("description", "fault"),
    [
        ({"id": "some_thing"}, "CapWords"),
        ({"public": True, "keyed": True}, "signed in"),
        ({"body": Loose}, "takes no body"),
        ({"method": "POST", "dry_run": True}, "tried dry"),
        ({"problems": ("never_registered",)}, "not registered"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused_when_loaded(
    description: dict[str, Any], fault: str
) -> None:
    plain: dict[str, Any] = {
        "id": "Some",
        "method": "GET",
        "path": "/v1/x",
        "tag": "t",
        "summary": Text("一", "one"),
    }
    with pytest.raises(ValueError, match=fault):
        operation(**(plain | description))


def test_a_limit_is_said_in_the_largest_unit_that_fits() -> None:
    body = STUB["paths"]["/v1/plans"]["post"]["requestBody"]["description"]
    upload = STUB["paths"]["/v1/extracts/{extract_name}"]["post"]["requestBody"]["description"]
    assert (JSON_LIMIT, body, upload) == (2097152, "UTF-8, ≤ 2 MiB", "UTF-8, ≤ 200 bytes")
