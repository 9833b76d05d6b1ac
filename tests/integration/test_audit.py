"""The audit trail on PostgreSQL: recorded with the act, sealed once, and no change unseen.

Tamperings are done by the superuser with every trigger and foreign key off: the strongest owner a
database can have.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.crypto.checkpoint_keys import Ed25519CheckpointKeys, signature_holds
from adapters.crypto.key_file import create_key_file, read_key_file
from adapters.crypto.software import sm3
from adapters.postgres.audit import PAGE, audit_chain_on, postgres_audit_chain
from adapters.postgres.constraints import constraint_of, sqlstate_of
from adapters.system.checkpoints import FileCheckpoints
from domain.audit import GENESIS, ROOT, Act, AuditEntry, Ground, Link, canonical, linked
from domain.audit_checkpoint import SignedCheckpoint
from domain.audit_verification import Verdict, Why, verify
from domain.party import SYSTEM_PERSON, Actor, system_actor
from domain.ports.audit import AuditChain, OpenAuditChain
from domain.ports.work import BeginWork
from service.application.audit import (
    checkpoint_audit,
    export_audit,
    seal_audit,
    sealer_health,
)
from tests.conftest import Database
from tests.people import Staff

NOT_PERMITTED = "42501"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A place of the test's own, and the three logins of the database."""

    staff: Staff
    begin_work: BeginWork
    app: AsyncEngine
    owner: AsyncEngine
    admin: AsyncEngine

    @property
    def region_path(self) -> str:
        return self.staff.place.region_path

    @property
    def reviewer(self) -> Actor:
        return self.staff.handler

    @property
    def filer(self) -> Actor:
        return self.staff.filer

    @property
    def root(self) -> Actor:
        """The system person over all regions."""
        return system_actor(bureau_org_id=self.staff.place.bureau_org_id, region_path=ROOT)

    @property
    def open_chain(self) -> OpenAuditChain:
        return postgres_audit_chain(self.app)

    @property
    def ground(self) -> Ground:
        return Ground(
            place_id=self.staff.place.id,
            org_id=self.staff.enterprise.id,
            partner_org_id=None,
            region_path=self.region_path,
        )

    def act(self, number: int = 1) -> Act:
        return Act(
            action="filing.accept",
            object_kind="filing",
            object_id=str(uuid4()),
            ground=self.ground,
            facts={"people": number, "digest": "00ff"},
        )

    @asynccontextmanager
    async def scope(self, actor: Actor) -> AsyncGenerator[AsyncConnection, None]:
        """Open a transaction in an actor's scope, on the application's login; rolls back."""
        async with self.app.connect() as connection:
            await connection.execute(
                text(
                    "select set_config('xuetu.person_id', :person, true),"
                    " set_config('xuetu.org_id', :org, true),"
                    " set_config('xuetu.region_path', :region, true)"
                ),
                {
                    "person": str(actor.person_id),
                    "org": str(actor.org_id),
                    "region": actor.region_path or "",
                },
            )
            yield connection

    async def record(self, *acts: Act, actor: Actor | None = None) -> None:
        """Record acts, of the reviewer unless said otherwise, committed."""
        async with self.begin_work(actor or self.reviewer) as work:
            for act in acts:
                await work.audit.record(act)
            await work.commit()

    async def record_and_seal(self, count: int) -> None:
        await self.record(*(self.act(number) for number in range(1, count + 1)))
        await self.seal_all()

    async def seal_all(self, limit: int = 1000) -> None:
        while await seal_audit(self.open_chain, sm3=sm3, limit=limit):
            pass

    async def chain(self, region_path: str | None = None) -> list[tuple[Link, AuditEntry | None]]:
        async with self.open_chain() as chain:
            return [pair async for pair in chain.sealed(region_path or self.region_path)]

    async def waiting(self) -> int:
        """Count this place's entries on the queue."""
        query = text("select count(*) from audit_queue where region_path = :region")
        async with self.app.connect() as connection:
            count: int = (
                await connection.execute(query, {"region": self.region_path})
            ).scalar_one()
        return count


@pytest.fixture(scope="session")
async def owner(database: Database) -> AsyncGenerator[AsyncEngine, None]:
    opened = create_async_engine(database.owner_url)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
async def admin(database: Database) -> AsyncGenerator[AsyncEngine, None]:
    opened = create_async_engine(database.admin_url)
    yield opened
    await opened.dispose()


