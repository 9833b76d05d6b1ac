"""Register extracts, declared certificates and findings."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.certificate import Answer, DeclaredCertificate, Extract, ExtractRow, Finding
from domain.places import Place
from domain.ports.register import Register


class Certificates(Protocol):
    """What enterprises declared and registers answered, as far as the actor may see it."""

    @property
    @abstractmethod
    def register(self) -> Register:
        """The loaded extracts as a register that answers for sets."""

    @abstractmethod
    async def add_extract(
        self, place: Place, *, register: str, source: bytes, rows: Sequence[ExtractRow]
    ) -> Extract:
        """Store an extract, its holders' ids as blind indexes; refuses `extract_already_loaded`."""

    @abstractmethod
    async def extract(self, extract_id: UUID) -> Extract:
        """Return an extract, or refuse with `not_found`."""

    @abstractmethod
    async def latest_extract(self, place_id: UUID) -> Extract | None:
        """Return the extract loaded last in a place."""

    @abstractmethod
    async def add_answers(self, case: Case, *, register: str, answers: Sequence[Answer]) -> None:
        """Store what a register that was asked one by one answered about a settlement."""

    @abstractmethod
    async def declarations(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[DeclaredCertificate]:
        """Return a settlement's declared certificates by id, after the given one."""

    @abstractmethod
    async def findings(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[Finding]:
        """Return the finding that stands for each declaration of a settlement, by declaration."""

    @abstractmethod
    async def findings_digest(self, case: Case, extract: Extract) -> tuple[int, bytes]:
        """Return how many findings an extract gave a settlement, and their SM3 digest."""
