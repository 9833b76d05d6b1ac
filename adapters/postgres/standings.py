"""What is known about each person of a settlement, gathered in one statement for each question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.certificates import declared_certificate
from adapters.postgres.standing_findings import STANDING_TOLD
from adapters.postgres.subsidies import had_by
from domain.cases import Case
from domain.certificate import FindingResult
from domain.eligibility import Standing, Terms
from domain.filing import Enrolment
from domain.period import day_in_china
from domain.settlement import BENEFIT_CLASS
from domain.stacking import NOTHING_HAD

# Declared elsewhere: the same person's certificate, declared earlier in another submitted
# settlement for another enrolment. Somebody else's use of the number is the register's business. What
# has no number is told from the holder's others when it is used, not before.
_LINES: Final = text(f"""
select l.id as line_id, l.enrolment_id, d.id, d.certificate_type, d.number_raw, d.number,
       d.well_formed, d.holder_name, d.holder_name_alike, d.occupation_code, d.grade, d.issued_on,
       d.issuer_code, stands.result, stands.contradicted, x.evaluated_on,
       x.issuer_code as registered_issuer, m.number as number_read,
       exists (select from declared_certificates o
                 join settlements s on s.place_id = o.place_id and s.id = o.settlement_id
                where o.place_id = d.place_id and o.number = d.number
                  and o.certificate_type = d.certificate_type
                  and o.holder_index = d.holder_index and o.enrolment_id <> d.enrolment_id
                  and o.version = s.declarations_version
                  and o.id < d.id and s.submitted_at is not null) as declared_elsewhere,
       (select count(*) from enrolments p
          join holds h on h.place_id = p.place_id and h.target = 'person' and h.target_id = p.person_id
          join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
         where p.place_id = l.place_id and p.id = l.enrolment_id)::int as holds,
       exists (select from honest_mistakes m
                where m.place_id = l.place_id and m.line_id = l.id) as honest_mistake
  from settlement_lines l
  left join declared_certificates d
    on d.place_id = l.place_id and d.line_id = l.id
   and d.version = (select own.declarations_version from settlements own
                     where own.place_id = :place_id and own.id = :settlement_id)
  {STANDING_TOLD}
 where l.place_id = :place_id and l.settlement_id = :settlement_id
 order by l.id
""")
# The first settlement that declared this very certificate for this very person, and was not withdrawn.
_CLAIMED: Final = text("""
select d.enrolment_id, min(s.submitted_at) as at
  from settlement_lines l
  join declared_certificates d
    on d.place_id = l.place_id and d.line_id = l.id
   and d.version = (select own.declarations_version from settlements own
                     where own.place_id = :place_id and own.id = :settlement_id)
  join declared_certificates o
    on o.place_id = d.place_id and o.number = d.number and o.certificate_type = d.certificate_type
   and o.enrolment_id = d.enrolment_id
  join settlements s
    on s.place_id = o.place_id and s.id = o.settlement_id and s.submitted_at is not null
  join cases c on c.place_id = s.place_id and c.id = s.id and c.state <> 'withdrawn'
 where l.place_id = :place_id and l.settlement_id = :settlement_id
 group by d.enrolment_id
""")
_USED: Final = text("""
select used_certificates(:enrolments, :issuers, :numbers, :categories, :class) as enrolment_id
""")
_USED_BARE: Final = text("""
select used_unnumbered(:place_id, :declarations, :class) as enrolment_id
""")


async def standings_of(
    connection: AsyncConnection, case: Case, terms: Terms, enrolments: Mapping[UUID, Enrolment]
) -> Sequence[Standing]:
    """Return the standing of each line of a settlement, in the order of the roster's seats."""
    where = {"place_id": case.place_id, "settlement_id": case.id}
    rows = (await connection.execute(_LINES, where)).all()
    known = [_standing(row, enrolments[row.enrolment_id]) for row in rows]
    had = await had_by(connection, {one.enrolment.id: one.enrolment.person_id for one in known})
    claimed: Mapping[UUID, date] = {}
    if terms.standard.stacking.claim_within_months is not None:
        found = await connection.execute(_CLAIMED, where)
        claimed = {row.enrolment_id: day_in_china(row.at) for row in found}
    used = await _used(connection, case, known)
    return [
        replace(
            one,
            used_before=one.enrolment.id in used,
            had=had.get(one.enrolment.id, NOTHING_HAD),
            claimed_on=claimed.get(one.enrolment.id),
        )
        for one in sorted(known, key=lambda one: one.enrolment.seat_no)
    ]


def _standing(row: Row[Any], enrolment: Enrolment) -> Standing:
    return Standing(
        line_id=row.line_id,
        enrolment=enrolment,
        certificate=None if row.id is None else declared_certificate(row),
        finding=None if row.result is None or row.contradicted else FindingResult(row.result),
        contradicted=bool(row.contradicted),
        evaluated_on=row.evaluated_on,
        registered_issuer=row.registered_issuer,
        number_read=row.number_read,
        declared_elsewhere=row.declared_elsewhere,
        holds=row.holds,
        honest_mistake=row.honest_mistake,
    )


async def _used(
    connection: AsyncConnection, case: Case, known: Sequence[Standing]
) -> frozenset[UUID]:
    numbered = [one for one in known if one.number is not None]
    used = await connection.execute(
        _USED,
        {
            "enrolments": [one.enrolment.id for one in numbered],
            "issuers": [one.issuer_code for one in numbered],
            "numbers": [one.number for one in numbered],
            "categories": [None for _ in numbered],
            "class": BENEFIT_CLASS,
        },
    )
    found = frozenset(row.enrolment_id for row in used)
    bare = [one.certificate.id for one in known if one.certificate and one.number is None]
    if not bare:
        return found
    named = {"place_id": case.place_id, "declarations": bare, "class": BENEFIT_CLASS}
    return found | {row.enrolment_id for row in await connection.execute(_USED_BARE, named)}
