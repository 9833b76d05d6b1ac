"""The two logins of the cluster, and the database they share. Idempotent; run by a superuser."""

from typing import Final

from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import create_async_engine

APP: Final = "xuetu_app"
MIGRATOR: Final = "xuetu_migrator"

_HAS_ROLE: Final = text("select exists (select from pg_roles where rolname = :name)")
_HAS_DATABASE: Final = text("select exists (select from pg_database where datname = :name)")


async def create_roles(admin_url: str, *, database: str | None = None) -> None:
    """Make the logins `xuetu_app` and `xuetu_migrator`, and the database owned by the latter.

    Passwords are the operator's to set (`alter role … password`); the embedded server trusts its own
    private socket.
    """
    engine = create_async_engine(admin_url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for role in (APP, MIGRATOR):
                if not (await connection.execute(_HAS_ROLE, {"name": role})).scalar_one():
                    await connection.execute(
                        text(
                            f"create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole"
                        )
                    )
            if database is None:
                return
            if not database.replace("_", "").isalnum():
                msg = f"not a database name: {database}"
                raise ValueError(msg)
            if not (await connection.execute(_HAS_DATABASE, {"name": database})).scalar_one():
                await connection.execute(text(f'create database "{database}" owner {MIGRATOR}'))
    finally:
        await engine.dispose()
