"""What the benches run on: the embedded servers as they ship (durable), filers, API processes."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.party import system_actor
from service.application.place import load_policies
from service.commands.children import bound, environment_of
from service.lifeline import VARIABLE
from service.ports import Servers
from service.settings import Settings, read_settings
from service.wiring import migrate, open_set_up, start_servers
from tests.bench.plans import Filer
from tests.people import Staff, staffed_place

CONNECTIONS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Running servers, migrated, with enterprises that file."""

    settings: Settings
    servers: Servers
    filers: Sequence[Filer]

    @property
    def dsn(self) -> str:
        """The application's address, for asyncpg itself."""
        return dsn_of(self.servers.database_url)


def dsn_of(url: str) -> str:
    """Return a SQLAlchemy address as asyncpg takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Start the servers in a folder, as `xuetu run` does, and stop them at the end."""
    settings = read_settings({"XUETU_DATA": str(folder)})
    servers = start_servers(settings)
    try:
        migrate(servers.migration_database_url)
        told = read_settings(environment_of(settings, servers))
        staff = asyncio.run(_staffed(told))
        yield Stage(settings=told, servers=servers, filers=[_filer(one) for one in staff])
    finally:
        servers.close()


async def _staffed(settings: Settings) -> list[Staff]:
    async with open_set_up(settings) as ports:
        root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
        async with ports.begin_work(root) as work:
            await load_policies(work, ports.policies)
            await work.commit()
        return [
            await staffed_place(ports.begin_work, crypto=ports.crypto, passwords=ports.passwords)
            for _ in range(CONNECTIONS)
        ]


def _filer(staff: Staff) -> Filer:
    return Filer(
        person_id=staff.filer.person_id,
        account_name=staff.filer.account_name,
        org_id=staff.enterprise.id,
        enterprise=staff.enterprise.name,
        place_id=staff.place.id,
        region_path=staff.place.region_path,
        region_code=staff.region_code,
    )


@contextmanager
def serving(stage: Stage, processes: int, log: Path) -> Iterator[int]:
    """Run API processes behind one port, as `xuetu run` does, without a worker; yields the port."""
    listening = bound("127.0.0.1", 0)
    held, ours = os.pipe()
    environment = os.environ | environment_of(stage.settings, stage.servers) | {VARIABLE: str(held)}
    with log.open("ab") as file:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "service.asgi", str(listening.fileno())],
                env=environment,
                pass_fds=(held, listening.fileno()),
                stdout=file,
                stderr=file,
            )
            for _ in range(processes)
        ]
    try:
        port: int = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=30) as first:
            first.sendall(b"GET /health/live HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            if not first.recv(64).startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the API does not answer: {log}")
        yield port
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)
        os.close(held)
        os.close(ours)
        listening.close()


def superuser(stage: Stage) -> AsyncEngine:
    """Open an engine of the superuser, each statement a transaction of its own."""
    return create_async_engine(stage.servers.admin_url, isolation_level="AUTOCOMMIT")


async def one(engine: AsyncEngine, sql: str) -> Any:
    """Run one statement and return its first value, if it has any."""
    async with engine.connect() as connection:
        done = await connection.execute(text(sql))
        return done.scalar_one_or_none() if done.returns_rows else None
