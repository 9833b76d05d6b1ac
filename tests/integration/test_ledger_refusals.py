"""What PostgreSQL refuses about money, whoever asks: each case by SQLSTATE and constraint name.

Every case changes a row that is accepted as it stands (the first test), inside a transaction that
is rolled back.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.postgres.constraints import constraint_of, sqlstate_of
from adapters.postgres.ledger import PostgresLedger
from domain.ledger import AccountKind, BankLine, BookKey, Cause, Event, Transfer, transfer_of
from domain.party import SYSTEM_PERSON
from tests.integration.ledger_stage import (
    FUND,
    NOBODY,
    NOW,
    YEAR,
    Scope,
    Stage,
    Urls,
    appropriate,
    insert,
    make_stage,
    put_attempts,
    put_bank_lines,
    set_scope,
    within,
)

CHECK, FOREIGN, UNIQUE, DENIED, MISSING = "23514", "23503", "23505", "42501", "23502"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A stage with money on every kind of account, and a second place beside it."""

    app: AsyncEngine
    owner: AsyncEngine
    stage: Stage
    other: Stage
    ids: Mapping[str, UUID]
    """Accounts, books, postings, payments, attempts and bank lines by name."""

    def posting(self, **change: Any) -> Row:
        """Return a legal posting of 100 fen from the fund to the filing, changed as told."""
        decision = self.stage.decision
        return {
            **self.stage.row,
            "id": uuid4(),
            "book_id": self.stage.book_id,
            "kind": "posting",
            "event": "person_added",
            "from_account_id": self.ids["available"],
            "from_kind": "available",
            "to_account_id": self.ids["committed"],
            "to_kind": "committed",
            "amount_fen": 100,
            "posting_key": str(uuid4()),
            "attempt_id": None,
            "reverses_id": None,
            "decision_case_id": decision.case_id,
            "first_seq": decision.first.seq,
            "first_person_id": decision.first.person_id,
            "second_seq": decision.second.seq,
            "second_person_id": decision.second.person_id,
            "bank_line_id": None,
            "posted_at": NOW,
            **change,
        }

    def move(self, event: str, from_: str, to: str, amount_fen: int = 100, **change: Any) -> Row:
        """Return a posting between two named accounts."""
        return self.posting(
            event=event,
            from_account_id=self.ids[from_],
            from_kind=_kind(from_),
            to_account_id=self.ids[to],
            to_kind=_kind(to),
            amount_fen=amount_fen,
            **change,
        )

    def by_bank(self, event: str, from_: str, to: str, amount_fen: int = 100, **change: Any) -> Row:
        """Return a posting caused by a bank line."""
        cause = {**NO_DECISION, "bank_line_id": self.ids["bank_line"]}
        return self.move(event, from_, to, amount_fen, **{**cause, **change})

    def mirror(self, **change: Any) -> Row:
        """Return a legal reversal of the posting that listed the filing."""
        row = self.move(
            "listed",
            "committed",
            "available",
            600_000,
            kind="reversal",
            reverses_id=self.ids["listed"],
        )
        return {**row, **change}

    def account(self, **change: Any) -> Row:
        """Return a legal new account: what the other filing has spent."""
        return {
            **self.stage.row,
            "id": uuid4(),
            "book_id": self.stage.book_id,
            "fund_source": "employment_subsidy",
            "budget_year": YEAR,
            "kind": "expense",
            "subject_kind": "filing",
            "subject_id": self.stage.other_filing_id,
            **change,
        }

    def book(self, **change: Any) -> Row:
        """Return a legal new book."""
        return {
            **self.stage.row,
            "org_id": self.stage.bureau_org_id,
            "id": uuid4(),
            "fund_source": "local",
            "budget_year": YEAR,
            **change,
        }


NO_DECISION: Row = {
    "decision_case_id": None,
    "first_seq": None,
    "first_person_id": None,
    "second_seq": None,
    "second_person_id": None,
}


def _kind(name: str) -> str:
    """`committed:other` is a committed account."""
    return name.partition(":")[0]


