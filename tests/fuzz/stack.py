"""The stack that is fuzzed: demo data, one API process and one worker, with logs that are read afterwards."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from service.commands.children import bound, environment_of
from service.commands.run import prepare
from service.settings import read_settings
from service.wiring import start_servers

READY_S: Final = 60


@dataclass(frozen=True, slots=True)
class Stack:
    """Where it answers, how its clock is moved, and what its API process has logged."""

    address: str
    migration_database_url: str
    log: Path

    def answered(self) -> Counter[tuple[str, int]]:
        """Count answers by operation and status, as the API process logged them."""
        counted: Counter[tuple[str, int]] = Counter()
        for line in self.log.read_text("utf-8").splitlines():
            entry = json.loads(line) if line.startswith("{") else {}
            if entry.get("message") == "request" and entry.get("operation"):
                counted[entry["operation"], entry["status"]] += 1
        return counted

    def faults(self) -> list[str]:
        """Return the log lines of errors and of answers 500."""
        return [
            line
            for line in self.log.read_text("utf-8").splitlines()
            if line.startswith("{")
            and (json.loads(line)["level"] == "error" or json.loads(line).get("status") == 500)
        ]


@contextlib.contextmanager
def standing() -> Iterator[Stack]:
    """Start everything in a fresh folder, under the stored clock; end it all afterwards."""
    with tempfile.TemporaryDirectory(prefix="xuetu-fuzz-") as name:
        folder = Path(name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XUETU_")}
        settings = read_settings(
            {**kept, "XUETU_DATA": str(folder / "data"), "XUETU_CLOCK": "stored", "XUETU_PORT": "0"}
        )
        servers = start_servers(settings)
        try:
            prepare(settings, servers)
            with _processes(environment_of(settings, servers), folder) as (address, log):
                yield Stack(address, servers.migration_database_url, log)
        finally:
            servers.close()


@contextlib.contextmanager
def _processes(environment: dict[str, str], folder: Path) -> Iterator[tuple[str, Path]]:
    listening = bound("127.0.0.1", 0)
    number = listening.fileno()
    log = folder / "api.log"
    commands = (("service.asgi", str(number)), ("jobs",))
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command, journal in zip(commands, (log, folder / "jobs.log"), strict=True):
            with journal.open("wb") as stream:
                children.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *command],
                        env=environment,
                        pass_fds=(number,),
                        stdout=stream,
                        stderr=stream,
                    )
                )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        _wait_ready(address)
        yield address, log
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(READY_S)
        listening.close()


def _wait_ready(address: str) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready", trust_env=False).is_success:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address} is not ready")
        time.sleep(0.1)
