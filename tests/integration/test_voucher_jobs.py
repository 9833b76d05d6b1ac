"""The jobs of vouchers in a worker: issue to a list in chunks, expire in sets; kills survived, nothing doubled."""

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.embedded.postgres import EmbeddedPostgres
from domain.party import system_actor
from domain.ports.identity import Passwords
from domain.ports.work import Work
from domain.roster.vouchers import check_list
from domain.voucher import CountsTo, SetEvent, Voucher, VoucherProject
from domain.voucher_issue import IssueMode, VoucherIssue
from jobs.deadlines import in_every_place
from jobs.run import NOWHERE
from jobs.voucher import issue_from
from jobs.worker import Worker
from service.application.document import sweep_documents
from service.application.voucher_expiry import EXPIRE_VOUCHERS, expire_vouchers
from service.application.voucher_issue import ISSUE_VOUCHERS, OrderIssue, order_issue
from tests.conftest import Database, migrated
from tests.fakes.crypto import FakeCrypto
from tests.fakes.documents import FakeDocuments
from tests.integration import voucher_stage as stage
from tests.integration.voucher_process import CHUNK, IssuerPorts, issuer, ports_on
from tests.people import Staff, staffed_place

PEOPLE = 5
ROOT = system_actor(bureau_org_id=UUID(int=0), region_path="/")


@pytest.fixture(scope="module")
def own(server: EmbeddedPostgres) -> Database:
    """A database whose jobs are this module's alone."""
    return migrated(server, "voucher_jobs")


@dataclass(frozen=True, kw_only=True)
class Road:
    """A place, its worker's ports, and the folder where lists are kept."""

    url: str
    folder: Path
    engine: AsyncEngine
    admin: AsyncEngine
    ports: IssuerPorts
    staff: Staff

    async def project(self, **changed: Any) -> VoucherProject:
        """An approved targeted project."""
        return await stage.project(
            self.ports.begin_work, self.staff, **{**stage.TARGETED, **changed}
        )

    async def ordered(self, of: VoucherProject, people: int = PEOPLE) -> VoucherIssue:
        """An issue that waits for the worker."""
        async with self.ports.begin_work(self.staff.handler) as work:
            command = OrderIssue(
                check=check_list([stage.somebody() for _ in range(people)], today=work.today),
                source=b"a list",
                mode=IssueMode.ALL_OR_NOTHING,
                at="/people",
            )
            done = await order_issue(work, self.ports.store, project_id=of.case.id, command=command)
            await work.commit()
        assert done.issue is not None
        return done.issue

    async def vouchers(self, of: VoucherProject) -> Sequence[Voucher]:
        """What a project has issued."""
        async with self.ports.begin_work(self.staff.handler) as work:
            return await work.vouchers.page(stage.of_project(of), after=None, limit=500)

    async def sets(self, event: SetEvent) -> list[int]:
        """How many vouchers moved in each set."""
        async with self.ports.begin_work(self.staff.handler) as work:
            found = await work.vouchers.sets(event=event, after=None, limit=500)
            return [one.vouchers for one in found]

    async def issue(self, issue_id: UUID) -> VoucherIssue:
        """Read an issue back."""
        async with self.ports.begin_work(self.staff.handler) as work:
            return await work.voucher_projects.issue(issue_id)

    async def sql(self, statement: str, **named: object) -> Any:
        """Ask as the superuser; one row back."""
        async with self.admin.begin() as connection:
            return (await connection.execute(text(statement), named)).one_or_none()


@pytest.fixture
async def road(own: Database, passwords: Passwords, tmp_path: Path) -> AsyncIterator[Road]:
    engine, admin = create_async_engine(own.app_url), create_async_engine(own.admin_url)
    ports = ports_on(engine, tmp_path)
    staff = await staffed_place(ports.begin_work, crypto=FakeCrypto(), passwords=passwords)
    yield Road(
        url=own.app_url, folder=tmp_path, engine=engine, admin=admin, ports=ports, staff=staff
    )
    await engine.dispose()
    await admin.dispose()


