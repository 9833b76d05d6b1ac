"""Kept answers in PostgreSQL: the unique key makes a twin wait for the one transaction."""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.constraints import LOCK_NOT_AVAILABLE, sqlstate_of
from domain.errors import Refusal
from domain.party import Actor
from domain.ports.requests import KeptAnswer, Requests

TWIN_RETRY_S: Final = 3

# The lock timeout holds for the claim alone: it is set before the row is inserted, and RETURNING
# puts it back once the lock is had. Without a row there is a kept answer, and nothing follows.
_CLAIM: Final = text("""
with patience as materialized (
  select current_setting('lock_timeout') as before, set_config('lock_timeout', '3s', true) as now
)
insert into kept_answers (person_id, key, fingerprint)
select :person_id, :key, :fingerprint from patience
on conflict do nothing returning set_config('lock_timeout', (select before from patience), true)
""")
_KEPT: Final = text("""
select fingerprint, status, headers::text as headers, body
  from kept_answers where person_id = :person_id and key = :key
""")
_KEEP: Final = text("""
update kept_answers set status = :status, headers = cast(:headers as jsonb), body = :body
 where person_id = :person_id and key = :key
""")
_FORGET: Final = text("select forget_kept_answers(:before, :limit)")


class PostgresRequests(Requests):
    """The keyed requests of the actor; row security shows nobody else's."""

    def __init__(self, connection: AsyncConnection, actor: Actor) -> None:
        self._connection = connection
        self._person_id = actor.person_id

    async def claim(self, key: str, fingerprint: bytes) -> KeptAnswer | None:
        mine = {"person_id": self._person_id, "key": key}
        try:
            claimed = await self._connection.execute(_CLAIM, {**mine, "fingerprint": fingerprint})
        except DBAPIError as error:
            if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
                raise Refusal("twin_in_flight", retry_after_s=TWIN_RETRY_S) from error
            raise
        if claimed.one_or_none() is not None:
            return None
        kept = (await self._connection.execute(_KEPT, mine)).one()
        if bytes(kept.fingerprint) != fingerprint:
            raise Refusal("key_reused")
        return KeptAnswer(
            status=kept.status, headers=json.loads(kept.headers), body=bytes(kept.body)
        )

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        await self._connection.execute(
            _KEEP,
            {
                "person_id": self._person_id,
                "key": key,
                "status": answer.status,
                "headers": json.dumps(dict(answer.headers)),
                "body": answer.body,
            },
        )

    async def forget(self, *, before: datetime, limit: int) -> int:
        done = await self._connection.execute(_FORGET, {"before": before, "limit": limit})
        return int(done.scalar_one())