async def _fill(engine: AsyncEngine, stage: Stage, ids: dict[str, UUID], line: BankLine) -> None:
    """Post a legal history that leaves money on every kind of account."""
    p, q, refused = ids["payment"], ids["payment_q"], ids["payment_refused"]
    recovery = uuid4()

    def made(event: Event, fen: int, org_id: UUID | None = None, **subjects: Any) -> Transfer:
        return transfer_of(
            event,
            amount_fen=fen,
            posting_key=f"{event}:{uuid4()}",
            org_id=org_id or stage.org_id,
            **{"filing_id": stage.filing_id, "recovery_id": recovery, **subjects},
        )

    history: list[tuple[str, Transfer, Cause]] = [
        ("listed", made(Event.LISTED, 600_000), stage.decision),
        (
            "listed_other",
            made(Event.LISTED, 1_000, filing_id=stage.other_filing_id),
            stage.decision,
        ),
        (
            "listed_stranger",
            made(
                Event.LISTED,
                50_000,
                org_id=stage.stranger_org_id,
                filing_id=stage.stranger_filing_id,
            ),
            stage.decision,
        ),
        (
            "released",
            made(Event.BATCH_RELEASED, 100_000, payment_id=p, attempt_id=ids["attempt"]),
            stage.decision,
        ),
        (
            "released_q",
            made(Event.BATCH_RELEASED, 80_000, payment_id=q, attempt_id=ids["attempt_q"]),
            stage.decision,
        ),
        (
            "confirmed_q",
            made(
                Event.BANK_CONFIRMED_PREPAYMENT,
                80_000,
                payment_id=q,
                attempt_id=ids["attempt_q"],
            ),
            line,
        ),
        (
            "released_refused",
            made(Event.BATCH_RELEASED, 700, payment_id=refused, attempt_id=ids["attempt_refused"]),
            stage.decision,
        ),
        (
            "refused",
            made(Event.BANK_REFUSED, 700, payment_id=refused, attempt_id=ids["attempt_refused"]),
            line,
        ),
        (
            "released_stranger",
            made(
                Event.BATCH_RELEASED,
                10_000,
                org_id=stage.stranger_org_id,
                filing_id=stage.stranger_filing_id,
                payment_id=ids["payment_stranger"],
                attempt_id=ids["attempt_stranger"],
            ),
            stage.decision,
        ),
        ("earned", made(Event.SETTLEMENT_APPROVED, 30_000), stage.decision),
        ("unearned", made(Event.PREPAYMENT_UNEARNED, 20_000), stage.decision),
        ("written_off", made(Event.WRITTEN_OFF, 5_000), stage.decision),
        ("netted", made(Event.NETTED_BALANCE, 10, filing_id=stage.other_filing_id), stage.decision),
        ("to_undo", made(Event.PERSON_ADDED, 40), stage.decision),
    ]
    async with within(engine, stage.bureau) as connection:
        ledger = PostgresLedger(connection, uuid4)
        for name, transfer, cause in history:
            (ids[name],) = await ledger.post(
                stage.place_id, stage.book_id, [transfer], cause=cause, posted_at=NOW
            )
        rows = await connection.execute(
            text("select id, kind, subject_id from ledger_accounts where place_id = :place"),
            {"place": stage.place_id},
        )
        suffixes = {
            stage.other_filing_id: ":other",
            stage.stranger_filing_id: ":stranger",
            q: ":q",
            refused: ":refused",
            ids["payment_stranger"]: ":stranger",
        }
        for row in rows:
            ids[row.kind + suffixes.get(row.subject_id, "")] = row.id


@pytest.fixture(scope="session")
async def ground(untied: Urls) -> AsyncIterator[Ground]:
    app = create_async_engine(untied.app_url)
    owner = create_async_engine(untied.owner_url)
    admin = create_async_engine(untied.admin_url)
    stage, other = await make_stage(app), await make_stage(app)
    await appropriate(app, stage, FUND)
    await appropriate(app, other, FUND)
    names = ("attempt", "attempt_q", "attempt_refused", "attempt_stranger", "attempt_new")
    ids = dict(zip(names, await put_attempts(admin, stage, len(names)), strict=True))
    ids |= {name.replace("attempt", "payment"): uuid4() for name in names}
    lines = await put_bank_lines(admin, stage, 1)
    ids["bank_line"] = lines[0].id
    await _fill(app, stage, ids, lines[0])
    async with within(app, stage.bureau) as connection:
        ledger = PostgresLedger(connection, uuid4)
        next_year = BookKey(
            place_id=stage.place_id, fund_source="employment_subsidy", budget_year=YEAR + 1
        )
        ids["book:next"] = await ledger.book(next_year)
        carried = transfer_of(
            Event.CARRIED_OVER, amount_fen=1, posting_key="carried", org_id=stage.bureau_org_id
        )
        await ledger.post(
            stage.place_id, ids["book:next"], [carried], cause=stage.decision, posted_at=NOW
        )
        ids["book:empty"] = await ledger.book(
            BookKey(place_id=stage.place_id, fund_source="action_account", budget_year=YEAR)
        )
        ids["available:next"] = await _account_of(connection, ids["book:next"])
    async with within(app, other.bureau) as connection:
        ids["available:elsewhere"] = await _account_of(connection, other.book_id)
    await admin.dispose()
    yield Ground(app=app, owner=owner, stage=stage, other=other, ids=ids)
    await app.dispose()
    await owner.dispose()


