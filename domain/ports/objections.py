"""Objections to notices, and which settlements and lines they freeze."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.notice import Objection
from domain.settlement import Ground, LineDecision


class Objections(Protocol):
    """The objections of the actor's region."""

    @abstractmethod
    async def of_key(self, notice_id: UUID, client_key: str) -> tuple[Objection, bytes] | None:
        """Return the objection stored under the sender's key, and the digest of what was sent."""

    @abstractmethod
    async def add(
        self, objection: Objection, *, client_key: str, digest: bytes, contact: str | None
    ) -> None:
        """Store an objection, the contact sealed."""

    @abstractmethod
    async def get(self, case: Case) -> Objection:
        """Return the objection of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Objection]:
        """Return the objections of these cases, in their order."""

    @abstractmethod
    async def contact(self, case: Case) -> str | None:
        """Return the contact in clear, for a logged reveal."""

    @abstractmethod
    async def set_answer(self, case: Case, answer: str) -> None:
        """Keep what the sender was answered."""

    @abstractmethod
    async def open_over_whole(self, settlement: Case) -> int:
        """Count undecided objections that name a whole settlement, of a filing or of vouchers."""

    @abstractmethod
    async def open_over(self, place_id: UUID, items: Collection[UUID]) -> Mapping[UUID, int]:
        """Count undecided objections to items of notices, whole or in part; those without are left out."""

    @abstractmethod
    async def upheld_over(self, place_id: UUID, filings: Collection[UUID]) -> Collection[UUID]:
        """Return those of the filings that an objection was upheld over and that were not corrected since."""

    @abstractmethod
    async def grounds(self, settlement: Case) -> Mapping[UUID, Ground]:
        """Return the lines of a settlement set aside by objections or holds, each with its ground."""

    @abstractmethod
    async def decisions(self, settlement: Case, line_ids: Sequence[UUID]) -> Sequence[LineDecision]:
        """Return these lines as they are decided now."""
