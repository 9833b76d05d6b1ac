"""The ledger on real PostgreSQL: races, sets, corrections, and sums that always agree."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.ledger import PostgresLedger
from domain.budget import FUND_SOURCES
from domain.errors import Refusal
from domain.ledger import (
    EVENTS,
    AccountKey,
    AccountKind,
    BankLine,
    BookKey,
    Cause,
    CauseKind,
    Event,
    Posting,
    PostingKind,
    PostingRule,
    Transfer,
    check_floors,
    posting_rules,
    reversal_of,
    transfer_of,
)
from tests.integration.ledger_stage import (
    NOW,
    Stage,
    Urls,
    appropriate,
    make_stage,
    put_attempts,
    put_bank_lines,
    set_scope,
    within,
)

TREASURY = AccountKey(AccountKind.TREASURY)
AVAILABLE = AccountKey(AccountKind.AVAILABLE)


@dataclass(frozen=True, slots=True)
class Engines:
    app: AsyncEngine
    admin: AsyncEngine


@pytest.fixture(scope="session")
async def engines(untied: Urls) -> AsyncIterator[Engines]:
    app = create_async_engine(untied.app_url, pool_size=16, max_overflow=0)
    admin = create_async_engine(untied.admin_url, pool_size=1)
    yield Engines(app, admin)
    await app.dispose()
    await admin.dispose()


async def post(
    engine: AsyncEngine, stage: Stage, transfers: Sequence[Transfer], cause: Cause | None = None
) -> Sequence[UUID]:
    """Post in a transaction of its own, in the bureau's scope."""
    async with within(engine, stage.bureau) as connection:
        return await PostgresLedger(connection, uuid4).post(
            stage.place_id,
            stage.book_id,
            transfers,
            cause=cause or stage.decision,
            posted_at=NOW,
        )


async def balance(engine: AsyncEngine, stage: Stage, account: AccountKey) -> int:
    async with within(engine, stage.bureau) as connection:
        return await PostgresLedger(connection, uuid4).balance_fen(
            stage.place_id, stage.book_id, account
        )


async def postings(engine: AsyncEngine, stage: Stage, subject_id: UUID) -> Sequence[Posting]:
    async with within(engine, stage.bureau) as connection:
        return await PostgresLedger(connection, uuid4).postings_of(stage.place_id, subject_id)


def listed(stage: Stage, amount_fen: int, key: str = "") -> Transfer:
    return transfer_of(
        Event.LISTED,
        amount_fen=amount_fen,
        posting_key=key or f"listed:{uuid4()}",
        org_id=stage.org_id,
        filing_id=stage.filing_id,
    )


def of_payment(
    stage: Stage, event: Event, amount_fen: int, payment_id: UUID, attempt_id: UUID
) -> Transfer:
    return transfer_of(
        event,
        amount_fen=amount_fen,
        posting_key=f"{event}:{attempt_id}",
        org_id=stage.org_id,
        filing_id=stage.filing_id,
        payment_id=payment_id,
        attempt_id=attempt_id,
    )


async def assert_sums_agree(engine: AsyncEngine, stage: Stage) -> None:
    """Σ debits = Σ credits in every book, and every balance is the sum of its postings."""
    async with within(engine, stage.bureau) as connection:
        trial = await PostgresLedger(connection, uuid4).trial_balance(stage.place_id)
        assert trial.rows
        assert trial.debits_fen == trial.credits_fen
        assert trial.unbalanced == ()
        differing = await connection.execute(
            text(
                "select count(*) from ledger_balances b where b.place_id = :place and"
                " (b.debits_fen, b.credits_fen) is distinct from ("
                "  (select coalesce(sum(p.amount_fen), 0)::bigint from postings p"
                "    where p.place_id = b.place_id and p.to_account_id = b.account_id),"
                "  (select coalesce(sum(p.amount_fen), 0)::bigint from postings p"
                "    where p.place_id = b.place_id and p.from_account_id = b.account_id))"
            ),
            {"place": stage.place_id},
        )
        assert differing.scalar_one() == 0


