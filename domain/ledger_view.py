"""Sums of the ledger: two views of the same money, outlay (cash) and earned (CASES 5). All in fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.ledger import AccountKind


@dataclass(frozen=True, slots=True)
class Money:
    """Balances by kind of account, a missing one zero."""

    balances_fen: Mapping[AccountKind, int]

    def of(self, kind: AccountKind) -> int:
        """Return the balance of a kind."""
        return self.balances_fen.get(kind, 0)

    @property
    def appropriated_fen(self) -> int:
        """What the treasury has made available, less what went back to it."""
        return -self.of(AccountKind.TREASURY)

    @property
    def outlay_fen(self) -> int:
        """The cash view: what the bank has paid out and did not get back, earned or not."""
        return sum(
            self.of(kind)
            for kind in (
                AccountKind.PREPAYMENT_RECEIVABLE,
                AccountKind.EXPENSE,
                AccountKind.RECOVERY_RECEIVABLE,
                AccountKind.WRITE_OFF,
            )
        )

    @property
    def earned_fen(self) -> int:
        """The earned view: what was paid and is earned."""
        return self.of(AccountKind.EXPENSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundMoney:
    """The money of one book."""

    place_id: UUID
    region_path: str
    fund_source: str
    budget_year: int
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionMoney:
    """The money of a region and everything below it, all funds and years."""

    region_path: str
    name: str
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseMoney:
    """The money of one enterprise, all funds and years; the fund's own accounts are not in it.

    `got_back_fen` is what was recovered of it, collected or netted: it lies with the fund again, so that
    no balance shows it.
    """

    org_id: UUID
    name: str
    money: Money
    got_back_fen: int
