"""Reservations on PostgreSQL: who may take a place, who takes the last one, and how one leaves in time."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.provider_catalogue import CatalogueChange
from domain.voucher import BeneficiaryTag, CountsTo
from service.application import voucher_class
from service.application.voucher_reservation import reserve_voucher
from tests.integration.voucher_class_stage import (
    ENDS,
    STARTS,
    Holder,
    Stage,
    a_stage,
)
from tests.people import Staff, citizen_id

LAST_DAY = STARTS - timedelta(days=3)
ROUNDS = 20


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


async def refused(stage: Stage, class_id: UUID, holder: Holder) -> list[str]:
    """What a reservation is refused with: the code, then what is located. The voucher stays as it was."""
    before = await stage.voucher(holder)
    with pytest.raises(Refusal) as found:
        await stage.reserve(class_id, holder)
    assert await stage.voucher(holder) == before
    return [found.value.code, *(fault.code for fault in found.value.faults)]


async def cancelled(stage: Stage, class_id: UUID) -> None:
    version = await stage.version(class_id)
    await stage.act(
        stage.provider,
        lambda work: voucher_class.cancel_class(
            work, class_id=class_id, version=version, reason="人数不足"
        ),
    )


async def test_a_reserved_voucher_names_its_class_and_provider_and_takes_a_place(
    stage: Stage,
) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    reserved = await stage.reserve(class_id, holder)
    assert (reserved.state, reserved.class_id, reserved.provider_id) == (
        "reserved",
        class_id,
        stage.staff.provider.id,
    )
    assert (await stage.of_class(class_id)).taken == 1
    async with stage.reading(stage.provider) as work:
        assert (await work.vouchers.get(holder.voucher_id)).name == "张0"


async def test_a_place_that_is_left_is_free_for_another(stage: Stage) -> None:
    first, second = await stage.holders(2)
    class_id = (await stage.planned(capacity=1)).case.id
    await stage.reserve(class_id, first)
    assert await refused(stage, class_id, second) == ["voucher_class_full"]
    withdrawn = await stage.withdraw(first)
    assert (withdrawn.state, withdrawn.class_id, withdrawn.provider_id) == (
        "collected",
        None,
        None,
    )
    assert (await stage.reserve(class_id, second)).state == "reserved"
    assert (await stage.of_class(class_id)).taken == 1


async def test_a_voucher_takes_one_place_at_a_time(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    other_id = (await stage.planned(class_name="第二期")).case.id
    await stage.reserve(class_id, holder)
    assert await refused(stage, other_id, holder) == ["voucher_not_usable"]


async def test_nobody_reserves_with_anothers_voucher(stage: Stage) -> None:
    mine, theirs = await stage.holders(2)
    class_id = (await stage.planned()).case.id
    stolen = Holder(worker=mine.worker, voucher_id=theirs.voucher_id, code=theirs.code)
    assert await refused(stage, class_id, stolen) == ["not_found"]
    by_clerk = Holder(worker=stage.staff.handler, voucher_id=theirs.voucher_id, code=theirs.code)
    assert await refused(stage, class_id, by_clerk) == ["voucher_of_another_person"]


async def test_a_reservation_at_an_old_version_is_stale(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, holder)
    await stage.withdraw(holder)
    with pytest.raises(Refusal) as found:
        await stage.act(
            holder.worker,
            lambda work: reserve_voucher(
                work, voucher_id=holder.voucher_id, version=2, class_id=class_id
            ),
        )
    assert found.value.code == "stale_version"


async def test_a_class_that_is_not_there_or_not_open_takes_nobody(stage: Stage) -> None:
    (holder, other) = await stage.holders(2)
    assert await refused(stage, uuid4(), holder) == ["reservation_refused", "voucher_class_unknown"]
    class_id = (await stage.planned()).case.id
    await stage.reserve(class_id, other)
    stage.on(STARTS + timedelta(days=1))
    assert await refused(stage, class_id, holder) == ["reservation_refused", "voucher_class_closed"]
    stage.on(STARTS)
    await stage.reported(class_id)
    assert await refused(stage, class_id, holder) == ["reservation_refused", "voucher_class_closed"]


async def test_a_voucher_is_used_in_its_own_project(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    await stage.project()
    class_id = (await stage.planned()).case.id
    assert await refused(stage, class_id, holder) == [
        "reservation_refused",
        "class_of_other_project",
    ]


async def test_a_provider_that_will_have_left_by_the_first_day_takes_nobody(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    await stage.catalogued(CatalogueChange.LEAVE, STARTS)
    assert await refused(stage, class_id, holder) == [
        "reservation_refused",
        "provider_not_in_catalogue",
    ]


async def test_a_project_for_certain_groups_admits_those(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    """Shows REG-18."""
    stage = await a_stage(
        engine, crypto, staff, tags=frozenset({BeneficiaryTag.VETERAN, BeneficiaryTag.GRADUATE})
    )
    (veteran,) = await stage.holders(1, tag=BeneficiaryTag.VETERAN)
    (nobody,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    assert (await stage.reserve(class_id, veteran)).state == "reserved"
    assert await refused(stage, class_id, nobody) == [
        "reservation_refused",
        "voucher_tag_not_admitted",
    ]


@pytest.mark.parametrize(
    ("counts_to", "needed"), [(CountsTo.START, STARTS), (CountsTo.COMPLETION, ENDS)]
)
async def test_a_voucher_is_valid_on_the_day_the_project_counts_to(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, counts_to: CountsTo, needed: date
) -> None:
    stage = await a_stage(engine, crypto, staff, counts_to=counts_to)
    (valid,) = await stage.holders(1, valid_until=needed)
    (short,) = await stage.holders(1, valid_until=needed - timedelta(days=1))
    class_id = (await stage.planned()).case.id
    assert (await stage.reserve(class_id, valid)).state == "reserved"
    assert await refused(stage, class_id, short) == ["reservation_refused", "voucher_ends_before"]
    stage.on(needed)
    again = (await stage.planned(starts_on=needed, ends_on=ENDS + timedelta(days=30))).case.id
    assert await refused(stage, again, short) == ["voucher_expired"]


async def test_a_worker_withdraws_in_time_and_from_a_class_that_did_not_begin(
    stage: Stage,
) -> None:
    first, second, third = await stage.holders(3)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, first, second, third)
    stage.on(LAST_DAY)
    assert (await stage.withdraw(first)).state == "collected"
    for late in (LAST_DAY + timedelta(days=1), STARTS):
        stage.on(late)
        with pytest.raises(Refusal) as found:
            await stage.withdraw(second)
        assert found.value.code == "withdrawal_too_late"
        assert found.value.values == {"day": LAST_DAY.isoformat()}
    stage.on(STARTS + timedelta(days=1))
    assert (await stage.withdraw(second)).state == "collected"
    await stage.reported(class_id)
    with pytest.raises(Refusal) as found:
        await stage.withdraw(third)
    assert found.value.code == "voucher_class_closed"
    with pytest.raises(Refusal) as found:
        await stage.withdraw(first)
    assert found.value.code == "voucher_not_usable"


async def test_of_two_workers_at_once_one_takes_the_last_place(stage: Stage) -> None:
    ends: Counter[str] = Counter()
    class_ids = [
        (await stage.planned(capacity=1, class_name=f"第{n}期")).case.id for n in range(ROUNDS)
    ]
    holders = await stage.holders(2 * ROUNDS)

    async def reserve(class_id: UUID, holder: Holder, start: asyncio.Barrier) -> None:
        await start.wait()
        try:
            ends[(await stage.reserve(class_id, holder)).state] += 1
        except Refusal as refusal:
            ends[refusal.code] += 1

    for n, class_id in enumerate(class_ids):
        start = asyncio.Barrier(2)
        pair = holders[2 * n : 2 * n + 2]
        await asyncio.gather(*(reserve(class_id, one, start) for one in pair))
    assert ends == {"reserved": ROUNDS, "voucher_class_full": ROUNDS}
    assert [(await stage.of_class(one)).taken for one in class_ids] == [1] * ROUNDS
    states = Counter(await stage.states(*holders))
    assert states == {"reserved": ROUNDS, "collected": ROUNDS}


async def in_two_projects(stage: Stage, **second_class: date) -> tuple[list[Holder], list[UUID]]:
    """One worker with vouchers of two projects, and a class of each; the second on other days if told."""
    number = citizen_id()
    holders, classes = [], []
    for terms in ({}, second_class):
        await stage.project()
        (holder,) = await stage.holders(1, citizen_ids=[number])
        holders.append(holder)
        classes.append((await stage.planned(**terms)).case.id)
    return holders, classes


async def test_nobody_reserves_two_classes_whose_days_overlap(stage: Stage) -> None:
    (one, two), (first, second) = await in_two_projects(stage, starts_on=ENDS, ends_on=ENDS)
    await stage.reserve(first, one)
    overlaps = ["reservation_refused", "training_overlaps"]
    assert await refused(stage, second, two) == overlaps
    await stage.frozen(one)
    assert await refused(stage, second, two) == overlaps
    await stage.released(one)
    await stage.withdraw(one)
    assert (await stage.reserve(second, two)).state == "reserved"
    assert await refused(stage, first, one) == overlaps


async def test_one_class_after_another_is_reserved(stage: Stage) -> None:
    after = ENDS + timedelta(days=1)
    (one, two), (first, second) = await in_two_projects(stage, starts_on=after, ends_on=after)
    await stage.reserve(first, one)
    assert (await stage.reserve(second, two)).state == "reserved"


async def test_of_two_overlapping_classes_reserved_at_once_one_is(stage: Stage) -> None:
    for _ in range(ROUNDS):
        (one, two), (first, second) = await in_two_projects(stage)
        results = await asyncio.gather(
            stage.reserve(first, one), stage.reserve(second, two), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in results) == ["Refusal", "Voucher"]
        (lost,) = [one for one in results if isinstance(one, Refusal)]
        assert [fault.code for fault in lost.faults] == ["training_overlaps"]


async def test_one_worker_at_two_phones_takes_one_place(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_ids = [(await stage.planned(class_name=name)).case.id for name in ("甲班", "乙班")]
    ends = await asyncio.gather(
        *(stage.reserve(one, holder) for one in class_ids), return_exceptions=True
    )
    assert sorted(one.code if isinstance(one, Refusal) else "reserved" for one in ends) in (
        ["reserved", "stale_version"],
        ["reserved", "voucher_not_usable"],
    )
    assert sum([(await stage.of_class(one)).taken for one in class_ids]) == 1


async def test_whoever_reserves_while_a_class_is_cancelled_keeps_a_usable_voucher(
    stage: Stage,
) -> None:
    holders = await stage.holders(ROUNDS)
    class_ids = [(await stage.planned(class_name=f"第{n}期")).case.id for n in range(ROUNDS)]
    ends: Counter[str] = Counter()

    async def reserve(class_id: UUID, holder: Holder) -> None:
        try:
            ends[(await stage.reserve(class_id, holder)).state] += 1
        except Refusal as refusal:
            ends[(*(fault.code for fault in refusal.faults), refusal.code)[0]] += 1

    for class_id, holder in zip(class_ids, holders, strict=True):
        await asyncio.gather(cancelled(stage, class_id), reserve(class_id, holder))
        await stage.act(
            stage.staff.system, partial(voucher_class.free_class_vouchers, class_id=class_id)
        )
    assert ends.total() == ROUNDS
    assert set(ends) <= {"reserved", "voucher_class_closed"}
    assert set(await stage.states(*holders)) == {"collected"}
    assert {(await stage.of_class(one)).taken for one in class_ids} == {0}


async def test_whoever_withdraws_while_the_start_is_reported_is_in_or_out(stage: Stage) -> None:
    class_ids = []
    holders = await stage.holders(ROUNDS)
    for n, holder in enumerate(holders):
        class_id = (await stage.planned(class_name=f"第{n}期")).case.id
        (other,) = await stage.holders(1)
        await stage.reserved(class_id, holder, other)
        class_ids.append(class_id)
    stage.on(STARTS + timedelta(days=1))
    for class_id, holder in zip(class_ids, holders, strict=True):
        ends = await asyncio.gather(
            stage.reported(class_id), stage.withdraw(holder), return_exceptions=True
        )
        assert not isinstance(ends[0], BaseException)
        left = not isinstance(ends[1], Refusal)
        if isinstance(ends[1], Refusal):
            assert ends[1].code == "voucher_class_closed"
        assert await stage.states(holder) == ["collected" if left else "reserved"]
        assert (await stage.of_class(class_id)).taken == (1 if left else 2)
