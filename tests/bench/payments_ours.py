"""The product's side of a payment batch, in a process of its own so that its memory is its own.

Seal, release, export, submit; then the bank's file, loaded and taken in chunks: the use cases that the
API and the worker call, each committed as they commit it.
"""

import io
import json
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import uvloop

from domain.party import Actor, Role
from domain.ports.clock import day_in_china
from domain.ports.work import BeginWork, Work
from service.application import bank_result, batch
from service.application.batch import SealBatch
from service.settings import read_settings
from service.wiring import open_set_up

FUND: Final = "employment_subsidy"
HEADER: Final = "line_reference,payment_reference,result,amount_fen,booked_on,reason"


def actor_of(told: dict[str, Any]) -> Actor:
    """Read an actor that the parent names."""
    return Actor(
        person_id=UUID(told["person_id"]),
        account_name=told["account_name"],
        org_id=UUID(told["org_id"]),
        region_path=told["region_path"],
        roles=frozenset(Role(role) for role in told["roles"]),
    )


def answers_to(file: bytes, day: str) -> str:
    """Write the bank's file: every line of the batch's file was paid.

    Line by line: the memory that is measured should be the product's.
    """
    answers = io.BytesIO()
    answers.write(f"{HEADER}\r\n".encode())
    for row in islice(io.BytesIO(file), 2, None):
        reference, *_, amount_fen, _ = row.decode().split(",")
        answers.write(f"B{reference},{reference},paid,{amount_fen},{day},\r\n".encode())
    return answers.getvalue().decode()


def _keep(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


def _peak_bytes() -> int:
    """Return the most memory this program held; `getrusage` counts what forked it as well."""
    told = Path("/proc/self/status").read_text("ascii", errors="replace").splitlines()
    (peak,) = (line.split()[1] for line in told if line.startswith("VmHWM:"))
    return int(peak) * 1024


class Road:
    """The batch's road, each step timed."""

    def __init__(self, begin_work: BeginWork, actors: dict[str, Actor]) -> None:
        self._begin_work = begin_work
        self._actors = actors
        self.seconds: dict[str, float] = {}

    async def step(self, name: str, who: str, do: Callable[[Work], Awaitable[Any]]) -> Any:
        """Do one committed act; several of one name add up."""
        started = time.perf_counter()
        async with self._begin_work(self._actors[who]) as work:
            done = await do(work)
            await work.commit()
        took = time.perf_counter() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        return done


async def main() -> None:
    """Walk the road and say what it took."""
    told = json.loads(sys.argv[1])
    actors = {name: actor_of(actor) for name, actor in told["actors"].items()}
    async with open_set_up(read_settings(told["environment"])) as ports:
        road = Road(ports.begin_work, actors)
        sealing = SealBatch(fund_source=FUND, budget_year=told["year"], payment_ids=None)
        sealed = await road.step("seal", "handler", lambda work: batch.seal_batch(work, sealing))
        case = sealed.case
        await road.step(
            "release",
            "releaser",
            lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
        )
        file = await road.step("export", "releaser", lambda work: batch.export_batch(work, case.id))
        await road.step("submit", "system", lambda work: batch.submit_batch(work, batch_id=case.id))
        async with ports.begin_work(actors["handler"]) as work:
            text = answers_to(file.content, day_in_china(work.now).isoformat())
        _keep(told["file"], file.content)
        _keep(told["answers"], text.encode())
        del file  # as the API forgets it once it is sent
        loaded = await road.step(
            "load",
            "handler",
            lambda work: bank_result.load_bank_result(work, batch_id=case.id, text=text),
        )
        taken = 1
        while taken:
            chunk = await road.step(
                "take", "system", lambda work: bank_result.take_lines(work, result_id=loaded.id)
            )
            taken = chunk.lines
        await road.step(
            "reconcile",
            "system",
            lambda work: bank_result.reconcile_batches(work, result_id=loaded.id),
        )
    peak = _peak_bytes()
    sys.stdout.write(json.dumps({"seconds": road.seconds, "peak": peak}) + "\n")


if __name__ == "__main__":
    uvloop.run(main())
