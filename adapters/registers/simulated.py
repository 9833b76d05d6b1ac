"""A simulated register of subsidised training: takes every message, with exceptions to practise on.

Citizen ids whose sequence numbers GB 11643 keeps for people of a hundred years and more stand for them:
with 996 among its people a message is refused; whoever has 995 is in other training already.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from domain.ports.training_register import TrainingRegister
from domain.training_register import Duplicate, RegisterMessage, RegisterReply, Trainee

_SEQUENCE: Final = slice(14, 17)


class SimulatedTrainingRegister(TrainingRegister):
    """Answers at once, and the same message alike; keeps nothing."""

    async def send(
        self, message: RegisterMessage, people: Sequence[Trainee]
    ) -> RegisterReply | None:
        digest = hashlib.sha256(message.id.bytes).hexdigest()[:16].upper()
        refused = any(one.citizen_id[_SEQUENCE] == "996" for one in people)
        return RegisterReply(
            accepted=not refused,
            reference=f"SIM-{digest}",
            said="人员信息有误" if refused else "已接收",
        )

    async def duplicates(
        self,
        message: RegisterMessage,  # noqa: ARG002
        people: Sequence[Trainee],
    ) -> Sequence[Duplicate]:
        return [
            Duplicate(subject_id=one.subject_id, training="其他补贴性培训")
            for one in people
            if one.citizen_id[_SEQUENCE] == "995"
        ]
