"""What PostgreSQL refuses of somebody who writes rows of the catalogue and of voucher classes by hand."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.ports.crypto import Crypto
from tests.integration.test_guards import WALL, Forger
from tests.integration.voucher_class_stage import (
    ENDS,
    STARTS,
    Holder,
    Stage,
    a_stage,
    outcome_of,
)
from tests.people import Staff

MOVE = "update vouchers set state = :state, version = version + 1 where id = :id"
ENTRY = (
    "insert into provider_catalogue (id, region_path, provider_id, change, effective_on,"
    " document_number, published_at) select c.id, c.region_path, :provider, 'join', :day,"
    " '九号', now() from cases c where c.id = :case"
)

FORGED = (
    "insert into provider_catalogue (id, region_path, provider_id, change, effective_on,"
    " document_number, published_at) values (:case, '/32/', :provider, 'join', :day, '九号', now())"
)


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


async def test_a_worker_neither_releases_his_voucher_nor_takes_it_out_of_use(
    stage: Stage, engine: AsyncEngine
) -> None:
    frozen, used = await stage.holders(2)
    await stage.started(used)
    await stage.frozen(frozen)
    for holder in (frozen, used):
        forger = Forger(engine, holder.worker)
        statement = (
            "update vouchers set state = 'collected', frozen_from = null, class_id = null,"
            " partner_org_id = null, version = version + 1 where id = :id"
        )
        assert await forger.refused(statement, id=holder.voucher_id) == "voucher_of_authority"


@pytest.mark.parametrize(
    "change",
    [
        "amount_fen = 1",
        "completed_on = '2026-03-01'",
        "state = 'frozen', frozen_from = 'collected', version = version + 1",
        "version = version + 1",
    ],
)
async def test_a_worker_changes_no_fact_of_his_voucher(
    stage: Stage, engine: AsyncEngine, change: str
) -> None:
    (holder,) = await stage.holders(1)
    forger = Forger(engine, holder.worker)
    statement = f"update vouchers set {change} where id = :id"
    refused = await forger.refused(statement, id=holder.voucher_id)
    assert refused in {"voucher_of_authority", "voucher_moves_on"}


async def test_a_provider_redeems_what_was_completed_and_nothing_else(
    stage: Stage, engine: AsyncEngine
) -> None:
    (holder,) = await stage.holders(1)
    await stage.started(holder)
    forger = Forger(engine, stage.provider)
    for state in ("completed", "collected", "redeemed"):
        refused = await forger.refused(MOVE, id=holder.voucher_id, state=state)
        assert refused in {"voucher_of_authority", "voucher_moves_on"}


async def test_places_are_counted_by_the_vouchers_that_take_them(
    stage: Stage, engine: AsyncEngine
) -> None:
    first, second = await stage.holders(2)
    class_id = (await stage.planned(capacity=1)).case.id
    await stage.reserve(class_id, first)
    forger = Forger(engine, second.worker)
    take = (
        "update vouchers set state = 'reserved', version = version + 1, class_id = :class,"
        " partner_org_id = :provider where id = :id"
    )
    named = {"class": class_id, "provider": stage.staff.provider.id, "id": second.voucher_id}
    assert await forger.refused(take, **named) == "capacity_holds"
    assert await forger.refused("update voucher_class_places set taken = 0") == WALL
    assert (
        await forger.refused("insert into voucher_class_places values (:id, 9)", id=class_id)
        == WALL
    )
    stage.on(STARTS)
    await stage.reported(class_id)
    assert await forger.refused(take, **named) == "class_takes_reservations"


async def test_a_class_is_offered_as_planned_and_only_while_it_is(
    stage: Stage, engine: AsyncEngine
) -> None:
    planned = await stage.planned()
    forger = Forger(engine, stage.provider)
    reopen = "update voucher_class_offers set closed_at = null where id = :id"
    again = (
        "insert into voucher_class_offers select gen_random_uuid(), project_id, region_path, provider_id,"
        " class_name, occupation_code, occupation_name, grade, 10000, fee_fen, site, starts_on, ends_on,"
        " published_at, null from voucher_class_offers where id = :id"
    )
    assert await forger.refused(again, id=planned.case.id) == "voucher_class_as_planned"
    (holder,) = await stage.holders(1)
    await stage.reserve(planned.case.id, holder)
    stage.on(STARTS)
    await stage.reported(planned.case.id)
    assert await forger.refused(reopen, id=planned.case.id) == "voucher_class_as_planned"


async def test_the_catalogue_says_what_two_people_approved(
    stage: Stage, engine: AsyncEngine
) -> None:
    async with stage.reading(stage.staff.handler) as work:
        (entry,) = await work.provider_catalogue.of_provider(stage.staff.provider.id)
    named = {"case": entry.id, "provider": entry.provider_id, "day": STARTS}
    forger = Forger(engine, stage.staff.handler)
    assert await forger.refused(ENTRY, **named) == "catalogued_as_approved"
    change = "update provider_catalogue set effective_on = :day"
    assert await forger.refused(change, day=STARTS) == WALL
    outside = Forger(engine, stage.provider)
    assert await outside.refused(FORGED, **named) == "catalogued_as_approved"


async def attendance_by(stage: Stage, engine: AsyncEngine, holder: Holder, class_id: UUID) -> str:
    """What refuses an entry that the worker himself writes about himself."""
    return await Forger(engine, holder.worker).refused(
        "insert into voucher_absences (place_id, org_id, partner_org_id, region_path, class_id,"
        " voucher_id, person_id, entered_at, step_seq) values (:place, :me, :provider, :region, :class,"
        " :voucher, :me, now(), 2)",
        **{
            "place": stage.staff.place.id,
            "me": holder.worker.org_id,
            "provider": stage.staff.provider.id,
            "region": stage.staff.place.region_path,
            "class": class_id,
            "voucher": holder.voucher_id,
        },
    )


async def test_nobody_enters_a_record_about_himself_and_none_after_the_class_closed(
    stage: Stage, engine: AsyncEngine
) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    assert await attendance_by(stage, engine, holder, class_id) == WALL
    session = await stage.session(class_id)
    await stage.attended(class_id, session, holder, "a")
    forger = Forger(engine, stage.provider)
    copy = (
        "insert into voucher_sessions (place_id, org_id, region_path, class_id, id, version, withdrawn,"
        " person_id, entered_at, held_on, starts_minute, ends_minute, kind, topic, site)"
        " select place_id, org_id, region_path, class_id, gen_random_uuid(), 1, withdrawn, person_id,"
        " entered_at, held_on, starts_minute, ends_minute, kind, topic, site from voucher_sessions"
        " where id = :id"
    )
    assert await forger.done(copy, id=session.id) == 1
    assert (
        await forger.refused(
            "delete from voucher_attendance where voucher_id = :id", id=holder.voucher_id
        )
        == WALL
    )
    stage.on(ENDS + timedelta(days=1))
    await stage.completion_reported(class_id, outcome_of(holder.voucher_id))
    assert await forger.refused(copy, id=session.id) == "filed_in_time"