async def _account_of(connection: AsyncConnection, book_id: UUID) -> UUID:
    found: UUID = (
        await connection.execute(
            text("select id from ledger_accounts where book_id = :book and kind = 'available'"),
            {"book": book_id},
        )
    ).scalar_one()
    return found


async def refusal(
    engine: AsyncEngine,
    scope: Scope,
    write: Callable[[AsyncConnection], Any],
) -> DBAPIError:
    """Return what PostgreSQL raises at a write in a scope; nothing is kept either way."""
    with pytest.raises(DBAPIError) as refused:
        async with within(engine, scope) as connection:
            await write(connection)
    return refused.value


def test_the_cases_below_are_more_than_forty_for_the_application_and_ten_for_the_owner() -> None:
    assert len(POSTINGS) + len(OTHER_ROWS) + len(SCOPES) + len(STATEMENTS) >= 40
    assert len(OWNER) >= 10
    assert len({name for name, *_ in POSTINGS}) == len(POSTINGS)


@pytest.mark.parametrize("legal", ["posting", "mirror", "by_bank", "account", "book"])
async def test_the_rows_that_the_cases_change_are_accepted_as_they_stand(
    ground: Ground, legal: str
) -> None:
    table, row = {
        "posting": ("postings", ground.posting()),
        "mirror": (
            "postings",
            ground.move(
                "person_added",
                "committed",
                "available",
                40,
                kind="reversal",
                reverses_id=ground.ids["to_undo"],
            ),
        ),
        "by_bank": (
            "postings",
            ground.by_bank(
                "bank_confirmed_balance",
                "in_transit",
                "expense",
                100_000,
                attempt_id=ground.ids["attempt"],
            ),
        ),
        "account": ("ledger_accounts", ground.account(kind="prepayment_receivable")),
        "book": ("books", ground.book()),
    }[legal]
    async with ground.app.connect() as connection:
        await set_scope(connection, ground.stage.bureau)
        await insert(connection, table, row)
        stored = await connection.execute(
            text(f"select count(*) from {table} where id = :id"), {"id": row["id"]}
        )
        assert stored.scalar_one() == 1
        await connection.rollback()


