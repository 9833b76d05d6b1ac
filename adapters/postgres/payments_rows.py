"""What payments and attempts look like in a row, and how the rows are read."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from adapters.postgres.rows import PAID_TO, to_be_replaced
from domain.funding_request import PayableKind, Subject
from domain.payee_account import Waiting
from domain.payment import AttemptOnFile, AttemptState, Due, Payment

PAYMENT: Final = f"""
select p.id, p.place_id, p.org_id, p.partner_org_id, p.subject_kind, p.subject_id, p.filing_id,
       l.funding_request_id, p.funding_request_line_id, a.id as payee_account_id, a.account_name,
       a.account_masked, p.fund_source, p.budget_year, p.amount_fen, p.purpose, p.state, p.planned_at,
       p.booked_on, coalesce(t.attempt_no, 0) as attempts, t.reference, t.batch_id,
       case when p.state = 'planned' and (c.state <> 'verified' or {to_be_replaced("a.place_id", "a.id")})
            then 'payee_account_unverified' end as waits_for
  from payments p
  join funding_request_lines l on l.place_id = p.place_id and l.id = p.funding_request_line_id
  join payee_accounts a on a.place_id = p.place_id and a.id = {PAID_TO}
  join cases c on c.place_id = a.place_id and c.id = a.id
  left join lateral (
       select x.attempt_no, x.reference, x.batch_id from payment_attempts x
        where x.place_id = p.place_id and x.payment_id = p.id
        order by x.attempt_no desc limit 1) t on true
"""
ATTEMPT: Final = """
select t.id, t.payment_id, coalesce(t.payee_account_id, p.payee_account_id) as payee_account_id,
       t.batch_id, t.attempt_no, t.line_no, t.reference, p.amount_fen, t.state,
       t.bank_line_id, t.booked_on, t.bank_reason
  from payment_attempts t
  join payments p on p.place_id = t.place_id and p.id = t.payment_id
"""
DUE: Final = f"""
select p.id, p.org_id, p.partner_org_id, p.subject_kind, p.subject_id, p.filing_id, l.funding_request_id,
       {PAID_TO} as account_id, p.amount_fen, p.purpose, {{}}
  from payments p
  join funding_request_lines l on l.place_id = p.place_id and l.id = p.funding_request_line_id
"""
"""With more columns, `attempts` among them, between the braces."""

Kept = dict[UUID | str | None, Any]
"""Values that many rows share, by themselves."""


def payment_of(row: Row[Any]) -> Payment:
    """Map a row of `PAYMENT`."""
    return Payment(
        id=row.id,
        place_id=row.place_id,
        org_id=row.org_id,
        partner_org_id=row.partner_org_id,
        subject=Subject(kind=PayableKind(row.subject_kind), id=row.subject_id),
        filing_id=row.filing_id,
        funding_request_id=row.funding_request_id,
        funding_request_line_id=row.funding_request_line_id,
        payee_account_id=row.payee_account_id,
        payee_name=row.account_name,
        account_masked=row.account_masked,
        fund_source=row.fund_source,
        budget_year=row.budget_year,
        amount_fen=row.amount_fen,
        purpose=row.purpose,
        state=row.state,
        planned_at=row.planned_at,
        booked_on=row.booked_on,
        attempts=row.attempts,
        reference=row.reference,
        batch_id=row.batch_id,
        waits_for=None if row.waits_for is None else Waiting(row.waits_for),
    )


def attempt_of(row: Row[Any]) -> AttemptOnFile:
    """Map a row of `ATTEMPT`."""
    return AttemptOnFile(
        id=row.id,
        payment_id=row.payment_id,
        payee_account_id=row.payee_account_id,
        batch_id=row.batch_id,
        attempt_no=row.attempt_no,
        line_no=row.line_no,
        reference=row.reference,
        amount_fen=row.amount_fen,
        state=AttemptState(row.state),
        bank_line_id=row.bank_line_id,
        booked_on=row.booked_on,
        bank_reason=row.bank_reason,
    )


def due_of(row: Row[Any], kept: Kept) -> Due:
    """Map a row of `DUE`. What many rows share is kept once: a batch holds all its lines."""
    org_id, partner_org_id, request_id, purpose = (
        kept.setdefault(value, value)
        for value in (row.org_id, row.partner_org_id, row.funding_request_id, row.purpose)
    )
    return Due(
        id=row.id,
        org_id=org_id,
        partner_org_id=partner_org_id,
        subject=Subject(kind=PayableKind(row.subject_kind), id=row.subject_id),
        filing_id=row.filing_id,
        funding_request_id=request_id,
        payee_account_id=row.account_id,
        amount_fen=row.amount_fen,
        purpose=purpose,
        attempts=row.attempts,
    )
