"""Payments, attempts and batches in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import ROWS_MAX
from adapters.postgres.payments_rows import (
    ATTEMPT,
    DUE,
    PAYMENT,
    Kept,
    attempt_of,
    due_of,
    payment_of,
)
from adapters.postgres.rows import PAID_TO, keys_of, scope_of, to_be_replaced
from domain.batch_file import Seal
from domain.batch_report import ReviewedLine
from domain.cases import Case, state_after
from domain.filing import Payee
from domain.machines.payment import FLOW
from domain.payment import (
    PLANNED,
    STANDING,
    Attempt,
    AttemptOnFile,
    AttemptState,
    Batch,
    BatchLine,
    Due,
    Exclusion,
    Payment,
)
from domain.ports.crypto import Crypto
from domain.ports.payments import AnsweredTwice, Batches

BATCHED: Final = state_after(FLOW, PLANNED, "batch")
SUBMITTED: Final = state_after(FLOW, BATCHED, "submit")

# Payment by payment, each account by its key (`offset 0` keeps it so): asked the other way round, a place
# whose accounts are younger than the statistics seems to have one, and all payments are read for each.
_LOCK_WAITING: Final = text(f"""
select p.id from payments p
 cross join lateral (
       select c.state from cases c
        where c.place_id = p.place_id and c.id = {PAID_TO} offset 0) c
 where p.place_id = :place_id and p.fund_source = :fund_source and p.budget_year = :budget_year
   and p.state = 'planned' and c.state = 'verified'
   and not {to_be_replaced("p.place_id", PAID_TO)}
 order by p.planned_at, p.id limit :limit for update of p
""")
_LOCK: Final = text("""
select id from payments where place_id = :place_id and id = any(:ids) order by id for update
""")
_BY_IDS: Final = text(f"{PAYMENT} where p.place_id = :place_id and p.id = any(:ids)")
_TRIED_BEFORE: Final = """
       coalesce((select max(x.attempt_no) from payment_attempts x
                  where x.place_id = p.place_id and x.payment_id = p.id), 0) as attempts
"""
_DUE_BY_IDS: Final = text(
    f"{DUE.format(_TRIED_BEFORE)} where p.place_id = :place_id and p.id = any(:ids)"
)
_TRIED: Final = """
       t.id as attempt_id, t.attempt_no as attempts, t.line_no,
       coalesce(t.payee_account_id, p.payee_account_id) as attempt_account_id
"""
_STANDING: Final = text(f"""{DUE.format(_TRIED)}
  join payment_attempts t on t.place_id = p.place_id and t.payment_id = p.id
 where t.place_id = :place_id and t.batch_id = :id and t.state = any(:states) and t.line_no > :after_line
 order by t.line_no limit :limit