async def test_a_list_is_issued_to_in_chunks_each_a_set(road: Road) -> None:
    of = await road.project()
    ordered = await road.ordered(of)
    assert (ordered.issued, ordered.finished_at) == (0, None)
    await issuer(road.engine, road.folder).run_until_idle()
    done = await road.issue(ordered.id)
    assert (done.issued, done.people) == (PEOPLE, PEOPLE)
    assert done.finished_at is not None
    vouchers = await road.vouchers(of)
    assert [one.state for one in vouchers] == ["issued"] * PEOPLE
    assert len({one.code for one in vouchers}) == PEOPLE
    assert {one.valid_until for one in vouchers} == {date(2026, 2, 2) + timedelta(days=90)}
    assert await road.sets(SetEvent.ISSUE) == [CHUNK, CHUNK, 1]
    (first,) = {one.set_ids for one in vouchers[:CHUNK]}
    async with road.ports.begin_work(road.staff.handler) as work:
        (moved,) = [await work.vouchers.set(set_id) for set_id in first]
    ids = b"".join(one.id.bytes for one in vouchers[:CHUNK])
    assert moved.digest == hashlib.sha256(ids).digest()


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("vouchers.before_chunk_commit", 0),
        ("vouchers.before_chunk_commit:2", 2),
        ("vouchers.after_chunk_commit", 2),
        ("job.after_chunk_effect:2", 2),
        ("job.after_effect", 4),
        ("job.after_commit", 5),
    ],
)
async def test_a_killed_issue_leaves_whole_chunks_and_goes_on_where_it_stopped(
    road: Road, point: str, kept: int
) -> None:
    of = await road.project()
    ordered = await road.ordered(of)
    words = ("-m", "tests.integration.voucher_process", road.url, str(road.folder), point)
    killed = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await killed.wait() == -signal.SIGKILL
    assert len(await road.vouchers(of)) == (await road.issue(ordered.id)).issued == kept
    await road.sql(
        "update jobs set lease_until = clock_timestamp() - interval '1 s'"
        " where ref = :ref and state = 'leased' returning id",
        ref=ordered.id,
    )
    again = issuer(road.engine, road.folder)
    await again.sweep()
    await again.run_until_idle()
    assert len(await road.vouchers(of)) == (await road.issue(ordered.id)).issued == PEOPLE
    issued = await road.sql(
        "select issued from voucher_quotas where project_id = :id", id=of.case.id
    )
    assert issued.issued == PEOPLE


async def test_a_second_job_of_a_finished_issue_issues_nothing(road: Road) -> None:
    of = await road.project()
    ordered = await road.ordered(of)
    worker = issuer(road.engine, road.folder)
    await worker.run_until_idle()
    async with road.ports.begin_work(road.staff.system) as work:
        await work.jobs.add(ISSUE_VOUCHERS, ordered.id, road.staff.place.id)
        await work.commit()
    assert await worker.run_until_idle() == 1
    assert len(await road.vouchers(of)) == PEOPLE


async def test_a_list_stays_in_the_store_until_everybody_has_a_voucher(road: Road) -> None:
    store = FakeDocuments()
    own = replace(road, ports=replace(road.ports, store=store))
    ordered = await own.ordered(await own.project())

    async def swept() -> None:
        store.age(90_000)
        await sweep_documents(ROOT, begin_work=road.ports.begin_work, store=store)

    await swept()
    assert await store.get(ordered.list_sha256)
    ports = own.ports
    worker = Worker(ports, {ISSUE_VOUCHERS: issue_from(store, CHUNK)}, jitter=lambda: 0)
    await worker.run_until_idle()
    await swept()
    with pytest.raises(Exception, match=ordered.list_sha256.hex()):
        await store.get(ordered.list_sha256)


async def expired_on(road: Road, day: date, limit: int = 50_000) -> None:
    """Let the daily job of a day do its work in every place."""
    act = partial(expire_vouchers, limit=limit)
    async with road.ports.begin_work(NOWHERE) as work:
        job_id = await work.jobs.add(EXPIRE_VOUCHERS, work.new_id(), None)
        await work.commit()
    await road.sql("update jobs set period = :day where id = :id returning id", day=day, id=job_id)
    worker = Worker(
        road.ports,
        {EXPIRE_VOUCHERS: in_every_place(act, in_parts=True)},
        jitter=lambda: 0,
    )
    assert await worker.run_until_idle() == 1
    done = await road.sql("select state from jobs where id = :id", id=job_id)
    assert done.state == "done"


async def stood(road: Road, of: VoucherProject, *states: str) -> dict[str, Voucher]:
    """A voucher in each of these states, by state, all in one class where they are in one."""
    class_id = await stage.a_class(road.admin, road.staff, of)
    begin = road.ports.begin_work
    found = {}
    for state in states:
        voucher_id = await stage.one_issued(begin, road.staff, of)
        for event in stage.ROADS[state]:
            await stage.moved(
                begin, road.staff.handler, voucher_id, event, class_id=class_id, staff=road.staff
            )
        async with begin(road.staff.handler) as work:
            found[state] = await work.vouchers.get(voucher_id)
    return found


