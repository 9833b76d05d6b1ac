"""What PostgreSQL refuses of somebody who writes or changes real-name answers by hand, and who reserves on one."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.ports.work import Work
from domain.real_name import RealNameAnswer, RealNameReply
from service.application.real_name import add_replies, question_about
from tests.integration.test_guards import WALL, Forger
from tests.integration.voucher_class_stage import Holder, Stage, a_stage
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
        reply = RealNameReply(answer=answer, reference=f"R-{question.request_id}")
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