""")
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
update payments set state = :to_state
 where place_id = :place_id and id = any(:ids) and state = :from_state
""")
_SUBMIT_ATTEMPTS: Final = text("""
update payment_attempts set state = 'submitted'
 where place_id = :place_id and batch_id = :batch_id and state = 'batched'
 returning payment_id
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
_REVIEW: Final = text(f"""
select t.line_no, t.payment_id, p.org_id, a.account_name as payee_name, a.account_masked, p.amount_fen,
       v.at as verified_at,
       (select min(u.name) from user_accounts u where u.person_id = v.person_id) as verified_by,
       c.state = 'verified' and not {to_be_replaced("a.place_id", "a.id")} as payable,
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
  join payee_accounts a on a.place_id = t.place_id
   and a.id = case when t.payee_account_id is null then p.payee_account_id else t.payee_account_id end
  join cases c on c.place_id = a.place_id and c.id = a.id
  left join lateral (
       select s.at, s.person_id from case_steps s
        where s.place_id = a.place_id and s.case_id = a.id and s.to_state = 'verified'
        order by s.seq desc limit 1) v on true
 where t.place_id = :place_id and t.batch_id = :id and t.state <> 'cancelled' order by t.line_no
""")


def _line(row: Row[Any], due: Due) -> BatchLine:
    account_id = row.attempt_account_id
    attempt = Attempt(
        id=row.attempt_id,
        payment_id=due.id,
        payee_account_id=account_id if account_id != due.payee_account_id else due.payee_account_id,
        attempt_no=row.attempts,
        line_no=row.line_no,
    )
    return attempt, due


class PostgresBatches(Batches):
    """The payments and batches one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto, *, now: datetime) -> None:
        self._connection = connection
        self._crypto = crypto
        self._now = now

    async def waiting(
        self, place_id: UUID, *, fund_source: str, budget_year: int, limit: int
    ) -> Sequence[Due]:
        named = {
            "place_id": place_id,
            "fund_source": fund_source,
            "budget_year": budget_year,
            "limit": limit,
        }
        ids = (await self._connection.execute(_LOCK_WAITING, named)).scalars().all()
        dues: list[Due] = []
        kept: Kept = {}
        for start in range(0, len(ids), ROWS_MAX):
            part = ids[start : start + ROWS_MAX]
            rows = await self._connection.execute(_DUE_BY_IDS, {"place_id": place_id, "ids": part})
            found = {row.id: due_of(row, kept) for row in rows}
            dues += [found[payment_id] for payment_id in part]
        return dues

    async def locked(self, place_id: UUID, payment_ids: Sequence[UUID]) -> Mapping[UUID, Payment]:
        named = {"place_id": place_id, "ids": list(payment_ids)}
        await self._connection.execute(_LOCK, named)
        return {row.id: payment_of(row) for row in await self._connection.execute(_BY_IDS, named)}

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
        for start in range(0, len(attempts), ROWS_MAX):
            part = attempts[start : start + ROWS_MAX]
            await self._connection.execute(
                _ADD_ATTEMPTS,
                {
                    "place_id": case.place_id,
                    "batch_id": case.id,
                    "ids": [attempt.id for attempt in part],
                    "payment_ids": [attempt.payment_id for attempt in part],
                    "attempt_nos": [attempt.attempt_no for attempt in part],
                    "line_nos": [attempt.line_no for attempt in part],
                    "references": [attempt.reference for attempt in part],
                    "account_ids": [attempt.payee_account_id for attempt in part],
                },
            )
        await self._move(batch, [attempt.payment_id for attempt in attempts], PLANNED, BATCHED)

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

    async def seal_again(self, batch: Case, seal: Seal) -> None:
        await self._connection.execute(
            _SEAL_AGAIN,
            {
                "place_id": batch.place_id,
                "batch_id": batch.id,
                "lines": seal.lines,
                "total_fen": seal.total_fen,
                "digest": seal.digest,
                "at": self._now,
            },
        )

    async def exclusions(self, batch: Case) -> Sequence[Exclusion]:
        rows = await self._connection.execute(
            _EXCLUSIONS, {"place_id": batch.place_id, "batch_id": batch.id}
        )
        return [Exclusion(**row._mapping) for row in rows]

    async def submit(self, batch: Batch) -> None:
        sent = await self._connection.execute(
            _SUBMIT_ATTEMPTS, {"place_id": batch.case.place_id, "batch_id": batch.case.id}
        )
        await self._move(batch, list(sent.scalars()), BATCHED, SUBMITTED)

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

    async def standing(self, batch: Case) -> Sequence[BatchLine]:
        named = {"place_id": batch.place_id, "id": batch.id, "states": sorted(STANDING)}
        lines: list[BatchLine] = []
        kept: Kept = {}
        after_line = 0
        while True:
            rows = await self._connection.execute(
                _STANDING, {**named, "after_line": after_line, "limit": ROWS_MAX}
            )
            part = [_line(row, due_of(row, kept)) for row in rows]
            lines += part
            if len(part) < ROWS_MAX:
                return lines
            after_line = part[-1][0].line_no

    async def _move(
        self, batch: Batch, payment_ids: Sequence[UUID], from_state: str, to_state: str
    ) -> None:
        moved = 0
        for start in range(0, len(payment_ids), ROWS_MAX):
            done = await self._connection.execute(
                _MOVE,
                {
                    "place_id": batch.case.place_id,
                    "ids": payment_ids[start : start + ROWS_MAX],
                    "from_state": from_state,
                    "to_state": to_state,
                },
            )
            moved += done.rowcount
        if moved != batch.lines:
            raise AnsweredTwice