@pytest.mark.parametrize("counts_to", list(CountsTo))
async def test_the_day_after_the_last_ends_what_it_counts_to(
    road: Road, counts_to: CountsTo
) -> None:
    of = await road.project(counts_to=counts_to)
    vouchers = await stood(road, of, *stage.ROADS)
    last = next(iter(vouchers.values())).valid_until
    ended = {"issued", "collected", "reserved"}
    ended |= {"in_use"} if counts_to is CountsTo.COMPLETION else set()

    async def after() -> dict[str, Voucher]:
        async with road.ports.begin_work(road.staff.handler) as work:
            return {state: await work.vouchers.get(one.id) for state, one in vouchers.items()}

    await expired_on(road, last)
    assert await after() == vouchers, "the last day itself is a day of validity"
    class_id = await case_of_class(road, vouchers["in_use"])
    await expired_on(road, last + timedelta(days=1))
    found = await after()
    case = await road.sql("select version from cases where id = :id", id=class_id)
    assert case.version == (6 if "in_use" in ended else 5), "its page shows one voucher less"
    assert {state for state, one in found.items() if one != vouchers[state]} == ended
    assert {found[state].state for state in ended} == {"expired"}
    assert found["reserved"].class_id is None, "its place is free again"
    assert found["collected"].version == vouchers["collected"].version + 1
    sizes = await road.sets(SetEvent.EXPIRE)
    assert sizes == [3, 1] if "in_use" in ended else sizes == [3]
    ids = sorted(vouchers[state].id.bytes for state in ("issued", "collected", "reserved"))
    async with road.ports.begin_work(road.staff.handler) as work:
        moved = (await work.vouchers.sets_of(found["issued"]))[-1]
    assert moved.digest == hashlib.sha256(b"".join(ids)).digest()
    await expired_on(road, last + timedelta(days=1))
    assert await after() == found, "a replayed day changes nothing"
    entries = await road.sql(
        "select count(*) from audit_entries where place_id = :place and action = 'voucher.expire'",
        place=road.staff.place.id,
    )
    assert entries.count == len(sizes)


async def case_of_class(road: Road, in_use: Voucher) -> UUID:
    """Give the class of a voucher its case, as a row alone; its id."""
    assert in_use.class_id is not None
    async with road.admin.begin() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        await connection.execute(
            text(
                "insert into cases (place_id, id, kind, org_id, region_path, state, step_seq, version, created_at)"
                " values (:place, :id, 'voucher_class', :org, :region, 'started', 5, 5, now())"
            ),
            {
                "place": road.staff.place.id,
                "id": in_use.class_id,
                "org": road.staff.provider.id,
                "region": road.staff.place.region_path,
            },
        )
    return in_use.class_id


async def test_a_large_day_is_done_in_parts_each_a_set_of_its_own(road: Road) -> None:
    of = await road.project()
    people = [stage.somebody() for _ in range(7)]
    vouchers = await stage.issued(road.ports.begin_work, road.staff, of, *people)
    await expired_on(road, vouchers[0].valid_until + timedelta(days=9), limit=3)
    assert await road.sets(SetEvent.EXPIRE) == [3, 3, 1]
    assert {one.state for one in await road.vouchers(of)} == {"expired"}


async def test_a_voucher_that_is_used_at_this_moment_decides_by_its_state(road: Road) -> None:
    of = await road.project()
    voucher_id = await stage.one_issued(road.ports.begin_work, road.staff, of)
    begin = road.ports.begin_work
    async with begin(road.staff.handler) as work:
        voucher = await work.vouchers.lock(voucher_id)
        await work.vouchers.move(voucher, voucher.moved("void"), event="void")
        expiring = asyncio.create_task(
            expired_on(road, voucher.valid_until + timedelta(days=1)), name="expiring"
        )
        await waited_for(road, work)
        await work.commit()
    await expiring
    async with begin(road.staff.handler) as work:
        assert (await work.vouchers.get(voucher_id)).state == "voided"
    assert await road.sets(SetEvent.EXPIRE) == []


async def waited_for(road: Road, work: Work) -> None:
    """Return once somebody waits for a lock that this work holds."""
    assert work is not None
    while True:
        waiting = await road.sql(
            "select count(*) from pg_locks where not granted and locktype in ('transactionid', 'tuple')"
        )
        if waiting.count:
            return
        await asyncio.sleep(0)
