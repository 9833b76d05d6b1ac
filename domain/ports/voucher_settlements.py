"""Voucher settlements on file, with their lines, and what may stand in the next one."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.voucher_settlement import Committed, VoucherLine, VoucherSettlement


class VoucherSettlements(Protocol):
    """The voucher settlements the actor may see."""

    @abstractmethod
    async def redeemed(
        self, project_id: UUID, *, provider_id: UUID | None, worker_id: UUID | None
    ) -> Sequence[VoucherLine]:
        """Lock and return what is redeemed and in no settlement in work, by voucher; at most `LINES_MAX` and one.

        Of a provider's classes, or of a worker's own vouchers.
        """

    @abstractmethod
    async def committed(self, voucher_ids: Collection[UUID]) -> Sequence[Committed]:
        """Return what each of these vouchers is worth in its class, in fen, by voucher."""

    @abstractmethod
    async def add(self, settlement: VoucherSettlement, lines: Sequence[VoucherLine]) -> None:
        """Store a drafted settlement with its lines.

        Refuses `voucher_settlement_exists` for the project's month, `voucher_in_settlement`.
        """

    @abstractmethod
    async def get(self, case: Case) -> VoucherSettlement:
        """Return the settlement of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherSettlement]:
        """Return the settlements of these cases, in their order."""

    @abstractmethod
    async def lines(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[VoucherLine]:
        """Return a settlement's lines by voucher, after the given one."""

    @abstractmethod
    async def mark_submitted(self, case: Case) -> None:
        """Note when it was first submitted."""

    @abstractmethod
    async def decide(self, case: Case, lines: Sequence[VoucherLine], *, amount_fen: int) -> None:
        """Store what a review decided of every line, and what is payable in all."""

    @abstractmethod
    async def free(self, case: Case, voucher_ids: Collection[UUID] | None = None) -> None:
        """Let lines go: all of them with the settlement, or those of these vouchers alone."""

    @abstractmethod
    async def paid_fen(self, case: Case) -> int:
        """Return what the bank has confirmed of a settlement, in fen."""
