"""Class records, mentors, plans of classes, joint classes; receipts used once ever.

What a class record says is entered by somebody and stands: a correction is a later version, or a later
entry that names the one it supersedes. Refused by constraint name: one_version_per_entry,
session_versions_in_a_row (and its like), one_successor_per_attendance, one_use_per_receipt,
filing_as_joint_class, filed_in_time, entered_by_me (42501).

`joint_class_plans` is what a confirmed joint class is published with: enterprises that do not see the
organiser's case join it by its id, and the foreign key of `filings` holds them to its plan.

Revision ID: 0014
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    case_row,
    drop_tables,
    filed_in_time,
    of_case,
    of_parent,
    owner_only,
    placeless,
    run,
    run_files,
)

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("joint_class", "new", "planned", "file", "plan"),
    ("joint_class", "planned", "confirmed", "review", "confirm"),
)
PLANNED_IN = ("draft", "submitted")
MENTORED_IN = (
    "draft", "submitted", "accepted", "reviewed", "listed", "in_training", "completed",
)  # fmt: skip
RECORDED_IN = ("in_training", "completed")
"""States of a filing in which its class record grows: from the opening report until it is closed."""

ENTERED = """
          version integer not null check (version > 0),
          prev_version integer generated always as (nullif(version, 1) - 1) stored,
          withdrawn boolean not null,
          person_id uuid not null default scope_person() references persons,
          entered_at timestamptz not null,"""
"""Who entered which version when. `withdrawn` says that the entry is taken back."""

FUNCTIONS = (
    "use_receipts(uuid, uuid, uuid[], text[], text[], text[])",
    "take_joint_class_seats(uuid, uuid, integer)",
    "joint_class_headcount(uuid)",
)
ONCE_EVER = ("use_receipts", "take_joint_class_seats", "joint_class_headcount")


def _versions(prefix: str, table: str) -> str:
    return f"""
          constraint {prefix}_versions_in_a_row foreign key (place_id, filing_id, id, prev_version)
            references {table} (place_id, filing_id, id, version),
          {of_parent(prefix, "filings", "filing_id")}"""


def _record(table: str, *states: str) -> tuple[str, ...]:
    """Wall an append-only table of entries: entered by the one who is named, while the states allow."""
    return (
        *case_row(table),
        *append_only(table),
        (
            f"create policy entered_by_me on {table} as restrictive for insert"
            " with check (person_id = (select scope_person()))"
        ),
        filed_in_time(table, "filing_id", *states),
    )


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _joint_classes()
    run(
        f"""
        create table class_plans ({SCOPE_COLUMNS}
          filing_id uuid not null,
          body jsonb not null,
          person_id uuid not null default scope_person() references persons,
          primary key (place_id, filing_id),
          {of_parent("class_plan", "filings", "filing_id")}
        )
        """,
        *_record("class_plans", *PLANNED_IN),
        f"""
        create table class_mentors ({SCOPE_COLUMNS}
          filing_id uuid not null,
          id uuid not null,
          {ENTERED}
          name text not null check (length(name) between 1 and 50),
          kind text not null check (kind in ('enterprise', 'provider')),
          grade smallint check (grade between 1 and 5),
          title text not null check (length(title) <= 200),
          occupation_name text not null check (length(occupation_name) between 1 and 200),
          primary key (place_id, filing_id, id, version),
          {_versions("class_mentor", "class_mentors")}
        )
        """,
        *_record("class_mentors", *MENTORED_IN),
        f"""
        create table mentored_people ({SCOPE_COLUMNS}
          filing_id uuid not null,
          mentor_id uuid not null,
          mentor_version integer not null,
          enrolment_id uuid not null,
          person_id uuid not null default scope_person() references persons,
          primary key (place_id, filing_id, mentor_id, mentor_version, enrolment_id),
          constraint mentored_by foreign key (place_id, filing_id, mentor_id, mentor_version)
            references class_mentors (place_id, filing_id, id, version),
          constraint mentored_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("mentored_person", "filings", "filing_id")}
        )
        """,
        *_record("mentored_people", *MENTORED_IN),
        f"""
        create table class_sessions ({SCOPE_COLUMNS}
          filing_id uuid not null,
          id uuid not null,
          {ENTERED}
          held_on date not null,
          starts_minute smallint not null check (starts_minute between 0 and 1439),
          ends_minute smallint not null check (ends_minute between 1 and 1440),
          kind text not null check (kind in ('theory', 'practice', 'mentored', 'online', 'assessment')),
          topic text not null check (length(topic) between 1 and 200),
          site text not null check (length(site) between 1 and 200),
          mentor_id uuid,
          mentor_name text,
          primary key (place_id, filing_id, id, version),
          constraint session_ends_after_it_starts check (ends_minute > starts_minute),
          {_versions("session", "class_sessions")}
        )
        """,
        *_record("class_sessions", *RECORDED_IN),
        "create index class_sessions_of_mentor on class_sessions (place_id, mentor_name, held_on)",
        f"""
        create table class_attendance ({SCOPE_COLUMNS}
          filing_id uuid not null,
          session_id uuid not null,
          session_version integer not null,
          enrolment_id uuid not null,
          entry_id text not null check (length(entry_id) between 1 and 100),
          supersedes text,
          present boolean not null,
          arrived_minute smallint check (arrived_minute between 0 and 1439),
          left_minute smallint check (left_minute between 1 and 1440),
          person_id uuid not null default scope_person() references persons,
          entered_at timestamptz not null,
          primary key (place_id, filing_id, session_id, enrolment_id, entry_id),
          constraint one_successor_per_attendance
            unique (place_id, filing_id, session_id, enrolment_id, supersedes),
          constraint attendance_superseded
            foreign key (place_id, filing_id, session_id, enrolment_id, supersedes)
            references class_attendance (place_id, filing_id, session_id, enrolment_id, entry_id),
          constraint attended_session foreign key (place_id, filing_id, session_id, session_version)
            references class_sessions (place_id, filing_id, id, version),
          constraint attending_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          constraint left_after_arriving check (left_minute > arrived_minute),
          {of_parent("attendance", "filings", "filing_id")}
        )
        """,
        *_record("class_attendance", *RECORDED_IN),
        f"""
        create table class_evidence ({SCOPE_COLUMNS}
          filing_id uuid not null,
          id uuid not null,
          {ENTERED}
          kind text not null check (kind in ('photo', 'video', 'sign_in_sheet', 'teaching_log')),
          digest bytea not null check (length(digest) = 32),
          site text not null check (length(site) between 1 and 200),
          taken_at timestamptz not null,
          duration_s integer check (duration_s between 1 and 86400),
          session_id uuid,
          session_version integer,
          held_at text check (length(held_at) between 1 and 500),
          primary key (place_id, filing_id, id, version),
          constraint evidence_of_session foreign key (place_id, filing_id, session_id, session_version)
            references class_sessions (place_id, filing_id, id, version),
          {_versions("evidence", "class_evidence")}
        )
        """,
        *_record("class_evidence", *RECORDED_IN),
        f"""
        create table class_receipts ({SCOPE_COLUMNS}
          filing_id uuid not null,
          id uuid not null,
          {ENTERED}
          code text check (code ~ '^[0-9]{{8,12}}$'),
          number text not null check (number ~ '^[0-9]{{6,20}}$'),
          issuer_code text not null check (length(issuer_code) = 18),
          amount_fen bigint not null check (amount_fen between 1 and 10000000000000),
          issued_on date not null,
          primary key (place_id, filing_id, id, version),
          {_versions("receipt", "class_receipts")}
        )
        """,
        *_record("class_receipts", *RECORDED_IN),
        f"""
        create table completion_proposals ({SCOPE_COLUMNS}
          filing_id uuid not null,
          enrolment_id uuid not null,
          seq integer not null check (seq > 0),
          outcome text not null check (outcome in ('completed', 'failed', 'exited')),
          last_day date not null,
          person_id uuid not null default scope_person() references persons,
          entered_at timestamptz not null,
          primary key (place_id, filing_id, enrolment_id, seq),
          constraint proposed_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("completion_proposal", "filings", "filing_id")}
        )
        """,
        *_record("completion_proposals", *RECORDED_IN),
        """
        create table receipt_uses (
          number text not null,
          code text,
          issuer_code text not null,
          place_id uuid not null,
          filing_id uuid not null,
          receipt_id uuid not null,
          constraint one_use_per_receipt unique nulls not distinct (number, code, issuer_code)
        )
        """,
        *owner_only("receipt_uses"),
    )
    run_files(*ONCE_EVER)
    for function in FUNCTIONS:
        run(
            f"revoke all on function {function} from public",
            f"grant execute on function {function} to {APP}",
        )


def _joint_classes() -> None:
    run(
        f"""
        create table joint_classes ({SCOPE_COLUMNS}
          id uuid not null,
          class_name text not null check (length(class_name) between 1 and 200),
          occupation_code text not null,
          occupation_name text not null,
          target_grade smallint not null check (target_grade between 1 and 5),
          filed_months smallint not null check (filed_months between 1 and 120),
          starts_on date not null,
          document_number text not null check (length(document_number) between 1 and 100),
          {of_case("joint_class", "joint_class")}
        )
        """,
        *case_row("joint_classes"),
        *append_only("joint_classes"),
        "create policy planned_by_owner on joint_classes as restrictive for insert"
        " with check (org_id = (select scope_org()))",
        """
        create table joint_class_plans (
          id uuid primary key references cases (id),
          region_path text not null references places (region_path),
          organiser_id uuid not null references organisations,
          provider_id uuid references organisations,
          class_name text not null,
          occupation_code text not null,
          occupation_name text not null,
          target_grade smallint not null,
          filed_months smallint not null,
          starts_on date not null,
          confirmed_at timestamptz not null,
          constraint joint_class_plan
            unique (region_path, id, occupation_code, target_grade, filed_months, starts_on)
        )
        """,
        *placeless("joint_class_plans", write="starts_with(region_path, (select scope_region()))"),
        *append_only("joint_class_plans"),
        """
        create table joint_class_seats (
          joint_class_id uuid not null references joint_class_plans,
          filing_id uuid primary key,
          people integer not null check (people > 0)
        )
        """,
        *owner_only("joint_class_seats"),
        "alter table filings add column joint_class_id uuid",
        """
        alter table filings add constraint filing_as_joint_class
          foreign key (region_path, joint_class_id, occupation_code, target_grade, filed_months, filed_starts_on)
          references joint_class_plans (region_path, id, occupation_code, target_grade, filed_months, starts_on)
        """,
        "create index filings_of_joint_class on filings (place_id, joint_class_id)"
        " where joint_class_id is not null",
    )


def downgrade() -> None:
    run(*(f"drop function {function}" for function in FUNCTIONS))
    run(
        "drop index filings_of_joint_class",
        "alter table filings drop column joint_class_id",
    )
    drop_tables(
        (
            "receipt_uses",
            "completion_proposals",
            "class_receipts",
            "class_evidence",
            "class_attendance",
            "class_sessions",
            "mentored_people",
            "class_mentors",
            "class_plans",
            "joint_class_seats",
            "joint_class_plans",
            "joint_classes",
        )
    )
    run("delete from step_rules where case_kind = 'joint_class'")
