"""Correction notices, plans superseded by a correction, pauses of time limits, reminders.

The filing's further ends: withdrawn, refused, lapsed, terminated; people are freed with them.

Revision ID: 0012
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    SQL,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    of_parent,
    run,
    run_files,
)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("draft", "withdrawn", "file", "withdraw"),
    ("submitted", "returned_for_correction", "review", "return"),
    ("submitted", "withdrawn", "file", "withdraw"),
    ("accepted", "returned_for_correction", "review", "return"),
    ("accepted", "withdrawn", "file", "withdraw"),
    ("returned_for_correction", "submitted", "file", "submit"),
    ("returned_for_correction", "withdrawn", "file", "withdraw"),
    ("returned_for_correction", "withdrawn", "system", "expire"),
    ("reviewed", "refused", "approve", "refuse"),
    ("reviewed", "accepted", "approve", "send_back"),
    ("reviewed", "withdrawn", "file", "withdraw"),
    ("listed", "lapsed", "system", "lapse"),
    ("listed", "terminated", "approve", "terminate"),
    ("in_training", "terminated", "approve", "terminate"),
    ("terminated", "closed", "system", "close"),
)

PLAN = (
    "class_name, occupation_code, occupation_name, target_grade, training_mode, provider_name,"
    " filed_starts_on, filed_months, uplift_basis_points, fund_source, payee_account_id,"
    " term_reason"
)
STATES = (
    "'planned', 'enrolled', 'in_training', 'suspended', 'completed', 'failed', 'exited', 'replaced'"
)
FILED_IN = ("draft", "submitted")
CORRECTED_IN = (*FILED_IN, "returned_for_correction")
ROSTERS = ("roster_versions", "enrolments")


def _states(words: str) -> None:
    run(
        "alter table enrolments drop constraint enrolments_state_check",
        f"alter table enrolments add constraint enrolments_state_check check (state in ({words}))",
    )


def _rosters_filed_in(states: tuple[str, ...]) -> None:
    for table in ROSTERS:
        run(
            f"drop trigger filed_in_time on {table}",
            filed_in_time(table, "filing_id", *states),
        )


def upgrade() -> None:
    for from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('filing', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _states(f"{STATES}, 'freed'")
    _rosters_filed_in(CORRECTED_IN)
    run_files("filing_facts_stand_2", "enrolment_facts_stand_2", "keep_superseded_plan")
    run(
        "revoke all on function keep_superseded_plan() from public",
        f"grant update ({PLAN}) on filings to {APP}",
        f"""
        create table superseded_plans ({SCOPE_COLUMNS}
          filing_id uuid not null,
          version integer not null check (version > 0),
          until_step integer not null,
          class_name text not null,
          occupation_code text not null,
          occupation_name text not null,
          target_grade smallint not null,
          training_mode text not null,
          provider_name text,
          filed_starts_on date not null,
          filed_months smallint not null,
          uplift_basis_points integer not null,
          fund_source text not null,
          payee_account_id uuid not null,
          term_reason text,
          primary key (place_id, filing_id, version),
          {of_parent("superseded_plan", "filings", "filing_id")}
        )
        """,
        *case_row("superseded_plans", grants="select"),
        *append_only("superseded_plans"),
        f"create trigger keep_superseded_plan after update of {PLAN} on filings for each row"
        f" when (({', '.join(f'new.{c.strip()}' for c in PLAN.split(','))}) is distinct from"
        f" ({', '.join(f'old.{c.strip()}' for c in PLAN.split(','))}))"
        " execute function keep_superseded_plan()",
        f"""
        create table correction_notices ({SCOPE_COLUMNS}
          filing_id uuid not null,
          seq integer not null check (seq > 0),
          step_seq integer not null,
          returned text generated always as ('returned_for_correction') stored,
          items jsonb not null,
          later_reason text not null check (length(later_reason) <= 2000),
          working_days smallint check (working_days > 0),
          from_on date not null,
          due_on date,
          provisional boolean not null,
          at timestamptz not null,
          primary key (place_id, filing_id, seq),
          constraint one_notice_per_return unique (place_id, filing_id, step_seq),
          constraint notice_names_something check (jsonb_array_length(items) > 0),
          constraint later_notice_reasoned check (seq = 1 or later_reason <> ''),
          constraint notice_limit_whole check ((working_days is null) = (due_on is null)),
          constraint notice_of_return foreign key (place_id, filing_id, step_seq, returned)
            references case_steps (place_id, case_id, seq, to_state),
          {of_parent("correction_notice", "filings", "filing_id")}
        )
        """,
        *case_row("correction_notices"),
        *append_only("correction_notices"),
        *authority_writes("correction_notices"),
        f"""
        create table filing_remarks ({SCOPE_COLUMNS}
          filing_id uuid not null,
          step_seq integer not null,
          remark text not null check (remark in ('list', 'refuse', 'evidence', 'request')),
          primary key (place_id, filing_id, step_seq),
          constraint remark_of_step foreign key (place_id, filing_id, step_seq)
            references case_steps (place_id, case_id, seq),
          {of_parent("filing_remark", "filings", "filing_id")}
        )
        """,
        *case_row("filing_remarks"),
        *append_only("filing_remarks"),
        *authority_writes("filing_remarks"),
        f"""
        create table clock_marks ({SCOPE_COLUMNS}
          case_id uuid not null,
          case_kind text not null,
          step_seq integer not null,
          seq integer not null check (seq > 0),
          mark text generated always as (case when seq % 2 = 1 then 'pause' else 'resume' end) stored,
          cause text not null check (cause in ('expert_review', 'site_check', 'notice')),
          reason text not null check (length(reason) between 1 and 2000),
          day date not null,
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, case_id, step_seq, seq),
          constraint mark_within_step foreign key (place_id, case_id, step_seq)
            references case_steps (place_id, case_id, seq),
          constraint mark_of_case foreign key (place_id, case_id, case_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint mark_of_case_partner foreign key (place_id, case_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint mark_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("clock_marks"),
        *append_only("clock_marks"),
        *authority_writes("clock_marks"),
        "create policy marked_by_me on clock_marks as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        f"""
        create table reminders ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          about text not null check (about in ('start_overdue', 'settlement_overdue')),
          due_on date not null,
          at timestamptz not null,
          primary key (place_id, id),
          constraint reminded_once unique (place_id, filing_id, about),
          {of_parent("reminder", "filings", "filing_id")}
        )
        """,
        *case_row("reminders"),
        *append_only("reminders"),
        *authority_writes("reminders"),
        "create index reminders_of_org on reminders (org_id, id)",
    )


def downgrade() -> None:
    run("drop trigger keep_superseded_plan on filings")
    drop_tables(
        ("reminders", "clock_marks", "filing_remarks", "correction_notices", "superseded_plans")
    )
    run("drop function keep_superseded_plan()", f"revoke update ({PLAN}) on filings from {APP}")
    for name in ("filing_facts_stand", "enrolment_facts_stand"):
        before = SQL.joinpath(f"{name}.sql").read_text("utf-8")
        run(before.replace("create function", "create or replace function", 1))
    _rosters_filed_in(FILED_IN)
    _states(STATES)
    for from_state, to_state, duty, _ in STEP_RULES:
        run(
            "delete from step_rules where case_kind = 'filing'"
            f" and from_state = '{from_state}' and to_state = '{to_state}' and duty = '{duty}'"
        )
