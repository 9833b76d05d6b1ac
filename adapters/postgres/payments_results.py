"""Bank results in PostgreSQL: kept whole, taken in chunks, each line and attempt once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.payments_batches import SUBMITTED
from adapters.postgres.rows import Params, scope_of
from domain.bank_result import (
    PAYMENT_EVENTS,
    BankAnswer,
    BankLine,
    BankResult,
    Held,
    LineState,
    ResultLine,
    Taken,
    Tried,
)
from domain.cases import Case, state_after
from domain.errors import Refusal
from domain.funding_request import PayableKind, Subject
from domain.ledger import AccountKind
from domain.machines.payment import FLOW
from domain.payment import AttemptState
from domain.ports.ids import NewId
from domain.ports.payments import AnsweredTwice, BankResults

_ADD: Final = text("""
insert into bank_results (place_id, org_id, partner_org_id, region_path, id, batch_id, digest, lines,
                          received_at, uploaded_by)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :batch_id, :digest, :lines,
        :received_at, :uploaded_by)
""")
_ADD_LINES: Final = BulkInsert(
    "bank_lines",
    fixed={"bank_result_id": "uuid"},
    varying={
        "id": "uuid",
        "line_no": "int",
        "line_reference": "text",
        "payment_reference": "text",
        "result": "text",
        "amount_fen": "bigint",
        "booked_on": "date",
        "reason": "text",
    },
)
_RESULT: Final = """
select id, place_id, batch_id, digest, lines, received_at, uploaded_by from bank_results
 where batch_id is not null
"""
_GET: Final = text(f"{_RESULT} and id = :id")
_BY_DIGEST: Final = text(f"{_RESULT} and place_id = :place_id and digest = :digest")
_OF_BATCH: Final = text(f"{_RESULT} and batch_id = :id order by id")
_OUTCOMES: Final = text("""
select state, count(*) as lines from bank_lines
 where place_id = :place_id and bank_result_id = :id group by state order by state
""")
_LINE: Final = """
select id, bank_result_id, line_no, line_reference, payment_reference, result, amount_fen, booked_on, reason,
       state, attempt_id
  from bank_lines
"""
_RECEIVED: Final = text(f"""{_LINE}
 where place_id = :place_id and bank_result_id = :id and state = 'received'
 order by line_no limit :limit for update
""")
_LINES: Final = text(f"""{_LINE}
 where place_id = :place_id and bank_result_id = :id and line_no > :after_line
   and (cast(:state as text) is null or state = :state)
 order by line_no limit :limit
""")
_TRIED: Final = text("""
select t.id, t.payment_id, t.reference, t.state, p.amount_fen, p.subject_kind, p.subject_id, p.filing_id,
       p.org_id, p.partner_org_id, p.fund_source, p.budget_year
  from payment_attempts t
  join payments p on p.place_id = t.place_id and p.id = t.payment_id
 where t.place_id = :place_id and t.reference = any(:references)
 order by t.id for update of t
""")
_SEEN: Final = text("""
select line_reference from bank_lines
 where place_id = :place_id and line_reference = any(:references) and state in ('matched', 'already_answered')
""")
_TAKE_LINES: Final = text("""
update bank_lines b set state = u.state, attempt_id = u.attempt_id
  from unnest(cast(:ids as uuid[]), cast(:states as text[]), cast(:attempt_ids as uuid[]),
              cast(:befores as text[])) as u(id, state, attempt_id, before)
 where b.place_id = :place_id and b.id = u.id and b.state = u.before
""")
_ANSWER_ATTEMPTS: Final = text("""
update payment_attempts t
   set state = u.state, bank_line_id = u.line_id, booked_on = u.booked_on, bank_reason = u.reason
  from unnest(cast(:attempt_ids as uuid[]), cast(:states as text[]), cast(:line_ids as uuid[]),
              cast(:days as date[]), cast(:reasons as text[]), cast(:befores as text[]))
       as u(attempt_id, state, line_id, booked_on, reason, before)
 where t.place_id = :place_id and t.id = u.attempt_id and t.state = u.before
