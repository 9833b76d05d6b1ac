"""Real servers for every test: one PostgreSQL and one Redis per run, one place and its people per test."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.crypto.key_file import create_key_file, read_key_file
from adapters.crypto.software import SoftwareCrypto
from adapters.embedded import postgres, redis
from adapters.identity.passwords import Argon2Passwords
from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.postgres.engine import open_engine
from adapters.postgres.roles import create_roles
from adapters.postgres.work import postgres_work
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain.party import system_actor
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork
from service.application.place import load_policies
from tests.people import Staff, staffed_place

ROOT = Path(__file__).parent.parent

# No test asks how long anything takes: a busy machine is no fault.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One migrated database: the application's login, the owner's, and the superuser's."""

    app_url: str
    owner_url: str
    admin_url: str
    name: str


def migrated(server: postgres.EmbeddedPostgres, name: str) -> Database:
    """Make the logins and a database, and migrate it to head."""
    asyncio.run(create_roles(server.admin_url, database=name))
    owner_url = server.url("xuetu_migrator", name)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")
    return Database(
        app_url=server.url("xuetu_app", name),
        owner_url=owner_url,
        admin_url=server.url("postgres", name),
        name=name,
    )


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of every random test in this run; printed, and taken from `XUETU_SEED`."""
    given = int(os.environ.get("XUETU_SEED", "0")) or Random().randrange(1, 2**32)
    print(f"XUETU_SEED={given}")  # noqa: T201
    return given


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.EmbeddedPostgres]:
    major = int(os.environ.get("XUETU_POSTGRES_MAJOR", "18"))
    running = postgres.start(tmp_path_factory.mktemp("pg"), major=major, durable=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def database(server: postgres.EmbeddedPostgres) -> Database:
    return migrated(server, "xuetu")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = redis.start(tmp_path_factory.mktemp("redis"))
    assert running is not None, "the locked requirements bring a redis-server"
    yield running.url
    running.stop()


@pytest.fixture(scope="session")
def crypto(tmp_path_factory: pytest.TempPathFactory) -> Crypto:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    create_key_file(path)
    return SoftwareCrypto(lambda: read_key_file(path))


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """argon2id at its cheapest: the tests sign many people in."""
    return Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(database.app_url, pool_size=20)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
async def begin_work(engine: AsyncEngine, crypto: Crypto) -> BeginWork:
    """Opens works on the shared database, which has the packs on file."""
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=SystemClock())
    async with begin(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        await load_policies(work, PacksOnDisk())
        await work.commit()
    return begin


@pytest.fixture
async def staff(begin_work: BeginWork, crypto: Crypto, passwords: Passwords) -> Staff:
    """A place of its own with an enterprise and the fewest people who can complete the road."""
    return await staffed_place(begin_work, crypto=crypto, passwords=passwords)


NewStaff = Callable[[], Awaitable[Staff]]


@pytest.fixture
def new_staff(begin_work: BeginWork, crypto: Crypto, passwords: Passwords) -> NewStaff:
    """Makes further places, for tests of the wall between them."""
    return lambda: staffed_place(begin_work, crypto=crypto, passwords=passwords)
