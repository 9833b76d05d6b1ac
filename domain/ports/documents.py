"""Documents of cases, on file: every version, and which content has come."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.document import DeclaredDocument, Document


class Documents(Protocol):
    """The documents the actor may see. Rows are only ever added."""

    @abstractmethod
    async def add(
        self,
        case: Case,
        documents: Sequence[DeclaredDocument],
        *,
        withdrawn: bool = False,
        first: bool = False,
    ) -> Sequence[UUID]:
        """Store the next version of each kind, signed by the actor, and return their ids.

        `first` says that the case has just been opened and holds none: one question less for who files
        in one call.
        """

    @abstractmethod
    async def add_content(self, case: Case, document: Document, *, size_bytes: int) -> None:
        """Record that a version's content is in the store, brought by the actor."""

    @abstractmethod
    async def get(self, document_id: UUID) -> tuple[Case, Document]:
        """Return a version with the case it belongs to, or refuse with `not_found`."""

    @abstractmethod
    async def page(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[Document]:
        """Return a case's versions in order of creation, after the given one."""

    @abstractmethod
    async def in_force(self, case: Case) -> Sequence[Document]:
        """Return the highest version of every kind and person, withdrawn ones included."""

    @abstractmethod
    async def named(self, digests: Collection[bytes]) -> frozenset[bytes]:
        """Return which of these contents a version, or an issue of vouchers under way, names.

        Only the system at the root sees all.
        """
