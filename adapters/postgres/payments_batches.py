"""Payments, attempts and batches in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import keys_of, scope_of
from domain.batch_report import ReviewedLine
from domain.cases import Case, state_after
from domain.filing import Payee
from domain.funding_request import PayableKind, Subject
from domain.machines.payment import FLOW
from domain.payee_account import Waiting
from domain.payment import (
    PLANNED,
    Attempt,
    AttemptOnFile,
    AttemptState,
    Batch,
    BatchFile,
    Exclusion,
    Payment,
)
from domain.ports.crypto import Crypto
from domain.ports.payments import AnsweredTwice, Batches

BATCHED: Final = state_after(FLOW, PLANNED, "batch")
SUBMITTED: Final = state_after(FLOW, BATCHED, "submit")

PAYMENT: Final = """
select p.id, p.place_id, p.org_id, p.partner_org_id, p.subject_kind, p.subject_id, p.filing_id,
       l.funding_request_id, p.funding_request_line_id, a.id as payee_account_id, a.account_name,
       a.account_masked, p.fund_source, p.budget_year, p.amount_fen, p.purpose, p.state, p.planned_at,
       p.booked_on, coalesce(t.attempt_no, 0) as attempts, t.reference, t.batch_id,
       case when p.state = 'planned' and (c.state <> 'verified' or exists (
              select from payee_accounts n join cases d on d.place_id = n.place_id and d.id = n.id
               where n.place_id = a.place_id and n.replaces_id = a.id and d.state = 'declared'))
            then 'payee_account_unverified' end as waits_for
  from payments p
  join funding_request_lines l on l.place_id = p.place_id and l.id = p.funding_request_line_id
  join payee_accounts a on a.place_id = p.place_id and a.id = coalesce(p.new_account_id, p.payee_account_id)
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

