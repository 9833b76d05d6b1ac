"""Voucher settlements, and money that is committed to vouchers instead of a filing (CASES 5, 7).

Refused by constraint name: one_live_voucher_settlement, voucher_in_one_settlement, settled_as_redeemed,
voucher_line_let_go, decided_stands, worth_the_least, one_use_per_receipt (an invoice), paid_from_a_commitment,
account_of_voucher_batch, requested_as_decided, cause_concerns_posting, recovery_of_one, reminder_of_one,
published_word_for_word; and by row security (42501): filed_by_owner, undecided_or_authority.

Revision ID: 0030
"""

from migrations.support import SQL, drop_tables, run, run_files
from migrations.voucher_money import claw_backs, notices, voucher_settlements

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("voucher_settlement", "reviewed", "on_notice", "approve", "publish"),
    ("voucher_settlement", "on_notice", "approved", "approve", "approve"),
    ("voucher_settlement", "on_notice", "accepted", "approve", "send_back"),
    ("voucher_settlement", "on_notice", "reviewed", "approve", "unpublish"),
)
RULES = (
    ("vouchers_started", "available", "committed"),
    ("vouchers_approved", "committed", "committed"),
    ("vouchers_released", "committed", "available"),
    ("vouchers_handed_back", "committed", "committed"),
)
CAUSES = (
    # What vouchers give back goes to the filings that wait for it.
    ("forward_committed", "voucher_class", "*"),
    ("forward_committed", "voucher_settlement", "approved"),
    ("vouchers_started", "voucher_class", "started"),
    ("vouchers_approved", "voucher_settlement", "approved"),
    ("vouchers_released", "voucher_class", "*"),
    ("vouchers_released", "voucher_settlement", "approved"),
    ("vouchers_handed_back", "payment_correction", "confirmed"),
)
PAID = ("funding_request_lines", "payments")
REPLACED = {
    "requested_as_decided_2": "requested_as_decided",
    "postings_cite_their_cause_4": "postings_cite_their_cause_3",
    "apply_postings_4": "apply_postings_3",
    "published_word_for_word_2": "published_word_for_word",
}
"""Functions replaced by a newer file of theirs; their grants stay."""

SUBJECTS = "('prepayment', 'settlement')"
SUBJECTS_NOW = "('prepayment', 'settlement', 'voucher_settlement')"
ABOUT = "'start_overdue', 'settlement_overdue'"
SETS = "'issue', 'expire', 'start', 'complete', 'fail', 'class_cancelled', 'class_stopped', 'approve', 'pay'"
SETS_NOW = f"{SETS}, 'refuse', 'return_payment', 'cancel_payment', 'claw_back', 'cancel_claw_back'"


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _sets(SETS_NOW)
    run_files("settled_as_redeemed", "voucher_line_let_go", "use_voucher_invoices")
    voucher_settlements()
    _paid()
    _ledger()
    claw_backs()
    notices()
    _reminders()
    run_files(*REPLACED, "vouchers_cite_their_cause")
    run(
        # By its name between the trigger that checks every cause and the one that moves balances.
        "create trigger a_voucher_posting_cites_its_cause after insert on postings"
        " referencing new table as added for each statement"
        " execute function vouchers_cite_their_cause()"
    )


def _sets(words: str) -> None:
    run(
        "alter table voucher_sets drop constraint voucher_sets_event_check",
        f"alter table voucher_sets add constraint voucher_sets_event_check check (event in ({words}))",
    )


def _paid() -> None:
    for table in PAID:
        run(
            f"alter table {table} alter column filing_id drop not null",
            f"alter table {table} drop constraint {table}_subject_kind_check",
            f"alter table {table} add constraint {table}_subject_kind_check"
            f" check (subject_kind in {SUBJECTS_NOW})",
            # What is paid is committed to a filing, or to the voucher settlement itself.
            f"alter table {table} add constraint paid_from_a_commitment"
            " check ((subject_kind = 'voucher_settlement') = (filing_id is null))",
        )


def _about(words: str) -> None:
    run(
        "alter table reminders drop constraint reminders_about_check",
        f"alter table reminders add constraint reminders_about_check check (about in ({words}))",
    )


