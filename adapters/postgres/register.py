"""A loaded extract as a register that answers for sets: agreements in SQL, findings by a join.

The bits are those of `domain.certificate.Agreement`; what they mean stands in `finding_rules`,
which a test holds equal to the domain's `finding_of`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.certificate import RULES_VERSION, Agreement, Extract
from domain.ports.register import Examined, Register

COMPARED: Final[Mapping[Agreement, str]] = {
    Agreement.NUMBER_EXACT: "x.number_raw = d.number_raw",
    Agreement.NAME_EXACT: "x.holder_name = d.holder_name",
    Agreement.NAME_ALIKE: "x.holder_name_alike = d.holder_name_alike",
    Agreement.SAME_ID: "x.holder_index = d.holder_index",
    Agreement.SAME_OCCUPATION: "x.occupation_code = d.occupation_code",
    Agreement.SAME_GRADE: "x.grade is not distinct from d.grade",
    Agreement.SAME_DATE: "x.issued_on = d.issued_on",
    Agreement.SAME_ISSUER: "d.issuer_code is null or x.issuer_code = d.issuer_code",
    Agreement.REVOKED: "x.status = 'revoked'",
    Agreement.PENDING: "x.status = 'pending'",
    Agreement.WITHHELD: "x.status = 'withheld'",
}
"""How an extract's row `x` is compared with a declaration `d`.

Who declares no issuer contradicts none; a certificate without a grade agrees with none.
"""


def agreement_of(compared: Mapping[Agreement, str]) -> str:
    """Return the agreement of a declaration with the row that was found for it, or with none."""
    bits = " + ".join(
        f"case when {condition} then {int(bit)} else 0 end" for bit, condition in compared.items()
    )
    return (
        f"case when x.row_no is null then 0 else {int(Agreement.FOUND)} + {bits} end"
        f" + case when d.well_formed then 0 else {int(Agreement.MALFORMED)} end"
    )


# The chunk is cut first and by key alone, so that a chunk costs what it holds, not what is left.
# A number is looked up by place and number; the extract is compared after, in words no index knows.
# Just after a load there are no statistics, and any index that begins with the extract would look as
# good: reading a whole extract for each declaration took 15 s a chunk at ten thousand rows.
_EXAMINE: Final = text(f"""
with chunk as materialized (
  select d.place_id, d.id, d.settlement_id, d.number_raw, d.number, d.certificate_type,
         d.well_formed, d.holder_name, d.holder_name_alike, d.holder_index, d.occupation_code,
         d.grade, d.issued_on, d.issuer_code
    from declared_certificates d
   where d.place_id = :place_id and d.settlement_id = :settlement_id
     and d.version = (select s.declarations_version from settlements s
                       where s.place_id = :place_id and s.id = :settlement_id)
     and d.number is not null
     and (cast(:after as uuid) is null or d.id > :after)
   order by d.id limit :limit
), compared as (
  select d.id, x.row_no, {agreement_of(COMPARED)} as agreement
    from chunk d
    left join certificate_extract_rows x
      on x.place_id = d.place_id and x.number = d.number and x.certificate_type = d.certificate_type
     and x.extract_id is not distinct from cast(:extract_id as uuid)
), added as (
  insert into findings (place_id, org_id, partner_org_id, region_path, declaration_id, seq,
                        settlement_id, register, extract_id, row_no, rules_version, agreement,
                        result, asked_at)
  select :place_id, :org_id, :partner_org_id, :region_path, c.id,
         1 + coalesce((select max(f.seq) from findings f
                        where f.place_id = :place_id and f.declaration_id = c.id), 0),
         :settlement_id, :register, :extract_id, c.row_no, r.version, c.agreement, r.result, :at
    from compared c
    join finding_rules r on r.version = {RULES_VERSION} and r.agreement = c.agreement
  on conflict on constraint one_answer_per_extract do nothing
  returning 1
)
select (select id from chunk order by id desc limit 1) as last_id,
       (select count(*) from chunk) as declarations, (select count(*) from added) as findings
""")


class PostgresRegister(Register):
    """The extracts of one actor's scope, at one instant."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def examine(
        self, case: Case, extract: Extract, *, after: UUID | None, limit: int
    ) -> Examined:
        row = (
            await self._connection.execute(
                _EXAMINE,
                {
                    **scope_of(case),
                    "settlement_id": case.id,
                    "extract_id": extract.id,
                    "register": extract.register,
                    "after": after,
                    "limit": limit,
                    "at": self._now,
                },
            )
        ).one()
        return Examined(last_id=row.last_id, declarations=row.declarations, findings=row.findings)
