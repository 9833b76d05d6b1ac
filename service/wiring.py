"""The only importer of adapters: builds them from settings and hands them inward as ports."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.arq.doorbell import ArqDoorbell
from adapters.crypto.checkpoint_keys import Ed25519CheckpointKeys, signature_holds
from adapters.crypto.key_file import create_key_file, read_key_file
from adapters.crypto.software import SoftwareCrypto, sm3
from adapters.documents.on_disk import DiskDocuments
from adapters.embedded.stack import start_stack
from adapters.identity.passwords import Argon2Passwords
from adapters.messages.spool import SpooledMessages
from adapters.papers.pdf import PdfPapers, bundled_font
from adapters.papers.qr import SvgQrCodes
from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.postgres import roles
from adapters.postgres.audit import postgres_audit_chain
from adapters.postgres.engine import PATIENCE_S, check_login, open_engine
from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from adapters.postgres.sessions import PostgresSessions
from adapters.postgres.work import postgres_work
from adapters.real_names.simulated import SimulatedRealNames
from adapters.registers.simulated import SimulatedTrainingRegister
from adapters.sheets.files import SheetFiles
from adapters.system.checkpoints import FileCheckpoints
from adapters.system.clock import SystemClock
from adapters.system.doorbell import SilentDoorbell
from adapters.system.ids import new_id
from adapters.tables.spreadsheets import Spreadsheets
from domain.ports.identity import SignInLimit
from domain.ports.jobs import Doorbell
from domain.ports.policies import PolicyPacks
from domain.ports.work import BeginWork
from service.application.crash_points import arm
from service.ports import Ports, Readiness, Servers, SetUpPorts, WorkerPorts
from service.settings import Settings

ROOT: Final = Path(__file__).parent.parent
DATABASE: Final = "xuetu"


def start_servers(settings: Settings) -> Servers:
    """Start the embedded servers in the data folder, with logins, database and keys made."""
    stack = start_stack(settings.data, major=settings.postgres_major)
    try:
        server = stack.postgres
        asyncio.run(roles.create_roles(server.admin_url, database=DATABASE))
        settings.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_key_file(settings.key_file)
    except BaseException:
        stack.close()
        raise
    notices = [] if stack.redis else ["no redis-server here: workers poll every 2 s instead"]
    return Servers(
        database_url=server.url(roles.APP, DATABASE),
        migration_database_url=server.url(roles.MIGRATOR, DATABASE),
        admin_url=server.url("postgres", DATABASE),
        redis_url=stack.redis.url if stack.redis else None,
        notices=notices,
        close=stack.close,
        stop_redis=stack.redis.stop if stack.redis else None,
    )


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, on the migration login."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, revision)


async def create_roles(admin_url: str, *, database: str | None) -> None:
    """Make the two logins, on a superuser's address; idempotent."""
    await roles.create_roles(admin_url, database=database)


async def move_clock(migration_url: str, stands_at: str) -> None:
    """Set the stored clock (embedded mode only) to an instant in ISO form."""
    engine = open_engine(migration_url, pool_size=1, application_name="xuetu-clock")
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "insert into stored_clock (stands_at) values (cast(cast(:at as text) as timestamptz))"
                " on conflict (one) do update set stands_at = excluded.stands_at"
            ),
            {"at": stands_at},
        )
    await engine.dispose()


def move_clock_sync(migration_url: str, stands_at: str) -> None:
    """Set the stored clock from a program without a loop of its own."""
    asyncio.run(move_clock(migration_url, stands_at))


