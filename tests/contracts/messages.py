"""What every provider of messages promises: the fake, the spool, one day a gateway."""

import asyncio
from collections.abc import Callable, Collection
from uuid import UUID, uuid4

from domain.errors import Text
from domain.ports.messages import Message, Messages

Sent = Callable[[], Collection[UUID]]


def a_message() -> Message:
    """A message like those of the product."""
    return Message(
        id=uuid4(),
        to_org_id=uuid4(),
        to_name="启东示例机械有限公司",
        subject=Text("受理通知书", "Notice of acceptance"),
        reference="学徒受理〔2026〕1号",
        path="/v1/official-documents/1",
    )


class MessagesContract:
    """Bound to an implementation by fixtures `messages` and `sent`, the ids handed over."""

    async def test_a_message_is_handed_over(self, messages: Messages, sent: Sent) -> None:
        message = a_message()
        await messages.send(message)
        assert set(sent()) == {message.id}

    async def test_a_message_sent_twice_is_one_message(
        self, messages: Messages, sent: Sent
    ) -> None:
        message = a_message()
        await messages.send(message)
        await messages.send(message)
        assert list(sent()) == [message.id]

    async def test_messages_sent_at_once_are_all_handed_over(
        self, messages: Messages, sent: Sent
    ) -> None:
        several = [a_message() for _ in range(20)]
        await asyncio.gather(*(messages.send(one) for one in several))
        assert set(sent()) == {one.id for one in several}
