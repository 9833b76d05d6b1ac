"""`xuetu demo` and `xuetu demo-vouchers`: roads over HTTP, each on a stack of its own in a fresh folder."""

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Protocol

import httpx

from service.commands import demo_road, demo_voucher_road
from service.commands.children import Children, bound, environment_of
from service.commands.demo_steps import MoveClock, Say
from service.commands.run import prepare
from service.ports import Servers
from service.settings import Settings, read_settings
from service.wiring import move_clock_sync, start_servers


class Stopped(Exception):
    """SIGTERM or SIGINT arrived."""


def _stop(_: int, __: FrameType | None) -> None:
    raise Stopped


class Travel(Protocol):
    """A road that is told as it is walked; raises unless every figure of it comes out."""

    def __call__(self, address: str, *, move_clock: MoveClock, say: Say) -> None: ...


def demo(*, without_redis: bool) -> int:
    """Run the published case end to end; exit 1 unless every figure is reproduced to the fen."""
    return _shown(demo_road.travel, without_redis=without_redis)


def demo_vouchers() -> int:
    """Run a voucher project from its approval to a paid settlement; exit 1 unless every figure comes out."""
    return _shown(demo_voucher_road.travel, without_redis=False)


def _shown(travel: Travel, *, without_redis: bool) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    folder = Path(tempfile.mkdtemp(prefix="xuetu-demo-"))
    try:
        with _stack(folder, without_redis=without_redis) as (address, servers):
            travel(
                address,
                move_clock=lambda at: move_clock_sync(servers.migration_database_url, at),
                say=lambda line: print(line, flush=True),
            )
    except Stopped:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextlib.contextmanager
def _stack(folder: Path, *, without_redis: bool) -> Iterator[tuple[str, Servers]]:
    """Servers, migrations, demo region, one API process and one worker, under the stored clock."""
    kept = ("XUETU_POSTGRES_MAJOR",)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("XUETU_") or name in kept
    }
    told = {
        "XUETU_DATA": str(folder / "data"),
        "XUETU_CLOCK": "stored",
        "XUETU_PORT": "0",
        "XUETU_LOG_LEVEL": "error",  # the narration is what is read here
    }
    settings = read_settings({**environment, **told})
    servers = start_servers(settings)
    try:
        if without_redis and servers.stop_redis is not None:
            servers.stop_redis()
        prepare(settings, servers)
        yield from _served(settings, servers)
    finally:
        servers.close()


def _served(settings: Settings, servers: Servers) -> Iterator[tuple[str, Servers]]:
    listening: socket.socket = bound(settings.host, 0)
    children = Children(environment_of(settings, servers))
    try:
        number = listening.fileno()
        children.start("service.asgi", str(number), descriptors=(number,))
        children.start("jobs")
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        wait_ready(address)
        yield address, servers
    finally:
        children.stop()
        listening.close()


def wait_ready(address: str) -> None:
    """Return once an API answers that it is ready; raises `TimeoutError` after a minute."""
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready", trust_env=False).is_success:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address} is not ready")
        time.sleep(0.1)
