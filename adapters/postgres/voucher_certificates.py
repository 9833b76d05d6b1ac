"""Certificates of vouchers in PostgreSQL: a settlement's are looked up as a set, whatever their number."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.register import COMPARED, agreement_of
from adapters.postgres.standing_findings import CONFIRMED_LINES
from domain.cases import Case
from domain.certificate import RULES_VERSION, Agreement, Extract, code_normalised
from domain.identifiers import certificate_number
from domain.identifiers.characters import name_alike
from domain.ports.voucher_certificates import VoucherCertificates
from domain.programme import PROGRAMMES, Programme

# No day and no issuer is declared, a higher grade than the class's is as good, and a certificate from before
# the training began is not of this training.
_COMPARED: Final = {
    **COMPARED,
    Agreement.SAME_GRADE: "d.grade is null or x.grade <= d.grade",
    Agreement.SAME_DATE: "x.issued_on >= d.started_on",
    Agreement.SAME_ISSUER: "true",
}

_UNANSWERED: Final = text("""
select l.voucher_id, v.name, k.occupation_code, w.step_seq, w.certificate_type, w.certificate_number
  from voucher_settlement_lines l
  join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
  join voucher_classes k on k.place_id = l.place_id and k.id = l.class_id
  join lateral (select * from voucher_outcomes o
                 where o.place_id = l.place_id and o.voucher_id = l.voucher_id and o.class_id = l.class_id
                 order by o.step_seq desc limit 1) w on w.certificate_number is not null
 where l.place_id = :place_id and l.settlement_id = :id and l.released_at is null
   and not exists (select from voucher_findings f
                    where f.place_id = l.place_id and f.voucher_id = l.voucher_id
                      and f.class_id = l.class_id and f.extract_id = :extract_id)
 order by l.voucher_id
""")
# The extract is compared in words no index knows, as where declarations of apprentices are examined.
_LOOK_UP: Final = text(f"""
with d as materialized (
  select v.place_id, v.org_id, v.partner_org_id, v.region_path, v.id as voucher_id, w.class_id, w.step_seq,
         w.certificate_type, w.certificate_number_raw as number_raw, w.certificate_number as number,
         v.name as holder_name, u.alike as holder_name_alike, v.identity_index as holder_index,
         u.occupation as occupation_code, k.grade, k.started_on, u.well_formed
    from unnest(cast(:ids as uuid[]), cast(:steps as int[]), cast(:alike as text[]),
                cast(:occupations as text[]), cast(:well_formed as boolean[]))
         as u(id, step_seq, alike, occupation, well_formed)
    join vouchers v on v.place_id = :place_id and v.id = u.id
    join voucher_classes k on k.place_id = v.place_id and k.id = v.class_id
    join voucher_outcomes w on w.place_id = v.place_id and w.class_id = v.class_id
     and w.step_seq = u.step_seq and w.voucher_id = v.id
), compared as (
  select d.*, x.row_no, {agreement_of(_COMPARED)} as agreement
    from d
    left join certificate_extract_rows x
      on x.place_id = d.place_id and x.number = d.number and x.certificate_type = d.certificate_type
     and x.extract_id is not distinct from cast(:extract_id as uuid)
)
insert into voucher_findings (place_id, org_id, partner_org_id, region_path, voucher_id, seq, class_id,
                              step_seq, settlement_id, register, extract_id, row_no, rules_version,
                              agreement, result, asked_at)
select c.place_id, c.org_id, c.partner_org_id, c.region_path, c.voucher_id,
       1 + coalesce((select max(f.seq) from voucher_findings f
                      where f.place_id = c.place_id and f.voucher_id = c.voucher_id), 0),
       c.class_id, c.step_seq, :settlement_id, :register, :extract_id, c.row_no, r.version, c.agreement,
       r.result, :at
  from compared c
  join finding_rules r on r.version = {RULES_VERSION} and r.agreement = c.agreement
""")
_USE: Final = text(f"""
select use_voucher_certificates(:place_id, array_agg(c.voucher_id), array_agg(c.issuer_code),
         array_agg(c.number), :class)
  from ({CONFIRMED_LINES}) c where c.disposition = 'payable'
having count(*) > 0
""")


class PostgresVoucherCertificates(VoucherCertificates):
    """The certificates of vouchers that one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def look_up(self, case: Case, extract: Extract) -> int:
        named = {"place_id": case.place_id, "extract_id": extract.id}
        found = await self._connection.execute(_UNANSWERED, {**named, "id": case.id})
        declared = found.all()
        if not declared:
            return 0
        await self._connection.execute(
            _LOOK_UP,
            {
                **named,
                "settlement_id": case.id,
                "register": extract.register,
                "at": self._now,
                "ids": [row.voucher_id for row in declared],
                "steps": [row.step_seq for row in declared],
                "alike": [name_alike(row.name) for row in declared],
                "occupations": [code_normalised(row.occupation_code) for row in declared],
                "well_formed": [
                    certificate_number.well_formed(row.certificate_number, row.certificate_type)
                    for row in declared
                ],
            },
        )
        return len(declared)

    async def use(self, case: Case) -> None:
        paid_as = PROGRAMMES[Programme.VOUCHER].benefit_class
        await self._connection.execute(
            _USE, {"place_id": case.place_id, "id": case.id, "class": paid_as}
        )
