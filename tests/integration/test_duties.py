"""One person, one duty in a case: wrong signatures written as SQL by the application's own login.

Every case changes rows that are accepted as they stand (the first tests), in a transaction of its
own that is rolled back. Refused means: by the constraint's name, or by SQLSTATE 42501 with the name
of the row-security policy in the message where PostgreSQL gives one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.cases import NEW
from domain.party import SYSTEM_PERSON, Actor
from tests.people import Staff

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DENIED, FOREIGN, UNIQUE, CHECK = "42501", "23503", "23505", "23514"
RACES = 100

Row = dict[str, Any]
Connection = Any
driver: Any = asyncpg
"""asyncpg ships no types."""


class Urls(Protocol):
    """What these tests need of the session's database."""

    app_url: str
    owner_url: str
    admin_url: str


def _dsn(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The three settings of a transaction; None leaves one empty."""

    person_id: UUID | None = None
    org_id: UUID | None = None
    region_path: str | None = None

    @staticmethod
    def of(actor: Actor, **changed: Any) -> "Scope":
        """Return an actor's scope, changed as told."""
        mine = {
            "person_id": actor.person_id,
            "org_id": actor.org_id,
            "region_path": actor.region_path,
        }
        return Scope(**{**mine, **changed})


async def take_scope(connection: Connection, scope: Scope) -> None:
    """Set the scope of the running transaction."""
    await connection.execute(
        "select set_config('xuetu.person_id', $1, true), set_config('xuetu.org_id', $2, true),"
        " set_config('xuetu.region_path', $3, true)",
        str(scope.person_id or ""),
        str(scope.org_id or ""),
        scope.region_path or "",
    )


async def insert(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row as it is."""
    values = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await connection.execute(
        f"insert into {table} ({', '.join(row)}) values ({values})", *row.values()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A filing that its enterprise has submitted, and legal rows to change."""

    app: Connection
    staff: Staff
    other: Staff
    case_id: UUID

    @property
    def columns(self) -> Row:
        """The scope columns of a row of the enterprise in its place."""
        return {
            "place_id": self.staff.place.id,
            "org_id": self.staff.enterprise.id,
            "partner_org_id": None,
            "region_path": self.staff.place.region_path,
        }

    def case(self, **changed: Any) -> Row:
        """Return a legal new filing in draft."""
        row = {
            **self.columns,
            "id": uuid4(),
            "kind": "filing",
            "state": "draft",
            "step_seq": 1,
            "created_at": NOW,
        }
        return {**row, **changed}

    def duty(self, who: Actor, duty: str, **changed: Any) -> Row:
        """Return a legal duty of a person in the filing."""
        row = {
            **self.columns,
            "case_id": self.case_id,
            "case_kind": "filing",
            "person_id": who.person_id,
            "duty": duty,
        }
        return {**row, **changed}

    def step(self, who: Actor, duty: str, seq: int, move: tuple[str, str], **changed: Any) -> Row:
        """Return a step of the filing, signed by a person."""
        row = {
            **self.duty(who, duty),
            "seq": seq,
            "from_state": move[0],
            "to_state": move[1],
            "at": NOW,
        }
        return {**row, **changed}

    def acceptance(self, **changed: Any) -> Row:
        """Return the legal next step: the handler accepts."""
        row = self.step(self.staff.handler, "review", 3, ("submitted", "accepted"))
        return {**row, **changed}

    @asynccontextmanager
    async def trying(self, scope: Scope) -> AsyncIterator[Connection]:
        """Open a transaction in a scope, rolled back at the end."""
        transaction = self.app.transaction()
        await transaction.start()
        try:
            await take_scope(self.app, scope)
            yield self.app
        finally:
            await transaction.rollback()

    @asynccontextmanager
    async def refused(
        self, scope: Scope, state: str, name: str | None = None
    ) -> AsyncIterator[Connection]:
        """Expect the last statement inside to be refused by SQLSTATE and constraint or policy."""
        async with self.trying(scope) as app:
            with pytest.raises(driver.PostgresError) as caught:
                yield app
        assert caught.value.sqlstate == state
        if name is not None:
            said = caught.value.constraint_name or str(caught.value)
            assert name == said or f'"{name}"' in said, said


async def submitted_case(app: Connection, staff: Staff) -> UUID:
    """Store a filing that the enterprise has drafted and submitted, each step signed."""
    case_id = uuid4()
    ground = Ground(app=app, staff=staff, other=staff, case_id=case_id)
    async with app.transaction():
        await take_scope(app, Scope.of(staff.filer))
        await insert(app, "cases", ground.case(id=case_id, state="submitted", step_seq=2))
        await insert(app, "case_duties", ground.duty(staff.filer, "file"))
        await insert(app, "case_steps", ground.step(staff.filer, "file", 1, (NEW, "draft")))
        await insert(app, "case_steps", ground.step(staff.filer, "file", 2, ("draft", "submitted")))
    return case_id


@pytest.fixture
async def ground(
    database: Urls, staff: Staff, new_staff: Callable[[], Awaitable[Staff]]
) -> AsyncIterator[Ground]:
    app = await driver.connect(_dsn(database.app_url))
    other = await new_staff()
    yield Ground(app=app, staff=staff, other=other, case_id=await submitted_case(app, staff))
    await app.close()


async def count(connection: Connection, table: str, case_id: UUID) -> int:
    """Count the rows of a case that the connection's scope shows."""
    found = await connection.fetchval(f"select count(*) from {table} where case_id = $1", case_id)
    return int(found)


# --- what is legal --------------------------------------------------------------------------------


async def test_a_reviewer_takes_the_duty_signs_and_moves_the_case(ground: Ground) -> None:
    async with ground.trying(Scope.of(ground.staff.handler)) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance())
        await app.execute(
            "update cases set state = 'accepted', step_seq = 3 where id = $1", ground.case_id
        )
        await app.execute("set constraints all immediate")
        assert await count(app, "case_steps", ground.case_id) == 3


async def test_one_person_repeats_his_duty_in_later_steps(ground: Ground) -> None:
    async with ground.trying(Scope.of(ground.staff.handler)) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance())
        again = ground.step(ground.staff.handler, "review", 4, ("accepted", "reviewed"))
        await insert(app, "case_steps", again)
        assert await count(app, "case_duties", ground.case_id) == 2


