"""Recorded answers of the real-name service: evidence, never changed."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.real_name import RealNameCheck, RealNameQuestion, RealNameReply
from domain.voucher import Voucher


class RealNameChecks(Protocol):
    """What was asked about the people of vouchers the actor may see, and what was answered."""

    @abstractmethod
    async def to_ask(
        self, place_id: UUID, project_id: UUID, *, after: UUID, limit: int
    ) -> Sequence[RealNameQuestion]:
        """Return questions about up to `limit` vouchers of a project, by id, that have no answer yet."""

    @abstractmethod
    async def question(self, voucher: Voucher) -> RealNameQuestion:
        """Return the next question about a voucher's person, whatever was answered before."""

    @abstractmethod
    async def add(
        self, answered: Sequence[tuple[RealNameQuestion, RealNameReply]], *, service: str
    ) -> int:
        """Record answers, each once; return how many were new."""

    @abstractmethod
    async def of(self, voucher: Voucher, *, after: int, limit: int) -> Sequence[RealNameCheck]:
        """Return up to `limit` answers about a voucher's person after the given number, in order."""
