"""The stack that is fuzzed: one API process and one worker, with logs that are read afterwards."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from service.commands.children import bound, environment_of
from service.commands.demo import wait_ready
from service.commands.run import prepare
from service.ports import Servers
from service.settings import Settings, read_settings
from service.wiring import move_clock_sync, start_servers
from tests.integration.api.desk import FILED

READY_S: Final = 60
IDLE_S: Final = 120
WAITING: Final = (
    "select count(*) from jobs"
    " where state = 'leased' or (state = 'ready' and run_at <= statement_timestamp())"
)
FAULTS: Final = {"error", "critical"}


@dataclass(frozen=True, slots=True)
class Stack:
    """Where it answers, how it is set up, and what its processes have logged."""

    address: str
    settings: Settings
    servers: Servers
    folder: Path

    def answered(self) -> Counter[tuple[str, int]]:
        """Count answers by operation and status, as the API process logged them."""
        counted: Counter[tuple[str, int]] = Counter()
        for entry in self._entries("api.log"):
            if entry.get("message") == "request" and entry.get("operation"):
                counted[entry["operation"], entry["status"]] += 1
        return counted

    def faults(self) -> list[str]:
        """Return what the processes logged of errors, of answers 500, and of jobs that failed.

        A job that was refused is no fault; one that failed is, even when it would be tried again.
        """
        return [
            json.dumps(entry, ensure_ascii=False)
            for name in ("api.log", "jobs.log")
            for entry in self._entries(name)
            if entry["level"] in FAULTS
            or entry.get("status") == httpx.codes.INTERNAL_SERVER_ERROR
            or " failed: " in entry.get("message", "")
        ]

    async def idle(self) -> None:
        """Wait until the worker has done every job."""
        dsn = self.servers.admin_url.replace("postgresql+asyncpg:", "postgresql:", 1)
        connection = await asyncpg.connect(dsn)  # type: ignore[no-untyped-call]
        try:
            deadline = time.monotonic() + IDLE_S
            while await connection.fetchval(WAITING):
                if time.monotonic() > deadline:
                    raise TimeoutError("jobs are left")
                await asyncio.sleep(0.02)
        finally:
            await connection.close()

    def _entries(self, name: str) -> Iterator[Mapping[str, Any]]:
        for line in (self.folder / name).read_text("utf-8").splitlines():
            if line.startswith("{"):
                yield json.loads(line)
            elif line:
                yield {"level": "error", "message": line}  # a process's last words are no JSON


@contextlib.contextmanager
def standing() -> Iterator[Stack]:
    """Start everything in a fresh folder, under the stored clock; end it all afterwards."""
    with tempfile.TemporaryDirectory(prefix="xuetu-fuzz-") as name:
        folder = Path(name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XUETU_")}
        settings = read_settings(
            {
                **kept,
                "XUETU_DATA": str(folder / "data"),
                "XUETU_CLOCK": "stored",
                "XUETU_PORT": "0",
                # Whoever fuzzes signs in wrongly all the time, also with the names of who signs in well.
                "XUETU_SIGN_IN_FAILURES": "1000000",
            }
        )
        servers = start_servers(settings)
        try:
            told = prepare(settings, servers)
            move_clock_sync(servers.migration_database_url, FILED.isoformat())
            with _processes(environment_of(settings, servers), folder) as address:
                yield Stack(address, told, servers, folder)
        finally:
            servers.close()


@contextlib.contextmanager
def _processes(environment: dict[str, str], folder: Path) -> Iterator[str]:
    with bound("127.0.0.1", 0) as listening, contextlib.ExitStack() as stopping:
        number = listening.fileno()
        for name, command in (("api.log", ("service.asgi", str(number))), ("jobs.log", ("jobs",))):
            with (folder / name).open("wb") as stream:
                child = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    env=environment,
                    pass_fds=(number,),
                    stdout=stream,
                    stderr=stream,
                )
            stopping.callback(child.wait, READY_S)
            stopping.callback(child.terminate)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        wait_ready(address)
        yield address
