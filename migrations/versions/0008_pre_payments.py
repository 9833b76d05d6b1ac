"""Funding requests, payments, attempts, batches, bank results.

Refused by constraint name: requested_as_decided, paid_as_concurred,
one_request_per_subject, one_payment_per_line, payment_as_concurred,
one_live_attempt (nothing is sent twice), payment_reference, attempt_answered_by_line,
one_attempt_per_answer, one_load_per_result, bank_reference, outcome_names_attempt; and by row
security (42501): authority_in_region, authority_moves.

Revision ID: 0008
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    of_case,
    of_parent,
    run,
    run_files,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _authority_moves(table: str) -> list[str]:
    """Let only an authority of the row's region update: a payee does not mark itself paid."""
    mine = "starts_with(region_path, (select scope_region()))"
    policy = f"create policy authority_moves on {table} as restrictive for update"
    return [f"{policy} using ({mine}) with check ({mine})"]


def upgrade() -> None:
    run_files("requested_as_decided", "paid_as_concurred")
    _funding_requests()
    _payments()
    _bank_results()


def _funding_requests() -> None:
    run(
        f"""
        create table funding_requests ({SCOPE_COLUMNS}
          id uuid not null,
          fund_source text not null,
          budget_year smallint not null,
          lines integer not null check (lines > 0),
          total_fen bigint not null check (total_fen > 0),
          {of_case("funding_request", "funding_request")}
        )
        """,
        *case_row("funding_requests"),
        *append_only("funding_requests"),
        *authority_writes("funding_requests"),
        f"""
        create table funding_request_lines ({SCOPE_COLUMNS}
          id uuid not null,
          funding_request_id uuid not null,
          line_no integer not null check (line_no > 0),
          filing_id uuid not null,
          subject_kind text not null check (subject_kind in ('prepayment', 'settlement')),
          subject_id uuid not null,
          payee_account_id uuid not null,
          amount_fen bigint not null check (amount_fen > 0),
          released_at timestamptz,
          primary key (place_id, id),
          constraint funding_line_identity unique (place_id, id, org_id),
          constraint funding_line_amount unique (place_id, id, subject_id, payee_account_id, amount_fen),
          constraint one_line_number_per_request unique (place_id, funding_request_id, line_no),
          constraint funding_line_of_request foreign key (place_id, funding_request_id)
            references funding_requests (place_id, id),
          constraint funding_line_subject foreign key (place_id, subject_id, subject_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint funding_line_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id),
          {of_parent("funding_line", "filings", "filing_id")}
        )
        """,
        "create unique index one_request_per_subject on funding_request_lines (place_id, subject_id)"
        " where released_at is null",
        *case_row("funding_request_lines", grants="select, insert, update (released_at)"),
        *authority_writes("funding_request_lines"),
        "create trigger requested_as_decided after insert on funding_request_lines"
        " referencing new table as added for each statement"
        " execute function requested_as_decided()",
        *_authority_moves("funding_request_lines"),
    )