async def test_the_system_person_takes_the_system_duty(ground: Ground) -> None:
    async with ground.trying(Scope.of(ground.staff.system)) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.system, "system"))
        assert await count(app, "case_duties", ground.case_id) == 2


# --- duties ---------------------------------------------------------------------------------------


async def test_a_second_duty_of_one_person_is_refused(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), UNIQUE, "one_person_one_duty") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "approve"))


async def test_the_filer_who_serves_a_region_too_reviews_nothing_of_his(ground: Ground) -> None:
    both = Scope.of(ground.staff.filer, region_path=ground.staff.place.region_path)
    async with ground.refused(both, UNIQUE, "one_person_one_duty") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.filer, "review"))


async def test_nobody_takes_a_duty_in_another_persons_name(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), DENIED, "duty_of_me") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.approver, "review"))


async def test_no_human_takes_the_system_duty(ground: Ground) -> None:
    async with ground.refused(
        Scope.of(ground.staff.handler), CHECK, "system_signs_only_as_system"
    ) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "system"))


async def test_the_system_takes_no_human_duty(ground: Ground) -> None:
    async with ground.refused(
        Scope.of(ground.staff.system), CHECK, "system_signs_only_as_system"
    ) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.system, "review"))


async def test_a_person_who_does_not_exist_takes_no_duty(ground: Ground) -> None:
    nobody = uuid4()
    scope = Scope.of(ground.staff.handler, person_id=nobody)
    async with ground.refused(scope, FOREIGN, "case_duties_person_id_fkey") as app:
        row = ground.duty(ground.staff.handler, "review", person_id=nobody)
        await insert(app, "case_duties", row)


