"""The contract on disk is the one that is served; its own rules stand in tests/unit/http."""

import json
from pathlib import Path

import pytest

from service.commands.generate import generated
from tests.integration.api.desk import Desk

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(generated()))
def test_what_is_committed_is_what_is_generated(name: str) -> None:
    committed = (ROOT / name).read_text("utf-8")
    assert committed == generated()[name], f"run `make openapi`: {name} differs"


async def test_the_served_contract_is_the_committed_one(elsewhere: Desk) -> None:
    served = await elsewhere.client.get("/openapi.json")
    assert served.status_code == 200
    assert served.json() == json.loads((ROOT / "openapi/openapi.json").read_text("utf-8"))
