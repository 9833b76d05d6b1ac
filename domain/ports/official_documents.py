"""Official documents on file."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.official_document import DocumentKind, FundingRow, OfficialDocument


class OfficialDocuments(Protocol):
    """The documents the actor may see: issued once, never changed."""

    @abstractmethod
    async def next_serial(self, place_id: UUID, kind: DocumentKind, year: int) -> int:
        """Return the next number of a kind in a place and year; others wait until we commit."""

    @abstractmethod
    async def add(self, document: OfficialDocument, *, case: Case, serial: int, year: int) -> None:
        """Store a document just issued."""

    @abstractmethod
    async def of_step(self, case: Case, step_seq: int) -> OfficialDocument | None:
        """Return what a step issued, or None."""

    @abstractmethod
    async def get(self, document_id: UUID) -> OfficialDocument:
        """Return a document, or refuse with `not_found`."""

    @abstractmethod
    async def page(
        self, *, case_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[OfficialDocument]:
        """Return documents by id, those of one case if asked."""

    @abstractmethod
    async def funding_lines(self, request: Case) -> Sequence[FundingRow]:
        """Return who a funding request pays, for what and how much, in its order."""

    @abstractmethod
    async def serve(self, document: OfficialDocument) -> None:
        """Record that its addressee has signed for it today; the first day stands."""
