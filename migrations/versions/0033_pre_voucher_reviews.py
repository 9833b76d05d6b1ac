"""A voucher that a settlement refused may be reviewed, and its class holds its money again when that is upheld.

It holds again, too, what a settlement had let go of a voucher whose payment is cancelled.

Refused by constraint name: one_review_per_voucher_line, one_subject, cause_concerns_posting.

Revision ID: 0033
"""

from migrations.support import SQL, run, run_files

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SUBJECTS = "'settlement_line', 'hold', 'filing', 'prepayment', 'recovery'"
ONE = "line_id, hold_id, filing_id, prepayment_id, recovery_id"
EVENT = "vouchers_reinstated"


def upgrade() -> None:
    run(
        "alter table review_requests add column voucher_settlement_id uuid, add column voucher_id uuid"
    )
    _subjects(
        f"{SUBJECTS}, 'voucher_line'",
        f"num_nonnulls({ONE}, voucher_id) = 1 and num_nonnulls(voucher_settlement_id, voucher_id) in (0, 2)",
        "when 'voucher_line' then voucher_id",
    )
    run(
        "alter table review_requests add constraint review_of_voucher_settlement"
        " foreign key (place_id, voucher_settlement_id, org_id)"
        " references voucher_settlements (place_id, id, org_id)",
        "alter table review_requests add constraint review_of_voucher_line"
        " foreign key (place_id, voucher_settlement_id, voucher_id)"
        " references voucher_settlement_lines (place_id, settlement_id, voucher_id)",
        "alter table review_requests add constraint one_review_per_voucher_line"
        " unique (place_id, voucher_settlement_id, voucher_id)",
        "insert into posting_rules (kind, event, from_kind, to_kind, cause) values"
        f" ('posting', '{EVENT}', 'available', 'committed', 'decision'),"
        f" ('reversal', '{EVENT}', 'committed', 'available', 'decision')",
        "insert into posting_causes (event, case_kind, to_state)"
        f" values ('{EVENT}', 'review_request', 'upheld'), ('{EVENT}', 'payment_correction', 'confirmed')",
    )
    run_files("vouchers_cite_their_cause_2")


def _subjects(words: str, one: str, also: str = "") -> None:
    run(
        "alter table review_requests drop constraint review_requests_subject_check",
        "alter table review_requests add constraint review_requests_subject_check"
        f" check (subject in ({words}))",
        "alter table review_requests drop constraint one_subject",
        f"alter table review_requests add constraint one_subject check ({one}"
        " and num_nonnulls(settlement_id, line_id) in (0, 2)"
        " and num_nonnulls(recovery_id, decided_seq) in (0, 2)"
        f" and case subject when 'settlement_line' then line_id when 'hold' then hold_id {also}"
        " when 'filing' then filing_id when 'prepayment' then prepayment_id else recovery_id end"
        " is not null)",
    )


def downgrade() -> None:
    before = SQL.joinpath("vouchers_cite_their_cause.sql").read_text("utf-8")
    run(
        before.replace("create function", "create or replace function", 1),
        f"delete from posting_causes where event = '{EVENT}'",
        f"delete from posting_rules where event = '{EVENT}'",
    )
    _subjects(SUBJECTS, f"num_nonnulls({ONE}) = 1")
    run("alter table review_requests drop column voucher_id, drop column voucher_settlement_id")
