"""A register of subsidised training for tests: answers as it is told, and remembers what it was told."""

from collections.abc import Sequence
from uuid import UUID

from domain.ports.training_register import TrainingRegister
from domain.training_register import Duplicate, RegisterMessage, RegisterReply, Trainee


class FakeTrainingRegister(TrainingRegister):
    """Takes every message, but those about people it is told to refuse; may be away, or answer later."""

    def __init__(self) -> None:
        self.taken: dict[UUID, tuple[RegisterMessage, Sequence[Trainee]]] = {}
        self.refused: set[str] = set()
        self.elsewhere: set[str] = set()
        self.away: set[UUID] = set()
        self.later: set[UUID] = set()

    async def send(
        self, message: RegisterMessage, people: Sequence[Trainee]
    ) -> RegisterReply | None:
        if message.object_id in self.away:
            self.away.discard(message.object_id)
            raise ConnectionError
        self.taken[message.id] = (message, people)
        if message.object_id in self.later:
            self.later.discard(message.object_id)
            return None
        wrong = any(one.citizen_id in self.refused for one in people)
        said = "人员信息有误" if wrong else "已接收"
        return RegisterReply(accepted=not wrong, reference=f"F-{message.id}", said=said)

    async def duplicates(
        self,
        message: RegisterMessage,  # noqa: ARG002
        people: Sequence[Trainee],
    ) -> Sequence[Duplicate]:
        return [
            Duplicate(subject_id=one.subject_id, training="其他补贴性培训")
            for one in people
            if one.citizen_id in self.elsewhere
        ]
