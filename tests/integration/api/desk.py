"""The product's own API in this process, its people signed in, its worker at hand."""

import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.party import Actor, Role, system_actor
from domain.policy.overlay import Overlay
from domain.ports.clock import Clock
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork
from jobs.worker import Worker
from service.application.place import NewPerson, add_people
from service.http.app import create_app
from service.http.operation import Operation
from service.http.operations import OPERATIONS
from service.ports import Ports
from tests.fakes.real_names import FakeRealNames
from tests.fakes.training_register import FakeTrainingRegister
from tests.people import PASSWORD, Staff, citizen_id, staffed_place

Json = dict[str, Any]

FILED = datetime(2026, 2, 2, 1, tzinfo=UTC)
"""The day on which filings are filed; the class begins on the next."""

AsyncChunks = Callable[[], AsyncIterator[bytes]]
"""A body whose length is told nowhere."""

BY_ID: Mapping[str, Operation] = {served.operation.id: served.operation for served in OPERATIONS}


class MovedClock(Clock):
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.at = FILED

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all tests of the API share: one database, one clock, one worker."""

    engine: AsyncEngine
    admin: AsyncEngine
    clock: MovedClock
    begin_work: BeginWork
    overlays: dict[str, Sequence[Overlay]]
    ports: Ports
    app: Any
    """The application on these ports, of all desks; None where it is reached over the network."""
    worker: Worker
    crypto: Crypto
    passwords: Passwords
    real_names: FakeRealNames
    register: FakeTrainingRegister
    counted: dict[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    """What `refusing.traces` counted last, by the snapshot it was counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, not sent yet; it can be sent twice. `method` differs where the address is asked wrongly."""

    desk: "Desk"
    operation: Operation
    method: str
    target: str
    person: str | None
    content: bytes | AsyncChunks | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    client: httpx.AsyncClient | None = None


def target_of(operation: Operation, path: Mapping[str, object], query: str = "") -> str:
    """Return the address of an operation; ids that are not given lead nowhere."""
    ids = {name: path.get(name, uuid4()) for name in operation.parameters}
    return operation.path.format(**ids) + (f"?{query}" if query else "")


@dataclass(slots=True, kw_only=True)
class Desk:
    """One place with its people. `person` names them as `Staff` does."""

    house: House
    client: httpx.AsyncClient
    staff: Staff
    accounts: dict[str, str]
    stack: AsyncExitStack
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> MovedClock:
        """The clock of the API and of the worker."""
        return self.house.clock

    def ask(
        self,
        operation_id: str,
        person: str | None,
        *,
        path: Mapping[str, object] | None = None,
        query: str = "",
        body: object = None,
        content: bytes | AsyncChunks | None = None,
        version: int | None = None,
        method: str | None = None,
        client: httpx.AsyncClient | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Ask:
        """Put a request together: key, version and media type as the operation wants them.

        A header given as None is left out.
        """
        operation = BY_ID[operation_id]
        wanted: dict[str, str | None] = {}
        if operation.keyed:
            wanted["Idempotency-Key"] = secrets.token_urlsafe(24)
        if operation.versioned:
            wanted["If-Match"] = f'"{1 if version is None else version}"'
        if operation.takes_body:
            wanted["Content-Type"] = operation.medias[0]
        if content is None and body is not None:
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        wanted |= headers or {}
        return Ask(
            desk=self,
            operation=operation,
            method=method or operation.method,
            target=target_of(operation, path or {}, query),
            person=person,
            content=content,
            headers={name: value for name, value in wanted.items() if value is not None},
            client=client,
        )

    async def send(self, ask: Ask, **headers: str) -> httpx.Response:
        """Send a request; named headers replace its own, underscores become hyphens."""
        sent = dict(ask.headers)
        if ask.person is not None:
            sent["Authorization"] = f"Bearer {await ask.desk.token_of(ask.person)}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = ask.content() if callable(ask.content) else ask.content
        client = ask.client or self.client
        raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        return await client.request(ask.method, ask.target, content=content, headers=raw)

    async def token_of(self, person: str) -> str:
        """Return the token of a person, signed in when first needed."""
        if person not in self.tokens:
            self.tokens[person] = await signed_in(self.client, self.accounts[person])
        return self.tokens[person]

    async def all_signed_in(self) -> "Desk":
        """Sign everybody in now, so that no later request stores a session."""
        for person in self.accounts:
            await self.token_of(person)
        return self

    async def done(self, operation_id: str, person: str | None, **how: Any) -> Json:
        """Ask, and return the answer of what must succeed."""
        answer = await self.send(self.ask(operation_id, person, **how))
        assert answer.is_success, f"{operation_id}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found

    async def idle(self) -> None:
        """Let the worker do everything that is due."""
        await self.house.worker.run_until_idle()

    async def hire(self, name: str, roles: frozenset[Role], *, region_path: str) -> str:
        """Open an account of the bureau and return the name to ask as."""
        account = NewPerson(
            account_name=f"{name}-{uuid4().hex}",
            password=PASSWORD,
            citizen_id=citizen_id(),
            org_id=self.staff.place.bureau_org_id,
            region_path=region_path,
            roles=roles,
        )
        root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
        async with self.house.begin_work(root) as work:
            await add_people(
                work, [account], crypto=self.house.crypto, passwords=self.house.passwords
            )
            await work.commit()
        self.accounts[name] = account.account_name
        return name

    async def neighbour(self) -> "Desk":
        """Open a desk in another place, on the same clock."""
        at = self.clock.at
        other = await self.stack.enter_async_context(open_desk(self.house))
        self.clock.at = at
        return other

    def under(self, *overlays: Overlay) -> None:
        """Give the place additions of its own, oldest first."""
        self.house.overlays[self.staff.place.region_path] = overlays

    def begin_again(self) -> None:
        """Put the clock back to the day of filing."""
        self.clock.at = FILED

    async def tampered(self, statement: str, **values: object) -> None:
        """Change a row behind the product's back, as the superuser."""
        async with self.house.admin.begin() as connection:
            await connection.execute(text("set local session_replication_role = replica"))
            done = await connection.execute(text(statement), values)
            assert done.rowcount > 0

    async def in_ports(self, **changed: Any) -> httpx.AsyncClient:
        """Return a client of the same API with some ports replaced."""
        app = create_app(replace(self.house.ports, **changed), OPERATIONS)
        return await self.stack.enter_async_context(client_of(app))


