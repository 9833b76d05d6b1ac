"""The engine: one pool of connections of the application's login."""

import asyncio
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.constraints import refusing
from domain.errors import Refusal

PATIENCE_S: Final = 300
"""Recovery after a crash may take minutes (DESIGN 1.9)."""
LOCK_TIMEOUT_S: Final = 10
"""A case held longer by somebody else answers `busy`: the caller tries again, nothing is lost."""
STATEMENT_TIMEOUT_S: Final = 60
IDLE_IN_TRANSACTION_TIMEOUT_S: Final = 60

_LOGIN: Final = text("""
select r.rolsuper or r.rolbypassrls
       or exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relowner = r.oid and n.nspname = 'public') as too_strong
  from pg_roles r where r.rolname = current_user
""")


class LoginTooStrong(Exception):
    """The application's login is superuser, bypasses row security, or owns a table: refuse to start."""


def open_engine(
    url: str,
    *,
    pool_size: int = 10,
    application_name: str = "xuetu",
    lock_timeout_s: int = LOCK_TIMEOUT_S,
) -> AsyncEngine:
    """Open an engine on the application's login. Connections are made when first used."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,  # a caller is told to come back rather than kept waiting
        pool_pre_ping=False,
        pool_use_lifo=True,  # the session used last has its plans and caches warm; rotating kept ten cold
        connect_args={
            "prepared_statement_cache_size": 500,
            "server_settings": {
                "application_name": application_name,
                "lock_timeout": f"{lock_timeout_s}s",
                "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
                "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_TIMEOUT_S}s",
                "jit": "off",
            },
        },
    )


async def check_login(engine: AsyncEngine, *, patience_s: int = PATIENCE_S) -> None:
    """Raise `LoginTooStrong` unless row security really binds this login (DESIGN 4).

    A server that is starting or recovering is waited for: a process restarted beside it should not
    die of that, for `patience_s` seconds at most.
    """
    for attempt in range(patience_s):
        try:
            with refusing():
                async with engine.connect() as connection:
                    if (await connection.execute(_LOGIN)).scalar_one():
                        raise LoginTooStrong
        except Refusal:
            if attempt == patience_s - 1:
                raise
            await asyncio.sleep(1)
        else:
            return
