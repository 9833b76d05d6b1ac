"""Vouchers' walls in PostgreSQL: the last one taken once, one live voucher each, and who may move what."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.constraints import constraint_of, sqlstate_of
from domain.errors import Refusal
from domain.party import Actor
from domain.ports.work import BeginWork
from domain.voucher import BeneficiaryTag, SetEvent, Voucher, VoucherFilter, VoucherProject
from service.application import voucher, voucher_project
from tests.conftest import Database, NewStaff
from tests.integration import voucher_stage as stage
from tests.people import Staff

RACES = 12
FREES = {"not_completed", "expired", "returned", "voided"}
"""States of a voucher whose person may hold another of the project."""


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[AsyncEngine]:
    opened = create_async_engine(database.admin_url)
    yield opened
    await opened.dispose()


async def collect(begin: BeginWork, staff: Staff, actor: Actor, of: VoucherProject) -> str:
    """Collect a voucher as a worker; what came of it."""
    try:
        async with begin(actor) as work:
            await voucher.collect_from_project(
                work, project_id=of.case.id, person=stage.himself(staff, actor)
            )
            await work.commit()
    except Refusal as refusal:
        return refusal.code
    return "collected"


async def offer_of(begin: BeginWork, staff: Staff, of: VoucherProject) -> int:
    """How many a project has issued."""
    async with begin(staff.handler) as work:
        return (await work.voucher_projects.get(of.case)).issued


async def test_two_people_at_once_never_take_the_last_one_twice(
    begin_work: BeginWork, staff: Staff
) -> None:
    for _ in range(RACES):
        of = await stage.project(begin_work, staff, quota=1)
        both = await asyncio.gather(
            collect(begin_work, staff, staff.worker, of),
            collect(begin_work, staff, staff.worker_second, of),
        )
        assert Counter(both) == {"collected": 1, "voucher_quota_exhausted": 1}
        assert await offer_of(begin_work, staff, of) == 1


async def test_one_person_at_two_counters_gets_one_voucher(
    begin_work: BeginWork, staff: Staff
) -> None:
    for _ in range(RACES):
        of = await stage.project(begin_work, staff, quota=5)
        both = await asyncio.gather(
            *(collect(begin_work, staff, staff.worker, of) for _ in range(2))
        )
        assert Counter(both) == {"collected": 1, "voucher_already_held": 1}
        assert await offer_of(begin_work, staff, of) == 1, "who got none has taken no quota"


async def test_postgresql_itself_refuses_a_second_live_voucher(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine
) -> None:
    """Two connections write at once, neither of them asking whether there is one."""
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    issued = await own_voucher(begin_work, staff, of)
    async with begin_work(staff.worker) as work:
        await work.vouchers.move(issued, issued.moved("collect"), event="collect")
        await work.vouchers.move(
            issued.moved("collect"),
            issued.moved("collect").moved("give_back"),
            event="give_back",
        )
        await work.commit()
    again = """
    insert into vouchers (place_id, org_id, region_path, id, project_id, person_id, code, name,
                          identity_sealed, identity_index, identity_masked, state, issued_at, valid_until,
                          set_ids, version)
    select place_id, org_id, region_path, gen_random_uuid(), project_id, person_id, :code, name,
           identity_sealed, identity_index, identity_masked, 'issued', issued_at, valid_until, set_ids, 1
      from vouchers where id = :id
    """
    both = await asyncio.gather(
        *(
            written(engine, staff.handler, again, id=issued.id, code=digit * 16)
            for digit in ("1", "2")
        )
    )
    assert sorted(both) == ["", "one_live_voucher"]


async def test_whoever_gave_his_voucher_back_may_hold_another(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, quota=2)
    assert await collect(begin_work, staff, staff.worker, of) == "collected"
    assert await collect(begin_work, staff, staff.worker, of) == "voucher_already_held"
    async with begin_work(staff.worker) as work:
        (held,) = await work.vouchers.page(stage.of_project(of), after=None, limit=9)
        await voucher.give_voucher_back(work, voucher_id=held.id, version=2, reason="")
        await work.commit()
    assert await offer_of(begin_work, staff, of) == 0, "what was given back is no longer counted"
    assert await collect(begin_work, staff, staff.worker, of) == "collected"
    assert await offer_of(begin_work, staff, of) == 1


async def test_nobody_uses_a_quota_up_by_giving_back_what_he_collected(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, quota=2)
    for _ in range(3):
        assert await collect(begin_work, staff, staff.worker, of) == "collected"
        async with begin_work(staff.worker) as work:
            held = (await work.vouchers.page(stage.of_project(of), after=None, limit=9))[-1]
            await voucher.give_voucher_back(work, voucher_id=held.id, version=2, reason="")
            await work.commit()
    assert await collect(begin_work, staff, staff.worker_second, of) == "collected"
    assert await offer_of(begin_work, staff, of) == 1


async def test_only_the_act_that_gave_a_voucher_back_frees_its_quota(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, quota=2)
    assert await collect(begin_work, staff, staff.worker, of) == "collected"
    async with begin_work(staff.worker) as work:
        (held,) = await work.vouchers.page(stage.of_project(of), after=None, limit=9)
    statement = (
        "insert into voucher_acts (place_id, org_id, region_path, voucher_id, seq, event, from_state,"
        " to_state, at) select place_id, org_id, region_path, id, 9, 'give_back', 'collected',"
        " 'returned', now() from vouchers where id = :id"
    )
    assert await written(engine, staff.worker, statement, id=held.id) == ""
    assert await offer_of(begin_work, staff, of) == 1


async def test_whoever_used_or_holds_a_voucher_gets_no_second_one_of_the_project(
    begin_work: BeginWork, staff: Staff, admin: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    class_id = await stage.a_class(admin, staff, of)
    again: dict[str, str] = {}
    for state, road in stage.ROADS.items():
        person = stage.somebody()
        *_, voucher = await stage.issued(begin_work, staff, of, person)
        for event in road:
            actor = staff.handler
            await stage.moved(begin_work, actor, voucher.id, event, class_id=class_id, staff=staff)
        try:
            await stage.issued(begin_work, staff, of, person)
            again[state] = "issued"
        except Refusal as refusal:
            again[state] = refusal.code
    assert again == {
        state: "issued" if state in FREES else "voucher_already_held" for state in stage.ROADS
    }


async def test_a_list_names_whoever_holds_a_voucher_already(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    people = [stage.somebody() for _ in range(3)]
    await stage.issued(begin_work, staff, of, people[1])
    with pytest.raises(Refusal) as refused:
        await stage.issued(begin_work, staff, of, *people)
    assert refused.value.code == "voucher_already_held"
    assert [fault.pointer for fault in refused.value.faults] == ["/rows/1"]
    assert await offer_of(begin_work, staff, of) == 1


async def test_a_closed_project_issues_nothing_to_whoever_was_already_at_the_counter(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, quota=5)
    async with begin_work(staff.worker) as late:
        await late.voucher_projects.offer(of.case.id)
        async with begin_work(staff.approver) as work:
            await voucher_project.close_voucher_project(
                work, project_id=of.case.id, version=of.case.version, reason="结束"
            )
            await work.commit()
        with pytest.raises(Refusal, match="voucher_project_not_open"):
            await voucher.collect_from_project(
                late, project_id=of.case.id, person=stage.himself(staff, staff.worker)
            )


async def broken(
    begin: BeginWork, actor: Actor, before: Voucher, after: Voucher, event: str = "forced"
) -> str | None:
    """Which wall stops a move that somebody writes; None where nothing does."""
    try:
        async with begin(actor) as work:
            await work.vouchers.move(before, after, event=event)
            await work.commit()
    except DBAPIError as error:
        return constraint_of(error) or sqlstate_of(error)
    except Refusal as refusal:
        return refusal.code
    return None


async def own_voucher(begin: BeginWork, staff: Staff, of: VoucherProject) -> Voucher:
    """A voucher issued to the worker."""
    (one,) = await stage.issued(begin, staff, of, stage.himself(staff, staff.worker))
    return one


async def test_a_worker_collects_reserves_and_gives_back_and_nothing_else(
    begin_work: BeginWork, staff: Staff, admin: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    class_id = await stage.a_class(admin, staff, of)
    issued = await own_voucher(begin_work, staff, of)
    for event in ("expire", "void", "freeze"):
        assert (
            await broken(begin_work, staff.worker, issued, issued.moved(event))
            == "voucher_moves_on"
        )
    at: Any = {"class_id": class_id, "staff": staff}
    moved = issued
    for event in ("collect", "reserve", "withdraw"):
        moved = await stage.moved(begin_work, staff.worker, issued.id, event, **at)
    for event in ("freeze", "expire"):
        assert (
            await broken(begin_work, staff.worker, moved, moved.moved(event)) == "voucher_moves_on"
        )
    returned = await stage.moved(begin_work, staff.worker, issued.id, "give_back", **at)
    assert returned.state == "returned"


async def test_a_provider_redeems_what_its_class_completed_and_nothing_else(
    begin_work: BeginWork, staff: Staff, admin: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    class_id = await stage.a_class(admin, staff, of)
    issued = await own_voucher(begin_work, staff, of)
    at: Any = {"class_id": class_id, "staff": staff}
    moved = issued
    for event in ("collect", "reserve", "start"):
        moved = await stage.moved(begin_work, staff.handler, issued.id, event, **at)
    assert (
        await broken(begin_work, staff.teacher, moved, moved.moved("complete"))
        == "voucher_moves_on"
    )
    await stage.moved(begin_work, staff.handler, issued.id, "complete", **at)
    redeemed = await stage.moved(begin_work, staff.teacher, issued.id, "redeem", **at)
    assert (
        await broken(begin_work, staff.teacher, redeemed, redeemed.moved("approve"))
        == "voucher_moves_on"
    )


async def test_nobody_moves_another_places_or_persons_voucher(
    begin_work: BeginWork, staff: Staff, new_staff: NewStaff
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    issued = await own_voucher(begin_work, staff, of)
    assert issued.code is not None
    elsewhere = await new_staff()
    for actor in (staff.worker_second, staff.teacher, staff.filer, elsewhere.handler):
        assert (
            await broken(begin_work, actor, issued, issued.moved("collect")) == "stale_version"
        ), "what is not seen is not there"
        async with begin_work(actor) as work:
            assert await work.vouchers.find(issued.code) is None
            assert not await work.vouchers.page(stage.of_project(of), after=None, limit=9)


async def written(admin_or_app: AsyncEngine, scope: Actor, statement: str, **named: Any) -> str:
    """What stops a statement in an actor's scope, at its commit at the latest; empty where nothing does."""
    try:
        async with admin_or_app.begin() as connection:
            await connection.execute(
                text(
                    "select set_config('xuetu.person_id', :person, true),"
                    " set_config('xuetu.org_id', :org, true), set_config('xuetu.region_path', :region, true)"
                ),
                {
                    "person": str(scope.person_id),
                    "org": str(scope.org_id),
                    "region": scope.region_path or "",
                },
            )
            await connection.execute(text(statement), named)
    except DBAPIError as error:
        return constraint_of(error) or sqlstate_of(error) or ""
    return ""


