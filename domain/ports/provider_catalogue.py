"""The provider catalogue on file: its entries as cases, and what is published of them."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.provider_catalogue import CatalogueEntry, ListedProvider, PublishedEntry


class ProviderCatalogue(Protocol):
    """The entries the actor may see, and everything that was published: the catalogue is public."""

    @abstractmethod
    async def add(self, entry: CatalogueEntry) -> None:
        """Store the entry of a case that was just opened."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[CatalogueEntry]:
        """Return the entries of these cases, in their order."""

    @abstractmethod
    async def take_turn(self, region_path: str) -> None:
        """Wait until whoever else publishes for the region has ended, and let later ones wait for this."""

    @abstractmethod
    async def publish(self, entry: CatalogueEntry) -> None:
        """Publish an entry that was just approved."""

    @abstractmethod
    async def of_provider(self, provider_id: UUID) -> Sequence[PublishedEntry]:
        """Return everything published about a provider, in any region."""

    @abstractmethod
    async def listed(
        self, region_path: str, on: date, *, after: UUID | None, limit: int
    ) -> Sequence[ListedProvider]:
        """Return up to `limit` providers that may train in a region on a day, by id; as `is_listed` says."""
