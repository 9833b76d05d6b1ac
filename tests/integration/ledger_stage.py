"""A place with its people, signed cases and a book of its own, for the ledger's tests."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.ledger import PostgresLedger
from domain.ledger import BankLine, BookKey, Decision, Event, Signature, transfer_of
from domain.party import SYSTEM_PERSON

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FUND = 1_000_000
YEAR = 2026


class Urls(Protocol):
    """What these tests need of the session's database."""

    app_url: str
    owner_url: str
    admin_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The three settings of a transaction; None leaves one unset."""

    person_id: UUID | None
    org_id: UUID | None
    region_path: str | None


NOBODY = Scope(person_id=None, org_id=None, region_path=None)


async def set_scope(connection: AsyncConnection, scope: Scope) -> None:
    """Set the scope for the running transaction."""
    await connection.execute(
        text(
            "select set_config('xuetu.person_id', :person, true),"
            " set_config('xuetu.org_id', :org, true),"
            " set_config('xuetu.region_path', :region, true)"
        ),
        {
            "person": str(scope.person_id or ""),
            "org": str(scope.org_id or ""),
            "region": scope.region_path or "",
        },
    )


@asynccontextmanager
async def within(engine: AsyncEngine, scope: Scope) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in a scope; commit it unless the body raises."""
    async with engine.begin() as connection:
        await set_scope(connection, scope)
        yield connection


