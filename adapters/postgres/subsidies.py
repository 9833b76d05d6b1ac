"""People's subsidies in PostgreSQL, reached through functions that answer for everybody and show nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import ROWS_MAX
from domain.errors import Refusal
from domain.masking import ValueKind
from domain.places import Place
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.subsidies import Subsidies
from domain.programme import BenefitClass, benefit_class_of
from domain.stacking import Candidate, CertificateKey, Had, Source, Subsidy, had_of
from domain.subsidy_register import RegisterRow, SubsidyRegister

_HAD: Final = text("""
select * from subsidies_of(cast(:subjects as uuid[]), cast(:people as uuid[]))
 order by subject, own desc
""")
_TAKE_TURNS: Final = text("select take_subsidy_turns(cast(:people as uuid[]))")
_RECORD: Final = text("""
select record_subsidies(:place_id, :programme, :class, :at, cast(:people as uuid[]),
         cast(:subjects as uuid[]), cast(:days as date[]), cast(:occupations as text[]),
         cast(:grades as smallint[]), cast(:numbers as text[]), cast(:issuers as text[]),
         cast(:categories as text[]))
""")
_END: Final = text("select end_subsidies(:place_id, cast(:subjects as uuid[]), :at)")
_RESTORE: Final = text("select restore_subsidies(:place_id, cast(:subjects as uuid[]))")
_TAKE_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(:source, 0))")
_IN_FORCE: Final = text("""
select id, version, digest from subsidy_registers
 where place_id = :place_id and source = :source order by version desc limit 1
""")
_ADD: Final = text("""
insert into subsidy_registers (place_id, org_id, partner_org_id, region_path, id, source, version,
                               digest, rows, loaded_at, loaded_by)
values (:place_id, :org_id, null, :region_path, :id, :source, :version, :digest, :rows, :at,
        scope_person())
""")
_ADD_ROWS: Final = text("""
select list_subsidies(:place_id, :register_id, cast(:rows_no as int[]),
         people_of(cast(:indexes as bytea[])), cast(:programmes as text[]), cast(:classes as text[]),
         cast(:days as date[]), cast(:occupations as text[]), cast(:grades as smallint[]),
         cast(:numbers as text[]), cast(:issuers as text[]), cast(:categories as text[]))