POSTINGS: list[tuple[str, Callable[[Ground], Row], str, str]] = [
    # the row itself
    ("nothing", lambda g: g.posting(amount_fen=0), CHECK, "amount_in_range"),
    ("a negative amount", lambda g: g.posting(amount_fen=-1), CHECK, "amount_in_range"),
    ("too much", lambda g: g.posting(amount_fen=10**13 + 1), CHECK, "amount_in_range"),
    ("one leg only", lambda g: g.posting(to_account_id=None), MISSING, ""),
    ("no amount", lambda g: g.posting(amount_fen=None), MISSING, ""),
    ("no book", lambda g: g.posting(book_id=None), MISSING, ""),
    ("no day", lambda g: g.posting(posted_at=None), MISSING, ""),
    ("no key", lambda g: g.posting(posting_key=""), CHECK, "posting_key_length"),
    ("a key without end", lambda g: g.posting(posting_key="k" * 201), CHECK, "posting_key_length"),
    (
        "an account to itself",
        lambda g: g.move("listed", "available", "available"),
        CHECK,
        "two_accounts",
    ),
    ("an id twice", lambda g: g.posting(id=g.ids["listed"]), UNIQUE, "postings_pkey"),
    # books and places
    (
        "from another book",
        lambda g: g.move("person_added", "available:next", "committed"),
        FOREIGN,
        "from_account",
    ),
    (
        "into another book",
        lambda g: g.move("person_removed", "committed", "available:next"),
        FOREIGN,
        "to_account",
    ),
    (
        "legs of one book said to be in another",
        lambda g: g.posting(book_id=g.ids["book:next"]),
        FOREIGN,
        "from_account",
    ),
    (
        "from another place",
        lambda g: g.move("person_added", "available:elsewhere", "committed"),
        FOREIGN,
        "from_account",
    ),
    (
        "a book of another place",
        lambda g: g.posting(book_id=g.other.book_id),
        FOREIGN,
        "from_account",
    ),
    (
        "another place under my region's name",
        lambda g: g.posting(place_id=g.other.place_id),
        FOREIGN,
        "posting_of_region",
    ),
    (
        "an account that does not exist",
        lambda g: g.posting(to_account_id=uuid4()),
        FOREIGN,
        "to_account",
    ),
    (
        "an account under another kind",
        lambda g: g.posting(
            event="appropriation_approved", from_kind="treasury", to_kind="available"
        ),
        FOREIGN,
        "from_account",
    ),
    # legal movements
    (
        "legs of another event",
        lambda g: g.move("listed", "treasury", "committed"),
        FOREIGN,
        "legal_posting",
    ),
    ("an unknown event", lambda g: g.posting(event="gift"), FOREIGN, "legal_posting"),
    (
        "from the fund straight to the bank",
        lambda g: g.move(
            "batch_released", "available", "in_transit", attempt_id=g.ids["attempt_new"]
        ),
        FOREIGN,
        "legal_posting",
    ),
    (
        "an event against its direction",
        lambda g: g.move("listed", "committed", "available"),
        FOREIGN,
        "legal_posting",
    ),
    ("a kind of our own", lambda g: g.posting(kind="pending"), FOREIGN, "legal_posting"),
    (
        "a decision's event on a bank line",
        lambda g: g.by_bank("person_added", "available", "committed"),
        FOREIGN,
        "legal_posting",
    ),
    (
        "a bank's event on a decision",
        lambda g: g.move(
            "bank_confirmed_balance",
            "in_transit",
            "expense",
            100_000,
            attempt_id=g.ids["attempt"],
        ),
        FOREIGN,
        "legal_posting",
    ),
    # causes
    ("no cause", lambda g: g.posting(**NO_DECISION), CHECK, "one_cause"),
    (
        "two causes",
        lambda g: g.posting(bank_line_id=g.ids["bank_line"]),
        CHECK,
        "one_cause",
    ),
    (
        "one signature",
        lambda g: g.posting(second_seq=None, second_person_id=None),
        CHECK,
        "one_cause",
    ),
    ("signatures of no case", lambda g: g.posting(decision_case_id=None), CHECK, "one_cause"),
    (
        "a signature without its step",
        lambda g: g.posting(second_seq=None),
        CHECK,
        "one_cause",
    ),
    (
        "a bank line that was never received",
        lambda g: g.by_bank(
            "bank_confirmed_balance",
            "in_transit",
            "expense",
            100_000,
            attempt_id=g.ids["attempt"],
            bank_line_id=uuid4(),
        ),
        FOREIGN,
        "posting_bank_line",
    ),
    (
        "one person for two",
        lambda g: g.posting(second_seq=1, second_person_id=g.stage.preparer),
        CHECK,
        "two_people",
    ),
    (
        "the system as the second person",
        lambda g: g.posting(second_seq=4, second_person_id=SYSTEM_PERSON),
        CHECK,
        "two_people",
    ),
    (
        "the system as the first person",
        lambda g: g.posting(first_seq=4, first_person_id=SYSTEM_PERSON),
        CHECK,
        "two_people",
    ),
    (
        "a step that nobody signed",
        lambda g: g.posting(second_seq=9),
        FOREIGN,
        "second_signature",
    ),
    (
        "a step that another signed",
        lambda g: g.posting(second_person_id=g.stage.reviewer),
        FOREIGN,
        "second_signature",
    ),
    (
        "another case's step",
        lambda g: g.posting(decision_case_id=g.stage.filing_id),
        FOREIGN,
        "first_signature",
    ),
    (
        "another place's decision",
        lambda g: g.posting(
            decision_case_id=g.other.batch_id,
            first_person_id=g.other.preparer,
            second_person_id=g.other.releaser,
        ),
        FOREIGN,
        "first_signature",
    ),
    (
        "a decision that nobody made",
        lambda g: g.posting(decision_case_id=uuid4()),
        FOREIGN,
        "first_signature",
    ),
    (
        "the filer's own signature",
        lambda g: g.posting(
            decision_case_id=g.stage.filing_id,
            first_person_id=g.stage.filer,
            second_person_id=g.stage.reviewer,
        ),
        CHECK,
        "authority_decides",
    ),
    # whose money
    (
        "under a stranger's name",
        lambda g: g.posting(org_id=g.stage.stranger_org_id),
        CHECK,
        "posting_of_its_party",
    ),
    (
        "under the bureau's name",
        lambda g: g.posting(org_id=g.stage.bureau_org_id),
        CHECK,
        "posting_of_its_party",
    ),
    (
        "with a partner that the filing does not have",
        lambda g: g.posting(partner_org_id=g.stage.stranger_org_id),
        CHECK,
        "posting_of_its_party",
    ),
    (
        "a filing's money to a stranger's payment",
        lambda g: g.move(
            "batch_released",
            "committed",
            "in_transit:stranger",
            attempt_id=g.ids["attempt_new"],
        ),
        CHECK,
        "one_party",
    ),
    (
        "one filing's money spent on another",
        lambda g: g.move("netted_balance", "committed", "expense:other"),
        CHECK,
        "one_subject",
    ),
    # reversals
    (
        "a reversal of nothing",
        lambda g: g.mirror(reverses_id=None),
        CHECK,
        "reversal_names_posting",
    ),
    (
        "a posting that reverses",
        lambda g: g.posting(reverses_id=g.ids["listed"]),
        CHECK,
        "reversal_names_posting",
    ),
    (
        "a reversal of what was never posted",
        lambda g: g.mirror(reverses_id=uuid4()),
        FOREIGN,
        "reverses_posting",
    ),
    (
        "a reversal of a part",
        lambda g: g.mirror(amount_fen=599_999),
        CHECK,
        "reversal_mirrors_posting",
    ),
    (
        "a reversal of more",
        lambda g: g.mirror(amount_fen=600_001),
        CHECK,
        "reversal_mirrors_posting",
    ),
    (
        "a reversal under another event",
        lambda g: g.mirror(event="person_added"),
        CHECK,
        "reversal_mirrors_posting",
    ),
    (
        "a reversal from another filing",
        lambda g: g.mirror(from_account_id=g.ids["committed:other"]),
        CHECK,
        "reversal_mirrors_posting",
    ),
    (
        "a reversal in the same direction",
        lambda g: g.posting(
            kind="reversal", event="listed", amount_fen=600_000, reverses_id=g.ids["listed"]
        ),
        FOREIGN,
        "legal_posting",
    ),
    (
        "a decision reversed by a bank line",
        lambda g: g.mirror(**NO_DECISION, bank_line_id=g.ids["bank_line"]),
        FOREIGN,
        "legal_posting",
    ),
    (
        "a reversal by one person",
        lambda g: g.mirror(second_seq=1, second_person_id=g.stage.preparer),
        CHECK,
        "two_people",
    ),
    # once
    (
        "a posting key twice",
        lambda g: g.posting(posting_key="carried"),
        UNIQUE,
        "posted_once",
    ),
    # payment attempts
    (
        "money in transit without an attempt",
        lambda g: g.move("batch_released", "committed", "in_transit"),
        CHECK,
        "attempt_when_in_transit",
    ),
    (
        "an attempt where nothing is in transit",
        lambda g: g.posting(attempt_id=g.ids["attempt"]),
        CHECK,
        "attempt_when_in_transit",
    ),
    (
        "an attempt that was never made",
        lambda g: g.move("batch_released", "committed", "in_transit", attempt_id=uuid4()),
        FOREIGN,
        "posting_attempt",
    ),
    (
        "an attempt sent twice",
        lambda g: g.move("batch_released", "committed", "in_transit", attempt_id=g.ids["attempt"]),
        UNIQUE,
        "attempt_enters_transit_once",
    ),
    (
        "a confirmed attempt refused as well",
        lambda g: g.by_bank(
            "bank_refused", "in_transit:q", "committed", 80_000, attempt_id=g.ids["attempt_q"]
        ),
        UNIQUE,
        "attempt_leaves_transit_once",
    ),
    (
        "a refused attempt confirmed as well",
        lambda g: g.by_bank(
            "bank_confirmed_balance",
            "in_transit:refused",
            "expense",
            700,
            attempt_id=g.ids["attempt_refused"],
        ),
        UNIQUE,
        "attempt_leaves_transit_once",
    ),
    (
        "an attempt confirmed in part",
        lambda g: g.by_bank(
            "bank_confirmed_balance",
            "in_transit",
            "expense",
            99_999,
            attempt_id=g.ids["attempt"],
        ),
        CHECK,
        "attempt_moves_whole",
    ),
    (
        "an attempt returned to another filing",
        lambda g: g.by_bank(
            "bank_refused",
            "in_transit",
            "committed:other",
            100_000,
            attempt_id=g.ids["attempt"],
        ),
        CHECK,
        "attempt_moves_whole",
    ),
    (
        "another payment's money under an attempt never sent",
        lambda g: g.by_bank(
            "bank_confirmed_balance",
            "in_transit",
            "expense",
            100_000,
            attempt_id=g.ids["attempt_new"],
        ),
        CHECK,
        "attempt_moves_whole",
    ),
    (
        "a confirmed attempt returned from another payment's money",
        lambda g: g.by_bank(
            "bank_returned", "in_transit", "committed", 80_000, attempt_id=g.ids["attempt_q"]
        ),
        CHECK,
        "attempt_moves_whole",
    ),
    # floors, one for each kind of account but the treasury
    (
        "more than the fund holds",
        lambda g: g.posting(amount_fen=FUND),
        CHECK,
        "no_overdraft",
    ),
    (
        "more than was appropriated given back",
        lambda g: g.move(
            "appropriation_reduced", "available", "treasury", FUND, org_id=g.stage.bureau_org_id
        ),
        CHECK,
        "no_overdraft",
    ),
    (
        "more than is committed",
        lambda g: g.move("filing_closed", "committed", "available", 600_000),
        CHECK,
        "no_overdraft",
    ),
    (
        "a confirmed payment returned before the confirmation is reversed",
        lambda g: g.by_bank(
            "bank_returned", "in_transit:q", "committed", 80_000, attempt_id=g.ids["attempt_q"]
        ),
        CHECK,
        "no_overdraft",
    ),
    (
        "more earned than was prepaid",
        lambda g: g.move("settlement_approved", "prepayment_receivable", "expense", 30_001),
        CHECK,
        "no_overdraft",
    ),
    (
        "more recovered than was spent",
        lambda g: g.move("earned_reduced", "expense", "recovery_receivable", 30_001),
        CHECK,
        "no_overdraft",
    ),
    (
        "more collected than is owed",
        lambda g: g.by_bank("collected_same_year", "recovery_receivable", "available", 15_001),
        CHECK,
        "no_overdraft",
    ),
    (
        "more collected after all than was written off",
        lambda g: g.by_bank("collected_after_all", "write_off", "recovery_receivable", 5_001),
        CHECK,
        "no_overdraft",
    ),
]


