"""The statements of voucher settlements, and how their rows are read.

Facts are stored as JSON, so that sentences can be rendered from them for ever.
"""

import json
from typing import Any, Final

import msgspec
from sqlalchemy import Row, text

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import CASE_COLUMNS, case_of
from adapters.postgres.standing_findings import ANSWERED, CONFIRMED_LINES, LAST_HEARD
from domain.certificate import FindingResult
from domain.policy import CertificateType
from domain.voucher import BeneficiaryTag
from domain.voucher_certificate import CertificateAnswer
from domain.voucher_record import AttendedShare
from domain.voucher_settlement import (
    VoucherDisposition,
    VoucherFacts,
    VoucherGround,
    VoucherLine,
    VoucherSettlement,
    worth_fen,
)

# What is public of the project and the class says what a voucher is worth: whoever asks needs no bureau's row.
_WORTH: Final = """
select v.id as voucher_id, v.class_id, v.name, v.identity_masked, v.tag, v.completed_on, o.fee_fen,
       o.occupation_code, o.grade,
       p.body->>'document_number' as document,
       (p.body->>'face_value_fen')::bigint as face_value_fen,
       (p.body->>'certificate_required')::boolean as certificate_required,
       (p.body->>'min_attendance_basis_points')::integer as min_attendance,
       (select (s->>'standard_fen')::bigint from jsonb_array_elements(p.body->'standards') s
         where s->>'occupation_code' = o.occupation_code
           and (s->>'grade')::smallint is not distinct from o.grade) as standard_fen
  from vouchers v
  join voucher_class_offers o on o.id = v.class_id
  join voucher_offers p on p.id = v.project_id
"""
REDEEMED: Final = text(f"""
select w.*, r.attended_minutes, r.held_minutes, r.certificate_number, r.certificate_type
  from ({_WORTH}
         where v.project_id = :project_id and v.state = 'redeemed'
           and (v.partner_org_id = :provider_id or v.org_id = :worker_id)
           and not exists (select from voucher_settlement_lines l
                            where l.place_id = v.place_id and l.voucher_id = v.id and l.released_at is null)
         order by v.id limit :limit for update of v) w
  left join lateral (
       select u.attended_minutes, u.held_minutes, u.certificate_number, u.certificate_type
         from voucher_outcomes u
        where u.voucher_id = w.voucher_id and u.class_id = w.class_id
        order by u.step_seq desc limit 1) r on true
 order by w.voucher_id
""")
_LEAST: Final = "coalesce(sum(least(w.standard_fen, w.fee_fen, w.face_value_fen)), 0)::bigint"
WORTH_FEN: Final = text(f"select {_LEAST} from ({_WORTH} where v.id = any(:ids)) w")
UNNEEDED: Final = text(f"""
select greatest(0, (
         select coalesce(sum(b.debits_fen - b.credits_fen), 0) from ledger_accounts a
           join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
          where a.place_id = :place_id and a.kind = 'committed' and a.subject_id = :id)
       - (select {_LEAST}
            from ({_WORTH} where v.place_id = :place_id and v.class_id = :id
                     and coalesce(v.frozen_from, v.state) in ('in_use', 'completed', 'redeemed')) w)
       )::bigint
""")
ISSUERS: Final = text("""
select c.id, o.credit_code from voucher_class_offers c join organisations o on o.id = c.provider_id
 where c.id = any(:ids)
""")
HOLDER_NAME: Final = text("select name from vouchers where org_id = :id order by id desc limit 1")
ADD: Final = text("""
insert into voucher_settlements (place_id, org_id, partner_org_id, region_path, id, project_id, month, vouchers,
                                 fund_source, budget_year, payee_account_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :project_id, :month, :vouchers,
        :fund_source, :budget_year, :payee_account_id)
""")
ADD_LINES: Final = BulkInsert(
    "voucher_settlement_lines",
    fixed={"settlement_id": "uuid"},
    varying={
        "voucher_id": "uuid",
        "class_id": "uuid",
        "standard_fen": "bigint",
        "fee_fen": "bigint",
        "face_value_fen": "bigint",
        "committed_fen": "bigint",
        "facts": "jsonb",
    },
)
ADD_INVOICES: Final = BulkInsert(
    "voucher_invoices",
    fixed={"settlement_id": "uuid"},
    varying={
        "voucher_id": "uuid",
        "code": "text",
        "number": "text",
        "issuer_code": "text",
        "amount_fen": "bigint",
        "issued_on": "date",
    },
)
GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, s.project_id, s.month, s.vouchers, s.amount_fen, s.fund_source, s.budget_year,
       s.payee_account_id, s.submitted_at
  from voucher_settlements s join cases c on c.place_id = s.place_id and c.id = s.id
 where s.place_id = any(:places) and s.id = any(:ids)