""")
_REGISTER: Final = """
select id, place_id, region_path, source, version, rows, digest, loaded_at from subsidy_registers
"""
_GET: Final = text(f"{_REGISTER} where id = :id")
_PAGE: Final = text(
    f"{_REGISTER} where cast(:after as uuid) is null or id > :after order by id limit :limit"
)


def _register(row: Row[Any]) -> SubsidyRegister:
    return SubsidyRegister(
        id=row.id,
        place_id=row.place_id,
        region_path=row.region_path,
        source=row.source,
        version=row.version,
        rows=row.rows,
        digest=row.digest,
        loaded_at=row.loaded_at,
    )


def _subsidy(row: Row[Any], person_id: UUID) -> Subsidy:
    return Subsidy(
        person_id=person_id,
        programme=row.programme,
        benefit_class=None if row.benefit_class is None else BenefitClass(row.benefit_class),
        counts_on=row.counts_on,
        occupation=row.occupation_code,
        grade=row.grade,
        certificate=None
        if row.certificate_number is None
        else CertificateKey(
            number=row.certificate_number, issuer=row.issuer_code, category=row.category
        ),
        source=Source(row.source),
    )


def _keys_of(certificates: Sequence[CertificateKey | None]) -> dict[str, list[str | None]]:
    return {
        "numbers": [None if one is None else one.number for one in certificates],
        "issuers": [None if one is None else one.issuer for one in certificates],
        "categories": [None if one is None else one.category for one in certificates],
    }


async def had_by(connection: AsyncConnection, people: Mapping[UUID, UUID]) -> Mapping[UUID, Had]:
    """Return what people had, by subject; `people` are the persons by subject."""
    rows = await connection.execute(
        _HAD, {"subjects": list(people), "people": list(people.values())}
    )
    had: dict[UUID, Had] = {}
    for subject_id, some in groupby(rows, key=lambda row: row.subject):
        known = [(row.own, _subsidy(row, people[subject_id])) for row in some]
        own = next((one for is_own, one in known if is_own), None)
        had[subject_id] = had_of(own, [one for is_own, one in known if not is_own])
    return had


class PostgresSubsidies(Subsidies):
    """Subsidies by person, and the lists one actor's scope shows."""

    def __init__(
        self, connection: AsyncConnection, crypto: Crypto, new_id: NewId, *, now: datetime
    ) -> None:
        self._connection = connection
        self._crypto = crypto
        self._new_id = new_id
        self._now = now

    async def had(self, candidates: Sequence[Candidate]) -> Mapping[UUID, Had]:
        return await had_by(
            self._connection, {one.subject_id: one.subsidy.person_id for one in candidates}
        )

    async def take_turns(self, candidates: Sequence[Candidate]) -> None:
        people = [one.subsidy.person_id for one in candidates]
        await self._connection.execute(_TAKE_TURNS, {"people": people})

    async def record(self, place_id: UUID, candidates: Sequence[Candidate]) -> None:
        for programme in sorted({one.subsidy.programme for one in candidates}):
            some = [one for one in candidates if one.subsidy.programme == programme]
            subsidies = [one.subsidy for one in some]
            await self._connection.execute(
                _RECORD,
                {
                    "place_id": place_id,
                    "programme": programme,
                    "class": subsidies[0].benefit_class,
                    "at": self._now,
                    "people": [one.person_id for one in subsidies],
                    "subjects": [one.subject_id for one in some],
                    "days": [one.counts_on for one in subsidies],
                    "occupations": [one.occupation for one in subsidies],
                    "grades": [one.grade for one in subsidies],
                    **_keys_of([one.certificate for one in subsidies]),
                },
            )

    async def withdraw(self, place_id: UUID, subjects: Sequence[UUID]) -> None:
        await self._connection.execute(
            _END, {"place_id": place_id, "subjects": list(subjects), "at": self._now}
        )

    async def restore(self, place_id: UUID, subjects: Sequence[UUID]) -> None:
        await self._connection.execute(_RESTORE, {"place_id": place_id, "subjects": list(subjects)})

    async def add_register(
        self, place: Place, *, source: str, content: bytes, rows: Sequence[RegisterRow]
    ) -> SubsidyRegister:
        where = {"place_id": place.id, "source": source}
        await self._connection.execute(_TAKE_TURN, {"source": f"subsidies:{place.id}:{source}"})
        before = (await self._connection.execute(_IN_FORCE, where)).one_or_none()
        digest = self._crypto.sm3(content)
        if before is not None and before.digest == digest:
            raise Refusal("subsidy_register_already_loaded")
        register = SubsidyRegister(
            id=self._new_id(),
            place_id=place.id,
            region_path=place.region_path,
            source=source,
            version=1 if before is None else before.version + 1,
            rows=len(rows),
            digest=digest,
            loaded_at=self._now,
        )
        await self._connection.execute(
            _ADD,
            {
                **where,
                "org_id": place.bureau_org_id,
                "region_path": place.region_path,
                "id": register.id,
                "version": register.version,
                "digest": digest,
                "rows": register.rows,
                "at": self._now,
            },
        )
        if before is not None:
            await self.withdraw(place.id, [before.id])
        for start in range(0, len(rows), ROWS_MAX):
            await self._add_rows(register, rows[start : start + ROWS_MAX])
        return register

    async def _add_rows(self, register: SubsidyRegister, rows: Sequence[RegisterRow]) -> None:
        await self._connection.execute(
            _ADD_ROWS,
            {
                "place_id": register.place_id,
                "register_id": register.id,
                "rows_no": [row.row_no for row in rows],
                "indexes": self._crypto.blind_indexes(
                    ValueKind.CITIZEN_ID, [row.citizen_id for row in rows]
                ),
                "programmes": [row.programme for row in rows],
                "classes": [benefit_class_of(row.programme) for row in rows],
                "days": [row.counts_on for row in rows],
                "occupations": [row.occupation for row in rows],
                "grades": [row.grade for row in rows],
                **_keys_of([row.certificate for row in rows]),
            },
        )

    async def register(self, register_id: UUID) -> SubsidyRegister:
        row = (await self._connection.execute(_GET, {"id": register_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _register(row)

    async def registers(self, *, after: UUID | None, limit: int) -> Sequence[SubsidyRegister]:
        rows = await self._connection.execute(_PAGE, {"after": after, "limit": limit})
        return [_register(row) for row in rows]
