"""Sessions in PostgreSQL: tokens are kept as SHA-256 only, and read outside any scope.

Wrong passwords are counted for each account name, known or not, under a keyed digest of it: what people
type for a name by mistake is nobody's to read. Any number of guesses may be under way at once; they are
counted when they are answered, the right one too, so that no more of them are learned from than the limit.
"""

import asyncio
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.constraints import refusing
from adapters.postgres.rows import Params
from domain.errors import Refusal
from domain.party import Actor, Role
from domain.ports.identity import OpenedSession, Passwords, Sessions, SignInLimit

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
# Whether a name has failed too often, and its wait in whole seconds. What is computed is computed anew when
# the row was waited for; a condition on the count would be judged before.
_WAIT: Final = """
select failures >= :most and since + cast(:window as interval) > statement_timestamp() as too_many,
       ceil(extract(epoch from since + cast(:window as interval) - statement_timestamp()))::integer as wait_s
  from sign_in_failures where name_digest = :digest
"""
_WAITING: Final = text(_WAIT)
# Counts and their end are those of the first failure within the window; the next one begins anew.
_FAILED: Final = text("""
insert into sign_in_failures as f (name_digest, failures, since) values (:digest, 1, statement_timestamp())
on conflict (name_digest) do update
   set failures = case when f.since + cast(:window as interval) > statement_timestamp() and f.failures > 0
                       then least(f.failures, :most) + 1 else 1 end,
       since = case when f.since + cast(:window as interval) > statement_timestamp() and f.failures > 0
                    then f.since else statement_timestamp() end
returning failures > :most as too_many,
          ceil(extract(epoch from since + cast(:window as interval) - statement_timestamp()))::integer as wait_s
""")
_LOCKED: Final = text(f"{_WAIT} for update")
_CLEAR: Final = text(
    "update sign_in_failures set failures = 0 where name_digest = :digest and failures > 0"
)


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


async def _check(connection: AsyncConnection, waiting: TextClause, counted: Params) -> None:
    """Refuse `too_many_sign_ins` while a name has to wait."""
    row = (await connection.execute(waiting, counted)).one_or_none()
    if row is not None:
        _refuse_too_many(row)


def _refuse_too_many(row: Row[Any]) -> None:
    if row.too_many:
        raise Refusal("too_many_sign_ins", retry_after_s=row.wait_s)


class PostgresSessions(Sessions):
    """Sign-in by name and password; sessions end by the database's clock."""

    def __init__(
        self, engine: AsyncEngine, passwords: Passwords, *, limit: SignInLimit, secret: bytes
    ) -> None:
        self._engine = engine
        self._limit = limit
        self._secret = secret
        # Every request asks for its actor: one statement alone needs no begin and no rollback.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._passwords = passwords

    async def open(self, account_name: str, password: str) -> OpenedSession | None:
        counted = self._counted(account_name)
        with refusing():
            async with self._engine.connect() as connection:
                await _check(connection, _WAITING, counted)
                row = (await connection.execute(_ACCOUNT, {"name": account_name})).one_or_none()
        # Hashing takes tens of milliseconds of one core: beside the loop, and with no connection held.
        holds = await asyncio.to_thread(
            self._passwords.holds, password, row.password_hash if row is not None else None
        )
        if row is None or not holds:
            await self._count(counted)
            return None
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        with refusing():
            async with self._engine.begin() as connection:
                await _check(connection, _LOCKED, counted)
                await connection.execute(_CLEAR, counted)
                opened = await connection.execute(
                    _OPEN, {"token_hash": _hash(token), "account_id": row.account_id, "life": LIFE}
                )
                expires_at = opened.scalar_one()
        return OpenedSession(token=token, actor=_actor(row), expires_at=expires_at)

    def _counted(self, account_name: str) -> Params:
        digest = hmac.digest(self._secret, account_name.encode(), "sha256")
        return {
            "digest": digest,
            "most": self._limit.failures,
            "window": timedelta(minutes=self._limit.minutes),
        }

    async def _count(self, counted: Params) -> None:
        with refusing():
            async with self._engine.begin() as connection:
                row = (await connection.execute(_FAILED, counted)).one()
        _refuse_too_many(row)

    async def actor_of(self, token: str) -> Actor | None:
        with refusing():
            async with self._reading.connect() as connection:
                row = (await connection.execute(_ACTOR, {"token_hash": _hash(token)})).one_or_none()
        return None if row is None else _actor(row)

    async def revoke(self, token: str) -> None:
        with refusing():
            async with self._engine.begin() as connection:
                await connection.execute(_REVOKE, {"token_hash": _hash(token)})
