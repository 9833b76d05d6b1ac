"""The lifelong training archive on file."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.archive import ArchiveEntry


class Archive(Protocol):
    """The entries the actor may see: a worker his own, a bureau those of its region."""

    @abstractmethod
    async def write_apprenticeships(
        self, place_id: UUID, *, filing_id: UUID | None, limit: int
    ) -> int:
        """Write what approved settlements say was completed and certified, and is not written yet.

        Of one filing, or of the whole place; up to `limit` entries. Returns how many.
        """

    @abstractmethod
    async def write_vouchers(self, place_id: UUID, *, class_id: UUID | None, limit: int) -> int:
        """Write what was completed with vouchers and is not written yet, of one class or of the place."""

    @abstractmethod
    async def get(self, entry_id: UUID) -> ArchiveEntry:
        """Return an entry, or refuse with `not_found`."""

    @abstractmethod
    async def page(
        self, *, worker_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[ArchiveEntry]:
        """Return up to `limit` entries by id after the given one, those of one worker if named."""

    @abstractmethod
    async def add(self, entry: ArchiveEntry) -> None:
        """Store a correction; refuses `archive_entry_superseded` if another came first."""
