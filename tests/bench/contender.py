"""A contender: a process of its own that prepares a round, waits for the word, and runs it.

The parent writes one JSON line to prepare, reads `ready`, writes a line to go, and reads the result.
What a round needs is made before the clock starts, so that only the work is measured.
"""

import gc
import json
import subprocess
import sys
import time
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol


class Rounds(Protocol):
    """What a contender's process does in a round."""

    @abstractmethod
    async def prepare(self, first: int, plans: int) -> None:
        """Make what filing `plans` plans from number `first` on needs."""

    @abstractmethod
    async def run(self) -> None:
        """File them all; raises when one is refused."""


async def serve_rounds(rounds: Rounds) -> None:
    """Answer the parent until it closes the pipe. Blocks its loop: nothing else runs between."""
    while line := sys.stdin.readline():
        await rounds.prepare(**json.loads(line))
        gc.collect()
        gc.freeze()  # what was prepared is not looked through again while the clock runs
        _say("ready")
        sys.stdin.readline()
        started = time.perf_counter()
        await rounds.run()
        _say(json.dumps(time.perf_counter() - started))
        gc.unfreeze()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Contender:
    """The parent's end of a contender's process."""

    def __init__(self, module: str, told: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(told, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def prepare(self, first: int, plans: int) -> None:
        """Have a round prepared."""
        self._tell(json.dumps({"first": first, "plans": plans}))
        if self._heard() != "ready":
            raise RuntimeError("a contender did not get ready")

    def run(self) -> float:
        """Run the round; returns its seconds."""
        self._tell("go")
        return float(self._heard())

    def close(self) -> None:
        """End the process by closing its pipe."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def _tell(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _heard(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a contender ended; its error stands above")
        return line.strip()