def _reminders() -> None:
    _about(f"{ABOUT}, 'voucher_correction_overdue'")
    run(
        "alter table reminders add column voucher_settlement_id uuid",
        "alter table reminders alter column filing_id drop not null",
        "alter table reminders add constraint reminder_of_one"
        " check (num_nonnulls(filing_id, voucher_settlement_id) = 1"
        " and (about = 'voucher_correction_overdue') = (filing_id is null))",
        "alter table reminders add constraint reminded_of_voucher_settlement_once"
        " unique (place_id, voucher_settlement_id, about)",
        "alter table reminders add constraint reminder_of_voucher_settlement"
        " foreign key (place_id, voucher_settlement_id, org_id)"
        " references voucher_settlements (place_id, id, org_id)",
        "alter table reminders add constraint reminder_of_voucher_settlement_partner"
        " foreign key (place_id, voucher_settlement_id, partner_org_id)"
        " references cases (place_id, id, partner_org_id)",
    )


def _ledger() -> None:
    run(
        "alter table ledger_accounts add column voucher_batch_id uuid generated always as"
        " (case when subject_kind = 'voucher_batch' then subject_id end) stored",
        # The filing or the voucher batch that money is spent on.
        "alter table ledger_accounts add column spent_on_id uuid generated always as"
        " (case when subject_kind in ('filing', 'voucher_batch') then subject_id end) stored",
        "alter table ledger_accounts add constraint account_of_voucher_batch"
        " foreign key (place_id, voucher_batch_id) references cases (place_id, id)",
    )
    for event, from_kind, to_kind in RULES:
        run(
            "insert into posting_rules (kind, event, from_kind, to_kind, cause) values"
            f" ('posting', '{event}', '{from_kind}', '{to_kind}', 'decision'),"
            f" ('reversal', '{event}', '{to_kind}', '{from_kind}', 'decision')"
        )
    for event, kind, state in CAUSES:
        run(
            "insert into posting_causes (event, case_kind, to_state)"
            f" values ('{event}', '{kind}', '{state}')"
        )


def downgrade() -> None:
    run(
        "drop trigger a_voucher_posting_cites_its_cause on postings",
        "drop function vouchers_cite_their_cause()",
    )
    for before in REPLACED.values():
        body = SQL.joinpath(f"{before}.sql").read_text("utf-8")
        again = "create or replace function"
        run(body if again in body else body.replace("create function", again, 1))
    _no_notices()
    run(
        "alter table reminders drop constraint reminder_of_one",
        "alter table reminders drop column voucher_settlement_id",
        "alter table reminders alter column filing_id set not null",
    )
    _about(ABOUT)
    run(
        "alter table recoveries drop column voucher_settlement_id,"
        " drop constraint if exists recovery_of_one",
        "alter table recoveries alter column filing_id set not null",
    )
    run("delete from posting_causes where case_kind in ('voucher_class', 'voucher_settlement')")
    for event, _, _ in RULES:
        run(
            f"delete from posting_causes where event = '{event}'",
            f"delete from posting_rules where event = '{event}'",
        )
    run(
        "alter table ledger_accounts drop constraint account_of_voucher_batch",
        "alter table ledger_accounts drop column spent_on_id",
        "alter table ledger_accounts drop column voucher_batch_id",
    )
    for table in PAID:
        run(
            f"alter table {table} drop constraint paid_from_a_commitment",
            f"alter table {table} drop constraint {table}_subject_kind_check",
            f"alter table {table} add constraint {table}_subject_kind_check check (subject_kind in {SUBJECTS})",
            f"alter table {table} alter column filing_id set not null",
        )
    drop_tables(
        (
            "recovery_vouchers",
            "voucher_invoices",
            "voucher_settlement_lines",
            "voucher_settlements",
        )
    )
    run(
        "drop function use_voucher_invoices()",
        "drop function settled_as_redeemed()",
        "drop function voucher_line_let_go()",
        "alter table receipt_uses drop column voucher_id",
        "alter table receipt_uses alter column filing_id set not null,"
        " alter column receipt_id set not null",
    )
    _sets(SETS)
    run(
        "delete from step_rules where case_kind = 'voucher_settlement' and 'on_notice' in (from_state, to_state)"
    )


def _no_notices() -> None:
    drop_tables(("notice_vouchers",))
    run(
        "alter table objections drop constraint objection_to_one",
        "alter table objections drop column voucher_settlement_id, drop column voucher_id",
        "alter table objections add constraint objection_to_one check ("
        "num_nonnulls(settlement_id, filing_id) = 1"
        " and (line_id is null or settlement_id is not null)"
        " and (enrolment_id is null or filing_id is not null))",
        "alter table notice_items drop constraint notice_item_of_one",
        "alter table notice_items drop column voucher_settlement_id",
        "alter table notice_items add constraint notice_item_of_one"
        " check (num_nonnulls(settlement_id, filing_id) = 1)",
        "alter table notices drop constraint notices_subject_check",
        "alter table notices add constraint notices_subject_check"
        " check (subject in ('settlement', 'listing'))",
    )