@pytest.fixture
def stage(
    staff: Staff,
    begin_work: BeginWork,
    engine: AsyncEngine,
    owner: AsyncEngine,
    admin: AsyncEngine,
) -> Stage:
    return Stage(staff=staff, begin_work=begin_work, app=engine, owner=owner, admin=admin)


# --- recording ------------------------------------------------------------------------------------


async def test_a_recorded_act_is_sealed_once_with_everything_it_said(stage: Stage) -> None:
    act = stage.act(7)
    await stage.record(act)
    assert await stage.waiting() == 1
    await stage.seal_all()
    assert await stage.waiting() == 0
    [(link, entry)] = await stage.chain()
    assert entry is not None
    assert (link.sequence, link.previous, link.entry_id) == (1, GENESIS, entry.id)
    assert entry == AuditEntry(
        id=entry.id,
        at=entry.at,
        place_id=stage.staff.place.id,
        org_id=stage.staff.enterprise.id,
        partner_org_id=None,
        region_path=stage.region_path,
        person_id=stage.reviewer.person_id,
        account_name=stage.reviewer.account_name,
        action="filing.accept",
        object_kind="filing",
        object_id=act.object_id,
        request_id="test",
        payload=b'{"digest":"00ff","people":7}',
    )


async def test_an_act_that_does_not_commit_leaves_no_entry_and_no_queue_row(stage: Stage) -> None:
    async with stage.begin_work(stage.reviewer) as work:
        await work.audit.record(stage.act())
    await stage.seal_all()
    assert (await stage.waiting(), await stage.chain()) == (0, [])


async def test_every_row_of_one_statement_is_queued(stage: Stage) -> None:
    statement, values = _many(stage, 3)
    async with stage.scope(stage.reviewer) as connection:
        await connection.execute(statement, values)
        await connection.commit()
    assert await stage.waiting() == 3


async def test_what_has_no_place_lies_in_the_root_chain_and_its_own_organisation_sees_it(
    stage: Stage,
) -> None:
    account = str(uuid4())
    opened = Act(action="session.open", object_kind="account", object_id=account, ground=None)
    await stage.record(opened, actor=stage.filer)
    await stage.seal_all()
    entries = [entry for _, entry in await stage.chain(ROOT)]
    found = next(entry for entry in entries if entry is not None and entry.object_id == account)
    assert (found.place_id, found.org_id, found.region_path) == (None, stage.filer.org_id, ROOT)
    query = text("select count(*) from audit_entries where object_id = :account")
    async with stage.scope(stage.filer) as connection:
        assert (await connection.execute(query, {"account": account})).scalar_one() == 1
    async with stage.scope(stage.reviewer) as connection:
        assert (await connection.execute(query, {"account": account})).scalar_one() == 0


async def test_one_records_only_as_oneself(stage: Stage) -> None:
    statement, values = _many(stage, 1)
    async with stage.scope(stage.reviewer) as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(statement, {**values, "person": stage.filer.person_id})
    assert sqlstate_of(refused.value) == NOT_PERMITTED


async def test_nobody_records_in_a_region_out_of_scope(stage: Stage) -> None:
    stranger = replace(stage.reviewer, region_path="/33/", org_id=uuid4())
    statement, values = _many(stage, 1)
    async with stage.scope(stranger) as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(statement, values)
    assert sqlstate_of(refused.value) == NOT_PERMITTED


async def test_only_what_has_no_place_may_lie_in_the_root(stage: Stage) -> None:
    statement, values = _many(stage, 1)
    for change in ({"place": None}, {"place": None, "region": ROOT, "org": None}, {"org": None}):
        async with stage.scope(stage.root) as connection:
            with pytest.raises(DBAPIError) as refused:
                await connection.execute(
                    statement, {**values, "person": SYSTEM_PERSON, "partner": uuid4(), **change}
                )
        assert constraint_of(refused.value) == "entry_has_ground"


async def test_a_place_and_its_region_cannot_be_told_apart(stage: Stage) -> None:
    statement, values = _many(stage, 1)
    async with stage.scope(stage.root) as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(
                statement, {**values, "person": SYSTEM_PERSON, "region": "/32/"}
            )
    assert constraint_of(refused.value) == "entry_of_region"


# --- what the database refuses --------------------------------------------------------------------


