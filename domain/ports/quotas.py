"""People listed in a year, counted."""

from abc import abstractmethod
from typing import Protocol
from uuid import UUID

from domain.quota import QuotaUse


class Quotas(Protocol):
    """What has been used of the quotas of places."""

    @abstractmethod
    async def take_turn(self, place_id: UUID, year: int) -> None:
        """Wait until nobody else lists in this place and year, and hold the turn to the transaction's end."""

    @abstractmethod
    async def used(self, place_id: UUID, year: int) -> QuotaUse:
        """Count the people listed; of what the actor may not see, an enterprise counts nothing."""
