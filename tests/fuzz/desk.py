"""A place of the running stack with its people: the desk of the API's tests, over real HTTP."""

from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Final

import httpx
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.identity.passwords import Argon2Passwords
from adapters.postgres.engine import open_engine
from domain.party import Actor, Role
from jobs.worker import Worker
from service.wiring import move_clock_sync, open_ports, open_set_up
from tests.fakes.real_names import FakeRealNames
from tests.fakes.training_register import FakeTrainingRegister
from tests.fuzz.stack import Stack
from tests.integration.api.desk import FILED, Desk, House, MovedClock
from tests.people import staffed_place

HIRED: Final[Mapping[str, Role]] = {
    "second": Role.APPROVER,
    "officer": Role.POLICY_OFFICER,
    "inspector": Role.INSPECTOR,
    "auditor": Role.AUDITOR,
}
"""Who is in a fuzzed place beside those whom every test's place has."""
STAFF: Final = (
    "filer",
    "handler",
    "approver",
    "releaser",
    "finance",
    "finance_second",
    "teacher",
    "organiser",
    "worker",
    "worker_second",
)


class StoredClock(MovedClock):
    """The stack's own clock; to put it somewhere is to store it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.at = FILED

    @property
    def at(self) -> datetime:
        """Where it stands."""
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._at = at
        url = self._stack.servers.migration_database_url
        with ThreadPoolExecutor(1) as outside_the_loop:
            outside_the_loop.submit(move_clock_sync, url, at.isoformat()).result()


class TheirWorker(Worker):
    """The stack's worker, which works by itself: it is only waited for."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def run_until_idle(self) -> int:
        """Wait until nothing is left to do."""
        await self._stack.idle()
        return 0


@asynccontextmanager
async def desk_of(stack: Stack, hear: Callable[[httpx.Response], None]) -> AsyncIterator[Desk]:
    """Staff a place of the stack, somebody for every role; the clock goes to the day of filing.

    `hear` is told every answer.
    """

    async def heard(answer: httpx.Response) -> None:
        await answer.aread()
        hear(answer)

    async with AsyncExitStack() as opened:
        ports = await opened.enter_async_context(open_ports(stack.settings))
        setting_up = await opened.enter_async_context(open_set_up(stack.settings))
        quick = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        engine = open_engine(stack.settings.database_url, pool_size=1)
        opened.push_async_callback(engine.dispose)
        admin = create_async_engine(stack.servers.admin_url)
        opened.push_async_callback(admin.dispose)
        house = House(
            engine=engine,
            admin=admin,
            clock=StoredClock(stack),
            begin_work=setting_up.begin_work,
            overlays={},
            ports=ports,
            app=None,
            worker=TheirWorker(stack),
            crypto=setting_up.crypto,
            passwords=quick,
            real_names=FakeRealNames(),
            register=FakeTrainingRegister(),
        )
        staff = await staffed_place(house.begin_work, crypto=house.crypto, passwords=quick)
        people: Mapping[str, Actor] = {name: getattr(staff, name) for name in STAFF}
        client = await opened.enter_async_context(
            httpx.AsyncClient(
                base_url=stack.address,
                timeout=60,
                trust_env=False,
                event_hooks={"response": [heard]},
            )
        )
        desk = Desk(
            house=house,
            client=client,
            staff=staff,
            accounts={name: actor.account_name for name, actor in people.items()},
            stack=opened,
        )
        for name, role in HIRED.items():
            await desk.hire(name, frozenset({role}), region_path=staff.place.region_path)
        yield desk
