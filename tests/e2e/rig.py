"""A whole stack of real processes that a test may kill: servers, API processes, one worker.

Everything is what `xuetu run` starts, by the same functions; only here each process can be killed,
armed to die at a named point, and started again. The clock is the stored one, and it stands where
the test last put it.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

import asyncpg
import httpx
from argon2 import PasswordHasher

from adapters.identity.passwords import Argon2Passwords
from domain.party import Role, system_actor
from domain.ports.work import BeginWork
from jobs.schedule import SCHEDULES
from service.application.place import NewPerson, add_people
from service.commands.children import bound, environment_of
from service.commands.partner import Json, Partner
from service.commands.run import prepare
from service.lifeline import VARIABLE
from service.ports import Servers
from service.settings import Settings, read_settings
from service.wiring import move_clock_sync, open_set_up, start_servers
from tests.people import PASSWORD, Staff, citizen_id, staffed_place
from tests.waiting import PATIENCE_S, until

CHUNK_ROWS: Final = 5


class Process:
    """One process of the stack. Its standard error is kept in a file, as a journal would."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        self.armed = "XUETU_CRASH_AT" in environment
        # It ends with the test run, however that ends: we alone hold the other end.
        held, self._ours = os.pipe()
        descriptors = [int(word) for word in command[1:] if word.isdigit()]
        try:
            with log.open("ab") as journal:
                self._popen = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    env={**environment, VARIABLE: str(held)},
                    pass_fds=(held, *descriptors),
                    stdout=journal,
                    stderr=journal,
                    start_new_session=True,
                )
        finally:
            os.close(held)

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._popen.poll() is None

    def wait_killed(self) -> None:
        """Wait until it has died of SIGKILL, as at a point it was armed for."""
        status = self._popen.wait(PATIENCE_S)
        self._let_go()
        assert status == -signal.SIGKILL, f"ended with {status}:\n{self.log.read_text()}"

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self._popen.kill()
        self.wait_killed()

    def stop(self) -> None:
        """End it in good order, if it lives."""
        if self.running:
            self._popen.terminate()
            try:
                self._popen.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
                raise
        self._let_go()

    def _let_go(self) -> None:
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1


@dataclass
class Heard:
    """What came back from the product, and to whom."""

    method: str
    path: str
    status: int
    headers: str
    body: bytes


