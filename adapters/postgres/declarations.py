"""Declared certificates in PostgreSQL: versions of a settlement's declarations, none of them edited."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.certificates import declared_certificate
from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.certificate import DeclaredCertificate

_ADD: Final = BulkInsert(
    "declared_certificates",
    fixed={"settlement_id": "uuid", "version": "smallint"},
    varying={
        "id": "uuid",
        "line_id": "uuid",
        "enrolment_id": "uuid",
        "certificate_type": "text",
        "number_raw": "text",
        "number": "text",
        "well_formed": "boolean",
        "holder_name": "text",
        "holder_name_alike": "text",
        "holder_index": "bytea",
        "occupation_code": "text",
        "grade": "smallint",
        "issued_on": "date",
        "issuer_code": "text",
    },
)
_LINES: Final = text("""
select l.id as line_id, l.enrolment_id, e.identity_index
  from settlement_lines l join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
 where l.place_id = :place_id and l.settlement_id = :id and l.enrolment_id = any(:people)
""")
_OF: Final = text("""
select d.id, d.enrolment_id, d.certificate_type, d.number_raw, d.number, d.well_formed,
       d.holder_name, d.holder_name_alike, d.occupation_code, d.grade, d.issued_on, d.issuer_code
  from declared_certificates d
  join settlements s on s.place_id = d.place_id and s.id = d.settlement_id
   and s.declarations_version = d.version
 where d.place_id = :place_id and d.settlement_id = :id
 order by d.id
""")
_WITHOUT_NUMBER: Final = text("""
select d.enrolment_id
  from declared_certificates d
  join settlements s on s.place_id = d.place_id and s.id = d.settlement_id
   and s.declarations_version = d.version
 where d.place_id = :place_id and d.settlement_id = :id and d.number is null
""")
_VERSION: Final = text("""
select declarations_version from settlements where place_id = :place_id and id = :id
""")
_NEXT: Final = text("""
update settlements set declarations_version = declarations_version + 1, extract_id = null,
       verified_at = null
 where place_id = :place_id and id = :id
returning declarations_version
""")


class DeclarationRows:
    """The declarations of one actor's scope."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, case: Case, declarations: Sequence[DeclaredCertificate], *, version: int
    ) -> None:
        """Store one version of a settlement's declarations, each on its person's line."""
        people = [one.enrolment_id for one in declarations]
        rows = await self._connection.execute(_LINES, {**_key(case), "people": people})
        lines = {row.enrolment_id: row for row in rows}
        await _ADD.run(
            self._connection,
            {**scope_of(case), "settlement_id": case.id, "version": version},
            [
                (
                    one.id,
                    lines[one.enrolment_id].line_id,
                    one.enrolment_id,
                    one.certificate_type,
                    one.number_raw,
                    one.number,
                    one.well_formed,
                    one.holder_name,
                    one.holder_name_alike,
                    lines[one.enrolment_id].identity_index,
                    one.occupation_code,
                    one.grade,
                    one.issued_on,
                    one.issuer_code,
                )
                for one in declarations
            ],
        )

    async def of(self, case: Case) -> Sequence[DeclaredCertificate]:
        """Return the declarations in force."""
        return [
            declared_certificate(row) for row in await self._connection.execute(_OF, _key(case))
        ]

    async def without_number(self, case: Case) -> Collection[UUID]:
        """Return whose certificate is declared without a number."""
        rows = await self._connection.execute(_WITHOUT_NUMBER, _key(case))
        return frozenset(row.enrolment_id for row in rows)

    async def version(self, case: Case) -> int:
        """Return the version in force."""
        return int((await self._connection.execute(_VERSION, _key(case))).scalar_one())

    async def next_version(self, case: Case) -> int:
        """Begin the next version; what was verified of the one before counts no longer."""
        return int((await self._connection.execute(_NEXT, _key(case))).scalar_one())


def _key(case: Case) -> dict[str, object]:
    return {"place_id": case.place_id, "id": case.id}
