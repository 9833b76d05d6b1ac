"""Policy versions in PostgreSQL: the pack's own text as jsonb, read back through the domain's parser."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Case
from domain.errors import Refusal
from domain.places import region_path_of
from domain.policy.overlay import DEFAULT_OVERLAY, Overlay
from domain.policy.overlay_reading import parse_pack
from domain.policy.standard import Standard
from domain.policy_version import Kind, PolicyProposal
from domain.ports.policy_versions import OverlayVersion, PolicyVersion, PolicyVersions, Rival

_COLUMNS: Final = "v.id, v.kind, v.version, v.region_path, v.body::text as body, v.digest, v.source"
_SELECT: Final = f"select {_COLUMNS} from policy_versions v"
_GET: Final = text(f"{_SELECT} where v.id = :id and v.kind = 'standard'")
# Standard and overlay at once: who asks for one asks for the other.
_IN_FORCE: Final = text(f"""{_SELECT}
 where v.id in (select policy_in_force(kind, :region_path, :on) from unnest(cast(:kinds as text[])) kind)
""")
_OF_SETTLEMENT: Final = text(f"""{_SELECT}
  join settlements s on s.policy_version_id = v.id where s.place_id = :place_id and s.id = :id
""")
_DOCUMENT: Final = text("select body::text as body from policy_versions where id = :id")
_ALL: Final = text(f"{_SELECT} where v.kind = :kind order by v.pack_id, v.version")
_TAKE_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:region as text), 1))")
_RIVALS: Final = text("""
select v.id, v.pack_id, v.valid_from,
       exists (select from filings f where f.policy_version_id = v.id and f.submitted_at is not null)
         as used
  from policy_versions v where v.kind = :kind and v.region_path = :region_path
 order by v.valid_from, v.id
""")
_OWNER: Final = text(
    "select kind, region_path from policy_versions where pack_id = :pack_id limit 1"
)
_NEWEST: Final = text("""
select version, digest, source from policy_versions where pack_id = :pack_id order by version desc limit 1
""")
_ADD: Final = text("""
insert into policy_versions (id, kind, source, pack_id, version, region_path, document, valid_from, valid_to,
                             body, digest, loaded_at)
values (:id, :kind, :source, :pack_id, :version, :region_path, :document, :valid_from, :valid_to,
        cast(:body as jsonb), :digest, :at)