""")


def _line(of: str = "") -> str:
    """Lines with the answer that stands about each certificate, among those `of` a line."""
    return f"""
select l.voucher_id, l.class_id, coalesce(v.name, '') as name, coalesce(v.identity_masked, '') as identity_masked,
       v.tag, l.disposition, l.amount_fen, l.ground, l.reason, l.released_at is not null as released,
       l.facts::text as facts, f.seq, f.result, f.register, f.asked_at
  from voucher_settlement_lines l
  left join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
  left join lateral ({ANSWERED} {of} {LAST_HEARD}) f on true
 where l.place_id = :place_id and l.settlement_id = :id
"""


# A decided line is shown with what it was decided on, whatever registers say since.
_SHOWN: Final = _line("and (l.disposition is null or f.seq = l.finding_seq)")
LINES: Final = text(f"""{_SHOWN}
   and (cast(:after as uuid) is null or l.voucher_id > :after)
 order by l.voucher_id limit :limit
""")
LINE: Final = text(f"{_SHOWN} and l.voucher_id = :voucher_id")
IN_WORK: Final = text(f"{_line()} and l.released_at is null order by l.voucher_id")
# A hold on the provider stops its own settlement as a whole, and of a worker's the voucher used there. A training
# certificate is numbered by its provider; other numbers are nationwide, and compared as far as the actor sees. One
# that a register confirms is known nationwide where it supported a subsidy. Of several grounds the last counts: an
# investigation outweighs an objection, and what has ended stays so.
GROUNDS: Final = text(f"""
with line as (
  select l.voucher_id, l.class_id, l.org_id, v.person_id, v.partner_org_id as provider_id, v.state
    from voucher_settlement_lines l join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
   where l.place_id = :place_id and l.settlement_id = :id and l.released_at is null
)
select voucher_id, 'on_hold' as ground, 1 as weight from line l
 where exists (select from holds h
                 join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
                where h.place_id = :place_id
                  and (h.target = 'person' and h.target_id = l.person_id
                       or h.target = 'provider' and h.target_id = l.provider_id and l.org_id = l.person_id))
 union all
select l.voucher_id, 'certificate_used', 0
  from line l
  join lateral (select w.certificate_type, w.certificate_number from voucher_outcomes w
                 where w.place_id = :place_id and w.voucher_id = l.voucher_id and w.class_id = l.class_id
                 order by w.step_seq desc limit 1) own on own.certificate_number is not null
 where exists (
   select from voucher_outcomes o
     join vouchers v on v.place_id = o.place_id and v.id = o.voucher_id and v.class_id = o.class_id
    where o.certificate_number = own.certificate_number and o.certificate_type = own.certificate_type
      and (o.certificate_type <> 'training_certificate' or o.partner_org_id = l.provider_id)
      and v.person_id <> l.person_id
      and coalesce(v.frozen_from, v.state) in ('completed', 'redeemed', 'approved', 'paid')
      and o.step_seq = (select max(x.step_seq) from voucher_outcomes x
                         where x.place_id = o.place_id and x.voucher_id = o.voucher_id
                           and x.class_id = o.class_id))
 union all
select used_certificates(array_agg(c.voucher_id), array_agg(c.issuer_code), array_agg(c.number),
         array_agg(cast(null as text)), :class), 'certificate_used', 0
  from ({CONFIRMED_LINES}) c having count(*) > 0
 union all
select o.voucher_id, case when bool_or(u.seq is not null) then 'objection_upheld' else 'objection' end, 2
  from objections o
  join cases c on c.place_id = o.place_id and c.id = o.id
  left join case_steps u on u.place_id = o.place_id and u.case_id = o.id and u.to_state = 'upheld'
 where o.place_id = :place_id and o.voucher_settlement_id = :id and o.voucher_id is not null
   and (u.seq is not null or c.state in ('received', 'examined'))
 group by o.voucher_id
 union all
select voucher_id, case state when 'frozen' then 'frozen' else 'ended' end, 3 from line where state <> 'redeemed'
 order by weight
""")
MARK_SUBMITTED: Final = text("""
update voucher_settlements set submitted_at = :at
 where place_id = :place_id and id = :id and submitted_at is null