@asynccontextmanager
async def open_ports(
    settings: Settings, *, patience_s: int = PATIENCE_S
) -> AsyncGenerator[Ports, None]:
    """Open what the API reaches, waiting for a database that is starting.

    Refuses to start on a login that row security does not bind.
    """
    _arm(settings)
    engine = open_engine(settings.database_url, application_name="xuetu-api")
    doorbell = _doorbell(settings)
    try:
        await check_login(engine, patience_s=patience_s)
        keys = read_key_file(settings.key_file)
        yield Ports(
            begin_work=_begin_work(engine, settings),
            sessions=PostgresSessions(
                engine,
                Argon2Passwords(),
                limit=SignInLimit(
                    failures=settings.sign_in_failures, minutes=settings.sign_in_minutes
                ),
                secret=hashlib.sha256(b"xuetu sign-ins" + keys.checkpoint_seed).digest(),
            ),
            doorbell=doorbell,
            new_id=new_id,
            readiness=_readiness(engine),
            # Derived, so that every process of an installation reads the others' cursors.
            cursor_secret=hashlib.sha256(b"xuetu cursors" + keys.checkpoint_seed).digest(),
            policies=PacksOnDisk(),
            papers=PdfPapers(settings.pdf_font or bundled_font()),
            tables=Spreadsheets(),
            documents=DiskDocuments(settings.documents, _crypto(settings)),
            sheets=SheetFiles(),
            qr_codes=SvgQrCodes(),
            chunk_rows=settings.chunk_rows,
        )
    finally:
        await _close(doorbell)
        await engine.dispose()


@asynccontextmanager
async def open_worker_ports(settings: Settings) -> AsyncGenerator[WorkerPorts, None]:
    """Open what the worker reaches."""
    _arm(settings)
    engine = open_engine(settings.database_url, application_name="xuetu-worker")
    doorbell = _doorbell(settings)
    try:
        await check_login(engine)
        yield WorkerPorts(
            begin_work=_begin_work(engine, settings),
            doorbell=doorbell,
            leases=PostgresLeases(engine),
            schedules=PostgresSchedules(engine),
            open_audit_chain=postgres_audit_chain(engine),
            checkpoints=FileCheckpoints(settings.checkpoints),
            checkpoint_keys=Ed25519CheckpointKeys(read_key_file(settings.key_file)),
            crypto=_crypto(settings),
            messages=SpooledMessages(settings.messages),
            documents=DiskDocuments(settings.documents, _crypto(settings)),
            real_names=SimulatedRealNames(),
            training_register=SimulatedTrainingRegister(),
            chunk_rows=settings.chunk_rows,
        )
    finally:
        await _close(doorbell)
        await engine.dispose()


@asynccontextmanager
async def open_set_up(settings: Settings) -> AsyncGenerator[SetUpPorts, None]:
    """Open what setting up reaches."""
    engine = open_engine(settings.database_url, pool_size=2, application_name="xuetu-set-up")
    try:
        yield SetUpPorts(
            begin_work=_begin_work(engine, settings),
            crypto=_crypto(settings),
            passwords=Argon2Passwords(),
            policies=PacksOnDisk(),
        )
    finally:
        await engine.dispose()


def _arm(settings: Settings) -> None:
    if settings.crash_at is not None and settings.embedded:
        arm(settings.crash_at)


def _crypto(settings: Settings) -> SoftwareCrypto:
    return SoftwareCrypto(lambda: read_key_file(settings.key_file))


def _begin_work(engine: AsyncEngine, settings: Settings) -> BeginWork:
    return postgres_work(
        engine,
        crypto=_crypto(settings),
        new_id=new_id,
        clock=None if settings.clock == "stored" else SystemClock(),
    )


def _doorbell(settings: Settings) -> Doorbell:
    return ArqDoorbell(settings.redis_url) if settings.redis_url else SilentDoorbell()


async def _close(doorbell: Doorbell) -> None:
    if isinstance(doorbell, ArqDoorbell):
        await doorbell.close()


def _readiness(engine: AsyncEngine) -> Readiness:
    async def ready() -> Mapping[str, bool]:
        try:
            async with asyncio.timeout(2), engine.connect() as connection:
                await connection.execute(text("select 1 from step_rules limit 1"))
        except (DBAPIError, OSError, TimeoutError):
            return {"database": False}
        return {"database": True}

    return ready


def policy_packs() -> PolicyPacks:
    """Read the packs that come with the product."""
    return PacksOnDisk()


def digest_of(data: bytes) -> bytes:
    """SM3, for verifying an audit export without the installation's keys."""
    return sm3(data)


def holds_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Check a checkpoint's ed25519 signature."""
    return signature_holds(public_key, signature, message)


def public_key_of(settings: Settings) -> bytes:
    """Return the key with which auditors check this installation's checkpoints."""
    return Ed25519CheckpointKeys(read_key_file(settings.key_file)).public_key
