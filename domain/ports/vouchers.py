"""Vouchers on file: rows that move one at a time with an act, or many at once as a set."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.places import Place
from domain.voucher import (
    Beneficiary,
    SetEvent,
    Voucher,
    VoucherAct,
    VoucherFilter,
    VoucherProject,
    VoucherSet,
)


class Vouchers(Protocol):
    """The vouchers the actor may see: a worker's own, a provider's once reserved there, a bureau's all.

    A provider is shown them without their codes; whoever knows a code finds its voucher by it.
    """

    @abstractmethod
    async def get(self, voucher_id: UUID) -> Voucher:
        """Return a voucher, or refuse with `not_found`."""

    @abstractmethod
    async def find(self, code: str) -> Voucher | None:
        """Return the voucher with this normalised code; None when it is not there, or not to be seen."""

    @abstractmethod
    async def lock(self, voucher_id: UUID, *, version: int | None = None) -> Voucher:
        """Return a voucher, locked until the transaction ends; refuses `not_found`, `stale_version`."""

    @abstractmethod
    async def lock_many(self, voucher_ids: Sequence[UUID]) -> Sequence[Voucher]:
        """Lock several in id order and return them in the order given; refuses `not_found`."""

    @abstractmethod
    async def lock_class(
        self, place_id: UUID, class_id: UUID, *, state: str | None = None
    ) -> Sequence[Voucher]:
        """Lock the vouchers of a class, of one state if named, and return them in id order."""

    @abstractmethod
    async def page(
        self, asked: VoucherFilter, *, after: UUID | None, limit: int
    ) -> Sequence[Voucher]:
        """Return up to `limit` vouchers in id order (which is order of creation) after the given id."""

    @abstractmethod
    async def holders(self, project: VoucherProject, citizen_ids: Sequence[str]) -> Sequence[int]:
        """Return the positions of those who hold a live voucher of the project."""

    @abstractmethod
    async def issue(
        self,
        project: VoucherProject,
        beneficiaries: Sequence[Beneficiary],
        codes: Sequence[str],
        *,
        valid_until: date,
    ) -> VoucherSet:
        """Issue a voucher to each, as one set; codes in their order. Names, ids and phones as enrolments.

        Refuses `voucher_already_held`, naming the positions, when somebody holds a live one.
        """

    @abstractmethod
    async def add(self, voucher: Voucher, beneficiary: Beneficiary) -> None:
        """Store a voucher that its worker, who acts, collects from a general project: issued and collected.

        Refuses `voucher_already_held`.
        """

    @abstractmethod
    async def is_actor(self, citizen_id: str) -> bool:
        """Tell whether a normalised citizen id is the acting person's own."""

    @abstractmethod
    async def is_holder(self, voucher: Voucher, citizen_id: str) -> bool:
        """Tell whether a normalised citizen id is that of a voucher's person."""

    @abstractmethod
    async def move(self, before: Voucher, after: Voucher, *, event: str, reason: str = "") -> None:
        """Store a locked voucher as it is after an event, with the actor's act.

        Stored are the state, class and provider, days, instants and amount; `after.version` counts one on.
        Refuses `stale_version`.
        """

    @abstractmethod
    async def confirm_group(self, before: Voucher, after: Voucher, *, reason: str) -> None:
        """Store that the group of a locked voucher is confirmed, with the actor's act; refuses `stale_version`."""

    @abstractmethod
    async def move_set(
        self,
        before: Sequence[Voucher],
        after: Sequence[Voucher],
        *,
        event: SetEvent,
        project_id: UUID | None,
        place: Place,
    ) -> VoucherSet:
        """Store locked vouchers of one place as they are after an event, as one set with count and digest.

        One at least. Refuses `stale_version`, for all of them.
        """

    @abstractmethod
    async def expire(self, place: Place, *, on: date, limit: int) -> VoucherSet | None:
        """Expire up to `limit` vouchers whose last day lies before `on`, as one set; None if there is none.

        One whose class was reported as begun by that day waits for the bureau to verify it; one whose class is
        planned to begin by then waits for that report as many days as its project says.

        Those that were issued, collected or reserved (`domain.machines.voucher.UNUSED`); a reserved one
        leaves its class.
        """

    @abstractmethod
    async def lock_unfinished(self, place: Place, *, on: date, limit: int) -> Sequence[Voucher]:
        """Lock up to `limit` vouchers in use whose last day before `on` counted to completion.

        One whose class was reported as completed by that day waits for the bureau to confirm it; one whose class
        ends by then waits for that report as many days as its project says.
        """

    @abstractmethod
    async def acts(self, voucher: Voucher) -> Sequence[VoucherAct]:
        """Return what single persons did to a voucher, oldest first."""

    @abstractmethod
    async def sets_of(self, voucher: Voucher) -> Sequence[VoucherSet]:
        """Return the sets it moved in that the actor may see, oldest first."""

    @abstractmethod
    async def sets(
        self, *, event: SetEvent | None, after: UUID | None, limit: int
    ) -> Sequence[VoucherSet]:
        """Return up to `limit` sets in order of creation after the given id."""

    @abstractmethod
    async def set(self, set_id: UUID) -> VoucherSet:
        """Return a set, or refuse with `not_found`."""