""")
_ANSWER_PAYMENTS: Final = text("""
update payments p set state = u.state, booked_on = u.booked_on
  from unnest(cast(:payment_ids as uuid[]), cast(:states as text[]), cast(:days as date[]),
              cast(:befores as text[])) as u(payment_id, state, booked_on, before)
 where p.place_id = :place_id and p.id = u.payment_id and p.state = u.before
""")
_HELD: Final = text("""
select a.kind, a.subject_id, a.fund_source, a.budget_year, (b.debits_fen - b.credits_fen)::bigint as fen
  from ledger_accounts a
  join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
 where a.place_id = :place_id and a.kind in ('prepayment_receivable', 'expense')
   and a.subject_id = any(:case_ids)
""")
_ANSWERED_BATCHES: Final = text("""
select t.batch_id from bank_lines b
  join payment_attempts t on t.place_id = b.place_id and t.id = b.attempt_id
 where b.place_id = :place_id and b.bank_result_id = :id and b.state = 'matched'
union
select batch_id from bank_results where place_id = :place_id and id = :id
""")

_PAYMENT_OF: Final = {
    AttemptState.SUBMITTED: SUBMITTED,
    AttemptState.UNKNOWN: state_after(FLOW, SUBMITTED, "lose"),
    AttemptState.PAID: state_after(FLOW, SUBMITTED, "confirm"),
}
"""The state of a payment whose newest attempt is in this state, before the bank answers."""


def _line(row: Row[Any]) -> BankLine:
    return BankLine(
        id=row.id,
        bank_result_id=row.bank_result_id,
        line=ResultLine(
            line_no=row.line_no,
            line_reference=row.line_reference,
            payment_reference=row.payment_reference,
            answer=BankAnswer(row.result),
            amount_fen=row.amount_fen,
            booked_on=row.booked_on,
            reason=row.reason,
        ),
        state=LineState(row.state),
        attempt_id=row.attempt_id,
    )


class PostgresBankResults(BankResults):
    """The bank results one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, new_id: NewId) -> None:
        self._connection = connection
        self._new_id = new_id

    async def add_result(
        self, result: BankResult, *, case: Case, lines: Sequence[ResultLine]
    ) -> None:
        scope = scope_of(case)
        await self._connection.execute(
            _ADD,
            {
                **scope,
                "id": result.id,
                "batch_id": result.batch_id,
                "digest": result.digest,
                "lines": result.lines,
                "received_at": result.received_at,
                "uploaded_by": result.uploaded_by,
            },
        )
        await _ADD_LINES.run(
            self._connection,
            {**scope, "bank_result_id": result.id},
            [
                (
                    self._new_id(),
                    line.line_no,
                    line.line_reference,
                    line.payment_reference,
                    line.answer,
                    line.amount_fen,
                    line.booked_on,
                    line.reason,
                )
                for line in lines
            ],
        )

    async def result(self, result_id: UUID) -> BankResult:
        row = (await self._connection.execute(_GET, {"id": result_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return await self._result(row)

    async def result_of(self, place_id: UUID, digest: bytes) -> BankResult | None:
        row = (
            await self._connection.execute(_BY_DIGEST, {"place_id": place_id, "digest": digest})
        ).one_or_none()
        return None if row is None else await self._result(row)

    async def results_of(self, batch_id: UUID) -> Sequence[BankResult]:
        rows = (await self._connection.execute(_OF_BATCH, {"id": batch_id})).all()
        return [await self._result(row) for row in rows]

    async def received(self, result: BankResult, limit: int) -> Sequence[BankLine]:
        rows = await self._connection.execute(_RECEIVED, {**_named(result), "limit": limit})
        return [_line(row) for row in rows]

    async def tried(self, place_id: UUID, references: Collection[str]) -> Mapping[str, Tried]:
        rows = await self._connection.execute(
            _TRIED, {"place_id": place_id, "references": list(references)}
        )
        return {
            row.reference: Tried(
                attempt_id=row.id,
                payment_id=row.payment_id,
                reference=row.reference,
                state=AttemptState(row.state),
                amount_fen=row.amount_fen,
                subject=Subject(kind=PayableKind(row.subject_kind), id=row.subject_id),
                filing_id=row.filing_id,
                org_id=row.org_id,
                partner_org_id=row.partner_org_id,
                fund_source=row.fund_source,
                budget_year=row.budget_year,
            )
            for row in rows
        }

    async def seen(self, place_id: UUID, line_references: Collection[str]) -> Collection[str]:
        rows = await self._connection.execute(
            _SEEN, {"place_id": place_id, "references": list(line_references)}
        )
        return set(rows.scalars())

    async def held_fen(self, place_id: UUID, *, case_ids: Collection[UUID]) -> Mapping[Held, int]:
        rows = await self._connection.execute(
            _HELD, {"place_id": place_id, "case_ids": list(case_ids)}
        )
        return {
            (AccountKind(row.kind), row.subject_id, row.fund_source, row.budget_year): row.fen
            for row in rows
        }

    async def take(self, place_id: UUID, lines: Sequence[Taken]) -> None:
        await self._all_of(
            len(lines),
            _TAKE_LINES,
            {
                "place_id": place_id,
                "ids": [taken.line.id for taken in lines],
                "befores": [taken.line.state for taken in lines],
                "states": [taken.outcome for taken in lines],
                "attempt_ids": [taken.tried and taken.tried.attempt_id for taken in lines],
            },
        )
        answers = [
            (one.line, one.tried, one.after)
            for one in lines
            if one.after is not None and one.tried is not None
        ]
        await self._all_of(
            len(answers),
            _ANSWER_ATTEMPTS,
            {
                "place_id": place_id,
                "attempt_ids": [tried.attempt_id for _, tried, _ in answers],
                "befores": [tried.state for _, tried, _ in answers],
                "states": [after for _, _, after in answers],
                "line_ids": [line.id for line, _, _ in answers],
                "days": [line.line.booked_on for line, _, _ in answers],
                "reasons": [line.line.reason for line, _, _ in answers],
            },
        )
        await self._all_of(
            len(answers),
            _ANSWER_PAYMENTS,
            {
                "place_id": place_id,
                "payment_ids": [tried.payment_id for _, tried, _ in answers],
                "befores": [_PAYMENT_OF[tried.state] for _, tried, _ in answers],
                "states": [
                    state_after(FLOW, _PAYMENT_OF[tried.state], PAYMENT_EVENTS[after])
                    for _, tried, after in answers
                ],
                "days": [line.line.booked_on for line, _, _ in answers],
            },
        )

    async def answered_batches(self, result: BankResult) -> Sequence[UUID]:
        rows = await self._connection.execute(_ANSWERED_BATCHES, _named(result))
        return sorted(rows.scalars())

    async def lines(
        self, result: BankResult, *, state: LineState | None, after_line: int, limit: int
    ) -> Sequence[BankLine]:
        rows = await self._connection.execute(
            _LINES,
            {**_named(result), "state": state, "after_line": after_line, "limit": limit},
        )
        return [_line(row) for row in rows]

    async def _all_of(self, count: int, statement: Any, params: Params) -> None:  # noqa: ANN401
        changed = await self._connection.execute(statement, params)
        if changed.rowcount != count:
            raise AnsweredTwice

    async def _result(self, row: Row[Any]) -> BankResult:
        named = {"place_id": row.place_id, "id": row.id}
        counts = await self._connection.execute(_OUTCOMES, named)
        return BankResult(
            id=row.id,
            place_id=row.place_id,
            batch_id=row.batch_id,
            digest=row.digest,
            lines=row.lines,
            received_at=row.received_at,
            uploaded_by=row.uploaded_by,
            outcomes={LineState(count.state): count.lines for count in counts},
        )


def _named(result: BankResult) -> Params:
    return {"place_id": result.place_id, "id": result.id}
