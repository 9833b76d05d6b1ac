"""Row 4 of DESIGN 7: postings with the balance trigger, as a set and one by one, and without it.

The bare way runs in a copy of the database on the same server as the same login. There `postings`
has no `apply_postings`, and the login may move balances itself; all else is the same.
"""

import time
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.engine import open_engine
from adapters.postgres.ledger import PostgresLedger
from adapters.system.ids import new_id
from domain.ledger import Event, transfer_of
from domain.party import SYSTEM_PERSON
from tests.bench.report import Result, compared
from tests.bench.stage import Stage, dsn_of, one
from tests.bench.tables import added, check_same, holdings
from tests.integration.ledger_stage import NOW, Scope, appropriate, make_stage, within
from tests.integration.ledger_stage import Stage as Place

FUND_FEN: Final = 10**12
COPY: Final = "xuetu_bare"

_SCOPE: Final = """
select set_config('xuetu.person_id', $1, true), set_config('xuetu.org_id', $2, true),
       set_config('xuetu.region_path', $3, true)
"""
_COLUMNS: Final = """
insert into postings
  (place_id, org_id, region_path, book_id, kind, event, from_account_id, from_kind, to_account_id,
   to_kind, decision_case_id, first_seq, first_person_id, second_seq, second_person_id, posted_at,
   id, amount_fen, posting_key)
"""
_VALUES: Final = """
  $1, $2, $3, $4, 'posting', 'listed', $5, 'available', $6, 'committed', $7, $8::int, $9,
  $10::int, $11, $12
"""
_SET: Final = f"""{_COLUMNS} select {_VALUES}, u.id, 1, u.key from unnest($13::uuid[], $14::text[]) as u(id, key)"""
_SINGLE: Final = f"""{_COLUMNS} values ({_VALUES}, $13, 1, $14)"""
_CREDIT: Final = """
update ledger_balances set credits_fen = credits_fen + 1 where place_id = $1 and account_id = $2
"""
_DEBIT: Final = """
update ledger_balances set debits_fen = debits_fen + 1 where place_id = $1 and account_id = $2
"""
_BARE: Final = (
    "drop trigger apply_postings on postings",
    "drop trigger a_posting_cites_its_cause on postings",
    "drop trigger a_voucher_posting_cites_its_cause on postings",
    "drop trigger balances_follow_postings on ledger_balances",
    "grant update (debits_fen, credits_fen) on ledger_balances to xuetu_app",
)

_connect: Final[Any] = asyncpg.connect  # asyncpg ships no types


class Books:
    """One database's end: a connection of the application's login, and the superuser's engine."""

    def __init__(
        self,
        connection: Any,
        admin: AsyncEngine,
        place: Place,
        accounts: tuple[Any, Any],
    ) -> None:
        self.connection = connection
        self.admin = admin
        # Past its own transaction, a decision moves money only as the system that carries it out.
        self._scope = (str(SYSTEM_PERSON), str(place.bureau_org_id), place.region_path)
        self._from, self._to = accounts
        self._place_id = place.place_id
        decision = place.listing
        self._fixed = (
            place.place_id,
            place.org_id,
            place.region_path,
            place.book_id,
            *accounts,
            decision.case_id,
            decision.first.seq,
            decision.first.person_id,
            decision.second.seq,
            decision.second.person_id,
            NOW,
        )

    async def post_set(self, keys: list[str]) -> float:
        """Post all in one INSERT; returns the seconds to the end of the commit."""
        ids = [new_id() for _ in keys]
        await one(self.admin, "checkpoint")
        started = time.perf_counter()
        async with self.connection.transaction():
            await self.connection.execute(_SCOPE, *self._scope)
            await self.connection.execute(_SET, *self._fixed, ids, keys)
        return time.perf_counter() - started

    async def post_singly(self, keys: list[str], *, by_hand: bool) -> float:
        """Post each in a transaction of its own; `by_hand` moves the two balances itself."""
        started = time.perf_counter()
        for key in keys:
            async with self.connection.transaction():
                await self.connection.execute(_SCOPE, *self._scope)
                await self.connection.execute(_SINGLE, *self._fixed, new_id(), key)
                if by_hand:
                    # In the order of their ids, as the trigger locks them.
                    moves = sorted(((self._from, _CREDIT), (self._to, _DEBIT)))
                    for account, move in moves:
                        await self.connection.execute(move, self._place_id, account)
        return time.perf_counter() - started

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()
        await self.admin.dispose()