@pytest.mark.parametrize("table", ["audit_entries", "audit_chain"])
@pytest.mark.parametrize("change", ["update {} set region_path = '/'", "delete from {}"])
async def test_not_even_the_owner_edits_the_trail(stage: Stage, table: str, change: str) -> None:
    await stage.record_and_seal(1)
    scoped = text("select set_config('xuetu.region_path', '/', true)")
    async with stage.owner.connect() as connection:
        await connection.execute(scoped)
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(text(change.format(table)))
    assert constraint_of(refused.value) == "append_only"
    async with stage.app.connect() as connection:
        await connection.execute(scoped)
        with pytest.raises(DBAPIError) as denied:
            await connection.execute(text(change.format(table)))
    assert sqlstate_of(denied.value) == NOT_PERMITTED


async def test_not_even_the_owner_empties_the_trail(stage: Stage) -> None:
    async with stage.owner.connect() as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(text("truncate audit_chain"))
    assert constraint_of(refused.value) == "append_only"


async def test_the_application_neither_fills_the_queue_nor_takes_unsealed_entries_off_it(
    stage: Stage,
) -> None:
    await stage.record(stage.act())
    async with stage.scope(stage.root) as connection:
        taken = await connection.execute(text("delete from audit_queue"))
        assert taken.rowcount == 0
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(
                text("insert into audit_queue (entry_id, region_path) values (:id, '/')"),
                {"id": uuid4()},
            )
    assert sqlstate_of(refused.value) == NOT_PERMITTED
    assert await stage.waiting() == 1


async def test_only_the_system_seals(stage: Stage) -> None:
    await stage.record(stage.act())
    [link] = await _links_waiting(stage)
    async with stage.scope(stage.reviewer) as connection:
        await _link_refused(connection, link, sqlstate=NOT_PERMITTED)


async def test_the_database_refuses_gaps_forks_and_second_links(stage: Stage) -> None:
    await stage.record_and_seal(2)
    (_, _), (last, _) = await stage.chain()
    await stage.record(stage.act())
    [good] = await _links_waiting(stage)
    for wrong, constraint in (
        (replace(good, sequence=4), "link_follows"),
        (replace(good, previous=GENESIS), "link_follows"),
        (replace(good, sequence=1, previous=last.digest), "chain_starts_at_genesis"),
        (replace(good, sequence=2), "audit_chain_pkey"),
        (replace(good, entry_id=last.entry_id), "sealed_once"),
        (replace(good, entry_id=uuid4()), "audit_chain_entry_id_fkey"),
    ):
        async with stage.scope(stage.root) as connection:
            await _link_refused(connection, wrong, constraint=constraint)
    await stage.seal_all()
    assert [link.sequence for link, _ in await stage.chain()] == [1, 2, 3]


# --- sealing --------------------------------------------------------------------------------------


async def test_there_is_one_sealer_at_a_time(stage: Stage) -> None:
    await stage.record(stage.act())
    async with stage.open_chain() as first:
        assert await first.try_lock()
        assert await seal_audit(stage.open_chain, sm3=sm3) == 0
    assert await stage.waiting() == 1
    await stage.seal_all()
    assert await stage.waiting() == 0


async def test_a_sealer_that_dies_before_its_commit_leaves_everything_to_the_next(
    stage: Stage,
) -> None:
    await stage.record(stage.act())
    links = await _links_waiting(stage)
    async with stage.open_chain() as chain:
        await chain.append(links)
    assert (await stage.waiting(), await stage.chain()) == (1, [])


async def test_an_entry_that_commits_late_is_sealed_after_younger_ones(stage: Stage) -> None:
    async with stage.begin_work(stage.reviewer) as late:
        await late.audit.record(stage.act(1))
        await stage.record(stage.act(2))
        await stage.seal_all()
        await late.commit()
    await stage.seal_all()
    payloads = [entry.payload for _, entry in await stage.chain() if entry is not None]
    assert payloads == [canonical(stage.act(2).facts), canonical(stage.act(1).facts)]


async def test_a_backlog_is_sealed_in_parts_into_one_chain(stage: Stage) -> None:
    await stage.record(*(stage.act(number) for number in range(7)))
    await stage.seal_all(limit=3)
    chain = await stage.chain()
    assert [link.sequence for link, _ in chain] == [1, 2, 3, 4, 5, 6, 7]
    assert [link.previous for link, _ in chain[1:]] == [link.digest for link, _ in chain[:-1]]


