"""Register extracts, declared certificates and findings in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.register import PostgresRegister
from adapters.postgres.rows import scope_of
from adapters.postgres.standing_findings import STANDING
from domain.cases import Case
from domain.certificate import (
    RULES_VERSION,
    Agreement,
    Answer,
    DeclaredCertificate,
    Extract,
    ExtractRow,
    Finding,
    FindingResult,
    finding_of,
)
from domain.errors import Refusal
from domain.masking import ValueKind
from domain.places import Place
from domain.policy import CertificateType
from domain.ports.certificates import Certificates
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.register import Register

_ADD_EXTRACT: Final = text("""
insert into certificate_extracts (place_id, org_id, partner_org_id, region_path, id, register,
                                  digest, rows, loaded_at, loaded_by)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :register,
        :digest, :rows, :at, scope_person())
""")
_ADD_ROWS: Final = BulkInsert(
    "certificate_extract_rows",
    fixed={"extract_id": "uuid"},
    varying={
        "row_no": "int",
        "number_raw": "text",
        "number": "text",
        "certificate_type": "text",
        "holder_name": "text",
        "holder_name_alike": "text",
        "holder_index": "bytea",
        "occupation_code": "text",
        "grade": "smallint",
        "issued_on": "date",
        "evaluated_on": "date",
        "issuer_code": "text",
        "status": "text",
    },
)
_EXTRACT: Final = (
    "select id, place_id, region_path, register, rows, loaded_at from certificate_extracts"
)
_GET_EXTRACT: Final = text(f"{_EXTRACT} where id = :id")
_LATEST: Final = text(
    f"{_EXTRACT} where place_id = :place_id order by loaded_at desc, id desc limit 1"
)
_DECLARATIONS: Final = text("""
select id, enrolment_id, certificate_type, number_raw, number, well_formed, holder_name,
       holder_name_alike, occupation_code, grade, issued_on, issuer_code
  from declared_certificates
 where place_id = :place_id and settlement_id = :settlement_id
   and version = (select s.declarations_version from settlements s
                   where s.place_id = :place_id and s.id = :settlement_id)
   and (cast(:after as uuid) is null or id > :after)
 order by id limit :limit
""")
_FINDINGS: Final = text(f"""
select d.id as declaration_id, d.enrolment_id, stands.settlement_id, stands.seq, stands.register,
       stands.extract_id, stands.row_no, stands.agreement, stands.result, stands.contradicted,
       stands.asked_at
  from declared_certificates d {STANDING}
 where stands.seq is not null and d.place_id = :place_id and d.settlement_id = :settlement_id
   and d.version = (select s.declarations_version from settlements s
                     where s.place_id = :place_id and s.id = :settlement_id)
   and (cast(:after as uuid) is null or d.id > :after)
 order by d.id limit :limit
""")
_ADD_ANSWERS: Final = text("""
insert into findings (place_id, org_id, partner_org_id, region_path, declaration_id, seq,
                      settlement_id, register, rules_version, agreement, result, asked_at)
select :place_id, :org_id, :partner_org_id, :region_path, u.declaration_id,
       1 + coalesce((select max(f.seq) from findings f
                      where f.place_id = :place_id and f.declaration_id = u.declaration_id), 0),
       :settlement_id, :register, :version, u.agreement, u.result, :at
  from unnest(cast(:ids as uuid[]), cast(:agreements as int[]), cast(:results as text[]))
       as u(declaration_id, agreement, result)
""")
_DIGESTED: Final = text("""
select count(*) as findings,
       coalesce(string_agg(f.declaration_id || ' ' || coalesce(f.row_no::text, '-') || ' '
                           || f.agreement || ' ' || f.result, chr(10)
                           order by f.declaration_id), '') as lines
  from findings f
 where f.place_id = :place_id and f.settlement_id = :settlement_id and f.extract_id = :extract_id
