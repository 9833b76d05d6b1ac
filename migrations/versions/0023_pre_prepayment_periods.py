"""Prepayments that the system opens or lets lapse, and what an approval decides anew.

A prepayment is approved on the people and the maximum of that day: they are written with the amount, and stand
as it does (decided_stands).

Revision ID: 0023
"""

from migrations.support import APP, run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("prepayment", "new", "requested", "system", "open_unasked"),
    ("prepayment", "requested", "cancelled", "system", "lapse"),
    ("prepayment", "returned_for_correction", "cancelled", "system", "lapse"),
    ("prepayment", "reviewed", "cancelled", "system", "lapse"),
)
"""The steps of `domain.machines` that this migration adds."""

DECIDED_ANEW = "roster_version, people, maximum_fen"


def _stands(figures: str) -> None:
    run(
        "drop trigger decided_stands on prepayments",
        f"create trigger decided_stands before update of {figures} on prepayments for each row"
        " execute function decided_stands('id', 'approved', 'ordered', 'paid', 'refused', 'cancelled')",
    )


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run(f"grant update ({DECIDED_ANEW}) on prepayments to {APP}")
    _stands(f"amount_fen, facts, {DECIDED_ANEW}")


def downgrade() -> None:
    _stands("amount_fen, facts")
    run(f"revoke update ({DECIDED_ANEW}) on prepayments from {APP}")
    for kind, from_state, to_state, duty, _ in STEP_RULES:
        run(
            f"delete from step_rules where case_kind = '{kind}' and from_state = '{from_state}'"
            f" and to_state = '{to_state}' and duty = '{duty}'"
        )
