"""The work ledger, and sums of the ledger by fund, region and enterprise."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.ledger_view import EnterpriseMoney, FundMoney, RegionMoney
from domain.work_ledger import EnterpriseEntry, FilingEntry, PersonEntry


class WorkLedgers(Protocol):
    """What the actor may see, counted and summed by PostgreSQL."""

    @abstractmethod
    async def enterprises(self, *, after: UUID | None, limit: int) -> Sequence[EnterpriseEntry]:
        """Return enterprises' lines, by organisation."""

    @abstractmethod
    async def filings(
        self, *, org_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[FilingEntry]:
        """Return filings' lines in order of creation, those of one enterprise if asked."""

    @abstractmethod
    async def people(
        self, *, filing_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[PersonEntry]:
        """Return people's lines by enrolment, those of one filing if asked."""

    @abstractmethod
    async def by_fund(self) -> Sequence[FundMoney]:
        """Return the money of each book."""

    @abstractmethod
    async def by_region(self, region_path: str) -> Sequence[RegionMoney]:
        """Return the money of each region directly below a region, and of its own place."""

    @abstractmethod
    async def by_enterprise(self, *, after: UUID | None, limit: int) -> Sequence[EnterpriseMoney]:
        """Return the money of each enterprise, by organisation."""
