"""Recoveries on file, what they are of holds in the books, and money that comes in."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.places import Place
from domain.receipt import Receipt, ReceiptFile, ReceiptOnFile, TakenReceipt
from domain.recovery import ClawedBack, Holding, Recovery


class Recoveries(Protocol):
    """The recoveries the actor may see."""

    @abstractmethod
    async def add(self, recovery: Recovery) -> None:
        """Store a recovery just opened."""

    @abstractmethod
    async def get(self, case: Case) -> Recovery:
        """Return the recovery of a case, with its figures as the ledger has them now."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Recovery]:
        """Return the recoveries of these cases, in their order."""

    @abstractmethod
    async def of_filing(self, filing: Case) -> Sequence[Recovery]:
        """Return the recoveries of a filing, or of a voucher settlement, oldest first."""

    @abstractmethod
    async def add_vouchers(self, case: Case, vouchers: Sequence[ClawedBack]) -> None:
        """Store which vouchers a proposed recovery takes back."""

    @abstractmethod
    async def vouchers(self, case: Case) -> Sequence[ClawedBack]:
        """Return the vouchers a recovery takes back, by voucher."""

    @abstractmethod
    async def referred_to(self, place_id: UUID, references: Collection[str]) -> Sequence[Recovery]:
        """Return the recoveries of a place that these references name."""

    @abstractmethod
    async def demand(self, case: Case, settlement_id: UUID) -> None:
        """Name the settlement whose approval said last what is owed."""

    @abstractmethod
    async def order(self, case: Case, *, document_number: str, pay_within_days: int) -> None:
        """Record the decision to recover; what was served before counts no longer."""

    @abstractmethod
    async def serve(self, case: Case, *, served_on: date, due_on: date) -> None:
        """Record the day of service and the last day to pay."""

    @abstractmethod
    async def prove(self, case: Case, proof_reference: str) -> None:
        """Record the legal document of an insolvency or a write-off."""

    @abstractmethod
    async def holdings(self, filing: Case) -> Sequence[Holding]:
        """Return what the accounts of a filing or voucher settlement, and its recoveries', hold in each book."""

    @abstractmethod
    async def earned_fen(self, filing: Case) -> int:
        """Return the sum of the latest revisions of a filing's entitlements, in fen; nothing of vouchers."""


class Receipts(Protocol):
    """Lines of money that came in: bank results that belong to no batch."""

    @abstractmethod
    async def add(self, file: ReceiptFile, *, place: Place, lines: Sequence[Receipt]) -> None:
        """Store what came in; a job takes its lines."""

    @abstractmethod
    async def get(self, receipts_id: UUID) -> ReceiptFile:
        """Return what was loaded, or refuse `not_found`."""

    @abstractmethod
    async def of_digest(self, place_id: UUID, digest: bytes) -> ReceiptFile | None:
        """Return what was loaded with this content before."""

    @abstractmethod
    async def lines(self, file: ReceiptFile) -> Sequence[ReceiptOnFile]:
        """Return the lines, in order, with what became of them."""

    @abstractmethod
    async def seen(self, place_id: UUID, line_references: Collection[str]) -> Collection[str]:
        """Return those of the bank's references that have been taken already."""

    @abstractmethod
    async def take(self, file: ReceiptFile, taken: TakenReceipt) -> None:
        """Record what became of one line."""

    @abstractmethod
    async def of_recovery(self, recovery: Recovery) -> Mapping[UUID, ReceiptOnFile]:
        """Return the lines that name a recovery, by id."""
