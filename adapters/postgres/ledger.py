"""The ledger in PostgreSQL: one INSERT for a set; constraints and one trigger do the refusing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.constraints import constraint_of
from domain.errors import Refusal
from domain.ledger import (
    AccountKey,
    AccountKind,
    BankLine,
    BookKey,
    Cause,
    Decision,
    Event,
    Posting,
    PostingKind,
    Signature,
    Transfer,
    TrialBalance,
    TrialRow,
)
from domain.ports.ledger import Ledger

_BOOK: Final = text("""
select id from books
 where place_id = :place_id and fund_source = :fund_source and budget_year = :budget_year
""")

_OPEN_BOOK: Final = text("""
insert into books (place_id, org_id, region_path, id, fund_source, budget_year)
select p.id, p.bureau_org_id, p.region_path, :id, :fund_source, :budget_year
  from places p where p.id = :place_id
on conflict on constraint book_key do nothing
""")

# Two looks, each by a key: an "or" between them read every account of the place for one posting's two.
_ACCOUNTS: Final = text("""
select id, kind, subject_id from ledger_accounts
 where place_id = :place_id and book_id = :book_id and subject_id = any(cast(:subjects as uuid[]))
union all
select id, kind, subject_id from ledger_accounts
 where place_id = :place_id and book_id = :book_id and subject_id is null
""")

# In one order for everyone: two sets that open the same accounts cannot deadlock.
_OPEN_ACCOUNTS: Final = text("""
insert into ledger_accounts
  (place_id, org_id, partner_org_id, region_path, id, book_id, fund_source, budget_year, kind,
   subject_kind, subject_id)
select b.place_id, coalesce(w.org_id, b.org_id), w.partner_org_id, b.region_path, w.id, b.id,
       b.fund_source, b.budget_year, w.kind, w.subject_kind, w.subject_id
  from books b
 cross join unnest(cast(:ids as uuid[]), cast(:kinds as text[]), cast(:subject_kinds as text[]),
                   cast(:subject_ids as uuid[]), cast(:org_ids as uuid[]),
                   cast(:partner_org_ids as uuid[]))
       as w(id, kind, subject_kind, subject_id, org_id, partner_org_id)
 where b.place_id = :place_id and b.id = :book_id
 order by w.kind, w.subject_id
on conflict on constraint account_key do nothing
""")

_POST: Final = text("""
insert into postings
  (place_id, org_id, partner_org_id, region_path, id, book_id, kind, event, from_account_id,
   from_kind, to_account_id, to_kind, amount_fen, posting_key, attempt_id, reverses_id,
   decision_case_id, first_seq, first_person_id, second_seq, second_person_id, bank_line_id,
   posted_at)
select p.id, t.org_id, t.partner_org_id, p.region_path, t.id, :book_id, t.kind, t.event,
       t.from_account_id, t.from_kind, t.to_account_id, t.to_kind, t.amount_fen, t.posting_key,
       t.attempt_id, t.reverses_id, t.decision_case_id, t.first_seq, t.first_person_id, t.second_seq,
       t.second_person_id, t.bank_line_id, :posted_at
  from places p
 cross join unnest(cast(:ids as uuid[]), cast(:org_ids as uuid[]), cast(:partner_org_ids as uuid[]),
                   cast(:kinds as text[]), cast(:events as text[]),
                   cast(:from_ids as uuid[]), cast(:from_kinds as text[]),
                   cast(:to_ids as uuid[]), cast(:to_kinds as text[]),
                   cast(:amounts as bigint[]), cast(:posting_keys as text[]),
                   cast(:attempt_ids as uuid[]), cast(:reverses_ids as uuid[]),
                   cast(:decision_case_ids as uuid[]), cast(:first_seqs as integer[]),
                   cast(:first_person_ids as uuid[]), cast(:second_seqs as integer[]),
                   cast(:second_person_ids as uuid[]), cast(:bank_line_ids as uuid[]))
       as t(id, org_id, partner_org_id, kind, event, from_account_id, from_kind, to_account_id,
            to_kind, amount_fen, posting_key, attempt_id, reverses_id, decision_case_id, first_seq,
            first_person_id, second_seq, second_person_id, bank_line_id)
 where p.id = :place_id
""")

_BALANCE: Final = text("""
select b.debits_fen - b.credits_fen
  from ledger_accounts a
  join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
 where a.place_id = :place_id and a.book_id = :book_id and a.kind = :kind
   and a.subject_id is not distinct from cast(:subject_id as uuid)
""")

_TRIAL_BALANCE: Final = text("""
select a.fund_source, a.budget_year, a.kind,
       sum(b.debits_fen)::bigint as debits_fen, sum(b.credits_fen)::bigint as credits_fen
  from ledger_accounts a
  join ledger_balances b on b.place_id = a.place_id and b.account_id = a.id
 where a.place_id = :place_id
 group by a.fund_source, a.budget_year, a.kind
 order by a.fund_source, a.budget_year, a.kind
