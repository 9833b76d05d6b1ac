"""What an enterprise has filed stands: written on the application's login, in the filer's scope."""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of, sqlstate_of
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.filing import Outcome
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from service.application import prepayment
from tests import road as road_of
from tests.integration import payments_road as pay
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.people import Staff

NewRoad = Callable[[], Awaitable[SettlementRoad]]
ROW_SECURITY: Final = "42501"
ADD_PERSON: Final = """
insert into enrolments (place_id, org_id, region_path, id, filing_id, seat_no, from_roster_version,
                        person_id, name, identity_sealed, identity_index, identity_masked,
                        phone_sealed, phone_masked, category, hired_on, contract_months,
                        claim_basis, state)
select place_id, org_id, region_path, gen_random_uuid(), filing_id, 99, 1, system_person(), name,
       identity_sealed, identity_index, identity_masked, phone_sealed, phone_masked, category,
       hired_on, contract_months, claim_basis, 'planned'
  from enrolments where filing_id = :filing limit 1
"""
ADD_ROSTER: Final = """
insert into roster_versions (place_id, org_id, region_path, filing_id, version, people, at)
select place_id, org_id, region_path, id, 2, 99, now() from filings where id = :filing
"""
ADD_LINE: Final = """
insert into settlement_lines (place_id, org_id, region_path, id, settlement_id, enrolment_id{more})
select l.place_id, l.org_id, l.region_path, gen_random_uuid(), l.settlement_id, l.enrolment_id{values}
  from settlement_lines l join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
 where s.filing_id = :filing limit 1
"""
ADD_DECLARATION: Final = """
insert into declared_certificates (place_id, org_id, region_path, id, settlement_id, line_id,
                                   enrolment_id, certificate_type, number_raw, number, well_formed,
                                   holder_name, holder_name_alike, holder_index, occupation_code,
                                   grade, issued_on)
select l.place_id, l.org_id, l.region_path, gen_random_uuid(), l.settlement_id, l.id, l.enrolment_id,
       'skill_level_certificate', 'X1', 'X1', false, '张三', '张三', e.identity_index, '6-18-01-01',
       4, '2027-02-20'
  from settlement_lines l
  join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
 where s.filing_id = :filing
   and not exists (select from declared_certificates d where d.line_id = l.id)
 limit 1
"""
ADD_DECIDED_SETTLEMENT: Final = """
insert into settlements (place_id, org_id, region_path, id, filing_id, seq, settlement_kind, people,
                         submitted_at)
select place_id, org_id, region_path, gen_random_uuid(), id, 9, 'final', 1, now()
  from filings where id = :filing
"""
ADD_PREPAID_PERSON: Final = """
insert into prepayment_lines (place_id, org_id, region_path, prepayment_id, enrolment_id, amount_fen)
select p.place_id, p.org_id, p.region_path, p.id, e.id, 1
  from prepayments p join enrolments e on e.place_id = p.place_id and e.filing_id = p.filing_id
 where p.filing_id = :filing limit 1
"""


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road that has not begun; `begin_work` has put the policies on file."""
    assert begin_work is not None

    async def make() -> SettlementRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        return SettlementRoad(begin, clock, staff)

    return make


async def refused(engine: AsyncEngine, road: SettlementRoad, statement: str) -> str | None:
    """What refuses a statement of the filer: the constraint's name or row security's SQLSTATE."""
    async with engine.connect() as connection:
        await pay.scoped(connection, road.staff.filer)
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text(statement), {"filing": road.case_id})
        await connection.rollback()
    return constraint_of(error.value) or sqlstate_of(error.value)


@pytest.mark.parametrize(
    "change",
    [
        "people = 1000",
        "roster_version = 2",
        "policy_version_id = (select id from policy_versions v where v.id <> policy_version_id limit 1)",
        "submitted_at = null",
        "listed_on = listed_on - 1",
        "listing_id = null, listed_on = null",
    ],
)
async def test_a_filer_changes_nothing_that_a_listing_was_decided_on(
    new_road: NewRoad, engine: AsyncEngine, change: str
) -> None:
    road = await new_road()
    await road.listed()
    statement = f"update filings set {change} where id = :filing"
    assert await refused(engine, road, statement) == "filing_facts_stand"


@pytest.mark.parametrize("column", ["opened_on", "completed_on"])
async def test_a_reported_day_is_reported_once(
    new_road: NewRoad, engine: AsyncEngine, column: str
) -> None:
    road = await (await new_road()).ready(prepaid=None)
    statement = f"update filings set {column} = {column} + 1 where id = :filing"
    assert await refused(engine, road, statement) == "filing_facts_stand"


@pytest.mark.parametrize(
    "change",
    [
        "until_roster_version = 1",
        "until_roster_version = 3",
        "started_on = '2020-01-01'",
        "until_roster_version = 2, exit_reason = 'left'",
    ],
)
@pytest.mark.parametrize("submit", [False, True])
async def test_a_drafts_people_leave_it_at_its_next_version_alone(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine, change: str, submit: bool
) -> None:
    filing = await road_of.submitted(begin_work, staff, submit=submit)
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.filer)
        if not submit:
            grown = "update filings set roster_version = 2 where id = :filing"
            await connection.execute(text(grown), {"filing": filing.case.id})
        statement = f"update enrolments set {change} where filing_id = :filing"
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text(statement), {"filing": filing.case.id})
        await connection.rollback()
    stands = "enrolment_facts_stand" if submit else "roster_superseded"
    assert constraint_of(error.value) == stands


async def test_no_class_opens_before_its_listing(new_road: NewRoad, engine: AsyncEngine) -> None:
    road = await new_road()
    await road.listed()
    early = "update filings set opened_on = listed_on - 1 where id = :filing"
    assert await refused(engine, road, early) == "opened_after_listing"


async def test_nobody_trains_before_the_class_opens(new_road: NewRoad, engine: AsyncEngine) -> None:
    road = await new_road()
    await road.listed()
    early = """update enrolments set state = 'in_training', started_on = '2020-01-01'
                where filing_id = :filing"""
    assert await refused(engine, road, early) == "trained_within_class"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'completed'",
        "ended_on = ended_on - 1",
        "started_on = started_on - 365",
        "state = 'in_training', ended_on = null",
    ],
)
async def test_how_training_ended_is_never_edited(
    new_road: NewRoad, engine: AsyncEngine, change: str
) -> None:
    road = await new_road()
    await road.ready(prepaid=None, outcomes={2: (Outcome.EXITED, "left")})
    statement = f"update enrolments set {change} where filing_id = :filing"
    statement += " and state = 'exited'"
    assert await refused(engine, road, statement) == "enrolment_facts_stand"


@pytest.mark.parametrize("statement", [ADD_PERSON, ADD_ROSTER])
async def test_an_accepted_roster_does_not_grow(
    new_road: NewRoad, engine: AsyncEngine, statement: str
) -> None:
    road = await new_road()
    await road.listed()
    assert await refused(engine, road, statement) == "filed_in_time"


async def test_a_submitted_settlement_does_not_grow(new_road: NewRoad, engine: AsyncEngine) -> None:
    road = await (await new_road()).ready(prepaid=None)
    await road.accepted(road.declaration(0))
    assert await refused(engine, road, ADD_DECLARATION) == "filed_in_time"


async def test_a_filer_adds_no_line_or_settlement_that_is_decided(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await (await new_road()).ready(prepaid=None)
    await road.drafted()
    decided = ADD_LINE.format(
        more=", disposition, amount_fen, facts", values=", 'payable', 1, '{}'"
    )
    assert await refused(engine, road, decided) == ROW_SECURITY
    assert await refused(engine, road, ADD_DECIDED_SETTLEMENT) == ROW_SECURITY


async def test_a_filer_adds_nobody_to_a_prepayment(new_road: NewRoad, engine: AsyncEngine) -> None:
    road = await new_road()
    await road.listed()
    await road.act(
        road.staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=road.case_id),
    )
    assert await refused(engine, road, ADD_PREPAID_PERSON) == ROW_SECURITY


async def test_a_submission_is_not_taken_back_by_hand(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await (await new_road()).ready(prepaid=None)
    await road.accepted()
    async with engine.connect() as connection:
        await pay.scoped(connection, road.staff.filer)
        changed = await connection.execute(
            text("update settlements set submitted_at = null where filing_id = :filing"),
            {"filing": road.case_id},
        )
        assert changed.rowcount == 0
        await connection.rollback()