@pytest.mark.parametrize(
    ("row", "sqlstate", "constraint"), [case[1:] for case in POSTINGS], ids=[c[0] for c in POSTINGS]
)
async def test_an_illegal_posting_is_refused(
    ground: Ground, row: Callable[[Ground], Row], sqlstate: str, constraint: str
) -> None:
    async def write(connection: AsyncConnection) -> None:
        await insert(connection, "postings", row(ground))

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert (sqlstate_of(error), constraint_of(error) or "") == (sqlstate, constraint)


OTHER_ROWS: list[tuple[str, str, Callable[[Ground], Row], str, str]] = [
    (
        "a fund of our own",
        "books",
        lambda g: g.book(fund_source="gift"),
        CHECK,
        "fund_source_known",
    ),
    (
        "a year out of range",
        "books",
        lambda g: g.book(budget_year=1999),
        CHECK,
        "books_budget_year_check",
    ),
    (
        "a book twice",
        "books",
        lambda g: g.book(fund_source="employment_subsidy"),
        UNIQUE,
        "book_key",
    ),
    (
        "an enterprise's book",
        "books",
        lambda g: g.book(org_id=g.stage.org_id),
        FOREIGN,
        "book_of_bureau",
    ),
    (
        "a book with a partner",
        "books",
        lambda g: g.book(partner_org_id=g.stage.org_id),
        CHECK,
        "book_has_no_partner",
    ),
    (
        "a kind of account of our own",
        "ledger_accounts",
        lambda g: g.account(kind="cash"),
        CHECK,
        "subject_of_kind",
    ),
    (
        "a second account for one subject",
        "ledger_accounts",
        lambda g: g.account(),
        UNIQUE,
        "account_key",
    ),
    (
        "a second treasury",
        "ledger_accounts",
        lambda g: g.account(
            kind="treasury", subject_kind=None, subject_id=None, org_id=g.stage.bureau_org_id
        ),
        UNIQUE,
        "account_key",
    ),
    (
        "a treasury with a subject",
        "ledger_accounts",
        lambda g: g.account(kind="treasury"),
        CHECK,
        "subject_of_kind",
    ),
    (
        "a commitment to nobody",
        "ledger_accounts",
        lambda g: g.account(kind="committed", subject_kind=None, subject_id=None),
        CHECK,
        "subject_of_kind",
    ),
    (
        "a subject without its kind",
        "ledger_accounts",
        lambda g: g.account(subject_kind=None),
        CHECK,
        "subject_given",
    ),
    (
        "transit of a filing",
        "ledger_accounts",
        lambda g: g.account(kind="in_transit"),
        CHECK,
        "subject_of_kind",
    ),
    (
        "a filing that does not exist",
        "ledger_accounts",
        lambda g: g.account(subject_id=uuid4()),
        FOREIGN,
        "account_of_filing",
    ),
    (
        "a filing of another enterprise",
        "ledger_accounts",
        lambda g: g.account(subject_id=g.stage.stranger_filing_id),
        FOREIGN,
        "account_of_filing",
    ),
    (
        "a fund of an enterprise's",
        "ledger_accounts",
        lambda g: g.account(
            book_id=g.ids["book:empty"],
            fund_source="action_account",
            kind="treasury",
            subject_kind=None,
            subject_id=None,
        ),
        FOREIGN,
        "account_of_bureau",
    ),
    (
        "an account of another place's book",
        "ledger_accounts",
        lambda g: g.account(book_id=g.other.book_id, kind="committed"),
        FOREIGN,
        "account_of_book",
    ),
    (
        "an account under another year",
        "ledger_accounts",
        lambda g: g.account(kind="prepayment_receivable", budget_year=YEAR + 1),
        FOREIGN,
        "account_of_book",
    ),
]