async def test_an_authority_duty_needs_a_region(ground: Ground) -> None:
    enterprise = Scope.of(ground.staff.filer, person_id=ground.staff.handler.person_id)
    async with ground.refused(enterprise, DENIED, "authority_in_region") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))


async def test_a_region_beside_the_case_gives_no_authority_in_it(ground: Ground) -> None:
    beside = Scope.of(
        ground.staff.filer,
        person_id=ground.staff.handler.person_id,
        region_path=ground.other.place.region_path,
    )
    async with ground.refused(beside, DENIED, "authority_in_region") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))


async def test_a_region_below_the_case_gives_no_authority_in_it(ground: Ground) -> None:
    below = Scope.of(
        ground.staff.filer,
        person_id=ground.staff.handler.person_id,
        region_path=f"{ground.staff.place.region_path}zone/",
    )
    async with ground.refused(below, DENIED, "authority_in_region") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))


async def test_another_places_officer_takes_no_duty_here(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.other.handler), DENIED) as app:
        await insert(app, "case_duties", ground.duty(ground.other.handler, "review"))


async def test_a_duty_names_the_cases_own_kind(ground: Ground) -> None:
    row = ground.duty(ground.staff.handler, "review", case_kind="prepayment")
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "duty_of_case") as app:
        await insert(app, "case_duties", row)


async def test_a_duty_names_the_cases_own_organisation(ground: Ground) -> None:
    row = ground.duty(ground.staff.handler, "review", org_id=ground.other.enterprise.id)
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "duty_of_case") as app:
        await insert(app, "case_duties", row)


async def test_a_duty_names_the_cases_own_partner(ground: Ground) -> None:
    row = ground.duty(ground.staff.handler, "review", partner_org_id=ground.other.enterprise.id)
    async with ground.refused(
        Scope.of(ground.staff.handler), FOREIGN, "duty_of_case_partner"
    ) as app:
        await insert(app, "case_duties", row)


async def test_a_duty_lies_in_the_cases_own_place(ground: Ground) -> None:
    """Shows ACT-02."""
    province = Scope.of(ground.staff.handler, region_path="/32/")
    elsewhere = {
        "place_id": ground.other.place.id,
        "region_path": ground.other.place.region_path,
    }
    async with ground.refused(province, FOREIGN, "duty_of_case") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review", **elsewhere))


async def test_a_duty_carries_its_places_own_region(ground: Ground) -> None:
    row = ground.duty(ground.staff.handler, "review", region_path=ground.other.place.region_path)
    province = Scope.of(ground.staff.handler, region_path="/32/")
    async with ground.refused(province, FOREIGN, "duty_of_region") as app:
        await insert(app, "case_duties", row)


# --- steps ----------------------------------------------------------------------------------------


async def test_a_step_needs_its_signers_duty(ground: Ground) -> None:
    async with ground.refused(
        Scope.of(ground.staff.handler), FOREIGN, "person_holds_that_duty"
    ) as app:
        await insert(app, "case_steps", ground.acceptance())


async def test_a_step_needs_the_very_duty_it_is_signed_with(ground: Ground) -> None:
    async with ground.refused(
        Scope.of(ground.staff.handler), FOREIGN, "person_holds_that_duty"
    ) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "approve"))
        await insert(app, "case_steps", ground.acceptance())


async def test_a_duty_in_one_case_signs_nothing_in_another(ground: Ground) -> None:
    other_case = await submitted_case(ground.app, ground.staff)
    async with ground.refused(
        Scope.of(ground.staff.handler), FOREIGN, "person_holds_that_duty"
    ) as app:
        row = ground.duty(ground.staff.handler, "review", case_id=other_case)
        await insert(app, "case_duties", row)
        await insert(app, "case_steps", ground.acceptance())


