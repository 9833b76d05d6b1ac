"""What PostgreSQL refuses of somebody who writes messages to the register by hand, and what an answer ends."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.ports.register_messages import MessageFilter
from domain.ports.work import Work
from domain.training_register import MessageState, RegisterMessage, RegisterReply
from service.application.register_message import list_register_messages, message_to_send
from tests.integration.test_guards import WALL, Forger
from tests.integration.voucher_class_stage import Stage, a_stage
from tests.people import Staff

ANSWERED = RegisterReply(accepted=True, reference="R-1", said="已接收")
COPIED = (
    "insert into register_messages select (jsonb_populate_record(m, jsonb_build_object("
    "'id', gen_random_uuid()))).* from register_messages m where m.id = :id"
)


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


async def queued(stage: Stage) -> RegisterMessage:
    """A message that waits: a class has started."""
    (holder,) = await stage.holders(1)
    class_id = await stage.started(holder)
    async with stage.reading(stage.staff.handler) as work:
        asked = MessageFilter(object_id=class_id)
        (one,) = await list_register_messages(work, asked, after=None, limit=10)
    assert one.state is MessageState.QUEUED
    return one


async def test_a_provider_neither_writes_nor_answers_a_message_about_its_class(
    stage: Stage, engine: AsyncEngine
) -> None:
    message = await queued(stage)
    provider = Forger(engine, stage.provider)
    assert await provider.refused(COPIED, id=message.id) == WALL
    answered = "update register_messages set attempts = 9 where id = :id"
    assert await provider.done(answered, id=message.id) == 0
    assert await Forger(engine, stage.staff.handler).done(answered, id=message.id) == 1


async def test_an_answered_message_stays_as_it_was_answered(
    stage: Stage, engine: AsyncEngine
) -> None:
    message = await queued(stage)

    async def answer(work: Work) -> None:
        for reply in (ANSWERED, RegisterReply(accepted=False, reference="R-2", said="有误")):
            await work.register_messages.answered(message, reply, ())
        await work.register_messages.tried(message)

    await stage.act(stage.staff.system, answer)
    async with stage.reading(stage.staff.system) as work:
        kept = await work.register_messages.get(message.id)
        assert (kept.state, kept.reference, kept.attempts) == ("answered", "R-1", 1)
        assert await message_to_send(work, message_id=message.id) is None
    changed = "update register_messages set answer = 'x' where id = :id"
    assert await Forger(engine, stage.staff.system).refused(changed, id=message.id) == "append_only"


async def test_a_message_of_nowhere_is_not_found(stage: Stage) -> None:
    message = await queued(stage)
    async with stage.reading(stage.staff.worker) as work:
        with pytest.raises(Refusal, match="not_found"):
            await work.register_messages.get(message.id)