def _payments() -> None:
    run(
        f"""
        create table payments ({SCOPE_COLUMNS}
          id uuid not null,
          funding_request_line_id uuid not null,
          filing_id uuid not null,
          subject_kind text not null check (subject_kind in ('prepayment', 'settlement')),
          subject_id uuid not null,
          payee_account_id uuid not null,
          fund_source text not null,
          budget_year smallint not null,
          amount_fen bigint not null check (amount_fen > 0),
          purpose text not null check (length(purpose) between 1 and 100),
          state text not null check (state in
            ('planned', 'batched', 'submitted', 'paid', 'returned', 'unknown', 'corrected', 'cancelled')),
          planned_at timestamptz not null,
          booked_on date,
          primary key (place_id, id),
          constraint payment_identity unique (place_id, id, org_id),
          constraint payment_partner_identity unique (place_id, id, partner_org_id),
          constraint one_payment_per_line unique (place_id, funding_request_line_id),
          constraint payment_of_line foreign key (place_id, funding_request_line_id, org_id)
            references funding_request_lines (place_id, id, org_id),
          constraint payment_as_concurred
            foreign key (place_id, funding_request_line_id, subject_id, payee_account_id, amount_fen)
            references funding_request_lines (place_id, id, subject_id, payee_account_id, amount_fen),
          constraint payment_subject foreign key (place_id, subject_id, subject_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint payment_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id),
          {of_parent("payment", "filings", "filing_id")}
        )
        """,
        *case_row("payments", grants="select, insert, update (state, booked_on)"),
        *authority_writes("payments"),
        "create trigger paid_as_concurred after insert on payments"
        " referencing new table as added for each statement execute function paid_as_concurred()",
        *_authority_moves("payments"),
        "create unique index payment_by_id on payments (id)",
        "create index payments_of_filing on payments (place_id, filing_id, id)",
        "create index payments_of_subject on payments (place_id, subject_id)",
        "create index payments_waiting on payments (place_id, fund_source, budget_year, planned_at, id)"
        " where state = 'planned'",
        f"""
        create table batches ({SCOPE_COLUMNS}
          id uuid not null,
          fund_source text not null,
          budget_year smallint not null,
          lines integer not null check (lines > 0),
          total_fen bigint not null check (total_fen > 0),
          digest bytea not null check (length(digest) = 32),
          {of_case("batch", "batch")}
        )
        """,
        *case_row("batches"),
        *append_only("batches"),
        *authority_writes("batches"),
        f"""
        create table payment_attempts ({SCOPE_COLUMNS}
          id uuid not null,
          payment_id uuid not null,
          batch_id uuid not null,
          attempt_no smallint not null check (attempt_no > 0),
          line_no integer not null check (line_no > 0),
          reference text not null check (reference ~ '^[A-Z0-9]{{12,32}}$'),
          state text not null check (state in ('batched', 'submitted', 'paid', 'rejected', 'unknown', 'cancelled')),
          bank_line_id uuid,
          booked_on date,
          bank_reason text not null default '' check (length(bank_reason) <= 500),
          primary key (place_id, id),
          constraint attempt_identity unique (place_id, id, org_id),
          constraint attempts_in_a_row unique (place_id, payment_id, attempt_no),
          constraint one_line_per_attempt unique (place_id, batch_id, line_no),
          constraint payment_reference unique (reference),
          constraint attempt_of_payment foreign key (place_id, payment_id, org_id)
            references payments (place_id, id, org_id),
          constraint attempt_partner foreign key (place_id, payment_id, partner_org_id)
            references payments (place_id, id, partner_org_id),
          constraint attempt_of_batch foreign key (place_id, batch_id) references batches (place_id, id),
          constraint attempt_answered_by_line check
            ((state in ('paid', 'rejected')) = (bank_line_id is not null)
             and (bank_line_id is null) = (booked_on is null)),
          constraint attempt_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        # Nothing is sent twice: a payment is tried again only after its attempt was rejected.
        "create unique index one_live_attempt on payment_attempts (place_id, payment_id)"
        " where state not in ('rejected', 'cancelled')",
        "create unique index one_attempt_per_answer on payment_attempts (place_id, bank_line_id)"
        " where bank_line_id is not null",
        "create index attempts_unanswered on payment_attempts (place_id, batch_id, line_no)"
        " where state in ('batched', 'submitted')",
        *case_row(
            "payment_attempts",
            grants="select, insert, update (state, bank_line_id, booked_on, bank_reason)",
        ),
        *authority_writes("payment_attempts"),
        *_authority_moves("payment_attempts"),
    )


def _bank_results() -> None:
    run(
        f"""
        create table bank_results ({SCOPE_COLUMNS}
          id uuid not null,
          batch_id uuid not null,
          digest bytea not null check (length(digest) = 32),
          lines integer not null check (lines > 0),
          received_at timestamptz not null,
          uploaded_by uuid not null references persons,
          primary key (place_id, id),
          constraint bank_result_identity unique (place_id, id, org_id),
          constraint one_load_per_result unique (place_id, digest),
          {of_parent("bank_result", "batches", "batch_id")}
        )
        """,
        *case_row("bank_results"),
        *append_only("bank_results"),
        *authority_writes("bank_results"),
        f"""
        create table bank_lines ({SCOPE_COLUMNS}
          id uuid not null,
          bank_result_id uuid not null,
          line_no integer not null check (line_no > 0),
          line_reference text not null check (length(line_reference) between 1 and 64),
          payment_reference text not null check (length(payment_reference) between 1 and 64),
          result text not null check (result in ('paid', 'rejected')),
          amount_fen bigint not null check (amount_fen > 0),
          booked_on date not null,
          reason text not null default '' check (length(reason) <= 500),
          state text not null default 'received' check (state in
            ('received', 'matched', 'repeated', 'unknown_reference', 'amount_differs', 'already_answered',
             'not_submitted')),
          attempt_id uuid,
          primary key (place_id, id),
          constraint bank_line_no unique (place_id, bank_result_id, line_no),
          constraint bank_line_result foreign key (place_id, bank_result_id, org_id)
            references bank_results (place_id, id, org_id),
          constraint outcome_names_attempt check
            ((state in ('received', 'repeated', 'unknown_reference')) = (attempt_id is null)),
          constraint bank_line_attempt foreign key (place_id, attempt_id) references payment_attempts (place_id, id),
          constraint bank_line_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        "create unique index bank_reference on bank_lines (place_id, line_reference)"
        " where state in ('matched', 'already_answered')",
        "create index bank_lines_received on bank_lines (place_id, bank_result_id, line_no) where state = 'received'",
        *case_row("bank_lines", grants="select, insert, update (state, attempt_id)"),
        *authority_writes("bank_lines"),
        *_authority_moves("bank_lines"),
        "create unique index bank_result_by_id on bank_results (id)",
        "create index bank_lines_of_attempt on bank_lines (place_id, attempt_id) where attempt_id is not null",
        "alter table payment_attempts add constraint attempt_bank_line foreign key (place_id, bank_line_id)"
        " references bank_lines (place_id, id)",
        "alter table postings add constraint posting_bank_line foreign key (place_id, bank_line_id)"
        " references bank_lines (place_id, id)",
        "alter table postings add constraint posting_attempt foreign key (place_id, attempt_id)"
        " references payment_attempts (place_id, id)",
    )


def downgrade() -> None:
    run(
        "alter table postings drop constraint posting_attempt",
        "alter table postings drop constraint posting_bank_line",
        "alter table payment_attempts drop constraint attempt_bank_line",
    )
    drop_tables(
        (
            "bank_lines",
            "bank_results",
            "payment_attempts",
            "batches",
            "payments",
            "funding_request_lines",
            "funding_requests",
        )
    )
    run("drop function paid_as_concurred()", "drop function requested_as_decided()")
