"""Official documents on file."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.notice import NoticeLine
from domain.official_document import (
    DocumentKind,
    FundingRow,
    NamedPerson,
    OfficialDocument,
)


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
        self,
        *,
        case_id: UUID | None = None,
        kind: DocumentKind | None = None,
        served: bool | None = None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[OfficialDocument]:
        """Return documents by id: of one case, of one kind, signed for or waiting for their receipt.

        What has no receipt neither was served nor waits.
        """

    @abstractmethod
    async def funding_lines(self, request: Case) -> Sequence[FundingRow]:
        """Return who a funding request pays, for what and how much, in its order."""

    @abstractmethod
    async def published_lines(self, notice: Case) -> Sequence[NoticeLine]:
        """Return what a notice published, by item and line, from the authority's full copy."""

    @abstractmethod
    async def person(self, place_id: UUID, person_id: UUID) -> NamedPerson:
        """Return a person as their latest enrolment in a place names them."""

    @abstractmethod
    async def person_of_line(self, place_id: UUID, line_id: UUID) -> NamedPerson:
        """Return the person of a settlement's line, whatever was decided for them."""

    @abstractmethod
    async def serve(self, document: OfficialDocument) -> None:
        """Record that its addressee has signed for it today; the first day stands."""
