"""Balances: floors, and the trial balance (CASES 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Refusal
from domain.ledger.chart import AccountKind
from domain.ledger.transfers import AccountKey, BookKey, Transfer


def check_floors(transfers: Sequence[Transfer], balances_fen: Mapping[AccountKey, int]) -> None:
    """Refuse with `fund_insufficient` what would leave an account but the treasury below zero.

    For answers that store nothing: what is stored is checked by PostgreSQL, under its locks.
    An account absent from `balances_fen` holds nothing.
    """
    after = dict(balances_fen)
    for transfer in transfers:
        after[transfer.from_] = after.get(transfer.from_, 0) - transfer.amount_fen
        after[transfer.to] = after.get(transfer.to, 0) + transfer.amount_fen
    if any(fen < 0 and key.kind is not AccountKind.TREASURY for key, fen in after.items()):
        raise Refusal("fund_insufficient")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """The accounts of one kind in one book, summed. balance = debits - credits."""

    book: BookKey
    kind: AccountKind
    debits_fen: int
    credits_fen: int

    @property
    def balance_fen(self) -> int:
        """Debits less credits; negative for the treasury alone."""
        return self.debits_fen - self.credits_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The trial balance (试算平衡) of a place: rows by book and kind, and their sums."""

    rows: tuple[TrialRow, ...]

    @property
    def debits_fen(self) -> int:
        """Σ debits over all books."""
        return sum(row.debits_fen for row in self.rows)

    @property
    def credits_fen(self) -> int:
        """Σ credits over all books."""
        return sum(row.credits_fen for row in self.rows)

    @property
    def unbalanced(self) -> tuple[BookKey, ...]:
        """Books whose debits and credits differ: none, ever."""
        differences: dict[BookKey, int] = {}
        for row in self.rows:
            differences[row.book] = differences.get(row.book, 0) + row.balance_fen
        return tuple(book for book, fen in differences.items() if fen != 0)
