"""Users, programs and what they leave behind, for the launcher's tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from adapters.embedded.binaries import postgres_installation
from tests.waiting import until

DEADLINE_S: Final = 60.0
ROOT: Final = 0
NOBODY: Final = 65534


@dataclass(frozen=True, slots=True)
class User:
    """Who runs a program; `uid` None means whoever runs the tests."""

    name: str
    uid: int | None

    def __str__(self) -> str:
        return self.name


# The tests run as root in continuous integration and as an ordinary user on a desk. Root can play
# both; on a desk the scenarios of root have no one to play them, so they are not in the list.
IS_ROOT: Final = os.geteuid() == ROOT
ME: Final = User("root" if IS_ROOT else "ordinary", None)
ORDINARY: Final = User("ordinary", NOBODY) if IS_ROOT else ME
USERS: Final = (ME, ORDINARY) if IS_ROOT else (ME,)


def left_in(folder: Path) -> list[int]:
    """Return the processes whose working directory lies in the folder, whatever they run."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if _works_in(entry, folder)]


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return process.name.isdigit() and (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False


@contextmanager
def folder_of(user: User) -> Iterator[Path]:
    """Make a folder that belongs to the user; end and remove whatever is left in it."""
    made = Path(tempfile.mkdtemp(prefix="launcher-"))
    if user.uid is not None:
        os.chown(made, user.uid, user.uid)
    try:
        yield made
    finally:
        for pid in left_in(made):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until("every process ends", lambda: not left_in(made))
        for record in made.rglob("runtime"):
            if record.is_file():
                shutil.rmtree(record.read_text(), ignore_errors=True)
        shutil.rmtree(made)


def copy_wheel(site: Path) -> None:
    """Install the PostgreSQL wheel's programs a second time, below `site`."""
    installation = postgres_installation(18)
    package = installation.parent
    shutil.copytree(installation, site / package.name / installation.name)
    (site / package.name / "__init__.py").touch()
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), site / libraries)


class Program:
    """A running driver. `wait` returns when its servers answer."""

    def __init__(self, folder: Path, user: User, **environment: str) -> None:
        self.folder = folder
        self._user = user
        own = {} if user.uid is None else {"RUN_AS": str(user.uid)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.driver", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **own, **environment},
            process_group=0,
        )
        self.dsn = ""
        self.redis = ""
        self.postmaster = 0

    def wait(self) -> Self:
        """Return once both servers answer; fail with what it said when it ended before."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.end()
        said = json.loads(line)
        self.dsn, self.postmaster = said["postgres"], said["postgres_pid"]
        self.redis = (said["redis"] or "").removeprefix("unix://")
        return self

    def kill(self) -> None:
        """Kill the program itself, as by `kill -9`, and wait until it is gone."""
        self.process.kill()
        self.end()

    def end(self) -> tuple[int, str]:
        """Wait for the program's end; return its exit status and what it said on standard error."""
        _, said = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.end()


def launched(folder: Path, user: User = ME, **environment: str) -> Program:
    """Start a program and wait until its servers answer."""
    return Program(folder, user, **environment).wait()


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[AsyncConnection]:
    """Open a connection, and drop it without a word to the server, which may be dead by then."""
    address = dsn.replace("postgresql://", "postgresql+asyncpg://")
    engine = create_async_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
        await connection.invalidate()


async def query(dsn: str, *statements: str) -> object:
    """Run statements on one connection; return the first value of the last one."""
    async with connected(dsn) as connection:
        for statement in statements[:-1]:
            await connection.execute(text(statement))
        answer = await connection.execute(text(statements[-1]))
        return answer.scalar() if answer.returns_rows else None


def ask_redis(path: str, command: str) -> str:
    """Send one inline command to Redis; return its whole answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE_S)
        connection.connect(path)
        connection.sendall(f"{command}\r\nQUIT\r\n".encode())
        with connection.makefile("rb") as answer:
            return answer.read().decode()