async def test_the_rules_in_the_database_are_the_domains_table(engines: Engines) -> None:
    async with engines.app.connect() as connection:
        rows = await connection.execute(
            text("select kind, event, from_kind, to_kind, cause from posting_rules")
        )
        assert {PostingRule(*row) for row in rows} == set(posting_rules())


@pytest.mark.parametrize("fund_source", FUND_SOURCES)
async def test_a_book_opens_once_for_every_fund_source(engines: Engines, fund_source: str) -> None:
    stage = await make_stage(engines.app)
    key = BookKey(place_id=stage.place_id, fund_source=fund_source, budget_year=2027)

    async def open_book() -> UUID:
        async with within(engines.app, stage.bureau) as connection:
            return await PostgresLedger(connection, uuid4).book(key)

    assert len(set(await asyncio.gather(*(open_book() for _ in range(8))))) == 1


async def test_an_enterprise_opens_no_book(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    key = BookKey(place_id=uuid4(), fund_source="local", budget_year=2027)
    async with within(engines.app, stage.bureau) as connection:
        with pytest.raises(Refusal) as refused:
            await PostgresLedger(connection, uuid4).book(key)
    assert refused.value.code == "not_found"


async def test_four_hundred_spends_of_a_fund_of_a_hundred_give_a_hundred(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)

    async def spend(connection_no: int) -> list[str]:
        answers = []
        for n in range(25):
            try:
                await post(engines.app, stage, [listed(stage, 1, f"spend:{connection_no}:{n}")])
                answers.append("posted")
            except Refusal as refusal:
                answers.append(refusal.code)
        return answers

    spent = await asyncio.gather(*(spend(n) for n in range(16)))
    answers = [answer for some in spent for answer in some]
    assert len(answers) == 400
    assert answers.count("posted") == 100
    assert answers.count("fund_insufficient") == 300
    assert await balance(engines.app, stage, AVAILABLE) == 0
    committed = AccountKey(AccountKind.COMMITTED, stage.filing_id)
    assert await balance(engines.app, stage, committed) == 100
    await assert_sums_agree(engines.app, stage)


async def test_opposite_sets_at_once_do_not_deadlock(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 1_000)
    filings = (stage.filing_id, stage.other_filing_id)

    async def commit_both(n: int) -> None:
        order = filings if n % 2 else filings[::-1]
        transfers = [
            transfer_of(
                Event.LISTED,
                amount_fen=1,
                posting_key=f"{n}:{filing_id}",
                org_id=stage.org_id,
                filing_id=filing_id,
            )
            for filing_id in order
        ]
        await post(engines.app, stage, transfers)

    await asyncio.gather(*(commit_both(n) for n in range(100)))
    assert await balance(engines.app, stage, AVAILABLE) == 800


async def test_two_thousand_postings_against_one_fund_are_one_set(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 10_000)
    transfers = [
        transfer_of(
            Event.PERSON_ADDED,
            amount_fen=5,
            posting_key=f"added:{n}",
            org_id=stage.org_id,
            filing_id=stage.filing_id if n % 2 else stage.other_filing_id,
        )
        for n in range(2_000)
    ]
    ids = await post(engines.app, stage, transfers)
    assert len(set(ids)) == 2_000
    assert await balance(engines.app, stage, AVAILABLE) == 0
    await assert_sums_agree(engines.app, stage)


async def test_one_posting_too_many_refuses_its_whole_decision(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    with pytest.raises(Refusal) as refused:
        await post(engines.app, stage, [listed(stage, 60), listed(stage, 41)])
    assert refused.value.code == "fund_insufficient"
    assert await balance(engines.app, stage, AVAILABLE) == 100
    assert await postings(engines.app, stage, stage.filing_id) == []


async def test_what_is_not_committed_was_never_posted(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    async with engines.app.connect() as connection:
        await set_scope(connection, stage.bureau)
        ledger = PostgresLedger(connection, uuid4)
        await ledger.post(
            stage.place_id,
            stage.book_id,
            [listed(stage, 60)],
            cause=stage.decision,
            posted_at=NOW,
        )
        assert await ledger.balance_fen(stage.place_id, stage.book_id, AVAILABLE) == 40
    assert await balance(engines.app, stage, AVAILABLE) == 100


async def test_no_transfers_post_nothing(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    assert await post(engines.app, stage, []) == []
    assert await balance(engines.app, stage, AVAILABLE) == 0


async def test_a_book_of_another_place_takes_no_account(engines: Engines) -> None:
    stage, other = await make_stage(engines.app), await make_stage(engines.app)
    with pytest.raises(Refusal) as refused:
        await post(engines.app, replace(stage, book_id=other.book_id), [listed(stage, 1)])
    assert refused.value.code == "not_found"


async def test_a_key_posted_before_is_refused_as_posted(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    await post(engines.app, stage, [listed(stage, 10, "listed:2026")])
    with pytest.raises(Refusal) as refused:
        await post(engines.app, stage, [listed(stage, 10, "listed:2026")])
    assert refused.value.code == "already_posted"
    assert await balance(engines.app, stage, AVAILABLE) == 90


async def test_a_posting_is_mirrored_once_and_nothing_is_left_of_it(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    await post(engines.app, stage, [listed(stage, 70)])
    (posting,) = await postings(engines.app, stage, stage.filing_id)
    await post(engines.app, stage, [reversal_of(posting, posting_key="undo")])
    assert await balance(engines.app, stage, AVAILABLE) == 100
    original, mirror = await postings(engines.app, stage, stage.filing_id)
    assert (original.kind, mirror.kind) == (PostingKind.POSTING, PostingKind.REVERSAL)
    assert mirror.reverses_id == original.id
    assert mirror.cause == stage.decision
    with pytest.raises(Refusal) as refused:
        await post(engines.app, stage, [reversal_of(posting, posting_key="undo again")])
    assert refused.value.code == "already_posted"
    await assert_sums_agree(engines.app, stage)


async def test_a_payment_the_bank_gives_back_ends_as_committed(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    await post(engines.app, stage, [listed(stage, 100)])
    payment, committed = uuid4(), AccountKey(AccountKind.COMMITTED, stage.filing_id)
    first, second = await put_attempts(engines.admin, stage, 2)
    lines = await put_bank_lines(engines.admin, stage, 4)
    await post(engines.app, stage, [of_payment(stage, Event.BATCH_RELEASED, 100, payment, first)])
    confirmed = of_payment(stage, Event.BANK_CONFIRMED_PREPAYMENT, 100, payment, first)
    await post(engines.app, stage, [confirmed], lines[0])
    chain = await postings(engines.app, stage, payment)
    assert chain[-1].cause == lines[0]
    undone = reversal_of(chain[-1], posting_key="given back")
    await post(engines.app, stage, [undone], lines[1])
    returned = of_payment(stage, Event.BANK_RETURNED, 100, payment, first)
    await post(engines.app, stage, [returned], lines[1])
    assert await balance(engines.app, stage, committed) == 100
    with pytest.raises(Refusal) as refused:
        await post(engines.app, stage, [replace(returned, posting_key="returned again")], lines[2])
    assert refused.value.code == "already_posted"
    await post(engines.app, stage, [of_payment(stage, Event.BATCH_RELEASED, 100, payment, second)])
    final = of_payment(stage, Event.BANK_CONFIRMED_PREPAYMENT, 100, payment, second)
    await post(engines.app, stage, [final], lines[3])
    receivable = AccountKey(AccountKind.PREPAYMENT_RECEIVABLE, stage.filing_id)
    assert await balance(engines.app, stage, receivable) == 100
    await assert_sums_agree(engines.app, stage)


async def test_two_answers_of_the_bank_at_once_move_an_attempt_once(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    await post(engines.app, stage, [listed(stage, 100)])
    payment, (attempt,) = uuid4(), await put_attempts(engines.admin, stage, 1)
    lines = await put_bank_lines(engines.admin, stage, 12)
    await post(engines.app, stage, [of_payment(stage, Event.BATCH_RELEASED, 40, payment, attempt)])
    events = (Event.BANK_CONFIRMED_BALANCE, Event.BANK_REFUSED, Event.BANK_CONFIRMED_PREPAYMENT)

    async def answer(n: int) -> str:
        transfer = of_payment(stage, events[n % 3], 40, payment, attempt)
        try:
            await post(engines.app, stage, [replace(transfer, posting_key=f"line:{n}")], lines[n])
        except Refusal as refusal:
            return refusal.code
        return "posted"

    answers = await asyncio.gather(*(answer(n) for n in range(12)))
    assert sorted(answers) == ["already_posted"] * 11 + ["posted"]
    await assert_sums_agree(engines.app, stage)


async def test_an_enterprise_reads_its_own_chain_and_nobody_elses(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    other = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    await post(engines.app, stage, [listed(stage, 70)])
    async with within(engines.app, stage.enterprise) as connection:
        ledger = PostgresLedger(connection, uuid4)
        (posting,) = await ledger.postings_of(stage.place_id, stage.filing_id)
        assert (posting.event, posting.amount_fen) == (Event.LISTED, 70)
        assert posting.from_kind is AccountKind.AVAILABLE
        assert posting.book.budget_year == 2026
        own = {
            row.kind: row.balance_fen for row in (await ledger.trial_balance(stage.place_id)).rows
        }
        assert own == {AccountKind.COMMITTED: 70}
    for scope in (stage.stranger, other.bureau, other.enterprise):
        async with within(engines.app, scope) as connection:
            ledger = PostgresLedger(connection, uuid4)
            assert await ledger.postings_of(stage.place_id, stage.filing_id) == []
            assert (await ledger.trial_balance(stage.place_id)).rows == ()


async def test_a_decision_leads_to_what_it_moved(engines: Engines) -> None:
    stage = await make_stage(engines.app)
    await appropriate(engines.app, stage, 100)
    ids = await post(engines.app, stage, [listed(stage, 10), listed(stage, 20)])
    async with within(engines.app, stage.bureau) as connection:
        moved = await PostgresLedger(connection, uuid4).postings_of_decision(
            stage.place_id, stage.batch_id
        )
    assert {p.event for p in moved} == {Event.LISTED}
    assert {p.id for p in moved} == set(ids)
    assert {p.cause for p in moved} == {stage.decision}


async def test_sums_agree_after_any_run_of_legal_events(engines: Engines, seed: int) -> None:
    run = Run(random.Random(seed), engines, await make_stage(engines.app))
    await run.prepare(rounds=150)
    for _ in range(150):
        await run.step()
    assert run.posted > 20
    assert set(run.refusals) == {("fund_insufficient", "fund_insufficient")}
    for account, fen in run.model.items():
        assert await balance(engines.app, run.stage, account) == fen
    await assert_sums_agree(engines.app, run.stage)


class Run:
    """A random run: legal events in random amounts, and mirrors, beside a model in memory."""

    def __init__(self, rng: random.Random, engines: Engines, stage: Stage) -> None:
        self.rng = rng
        self.engines = engines
        self.stage = stage
        self.model: dict[AccountKey, int] = {}
        self.done: list[UUID] = []
        self.payments: list[tuple[UUID, UUID, int, UUID]] = []
        self.recoveries = {stage.filing_id: uuid4(), stage.other_filing_id: uuid4()}
        self.attempts: list[UUID] = []
        self.lines: list[BankLine] = []
        self.refusals: list[tuple[str, str | None]] = []
        self.posted = 0

    async def prepare(self, rounds: int) -> None:
        self.attempts = await put_attempts(self.engines.admin, self.stage, rounds)
        self.lines = await put_bank_lines(self.engines.admin, self.stage, rounds)
        await self.post_or_refuse([self.transfer(Event.APPROPRIATION_APPROVED, 5_000)])

    def transfer(self, event: Event, amount_fen: int) -> Transfer:
        filing = self.rng.choice([self.stage.filing_id, self.stage.other_filing_id])
        payment: UUID | None = None
        attempt: UUID | None = None
        if EVENTS[event].from_ is AccountKind.IN_TRANSIT:
            payment, attempt, amount_fen, filing = self.payments.pop(
                self.rng.randrange(len(self.payments))
            )
        elif EVENTS[event].to is AccountKind.IN_TRANSIT:
            payment, attempt = uuid4(), self.attempts.pop()
        legs, (taker,) = EVENTS[event], self.recoveries.keys() - {filing}
        takes_over = legs.from_ is legs.to
        return transfer_of(
            event,
            amount_fen=amount_fen,
            posting_key=f"{event}:{uuid4()}",
            org_id=self.party(event),
            filing_id=filing,
            voucher_batch_id=filing if takes_over else None,
            to_voucher_batch_id=taker if takes_over else None,
            payment_id=payment,
            recovery_id=self.recoveries[filing],
            attempt_id=attempt,
        )

    def party(self, event: Event) -> UUID:
        fund = {AccountKind.TREASURY, AccountKind.AVAILABLE}
        own = {EVENTS[event].from_, EVENTS[event].to} <= fund
        return self.stage.bureau_org_id if own else self.stage.org_id

    async def step(self) -> None:
        if self.done and self.rng.random() < 0.15:
            await self.reverse()
            return
        events = [
            event
            for event in Event
            if EVENTS[event].from_ is not AccountKind.IN_TRANSIT or self.payments
        ]
        event = self.rng.choice(events)
        transfers = [self.transfer(event, self.rng.randint(1, 900))]
        await self.post_or_refuse(transfers)

    async def reverse(self) -> None:
        wanted = self.done.pop(self.rng.randrange(len(self.done)))
        async with within(self.engines.app, self.stage.bureau) as connection:
            ledger = PostgresLedger(connection, uuid4)
            place = self.stage.place_id
            subjects = [key.subject_id for key in self.model if key.subject_id is not None]
            found = [p for s in subjects for p in await ledger.postings_of(place, s)]
        original = next((p for p in found if p.id == wanted), None)
        if original is not None:
            await self.post_or_refuse([reversal_of(original, posting_key=f"undo:{wanted}")])

    async def post_or_refuse(self, transfers: list[Transfer]) -> None:
        cause: Cause = self.stage.decision
        if EVENTS[transfers[0].event].cause is CauseKind.BANK_LINE and not transfers[0].reverses_id:
            cause = self.lines.pop()
        expected = None
        try:
            check_floors(transfers, self.model)
        except Refusal as refusal:
            expected = refusal.code
        try:
            ids = await post(self.engines.app, self.stage, transfers, cause)
        except Refusal as refusal:
            self.refusals.append((refusal.code, expected))
            return
        assert expected is None
        self.posted += 1
        for posting_id, transfer in zip(ids, transfers, strict=True):
            self.model[transfer.from_] = self.model.get(transfer.from_, 0) - transfer.amount_fen
            self.model[transfer.to] = self.model.get(transfer.to, 0) + transfer.amount_fen
            if transfer.attempt_id is None and transfer.reverses_id is None:
                self.done.append(posting_id)
            if transfer.to.kind is AccountKind.IN_TRANSIT:
                assert transfer.to.subject_id
                assert transfer.attempt_id
                assert transfer.from_.subject_id
                self.payments.append(
                    (
                        transfer.to.subject_id,
                        transfer.attempt_id,
                        transfer.amount_fen,
                        transfer.from_.subject_id,
                    )
                )
