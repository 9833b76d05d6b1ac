"""Kept answers: what makes a repeated POST one act (DESIGN 3)."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The bytes and headers of a committed answer, replayed as they are."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Requests(Protocol):
    """The keyed requests of one person; the system person forgets everybody's."""

    @abstractmethod
    async def claim(self, key: str, fingerprint: bytes) -> KeptAnswer | None:
        """Claim the key, or return the answer kept under it; refuses `key_reused`, `twin_in_flight`."""

    @abstractmethod
    async def keep(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer of the request that claimed the key."""

    @abstractmethod
    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget, as the system, answers kept before an instant, at most so many; return how many."""
