"""Voucher settlements on file, with their lines and invoices, and what may stand in the next one."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.class_record import Receipt
from domain.ports.voucher_certificates import VoucherCertificates
from domain.voucher_settlement import VoucherGround, VoucherLine, VoucherSettlement


class VoucherSettlements(Protocol):
    """The voucher settlements the actor may see."""

    @property
    @abstractmethod
    def certificates(self) -> VoucherCertificates:
        """The certificates of their vouchers."""

    @abstractmethod
    async def redeemed(
        self, project_id: UUID, *, provider_id: UUID | None, worker_id: UUID | None
    ) -> Sequence[VoucherLine]:
        """Lock and return what is redeemed and in no settlement in work, by voucher; at most `LINES_MAX`.

        Of a provider's classes, or of a worker's own vouchers.
        """

    @abstractmethod
    async def worth_fen(self, voucher_ids: Collection[UUID]) -> int:
        """Return what these vouchers are worth in their classes, in fen."""

    @abstractmethod
    async def unneeded_fen(self, class_case: Case) -> int:
        """Return what is committed to a class above what the vouchers in it may still be paid, in fen.

        As of one instant, whoever moves vouchers or money meanwhile.
        """

    @abstractmethod
    async def issuers(self, class_ids: Collection[UUID]) -> Mapping[UUID, str | None]:
        """Return the credit code of each class's provider."""

    @abstractmethod
    async def holder_name(self, worker_id: UUID) -> str | None:
        """Return the name on a worker's newest voucher in sight; None where there is none."""

    @abstractmethod
    async def add(self, settlement: VoucherSettlement, lines: Sequence[VoucherLine]) -> None:
        """Store a drafted settlement with its lines.

        Refuses `voucher_settlement_exists` for the payee, project and month, or when another has just taken
        one of these vouchers.
        """

    @abstractmethod
    async def add_invoices(self, case: Case, invoices: Sequence[Receipt]) -> None:
        """Store what workers paid; `id` is the voucher. Refuses `receipt_already_used`."""

    @abstractmethod
    async def get(self, case: Case) -> VoucherSettlement:
        """Return the settlement of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherSettlement]:
        """Return the settlements of these cases, in their order."""

    @abstractmethod
    async def lines(self, case: Case, *, after: UUID | None, limit: int) -> Sequence[VoucherLine]:
        """Return a settlement's lines by voucher, after the given one; those let go too."""

    @abstractmethod
    async def line(self, case: Case, voucher_id: UUID) -> VoucherLine:
        """Return one line; refuses `not_found`."""

    @abstractmethod
    async def in_work(self, case: Case) -> Sequence[VoucherLine]:
        """Return all lines that have not been let go, by voucher."""

    @abstractmethod
    async def grounds(self, case: Case) -> Mapping[UUID, VoucherGround]:
        """Return what stops which vouchers of a settlement, beside its reviewer."""

    @abstractmethod
    async def mark_submitted(self, case: Case) -> None:
        """Note when it was first submitted."""

    @abstractmethod
    async def decide(self, case: Case, lines: Sequence[VoucherLine], *, amount_fen: int) -> None:
        """Store what was decided of these lines, and what is payable in all, in fen."""

    @abstractmethod
    async def take_out(self, case: Case, voucher_ids: Collection[UUID], *, left: int) -> None:
        """Let these lines go, as whoever claimed them; so many are left."""

    @abstractmethod
    async def let_go(self, case: Case, voucher_ids: Collection[UUID] | None = None) -> None:
        """Let the lines of these vouchers go, or all of them with the settlement itself."""

    @abstractmethod
    async def give_up(self, case: Case, voucher_ids: Collection[UUID]) -> None:
        """Let the lines of these vouchers go, and the settlement: its payee may claim that month again.

        The other lines stay decided.
        """

    @abstractmethod
    async def paid_fen(self, case: Case) -> int:
        """Return what the bank has confirmed of a settlement, in fen, less what it gave back."""

    @abstractmethod
    async def paying(self, place_id: UUID, voucher_id: UUID) -> UUID | None:
        """Return the settlement that pays a voucher, or None."""

    @abstractmethod
    async def stopped(self, settlement_ids: Collection[UUID]) -> Collection[UUID]:
        """Return those that are not to be paid now.

        A hold stops the payee, a provider of their classes or a holder of their vouchers; or a voucher of
        theirs is under investigation.
        """