_LOCK_WAITING: Final = text("""
select p.id from payments p
  join cases c on c.place_id = p.place_id and c.id = coalesce(p.new_account_id, p.payee_account_id)
 where p.place_id = :place_id and p.fund_source = :fund_source and p.budget_year = :budget_year
   and p.state = 'planned' and c.kind = 'account_change' and c.state = 'verified'
   and not exists (
     select from payee_accounts n join cases d on d.place_id = n.place_id and d.id = n.id
      where n.place_id = c.place_id and n.replaces_id = c.id and d.state = 'declared')
 order by p.planned_at, p.id limit :limit for update of p
""")
_LOCK: Final = text("""
select id from payments where place_id = :place_id and id = any(:ids) order by id for update
""")
_BY_IDS: Final = text(f"{PAYMENT} where p.place_id = :place_id and p.id = any(:ids)")
_PAYEES: Final = text("""
select id, account_name, account_sealed, bank_code from payee_accounts
 where place_id = :place_id and id = any(:ids)
""")
_ADD: Final = text("""
insert into batches (place_id, org_id, partner_org_id, region_path, id, fund_source, budget_year, lines,
                     total_fen, digest)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :fund_source, :budget_year, :lines,
        :total_fen, :digest)
""")
_ADD_ATTEMPTS: Final = text("""
insert into payment_attempts (place_id, org_id, partner_org_id, region_path, id, payment_id, batch_id,
                              attempt_no, line_no, reference, state, payee_account_id)
select p.place_id, p.org_id, p.partner_org_id, p.region_path, u.id, p.id, :batch_id,
       u.attempt_no, u.line_no, u.reference, 'batched', u.account_id
  from unnest(cast(:ids as uuid[]), cast(:payment_ids as uuid[]), cast(:attempt_nos as smallint[]),
              cast(:line_nos as integer[]), cast(:references as text[]), cast(:account_ids as uuid[]))
       as u(id, payment_id, attempt_no, line_no, reference, account_id)
  join payments p on p.place_id = :place_id and p.id = u.payment_id
""")
_MOVE: Final = text("""
update payments p set state = :to_state
  from payment_attempts t
 where t.place_id = :place_id and t.batch_id = :batch_id and t.state = 'batched'
   and p.place_id = t.place_id and p.id = t.payment_id and p.state = :from_state
""")
_SUBMIT_ATTEMPTS: Final = text("""
update payment_attempts set state = 'submitted'
 where place_id = :place_id and batch_id = :batch_id and state = 'batched'
""")
_TAKE_OUT: Final = text("""
update payment_attempts set state = 'cancelled'
 where place_id = :place_id and batch_id = :batch_id and state = 'batched'
   and (cast(:ids as uuid[]) is null or id = any(cast(:ids as uuid[])))
 returning payment_id
""")
_WAIT_AGAIN: Final = text("""
update payments
   set state = :planned,
       new_account_id = nullif(
         current_payee_account(place_id, coalesce(new_account_id, payee_account_id)), payee_account_id)
 where place_id = :place_id and id = any(:ids) and state = :batched
""")
_EXCLUDE: Final = text("""
insert into batch_exclusions (place_id, org_id, partner_org_id, region_path, attempt_id, batch_id, reason, excluded_at)
select place_id, org_id, partner_org_id, region_path, id, batch_id, :reason, :at from payment_attempts
 where place_id = :place_id and batch_id = :batch_id and id = any(:ids)
""")
_EXCLUSIONS: Final = text("""
select x.attempt_id, t.payment_id, t.line_no, p.amount_fen, x.reason, x.excluded_at
  from batch_exclusions x
  join payment_attempts t on t.place_id = x.place_id and t.id = x.attempt_id
  join payments p on p.place_id = t.place_id and p.id = t.payment_id
 where x.place_id = :place_id and x.batch_id = :batch_id order by t.line_no
""")
_SEAL_AGAIN: Final = text("""
insert into batch_seals (place_id, org_id, partner_org_id, region_path, batch_id, seq, lines, total_fen, digest,
                         sealed_at)
select b.place_id, b.org_id, b.partner_org_id, b.region_path, b.id,
       1 + (select count(*) from batch_seals s where s.place_id = b.place_id and s.batch_id = b.id),
       :lines, :total_fen, :digest, :at
  from batches b where b.place_id = :place_id and b.id = :batch_id
""")
_BATCHES: Final = text("""
select b.id, b.fund_source, b.budget_year, coalesce(s.lines, b.lines) as lines,
       coalesce(s.total_fen, b.total_fen) as total_fen, coalesce(s.digest, b.digest) as digest,
       (select count(*) from payment_attempts t
         where t.place_id = b.place_id and t.batch_id = b.id
           and t.state in ('batched', 'submitted', 'unknown')) as unanswered
  from batches b
  left join lateral (
       select x.lines, x.total_fen, x.digest from batch_seals x
        where x.place_id = b.place_id and x.batch_id = b.id order by x.seq desc limit 1) s on true
 where b.place_id = any(:places) and b.id = any(:ids)
""")
_ATTEMPTS: Final = text(f"""{ATTEMPT}
 where t.place_id = :place_id and t.batch_id = :id and t.line_no > :after_line
   and (cast(:states as text[]) is null or t.state = any(cast(:states as text[])))
 order by t.line_no limit :limit
""")
_REVIEW: Final = text("""
select t.line_no, t.payment_id, p.org_id, a.account_name as payee_name, a.account_masked, p.amount_fen,
       v.at as verified_at,
       (select min(u.name) from user_accounts u where u.person_id = v.person_id) as verified_by,
       c.state = 'verified' and not exists (
         select from payee_accounts n join cases d on d.place_id = n.place_id and d.id = n.id
          where n.place_id = a.place_id and n.replaces_id = a.id and d.state = 'declared') as payable,
       (select count(*) from payment_attempts y
         where y.place_id = t.place_id and y.payee_account_id = a.id and y.state = 'paid') as paid_before,
       coalesce((select y.payee_account_id <> a.id
          from payments q join payment_attempts y on y.place_id = q.place_id and y.payment_id = q.id
         where q.place_id = p.place_id and q.org_id = p.org_id and y.state = 'paid'
         order by y.id desc limit 1), false) as changed,
       (select count(distinct b.org_id) from payee_accounts b
         where b.place_id = a.place_id and b.account_index = a.account_index
           and b.org_id <> a.org_id) as shared_with
  from payment_attempts t
  join payments p on p.place_id = t.place_id and p.id = t.payment_id
  join payee_accounts a on a.place_id = t.place_id and a.id = coalesce(t.payee_account_id, p.payee_account_id)
  join cases c on c.place_id = a.place_id and c.id = a.id
  left join lateral (
       select s.at, s.person_id from case_steps s
        where s.place_id = a.place_id and s.case_id = a.id and s.to_state = 'verified'
        order by s.seq desc limit 1) v on true
 where t.place_id = :place_id and t.batch_id = :id and t.state <> 'cancelled' order by t.line_no
""")
_PAID_BY: Final = text(f"""{PAYMENT}
 where p.place_id = :place_id
   and p.id in (select payment_id from payment_attempts where place_id = :place_id and batch_id = :id)
""")


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


