"""Messages for tests: kept in memory, by id."""

from collections.abc import Mapping
from uuid import UUID

from domain.ports.messages import Message, Messages


class FakeMessages(Messages):
    """Remembers what was sent."""

    def __init__(self) -> None:
        self._sent: dict[UUID, Message] = {}

    @property
    def sent(self) -> Mapping[UUID, Message]:
        """What was sent, by id."""
        return self._sent

    async def send(self, message: Message) -> None:
        self._sent[message.id] = message
