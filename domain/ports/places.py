"""Places, organisations and the accounts people sign in with."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.party import Role
from domain.places import Organisation, Place


class Places(Protocol):
    """Where cases are decided and paid. Readable by all; written by the system person only."""

    @abstractmethod
    async def get(self, place_id: UUID) -> Place:
        """Return the place, or refuse with `not_found`."""

    @abstractmethod
    async def of_region(self, region_path: str) -> Place | None:
        """Return the place that decides for exactly this region, if there is one."""

    @abstractmethod
    async def all(self) -> Sequence[Place]:
        """Return every place, by region."""

    @abstractmethod
    async def add_region(self, path: str, name: str) -> None:
        """Add a region; one already there stays."""

    @abstractmethod
    async def add_organisation(self, organisation: Organisation) -> None:
        """Add an organisation; refuses `credit_code_taken`."""

    @abstractmethod
    async def add(self, place: Place) -> None:
        """Add a place; its region and organisations are there."""

    @abstractmethod
    async def organisation(self, org_id: UUID) -> Organisation:
        """Return the organisation, or refuse with `not_found`."""

    @abstractmethod
    async def organisation_of(self, credit_code: str) -> Organisation | None:
        """Return the organisation with this social credit code, if it is on file."""


class Accounts(Protocol):
    """The accounts people sign in with; several may point to one person."""

    @abstractmethod
    async def add(
        self,
        *,
        account_id: UUID,
        name: str,
        person_id: UUID,
        password_hash: str,
        org_id: UUID,
        region_path: str | None,
        roles: frozenset[Role],
    ) -> None:
        """Add an account; refuses `account_name_taken`."""

    @abstractmethod
    async def forget_sign_in_failures(self, *, before: datetime, limit: int) -> int:
        """Forget, as the system, counts that began before an instant, at most so many; return how many."""

    @abstractmethod
    async def roles_of(self, org_id: UUID) -> Sequence[frozenset[Role]]:
        """Return the roles of each person with an open account in an organisation, taken together."""

    @abstractmethod
    async def people_of(self, identity_indexes: Sequence[bytes]) -> Sequence[UUID]:
        """Return the person behind each blind index of a citizen id, in order; new ones are made."""

    @abstractmethod
    async def workers_of(self, identity_indexes: Sequence[bytes]) -> Sequence[UUID]:
        """Return the same, each with the organisation that a worker is himself, whose id is the person's."""