async def test_an_entry_that_waits_over_thirty_seconds_is_an_alarm(stage: Stage) -> None:
    await stage.seal_all()
    health = await sealer_health(stage.open_chain)
    assert (health.oldest_unsealed_age_s, health.alarm) == (None, False)
    await stage.record(stage.act())
    assert not (await sealer_health(stage.open_chain)).alarm
    async with stage.owner.begin() as connection:
        await connection.execute(
            text(
                "update audit_queue set queued_at = queued_at - interval '31 s'"
                " where region_path = :region"
            ),
            {"region": stage.region_path},
        )
    health = await sealer_health(stage.open_chain)
    assert health.oldest_unsealed_age_s is not None
    assert health.oldest_unsealed_age_s >= 31
    assert health.alarm
    await stage.seal_all()
    assert not (await sealer_health(stage.open_chain)).alarm


# --- export, checkpoints, tampering ---------------------------------------------------------------


class Auditor:
    """An auditor's desk: the installation's public key, checkpoints kept away, exports verified."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        create_key_file(folder / "keys.json")
        self.stage = stage
        self.keys = Ed25519CheckpointKeys(read_key_file(folder / "keys.json"))
        self.kept = FileCheckpoints(folder / "checkpoints")

    async def take_checkpoint(self) -> str | None:
        return await checkpoint_audit(self.stage.open_chain, checkpoints=self.kept, keys=self.keys)

    async def latest(self) -> SignedCheckpoint:
        latest = await self.kept.latest()
        assert latest is not None
        return latest

    async def verdict(
        self, open_chain: OpenAuditChain | None = None, *, anchored: bool = True
    ) -> Verdict:
        stream = export_audit(
            open_chain or self.stage.open_chain, region_path=self.stage.region_path
        )
        return verify(
            [line async for line in stream],
            checkpoints=[await self.latest()] if anchored else [],
            public_key=self.keys.public_key,
            sm3=sm3,
            signature_holds=signature_holds,
        )


@pytest.fixture
def auditor(stage: Stage, tmp_path: Path) -> Auditor:
    return Auditor(stage, tmp_path)


async def test_an_export_verifies_against_a_checkpoint_and_shows_its_own_region_only(
    stage: Stage, auditor: Auditor
) -> None:
    """Shows ACT-15."""
    await stage.record_and_seal(PAGE + 1)
    await auditor.take_checkpoint()
    await stage.record_and_seal(1)
    assert await auditor.verdict() == Verdict(
        region_path=stage.region_path,
        chains=1,
        records=PAGE + 2,
        anchored=PAGE + 1,
        broken=None,
    )


async def test_a_checkpoint_is_taken_only_when_something_was_sealed(
    stage: Stage, auditor: Auditor
) -> None:
    await stage.record_and_seal(1)
    assert await auditor.take_checkpoint() is not None
    assert await auditor.take_checkpoint() is None
    await stage.record_and_seal(1)
    assert await auditor.take_checkpoint() is not None
    head = (await auditor.latest()).checkpoint.heads[stage.region_path]
    assert head.sequence == 2


async def test_another_regions_scope_sees_neither_chain_nor_entries(stage: Stage) -> None:
    await stage.record_and_seal(1)
    async with stage.open_chain("/33/") as chain:
        assert stage.region_path not in await chain.heads()
        assert [pair async for pair in chain.sealed(stage.region_path)] == []


Tamper = Callable[[AsyncConnection, Stage], Awaitable[None]]


async def _set_entry(connection: AsyncConnection, stage: Stage, what: str, sequence: int) -> None:
    await connection.execute(
        text(
            f"update audit_entries e set {what} from audit_chain c"
            " where c.entry_id = e.id and c.region_path = :region and c.sequence = :sequence"
        ),
        {"region": stage.region_path, "sequence": sequence},
    )


async def edit_payload(connection: AsyncConnection, stage: Stage) -> None:
    await _set_entry(connection, stage, "payload = payload || ' '", 3)


async def edit_payload_to_no_text(connection: AsyncConnection, stage: Stage) -> None:
    await _set_entry(connection, stage, r"payload = '\xff00'::bytea", 3)


async def edit_actor(connection: AsyncConnection, stage: Stage) -> None:
    await _set_entry(connection, stage, "person_id = system_person()", 3)


async def edit_time(connection: AsyncConnection, stage: Stage) -> None:
    await _set_entry(connection, stage, "at = at + interval '1 microsecond'", 3)


async def delete_record(connection: AsyncConnection, stage: Stage) -> None:
    await connection.execute(
        text("delete from audit_chain where region_path = :region and sequence = 3"),
        {"region": stage.region_path},
    )


async def delete_entry(connection: AsyncConnection, stage: Stage) -> None:
    await connection.execute(
        text(
            "delete from audit_entries where id = (select entry_id from audit_chain"
            " where region_path = :region and sequence = 3)"
        ),
        {"region": stage.region_path},
    )


async def swap_records(connection: AsyncConnection, stage: Stage) -> None:
    for now, then in ((3, 9), (5, 3), (9, 5)):
        await connection.execute(
            text(
                "update audit_chain set sequence = :then"
                " where region_path = :region and sequence = :now"
            ),
            {"region": stage.region_path, "now": now, "then": then},
        )


async def truncate_tail(connection: AsyncConnection, stage: Stage) -> None:
    await connection.execute(
        text("delete from audit_chain where region_path = :region and sequence > 4"),
        {"region": stage.region_path},
    )


async def rewrite_with_recomputed_hashes(connection: AsyncConnection, stage: Stage) -> None:
    await edit_payload(connection, stage)
    chain = await audit_chain_on(connection)
    entries = [entry async for _, entry in chain.sealed(stage.region_path) if entry is not None]
    await connection.execute(
        text("delete from audit_chain where region_path = :region"), {"region": stage.region_path}
    )
    await chain.append(linked(entries, {}, sealed_at=chain.now, sm3=sm3))


@pytest.mark.parametrize(
    ("tamper", "why", "sequence"),
    [
        (edit_payload, Why.ENTRY_CHANGED, 3),
        (edit_payload_to_no_text, Why.ENTRY_CHANGED, 3),
        (edit_actor, Why.ENTRY_CHANGED, 3),
        (edit_time, Why.ENTRY_CHANGED, 3),
        (delete_record, Why.RECORD_MISSING, 3),
        (delete_entry, Why.ENTRY_MISSING, 3),
        (swap_records, Why.CHAIN_BROKEN, 3),
        (truncate_tail, Why.TRUNCATED, 5),
        (rewrite_with_recomputed_hashes, Why.REWRITTEN, 6),
    ],
)
async def test_what_the_databases_owner_does_to_the_trail_is_found(
    stage: Stage, auditor: Auditor, tamper: Tamper, why: Why, sequence: int
) -> None:
    await stage.record_and_seal(6)
    await auditor.take_checkpoint()
    assert (await auditor.verdict()).broken is None
    async with stage.admin.connect() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        await tamper(connection, stage)

        @asynccontextmanager
        async def tampered(region_path: str = ROOT) -> AsyncGenerator[AuditChain, None]:
            yield await audit_chain_on(connection, region_path)

        broken = (await auditor.verdict(tampered)).broken
    assert broken is not None
    assert (broken.why, broken.region_path, broken.sequence) == (why, stage.region_path, sequence)
    assert (await auditor.verdict()).broken is None


# --- helpers --------------------------------------------------------------------------------------


def _many(stage: Stage, count: int) -> tuple[TextClause, dict[str, object]]:
    """One statement that inserts several entries of the reviewer."""
    statement = text(
        "insert into audit_entries (place_id, org_id, partner_org_id, region_path, id, at,"
        " person_id, account_name, action, object_kind, object_id, request_id, payload)"
        " select :place, :org, :partner, :region, gen_random_uuid(), :at, :person, 'reviewer',"
        " 'filing.accept', 'filing', '', '', '' from generate_series(1, :count)"
    )
    return statement, {
        "place": stage.staff.place.id,
        "org": stage.staff.enterprise.id,
        "partner": None,
        "region": stage.region_path,
        "at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        "person": stage.reviewer.person_id,
        "count": count,
    }


async def _links_waiting(stage: Stage) -> Sequence[Link]:
    """Link what waits, without storing it."""
    async with stage.open_chain() as chain:
        entries = [
            entry
            for entry in await chain.next_unsealed(1000)
            if entry.region_path == stage.region_path
        ]
        heads = await chain.heads({stage.region_path})
        return linked(entries, heads, sealed_at=chain.now, sm3=sm3)


async def _link_refused(
    connection: AsyncConnection,
    link: Link,
    *,
    constraint: str | None = None,
    sqlstate: str | None = None,
) -> None:
    with pytest.raises(DBAPIError) as refused:
        await connection.execute(
            text(
                "insert into audit_chain (region_path, sequence, entry_id, entry_digest, previous,"
                " digest, sealed_at) values (:region_path, :sequence, :entry_id, :entry_digest,"
                " :previous, :digest, :sealed_at)"
            ),
            {name: getattr(link, name) for name in Link.__dataclass_fields__},
        )
    assert constraint is None or constraint_of(refused.value) == constraint
    assert sqlstate is None or sqlstate_of(refused.value) == sqlstate
