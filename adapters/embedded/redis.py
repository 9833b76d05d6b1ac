"""Redis as a doorbell: nothing is kept, nothing listens but a private socket."""

import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.embedded.binaries import reachable_program, redis_program
from adapters.embedded.place import Place
from adapters.embedded.server import Kind, Server
from adapters.embedded.server import start as start_server

_SOCKET: Final = "redis.sock"
_SETTINGS: Final = (
    ("--port", "0"),
    ("--unixsocketperm", "700"),
    ("--save", ""),
    ("--appendonly", "no"),
    ("--maxmemory-policy", "noeviction"),
    ("--daemonize", "no"),
)


class RedisServer(Server):
    """A running Redis, or Valkey, that this program owns."""

    @property
    def path(self) -> Path:
        """The path of its socket."""
        return self.sockets / _SOCKET

    @property
    def url(self) -> str:
        """Its address, as redis-py and arq read it."""
        return f"unix://{self.path}"


def start(folder: Path) -> RedisServer | None:
    """Start Redis in `folder`; None where the machine has neither Redis nor Valkey.

    The caller then polls, and says so once. Refusals: those of `server.start`.
    """
    program = redis_program()
    if program is None:
        return None

    def prepare(place: Place, runtime: Path, alive: int) -> Sequence[str | Path]:
        del alive
        if not place.data.exists():
            place.data.mkdir(mode=0o700)
            place.account.own(place.data)
        words = [word for pair in _SETTINGS for word in pair]
        reachable = reachable_program(program, place.account, runtime)
        return (reachable, "--unixsocket", runtime / "sockets" / _SOCKET, *words)

    return start_server(_KIND, folder, prepare, _answers, RedisServer)


def _leaders(place: Place, found: list[int]) -> list[int]:
    del place
    return found


_KIND: Final = Kind(
    name="Redis",
    folder="redis",
    programs=frozenset({"redis-server", "valkey-server"}),
    polite=signal.SIGTERM,
    leaders=_leaders,
)


def _answers(sockets: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(sockets / _SOCKET))
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
