"""A batch of a hundred thousand is paid without waiting for ANALYZE, and one posting costs less.

The functions of postings look rows up by their keys, each check only where the set has what it concerns.

Revision ID: 0026
"""

from migrations.support import SQL, run, run_files

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# As in 0019: a place that is in no list of common values looks as if it had one row, and every key that
# begins with it seems as good as the complete one. On the road of a batch rows are found by complete keys
# alone, in the minutes in which statistics know nothing of them.
_LOOKED_UP = (
    "funding_request_lines",
    "payee_accounts",
    "payments",
    "payment_attempts",
    "bank_lines",
    "ledger_accounts",
    "ledger_balances",
    "postings",
)

REPLACED = {
    "postings_cite_their_cause_3": "postings_cite_their_cause_2",
    "apply_postings_2": "apply_postings",
    "paid_to_verified_2": "paid_to_verified",
}
"""Functions replaced by a newer file of theirs; their grants stay."""


def upgrade() -> None:
    run_files(*REPLACED)
    run(*_statistics(0))
    # By it a posting finds the line that its request pays: else it reads all lines of the request.
    run("create index funding_lines_of_filing on funding_request_lines (place_id, filing_id)")


def _statistics(target: int) -> list[str]:
    return [
        f"alter table {table} alter column place_id set statistics {target}" for table in _LOOKED_UP
    ]


def downgrade() -> None:
    run("drop index funding_lines_of_filing")
    run(*_statistics(-1))
    for before in REPLACED.values():
        source = SQL.joinpath(f"{before}.sql").read_text("utf-8")
        run(source.replace("create function", "create or replace function", 1))
