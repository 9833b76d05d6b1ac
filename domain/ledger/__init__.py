"""The ledger (总账): two-leg transfers between accounts of one book, and what may move.

A transfer takes `amount_fen` out of one account (`from_`, credited) and puts it into another
(`to`, debited), so an unbalanced posting cannot be expressed (CASES 5). balance = debits - credits;
only `treasury` may be negative.
"""

from domain.ledger.balances import TrialBalance, TrialRow, check_floors
from domain.ledger.chart import (
    EVENTS,
    SUBJECTS,
    AccountKind,
    CauseKind,
    Event,
    Legs,
    PostingKind,
    PostingRule,
    SubjectKind,
    posting_rules,
)
from domain.ledger.transfers import (
    AccountKey,
    BankLine,
    BookKey,
    Cause,
    Decision,
    Posting,
    Signature,
    Transfer,
    decision_of,
    reversal_of,
    transfer_of,
)

__all__ = [
    "EVENTS",
    "SUBJECTS",
    "AccountKey",
    "AccountKind",
    "BankLine",
    "BookKey",
    "Cause",
    "CauseKind",
    "Decision",
    "Event",
    "Legs",
    "Posting",
    "PostingKind",
    "PostingRule",
    "Signature",
    "SubjectKind",
    "Transfer",
    "TrialBalance",
    "TrialRow",
    "check_floors",
    "decision_of",
    "posting_rules",
    "reversal_of",
    "transfer_of",
]
