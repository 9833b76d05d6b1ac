"""A batch of a few thousand is released without waiting for ANALYZE, as a batch of a hundred thousand is.

Whether an attempt is in transit whole is asked posting by posting, by complete keys: a join of the accounts
was planned, by statistics older than the batch, as a walk through all of them for each attempt.

Revision ID: 0027
"""

from migrations.support import SQL, run, run_files

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_files("apply_postings_3")


def downgrade() -> None:
    run(SQL.joinpath("apply_postings_2.sql").read_text("utf-8"))
