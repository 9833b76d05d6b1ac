"""Manual findings in PostgreSQL: sightings are added by who saw, findings only once two have signed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.certificates import declared_certificate
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from adapters.postgres.standing_findings import STANDING
from domain.cases import Case, Duty
from domain.certificate import DeclaredCertificate, FindingResult
from domain.manual_finding import ManualFinding, Sighting
from domain.ports.manual_findings import ManualFindings

_ADD: Final = text("""
insert into manual_findings (place_id, org_id, partner_org_id, region_path, id, settlement_id,
                             declaration_id, result, number)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :settlement_id,
        :declaration_id, :result, :number)
""")
_ADD_SIGHTING: Final = text("""
insert into manual_sightings (place_id, org_id, partner_org_id, region_path, manual_finding_id, duty,
                              source_system, seen_at, document_sha256, note, number_raw)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :duty,
        :source_system, :seen_at, :document_sha256, :note, :number_raw)
""")
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, m.settlement_id, m.declaration_id, m.result, m.number
  from manual_findings m join cases c on c.place_id = m.place_id and c.id = m.id
 where m.place_id = any(:places) and m.id = any(:ids)
""")
_SIGHTINGS: Final = text("""
select manual_finding_id, duty, person_id, source_system, seen_at, document_sha256, note,
       number_raw
  from manual_sightings where place_id = any(:places) and manual_finding_id = any(:ids)
 order by manual_finding_id, duty
""")
# What was found in an earlier settlement of the filing may stand in this one.
_UP_TO_THIS: Final = """
select b.id from settlements a
  join settlements b on b.place_id = a.place_id and b.filing_id = a.filing_id and b.seq <= a.seq
 where a.place_id = :place_id and a.id = :id
"""
_UP_TO_SETTLEMENT: Final = text(f"""
select id from manual_findings where place_id = :place_id and settlement_id in ({_UP_TO_THIS})
 order by id
""")
_ESTABLISH: Final = text("""
insert into findings (place_id, org_id, partner_org_id, region_path, declaration_id, seq,
                      settlement_id, register, manual_finding_id, result, asked_at)
select :place_id, :org_id, :partner_org_id, :region_path, :declaration_id,
       1 + coalesce((select max(f.seq) from findings f
                      where f.place_id = :place_id and f.declaration_id = :declaration_id), 0),
       :settlement_id, :register, :id, :result, :at
""")
_DECLARED_IN: Final = text("""
select id, enrolment_id, certificate_type, number_raw, number, well_formed, holder_name,
       holder_name_alike, occupation_code, grade, issued_on, issuer_code
  from declared_certificates
 where place_id = :place_id and settlement_id = :id and id = :declaration_id
""")
_LINE_FINDING: Final = text(f"""
select l.id, case when stands.contradicted then null else stands.result end as result
  from settlement_lines l
  join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
  left join declared_certificates d
    on d.place_id = l.place_id and d.line_id = l.id and d.version = s.declarations_version
  {STANDING}
 where l.place_id = :place_id and l.settlement_id = :id and l.enrolment_id = :enrolment_id
""")
_ADD_MISTAKE: Final = text("""
insert into honest_mistakes (place_id, org_id, partner_org_id, region_path, settlement_id, line_id,
                             reason, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :line_id, :reason, :at)
on conflict (place_id, line_id) do nothing
""")
_ASKED: Final = text("""
insert into verification_requests (place_id, org_id, partner_org_id, region_path, settlement_id,
                                   extract_id, at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :extract_id, :at)
on conflict do nothing
""")
_VERIFIERS: Final = text(f"""
select x.loaded_by as person_id from certificate_extracts x
 where x.place_id = :place_id
   and (x.id = (select extract_id from settlements where place_id = :place_id and id = :id)
        or x.id in (select f.extract_id from findings f
                     where f.place_id = :place_id and f.settlement_id in ({_UP_TO_THIS})))
union
select person_id from verification_requests
 where place_id = :place_id and settlement_id in ({_UP_TO_THIS})
""")


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(
        duty=Duty(row.duty),
        person_id=row.person_id,
        source_system=row.source_system,
        seen_at=row.seen_at,
        document_sha256=row.document_sha256,
        note=row.note,
        number_raw=row.number_raw,
    )