@pytest.mark.parametrize(
    ("table", "row", "sqlstate", "constraint"),
    [case[1:] for case in OTHER_ROWS],
    ids=[case[0] for case in OTHER_ROWS],
)
async def test_an_illegal_book_or_account_is_refused(
    ground: Ground, table: str, row: Callable[[Ground], Row], sqlstate: str, constraint: str
) -> None:
    async def write(connection: AsyncConnection) -> None:
        await insert(connection, table, row(ground))

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert (sqlstate_of(error), constraint_of(error) or "") == (sqlstate, constraint)


SCOPES: list[tuple[str, Callable[[Ground], Scope]]] = [
    ("nobody's scope", lambda _: NOBODY),
    ("another bureau's scope", lambda g: g.other.bureau),
    ("the enterprise's own scope", lambda g: g.stage.enterprise),
    ("a stranger's scope", lambda g: g.stage.stranger),
    (
        "the bureau's organisation without its region",
        lambda g: Scope(person_id=g.stage.releaser, org_id=g.stage.bureau_org_id, region_path=None),
    ),
]


@pytest.mark.parametrize("table", ["postings", "ledger_accounts", "books"])
@pytest.mark.parametrize("scope", [case[1] for case in SCOPES], ids=[case[0] for case in SCOPES])
async def test_nobody_but_an_authority_of_the_region_writes(
    ground: Ground, scope: Callable[[Ground], Scope], table: str
) -> None:
    row = {
        "postings": ground.posting(),
        "ledger_accounts": ground.account(kind="committed"),
        "books": ground.book(),
    }[table]

    async def write(connection: AsyncConnection) -> None:
        await insert(connection, table, row)

    error = await refusal(ground.app, scope(ground), write)
    assert sqlstate_of(error) == DENIED
    assert f'row-level security policy for table "{table}"' in str(error).replace(
        'policy "authority_in_region" for', "policy for"
    )


