"""A database of the API's own: its rows are counted, and its worker finds no other test's jobs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.documents.on_disk import DiskDocuments
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.papers.pdf import PdfPapers, bundled_font
from adapters.papers.qr import SvgQrCodes
from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.postgres.engine import open_engine
from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.sessions import PostgresSessions
from adapters.postgres.work import postgres_work
from adapters.sheets.files import SheetFiles
from adapters.system.doorbell import SilentDoorbell
from adapters.system.ids import new_id
from adapters.tables.spreadsheets import Spreadsheets
from domain.party import system_actor
from domain.policy.overlay import Overlay
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords, SignInLimit
from domain.ports.jobs import Doorbell
from domain.ports.work import BeginWork
from jobs.handlers import handlers
from jobs.worker import Worker
from service.application.place import load_policies
from service.http.app import create_app
from service.http.operations import OPERATIONS
from service.ports import Ports
from tests.conftest import Database, migrated
from tests.fakes.messages import FakeMessages
from tests.fakes.real_names import FakeRealNames
from tests.fakes.training_register import FakeTrainingRegister
from tests.integration.api.desk import Desk, House, MovedClock, open_desk
from tests.integration.api.whole_road import Travelled, travelled
from tests.overlays import overlaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What the worker is given."""

    begin_work: BeginWork
    leases: PostgresLeases
    schedules: PostgresSchedules
    doorbell: Doorbell


@pytest.fixture(scope="session")
def api_database(server: EmbeddedPostgres) -> Database:
    return migrated(server, "api")


async def _ready() -> Mapping[str, bool]:
    return {"database": True}


@pytest.fixture(scope="session")
async def house(
    api_database: Database,
    crypto: Crypto,
    passwords: Passwords,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """The API's ports and the worker's, on one clock; the packs are on file.

    Impatient: who waits a second for a lock is told that it is busy.
    """
    engine = open_engine(api_database.app_url, pool_size=10, lock_timeout_s=1)
    admin = create_async_engine(api_database.admin_url)
    clock = MovedClock()
    overlays: dict[str, Sequence[Overlay]] = {}
    begin_work = overlaid(
        postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock), overlays
    )
    doorbell = SilentDoorbell()
    policies = PacksOnDisk()
    real_names = FakeRealNames()
    register = FakeTrainingRegister()
    documents = DiskDocuments(tmp_path_factory.mktemp("documents"), crypto)
    async with begin_work(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        await load_policies(work, policies)
        await work.commit()
    rig = Rig(
        begin_work=begin_work,
        leases=PostgresLeases(engine),
        schedules=PostgresSchedules(engine),
        doorbell=doorbell,
    )
    ports = Ports(
        begin_work=begin_work,
        sessions=PostgresSessions(
            engine,
            passwords,
            limit=SignInLimit(failures=10, minutes=15),
            secret=b"sign-ins of the tests",
        ),
        doorbell=doorbell,
        new_id=new_id,
        readiness=_ready,
        cursor_secret=b"cursors of the tests",
        policies=policies,
        papers=PdfPapers(bundled_font()),
        tables=Spreadsheets(),
        documents=documents,
        sheets=SheetFiles(),
        qr_codes=SvgQrCodes(),
        chunk_rows=5000,
    )
    yield House(
        engine=engine,
        admin=admin,
        clock=clock,
        begin_work=begin_work,
        overlays=overlays,
        ports=ports,
        app=create_app(ports, OPERATIONS),
        worker=Worker(
            rig, handlers(5000, FakeMessages(), documents, real_names, register), jitter=lambda: 0
        ),
        crypto=crypto,
        passwords=passwords,
        real_names=real_names,
        register=register,
    )
    await engine.dispose()
    await admin.dispose()


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    """A place of the test's own."""
    async with open_desk(house) as opened:
        yield await opened.all_signed_in()


@pytest.fixture(scope="session")
async def ended(house: House) -> AsyncIterator[Travelled]:
    """A place whose one filing has travelled the whole road; tests only read it."""
    async with open_desk(house) as opened:
        yield await travelled(await opened.all_signed_in())


@pytest.fixture(scope="session")
async def elsewhere(house: House) -> AsyncIterator[Desk]:
    """Another place, with other people and another enterprise; tests only ask from it."""
    async with open_desk(house) as opened:
        yield await opened.all_signed_in()


@pytest.fixture(scope="session")
async def common(house: House) -> AsyncIterator[Desk]:
    """A place in which one test files after another; `borrowed` puts its clock back."""
    async with open_desk(house) as opened:
        yield opened
