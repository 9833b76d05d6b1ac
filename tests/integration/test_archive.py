"""The lifelong training archive (REG-14, REG-16) on PostgreSQL: written with the decision, walled, never edited."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.archive import ArchiveEntry
from domain.errors import Refusal
from domain.filing import Outcome
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.voucher_class import VoucherResult
from service.application.archive import export_archive, fill_archive, list_archive_entries
from service.application.voucher_class_completion import confirm_completion
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.integration.test_guards import WALL, Forger
from tests.integration.voucher_certificate_stage import certified, extract, verified
from tests.integration.voucher_class_stage import (
    ENDS,
    NUMBER,
    Stage,
    a_stage,
    outcome_of,
    worker_of,
)
from tests.integration.voucher_money_stage import Money
from tests.people import Staff

LEFT = {2: (Outcome.EXITED, "left")}
COPIED = (
    "insert into archive_entries select (jsonb_populate_record(a, jsonb_build_object("
    "'id', gen_random_uuid(), 'supersedes', a.id, 'reason', '改', 'document_number', '号',"
    " 'person_id', scope_person()))).* from archive_entries a where a.id = :id"
)


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


@pytest.fixture
async def road(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork
) -> SettlementRoad:
    """A filing of three people, one of whom left; `begin_work` has put the policies on file."""
    assert begin_work is not None
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    made = SettlementRoad(begin, clock, staff, people=3, roster=())
    return await made.ready(outcomes=LEFT)


async def of_worker(stage: Stage, worker_id: UUID) -> Sequence[ArchiveEntry]:
    """What a worker reads of himself."""
    async with stage.reading(worker_of(worker_id)) as work:
        return await list_archive_entries(work, worker_id=None, after=None, limit=100)


async def test_an_approved_settlement_writes_who_completed_and_who_was_certified(
    road: SettlementRoad,
) -> None:
    await road.extract(road.registered(0), road.registered(1, holder_name="王 五"))
    accepted = await road.accepted(road.declaration(0))
    reviewed = await road.reviewed(await road.verified(accepted.case.id))
    async with road.begin_work(road.staff.handler) as work:
        assert await list_archive_entries(work, worker_id=None, after=None, limit=100) == []
    await road.approved(reviewed)
    async with road.begin_work(road.staff.handler) as work:
        written = await list_archive_entries(work, worker_id=None, after=None, limit=100)
    people = {one.id: one for one in road.enrolments}
    assert sorted(
        (people[one.enrolment_id or UUID(int=0)].seat_no, one.kind) for one in written
    ) == [
        (1, "certificate"),
        (1, "training"),
        (2, "training"),
    ]
    training = next(one for one in written if one.kind == "training")
    assert (training.source, training.employer, training.grade) == (
        "apprenticeship",
        road.staff.enterprise.name,
        4,
    )
    again = await road.act(
        road.staff.system,
        lambda work: fill_archive(work, place_id=road.staff.place.id, on=work.today),
    )
    assert again == 0


async def test_a_class_writes_who_completed_it_and_no_certificate_that_was_only_declared(
    stage: Stage,
) -> None:
    with_certificate, without, failed = await stage.holders(3)
    class_id = await stage.started(with_certificate, without, failed)
    stage.on(ENDS)
    await stage.completion_reported(
        class_id,
        outcome_of(
            with_certificate.voucher_id,
            certificate=(CertificateType.SKILL_LEVEL, NUMBER),
        ),
        outcome_of(without.voucher_id),
        outcome_of(failed.voucher_id, outcome=VoucherResult.FAILED),
    )
    await stage.decided(class_id, confirm_completion)
    kinds = [
        [one.kind for one in await of_worker(stage, holder.worker.person_id)]
        for holder in (with_certificate, without, failed)
    ]
    assert kinds == [["training"], ["training"], []]


async def test_a_settlement_writes_the_certificates_that_a_register_confirmed(stage: Stage) -> None:
    money = Money(stage=stage)
    one, other = await certified(money, 2)
    await extract(money, one.row())
    drafted = await money.drafted()
    await money.accepted(drafted)
    await money.reviewed(drafted)
    await verified(money, drafted)
    (training,) = await of_worker(stage, one.holder.worker.person_id)
    assert training.kind == "training"
    await money.approved(drafted)
    written = await of_worker(stage, one.holder.worker.person_id)
    assert [(each.kind, each.certificate_number, each.voucher_id) for each in written] == [
        ("training", None, one.holder.voucher_id),
        ("certificate", one.number, one.holder.voucher_id),
    ]
    assert [each.kind for each in await of_worker(stage, other.holder.worker.person_id)] == [
        "training"
    ]


async def test_a_certificate_confirmed_before_its_settlement_is_decided_is_filled_in(
    stage: Stage,
) -> None:
    money = Money(stage=stage)
    (one,) = await certified(money, 1)
    await extract(money, one.row())
    drafted = await money.drafted()
    await money.accepted(drafted)
    await verified(money, drafted)
    filled = await stage.act(
        stage.staff.system,
        lambda work: fill_archive(work, place_id=stage.staff.place.id, on=work.today),
    )
    assert filled == 1
    assert len(await of_worker(stage, one.holder.worker.person_id)) == 2


async def test_a_worker_reads_himself_and_a_provider_and_an_enterprise_nobody(
    stage: Stage,
) -> None:
    one, other = await stage.holders(2)
    await stage.completed(one, other)
    assert [e.voucher_id for e in await of_worker(stage, one.worker.person_id)] == [one.voucher_id]
    for actor in (stage.provider, stage.staff.filer):
        async with stage.reading(actor) as work:
            found = await list_archive_entries(work, worker_id=None, after=None, limit=100)
        assert list(found) == []
    beside = replace(stage.staff.handler, org_id=new_id(), region_path="/99/9999/999999/")
    async with stage.reading(beside) as work:
        assert list(await list_archive_entries(work, worker_id=None, after=None, limit=100)) == []
        asked = await list_archive_entries(
            work, worker_id=one.worker.person_id, after=None, limit=100
        )
        assert list(asked) == []


async def test_an_entry_is_neither_changed_nor_written_by_its_worker(
    stage: Stage, engine: AsyncEngine
) -> None:
    (holder,) = await stage.holders(1)
    await stage.completed(holder)
    (entry,) = await of_worker(stage, holder.worker.person_id)
    assert await Forger(engine, holder.worker).refused(COPIED, id=entry.id) == WALL
    bureau = Forger(engine, stage.staff.handler)
    changed = "update archive_entries set training = 'x' where id = :id"
    assert await bureau.refused(changed, id=entry.id) == WALL
    assert await bureau.done(COPIED, id=entry.id) == 1


async def test_a_voucher_released_after_its_class_ended_is_written_as_well(stage: Stage) -> None:
    holder, other = await stage.holders(2)
    class_id = await stage.started(holder, other)
    await stage.frozen(holder)
    stage.on(ENDS)
    await stage.completion_reported(
        class_id, outcome_of(holder.voucher_id), outcome_of(other.voucher_id)
    )
    await stage.decided(class_id, confirm_completion)
    assert list(await of_worker(stage, holder.worker.person_id)) == []
    await stage.released(holder)
    assert len(await of_worker(stage, holder.worker.person_id)) == 1


async def test_an_export_too_large_for_a_file_is_refused(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    await stage.completed(holder)
    async with stage.reading(stage.staff.handler) as work:
        with pytest.raises(Refusal, match="export_too_large"):
            await export_archive(work, worker_id=holder.worker.person_id, most=0)