STATEMENTS = [
    "update postings set amount_fen = 1",
    "delete from postings",
    "truncate postings",
    "update ledger_accounts set kind = 'treasury'",
    "delete from ledger_accounts",
    "truncate ledger_accounts cascade",
    "update books set budget_year = 2030",
    "delete from books",
    "truncate books cascade",
    "update ledger_balances set debits_fen = debits_fen + 1",
    "insert into ledger_balances select * from ledger_balances",
    "delete from ledger_balances",
    "truncate ledger_balances",
    "insert into posting_rules values ('posting', 'gift', 'treasury', 'expense', 'decision')",
    "update posting_rules set cause = 'bank_line'",
    "delete from posting_rules",
    "truncate posting_rules cascade",
    "alter table postings disable trigger apply_postings",
    "drop trigger apply_postings on postings",
    "alter table ledger_balances drop constraint no_overdraft",
    "set session_replication_role = replica",
]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_the_application_changes_nothing_that_is_written(
    ground: Ground, statement: str
) -> None:
    async def write(connection: AsyncConnection) -> None:
        await connection.execute(text(statement))

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert sqlstate_of(error) == DENIED


def _row(make: Callable[[Ground], Row]) -> Callable[[Ground, AsyncConnection], Any]:
    return lambda g, connection: insert(connection, "postings", make(g))


def _sql(statement: str) -> Callable[[Ground, AsyncConnection], Any]:
    return lambda g, connection: connection.execute(
        text(f"{statement} where place_id = :place"), {"place": g.stage.place_id}
    )


def _truncate(table: str) -> Callable[[Ground, AsyncConnection], Any]:
    return lambda _, connection: connection.execute(text(f"truncate {table} cascade"))


def _balance(g: Ground, connection: AsyncConnection) -> Any:
    row = {
        **g.stage.row,
        "account_id": g.ids["available"],
        "book_id": g.stage.book_id,
        "kind": "available",
        "debits_fen": FUND,
    }
    return insert(connection, "ledger_balances", row)