class Person(Partner):
    """A partner who also sees refusals whole, and whose answers are all kept."""

    def __init__(self, address: str, account_name: str, password: str) -> None:
        self.heard: list[Heard] = []
        super().__init__(address, account_name, password)
        self._http.event_hooks = {"response": [self._hear]}

    def send(
        self,
        method: str,
        path: str,
        body: Json | str | bytes | None = None,
        *,
        key: str | None = None,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask once and return whatever is answered. A `dict` is sent as JSON, else as it stands."""
        told = dict(headers or {})
        if key is not None:
            told["Idempotency-Key"] = key
        if version is not None:
            told["If-Match"] = f'"{version}"'
        if isinstance(body, dict):
            return self._http.request(method, path, headers=told, json=body)
        if body is None:
            return self._http.request(method, path, headers=told)
        told.setdefault("Content-Type", "text/csv" if isinstance(body, str) else "application/json")
        content = body.encode() if isinstance(body, str) else body
        return self._http.request(method, path, headers=told, content=content)

    def _hear(self, answer: httpx.Response) -> None:
        answer.read()
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        request = answer.request
        self.heard.append(
            Heard(request.method, str(request.url), answer.status_code, headers, answer.content)
        )


@dataclass
class Rig:
    """The running stack and shortcuts to it. Made by `rig_in`."""

    folder: Path
    settings: Settings
    servers: Servers
    api: Process = field(init=False)
    worker: Process = field(init=False)
    extra: list[Process] = field(default_factory=list)
    _people: dict[tuple[str, str], Person] = field(default_factory=dict)
    _closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        """Bind the address and start one API process and one worker on it."""
        self._listening = self._closing.enter_context(bound(self.settings.host, 0))
        self._closing.callback(self._end)
        try:
            self.start_api()
            self.start_worker()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End every process and connection of it."""
        self._closing.close()

    @property
    def address(self) -> str:
        """Where the first API process answers; it stays while processes come and go."""
        return f"http://{self.settings.host}:{self._listening.getsockname()[1]}"

    def start_api(self, *, crash_at: str | None = None) -> None:
        """Start the API process, armed if told, and wait until it is ready."""
        number = str(self._listening.fileno())
        self.api = self._process("api", ["service.asgi", number], crash_at=crash_at)
        self._wait_ready(self.address, self.api)

    def make_whole(self) -> None:
        """Have an API process and a worker that run and are not armed, whatever a test left."""
        for process, start in ((self.api, self.start_api), (self.worker, self.start_worker)):
            if process.armed or not process.running:
                process.stop()
                start()

    def second_api(self) -> str:
        """Start another API process, on an address of its own, which is returned."""
        listening = self._closing.enter_context(bound(self.settings.host, 0))
        number = str(listening.fileno())
        self.extra.append(self._process("api-second", ["service.asgi", number]))
        address = f"http://{self.settings.host}:{listening.getsockname()[1]}"
        self._wait_ready(address, self.extra[-1])
        return address

    def start_worker(self, *, crash_at: str | None = None, chunk_rows: int = CHUNK_ROWS) -> None:
        """Start the worker, armed if told."""
        self.worker = self._process(
            "worker", ["jobs"], crash_at=crash_at, XUETU_CHUNK_ROWS=str(chunk_rows)
        )

    def person(self, account_name: str, password: str = PASSWORD, *, at: str = "") -> Person:
        """Sign a person in, once; `at` is another API process's address."""
        found = self._people.get((account_name, at))
        if found is None:
            found = self._people[account_name, at] = self._closing.enter_context(
                contextlib.closing(Person(at or self.address, account_name, password))
            )
        return found

    def place(self) -> Staff:
        """Make a place of its own with its people and an enterprise."""

        async def make() -> Staff:
            async with open_set_up(self.settings) as ports:
                return await staffed_place(
                    ports.begin_work, crypto=ports.crypto, passwords=_QUICK_PASSWORDS
                )

        return asyncio.run(make())

    def add_officer(self, staff: Staff, account_name: str, *roles: Role) -> None:
        """Give the place's bureau another person."""
        person = NewPerson(
            account_name=account_name,
            password=PASSWORD,
            citizen_id=citizen_id(),
            org_id=staff.place.bureau_org_id,
            region_path=staff.place.region_path,
            roles=frozenset(roles),
        )

        async def add() -> None:
            async with open_set_up(self.settings) as ports, _root(ports.begin_work) as work:
                await add_people(work, [person], crypto=ports.crypto, passwords=_QUICK_PASSWORDS)
                await work.commit()

        asyncio.run(add())

    def move_clock(self, at: str) -> None:
        """Put the business clock to an instant in ISO form."""
        move_clock_sync(self.servers.migration_database_url, at)

    def sql(self, statement: str, *values: object, triggers: bool = True) -> list[dict[str, Any]]:
        """Ask PostgreSQL as its superuser, whom no row security binds."""

        async def ask() -> list[dict[str, Any]]:
            dsn = self.servers.admin_url.replace("postgresql+asyncpg:", "postgresql:", 1)
            connection = await asyncpg.connect(dsn)  # type: ignore[no-untyped-call]
            try:
                async with connection.transaction():
                    if not triggers:
                        await connection.execute("set local session_replication_role = replica")
                    return [dict(row) for row in await connection.fetch(statement, *values)]
            finally:
                await connection.close()

        return asyncio.run(ask())

    def one(self, statement: str, *values: object) -> Any:
        """Return the only value of the only row."""
        (row,) = self.sql(statement, *values)
        (value,) = row.values()
        return value

    def rows_of(self, place_id: UUID) -> dict[str, int]:
        """Count the rows that every table holds of a place, the tables without any left out."""
        tables = self.sql(
            "select c.table_name as name from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where c.table_schema = 'public' and c.column_name = 'place_id'"
            " and t.table_type = 'BASE TABLE' order by 1"
        )
        counted = " union all ".join(
            f"select '{table['name']}' as name, count(*) from {table['name']} where place_id = $1"
            for table in tables
        )
        return {row["name"]: row["count"] for row in self.sql(counted, place_id) if row["count"]}

    def wait_idle(self) -> None:
        """Wait until no job is left to do."""
        waiting = "select count(*) from jobs where state in ('ready', 'leased')"
        until("every job is done", lambda: self.one(waiting) == 0)

    def expire_leases(self) -> None:
        """Let the leases of dead workers run out now.

        They are kept by the database's own clock, which no test moves; waiting would take 30 s.
        """
        self.sql(
            "update jobs set lease_until = clock_timestamp() - interval '1 s'"
            " where state = 'leased'"
        )

    def put_off(self, *, all_but: str) -> None:
        """Let every job that is ready wait a day, except one kind's: what an armed worker claims first.

        `take_up` lets them go again. The schedules count as opened, or an armed worker might take up a
        day of theirs.
        """
        for schedule in SCHEDULES:
            self.sql(
                "with today as (select (stands_at at time zone 'Asia/Shanghai')::date as day from stored_clock),"
                " opened as (insert into jobs (kind, ref, period, state, finished_at)"
                " select $1, gen_random_uuid(), day, 'done', clock_timestamp() from today returning id, period)"
                " insert into schedule_periods (name, period, job_id) select $2, period, id from opened"
                " on conflict do nothing",
                schedule.kind,
                schedule.name,
            )
        later = "update jobs set run_at = run_at + interval '1 day' where state = 'ready'"
        self.sql(f"{later} and kind <> $1", all_but)

    def take_up(self) -> None:
        """Let the jobs that were put off run now."""
        self.sql("update jobs set run_at = statement_timestamp() where state = 'ready'")

    def logs(self) -> str:
        """Return everything that any process of the stack has written."""
        journals = [self.folder / "api", self.folder / "api-second", self.folder / "worker"]
        journals += sorted((self.folder / "data").rglob("*log"))
        return "\n".join(path.read_text(errors="replace") for path in journals if path.is_file())

    def _process(
        self, name: str, command: Sequence[str], *, crash_at: str | None = None, **told: str
    ) -> Process:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XUETU_")}
        environment |= environment_of(self.settings, self.servers) | told
        if crash_at is not None:
            environment["XUETU_CRASH_AT"] = crash_at
        return Process(command, environment, self.folder / name)

    def _wait_ready(self, address: str, process: Process) -> None:
        def ready() -> bool:
            assert process.running, process.log.read_text()
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{address}/health/ready", trust_env=False, timeout=5)
                return answer.is_success
            return False

        until(f"{address} is ready", ready)

    def _end(self) -> None:
        for name in ("api", "worker"):
            if hasattr(self, name):
                getattr(self, name).stop()
        for process in self.extra:
            process.stop()


_QUICK_PASSWORDS: Final = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _root(begin_work: BeginWork) -> Any:
    return begin_work(system_actor(bureau_org_id=UUID(int=0), region_path="/"))


@contextlib.contextmanager
def rig_in(folder: Path) -> Iterator[Rig]:
    """Run a stack in a folder, with the demo region and the stored clock."""
    settings = read_settings(
        {
            "XUETU_DATA": str(folder / "data"),
            "XUETU_CLOCK": "stored",
            "XUETU_CHUNK_ROWS": str(CHUNK_ROWS),
        }
    )
    servers = start_servers(settings)
    try:
        told = prepare(settings, servers)
        with Rig(folder, told, servers) as rig:
            yield rig
    finally:
        servers.close()