async def test_nobody_signs_as_another_person(ground: Ground) -> None:
    async with ground.trying(Scope.of(ground.staff.handler)) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await take_scope(app, Scope.of(ground.staff.approver))
        with pytest.raises(driver.InsufficientPrivilegeError, match='"signed_by_me"'):
            await insert(app, "case_steps", ground.acceptance())


async def test_a_move_that_no_table_names_is_illegal(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "legal_step") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance(to_state="listed"))


async def test_a_move_signed_with_the_wrong_duty_is_illegal(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.approver), FOREIGN, "legal_step") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.approver, "approve"))
        row = ground.acceptance(person_id=ground.staff.approver.person_id, duty="approve")
        await insert(app, "case_steps", row)


async def test_no_state_is_skipped(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "steps_in_a_row") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        row = ground.acceptance(from_state="accepted", to_state="reviewed")
        await insert(app, "case_steps", row)


async def test_no_number_is_skipped(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "steps_in_a_row") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance(seq=5))


async def test_a_step_is_signed_once(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.filer), UNIQUE, "case_steps_pkey") as app:
        row = ground.step(ground.staff.filer, "file", 2, ("draft", "submitted"))
        await insert(app, "case_steps", row)


async def test_the_first_step_comes_from_new(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.filer), CHECK, "first_step_is_new") as app:
        case = ground.case(state="submitted")
        await insert(app, "cases", case)
        await insert(
            app, "case_duties", ground.duty(ground.staff.filer, "file", case_id=case["id"])
        )
        row = ground.step(ground.staff.filer, "file", 1, ("draft", "submitted"), case_id=case["id"])
        await insert(app, "case_steps", row)


async def test_a_step_names_the_cases_own_kind(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.filer), FOREIGN, "step_of_case") as app:
        case = ground.case()
        await insert(app, "cases", case)
        await insert(
            app, "case_duties", ground.duty(ground.staff.filer, "file", case_id=case["id"])
        )
        row = ground.step(
            ground.staff.filer,
            "file",
            1,
            (NEW, "requested"),
            case_id=case["id"],
            case_kind="prepayment",
        )
        await insert(app, "case_steps", row)


async def test_a_step_names_the_cases_own_organisation(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "step_of_case") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance(org_id=ground.other.enterprise.id))


async def test_a_step_carries_its_places_own_region(ground: Ground) -> None:
    province = Scope.of(ground.staff.handler, region_path="/32/")
    async with ground.refused(province, FOREIGN, "step_of_region") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        row = ground.acceptance(region_path=ground.other.place.region_path)
        await insert(app, "case_steps", row)


async def test_another_places_officer_signs_nothing_here(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.other.handler), DENIED) as app:
        row = ground.acceptance(person_id=ground.other.handler.person_id)
        await insert(app, "case_steps", row)


# --- the case follows its steps -------------------------------------------------------------------


async def test_a_state_without_a_step_does_not_commit(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "state_is_signed") as app:
        await app.execute(
            "update cases set state = 'listed', step_seq = 3 where id = $1", ground.case_id
        )
        await app.execute("set constraints all immediate")


async def test_a_state_that_its_step_did_not_reach_does_not_commit(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), FOREIGN, "state_is_signed") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance())
        await app.execute(
            "update cases set state = 'reviewed', step_seq = 3 where id = $1", ground.case_id
        )
        await app.execute("set constraints all immediate")


async def test_a_case_without_its_first_step_does_not_commit(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.filer), FOREIGN, "state_is_signed") as app:
        await insert(app, "cases", ground.case())
        await app.execute("set constraints all immediate")


async def test_the_commit_itself_refuses_what_nobody_signed(ground: Ground) -> None:
    transaction = ground.app.transaction()
    await transaction.start()
    await take_scope(ground.app, Scope.of(ground.staff.filer))
    await insert(ground.app, "cases", ground.case())
    with pytest.raises(driver.ForeignKeyViolationError) as caught:
        await transaction.commit()
    assert caught.value.constraint_name == "state_is_signed"


