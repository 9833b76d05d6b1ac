"""Redemption on PostgreSQL: once, by the code, in the class that was completed; refused, a voucher stays as it was."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.identifiers import voucher_code
from domain.ports.crypto import Crypto
from domain.voucher_class import VoucherResult
from service.application import voucher_class_completion
from tests.conftest import NewStaff
from tests.integration.voucher_class_stage import ENDS, Holder, Stage, a_stage, outcome_of
from tests.people import Staff

ROUNDS = 20


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


async def refused(stage: Stage, class_id: UUID, holder: Holder, code: str | None = None) -> Refusal:
    """The refusal, located at /code; the voucher stays as it was."""
    before = await stage.voucher(holder)
    with pytest.raises(Refusal) as found:
        await stage.redeemed(class_id, code or holder.code)
    assert await stage.voucher(holder) == before
    assert [fault.pointer for fault in found.value.faults] == ["/code"]
    return found.value


@pytest.mark.parametrize(
    "typed",
    [voucher_code.grouped, str.lower, " ".join, lambda code: f"　{code} "],
)
async def test_a_code_is_read_as_people_write_it(stage: Stage, typed: Callable[[str], str]) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.completed(holder)
    assert (await stage.redeemed(class_id, typed(holder.code))).state == "redeemed"


async def test_a_voucher_is_redeemed_once(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.completed(holder)
    await stage.redeemed(class_id, holder.code)
    assert (await refused(stage, class_id, holder)).code == "voucher_redeemed_already"
    await stage.frozen(holder)
    assert (await refused(stage, class_id, holder)).code == "voucher_redeemed_already"


async def test_a_mistyped_code_is_explained_and_nothing_is_looked_up(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.completed(holder)
    wrong = ("2" if holder.code[4] != "2" else "3").join((holder.code[:4], holder.code[5:]))
    found = await refused(stage, class_id, holder, wrong)
    assert found.code == "voucher_code_faulty"
    assert [(fault.code, fault.values) for fault in found.faults] == [
        ("voucher_code_mistyped", {"position": 5})
    ]
    short = await refused(stage, class_id, holder, holder.code[:-1])
    assert [(fault.code, fault.values) for fault in short.faults] == [("voucher_code_length", {})]


async def test_a_voucher_of_another_class_names_it_and_of_another_provider_nothing(
    stage: Stage, engine: AsyncEngine, crypto: Crypto, new_staff: NewStaff
) -> None:
    here, there, nowhere = await stage.holders(3)
    class_id = await stage.completed(here)
    stage.on(ENDS)
    other_id = await stage.completed(
        there, class_name="第二期", starts_on=ENDS, ends_on=ENDS + timedelta(days=5)
    )
    found = await refused(stage, class_id, there)
    assert (found.code, found.values) == ("voucher_of_other_class", {"class_name": "第二期"})
    assert (await stage.redeemed(other_id, there.code)).state == "redeemed"
    assert (await refused(stage, class_id, nowhere)).code == "voucher_not_yours"
    strange = await a_stage(engine, crypto, await new_staff())
    (foreign,) = await strange.holders(1)
    foreign_id = await strange.completed(foreign)
    with pytest.raises(Refusal) as unseen:
        await stage.redeemed(class_id, foreign.code)
    assert unseen.value.code == "voucher_not_yours"
    with pytest.raises(Refusal) as hidden:
        await stage.redeemed(foreign_id, here.code)
    assert hidden.value.code == "not_found", "another provider's class is not there"
    assert await strange.states(foreign) == ["completed"]


async def test_what_is_frozen_ended_or_not_completed_is_not_redeemed(stage: Stage) -> None:
    frozen, running, failed = await stage.holders(3)
    class_id = await stage.started(frozen, running, failed)
    not_yet = await refused(stage, class_id, running)
    assert (not_yet.code, not_yet.values) == ("voucher_not_usable", {"voucher_state": "in_use"})
    stage.on(ENDS)
    await stage.completion_reported(
        class_id,
        outcome_of(frozen.voucher_id),
        outcome_of(running.voucher_id),
        outcome_of(failed.voucher_id, outcome=VoucherResult.FAILED),
    )
    await stage.decided(class_id, voucher_class_completion.confirm_completion)
    await stage.frozen(frozen)
    assert (await refused(stage, class_id, frozen)).code == "voucher_frozen"
    assert (await refused(stage, class_id, failed)).values == {"voucher_state": "not_completed"}


async def test_a_voucher_that_expired_in_its_class_says_so(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    await stage.moved(holder, "expire", stage.staff.approver)
    found = await refused(stage, class_id, holder)
    assert (found.code, found.values) == ("voucher_expired", {"valid_until": "2026-05-31"})
    assert found.faults[0].values == found.values


async def test_of_two_devices_that_redeem_at_once_one_succeeds(stage: Stage) -> None:
    holders = await stage.holders(ROUNDS)
    class_id = await stage.completed(*holders)
    ends: Counter[str] = Counter()

    async def redeem(code: str, start: asyncio.Barrier) -> None:
        await start.wait()
        try:
            ends[(await stage.redeemed(class_id, code)).state] += 1
        except Refusal as refusal:
            ends[refusal.code] += 1

    for holder in holders:
        start = asyncio.Barrier(2)
        await asyncio.gather(redeem(holder.code, start), redeem(holder.code, start))
    assert ends == {"redeemed": ROUNDS, "voucher_redeemed_already": ROUNDS}
    async with stage.reading(stage.staff.handler) as work:
        for holder in holders:
            acts = await work.vouchers.acts(await work.vouchers.get(holder.voucher_id))
            assert [act.event for act in acts].count("redeem") == 1
