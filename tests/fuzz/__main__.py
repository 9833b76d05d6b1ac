"""`python -m tests.fuzz [--examples N] [--seed N]`: fuzz the API as every role, over the demo's data.

Ends with 1 when an answer was a 500 or is not in the committed contract, or when an operation was
never answered with a 2xx by the road and the fuzzing together.
"""

import argparse
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Final

import httpx

from service.application.demo_region import ACCOUNTS, PASSWORD
from service.commands.demo_road import travel
from service.http.operations import OPERATIONS
from service.wiring import move_clock_sync
from tests.fuzz.stack import Stack, standing

CONTRACT: Final = Path("openapi/openapi.json")
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
EXAMPLES: Final = 20
ANYBODY: Final = "anybody"
PARAMETERS: Final = {name for endpoint in OPERATIONS for name in endpoint.operation.parameters}
READ: Final = [one.operation for one in OPERATIONS if one.operation.method == "GET"]
ITEM_OF: Final = {
    head: one.parameters[-1]
    for one in READ
    if one.path.endswith("}")
    for head in (one.path.rpartition("/")[0], one.path)
}
"""By path of a list, or of one thing: the path parameter that its ids fit."""
KNOWN_MAX: Final = 3
"""Ids of one kind that are followed when ids are collected."""


def _token(address: str, account: str) -> str:
    answer = httpx.post(
        f"{address}/v1/sessions",
        json={"account_name": account, "password": PASSWORD},
        trust_env=False,
    )
    answer.raise_for_status()
    token: str = answer.json()["token"]
    return token


def _known(stack: Stack) -> dict[str, list[str]]:
    """Collect the ids that the product's own answers name, by the path parameter they fit."""
    found: dict[str, set[str]] = {name: set() for name in PARAMETERS}
    for account in ACCOUNTS:
        with httpx.Client(
            base_url=stack.address,
            headers={"Authorization": f"Bearer {_token(stack.address, account.name)}"},
            trust_env=False,
        ) as client:
            asked: set[str] = set()
            while new := {at: path for at, path in _addresses(found).items() if at not in asked}:
                for address, path in sorted(new.items()):
                    answer = client.get(address)
                    if answer.is_success and answer.headers["content-type"] == "application/json":
                        _collect(answer.json(), ITEM_OF.get(path), found)
                asked |= new.keys()
    return {name: sorted(ids) for name, ids in found.items() if ids}


def _addresses(found: dict[str, set[str]]) -> dict[str, str]:
    """Fill what is known into every path that is read: address -> path."""
    return {
        one.path.format(**dict(zip(one.parameters, ids, strict=True))): one.path
        for one in READ
        for ids in product(*(sorted(found[name])[:KNOWN_MAX] for name in one.parameters))
    }


def _collect(shown: object, own: str | None, found: dict[str, set[str]]) -> None:
    """Note every `…_id` of an answer, and under `own` the ids of the things it lists."""
    if isinstance(shown, list):
        for one in shown:
            _collect(one, own, found)
    elif isinstance(shown, dict):
        for name, value in shown.items():
            key = own if name == "id" else name
            if isinstance(value, str) and key in found:
                found[key].add(value)
            else:
                _collect(value, own, found)


def _fuzz(stack: Stack, who: str, known: Path, *, examples: int, seed: int) -> bool:
    header = [] if who == ANYBODY else ["-H", f"Authorization: Bearer {_token(stack.address, who)}"]
    command = [
        str(Path(sys.executable).with_name("st")),
        *("run", str(CONTRACT), "--url", stack.address, *header),
        *("--checks", ",".join(CHECKS), "--phases", "examples,fuzzing,stateful"),
        *("--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure"),
        *("--no-color", "--warnings", "off", "--suppress-health-check", "all"),
        *("--generation-database", "none"),
    ]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "XUETU_FUZZ_KNOWN": str(known),
    }
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    print(f"{who}: {done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr}")
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
    return done.returncode == 0


def main() -> int:
    """Walk the demo's road, fuzz as each role, and read the log."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--examples", type=int, default=EXAMPLES)
    asked.add_argument("--seed", type=int, default=int(os.environ.get("XUETU_SEED", "20261121")))
    options = asked.parse_args()
    print(f"XUETU_SEED={options.seed}", flush=True)
    with standing() as stack:
        travel(
            stack.address,
            move_clock=lambda at: move_clock_sync(stack.migration_database_url, at),
            say=lambda _: None,
        )
        known = stack.log.with_name("known.json")
        known.write_text(json.dumps(_known(stack)), "utf-8")
        people = [*(account.name for account in ACCOUNTS), ANYBODY]
        held = [
            _fuzz(stack, who, known, examples=options.examples, seed=options.seed + n)
            for n, who in enumerate(people)
        ]
        faults = stack.faults()
        answered = stack.answered()
    print(*faults[:20], sep="\n")
    reached = {operation for operation, status in answered if 200 <= status < 300}
    missed = sorted({endpoint.operation.id for endpoint in OPERATIONS} - reached)
    print(f"{sum(answered.values())} answers; {len(reached)} operations answered 2xx", flush=True)
    if missed:
        print("never answered 2xx:", *missed)
    return 0 if all(held) and not faults and not missed else 1


if __name__ == "__main__":
    sys.exit(main())