async def test_a_case_never_goes_back_to_a_state_it_was_in(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.filer), CHECK, "case_moves_on") as app:
        await app.execute(
            "update cases set state = 'draft', step_seq = 1 where id = $1", ground.case_id
        )


async def test_a_case_takes_one_step_at_a_time(ground: Ground) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), CHECK, "case_moves_on") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))
        await insert(app, "case_steps", ground.acceptance())
        again = ground.step(ground.staff.handler, "review", 4, ("accepted", "reviewed"))
        await insert(app, "case_steps", again)
        await app.execute(
            "update cases set state = 'reviewed', step_seq = 4 where id = $1", ground.case_id
        )


async def test_a_partner_opens_no_case_in_another_organisations_name(ground: Ground) -> None:
    """Shows ACT-01."""
    row = ground.case(org_id=ground.other.enterprise.id, partner_org_id=ground.staff.enterprise.id)
    async with ground.refused(
        Scope.of(ground.staff.filer), DENIED, "opened_by_owner_or_authority"
    ) as app:
        await insert(app, "cases", row)


async def test_a_case_lies_in_its_places_own_region(ground: Ground) -> None:
    row = ground.case(region_path=ground.other.place.region_path)
    async with ground.refused(Scope.of(ground.staff.filer), FOREIGN, "place_of_region") as app:
        await insert(app, "cases", row)


@pytest.mark.parametrize("column", ["kind", "org_id", "partner_org_id", "region_path", "place_id"])
async def test_what_a_case_is_never_changes(ground: Ground, column: str) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), DENIED) as app:
        await app.execute(f"update cases set {column} = {column} where id = $1", ground.case_id)


# --- facts are never edited -----------------------------------------------------------------------

CHANGES = (
    "update case_duties set duty = 'approve'",
    "delete from case_duties",
    "truncate case_duties cascade",
    "update case_steps set reason = 'so it never happened'",
    "delete from case_steps",
    "truncate case_steps cascade",
)


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_application_changes_no_duty_and_no_step(ground: Ground, statement: str) -> None:
    async with ground.refused(Scope.of(ground.staff.handler), DENIED) as app:
        await app.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
async def test_not_even_the_owner_changes_a_duty_or_a_step(
    ground: Ground, database: Urls, statement: str
) -> None:
    owner = await driver.connect(_dsn(database.owner_url))
    try:
        transaction = owner.transaction()
        await transaction.start()
        await take_scope(owner, Scope.of(ground.staff.handler))
        assert await count(owner, "case_steps", ground.case_id) == 2
        with pytest.raises(driver.InsufficientPrivilegeError) as caught:
            await owner.execute(statement)
        await transaction.rollback()
    finally:
        await owner.close()
    assert caught.value.constraint_name == "append_only"


# --- unset scope ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["cases", "case_duties", "case_steps"])
async def test_without_a_scope_nothing_is_seen(ground: Ground, table: str) -> None:
    async with ground.trying(Scope.of(ground.staff.handler)) as app:
        assert await app.fetchval(f"select count(*) from {table}") > 0
        await take_scope(app, Scope())
        assert await app.fetchval(f"select count(*) from {table}") == 0


async def test_without_a_scope_no_case_is_opened(ground: Ground) -> None:
    async with ground.refused(Scope(), DENIED) as app:
        await insert(app, "cases", ground.case())


async def test_without_a_scope_no_duty_is_taken(ground: Ground) -> None:
    async with ground.refused(Scope(), DENIED) as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))


async def test_without_a_scope_no_step_is_signed(ground: Ground) -> None:
    async with ground.refused(Scope(), DENIED) as app:
        await insert(app, "case_steps", ground.acceptance())


