"""Documents of cases in PostgreSQL: versions and the arrival of contents, both append-only."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of, scope_of
from domain.cases import Case
from domain.document import DeclaredDocument, Document, Reference
from domain.errors import Refusal
from domain.party import Actor
from domain.ports.documents import Documents
from domain.ports.ids import NewId

_ADD: Final = BulkInsert(
    "documents",
    fixed={
        "case_id": "uuid",
        "case_kind": "text",
        "person_id": "uuid",
        "added_at": "timestamptz",
        "withdrawn": "boolean",
    },
    varying={
        "id": "uuid",
        "kind": "text",
        "enrolment_id": "uuid",
        "version": "int",
        "file_name": "text",
        "media_type": "text",
        "sha256": "bytea",
        "pointer": "text",
        "duration_s": "int",
        "session": "text",
    },
)
_ADD_CONTENT: Final = text("""
insert into document_contents (place_id, org_id, partner_org_id, region_path, document_id, sha256,
                               size_bytes, person_id, stored_at)
values (:place_id, :org_id, :partner_org_id, :region_path, :document_id, :sha256,
        :size_bytes, :person_id, :at)
""")
_COLUMNS: Final = """
d.id, d.case_id as of_case_id, d.kind, d.enrolment_id, d.version as number, d.file_name, d.media_type, d.sha256,
d.pointer, d.duration_s, d.session, d.withdrawn, d.person_id, d.added_at, k.size_bytes, k.stored_at
"""
_CONTENT: Final = (
    "left join document_contents k on k.place_id = d.place_id and k.document_id = d.id"
)
_GET: Final = text(f"""
select {_COLUMNS}, {CASE_COLUMNS}
  from documents d join cases c on c.place_id = d.place_id and c.id = d.case_id {_CONTENT}
 where d.id = :id
""")
_PAGE: Final = text(f"""
select {_COLUMNS} from documents d {_CONTENT}
 where d.place_id = :place_id and d.case_id = :case_id
   and (cast(:after as uuid) is null or d.id > :after)
 order by d.id limit :limit
""")
_IN_FORCE: Final = text(f"""
select distinct on (d.kind, d.enrolment_id) {_COLUMNS} from documents d {_CONTENT}
 where d.place_id = :place_id and d.case_id = :case_id
 order by d.kind, d.enrolment_id, d.version desc
""")
_VERSIONS: Final = text("""
select kind, enrolment_id, max(version) as version from documents
 where place_id = :place_id and case_id = :case_id group by kind, enrolment_id
""")
# A list that vouchers are being issued to is named until everybody has one.
_NAMED: Final = text("""
select sha256 from documents where sha256 = any(:digests)
 union
select list_sha256 from voucher_issues where list_sha256 = any(:digests) and finished_at is null
""")


class PostgresDocuments(Documents):
    """Documents in one transaction."""

    def __init__(
        self, connection: AsyncConnection, actor: Actor, new_id: NewId, *, now: datetime
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._new_id = new_id
        self._now = now

    async def add(
        self,
        case: Case,
        documents: Sequence[DeclaredDocument],
        *,
        withdrawn: bool = False,
        first: bool = False,
    ) -> Sequence[UUID]:
        ids = [self._new_id() for _ in documents]
        versions = {} if first else await self._versions(case)
        rows = [
            (
                document_id,
                one.kind,
                one.enrolment_id,
                versions.get((one.kind, one.enrolment_id), 0) + 1,
                one.file_name,
                one.media_type,
                one.sha256,
                one.reference and one.reference.pointer,
                one.reference and one.reference.duration_s,
                one.reference and one.reference.session,
            )
            for document_id, one in zip(ids, documents, strict=True)
        ]
        await _ADD.run(
            self._connection,
            {
                **scope_of(case),
                "case_id": case.id,
                "case_kind": case.kind,
                "person_id": self._actor.person_id,
                "added_at": self._now,
                "withdrawn": withdrawn,
            },
            rows,
        )
        return ids

    async def _versions(self, case: Case) -> dict[tuple[str, UUID | None], int]:
        rows = await self._connection.execute(
            _VERSIONS, {"place_id": case.place_id, "case_id": case.id}
        )
        return {(row.kind, row.enrolment_id): row.version for row in rows}

    async def add_content(self, case: Case, document: Document, *, size_bytes: int) -> None:
        await self._connection.execute(
            _ADD_CONTENT,
            {
                **scope_of(case),
                "document_id": document.id,
                "sha256": document.sha256,
                "size_bytes": size_bytes,
                "person_id": self._actor.person_id,
                "at": self._now,
            },
        )

    async def get(self, document_id: UUID) -> tuple[Case, Document]:
        row = (await self._connection.execute(_GET, {"id": document_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return case_of(row), _document(row)

    async def page(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[Document]:
        rows = await self._connection.execute(
            _PAGE,
            {"place_id": case.place_id, "case_id": case.id, "after": after, "limit": limit},
        )
        return [_document(row) for row in rows]

    async def in_force(self, case: Case) -> Sequence[Document]:
        rows = await self._connection.execute(
            _IN_FORCE, {"place_id": case.place_id, "case_id": case.id}
        )
        return [_document(row) for row in rows]

    async def named(self, digests: Collection[bytes]) -> frozenset[bytes]:
        rows = await self._connection.execute(_NAMED, {"digests": list(digests)})
        return frozenset(bytes(row.sha256) for row in rows)


def _document(row: Row[Any]) -> Document:
    reference = None
    if row.pointer is not None:
        reference = Reference(pointer=row.pointer, duration_s=row.duration_s, session=row.session)
    return Document(
        id=row.id,
        case_id=row.of_case_id,
        kind=row.kind,
        enrolment_id=row.enrolment_id,
        version=row.number,
        file_name=row.file_name,
        media_type=row.media_type,
        sha256=bytes(row.sha256),
        reference=reference,
        withdrawn=row.withdrawn,
        added_by=row.person_id,
        added_at=row.added_at,
        size_bytes=row.size_bytes,
        stored_at=row.stored_at,
    )
