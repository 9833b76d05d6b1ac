"""Voucher classes on file, and what planned ones are published with."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.voucher import Voucher, VoucherClass
from domain.voucher_class import ClassOffer, ClassTerms


class VoucherClasses(Protocol):
    """The classes the actor may see, and every offer: offers are public. Places are counted as vouchers move."""

    @abstractmethod
    async def add(self, planned: VoucherClass) -> None:
        """Store the class of a case that was just opened, and publish its offer."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherClass]:
        """Return the classes of these cases, in their order, with the places taken."""

    @abstractmethod
    async def report_start(self, case: Case, started_on: date | None) -> None:
        """Store the day reported, or none where a report is sent back to planning."""

    @abstractmethod
    async def report_completion(self, case: Case, completed_on: date | None) -> None:
        """Store the day reported, or none where a report is returned."""

    @abstractmethod
    async def close_offer(self, case: Case) -> None:
        """Take no more reservations; whoever is just reserving is waited for."""

    @abstractmethod
    async def reopen_offer(self, case: Case) -> None:
        """Take reservations again: the class is planned."""

    @abstractmethod
    async def offer(self, class_id: UUID) -> ClassOffer | None:
        """Return what a class was published with, or None where there is none."""

    @abstractmethod
    async def offers(
        self, *, project_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[ClassOffer]:
        """Return up to `limit` open offers by id, of one project where it is named."""

    @abstractmethod
    async def held_by_person_of(self, voucher: Voucher) -> Sequence[ClassTerms]:
        """Return the classes in which a voucher's person, who acts, holds a place by another voucher, of any project.

        Reserved, in training, or frozen there. Nobody reserves for him beside this until the commit.
        """

    @abstractmethod
    async def not_begun(
        self, *, provider_id: UUID | None, place_id: UUID | None
    ) -> Sequence[VoucherClass]:
        """Return the classes in sight, of a provider or place where named, whose start nobody has verified."""