async def test_without_a_person_nobody_signs(ground: Ground) -> None:
    region_only = Scope.of(ground.staff.handler, person_id=None)
    async with ground.refused(region_only, DENIED, "duty_of_me") as app:
        await insert(app, "case_duties", ground.duty(ground.staff.handler, "review"))


# --- races ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Racers:
    """Two connections of the application, and the superuser's to count with."""

    first: Connection
    second: Connection
    admin: Connection


@pytest.fixture
async def racers(database: Urls) -> AsyncIterator[Racers]:
    first, second = [await driver.connect(_dsn(database.app_url)) for _ in range(2)]
    admin = await driver.connect(_dsn(database.admin_url))
    yield Racers(first=first, second=second, admin=admin)
    for connection in (first, second, admin):
        await connection.close()


async def _race(
    connection: Connection,
    start: asyncio.Barrier,
    scope: Scope,
    act: Callable[[Connection], Awaitable[None]],
) -> str:
    """Act and commit at the same moment as the other; return what refused, or "signed"."""
    try:
        async with connection.transaction():
            await take_scope(connection, scope)
            await start.wait()
            await act(connection)
    except driver.PostgresError as error:
        return str(error.constraint_name or error.sqlstate)
    return "signed"


async def test_in_100_races_one_person_never_gets_two_duties(
    ground: Ground, racers: Racers
) -> None:
    handler, start = ground.staff.handler, asyncio.Barrier(2)
    outcomes, cases = Counter[str](), []
    for _ in range(RACES):
        case_id = await submitted_case(ground.app, ground.staff)
        cases.append(case_id)

        async def take(connection: Connection, duty: str, case_id: UUID = case_id) -> None:
            await insert(connection, "case_duties", ground.duty(handler, duty, case_id=case_id))

        outcomes.update(
            await asyncio.gather(
                _race(racers.first, start, Scope.of(handler), lambda c: take(c, "review")),
                _race(racers.second, start, Scope.of(handler), lambda c: take(c, "approve")),
            )
        )
    held = await racers.admin.fetch(
        "select case_id, count(*) as duties from case_duties"
        " where case_id = any($1) and person_id = $2 group by case_id",
        cases,
        handler.person_id,
    )
    assert Counter(row["duties"] for row in held) == {1: RACES}
    assert outcomes == {"signed": RACES, "one_person_one_duty": RACES}


async def test_in_100_races_two_people_never_sign_the_same_step(
    ground: Ground, racers: Racers
) -> None:
    handler, approver = ground.staff.handler, ground.staff.approver
    start, outcomes, cases = asyncio.Barrier(2), Counter[str](), []
    for _ in range(RACES):
        case_id = await submitted_case(ground.app, ground.staff)
        cases.append(case_id)

        async def accept(connection: Connection, who: Actor, case_id: UUID = case_id) -> None:
            here = {"case_id": case_id, "person_id": who.person_id}
            await insert(connection, "case_duties", ground.duty(who, "review", case_id=case_id))
            await insert(connection, "case_steps", ground.acceptance(**here))
            await connection.execute(
                "update cases set state = 'accepted', step_seq = 3 where id = $1", case_id
            )

        outcomes.update(
            await asyncio.gather(
                _race(racers.first, start, Scope.of(handler), lambda c: accept(c, handler)),
                _race(racers.second, start, Scope.of(approver), lambda c: accept(c, approver)),
            )
        )
    signed = await racers.admin.fetch(
        "select c.state,"
        " (select count(*) from case_steps s where s.case_id = c.id and s.seq = 3) as signatures,"
        " (select count(*) from case_duties d where d.case_id = c.id and d.duty = 'review') as held"
        " from cases c where c.id = any($1)",
        cases,
    )
    assert [tuple(row) for row in signed] == [("accepted", 1, 1)] * RACES
    assert outcomes == {"signed": RACES, "case_steps_pkey": RACES}


async def test_the_system_person_of_the_database_is_the_domains(racers: Racers) -> None:
    assert await racers.admin.fetchval("select system_person()") == SYSTEM_PERSON