async def insert(connection: AsyncConnection, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row as it is."""
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    await connection.execute(text(f"insert into {table} ({columns}) values ({values})"), dict(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One place, an enterprise with two filings, a stranger with one, and a batch signed by two."""

    place_id: UUID
    region_path: str
    bureau_org_id: UUID
    org_id: UUID
    stranger_org_id: UUID
    filer: UUID
    reviewer: UUID
    preparer: UUID
    releaser: UUID
    filing_id: UUID
    other_filing_id: UUID
    stranger_filing_id: UUID
    batch_id: UUID
    book_id: UUID
    accounts: dict[str, UUID] = field(default_factory=dict)

    @property
    def bureau(self) -> Scope:
        return Scope(
            person_id=self.releaser, org_id=self.bureau_org_id, region_path=self.region_path
        )

    @property
    def enterprise(self) -> Scope:
        return Scope(person_id=self.filer, org_id=self.org_id, region_path=None)

    @property
    def stranger(self) -> Scope:
        return Scope(person_id=self.filer, org_id=self.stranger_org_id, region_path=None)

    @property
    def decision(self) -> Decision:
        return Decision(self.batch_id, Signature(2, self.preparer), Signature(3, self.releaser))

    @property
    def listing(self) -> Decision:
        """What two people decided about the filing."""
        return Decision(self.filing_id, Signature(4, self.reviewer), Signature(5, self.releaser))

    @property
    def row(self) -> dict[str, Any]:
        """The columns every row of this place begins with."""
        return {
            "place_id": self.place_id,
            "org_id": self.org_id,
            "partner_org_id": None,
            "region_path": self.region_path,
        }


_STEPS = {
    "filing": (
        ("new", "draft", "file", "filer"),
        ("draft", "submitted", "file", "filer"),
        ("submitted", "accepted", "review", "reviewer"),
        ("accepted", "reviewed", "review", "reviewer"),
        ("reviewed", "listed", "approve", "releaser"),
    ),
    "appropriation": (
        ("new", "draft", "prepare", "preparer"),
        ("draft", "approved", "approve", "releaser"),
    ),
    "batch": (
        ("new", "draft", "prepare", "preparer"),
        ("draft", "sealed", "prepare", "preparer"),
        ("sealed", "released", "release", "releaser"),
        ("released", "submitted", "system", "system"),
    ),
}


async def _open_case(
    connection: AsyncConnection,
    kind: str,
    row: Mapping[str, Any],
    people: Mapping[str, UUID],
) -> UUID:
    """Store a case with its steps, each signed by the person whose step it is."""
    case_id, steps = uuid4(), _STEPS[kind]
    await insert(
        connection,
        "cases",
        {
            **row,
            "id": case_id,
            "kind": kind,
            "state": steps[-1][1],
            "step_seq": len(steps),
            "created_at": NOW,
        },
    )
    held: set[UUID] = set()
    for seq, (from_state, to_state, duty, who) in enumerate(steps, start=1):
        person = people[who]
        await connection.execute(
            text("select set_config('xuetu.person_id', :person, true)"), {"person": str(person)}
        )
        signed = {
            **row,
            "case_id": case_id,
            "case_kind": kind,
            "person_id": person,
            "duty": duty,
        }
        if person not in held:
            await insert(connection, "case_duties", signed)
            held.add(person)
        moved = {"seq": seq, "from_state": from_state, "to_state": to_state, "at": NOW}
        await insert(connection, "case_steps", {**signed, **moved})
    return case_id


async def make_stage(engine: AsyncEngine) -> Stage:
    """Make a place of one's own, as the application's login, and open its book."""
    region = f"/T{uuid4().hex[:16]}/"
    place_id, bureau, finance, org, stranger = (uuid4() for _ in range(5))
    people: dict[str, UUID] = {"system": SYSTEM_PERSON}
    async with within(
        engine, Scope(person_id=SYSTEM_PERSON, org_id=bureau, region_path=region)
    ) as connection:
        await insert(connection, "regions", {"path": region, "name": region})
        kinds = {
            bureau: "bureau",
            finance: "finance_department",
            org: "enterprise",
            stranger: "enterprise",
        }
        for org_id, kind in kinds.items():
            await insert(
                connection, "organisations", {"id": org_id, "kind": kind, "name": str(org_id)}
            )
        await insert(
            connection,
            "places",
            {
                "id": place_id,
                "region_path": region,
                "bureau_org_id": bureau,
                "finance_org_id": finance,
            },
        )
        names = ("filer", "reviewer", "preparer", "releaser")
        indexes = [uuid4().bytes + uuid4().bytes for _ in names]
        ids: Sequence[UUID] = (
            await connection.execute(text("select people_of(:indexes)"), {"indexes": indexes})
        ).scalar_one()
        people |= dict(zip(names, ids, strict=True))

        def row(org_id: UUID) -> dict[str, Any]:
            return {
                "place_id": place_id,
                "org_id": org_id,
                "partner_org_id": None,
                "region_path": region,
            }

        filings = [
            await _open_case(connection, "filing", row(owner), people)
            for owner in (org, org, stranger)
        ]
        batch_id = await _open_case(connection, "batch", row(bureau), people)
        book_id = await PostgresLedger(connection, uuid4).book(
            BookKey(place_id=place_id, fund_source="employment_subsidy", budget_year=YEAR)
        )
    return Stage(
        place_id=place_id,
        region_path=region,
        bureau_org_id=bureau,
        org_id=org,
        stranger_org_id=stranger,
        filer=people["filer"],
        reviewer=people["reviewer"],
        preparer=people["preparer"],
        releaser=people["releaser"],
        filing_id=filings[0],
        other_filing_id=filings[1],
        stranger_filing_id=filings[2],
        batch_id=batch_id,
        book_id=book_id,
    )


async def appropriate(engine: AsyncEngine, stage: Stage, amount_fen: int) -> None:
    """Put money into the stage's book, by an appropriation that two people signed."""
    owned = {**stage.row, "org_id": stage.bureau_org_id}
    people = {"preparer": stage.preparer, "releaser": stage.releaser}
    async with within(engine, stage.bureau) as connection:
        case_id = await _open_case(connection, "appropriation", owned, people)
        row = {"fund_source": "employment_subsidy", "budget_year": YEAR, "amount_fen": amount_fen}
        await insert(
            connection,
            "appropriations",
            {**owned, "id": case_id, **row, "document_number": str(case_id)},
        )
        await set_scope(connection, stage.bureau)
        await PostgresLedger(connection, uuid4).post(
            stage.place_id,
            stage.book_id,
            [
                transfer_of(
                    Event.APPROPRIATION_APPROVED,
                    amount_fen=amount_fen,
                    posting_key=f"appropriation:{uuid4()}",
                    org_id=stage.bureau_org_id,
                )
            ],
            cause=Decision(case_id, Signature(1, stage.preparer), Signature(2, stage.releaser)),
            posted_at=NOW,
        )


async def _put_down(engine: AsyncEngine, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows of another term without the chain of rows that they hang from.

    The ledger asks only that an attempt and a bank line exist. The superuser's session leaves
    foreign keys out, so that these tests need no whole payment for each of them.
    """
    async with engine.begin() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        for row in rows:
            await insert(connection, table, row)


async def put_attempts(engine: AsyncEngine, stage: Stage, count: int) -> list[UUID]:
    """Make payment attempts exist; `engine` is the superuser's."""
    rows = [
        {
            **stage.row,
            "id": uuid4(),
            "payment_id": uuid4(),
            "batch_id": uuid4(),
            "attempt_no": 1,
            "line_no": 1,
            "reference": uuid4().hex.upper(),
            "state": "batched",
        }
        for _ in range(count)
    ]
    await _put_down(engine, "payment_attempts", rows)
    return [row["id"] for row in rows]


async def put_bank_lines(engine: AsyncEngine, stage: Stage, count: int) -> list[BankLine]:
    """Make bank lines exist; `engine` is the superuser's."""
    rows = [
        {
            **stage.row,
            "id": uuid4(),
            "bank_result_id": uuid4(),
            "line_no": 1,
            "line_reference": uuid4().hex,
            "payment_reference": uuid4().hex,
            "result": "paid",
            "amount_fen": 1,
            "booked_on": NOW.date(),
            "reason": "",
        }
        for _ in range(count)
    ]
    await _put_down(engine, "bank_lines", rows)
    return [BankLine(row["id"]) for row in rows]