class PostgresManualFindings(ManualFindings):
    """The manual findings one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, finding: ManualFinding) -> None:
        case = finding.case
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "settlement_id": finding.settlement_id,
                "declaration_id": finding.declaration_id,
                "result": finding.result,
                "number": finding.number,
            },
        )
        for sighting in finding.sightings:
            await self.add_sighting(case, sighting)

    async def add_sighting(self, case: Case, sighting: Sighting) -> None:
        await self._connection.execute(
            _ADD_SIGHTING,
            {
                **scope_of(case),
                "id": case.id,
                "duty": sighting.duty,
                "source_system": sighting.source_system,
                "seen_at": sighting.seen_at,
                "document_sha256": sighting.document_sha256,
                "note": sighting.note,
                "number_raw": sighting.number_raw,
            },
        )

    async def get(self, case: Case) -> ManualFinding:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[ManualFinding]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        seen: defaultdict[UUID, list[Sighting]] = defaultdict(list)
        for row in await self._connection.execute(_SIGHTINGS, keys_of(cases)):
            seen[row.manual_finding_id].append(_sighting(row))
        return [
            ManualFinding(
                case=case_of(found[case.id]),
                settlement_id=found[case.id].settlement_id,
                declaration_id=found[case.id].declaration_id,
                result=FindingResult(found[case.id].result),
                sightings=tuple(seen[case.id]),
                number=found[case.id].number,
            )
            for case in cases
        ]

    async def up_to(self, settlement: Case) -> Sequence[UUID]:
        rows = await self._connection.execute(_UP_TO_SETTLEMENT, _key(settlement))
        return [row.id for row in rows]

    async def establish(self, finding: ManualFinding) -> None:
        case = finding.case
        await self._connection.execute(
            _ESTABLISH,
            {
                **scope_of(case),
                "id": case.id,
                "settlement_id": finding.settlement_id,
                "declaration_id": finding.declaration_id,
                "result": finding.result,
                "register": finding.sightings[0].source_system,
                "at": self._now,
            },
        )

    async def declared_in(
        self, settlement: Case, declaration_id: UUID
    ) -> DeclaredCertificate | None:
        row = (
            await self._connection.execute(
                _DECLARED_IN, {**_key(settlement), "declaration_id": declaration_id}
            )
        ).one_or_none()
        return None if row is None else declared_certificate(row)

    async def line_finding(
        self, settlement: Case, enrolment_id: UUID
    ) -> tuple[UUID, FindingResult | None] | None:
        row = (
            await self._connection.execute(
                _LINE_FINDING, {**_key(settlement), "enrolment_id": enrolment_id}
            )
        ).one_or_none()
        if row is None:
            return None
        return row.id, None if row.result is None else FindingResult(row.result)

    async def add_honest_mistake(self, settlement: Case, line_id: UUID, reason: str) -> bool:
        done = await self._connection.execute(
            _ADD_MISTAKE,
            {
                **scope_of(settlement),
                "id": settlement.id,
                "line_id": line_id,
                "reason": reason,
                "at": self._now,
            },
        )
        return done.rowcount == 1

    async def asked_again(self, settlement: Case, extract_id: UUID) -> None:
        await self._connection.execute(
            _ASKED,
            {
                **scope_of(settlement),
                "id": settlement.id,
                "extract_id": extract_id,
                "at": self._now,
            },
        )

    async def verifiers(self, settlement: Case) -> Collection[UUID]:
        rows = await self._connection.execute(_VERIFIERS, _key(settlement))
        return {row.person_id for row in rows}


def _key(case: Case) -> dict[str, UUID]:
    return {"place_id": case.place_id, "id": case.id}