async def postings(
    stage: Stage, *, rounds: int, set_size: int, single_rounds: int, singles: int
) -> AsyncIterator[Result]:
    """Measure the set, then the single postings in many short rounds: each is mostly one fsync."""
    ours, bare = await _books(stage)
    numbers = count()
    try:
        before = {books: await holdings(books.admin) for books in (ours, bare)}
        seconds: dict[Books, list[float]] = {ours: [], bare: []}
        for n in range(rounds + 1):
            keys = [f"set:{next(numbers)}" for _ in range(set_size)]
            for books in (ours, bare) if n % 2 else (bare, ours):
                took = await books.post_set(keys)
                if n:  # the first round only warms both up
                    seconds[books].append(took)
        yield compared(
            f"{set_size:,} ledger postings in a set".replace(",", " "),
            "s",
            seconds[ours],
            seconds[bare],
            target=1.5,
            at_least=False,
        )
        for books in (ours, bare):
            await one(books.admin, "vacuum (analyze)")
            await one(books.admin, "checkpoint")
        rates: dict[Books, list[float]] = {ours: [], bare: []}
        for n in range(single_rounds):
            keys = [f"single:{next(numbers)}" for _ in range(singles)]
            for books in (ours, bare) if n % 2 else (bare, ours):
                took = await books.post_singly(keys, by_hand=books is bare)
                rates[books].append(singles / took)
        left = {books: added(before[books], await holdings(books.admin)) for books in (ours, bare)}
        check_same(left[ours], left[bare])
    finally:
        await ours.close()
        await bare.close()
    yield compared(
        "single ledger postings",
        "postings/s",
        rates[ours],
        rates[bare],
        target=0.8,
        at_least=True,
    )


async def _books(stage: Stage) -> tuple[Books, Books]:
    """Stage a place with money, copy the database, and take the trigger off the copy."""
    engine = open_engine(stage.servers.database_url, pool_size=1)
    place = await make_stage(engine)
    await appropriate(engine, place, FUND_FEN)
    first = transfer_of(
        Event.LISTED,
        amount_fen=1,
        posting_key="bench",
        org_id=place.org_id,
        filing_id=place.filing_id,
    )
    system = Scope(
        person_id=SYSTEM_PERSON, org_id=place.bureau_org_id, region_path=place.region_path
    )
    async with within(engine, system) as connection:
        ledger = PostgresLedger(connection, new_id)
        (made,) = await ledger.post(
            place.place_id, place.book_id, [first], cause=place.listing, posted_at=NOW
        )
    await engine.dispose()
    maintenance = _superuser(stage, "postgres")
    await one(maintenance, f"create database {COPY} template xuetu owner xuetu_migrator")
    await maintenance.dispose()
    admins = [_superuser(stage, name) for name in ("xuetu", COPY)]
    for statement in _BARE:
        await one(admins[1], statement)
    dsn = make_url(stage.servers.database_url)
    connections = [
        await _connect(dsn_of(dsn.set(database=name).render_as_string(False)))
        for name in ("xuetu", COPY)
    ]
    async with admins[0].connect() as connection:
        row = (
            await connection.exec_driver_sql(
                "select from_account_id, to_account_id from postings where id = $1", (made,)
            )
        ).one()
    ours, bare = (
        Books(connection, admin, place, (row.from_account_id, row.to_account_id))
        for connection, admin in zip(connections, admins, strict=True)
    )
    return ours, bare


def _superuser(stage: Stage, database: str) -> AsyncEngine:
    url = make_url(stage.servers.admin_url).set(database=database)
    return create_async_engine(url, isolation_level="AUTOCOMMIT")
