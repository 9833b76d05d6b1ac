"""Policy versions, payee accounts, filings, rosters, enrolments, listings, appropriations, commitments.

What an enterprise has filed stands: filed_in_time, filing_facts_stand, enrolment_facts_stand,
trained_within_class, opened_after_listing, completed_after_opening.

Revision ID: 0006
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    of_case,
    of_parent,
    placeless,
    run,
    run_files,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FILED_IN = ("draft", "submitted")
"""States of a filing in which its people are named: what is accepted does not grow afterwards."""

STEP_RULES = (
    ("filing", "new", "draft", "file", "draft"),
    ("filing", "draft", "submitted", "file", "submit"),
    ("filing", "submitted", "accepted", "review", "accept"),
    ("filing", "accepted", "reviewed", "review", "review"),
    ("filing", "reviewed", "listed", "approve", "list"),
    ("filing", "listed", "in_training", "file", "open"),
    ("filing", "in_training", "completed", "file", "complete"),
    ("filing", "completed", "closed", "system", "close"),
    ("prepayment", "new", "requested", "file", "request"),
    ("prepayment", "requested", "reviewed", "review", "review"),
    ("prepayment", "reviewed", "approved", "approve", "approve"),
    ("prepayment", "approved", "ordered", "system", "order"),
    ("prepayment", "ordered", "paid", "system", "pay"),
    ("settlement", "new", "draft", "file", "draft"),
    ("settlement", "draft", "submitted", "file", "submit"),
    ("settlement", "draft", "withdrawn", "file", "withdraw"),
    ("settlement", "submitted", "accepted", "review", "accept"),
    ("settlement", "submitted", "withdrawn", "file", "withdraw"),
    ("settlement", "accepted", "verifying", "system", "verify"),
    ("settlement", "verifying", "reviewed", "review", "review"),
    ("settlement", "reviewed", "approved", "approve", "approve"),
    ("settlement", "approved", "closed", "system", "close"),
    ("funding_request", "new", "draft", "prepare", "draft"),
    ("funding_request", "draft", "submitted", "prepare", "submit"),
    ("funding_request", "submitted", "concurred", "concur", "concur"),
    ("batch", "new", "draft", "prepare", "draft"),
    ("batch", "draft", "sealed", "prepare", "seal"),
    ("batch", "sealed", "released", "release", "release"),
    ("batch", "released", "submitted", "system", "submit"),
    ("batch", "submitted", "reconciled", "system", "reconcile"),
    ("appropriation", "new", "draft", "prepare", "draft"),
    ("appropriation", "draft", "approved", "approve", "approve"),
)


def upgrade() -> None:
    run_files("filed_in_time", "filing_facts_stand", "enrolment_facts_stand")
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run(
        """
        create table policy_versions (
          id uuid primary key,
          pack_id text not null,
          version integer not null check (version > 0),
          region_path text not null,
          document text,
          valid_from date not null,
          valid_to date,
          body jsonb not null,
          digest bytea not null,
          loaded_at timestamptz not null,
          unique (pack_id, version)
        )
        """,
        *placeless("policy_versions", write="scope_person() = system_person()"),
        *append_only("policy_versions"),
        f"""
        create table payee_accounts ({SCOPE_COLUMNS}
          id uuid not null,
          account_name text not null check (length(account_name) between 1 and 200),
          account_sealed bytea not null,
          account_index bytea not null check (length(account_index) = 32),
          account_masked text not null,
          bank_code text not null check (bank_code ~ '^[0-9]{{12}}$'),
          created_at timestamptz not null,
          primary key (place_id, id),
          constraint payee_account_identity unique (place_id, id, org_id),
          constraint payee_account_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("payee_accounts"),
        *append_only("payee_accounts"),
        "create policy declared_by_owner on payee_accounts as restrictive for insert"
        " with check (org_id = (select scope_org()))",
        f"""
        create table listings ({SCOPE_COLUMNS}
          id uuid not null,
          document_number text not null check (length(document_number) between 1 and 100),
          listed_on date not null,
          filings integer not null check (filings > 0),
          primary key (place_id, id),
          constraint one_listing_per_document unique (place_id, document_number),
          constraint listing_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("listings"),
        *append_only("listings"),
        *authority_writes("listings"),
        f"""
        create table filings ({SCOPE_COLUMNS}
          id uuid not null,
          policy_version_id uuid not null references policy_versions,
          class_name text not null check (length(class_name) between 1 and 200),
          occupation_code text not null,
          occupation_name text not null,
          target_grade smallint not null check (target_grade between 1 and 5),
          training_mode text not null check (training_mode in ('provider', 'in_house')),
          provider_name text,
          filed_starts_on date not null,
          filed_months smallint not null check (filed_months between 1 and 120),
          uplift_basis_points integer not null default 0 check (uplift_basis_points between 0 and 10000),
          fund_source text not null,
          payee_account_id uuid not null,
          roster_version integer not null check (roster_version > 0),
          people integer not null check (people > 0),
          submitted_at timestamptz,
          listing_id uuid,
          listed_on date,
          opened_on date,
          completed_on date,
          {of_case("filing", "filing")},
          constraint opened_after_listing check (opened_on >= listed_on),
          constraint completed_after_opening check (completed_on >= opened_on),
          constraint filing_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id),
          constraint filing_listing foreign key (place_id, listing_id) references listings (place_id, id)
        )
        """,
        *case_row(
            "filings",
            grants="select, insert, update (policy_version_id, roster_version, people, submitted_at,"
            " listing_id, listed_on, opened_on, completed_on)",
        ),
        "create trigger filing_facts_stand before update on filings for each row"
        " execute function filing_facts_stand()",
        f"""
        create table roster_versions ({SCOPE_COLUMNS}
          filing_id uuid not null,
          version integer not null check (version > 0),
          people integer not null check (people > 0),
          at timestamptz not null,
          primary key (place_id, filing_id, version),
          {of_parent("roster_version", "filings", "filing_id")}
        )
        """,
        *case_row("roster_versions"),
        *append_only("roster_versions"),
        filed_in_time("roster_versions", "filing_id", *FILED_IN),
        f"""
        create table enrolments ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          seat_no integer not null check (seat_no > 0),
          from_roster_version integer not null,
          until_roster_version integer,
          person_id uuid not null references persons,
          name text not null check (length(name) between 1 and 50),
          identity_sealed bytea not null,
          identity_index bytea not null check (length(identity_index) = 32),
          identity_masked text not null,
          phone_sealed bytea not null,
          phone_masked text not null,
          category text not null check (category in ('new_hire', 'transfer', 'on_post', 'other')),
          hired_on date not null,
          contract_months smallint not null check (contract_months between 1 and 600),
          claim_basis text not null check (claim_basis in ('insurance_place', 'work_place')),
          state text not null check (state in
            ('planned', 'enrolled', 'in_training', 'suspended', 'completed', 'failed', 'exited', 'replaced')),
          started_on date,
          ended_on date,
          exit_reason text,
          primary key (place_id, id),
          constraint enrolment_identity unique (place_id, id, org_id),
          constraint one_person_in_a_seat unique (place_id, filing_id, seat_no, from_roster_version),
          constraint one_seat_for_a_person unique (place_id, filing_id, person_id, from_roster_version),
          constraint enrolment_of_roster foreign key (place_id, filing_id, from_roster_version)
            references roster_versions (place_id, filing_id, version),
          {of_parent("enrolment", "filings", "filing_id")}
        )
        """,
        "create unique index one_live_enrolment on enrolments (person_id)"
        " where state in ('enrolled', 'in_training', 'suspended')",
        "create unique index enrolment_by_id on enrolments (id)",
        *case_row(
            "enrolments",
            grants="select, insert, update (state, until_roster_version, started_on, ended_on, exit_reason)",
        ),
        filed_in_time("enrolments", "filing_id", *FILED_IN),
        "create trigger enrolment_facts_stand before update on enrolments for each row"
        " when (new is distinct from old) execute function enrolment_facts_stand()",
        f"""
        create table filing_screenings ({SCOPE_COLUMNS}
          filing_id uuid not null,
          seq integer not null check (seq > 0),
          people integer not null check (people > 0),
          already_subsidised integer not null check (already_subsidised between 0 and people),
          at timestamptz not null,
          primary key (place_id, filing_id, seq),
          {of_parent("filing_screening", "filings", "filing_id")}
        )
        """,
        *case_row("filing_screenings"),
        *append_only("filing_screenings"),
        *authority_writes("filing_screenings"),
        f"""
        create table appropriations ({SCOPE_COLUMNS}
          id uuid not null,
          fund_source text not null,
          budget_year smallint not null check (budget_year between 2000 and 2100),
          amount_fen bigint not null check (amount_fen between 1 and 10000000000000),
          document_number text not null check (length(document_number) between 1 and 100),
          constraint one_appropriation_per_document unique (place_id, document_number, fund_source, budget_year),
          {of_case("appropriation", "appropriation")}
        )
        """,
        *case_row("appropriations"),
        *append_only("appropriations"),
        *authority_writes("appropriations"),
        f"""
        create table commitments ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          fund_source text not null,
          budget_year smallint not null,
          amount_fen bigint not null check (amount_fen > 0),
          listed_at timestamptz not null,
          state text not null check (state in ('forward', 'committed', 'released')),
          primary key (place_id, id),
          constraint one_commitment_per_year unique (place_id, filing_id, fund_source, budget_year),
          {of_parent("commitment", "filings", "filing_id")}
        )
        """,
        *case_row("commitments", grants="select, insert, update (state)"),
        *authority_writes("commitments"),
        *authority_moves("commitments"),
        "create index commitments_waiting on commitments (place_id, fund_source, budget_year, listed_at, id)"
        " where state = 'forward'",
        f"grant select on stored_clock to {APP}",
    )


def downgrade() -> None:
    drop_tables(
        (
            "commitments",
            "appropriations",
            "filing_screenings",
            "enrolments",
            "roster_versions",
            "filings",
            "listings",
            "payee_accounts",
            "policy_versions",
        )
    )
    run(
        "drop function enrolment_facts_stand()",
        "drop function filing_facts_stand()",
        "drop function filed_in_time()",
        "delete from step_rules",
    )
