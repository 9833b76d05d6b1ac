"""Policy versions in PostgreSQL: the pack's own text as jsonb, read back through the domain's parser."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Refusal
from domain.places import region_path_of
from domain.policy.overlay import DEFAULT_OVERLAY, Overlay
from domain.policy.reading import parse_policy
from domain.policy.standard import Standard
from domain.ports.policy_versions import PolicyVersion, PolicyVersions

_SELECT: Final = "select id, version, region_path, body::text as body, digest from policy_versions"
_GET: Final = text(f"{_SELECT} where id = :id")
_IN_FORCE: Final = text(f"""{_SELECT}
 where starts_with(:region_path, region_path) and valid_from <= :on and (valid_to is null or :on <= valid_to)
 order by length(region_path) desc, valid_from desc, version desc limit 1
""")
_ALL: Final = text(f"{_SELECT} order by pack_id, version")
_NEWEST: Final = text("""
select version, digest from policy_versions where pack_id = :pack_id order by version desc limit 1
""")
_ADD: Final = text("""
insert into policy_versions (id, pack_id, version, region_path, document, valid_from, valid_to, body, digest, loaded_at)
values (:id, :pack_id, :version, :region_path, :document, :valid_from, :valid_to, cast(:body as jsonb), :digest, :at)
""")


@lru_cache(maxsize=256)
def _standard(body: str) -> Standard:
    # A version's text never changes, and every filing asks for it.
    return parse_policy(json.loads(body))


def _version(row: Row[Any]) -> PolicyVersion:
    return PolicyVersion(
        id=row.id,
        version=row.version,
        region_path=row.region_path,
        digest=row.digest,
        standard=_standard(row.body),
    )


class PostgresPolicyVersions(PolicyVersions):
    """The standards on file. A text that changed is a new version, never an edit."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def get(self, version_id: UUID) -> PolicyVersion:
        row = (await self._connection.execute(_GET, {"id": version_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _version(row)

    async def in_force(self, region_path: str, on: date) -> PolicyVersion:
        row = (
            await self._connection.execute(_IN_FORCE, {"region_path": region_path, "on": on})
        ).one_or_none()
        if row is None:
            raise Refusal("no_policy_in_force", day=on.isoformat())
        return _version(row)

    async def overlay(self, region_path: str, on: date) -> Overlay:  # noqa: ARG002 no region has one yet
        return DEFAULT_OVERLAY

    async def add(self, version_id: UUID, standard: Standard, source: bytes) -> bool:
        digest = hashlib.sha256(source).digest()
        newest = (await self._connection.execute(_NEWEST, {"pack_id": standard.id})).one_or_none()
        if newest is not None and newest.digest == digest:
            return False
        await self._connection.execute(
            _ADD,
            {
                "id": version_id,
                "pack_id": standard.id,
                "version": 1 if newest is None else newest.version + 1,
                "region_path": region_path_of(standard.region),
                "document": standard.document,
                "valid_from": standard.valid_from,
                "valid_to": standard.valid_to,
                "body": source.decode(),
                "digest": digest,
                "at": self._now,
            },
        )
        return True

    async def all(self) -> Sequence[PolicyVersion]:
        return [_version(row) for row in await self._connection.execute(_ALL)]
