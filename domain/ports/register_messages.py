"""Messages to the register of subsidised training, on file."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.training_register import (
    Duplicate,
    MessageKind,
    MessageState,
    RegisterMessage,
    RegisterReply,
    Trainee,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages are asked for; None asks for any."""

    state: MessageState | None = None
    kind: MessageKind | None = None
    object_id: UUID | None = None


class RegisterMessages(Protocol):
    """The messages of the actor's region."""

    @abstractmethod
    async def add(self, case: Case, message: RegisterMessage) -> None:
        """Queue a message about a case, in the transaction that decides it."""

    @abstractmethod
    async def get(self, message_id: UUID) -> RegisterMessage:
        """Return a message, or refuse with `not_found`."""

    @abstractmethod
    async def people(self, message: RegisterMessage) -> Sequence[Trainee]:
        """Return whom a message is about, in clear: a filing's people, a class's, nobody for a batch."""

    @abstractmethod
    async def tried(self, message: RegisterMessage) -> None:
        """Count an attempt that did not get through."""

    @abstractmethod
    async def answered(
        self,
        message: RegisterMessage,
        reply: RegisterReply | None,
        duplicates: Sequence[Duplicate],
    ) -> None:
        """Store what came of a message; without a reply it is sent. What has its answer stays."""

    @abstractmethod
    async def page(
        self, asked: MessageFilter, *, after: UUID | None, limit: int
    ) -> Sequence[RegisterMessage]:
        """Return up to `limit` messages in order of queueing."""
