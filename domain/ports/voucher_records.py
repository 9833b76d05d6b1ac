"""Records of voucher classes on file: sessions, attendance, who did not come, how it ended for each."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.class_record import Key, Session
from domain.voucher import Voucher
from domain.voucher_class import VoucherOutcome
from domain.voucher_record import RecordedEntries, VoucherEntry


class VoucherRecords(Protocol):
    """What is recorded under the voucher classes the actor may see. Nothing is edited; the latest is shown.

    A worker sees what is recorded of his own voucher.
    """

    @abstractmethod
    async def add_sessions(self, case: Case, sessions: Sequence[Session]) -> None:
        """Store versions of sessions."""

    @abstractmethod
    async def sessions(self, case: Case) -> Sequence[Session]:
        """Return the latest version of each session, withdrawn ones too, in order of time."""

    @abstractmethod
    async def recorded(self, case: Case, keys: Collection[Key]) -> RecordedEntries:
        """Return what is on file about entries with these keys: sessions, who attends, and the entries."""

    @abstractmethod
    async def add_entries(
        self,
        case: Case,
        entries: Sequence[VoucherEntry],
        *,
        versions: Mapping[UUID, int],
        workers: Mapping[UUID, UUID],
    ) -> None:
        """Store entries as sets; `versions` are those of their sessions, `workers` whose the vouchers are."""

    @abstractmethod
    async def workers(self, case: Case, vouchers: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Return whose these vouchers of the class are."""

    @abstractmethod
    async def in_force(
        self, case: Case, vouchers: Collection[UUID]
    ) -> Mapping[UUID, Sequence[VoucherEntry]]:
        """Return, for each voucher, its entries that no other supersedes."""

    @abstractmethod
    async def page(
        self, voucher: Voucher, *, after: tuple[UUID, str] | None, limit: int
    ) -> Sequence[VoucherEntry]:
        """Return a page of all entries about a voucher in the class it is in, by session and entry id."""

    @abstractmethod
    async def add_absences(self, case: Case, absent: Sequence[Voucher]) -> None:
        """Store who did not come, with the report of the start that was just signed."""

    @abstractmethod
    async def absences(self, case: Case) -> Collection[UUID]:
        """Return the vouchers whose workers did not come, by the latest report of the start."""

    @abstractmethod
    async def add_outcomes(
        self, case: Case, outcomes: Sequence[tuple[Voucher, VoucherOutcome]]
    ) -> None:
        """Store how it ended for each, with the report of completion that was just signed."""

    @abstractmethod
    async def outcomes(self, case: Case) -> Mapping[UUID, VoucherOutcome]:
        """Return the latest report of completion: how it ended, by voucher."""
