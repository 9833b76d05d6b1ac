"""Funding requests, payments, batches and bank results on file."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.bank_result import BankLine, BankResult, Held, LineState, ResultLine, Taken, Tried
from domain.batch_file import Seal
from domain.batch_report import ReviewedLine
from domain.cases import Case
from domain.filing import Payee
from domain.funding_request import FundingLine, FundingRequest, Payable
from domain.payment import (
    Attempt,
    AttemptOnFile,
    AttemptState,
    Batch,
    BatchLine,
    Correction,
    Due,
    Exclusion,
    Payment,
    PersonShare,
    VoucherShare,
)


class FundingRequests(Protocol):
    """The funding requests of the places the actor may see."""

    @abstractmethod
    async def payables(self, place_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Payable]:
        """Lock these prepayments and settlements in id order and return those of the place."""

    @abstractmethod
    async def committed_fen(
        self, place_id: UUID, *, fund_source: str, budget_year: int, case_ids: Collection[UUID]
    ) -> Mapping[UUID, int]:
        """Return what is committed to each of these cases in a book, in fen; nothing there is absent.

        The order is that in which the ledger locks balances: who posts in parts follows it.
        """

    @abstractmethod
    async def add_request(self, request: FundingRequest, lines: Sequence[FundingLine]) -> None:
        """Store a request and its lines; refuses `already_requested`."""

    @abstractmethod
    async def request(self, case: Case) -> FundingRequest:
        """Return the funding request of a case."""

    @abstractmethod
    async def requests(self, cases: Sequence[Case]) -> Sequence[FundingRequest]:
        """Return the funding requests of these cases, in their order."""

    @abstractmethod
    async def request_lines(self, case: Case) -> Sequence[FundingLine]:
        """Return a request's lines, in their order."""

    @abstractmethod
    async def release_lines(
        self, place_id: UUID, *, request_id: UUID | None = None, subject_id: UUID | None = None
    ) -> int:
        """Free the lines of a request, or of a subject, for another request; return how many."""

    @abstractmethod
    async def plan(self, request: FundingRequest) -> Sequence[FundingLine]:
        """Plan a payment for each line that has none, and return those lines."""


class Batches(Protocol):
    """Payments and the batches they are sent in."""

    @abstractmethod
    async def waiting(
        self, place_id: UUID, *, fund_source: str, budget_year: int, limit: int
    ) -> Sequence[Due]:
        """Lock the planned payments of a book and return what is due, in order of planning."""

    @abstractmethod
    async def locked(self, place_id: UUID, payment_ids: Sequence[UUID]) -> Mapping[UUID, Payment]:
        """Lock these payments in id order and return those of the place, whatever their state."""

    @abstractmethod
    async def payees(self, place_id: UUID, account_ids: Collection[UUID]) -> Mapping[UUID, Payee]:
        """Open these payee accounts, in clear. For the bank's file alone."""

    @abstractmethod
    async def add_batch(self, batch: Batch, attempts: Sequence[Attempt]) -> None:
        """Store a batch with its attempts; its payments are batched with it."""

    @abstractmethod
    async def take_out(
        self, batch: Case, attempt_ids: Collection[UUID] | None, *, reason: str
    ) -> int:
        """Cancel these attempts of an unsent batch, or all, each with its reason; payments wait again.

        Return how many. Raises `AnsweredTwice` when one of them no longer stands.
        """

    @abstractmethod
    async def seal_again(self, batch: Case, seal: Seal) -> None:
        """Record what a batch holds after lines were taken out of it."""

    @abstractmethod
    async def exclusions(self, batch: Case) -> Sequence[Exclusion]:
        """Return the lines taken out of a batch, by line."""

    @abstractmethod
    async def submit(self, batch: Batch) -> None:
        """Record that a batch went out: its attempts and payments are submitted."""

    @abstractmethod
    async def batch(self, case: Case) -> Batch:
        """Return the batch of a case."""

    @abstractmethod
    async def batches(self, cases: Sequence[Case]) -> Sequence[Batch]:
        """Return the batches of these cases, in their order."""

    @abstractmethod
    async def attempts(
        self,
        batch: Case,
        *,
        states: Collection[AttemptState] | None = None,
        after_line: int = 0,
        limit: int | None = None,
    ) -> Sequence[AttemptOnFile]:
        """Return a batch's attempts by line, those in some states if asked."""

    @abstractmethod
    async def review(self, batch: Case) -> Sequence[ReviewedLine]:
        """Return the standing lines of a batch with what history says of their accounts, by line."""

    @abstractmethod
    async def standing(self, batch: Case) -> Sequence[BatchLine]:
        """Return the lines that stand in a batch's file, by line: all but those taken out."""