""")


def declared_certificate(row: Row[Any]) -> DeclaredCertificate:
    """Map a row that carries the columns of `declared_certificates`."""
    return DeclaredCertificate(
        id=row.id,
        enrolment_id=row.enrolment_id,
        certificate_type=CertificateType(row.certificate_type),
        number_raw=row.number_raw,
        number=row.number,
        well_formed=row.well_formed,
        holder_name=row.holder_name,
        holder_name_alike=row.holder_name_alike,
        occupation_code=row.occupation_code,
        grade=row.grade,
        issued_on=row.issued_on,
        issuer_code=row.issuer_code,
    )


def _extract(row: Row[Any]) -> Extract:
    return Extract(
        id=row.id,
        place_id=row.place_id,
        region_path=row.region_path,
        register=row.register,
        rows=row.rows,
        loaded_at=row.loaded_at,
    )


class PostgresCertificates(Certificates):
    """The extracts, declarations and findings one actor's scope shows."""

    def __init__(
        self, connection: AsyncConnection, crypto: Crypto, new_id: NewId, *, now: datetime
    ) -> None:
        self._connection = connection
        self._crypto = crypto
        self._new_id = new_id
        self._now = now
        self._register = PostgresRegister(connection, now=now)

    @property
    def register(self) -> Register:
        return self._register

    async def add_extract(
        self, place: Place, *, register: str, source: bytes, rows: Sequence[ExtractRow]
    ) -> Extract:
        extract = Extract(
            id=self._new_id(),
            place_id=place.id,
            region_path=place.region_path,
            register=register,
            rows=len(rows),
            loaded_at=self._now,
        )
        scope = {
            "place_id": place.id,
            "org_id": place.bureau_org_id,
            "partner_org_id": None,
            "region_path": place.region_path,
        }
        await self._connection.execute(
            _ADD_EXTRACT,
            {
                **scope,
                "id": extract.id,
                "register": register,
                "digest": self._crypto.sm3(source),
                "rows": len(rows),
                "at": self._now,
            },
        )
        indexes = self._crypto.blind_indexes(ValueKind.CITIZEN_ID, [row.holder_id for row in rows])
        await _ADD_ROWS.run(
            self._connection,
            {**scope, "extract_id": extract.id},
            [
                (
                    row.row_no,
                    row.number_raw,
                    row.number,
                    row.certificate_type,
                    row.holder_name,
                    row.holder_name_alike,
                    index,
                    row.occupation_code,
                    row.grade,
                    row.issued_on,
                    row.evaluated_on,
                    row.issuer_code,
                    row.status,
                )
                for row, index in zip(rows, indexes, strict=True)
            ],
        )
        return extract

    async def extract(self, extract_id: UUID) -> Extract:
        row = (await self._connection.execute(_GET_EXTRACT, {"id": extract_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _extract(row)

    async def latest_extract(self, place_id: UUID) -> Extract | None:
        row = (await self._connection.execute(_LATEST, {"place_id": place_id})).one_or_none()
        return None if row is None else _extract(row)

    async def add_answers(self, case: Case, *, register: str, answers: Sequence[Answer]) -> None:
        await self._connection.execute(
            _ADD_ANSWERS,
            {
                **scope_of(case),
                "settlement_id": case.id,
                "register": register,
                "version": RULES_VERSION,
                "ids": [answer.declaration_id for answer in answers],
                "agreements": [int(answer.agreement) for answer in answers],
                "results": [finding_of(answer.agreement).value for answer in answers],
                "at": self._now,
            },
        )

    async def declarations(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[DeclaredCertificate]:
        rows = await self._connection.execute(_DECLARATIONS, _page(case, after, limit))
        return [declared_certificate(row) for row in rows]

    async def findings(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[Finding]:
        rows = await self._connection.execute(_FINDINGS, _page(case, after, limit))
        return [
            Finding(
                declaration_id=row.declaration_id,
                enrolment_id=row.enrolment_id,
                settlement_id=row.settlement_id,
                seq=row.seq,
                register=row.register,
                extract_id=row.extract_id,
                row_no=row.row_no,
                agreement=None if row.agreement is None else Agreement(row.agreement),
                result=FindingResult(row.result),
                contradicted=row.contradicted,
                asked_at=row.asked_at,
            )
            for row in rows
        ]

    async def findings_digest(self, case: Case, extract: Extract) -> tuple[int, bytes]:
        row = (
            await self._connection.execute(
                _DIGESTED,
                {
                    "place_id": case.place_id,
                    "settlement_id": case.id,
                    "extract_id": extract.id,
                },
            )
        ).one()
        return row.findings, self._crypto.sm3(row.lines.encode())


def _page(case: Case, after: UUID | None, limit: int) -> dict[str, Any]:
    return {
        "place_id": case.place_id,
        "settlement_id": case.id,
        "after": after,
        "limit": limit,
    }
