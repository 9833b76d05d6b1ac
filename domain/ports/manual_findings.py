"""Manual findings, honest mistakes, and who took part in verifying a settlement."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.certificate import DeclaredCertificate, FindingResult
from domain.manual_finding import ManualFinding, Sighting


class ManualFindings(Protocol):
    """What people established about declared certificates, as far as the actor may see it."""

    @abstractmethod
    async def add(self, finding: ManualFinding) -> None:
        """Store a proposed finding with the first person's sighting."""

    @abstractmethod
    async def add_sighting(self, case: Case, sighting: Sighting) -> None:
        """Store what the second person saw."""

    @abstractmethod
    async def get(self, case: Case) -> ManualFinding:
        """Return the manual finding of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[ManualFinding]:
        """Return the manual findings of these cases, in their order."""

    @abstractmethod
    async def up_to(self, settlement: Case) -> Sequence[UUID]:
        """Return the ids of manual findings of a settlement and of those before it on its filing.

        What was confirmed in an earlier one stands in this one too.
        """

    @abstractmethod
    async def establish(self, finding: ManualFinding) -> None:
        """Insert the finding that two people confirmed."""

    @abstractmethod
    async def declared_in(
        self, settlement: Case, declaration_id: UUID
    ) -> DeclaredCertificate | None:
        """Return a declaration of this settlement, or None when it is none of its."""

    @abstractmethod
    async def line_finding(
        self, settlement: Case, enrolment_id: UUID
    ) -> tuple[UUID, FindingResult | None] | None:
        """Return a person's line and the finding that stands; None when a person has no line here.

        A finding that contradicts two people stands for nothing until they have looked again.
        """

    @abstractmethod
    async def add_honest_mistake(self, settlement: Case, line_id: UUID, reason: str) -> bool:
        """Store the reviewer's decision; False when the line has one already."""

    @abstractmethod
    async def asked_again(self, settlement: Case, extract_id: UUID) -> None:
        """Note that the actor asked to verify a settlement against another extract."""

    @abstractmethod
    async def verifiers(self, settlement: Case) -> Collection[UUID]:
        """Return who loaded an extract that a settlement was verified against, or asked for it.

        Extracts of the filing's earlier settlements count: their findings may stand in this one.
        """