""")
DECIDE_LINES: Final = text("""
update voucher_settlement_lines l
   set disposition = u.disposition, amount_fen = u.amount_fen, ground = u.ground, reason = u.reason,
       finding_seq = u.finding_seq
  from unnest(cast(:voucher_ids as uuid[]), cast(:dispositions as text[]), cast(:amounts as bigint[]),
              cast(:grounds as text[]), cast(:reasons as text[]), cast(:findings as int[]))
       as u(voucher_id, disposition, amount_fen, ground, reason, finding_seq)
 where l.place_id = :place_id and l.settlement_id = :id and l.voucher_id = u.voucher_id
""")
DECIDE: Final = text("""
update voucher_settlements set amount_fen = :amount_fen where place_id = :place_id and id = :id
""")
LEFT: Final = text("""
update voucher_settlements set vouchers = :left where place_id = :place_id and id = :id
""")
LET_GO_LINES: Final = text("""
update voucher_settlement_lines set released_at = :at
 where place_id = :place_id and settlement_id = :id and released_at is null
   and (cast(:voucher_ids as uuid[]) is null or voucher_id = any(:voucher_ids))
""")
LET_GO: Final = text("""
update voucher_settlements set released_at = :at where place_id = :place_id and id = :id
""")
PAID: Final = text("""
select coalesce(sum(amount_fen), 0)::bigint from payments
 where place_id = :place_id and subject_id = :id and state = 'paid'
""")
PAYING: Final = text("""
select l.settlement_id from voucher_settlement_lines l
  join cases c on c.place_id = l.place_id and c.id = l.settlement_id and c.state in ('approved', 'closed')
 where l.place_id = :place_id and l.voucher_id = :voucher_id and l.disposition = 'payable'
""")
STOPPED: Final = text("""
select s.id from voucher_settlements s
 where s.id = any(:ids) and exists (
   select from voucher_settlement_lines l
     join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
    where l.place_id = s.place_id and l.settlement_id = s.id and l.disposition = 'payable'
      and (v.state = 'frozen' or exists (
             select from holds h
               join cases c on c.place_id = h.place_id and c.id = h.id and c.state = 'in_force'
              where h.place_id = s.place_id
                and (h.target = 'provider' and h.target_id = v.partner_org_id
                     or h.target = 'person' and h.target_id = v.person_id))))
""")


def new_line(row: Row[Any]) -> VoucherLine:
    """Map a row of `REDEEMED`."""
    attended = AttendedShare(
        attended_minutes=row.attended_minutes or 0, held_minutes=row.held_minutes or 0
    )
    return VoucherLine(
        voucher_id=row.voucher_id,
        class_id=row.class_id,
        name=row.name,
        identity_masked=row.identity_masked,
        facts=VoucherFacts(
            document=row.document,
            occupation_code=row.occupation_code,
            grade=row.grade,
            standard_fen=row.standard_fen,
            fee_fen=row.fee_fen,
            face_value_fen=row.face_value_fen,
            worth_fen=worth_fen(
                standard_fen=row.standard_fen,
                fee_fen=row.fee_fen,
                face_value_fen=row.face_value_fen,
            ),
            completed_on=row.completed_on,
            attendance_basis_points=attended.basis_points,
            min_attendance_basis_points=row.min_attendance,
            certificate_number=row.certificate_number,
            certificate_required=row.certificate_required,
            certificate_type=None
            if row.certificate_type is None
            else CertificateType(row.certificate_type),
        ),
        tag=_tag(row),
    )


def line_of(row: Row[Any]) -> VoucherLine:
    """Map a row of lines on file."""
    return VoucherLine(
        voucher_id=row.voucher_id,
        class_id=row.class_id,
        name=row.name,
        identity_masked=row.identity_masked,
        facts=msgspec.convert(json.loads(row.facts), VoucherFacts),
        disposition=None if row.disposition is None else VoucherDisposition(row.disposition),
        amount_fen=row.amount_fen,
        ground=None if row.ground is None else VoucherGround(row.ground),
        reason=row.reason,
        released=row.released,
        certificate=None
        if row.result is None
        else CertificateAnswer(
            seq=row.seq,
            result=FindingResult(row.result),
            register=row.register,
            asked_at=row.asked_at,
        ),
        tag=_tag(row),
    )


def _tag(row: Row[Any]) -> BeneficiaryTag | None:
    return None if row.tag is None else BeneficiaryTag(row.tag)


def settlement_of(row: Row[Any]) -> VoucherSettlement:
    """Map a row of `GET_MANY`."""
    return VoucherSettlement(
        case=case_of(row),
        project_id=row.project_id,
        month=row.month,
        vouchers=row.vouchers,
        amount_fen=row.amount_fen,
        fund_source=row.fund_source,
        budget_year=row.budget_year,
        payee_account_id=row.payee_account_id,
        submitted_at=row.submitted_at,
    )
