"""A real-name service for tests: answers as it is told, and remembers what it was asked."""

from domain.ports.real_names import RealNames
from domain.real_name import RealNameAnswer, RealNameReply


class FakeRealNames(RealNames):
    """Everybody matches, but for whom `answers` names by citizen id."""

    def __init__(self) -> None:
        self.answers: dict[str, RealNameAnswer] = {}
        self.asked: list[tuple[str, str, str]] = []

    @property
    def name(self) -> str:
        return "fake"

    async def ask(self, name: str, citizen_id: str, request_id: str) -> RealNameReply:
        self.asked.append((name, citizen_id, request_id))
        answer = self.answers.get(citizen_id, RealNameAnswer.MATCHED)
        known = answer is not RealNameAnswer.UNAVAILABLE
        return RealNameReply(answer=answer, reference=f"F-{request_id}" if known else None)