""")


@lru_cache(maxsize=256)
def _pack(body: str) -> Standard | Overlay:
    # A version's text never changes, and every filing asks for it.
    return parse_pack(json.loads(body))


def _version(row: Row[Any]) -> PolicyVersion:
    standard = _pack(row.body)
    assert isinstance(standard, Standard)
    return PolicyVersion(
        id=row.id,
        version=row.version,
        region_path=row.region_path,
        digest=row.digest,
        standard=standard,
        source=row.source,
    )


def _overlay_version(row: Row[Any]) -> OverlayVersion:
    overlay = _pack(row.body)
    assert isinstance(overlay, Overlay)
    return OverlayVersion(
        id=row.id,
        version=row.version,
        region_path=row.region_path,
        digest=row.digest,
        overlay=overlay,
        source=row.source,
    )


class PostgresPolicyVersions(PolicyVersions):
    """The standards and overlays on file. A text that changed is a new version, never an edit."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._found: dict[tuple[str, date], Mapping[str, Row[Any]]] = {}

    async def get(self, version_id: UUID) -> PolicyVersion:
        row = (await self._connection.execute(_GET, {"id": version_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _version(row)

    async def in_force(self, region_path: str, on: date) -> PolicyVersion:
        row = await self._in_force(Kind.STANDARD, region_path, on)
        if row is None:
            raise Refusal("no_policy_in_force", day=on.isoformat())
        return _version(row)

    async def overlay(self, region_path: str, on: date) -> Overlay:
        found = await self.overlay_version(region_path, on)
        return DEFAULT_OVERLAY if found is None else found.overlay

    async def overlay_version(self, region_path: str, on: date) -> OverlayVersion | None:
        row = await self._in_force(Kind.OVERLAY, region_path, on)
        return None if row is None else _overlay_version(row)

    async def of_settlement(self, settlement: Case) -> PolicyVersion | None:
        row = (
            await self._connection.execute(
                _OF_SETTLEMENT, {"place_id": settlement.place_id, "id": settlement.id}
            )
        ).one_or_none()
        return None if row is None else _version(row)

    async def document(self, version_id: UUID) -> Mapping[str, Any]:
        row = (await self._connection.execute(_DOCUMENT, {"id": version_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        written: Mapping[str, Any] = json.loads(row.body)
        return written

    async def rivals(self, kind: Kind, region_path: str) -> Sequence[Rival]:
        await self._connection.execute(_TAKE_TURN, {"region": f"{kind}:{region_path}"})
        rows = await self._connection.execute(_RIVALS, {"kind": kind, "region_path": region_path})
        return [
            Rival(id=row.id, pack_id=row.pack_id, valid_from=row.valid_from, used=row.used)
            for row in rows
        ]

    async def owner_of(self, pack_id: str) -> tuple[Kind, str] | None:
        row = (await self._connection.execute(_OWNER, {"pack_id": pack_id})).one_or_none()
        return None if row is None else (Kind(row.kind), row.region_path)

    async def add(self, version_id: UUID, standard: Standard, source: bytes) -> bool:
        return await self._load(version_id, standard, Kind.STANDARD, source)

    async def add_overlay(self, version_id: UUID, overlay: Overlay, source: bytes) -> bool:
        return await self._load(version_id, overlay, Kind.OVERLAY, source)

    async def activate(self, proposal: PolicyProposal) -> None:
        await self._add(
            proposal.case.id,
            proposal.pack,
            kind=proposal.kind,
            source="case",
            body=json.dumps(proposal.document, ensure_ascii=False),
            digest=proposal.digest,
        )

    async def overlays(self) -> Sequence[OverlayVersion]:
        rows = await self._connection.execute(_ALL, {"kind": Kind.OVERLAY})
        return [_overlay_version(row) for row in rows]

    async def all(self) -> Sequence[PolicyVersion]:
        rows = await self._connection.execute(_ALL, {"kind": Kind.STANDARD})
        return [_version(row) for row in rows]

    async def _in_force(self, kind: Kind, region_path: str, on: date) -> Row[Any] | None:
        """Look once in a transaction: all of it goes by the same versions."""
        found = self._found.get((region_path, on))
        if found is None:
            rows = await self._connection.execute(
                _IN_FORCE, {"kinds": list(Kind), "region_path": region_path, "on": on}
            )
            found = self._found[region_path, on] = {row.kind: row for row in rows}
        return found.get(kind)

    async def _load(
        self, version_id: UUID, pack: Standard | Overlay, kind: Kind, source: bytes
    ) -> bool:
        digest = hashlib.sha256(source).digest()
        newest = (await self._connection.execute(_NEWEST, {"pack_id": pack.id})).one_or_none()
        # A pack never comes back over what two departments have signed under its id.
        if newest is not None and (newest.digest == digest or newest.source == "case"):
            return False
        await self._add(
            version_id, pack, kind=kind, source="pack", body=source.decode(), digest=digest
        )
        return True

    async def _add(
        self,
        version_id: UUID,
        pack: Standard | Overlay,
        *,
        kind: Kind,
        source: str,
        body: str,
        digest: bytes,
    ) -> None:
        newest = (await self._connection.execute(_NEWEST, {"pack_id": pack.id})).one_or_none()
        self._found.clear()
        await self._connection.execute(
            _ADD,
            {
                "id": version_id,
                "kind": kind,
                "source": source,
                "pack_id": pack.id,
                "version": 1 if newest is None else newest.version + 1,
                "region_path": region_path_of(pack.region),
                "document": pack.document,
                "valid_from": pack.valid_from,
                "valid_to": pack.valid_to,
                "body": body,
                "digest": digest,
                "at": self._now,
            },
        )