class BankResults(Protocol):
    """What the bank answered."""

    @abstractmethod
    async def add_result(
        self, result: BankResult, *, case: Case, lines: Sequence[ResultLine]
    ) -> None:
        """Store a file's lines under its batch; refuses `bank_result_already_loaded`."""

    @abstractmethod
    async def result(self, result_id: UUID) -> BankResult:
        """Return a file with its outcomes, or refuse `not_found`."""

    @abstractmethod
    async def result_of(self, place_id: UUID, digest: bytes) -> BankResult | None:
        """Return the file of these bytes if the place has loaded it."""

    @abstractmethod
    async def results_of(self, batch_id: UUID) -> Sequence[BankResult]:
        """Return the files loaded for a batch, oldest first."""

    @abstractmethod
    async def received(self, result: BankResult, limit: int) -> Sequence[BankLine]:
        """Lock and return lines that wait, in the order of the file."""

    @abstractmethod
    async def tried(self, place_id: UUID, references: Collection[str]) -> Mapping[str, Tried]:
        """Lock the attempts of the place that these references name, and return them."""

    @abstractmethod
    async def seen(self, place_id: UUID, line_references: Collection[str]) -> Collection[str]:
        """Return which of the bank's own references have been taken before."""

    @abstractmethod
    async def held_fen(self, place_id: UUID, *, case_ids: Collection[UUID]) -> Mapping[Held, int]:
        """Return what the receivable and expense accounts of these cases hold, in fen."""

    @abstractmethod
    async def take(self, place_id: UUID, lines: Sequence[Taken]) -> None:
        """Record the outcome of lines; a matched one answers its attempt and payment.

        Every change is guarded by the state it starts from: raises `AnsweredTwice` when one of
        them no longer holds.
        """

    @abstractmethod
    async def answered_batches(self, result: BankResult) -> Sequence[UUID]:
        """Return the batches that this file's lines have answered, its own included."""

    @abstractmethod
    async def lines(
        self, result: BankResult, *, state: LineState | None, after_line: int, limit: int
    ) -> Sequence[BankLine]:
        """Return a file's lines in order, those of one outcome if asked."""


class AnsweredTwice(Exception):
    """Another transaction took one of these lines or attempts first: roll back, look again."""


class Payments(FundingRequests, Batches, BankResults, Protocol):
    """Everything on the road from an approved case to the bank's answer."""

    @abstractmethod
    async def get(self, payment_id: UUID) -> Payment:
        """Return a payment, or refuse `not_found`."""

    @abstractmethod
    async def page(
        self,
        *,
        filing_id: UUID | None,
        state: str | None,
        after: UUID | None,
        limit: int,
        voucher_settlement_id: UUID | None = None,
    ) -> Sequence[Payment]:
        """Return up to `limit` payments in id order after the given one, of a filing or settlement if named."""

    @abstractmethod
    async def lock_payment(self, payment_id: UUID) -> Payment:
        """Lock a payment and return it, or refuse `not_found`."""

    @abstractmethod
    async def lock_of_subjects(
        self, place_id: UUID, subject_ids: Collection[UUID]
    ) -> Sequence[Payment]:
        """Lock and return every payment of these prepayments or settlements, in id order."""

    @abstractmethod
    async def move(
        self, payment: Payment, to_state: str, *, account_id: UUID | None = None
    ) -> Payment:
        """Move a locked payment; with an account it goes there from now on.

        Raises `AnsweredTwice` when its state is no longer the one it was read in.
        """

    @abstractmethod
    async def lock_to_account(self, place_id: UUID, account_id: UUID) -> None:
        """Lock the payments that wait to go to an account, in id order: before its case, as batches do."""

    @abstractmethod
    async def redirect(self, place_id: UUID, *, from_id: UUID, to_id: UUID) -> int:
        """Let payments that wait go to the account that replaces theirs; return how many."""

    @abstractmethod
    async def add_correction(self, correction: Correction) -> None:
        """Store a correction whose case was just opened."""

    @abstractmethod
    async def corrections(self, cases: Sequence[Case]) -> Sequence[Correction]:
        """Return the corrections of these cases, in their order."""

    @abstractmethod
    async def corrections_of(self, place_id: UUID, payment_ids: Collection[UUID]) -> Sequence[UUID]:
        """Return the cases of the corrections of these payments."""

    @abstractmethod
    async def attempts_of(self, payment: Payment) -> Sequence[AttemptOnFile]:
        """Return a payment's attempts, oldest first."""

    @abstractmethod
    async def people_of(self, payment: Payment) -> Sequence[PersonShare]:
        """Return whose shares a payment pays, by enrolment; nobody's for vouchers."""

    @abstractmethod
    async def vouchers_of(self, payment: Payment) -> Sequence[VoucherShare]:
        """Return what a payment pays on which voucher; none for a filing's."""
