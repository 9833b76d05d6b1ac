"""Alembic's environment: runs the migrations on the migration login, one at a time.

The URL comes from `XUETU_MIGRATION_DATABASE_URL` or from the caller's config attributes. A session
advisory lock keeps two runs apart; short lock timeouts keep a run from stopping a busy table.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

MIGRATION_LOCK = 7_264_108_316


def _run(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _migrate(url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        await connection.execute(text("set lock_timeout = '3s'"))
        await connection.execute(text("set statement_timeout = '10min'"))
        await connection.commit()
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


def _url() -> str:
    given = context.config.attributes.get("url") or os.environ.get("XUETU_MIGRATION_DATABASE_URL")
    if not given:
        msg = "set XUETU_MIGRATION_DATABASE_URL to the migration login's address"
        raise SystemExit(msg)
    return str(given)


asyncio.run(_migrate(_url()))