""")

_POSTING: Final = """
select p.id, p.book_id, coalesce(f.fund_source, t.fund_source) as fund_source,
       coalesce(f.budget_year, t.budget_year) as budget_year, p.kind, p.event,
       p.from_kind, f.subject_id as from_subject_id, p.to_kind, t.subject_id as to_subject_id,
       p.amount_fen, p.posting_key, p.org_id, p.partner_org_id, p.attempt_id, p.reverses_id,
       p.decision_case_id, p.first_seq, p.first_person_id, p.second_seq, p.second_person_id,
       p.bank_line_id, p.posted_at
  from postings p
  left join ledger_accounts f on f.place_id = p.place_id and f.id = p.from_account_id
  left join ledger_accounts t on t.place_id = p.place_id and t.id = p.to_account_id
"""

_OF_SUBJECT: Final = text(
    _POSTING
    + """
 where p.place_id = :place_id and p.id in (
   select o.id from ledger_accounts a
     join postings o on o.place_id = a.place_id and o.from_account_id = a.id
    where a.place_id = :place_id and a.subject_id = :subject_id
   union
   select i.id from ledger_accounts a
     join postings i on i.place_id = a.place_id and i.to_account_id = a.id
    where a.place_id = :place_id and a.subject_id = :subject_id)
 order by p.posted_at, p.recorded_at, p.id
"""
)

_OF_DECISION: Final = text(
    _POSTING
    + """
 where p.place_id = :place_id and p.decision_case_id = :case_id
 order by p.posted_at, p.recorded_at, p.id
"""
)

_CONFIRMATIONS: Final = text(
    _POSTING
    + """
 where p.place_id = :place_id and p.attempt_id = any(:attempt_ids) and p.kind = 'posting'
   and p.event in ('bank_confirmed_prepayment', 'bank_confirmed_balance')
   and not exists (select from postings r where r.place_id = p.place_id and r.reverses_id = p.id)
