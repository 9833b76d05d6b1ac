"""Notices: prepared and published by an authority, read by anybody while they run."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.notice import Notice, NoticeLine, PublicNotice


class Notices(Protocol):
    """Notices of the actor's region, and the public's copies of all."""

    @abstractmethod
    async def add(self, notice: Notice) -> None:
        """Store a prepared notice with its items, in their order."""

    @abstractmethod
    async def get(self, case: Case) -> Notice:
        """Return the notice of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Notice]:
        """Return the notices of these cases, in their order."""

    @abstractmethod
    async def lines_now(
        self, place_id: UUID, settlements: Collection[UUID]
    ) -> Sequence[NoticeLine]:
        """Return what settlements would pay as they are decided now, by settlement and person's seat."""

    @abstractmethod
    async def vouchers_now(
        self, place_id: UUID, settlements: Collection[UUID]
    ) -> Sequence[NoticeLine]:
        """Return what voucher settlements would pay as they are decided now, by settlement and voucher."""

    @abstractmethod
    async def publish(
        self, notice: Notice, lines: Sequence[NoticeLine], public: PublicNotice
    ) -> None:
        """Keep the full copy for the authority, stamp the days, and write the public's copy."""

    @abstractmethod
    async def take_down(self, notice_id: UUID) -> None:
        """Empty the public's copy; the authority's stays."""

    @abstractmethod
    async def ended_over(self, item: Case) -> Sequence[Sequence[NoticeLine]]:
        """Return what each ended notice published of an item, the latest first."""

    @abstractmethod
    async def running_over(self, items: Collection[UUID]) -> Mapping[UUID, str]:
        """Return which of these stand in a notice that has not ended, each with that notice's state."""

    @abstractmethod
    async def line_of(self, notice_id: UUID, item_no: int, line_no: int) -> UUID | None:
        """Return the settlement line, enrolment or voucher that a published line is about."""

    @abstractmethod
    async def published(
        self, *, today: date, after: UUID | None, limit: int
    ) -> Sequence[PublicNotice]:
        """Return the public's copies of notices that run today, by id. Needs no scope."""

    @abstractmethod
    async def public(self, notice_id: UUID) -> PublicNotice:
        """Return one public copy, `items` None once it is taken down; refuses `not_found`."""

    @abstractmethod
    async def over_by(self, today: date, limit: int) -> Sequence[PublicNotice]:
        """Return public copies whose last day has passed and that are not taken down."""