async def test_a_move_without_its_act_is_refused_at_the_commit(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    issued = await own_voucher(begin_work, staff, of)
    unsigned = "update vouchers set state = 'collected', version = 2 where id = :id"
    for actor in (staff.worker, staff.handler):
        assert await written(engine, actor, unsigned, id=issued.id) == "voucher_moved_by_act"
    twice = "update vouchers set state = 'collected', version = 3 where id = :id"
    assert await written(engine, staff.worker, twice, id=issued.id) == "voucher_moves_on"
    in_a_set = (
        "update vouchers set state = 'collected', version = 2,"
        " set_ids = set_ids || gen_random_uuid() where id = :id"
    )
    assert await written(engine, staff.worker, in_a_set, id=issued.id) == "voucher_moves_on"


async def test_a_group_that_its_worker_states_is_the_bureaus_to_confirm(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine, admin: AsyncEngine
) -> None:
    """Shows REG-18 in PostgreSQL: neither confirmed nor reserved on a worker's word."""
    veteran = BeneficiaryTag.VETERAN
    of = await stage.project(begin_work, staff, tags=frozenset({veteran}))
    class_id = await stage.a_class(admin, staff, of)
    person = replace(stage.himself(staff, staff.worker), tag=veteran)
    async with begin_work(staff.worker) as work:
        stated = await voucher.collect_from_project(work, project_id=of.case.id, person=person)
        await work.commit()
    reserved = stage.with_facts(stated, "reserve", work, class_id=class_id, staff=staff)
    assert await broken(begin_work, staff.worker, stated, reserved) == "voucher_group_confirmed"
    sign = "update vouchers set tag_confirmed_at = now(), version = version + 1 where id = :id"
    assert await written(engine, staff.worker, sign, id=stated.id) == "voucher_of_authority"
    assert await written(engine, staff.handler, sign, id=stated.id) == "voucher_moved_by_act"
    anyhow = "update vouchers set tag_confirmed_at = now() where id = :id"
    assert await written(engine, staff.handler, anyhow, id=stated.id) == "voucher_moves_on"
    async with begin_work(staff.handler) as work:
        confirmed = await voucher.confirm_group(
            work, voucher_id=stated.id, version=stated.version, reason="已核对证件"
        )
        await work.commit()
    assert await written(engine, staff.handler, sign, id=stated.id) == "voucher_moves_on"
    async with begin_work(staff.handler) as work:
        with pytest.raises(Refusal, match="stale_version"):
            await work.vouchers.confirm_group(stated, confirmed, reason="已核对证件")
    reserved = stage.with_facts(confirmed, "reserve", work, class_id=class_id, staff=staff)
    assert await broken(begin_work, staff.worker, confirmed, reserved) is None
    audited = text("select count(*) from audit_entries where object_id = :id and action = :action")
    named = {"id": str(stated.id), "action": "voucher.confirm_group"}
    async with admin.connect() as connection:
        assert (await connection.execute(audited, named)).scalar_one() == 1


async def test_a_worker_issues_nothing_to_himself_but_from_a_general_project(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine
) -> None:
    targeted = await stage.project(begin_work, staff, **stage.TARGETED)
    general = await stage.project(begin_work, staff)
    statement = """
    insert into vouchers (place_id, org_id, region_path, id, project_id, person_id, code, name,
                          identity_sealed, identity_index, identity_masked, state, issued_at, valid_until,
                          set_ids, version, tag, tag_confirmed_at)
    select p.place_id, :worker, p.region_path, gen_random_uuid(), p.id, :worker, :code, '张三', '\\x00',
           sha256('x'), '320***********0012', :state, now(), current_date, :sets, 2, 'veteran',
           case when :confirmed then now() end
      from (select cast(:place as uuid) as place_id, cast(:region as text) as region_path,
                   cast(:project as uuid) as id) p
    """
    named = {
        "worker": staff.worker.org_id,
        "place": staff.place.id,
        "region": staff.place.region_path,
        "code": "0" * 16,
        "state": "collected",
        "sets": [],
        "confirmed": False,
    }

    async def refused(of: VoucherProject, **changed: object) -> str:
        values = named | {"project": of.case.id} | changed
        return await written(engine, staff.worker, statement, **values)

    assert await refused(targeted) == "voucher_project_open"
    assert await refused(general, sets=[UUID(int=1)]) == "voucher_project_open"
    assert await refused(general, state="issued") == "42501"
    assert await refused(general, confirmed=True) == "42501"
    assert await refused(general) == "voucher_moved_by_act", "without the acts of his collecting"


async def test_quota_and_sets_are_nobodys_to_write(
    begin_work: BeginWork, staff: Staff, engine: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff)
    for actor in (staff.worker, staff.handler):
        for statement in (
            "update voucher_quotas set issued = 0 where project_id = :id",
            "insert into voucher_quotas (project_id, quota) values (:id, 9)",
            "select issued from voucher_quotas where project_id = :id",
        ):
            assert await written(engine, actor, statement, id=of.case.id) == "42501"


async def test_whoever_froze_a_voucher_does_not_release_it(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    issued = await own_voucher(begin_work, staff, of)
    frozen = await stage.moved(
        begin_work, staff.handler, issued.id, "freeze", class_id=UUID(int=0), staff=staff
    )
    released = frozen.moved("release_issued")
    assert (
        await broken(begin_work, staff.handler, frozen, released) == "voucher_released_by_another"
    )
    assert await broken(begin_work, staff.handler, frozen, frozen.moved("void")) is None


async def test_a_set_that_names_a_stale_voucher_moves_none(
    begin_work: BeginWork, staff: Staff
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    vouchers = await stage.issued(begin_work, staff, of, stage.somebody(), stage.somebody())
    stale = [vouchers[0], replace(vouchers[1], version=7)]
    with pytest.raises(Refusal, match="stale_version"):
        async with begin_work(staff.handler) as work:
            await move_all(work, staff, of, stale)
    async with begin_work(staff.handler) as work:
        read = await work.vouchers.lock_many([one.id for one in reversed(vouchers)])
        assert list(read) == list(reversed(vouchers))
        with pytest.raises(Refusal, match="not_found"):
            await work.vouchers.lock_many([vouchers[0].id, UUID(int=0)])
        with pytest.raises(Refusal, match="stale_version"):
            await work.vouchers.move(
                replace(vouchers[0], version=7),
                replace(vouchers[0], version=7).moved("void"),
                event="void",
            )


async def move_all(work: Any, staff: Staff, of: VoucherProject, them: Sequence[Voucher]) -> Any:
    """Expire vouchers as a set."""
    return await work.vouchers.move_set(
        them,
        [one.moved("expire") for one in them],
        event=SetEvent.EXPIRE,
        project_id=of.case.id,
        place=staff.place,
    )


async def test_a_set_is_seen_by_whom_it_moved_and_by_no_other_worker(
    begin_work: BeginWork, staff: Staff, new_staff: NewStaff
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    issued = await own_voucher(begin_work, staff, of)
    (set_id,) = issued.set_ids
    async with begin_work(staff.worker) as work:
        (seen,) = await work.vouchers.sets_of(await work.vouchers.get(issued.id))
        assert (seen.id, seen.event, seen.vouchers) == (set_id, SetEvent.ISSUE, 1)
        assert [one.id for one in await work.vouchers.sets(event=None, after=None, limit=9)] == [
            set_id
        ]
    for stranger in (staff.worker_second, staff.teacher, (await new_staff()).handler):
        async with begin_work(stranger) as work:
            assert not await work.vouchers.sets(event=None, after=None, limit=9)
            with pytest.raises(Refusal, match="not_found"):
                await work.vouchers.set(set_id)


async def test_the_vouchers_of_a_class_are_locked_by_state(
    begin_work: BeginWork, staff: Staff, admin: AsyncEngine
) -> None:
    of = await stage.project(begin_work, staff, **stage.TARGETED)
    class_id = await stage.a_class(admin, staff, of)
    vouchers = await stage.issued(begin_work, staff, of, stage.somebody(), stage.somebody())
    at: Any = {"class_id": class_id, "staff": staff}
    for one in vouchers:
        for event in ("collect", "reserve"):
            await stage.moved(begin_work, staff.handler, one.id, event, **at)
    await stage.moved(begin_work, staff.handler, vouchers[0].id, "start", **at)
    async with begin_work(staff.handler) as work:
        everybody = await work.vouchers.lock_class(staff.place.id, class_id)
        reserved = await work.vouchers.lock_class(staff.place.id, class_id, state="reserved")
    assert [one.id for one in everybody] == sorted(one.id for one in vouchers)
    assert [one.id for one in reserved] == [vouchers[1].id]
    async with begin_work(staff.teacher) as work:
        asked = VoucherFilter(class_id=class_id)
        assert len(await work.vouchers.page(asked, after=None, limit=9)) == 2
