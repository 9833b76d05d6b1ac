"""`python -m tests.fuzz [--examples N] [--seed N] [--everybody]`: fuzz the API as people of every role.

Roads of every kind are walked first; what they leave behind is what is asked for. Ends with 1 when an
answer was a 500 or is not in the committed contract, when a process logged a fault or a job failed, or
when an operation was never answered with a 2xx by the roads and the fuzzing together.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

import httpx

from domain.party import Role
from service.http.operation import Operation
from service.http.operations import OPERATIONS
from tests.fuzz.desk import HIRED, desk_of
from tests.fuzz.roads import walked
from tests.fuzz.stack import Stack, standing
from tests.people import PASSWORD

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
SIGN_OUT: Final = "SignOut"
ALL: Final = [endpoint.operation for endpoint in OPERATIONS]
PARAMETERS: Final = {name for one in ALL for name in one.parameters}
READ: Final = [one for one in ALL if one.method == "GET"]
ITEM_OF: Final = {
    one.path.rsplit("/", 2)[1]: one.parameters[-1] for one in READ if one.path.endswith("}")
}
"""By what a list is called, the path parameter that its items' ids fit."""
KNOWN_MAX: Final = 2
"""Ids of one kind that are followed when ids are collected."""
READERS: Final = ("handler", "filer", "finance")
"""Who together read all that there is."""
ROLES: Final[Mapping[str, frozenset[Role]]] = {
    "filer": frozenset({Role.FILER}),
    "handler": frozenset({Role.CLERK, Role.REVIEWER, Role.PREPARER}),
    "approver": frozenset({Role.APPROVER}),
    "releaser": frozenset({Role.RELEASER}),
    "finance": frozenset({Role.FINANCE}),
    "finance_second": frozenset({Role.FINANCE}),
    "teacher": frozenset({Role.PROVIDER}),
    "organiser": frozenset({Role.ORGANISER}),
    "worker": frozenset({Role.WORKER}),
    "worker_second": frozenset({Role.WORKER}),
    **{name: frozenset({role}) for name, role in HIRED.items()},
}
"""Who is there to ask, and as what."""


@dataclass(slots=True)
class Known:
    """What the product's own answers name: ids by the path parameter they fit, and versions by id."""

    ids: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in PARAMETERS})
    versions: dict[str, int] = field(default_factory=dict)

    def hear(self, answer: httpx.Response) -> None:
        """Note what an answer names."""
        if answer.is_success and answer.headers.get("content-type") == "application/json":
            *_, before, last = answer.request.url.path.split("/")
            self.note(answer.json(), ITEM_OF.get(last) or ITEM_OF.get(before))

    def note(self, shown: object, own: str | None) -> None:
        """Note every `…_id` of an answer, and under `own` the ids of the things it lists."""
        if isinstance(shown, list):
            for one in shown:
                self.note(one, own)
        elif isinstance(shown, dict):
            if isinstance(shown.get("id"), str) and isinstance(shown.get("version"), int):
                self.versions[shown["id"]] = shown["version"]
            for name, value in shown.items():
                key = own if name == "id" else name
                if isinstance(value, str) and key in self.ids:
                    self.ids[key].add(value)
                else:
                    self.note(value, own)

    def addresses(self) -> set[str]:
        """Fill what is known into every path that is read."""
        return {
            one.path.format(**dict(zip(one.parameters, ids, strict=True)))
            for one in READ
            for ids in product(*(sorted(self.ids[name])[:KNOWN_MAX] for name in one.parameters))
        }

    def as_json(self) -> str:
        """Write it down for the hooks."""
        ids = {name: sorted(found) for name, found in self.ids.items() if found}
        return json.dumps({"ids": ids, "versions": self.versions})


