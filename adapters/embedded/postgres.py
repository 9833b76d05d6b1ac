"""PostgreSQL from the wheel's programs, in a folder of ours, over a private socket.

No TCP port: whoever may enter the 0700 socket folder is trusted, and nobody else can connect.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from adapters.embedded.binaries import postgres_installation, reachable_installation
from adapters.embedded.place import Place
from adapters.embedded.processes import is_alive
from adapters.embedded.server import PATIENCE_S, Kind, Server, run, stop_process
from adapters.embedded.server import start as start_server
from domain.errors import Refusal

SUPERUSER: Final = "postgres"
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "xuetu",
}
# Not synchronous_commit: without it a killed postmaster forgets what it has just committed.
_LOSES_DATA_IN_A_POWER_CUT: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedPostgres(Server):
    """A running PostgreSQL that this program owns."""

    @property
    def admin_url(self) -> str:
        """The address of the superuser in the database `postgres`, for SQLAlchemy."""
        return self.url(SUPERUSER, "postgres")

    def url(self, user: str, database: str) -> str:
        """Return the address of a user in a database for SQLAlchemy on asyncpg."""
        return f"postgresql+asyncpg://{self._address(user, database)}"

    def dsn(self, user: str, database: str) -> str:
        """Return the same address for asyncpg itself and for libpq."""
        return f"postgresql://{self._address(user, database)}"

    def _address(self, user: str, database: str) -> str:
        host = quote(os.fspath(self.sockets), safe="/")
        return f"{quote(user, safe='')}@/{quote(database, safe='')}?host={host}"


def start(folder: Path, *, major: int = 18, durable: bool = True) -> EmbeddedPostgres:
    """Start PostgreSQL in `folder`, making folder and database cluster when they are absent.

    `durable=False` is for tests: a power cut may lose data, a killed process does not. Refusals:
    `embedded_server_missing`, `data_folder_other_version`, and those of `server.start`.
    """
    installation = postgres_installation(major)

    def prepare(place: Place, runtime: Path, alive: int) -> Sequence[str | Path]:
        reachable = reachable_installation(installation, place.account, runtime)
        _make_cluster(place, reachable, runtime, alive, durable=durable)
        found = (place.data / "PG_VERSION").read_text().strip()
        if found != str(major):
            raise Refusal(
                "data_folder_other_version", folder=str(folder), found=found, wanted=major
            )
        _forget_reused_number(place.data)
        settings = _SETTINGS | {"unix_socket_directories": str(runtime / "sockets")}
        if not durable:
            settings |= _LOSES_DATA_IN_A_POWER_CUT
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return (reachable / "bin" / "postgres", "-D", _named(place, place.data), *words)

    def answers(sockets: Path) -> bool:
        # Root runs the wheel's own program here, whatever copy the server needed.
        asked = (installation / "bin" / "pg_isready", "-q", "-h", sockets, "-t", "2")
        return subprocess.run(asked, check=False, stdin=subprocess.DEVNULL).returncode == 0

    return start_server(_KIND, folder, prepare, answers, EmbeddedPostgres)


def _leaders(place: Place, found: list[int]) -> list[int]:
    """Return the postmaster: the process named by `postmaster.pid`, if it works in the folder."""
    return [pid for pid in found if pid == _recorded(place.data)]


_KIND: Final = Kind(
    name="PostgreSQL",
    folder="postgres",
    programs=frozenset({"postgres", "initdb"}),
    polite=signal.SIGINT,  # "fast": sessions end, a checkpoint is written
    leaders=_leaders,
)


def _named(place: Place, folder: Path) -> str:
    """Return how the server names its folder, in which it is started.

    Another account than ours need not be able to pass the folders above, and they are not ours
    to open; through this link the kernel leads it straight to where it already stands.
    """
    return "/proc/self/cwd" if place.account.changed else str(folder)


def _make_cluster(
    place: Place, installation: Path, runtime: Path, alive: int, *, durable: bool
) -> None:
    """Make the cluster beside its final name, so that an interrupted making leaves no cluster."""
    if place.data.exists():
        return
    if place.unfinished.exists():
        shutil.rmtree(place.unfinished)
    place.unfinished.mkdir(mode=0o700)
    place.account.own(place.unfinished)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={SUPERUSER}"]
    if not durable:
        options.append("--no-sync")
    making = run(
        _KIND,
        place,
        (installation / "bin" / "initdb", *options, "-D", _named(place, place.unfinished)),
        folder=place.unfinished,
        runtime=runtime,
        alive=alive,
    )
    try:
        code = making.wait(PATIENCE_S)
    except BaseException:
        stop_process(_KIND, making)
        raise
    if code != 0:
        raise Refusal("embedded_server_failed", server="PostgreSQL initdb", log=str(place.log))
    place.unfinished.rename(place.data)


def _recorded(data: Path) -> int | None:
    """Return the number in `postmaster.pid`; None when the file is absent or torn."""
    try:
        return abs(int((data / "postmaster.pid").read_text().split()[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _forget_reused_number(data: Path) -> None:
    """Remove a `postmaster.pid` whose number now belongs to somebody else, or which is torn.

    Called while holding the lock that every process of the server inherits, so none of them
    lives. PostgreSQL itself clears the file of a number that is free, and checks more doing so.
    """
    number = _recorded(data)
    if number is None or is_alive(number):
        (data / "postmaster.pid").unlink(missing_ok=True)
