"""The real-name register of subsidised training: told what happens, asked for duplicates (SYS-01)."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.training_register import Duplicate, RegisterMessage, RegisterReply, Trainee


class TrainingRegister(Protocol):
    """Never called inside a transaction. Raises OSError to be tried again."""

    @abstractmethod
    async def send(
        self, message: RegisterMessage, people: Sequence[Trainee]
    ) -> RegisterReply | None:
        """Hand a message over; the same id again is the same message. None when it has no answer yet."""

    @abstractmethod
    async def duplicates(
        self, message: RegisterMessage, people: Sequence[Trainee]
    ) -> Sequence[Duplicate]:
        """Ask which of a message's people are in other training at the same time; of no others."""
