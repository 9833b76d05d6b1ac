"""Filings on file, with their rosters."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.filing import Apprentice, Enrolment, Filing, Outcome, Screening


class Filings(Protocol):
    """The filings the actor may see. Citizen ids, phones and accounts are sealed on the way in."""

    @abstractmethod
    async def add(self, filing: Filing) -> None:
        """Store the filing of a case that was just opened."""

    @abstractmethod
    async def add_roster(
        self, case: Case, version: int, apprentices: Sequence[Apprentice], *, enrolled: bool
    ) -> None:
        """Store a roster version with its people; `enrolled` people are live at once.

        Refuses `person_enrolled_elsewhere`, naming the rows and never where.
        """

    @abstractmethod
    async def replace_roster(
        self, case: Case, version: int, apprentices: Sequence[Apprentice]
    ) -> None:
        """Store a draft's next roster version; the people of the one before leave it."""

    @abstractmethod
    async def get(self, case: Case) -> Filing:
        """Return the filing of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Filing]:
        """Return the filings of these cases, in their order."""

    @abstractmethod
    async def mark_submitted(
        self, case: Case, *, policy_version_id: UUID, received_at: datetime
    ) -> None:
        """Stamp the receipt and make the roster's people live.

        Refuses `person_enrolled_elsewhere`, naming the rows and never where.
        """

    @abstractmethod
    async def add_listing(
        self, listing_id: UUID, *, case: Case, bureau_org_id: UUID, document: str, filings: int
    ) -> None:
        """Store a listing decision for the place of the case; refuses `document_number_used`."""

    @abstractmethod
    async def mark_listed(self, cases: Sequence[Case], listing_id: UUID) -> None:
        """Record the listing decision on its filings."""

    @abstractmethod
    async def mark_opened(self, case: Case, *, starts_on: date) -> None:
        """Record the opening report: every enrolled person starts training that day."""

    @abstractmethod
    async def mark_completed(
        self,
        case: Case,
        *,
        completed_on: date,
        outcomes: Mapping[UUID, tuple[Outcome, date, str | None]],
    ) -> None:
        """Record the completion report: each person's outcome, day and reason of exit."""

    @abstractmethod
    async def enrolments(self, case: Case) -> Sequence[Enrolment]:
        """Return the people of the roster version in force, by seat."""

    @abstractmethod
    async def enrolment(self, enrolment_id: UUID) -> Enrolment:
        """Return one person, or refuse with `not_found`."""

    @abstractmethod
    async def screen(self, filing: Filing) -> Screening:
        """Count the roster's people who were subsidised before, store the count and return it."""

    @abstractmethod
    async def screening(self, case: Case) -> Screening | None:
        """Return the latest screening of a filing, or None before the first."""