OWNER: list[tuple[str, Callable[[Ground, AsyncConnection], Any], str, str]] = [
    ("changes a posting", _sql("update postings set amount_fen = 1"), DENIED, "append_only"),
    ("deletes a posting", _sql("delete from postings"), DENIED, "append_only"),
    ("empties the postings", _truncate("postings"), DENIED, "append_only"),
    ("changes an account", _sql("update ledger_accounts set kind = 'x'"), DENIED, "append_only"),
    ("deletes an account", _sql("delete from ledger_accounts"), DENIED, "append_only"),
    ("empties the accounts", _truncate("ledger_accounts"), DENIED, "append_only"),
    ("changes a book", _sql("update books set budget_year = 2030"), DENIED, "append_only"),
    ("deletes a book", _sql("delete from books"), DENIED, "append_only"),
    ("empties the books", _truncate("books"), DENIED, "append_only"),
    (
        "raises a balance",
        _sql("update ledger_balances set debits_fen = debits_fen + 1"),
        DENIED,
        "append_only",
    ),
    ("deletes a balance", _sql("delete from ledger_balances"), DENIED, "append_only"),
    ("empties the balances", _truncate("ledger_balances"), DENIED, "append_only"),
    ("makes a balance", _balance, DENIED, "append_only"),
    (
        "drops a rule in use",
        lambda _, connection: connection.execute(
            text("delete from posting_rules where event = 'listed'")
        ),
        FOREIGN,
        "legal_posting",
    ),
    ("overdraws the fund", _row(lambda g: g.posting(amount_fen=FUND)), CHECK, "no_overdraft"),
    ("posts nothing", _row(lambda g: g.posting(amount_fen=0)), CHECK, "amount_in_range"),
    (
        "posts alone",
        _row(lambda g: g.posting(second_seq=1, second_person_id=g.stage.preparer)),
        CHECK,
        "two_people",
    ),
    ("posts without a cause", _row(lambda g: g.posting(**NO_DECISION)), CHECK, "one_cause"),
    ("invents an event", _row(lambda g: g.posting(event="gift")), FOREIGN, "legal_posting"),
    (
        "posts in another region",
        _row(lambda g: g.posting(place_id=g.other.place_id, region_path=g.other.region_path)),
        DENIED,
        "",
    ),
]


@pytest.mark.parametrize(
    ("write", "sqlstate", "constraint"), [case[1:] for case in OWNER], ids=[c[0] for c in OWNER]
)
async def test_even_the_tables_owner_is_refused(
    ground: Ground,
    write: Callable[[Ground, AsyncConnection], Any],
    sqlstate: str,
    constraint: str,
) -> None:
    error = await refusal(ground.owner, ground.stage.bureau, lambda c: write(ground, c))
    assert (sqlstate_of(error), constraint_of(error) or "") == (sqlstate, constraint)


async def test_a_posting_is_reversed_once(ground: Ground) -> None:
    async def write(connection: AsyncConnection) -> None:
        await insert(connection, "postings", ground.mirror(**_undo(ground)))
        await insert(connection, "postings", ground.mirror(**_undo(ground)))

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert (sqlstate_of(error), constraint_of(error)) == (UNIQUE, "reversed_once")


async def test_a_reversal_is_not_reversed(ground: Ground) -> None:
    mirror = ground.mirror(**_undo(ground))

    async def write(connection: AsyncConnection) -> None:
        await insert(connection, "postings", mirror)
        again = ground.posting(kind="reversal", amount_fen=40, reverses_id=mirror["id"])
        await insert(connection, "postings", again)

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert (sqlstate_of(error), constraint_of(error)) == (FOREIGN, "legal_posting")


def _undo(ground: Ground) -> Row:
    return {
        "id": uuid4(),
        "posting_key": str(uuid4()),
        "event": "person_added",
        "amount_fen": 40,
        "reverses_id": ground.ids["to_undo"],
    }


async def test_one_illegal_row_refuses_the_whole_set(ground: Ground) -> None:
    rows = [ground.posting() for _ in range(50)]
    rows[25]["event"] = "gift"
    columns = ", ".join(rows[0])
    values = ", ".join(f"({', '.join(f':{name}_{n}' for name in rows[0])})" for n in range(50))
    named = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}

    async def write(connection: AsyncConnection) -> None:
        await connection.execute(text(f"insert into postings ({columns}) values {values}"), named)

    error = await refusal(ground.app, ground.stage.bureau, write)
    assert constraint_of(error) == "legal_posting"
    async with within(ground.app, ground.stage.bureau) as connection:
        kept = await connection.execute(
            text("select count(*) from postings where id = any(:ids)"),
            {"ids": [row["id"] for row in rows]},
        )
        assert kept.scalar_one() == 0


async def test_nobody_without_a_scope_sees_a_row(ground: Ground) -> None:
    async with within(ground.app, NOBODY) as connection:
        for table in ("books", "ledger_accounts", "ledger_balances", "postings"):
            seen = await connection.execute(text(f"select count(*) from {table}"))
            assert seen.scalar_one() == 0


def test_every_kind_of_account_but_the_treasury_has_a_floor_among_the_cases(ground: Ground) -> None:
    rows = [make(ground) for _, make, _, constraint in POSTINGS if constraint == "no_overdraft"]
    assert {row["from_kind"] for row in rows} == set(AccountKind) - {AccountKind.TREASURY}