"""
)

_POSTED_BEFORE: Final = frozenset(
    {
        "posted_once",
        "reversed_once",
        "attempt_enters_transit_once",
        "attempt_leaves_transit_once",
    }
)


class PostgresLedger(Ledger):
    """The ledger, as the scope of one transaction's connection shows it."""

    def __init__(self, connection: AsyncConnection, new_id: Callable[[], UUID]) -> None:
        self._connection = connection
        self._new_id = new_id

    async def book(self, key: BookKey) -> UUID:
        named = {
            "place_id": key.place_id,
            "fund_source": key.fund_source,
            "budget_year": key.budget_year,
        }
        found: UUID | None = (await self._connection.execute(_BOOK, named)).scalar_one_or_none()
        if found is None:
            # A rival who opens the same book makes this wait, then insert nothing.
            await self._connection.execute(_OPEN_BOOK, {**named, "id": self._new_id()})
            found = (await self._connection.execute(_BOOK, named)).scalar_one_or_none()
        if found is None:
            raise Refusal("not_found")
        return found

    async def post(
        self,
        place_id: UUID,
        book_id: UUID,
        transfers: Sequence[Transfer],
        *,
        cause: Cause,
        posted_at: datetime,
    ) -> Sequence[UUID]:
        caused = [(transfer, cause) for transfer in transfers]
        return await self.post_each(place_id, book_id, caused, posted_at=posted_at)

    async def post_each(
        self,
        place_id: UUID,
        book_id: UUID,
        caused: Sequence[tuple[Transfer, Cause]],
        *,
        posted_at: datetime,
    ) -> Sequence[UUID]:
        if not caused:
            return []
        transfers = [transfer for transfer, _ in caused]
        accounts = await self._accounts(place_id, book_id, transfers)
        ids = [self._new_id() for _ in transfers]
        columns: dict[str, Any] = {
            "ids": ids,
            "org_ids": [t.org_id for t in transfers],
            "partner_org_ids": [t.partner_org_id for t in transfers],
            "kinds": [t.kind for t in transfers],
            "events": [t.event for t in transfers],
            "from_ids": [accounts[t.from_] for t in transfers],
            "from_kinds": [t.from_.kind for t in transfers],
            "to_ids": [accounts[t.to] for t in transfers],
            "to_kinds": [t.to.kind for t in transfers],
            "amounts": [t.amount_fen for t in transfers],
            "posting_keys": [t.posting_key for t in transfers],
            "attempt_ids": [t.attempt_id for t in transfers],
            "reverses_ids": [t.reverses_id for t in transfers],
        }
        named = {"place_id": place_id, "book_id": book_id, "posted_at": posted_at}
        try:
            await self._connection.execute(_POST, {**named, **columns, **_causes(caused)})
        except DBAPIError as error:
            broken = constraint_of(error)
            if broken == "no_overdraft":
                raise Refusal("fund_insufficient") from error
            if broken in _POSTED_BEFORE:
                raise Refusal("already_posted") from error
            raise
        return ids

    async def confirmations(
        self, place_id: UUID, attempt_ids: Collection[UUID]
    ) -> Mapping[UUID, Posting]:
        named = {"place_id": place_id, "attempt_ids": list(attempt_ids)}
        rows = await self._connection.execute(_CONFIRMATIONS, named)
        return {row.attempt_id: _posting(place_id, row) for row in rows}

    async def _accounts(
        self, place_id: UUID, book_id: UUID, transfers: Sequence[Transfer]
    ) -> Mapping[AccountKey, UUID]:
        owners = {
            key: (transfer.org_id, transfer.partner_org_id)
            for transfer in transfers
            for key in (transfer.from_, transfer.to)
        }
        accounts = await self._find(place_id, book_id, owners)
        missing = [key for key in owners if key not in accounts]
        if missing:
            await self._open(place_id, book_id, {key: owners[key] for key in missing})
            accounts = await self._find(place_id, book_id, owners)
        if not owners.keys() <= accounts.keys():
            raise Refusal("not_found")
        return accounts

    async def _find(
        self, place_id: UUID, book_id: UUID, keys: Mapping[AccountKey, object]
    ) -> Mapping[AccountKey, UUID]:
        subjects = {key.subject_id for key in keys if key.subject_id is not None}
        rows = await self._connection.execute(
            _ACCOUNTS, {"place_id": place_id, "book_id": book_id, "subjects": list(subjects)}
        )
        return {AccountKey(AccountKind(row.kind), row.subject_id): row.id for row in rows}

    async def _open(
        self,
        place_id: UUID,
        book_id: UUID,
        owners: Mapping[AccountKey, tuple[UUID, UUID | None]],
    ) -> None:
        own = [(key, *owners[key]) for key in owners]
        await self._connection.execute(
            _OPEN_ACCOUNTS,
            {
                "place_id": place_id,
                "book_id": book_id,
                "ids": [self._new_id() for _ in own],
                "kinds": [key.kind for key, _, _ in own],
                "subject_kinds": [key.subject_kind for key, _, _ in own],
                "subject_ids": [key.subject_id for key, _, _ in own],
                # The fund's own accounts belong to the book's bureau, whoever's money moves.
                "org_ids": [org_id if key.subject_id else None for key, org_id, _ in own],
                "partner_org_ids": [partner if key.subject_id else None for key, _, partner in own],
            },
        )

    async def balance_fen(self, place_id: UUID, book_id: UUID, account: AccountKey) -> int:
        found: int | None = (
            await self._connection.execute(
                _BALANCE,
                {
                    "place_id": place_id,
                    "book_id": book_id,
                    "kind": account.kind,
                    "subject_id": account.subject_id,
                },
            )
        ).scalar_one_or_none()
        return found or 0

    async def trial_balance(self, place_id: UUID) -> TrialBalance:
        rows = await self._connection.execute(_TRIAL_BALANCE, {"place_id": place_id})
        return TrialBalance(
            tuple(
                TrialRow(
                    book=BookKey(
                        place_id=place_id,
                        fund_source=row.fund_source,
                        budget_year=row.budget_year,
                    ),
                    kind=AccountKind(row.kind),
                    debits_fen=row.debits_fen,
                    credits_fen=row.credits_fen,
                )
                for row in rows
            )
        )

    async def postings_of(self, place_id: UUID, subject_id: UUID) -> Sequence[Posting]:
        named = {"place_id": place_id, "subject_id": subject_id}
        rows = await self._connection.execute(_OF_SUBJECT, named)
        return [_posting(place_id, row) for row in rows]

    async def postings_of_decision(self, place_id: UUID, case_id: UUID) -> Sequence[Posting]:
        named = {"place_id": place_id, "case_id": case_id}
        rows = await self._connection.execute(_OF_DECISION, named)
        return [_posting(place_id, row) for row in rows]


def _causes(caused: Sequence[tuple[Transfer, Cause]]) -> Mapping[str, list[Any]]:
    decisions = [cause if isinstance(cause, Decision) else None for _, cause in caused]
    return {
        "decision_case_ids": [one and one.case_id for one in decisions],
        "first_seqs": [one and one.first.seq for one in decisions],
        "first_person_ids": [one and one.first.person_id for one in decisions],
        "second_seqs": [one and one.second.seq for one in decisions],
        "second_person_ids": [one and one.second.person_id for one in decisions],
        "bank_line_ids": [cause.id if isinstance(cause, BankLine) else None for _, cause in caused],
    }


def _posting(place_id: UUID, row: Row[Any]) -> Posting:
    cause: Cause = (
        BankLine(row.bank_line_id)
        if row.bank_line_id is not None
        else Decision(
            row.decision_case_id,
            Signature(row.first_seq, row.first_person_id),
            Signature(row.second_seq, row.second_person_id),
        )
    )
    return Posting(
        id=row.id,
        book=BookKey(place_id=place_id, fund_source=row.fund_source, budget_year=row.budget_year),
        book_id=row.book_id,
        kind=PostingKind(row.kind),
        event=Event(row.event),
        from_kind=AccountKind(row.from_kind),
        from_subject_id=row.from_subject_id,
        to_kind=AccountKind(row.to_kind),
        to_subject_id=row.to_subject_id,
        amount_fen=row.amount_fen,
        posting_key=row.posting_key,
        org_id=row.org_id,
        partner_org_id=row.partner_org_id,
        attempt_id=row.attempt_id,
        reverses_id=row.reverses_id,
        cause=cause,
        posted_at=row.posted_at,
    )
