"""The committed contract is the served one, is valid, and keeps our own rules."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from service.commands.generate import generated
from service.http.operations import OPERATIONS
from tests.integration.api.desk import BY_ID, Desk
from tests.unit.http import openapi_rules as rules

ROOT = Path(__file__).parents[3]
FILES = sorted(generated())
DOCUMENT: dict[str, Any] = json.loads(generated()["openapi/openapi.json"])


@pytest.mark.parametrize("name", FILES)
def test_what_is_committed_is_what_is_generated(name: str) -> None:
    committed = (ROOT / name).read_text("utf-8")
    assert committed == generated()[name], f"run `make openapi`: {name} differs"


def test_the_contract_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_contract_keeps_our_own_rules() -> None:
    assert rules.ids_not_unique(DOCUMENT) == []
    assert rules.without_summary(DOCUMENT) == []
    assert rules.unbounded_inputs(DOCUMENT) == []
    assert rules.without_example(DOCUMENT) == []
    assert rules.undocumented_problems(DOCUMENT) == []


def test_every_operation_is_in_the_contract_once() -> None:
    described = [found["operationId"] for _, found in rules.operations(DOCUMENT)]
    assert sorted(described) == sorted(BY_ID) == sorted(o.operation.id for o in OPERATIONS)


async def test_the_served_contract_is_the_committed_one(elsewhere: Desk) -> None:
    served = await elsewhere.client.get("/openapi.json")
    assert served.status_code == 200
    assert served.json() == DOCUMENT


def test_every_post_that_changes_something_takes_a_key() -> None:
    without = {o.id for o in BY_ID.values() if o.method == "POST" and not o.keyed}
    assert without == {"SignIn", "Calculate"}, "these two change nothing that could be doubled"
