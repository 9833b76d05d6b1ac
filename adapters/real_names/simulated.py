"""A simulated card-holder base: everybody is in it under the name asked for, with exceptions to practise on.

The exceptions are citizen ids whose sequence numbers GB 11643 keeps for people of a hundred years and more,
so that nobody who is trained has one by chance: 997 is not found, 998 is somebody else's, 999 gets no answer.
"""

import hashlib
from typing import Final

from domain.ports.real_names import RealNames
from domain.real_name import RealNameAnswer, RealNameReply

_SEQUENCE: Final = slice(14, 17)
_EXCEPTIONS: Final = {
    "997": RealNameAnswer.NOT_FOUND,
    "998": RealNameAnswer.MISMATCH,
    "999": RealNameAnswer.UNAVAILABLE,
}


class SimulatedRealNames(RealNames):
    """Answers at once, and the same question alike; keeps nothing."""

    @property
    def name(self) -> str:
        return "simulated"

    async def ask(self, name: str, citizen_id: str, request_id: str) -> RealNameReply:  # noqa: ARG002
        answer = _EXCEPTIONS.get(citizen_id[_SEQUENCE], RealNameAnswer.MATCHED)
        if answer is RealNameAnswer.UNAVAILABLE:
            return RealNameReply(answer=answer, reference=None)
        digest = hashlib.sha256(request_id.encode()).hexdigest()
        return RealNameReply(answer=answer, reference=f"SIM-{digest[:16].upper()}")
