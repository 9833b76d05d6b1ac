"""Columns of the work ledger, and the two views of money."""

from domain.ledger import AccountKind
from domain.ledger_view import Money
from domain.work_ledger import HEADINGS, EnterpriseEntry, FilingEntry, PersonEntry, columns_of


def test_every_column_has_a_heading_in_both_languages() -> None:
    columns = {
        name for level in (EnterpriseEntry, FilingEntry, PersonEntry) for name in columns_of(level)
    }
    assert columns == HEADINGS.keys()
    assert all(heading.zh and heading.en for heading in HEADINGS.values())


def test_outlay_is_cash_that_left_and_earned_is_expense() -> None:
    money = Money(
        {
            AccountKind.TREASURY: -1_000,
            AccountKind.AVAILABLE: 100,
            AccountKind.COMMITTED: 50,
            AccountKind.IN_TRANSIT: 30,
            AccountKind.PREPAYMENT_RECEIVABLE: 200,
            AccountKind.EXPENSE: 500,
            AccountKind.RECOVERY_RECEIVABLE: 100,
            AccountKind.WRITE_OFF: 20,
        }
    )
    assert (money.appropriated_fen, money.outlay_fen, money.earned_fen) == (1_000, 820, 500)
    assert Money({}).of(AccountKind.COMMITTED) == 0