@dataclass(frozen=True, slots=True)
class Fuzzing:
    """One run: the stack, the accounts by name, what is known, and how thorough to be."""

    stack: Stack
    accounts: Mapping[str, str]
    known: Path
    examples: int
    seed: int

    def token(self, who: str) -> str:
        """Sign somebody in."""
        answer = httpx.post(
            f"{self.stack.address}/v1/sessions",
            json={"account_name": self.accounts[who], "password": PASSWORD},
            trust_env=False,
        )
        answer.raise_for_status()
        token: str = answer.json()["token"]
        return token

    def collect(self, found: Known) -> None:
        """Read everything that can be read, and write down what is named."""
        for who in READERS:
            with httpx.Client(
                base_url=self.stack.address,
                headers={"Authorization": f"Bearer {self.token(who)}"},
                timeout=60,
                trust_env=False,
            ) as client:
                asked: set[str] = set()
                while new := found.addresses() - asked:
                    for address in sorted(new):
                        found.hear(client.get(address))
                    asked |= new
        self.known.write_text(found.as_json(), "utf-8")

    def as_who(self, who: str, operations: Iterable[str], *, seed: int) -> bool:
        """Let schemathesis ask as somebody; returns whether the contract held."""
        bearer = [] if who == ANYBODY else ["-H", f"Authorization: Bearer {self.token(who)}"]
        chosen = [word for one in operations for word in ("--include-operation-id", one)]
        command = [
            str(Path(sys.executable).with_name("st")),
            *("run", str(CONTRACT), "--url", self.stack.address, *bearer, *chosen),
            *("--checks", ",".join(CHECKS), "--phases", "examples,fuzzing,stateful"),
            *("--max-examples", str(self.examples), "--seed", str(seed), "--continue-on-failure"),
            *("--no-color", "--warnings", "off", "--suppress-health-check", "all"),
            *("--generation-database", "none"),
        ]
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
            "XUETU_FUZZ_KNOWN": str(self.known),
        }
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        told = done.stdout.strip().splitlines()
        print(f"{who}: {told[-1] if told else done.stderr}", flush=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", flush=True)
        return done.returncode == 0


def shares(seed: int, *, everybody: bool) -> Mapping[str, Sequence[str]]:
    """Choose who asks what: operation ids by person.

    Everybody asks everything, or each operation is asked by one who may and by one who may not, or not
    without signing in, chosen by the seed. Signing out comes apart: it ends what its token can ask.
    """
    people = [*ROLES, ANYBODY]
    asked = [one for one in ALL if one.id != SIGN_OUT]
    if everybody:
        return {who: [one.id for one in asked] for who in people}
    draw = random.Random(seed)
    chosen: dict[str, list[str]] = {who: [] for who in people}
    for one in asked:
        may = [who for who in people if _may(who, one)]
        may_not = [who for who in people if who not in may] or [ANYBODY]
        for who in {draw.choice(may), draw.choice(may_not)}:
            chosen[who].append(one.id)
    return {who: ids for who, ids in chosen.items() if ids}


def _may(who: str, operation: Operation) -> bool:
    if operation.public or who == ANYBODY:
        return operation.public
    return not operation.roles or bool(operation.roles & ROLES[who])


async def _walked(stack: Stack, found: Known) -> Mapping[str, str]:
    async with desk_of(stack, found.hear) as desk:
        await walked(desk)
        return dict(desk.accounts)


def main() -> int:
    """Walk the roads, fuzz as people of every role, and read the logs."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--examples", type=int, default=EXAMPLES)
    asked.add_argument("--seed", type=int, default=int(os.environ.get("XUETU_SEED", "20261121")))
    asked.add_argument("--everybody", action="store_true", help="everybody asks everything")
    options = asked.parse_args()
    print(f"XUETU_SEED={options.seed}", flush=True)
    with standing() as stack:
        found = Known()
        accounts = asyncio.run(_walked(stack, found))
        known = stack.folder / "known.json"
        fuzzing = Fuzzing(stack, accounts, known, options.examples, options.seed)
        fuzzing.collect(found)
        held = [
            fuzzing.as_who(who, ids, seed=options.seed + n)
            for n, (who, ids) in enumerate(
                shares(options.seed, everybody=options.everybody).items()
            )
        ]
        held += [fuzzing.as_who(who, [SIGN_OUT], seed=options.seed) for who in ("filer", ANYBODY)]
        asyncio.run(stack.idle())
        faults = stack.faults()
        answered = stack.answered()
    print(*faults[:20], sep="\n")
    reached = {operation for operation, status in answered if 200 <= status < 300}
    missed = sorted({one.id for one in ALL} - reached)
    print(f"{sum(answered.values())} answers; {len(reached)} operations answered 2xx", flush=True)
    if missed:
        print("never answered 2xx:", *missed)
    return 0 if all(held) and not faults and not missed else 1


if __name__ == "__main__":
    sys.exit(main())