def client_of(app: Any) -> httpx.AsyncClient:
    """Make a client that reaches an application without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test")


async def signed_in(client: httpx.AsyncClient, account_name: str) -> str:
    """Sign in and return the token."""
    body = {"account_name": account_name, "password": PASSWORD}
    answer = await client.post("/v1/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


@asynccontextmanager
async def open_desk(house: House, *, city: str = "3206") -> AsyncIterator[Desk]:
    """Staff a place and let its people ask; the clock goes back to the day of filing."""
    house.clock.at = FILED
    staff = await staffed_place(
        house.begin_work, crypto=house.crypto, passwords=house.passwords, city=city
    )
    people: Mapping[str, Actor] = {
        "filer": staff.filer,
        "handler": staff.handler,
        "approver": staff.approver,
        "releaser": staff.releaser,
        "finance": staff.finance,
        "finance_second": staff.finance_second,
        "teacher": staff.teacher,
        "organiser": staff.organiser,
        "worker": staff.worker,
        "worker_second": staff.worker_second,
    }
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_of(house.app))
        accounts = {name: actor.account_name for name, actor in people.items()}
        yield Desk(house=house, client=client, staff=staff, accounts=accounts, stack=stack)


@asynccontextmanager
async def borrowed(desk: Desk) -> AsyncIterator[Desk]:
    """Use a desk that others have used, with the clock put back; nothing opened for it outlives this."""
    desk.begin_again()
    async with AsyncExitStack() as stack:
        yield replace(desk, stack=stack)


PERSON_BY_ROLE: Sequence[tuple[Role, str]] = (
    (Role.FILER, "filer"),
    (Role.REVIEWER, "handler"),
    (Role.CLERK, "handler"),
    (Role.PREPARER, "handler"),
    (Role.APPROVER, "approver"),
    (Role.RELEASER, "releaser"),
    (Role.FINANCE, "finance"),
    (Role.PROVIDER, "teacher"),
    (Role.ORGANISER, "organiser"),
    (Role.WORKER, "worker"),
)


def person_for(operation: Operation) -> str | None:
    """Return somebody who may ask an operation; None where nobody signs in."""
    if operation.public:
        return None
    return next(
        name for role, name in PERSON_BY_ROLE if not operation.roles or role in operation.roles
    )


def person_not_for(operation: Operation) -> str:
    """Return somebody who may not."""
    return next(
        name
        for name in ("filer", "finance", "releaser")
        if not operation.roles & {role for role, who in PERSON_BY_ROLE if who == name}
    )
