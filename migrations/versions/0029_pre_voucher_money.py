"""Voucher settlements, and money that is committed to vouchers instead of a filing (CASES 5, 7).

Refused by constraint name: one_live_voucher_settlement, voucher_in_one_settlement, paid_from_a_commitment,
account_of_voucher_batch, requested_as_decided, cause_concerns_posting.

Revision ID: 0029
"""

from migrations.support import (
    SCOPE_COLUMNS,
    SQL,
    authority_moves,
    case_row,
    drop_tables,
    of_case,
    of_parent,
    run,
    run_files,
)

revision = "0029"
down_revision = "0028"
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
)
CAUSES = (
    ("vouchers_started", "voucher_class", "started"),
    ("vouchers_approved", "voucher_settlement", "approved"),
    ("vouchers_released", "voucher_class", "*"),
    ("vouchers_released", "voucher_settlement", "approved"),
)
PAID = ("funding_request_lines", "payments")
REPLACED = ("requested_as_decided", "postings_cite_their_cause")

SUBJECTS = "('prepayment', 'settlement')"
SUBJECTS_NOW = "('prepayment', 'settlement', 'voucher_settlement')"


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _settlements()
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
    run_files("requested_as_decided_2", "postings_cite_their_cause_4")


def _settlements() -> None:
    run(
        f"""
        create table voucher_settlements ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          month date not null check (extract(day from month) = 1),
          vouchers integer not null check (vouchers > 0),
          amount_fen bigint check (amount_fen >= 0),
          fund_source text not null,
          budget_year smallint not null,
          payee_account_id uuid not null,
          submitted_at timestamptz,
          released_at timestamptz,
          {of_case("voucher_settlement", "voucher_settlement")},
          constraint voucher_settlement_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_settlement_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id)
        )
        """,
        *case_row(
            "voucher_settlements",
            grants="select, insert, update (amount_fen, submitted_at, released_at)",
        ),
        # One in work for a provider, project and month; withdrawn or refused, its vouchers are free again.
        "create unique index one_live_voucher_settlement on voucher_settlements"
        " (place_id, org_id, project_id, month) where released_at is null",
        f"""
        create table voucher_settlement_lines ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          voucher_id uuid not null,
          class_id uuid not null,
          standard_fen bigint not null check (standard_fen > 0),
          fee_fen bigint not null check (fee_fen > 0),
          face_value_fen bigint check (face_value_fen > 0),
          committed_fen bigint not null check (committed_fen > 0),
          disposition text check (disposition in ('payable', 'refused', 'held')),
          amount_fen bigint check (amount_fen between 0 and committed_fen),
          reason text not null default '' check (length(reason) <= 2000),
          facts jsonb not null,
          released_at timestamptz,
          primary key (place_id, settlement_id, voucher_id),
          constraint line_amount_when_decided check ((disposition is null) = (amount_fen is null)),
          constraint refused_with_a_reason check (disposition <> 'refused' or reason <> ''),
          constraint voucher_line_of_voucher foreign key (place_id, voucher_id)
            references vouchers (place_id, id),
          constraint voucher_line_of_class foreign key (place_id, class_id)
            references voucher_classes (place_id, id),
          {of_parent("voucher_line", "voucher_settlements", "settlement_id")}
        )
        """,
        *case_row(
            "voucher_settlement_lines",
            grants="select, insert, update (disposition, amount_fen, reason, facts, released_at)",
        ),
        *authority_moves("voucher_settlement_lines"),
        "create unique index voucher_in_one_settlement on voucher_settlement_lines (place_id, voucher_id)"
        " where released_at is null",
    )


def downgrade() -> None:
    for name in REPLACED:
        before = "postings_cite_their_cause_2" if name.startswith("postings") else name
        body = SQL.joinpath(f"{before}.sql").read_text("utf-8")
        run(
            body
            if "create or replace" in body
            else body.replace("create function", "create or replace function", 1)
        )
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
    drop_tables(("voucher_settlement_lines", "voucher_settlements"))
    run(
        "delete from step_rules where case_kind = 'voucher_settlement' and 'on_notice' in (from_state, to_state)"
    )
