"""Sessions in PostgreSQL: tokens are kept as SHA-256 only, and read outside any scope."""

import asyncio
import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import refusing
from domain.party import Actor, Role
from domain.ports.identity import OpenedSession, Passwords, Sessions

LIFE: Final = timedelta(hours=12)
TOKEN_PREFIX: Final = "xt_"  # noqa: S105 - lets secret scanners know one when they see it

_ACCOUNT: Final = text("""
select id as account_id, name, person_id, password_hash, org_id, region_path, roles
  from user_accounts where name = :name and closed_at is null
""")
_OPEN: Final = text("""
insert into sessions (token_hash, account_id, created_at, expires_at)
select :token_hash, :account_id, t.at, t.at + :life from (select clock_timestamp() as at) t
returning expires_at
""")
_ACTOR: Final = text("""
select a.id as account_id, a.name, a.person_id, a.org_id, a.region_path, a.roles
  from sessions s join user_accounts a on a.id = s.account_id
 where s.token_hash = :token_hash and s.revoked_at is null and s.expires_at > clock_timestamp()
   and a.closed_at is null
""")
_REVOKE: Final = text("""
update sessions set revoked_at = clock_timestamp() where token_hash = :token_hash and revoked_at is null
""")


def _hash(token: str) -> bytes:
    # A token has 256 random bits: a fast hash is enough, and every request pays for it.
    return hashlib.sha256(token.encode()).digest()


def _actor(row: Row[Any]) -> Actor:
    return Actor(
        person_id=row.person_id,
        account_name=row.name,
        org_id=row.org_id,
        region_path=row.region_path,
        roles=frozenset(Role(role) for role in row.roles),
    )


class PostgresSessions(Sessions):
    """Sign-in by name and password; sessions end by the database's clock."""

    def __init__(self, engine: AsyncEngine, passwords: Passwords) -> None:
        self._engine = engine
        # Every request asks for its actor: one statement alone needs no begin and no rollback.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._passwords = passwords

    async def open(self, account_name: str, password: str) -> OpenedSession | None:
        with refusing():
            async with self._engine.connect() as connection:
                row = (await connection.execute(_ACCOUNT, {"name": account_name})).one_or_none()
        # Hashing takes tens of milliseconds of one core: beside the loop, and with no connection held.
        holds = await asyncio.to_thread(
            self._passwords.holds, password, row.password_hash if row is not None else None
        )
        if row is None or not holds:
            return None
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        with refusing():
            async with self._engine.begin() as connection:
                opened = await connection.execute(
                    _OPEN, {"token_hash": _hash(token), "account_id": row.account_id, "life": LIFE}
                )
                expires_at = opened.scalar_one()
        return OpenedSession(token=token, actor=_actor(row), expires_at=expires_at)

    async def actor_of(self, token: str) -> Actor | None:
        with refusing():
            async with self._reading.connect() as connection:
                row = (await connection.execute(_ACTOR, {"token_hash": _hash(token)})).one_or_none()
        return None if row is None else _actor(row)

    async def revoke(self, token: str) -> None:
        with refusing():
            async with self._engine.begin() as connection:
                await connection.execute(_REVOKE, {"token_hash": _hash(token)})
