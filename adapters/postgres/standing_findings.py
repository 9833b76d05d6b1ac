"""Which finding stands, for a set: `domain.standing_finding` in SQL, which a test holds equal to it.

`STANDING` joins to every row `d` of `declared_certificates` the finding that `stands` for it.
"""

from collections.abc import Collection
from typing import Final

from domain.certificate import CERTIFYING, FindingResult
from domain.standing_finding import CURABLE, OF_CERTIFICATE, SILENT


def any_of(results: Collection[FindingResult]) -> str:
    """Write results down as a list in SQL."""
    # The domain's own words: nothing here is typed by anybody.
    return f"({', '.join(repr(str(result)) for result in sorted(results))})"


_DECLARED: Final = (
    "occupation_code",
    "grade",
    "issued_on",
    "issuer_code",
    "holder_name_alike",
)
"""What a register compares besides type, number and person."""


def _heard(e: str, f: str) -> str:
    """Say what was found about `d` up to now: in this declaration of it, and in those before."""
    facts = " and ".join(f"{e}.{name} is not distinct from d.{name}" for name in _DECLARED)
    return f"""
      from declared_certificates {e}
      join findings {f} on {f}.place_id = {e}.place_id and {f}.declaration_id = {e}.id
     where {e}.place_id = d.place_id and {e}.enrolment_id = d.enrolment_id and {e}.id <= d.id
       and {e}.certificate_type = d.certificate_type and {e}.number is not distinct from d.number
       and ({f}.result in {any_of(OF_CERTIFICATE)} or ({facts}))"""


# Declarations are dated by their ids, and a settlement begins after the one before it has ended: whatever
# was found about an earlier declaration was found before anything about a later one.
STANDING: Final = f"""
  left join lateral (
    select e.id as declaration_id, f.seq, f.result
      {_heard("e", "f")} and f.manual_finding_id is not null
     order by e.id desc, f.seq desc limit 1
  ) looked on true
  left join lateral (
    select f.seq, f.settlement_id, f.register, f.extract_id, f.row_no, f.agreement, f.result,
           f.manual_finding_id, f.asked_at,
           coalesce(f.manual_finding_id is null
             and looked.result not in {any_of(CURABLE)}
             and (looked.result in {any_of(CERTIFYING)}) <> (f.result in {any_of(CERTIFYING)}),
             false) as contradicted
      {_heard("e", "f")}
     order by f.manual_finding_id is null and (f.result in {any_of(SILENT)}
                or (looked.seq is not null and exists (
                      select {_heard("b", "g")} and g.manual_finding_id is null
                         and g.agreement = f.agreement
                         and (b.id, g.seq) < (looked.declaration_id, looked.seq)))),
              e.id desc, f.seq desc
     limit 1
  ) stands on true
"""
STANDING_TOLD: Final = f"""{STANDING}
  left join manual_findings m
    on m.place_id = d.place_id and m.id = stands.manual_finding_id
  left join certificate_extract_rows x
    on x.place_id = d.place_id and x.extract_id = stands.extract_id and x.row_no = stands.row_no
"""
"""What stands, with what told it: two people's finding `m`, or the register's row `x`."""

ANSWERED: Final = """
  select f.seq, f.result, f.register, f.extract_id, f.row_no, f.asked_at from voucher_findings f
   where f.place_id = l.place_id and f.voucher_id = l.voucher_id and f.class_id = l.class_id
"""
"""What registers said of the certificate of a voucher in its class, as a row `l` names the two."""

LAST_HEARD: Final = f"order by f.result in {any_of(SILENT)}, f.seq desc limit 1"
"""Of what registers said of a voucher's certificate, what stands: nobody looks besides, and silence undoes nothing."""

CONFIRMED_LINES: Final = f"""
select l.voucher_id, l.disposition, x.issuer_code, x.number
  from voucher_settlement_lines l
  join lateral ({ANSWERED} {LAST_HEARD}) f on f.result in {any_of(CERTIFYING)}
  join certificate_extract_rows x
    on x.place_id = l.place_id and x.extract_id = f.extract_id and x.row_no = f.row_no
 where l.place_id = :place_id and l.settlement_id = :id and l.released_at is null
   and (l.facts->>'certificate_required')::boolean
"""
"""The lines of a voucher settlement whose certificate is asked for and confirmed, with whose number it is."""