class PostgresBatches(Batches):
    """The payments and batches one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto, *, now: datetime) -> None:
        self._connection = connection
        self._crypto = crypto
        self._now = now

    async def waiting(
        self, place_id: UUID, *, fund_source: str, budget_year: int, limit: int
    ) -> Sequence[Payment]:
        named = {
            "place_id": place_id,
            "fund_source": fund_source,
            "budget_year": budget_year,
            "limit": limit,
        }
        ids = (await self._connection.execute(_LOCK_WAITING, named)).scalars().all()
        found = await self._by_ids(place_id, ids)
        return [found[payment_id] for payment_id in ids]

    async def locked(self, place_id: UUID, payment_ids: Sequence[UUID]) -> Mapping[UUID, Payment]:
        await self._connection.execute(_LOCK, {"place_id": place_id, "ids": list(payment_ids)})
        return await self._by_ids(place_id, payment_ids)

    async def payees(self, place_id: UUID, account_ids: Collection[UUID]) -> Mapping[UUID, Payee]:
        rows = await self._connection.execute(
            _PAYEES, {"place_id": place_id, "ids": list(account_ids)}
        )
        return {
            row.id: Payee(
                account_name=row.account_name,
                account_number=self._crypto.open(
                    "payee_accounts", "account_sealed", row.id, row.account_sealed
                ),
                bank_code=row.bank_code,
            )
            for row in rows
        }

    async def add_batch(self, batch: Batch, attempts: Sequence[Attempt]) -> None:
        case = batch.case
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "fund_source": batch.fund_source,
                "budget_year": batch.budget_year,
                "lines": batch.lines,
                "total_fen": batch.total_fen,
                "digest": batch.digest,
            },
        )
        await self._connection.execute(
            _ADD_ATTEMPTS,
            {
                "place_id": case.place_id,
                "batch_id": case.id,
                "ids": [attempt.id for attempt in attempts],
                "payment_ids": [attempt.payment_id for attempt in attempts],
                "attempt_nos": [attempt.attempt_no for attempt in attempts],
                "line_nos": [attempt.line_no for attempt in attempts],
                "references": [attempt.reference for attempt in attempts],
                "account_ids": [attempt.payee_account_id for attempt in attempts],
            },
        )
        await self._move(batch, PLANNED, BATCHED)

    async def take_out(
        self, batch: Case, attempt_ids: Collection[UUID] | None, *, reason: str
    ) -> int:
        named = {"place_id": batch.place_id, "batch_id": batch.id}
        ids = None if attempt_ids is None else list(attempt_ids)
        if ids is not None:
            await self._connection.execute(
                _EXCLUDE, {**named, "ids": ids, "reason": reason, "at": self._now}
            )
        taken = await self._connection.execute(_TAKE_OUT, {**named, "ids": ids})
        payment_ids = list(taken.scalars())
        waiting = await self._connection.execute(
            _WAIT_AGAIN,
            {
                "place_id": batch.place_id,
                "ids": payment_ids,
                "planned": state_after(FLOW, BATCHED, "take_out"),
                "batched": BATCHED,
            },
        )
        if waiting.rowcount != len(payment_ids) or (
            ids is not None and len(ids) != len(payment_ids)
        ):
            raise AnsweredTwice
        return len(payment_ids)

    async def seal_again(self, batch: Case, file: BatchFile) -> None:
        await self._connection.execute(
            _SEAL_AGAIN,
            {
                "place_id": batch.place_id,
                "batch_id": batch.id,
                "lines": file.lines,
                "total_fen": file.total_fen,
                "digest": file.digest,
                "at": self._now,
            },
        )

    async def exclusions(self, batch: Case) -> Sequence[Exclusion]:
        rows = await self._connection.execute(
            _EXCLUSIONS, {"place_id": batch.place_id, "batch_id": batch.id}
        )
        return [Exclusion(**row._mapping) for row in rows]

    async def submit(self, batch: Batch) -> None:
        await self._move(batch, BATCHED, SUBMITTED)
        await self._connection.execute(
            _SUBMIT_ATTEMPTS, {"place_id": batch.case.place_id, "batch_id": batch.case.id}
        )

    async def batch(self, case: Case) -> Batch:
        return (await self.batches([case]))[0]

    async def batches(self, cases: Sequence[Case]) -> Sequence[Batch]:
        rows = await self._connection.execute(_BATCHES, keys_of(cases))
        found = {row.id: row for row in rows}
        return [
            Batch(
                case=case,
                fund_source=found[case.id].fund_source,
                budget_year=found[case.id].budget_year,
                lines=found[case.id].lines,
                total_fen=found[case.id].total_fen,
                digest=found[case.id].digest,
                unanswered=found[case.id].unanswered,
            )
            for case in cases
        ]

    async def attempts(
        self,
        batch: Case,
        *,
        states: Collection[AttemptState] | None = None,
        after_line: int = 0,
        limit: int | None = None,
    ) -> Sequence[AttemptOnFile]:
        rows = await self._connection.execute(
            _ATTEMPTS,
            {
                "place_id": batch.place_id,
                "id": batch.id,
                "states": None if states is None else sorted(states),
                "after_line": after_line,
                "limit": limit,
            },
        )
        return [attempt_of(row) for row in rows]

    async def review(self, batch: Case) -> Sequence[ReviewedLine]:
        rows = await self._connection.execute(_REVIEW, {"place_id": batch.place_id, "id": batch.id})
        return [ReviewedLine(**row._mapping) for row in rows]

    async def paid_by(self, batch: Case) -> Mapping[UUID, Payment]:
        rows = await self._connection.execute(
            _PAID_BY, {"place_id": batch.place_id, "id": batch.id}
        )
        return {row.id: payment_of(row) for row in rows}

    async def _by_ids(self, place_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Payment]:
        rows = await self._connection.execute(_BY_IDS, {"place_id": place_id, "ids": list(ids)})
        return {row.id: payment_of(row) for row in rows}

    async def _move(self, batch: Batch, from_state: str, to_state: str) -> None:
        moved = await self._connection.execute(
            _MOVE,
            {
                "place_id": batch.case.place_id,
                "batch_id": batch.case.id,
                "from_state": from_state,
                "to_state": to_state,
            },
        )
        if moved.rowcount != batch.lines:
            raise AnsweredTwice
