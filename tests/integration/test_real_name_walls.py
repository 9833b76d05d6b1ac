"""What PostgreSQL refuses of somebody who writes or changes real-name answers by hand, and what an answer stops."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.ports.work import Work
from domain.real_name import RealNameAnswer, RealNameReply
from domain.voucher import Voucher
from service.application import voucher, voucher_class_completion
from service.application.real_name import add_replies, question_about
from tests.integration.test_guards import WALL, Forger
from tests.integration.test_stacking import waiting_for_rows
from tests.integration.voucher_class_stage import FEE_FEN, STARTS, Holder, Stage, a_stage
from tests.integration.voucher_money_stage import Money
from tests.people import Staff

ANSWER = (
    "insert into real_name_checks (place_id, org_id, partner_org_id, region_path, voucher_id, seq,"
    " identity_index, service, answer, reference, at)"
    " select v.place_id, v.org_id, null, v.region_path, v.id, 9, v.identity_index, 'forged', 'matched',"
    " 'R', now() from vouchers v where v.id = :id"
)


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


async def answered(stage: Stage, holder: Holder, answer: RealNameAnswer) -> None:
    """The service has answered about a holder."""

    async def act(work: Work) -> None:
        question = await question_about(work, voucher_id=holder.voucher_id)
        silent = answer is RealNameAnswer.UNAVAILABLE
        reference = None if silent else f"R-{question.request_id}"
        reply = RealNameReply(answer=answer, reference=reference)
        await add_replies(work, [(question, reply)], service="stage")

    await stage.act(stage.staff.system, act)


async def test_only_who_is_answered_against_is_kept_from_a_class(stage: Stage) -> None:
    """Shows REG-13."""
    mistaken, right, unasked = await stage.holders(3)
    await answered(stage, mistaken, RealNameAnswer.MISMATCH)
    await answered(stage, right, RealNameAnswer.MATCHED)
    class_id = (await stage.planned()).case.id
    with pytest.raises(Refusal) as found:
        await stage.reserve(class_id, mistaken)
    assert [(one.pointer, one.code) for one in found.value.faults] == [
        ("/voucher_id", "real_name_mismatch")
    ]
    for holder in (right, unasked):
        assert (await stage.reserve(class_id, holder)).state == "reserved"


async def released(stage: Stage, holder: Holder) -> Voucher:
    """The approver releases a voucher, which follows what its class did meanwhile."""
    version = (await stage.voucher(holder)).version
    release = partial(
        voucher.release_voucher, voucher_id=holder.voucher_id, version=version, reason="已核实身份"
    )
    done = await stage.act(stage.staff.approver, release)
    catch_up = partial(voucher_class_completion.catch_up, voucher_id=holder.voucher_id)
    await stage.act(stage.staff.system, catch_up)
    return done


async def test_who_is_answered_against_after_he_reserved_is_in_no_class_until_another_answer_is_for_him(
    stage: Stage,
) -> None:
    mistaken, right = await stage.holders(2)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, mistaken, right)
    await answered(stage, right, RealNameAnswer.UNAVAILABLE)
    await answered(stage, mistaken, RealNameAnswer.MISMATCH)
    assert await stage.states(mistaken, right) == ["frozen", "reserved"]
    stage.on(STARTS)
    await stage.reported(class_id)
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    assert await stage.states(mistaken, right) == ["frozen", "in_use"]
    with pytest.raises(Refusal, match="real_name_mismatch"):
        await released(stage, mistaken)
    await answered(stage, mistaken, RealNameAnswer.MATCHED)
    await released(stage, mistaken)
    # The class began without him: his voucher is usable elsewhere.
    assert await stage.states(mistaken) == ["collected"]


async def test_a_voucher_whose_person_is_answered_against_is_not_redeemed(stage: Stage) -> None:
    (holder,) = await stage.holders(1)
    class_id = await stage.completed(holder)
    await answered(stage, holder, RealNameAnswer.NOT_FOUND)
    with pytest.raises(Refusal, match="voucher_frozen"):
        await stage.redeemed(class_id, holder.code)
    told = {}
    for actor in (holder.worker, stage.provider):
        async with stage.reading(actor) as work:
            explained = await voucher.explain_voucher(work, voucher_id=holder.voucher_id)
        told[actor.org_id] = [one.code for one in explained.obstacles]
    assert told == {
        holder.worker.org_id: ["voucher_frozen", "real_name_unknown"],
        stage.provider.org_id: ["voucher_frozen"],
    }
    with pytest.raises(Refusal, match="real_name_unknown"):
        await released(stage, holder)
    await answered(stage, holder, RealNameAnswer.MATCHED)
    await released(stage, holder)
    assert (await stage.redeemed(class_id, holder.code)).state == "redeemed"


async def test_an_answer_against_a_person_stops_what_would_be_paid_for_him(stage: Stage) -> None:
    money = Money(stage=stage)
    redeemed, approved = await stage.holders(2)
    await money.redeemed(redeemed, approved)
    settlement = await money.drafted()
    await money.accepted(settlement)
    await answered(stage, redeemed, RealNameAnswer.MISMATCH)
    await money.reviewed(settlement)
    assert (await money.approved(settlement)).amount_fen == FEE_FEN
    assert await stage.states(redeemed, approved) == ["frozen", "approved"]
    await answered(stage, approved, RealNameAnswer.MISMATCH)
    assert await stage.states(approved) == ["frozen"]
    # Its settlement is paid as a whole: an approver lets it go, and what was paid is clawed back.
    assert (await released(stage, approved)).state == "approved"


async def test_an_answer_that_is_recorded_while_a_reservation_waits_for_the_voucher_counts(
    stage: Stage, engine: AsyncEngine
) -> None:
    (holder,) = await stage.holders(1)
    class_id = (await stage.planned()).case.id
    async with stage.begin(stage.staff.system) as work:
        await work.vouchers.lock(holder.voucher_id)
        reserving = asyncio.create_task(stage.reserve(class_id, holder))
        while await waiting_for_rows(engine) < 1 and not reserving.done():
            pass
        question = await question_about(work, voucher_id=holder.voucher_id)
        reply = RealNameReply(answer=RealNameAnswer.MISMATCH, reference="R")
        await add_replies(work, [(question, reply)], service="stage")
        await work.commit()
    with pytest.raises(Refusal, match="reservation_refused"):
        await reserving
    assert await stage.states(holder) == ["collected"]


async def test_an_answer_is_recorded_once(stage: Stage) -> None:
    (holder,) = await stage.holders(1)

    async def twice(work: Work) -> list[int]:
        question = await question_about(work, voucher_id=holder.voucher_id)
        reply = RealNameReply(answer=RealNameAnswer.MATCHED, reference="R")
        return [
            await work.real_name_checks.add([(question, reply)], service="stage") for _ in range(2)
        ]

    assert await stage.act(stage.staff.system, twice) == [1, 0]


async def test_a_worker_does_not_answer_about_himself(stage: Stage, engine: AsyncEngine) -> None:
    (holder,) = await stage.holders(1)
    assert await Forger(engine, holder.worker).refused(ANSWER, id=holder.voucher_id) == WALL


async def test_an_answer_is_never_changed(stage: Stage, engine: AsyncEngine) -> None:
    """Shows SYS-13."""
    (holder,) = await stage.holders(1)
    await answered(stage, holder, RealNameAnswer.MISMATCH)
    forger = Forger(engine, stage.staff.system)
    for statement in (
        "update real_name_checks set answer = 'matched' where voucher_id = :id",
        "delete from real_name_checks where voucher_id = :id",
    ):
        assert await forger.refused(statement, id=holder.voucher_id) == WALL


async def test_a_provider_does_not_see_the_answer_about_a_voucher_reserved_with_it(
    stage: Stage,
) -> None:
    (holder,) = await stage.holders(1)
    await answered(stage, holder, RealNameAnswer.MATCHED)
    await stage.reserve((await stage.planned()).case.id, holder)
    for actor, seen in ((stage.provider, None), (holder.worker, RealNameAnswer.MATCHED)):
        async with stage.reading(actor) as work:
            assert (await work.vouchers.get(holder.voucher_id)).real_name is seen
