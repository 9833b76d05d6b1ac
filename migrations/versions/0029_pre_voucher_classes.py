"""Provider catalogue, and what happens in voucher classes: places, sessions, attendance, outcomes (CASES 7).

Refused by constraint name: catalogued_as_approved, voucher_class_as_planned, class_takes_reservations,
capacity_holds, voucher_of_authority, voucher_group_confirmed, voucher_session_versions_in_a_row,
one_successor_per_voucher_attendance, skew_of_a_device, filed_in_time; and by row security (42501):
entered_by_me, entered_by_provider.

Attendance, absences and outcomes are of one voucher: their organisation is its worker, their partner the
provider of the class, as on the voucher itself.

Revision ID: 0029
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
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

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("catalogue_entry", "new", "draft", "review", "draft"),
    ("catalogue_entry", "draft", "approved", "approve", "approve"),
    ("catalogue_entry", "draft", "refused", "approve", "refuse"),
    ("catalogue_entry", "draft", "withdrawn", "review", "withdraw"),
    ("voucher_class", "planned", "cancelled", "system", "call_off"),
    ("voucher_class", "start_reported", "cancelled", "system", "call_off"),
    ("voucher_class", "start_reviewed", "cancelled", "system", "call_off"),
)
RECORDED_IN = ("start_reported", "start_reviewed", "started")
"""States of a voucher class in which its record grows: from the report of its start to that of completion."""

REGION = "starts_with(region_path, (select scope_region()))"
REGION_OF_NEW = "coalesce(starts_with(new.region_path, scope_region()), false)"

TRIGGERS = {
    "catalogued_as_approved": "before insert on provider_catalogue for each row",
    "voucher_class_as_planned": "before insert or update on voucher_class_offers for each row",
    "voucher_class_opens": "after insert on voucher_class_offers for each row",
    "voucher_takes_place": "after update of class_id on vouchers for each row"
    " when (new.class_id is distinct from old.class_id)",
    "voucher_group_confirmed": "before update of state on vouchers for each row"
    " when (new.state = 'reserved' and new.tag_confirmed_at is null)",
    "voucher_of_authority": "before update on vouchers for each row"
    f" when (not {REGION_OF_NEW} and ("
    " (old.state, new.state) not in (('issued', 'collected'), ('collected', 'reserved'),"
    " ('reserved', 'collected'), ('collected', 'returned'), ('completed', 'redeemed'))"
    " or (new.frozen_from, new.completed_on, new.amount_fen, new.tag_confirmed_at)"
    " is distinct from (old.frozen_from, old.completed_on, old.amount_fen, old.tag_confirmed_at)))",
}
"""Trigger and function of one name: when it fires."""

DEFINERS = ("voucher_class_opens()", "voucher_takes_place()", "voucher_places_taken(uuid[])")


def _of_voucher(prefix: str) -> str:
    """Tie a row to its voucher, and to the class by its provider."""
    return f"""
          class_id uuid not null,
          voucher_id uuid not null,
          person_id uuid not null default scope_person() references persons,
          entered_at timestamptz not null,
          constraint {prefix}_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint {prefix}_in_class foreign key (place_id, class_id, partner_org_id)
            references voucher_classes (place_id, id, org_id),
          constraint {prefix}_at_provider check (partner_org_id is not null),
          constraint {prefix}_of_region foreign key (place_id, region_path) references places (id, region_path)"""


def _record(table: str, by: str, *states: str) -> tuple[str, ...]:
    """Wall an append-only table of entries: entered by the class's provider and signed with a name."""
    return (
        *case_row(table),
        *append_only(table),
        (
            f"create policy entered_by_me on {table} as restrictive for insert"
            " with check (person_id = (select scope_person()))"
        ),
        (
            f"create policy entered_by_provider on {table} as restrictive for insert"
            f" with check ({by} = (select scope_org()))"
        ),
        filed_in_time(table, "class_id", *states),
    )


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _catalogue()
    _records()
    run_files(*TRIGGERS, "voucher_places_taken")
    for function in DEFINERS:
        run(f"revoke all on function {function} from public")
    run(f"grant execute on function voucher_places_taken(uuid[]) to {APP}")
    for name, when in TRIGGERS.items():
        run(f"create trigger {name} {when} execute function {name}()")


def _catalogue() -> None:
    facts = """
          provider_id uuid not null references organisations,
          change text not null check (change in ('join', 'leave')),
          effective_on date not null,
          document_number text not null check (length(document_number) between 1 and 100)"""
    run(
        f"""
        create table catalogue_entries ({SCOPE_COLUMNS}
          id uuid not null,
          {facts},
          {of_case("catalogue_entry", "catalogue_entry")}
        )
        """,
        *case_row("catalogue_entries"),
        *append_only("catalogue_entries"),
        *authority_writes("catalogue_entries"),
        # Who may train where, published: workers and providers of any region read it, and so does the public.
        f"""
        create table provider_catalogue (
          id uuid primary key references cases (id),
          region_path text not null references places (region_path),
          {facts},
          published_at timestamptz not null
        )
        """,
        *placeless("provider_catalogue", write=REGION),
        *append_only("provider_catalogue"),
        "create index provider_catalogue_of_provider on provider_catalogue"
        " (provider_id, region_path, effective_on)",
    )


def _records() -> None:
    run(
        f"""
        create table voucher_sessions ({SCOPE_COLUMNS}
          class_id uuid not null,
          id uuid not null,
          version integer not null check (version > 0),
          prev_version integer generated always as (nullif(version, 1) - 1) stored,
          withdrawn boolean not null,
          person_id uuid not null default scope_person() references persons,
          entered_at timestamptz not null,
          held_on date not null,
          starts_minute smallint not null check (starts_minute between 0 and 1439),
          ends_minute smallint not null check (ends_minute between 1 and 1440),
          kind text not null check (kind in ('theory', 'practice', 'mentored', 'online', 'assessment')),
          topic text not null check (length(topic) between 1 and 200),
          site text not null check (length(site) between 1 and 200),
          primary key (place_id, class_id, id, version),
          constraint voucher_session_ends_after_it_starts check (ends_minute > starts_minute),
          constraint voucher_session_versions_in_a_row foreign key (place_id, class_id, id, prev_version)
            references voucher_sessions (place_id, class_id, id, version),
          {of_parent("voucher_session", "voucher_classes", "class_id")}
        )
        """,
        *_record("voucher_sessions", "org_id", *RECORDED_IN),
        f"""
        create table voucher_attendance ({SCOPE_COLUMNS}
          {_of_voucher("voucher_attendance")},
          session_id uuid not null,
          session_version integer not null,
          entry_id text not null check (length(entry_id) between 1 and 100),
          supersedes text,
          present boolean not null,
          arrived_minute smallint check (arrived_minute between 0 and 1439),
          left_minute smallint check (left_minute between 1 and 1440),
          device_id text check (length(device_id) between 1 and 100),
          direction text check (direction in ('in', 'out')),
          device_at timestamptz,
          skew_s bigint,
          marks text not null check (marks in ('', 'clock_skewed', 'other_day', 'clock_skewed,other_day')),
          primary key (place_id, class_id, session_id, voucher_id, entry_id),
          constraint one_successor_per_voucher_attendance
            unique (place_id, class_id, session_id, voucher_id, supersedes),
          constraint voucher_attendance_superseded
            foreign key (place_id, class_id, session_id, voucher_id, supersedes)
            references voucher_attendance (place_id, class_id, session_id, voucher_id, entry_id),
          constraint voucher_attended_session foreign key (place_id, class_id, session_id, session_version)
            references voucher_sessions (place_id, class_id, id, version),
          constraint voucher_left_after_arriving check (left_minute > arrived_minute),
          -- A device says which way and when, and how far its clock was from ours; whoever enters by hand does not.
          constraint skew_of_a_device check (num_nonnulls(device_id, direction, device_at, skew_s) in (0, 4))
        )
        """,
        *_record("voucher_attendance", "partner_org_id", *RECORDED_IN),
        f"""
        create table voucher_absences ({SCOPE_COLUMNS}
          {_of_voucher("voucher_absence")},
          step_seq integer not null,
          primary key (place_id, class_id, step_seq, voucher_id),
          constraint absence_reported foreign key (place_id, class_id, step_seq)
            references case_steps (place_id, case_id, seq)
        )
        """,
        *_record("voucher_absences", "partner_org_id", "start_reported"),
        f"""
        create table voucher_outcomes ({SCOPE_COLUMNS}
          {_of_voucher("voucher_outcome")},
          step_seq integer not null,
          outcome text not null check (outcome in ('completed', 'failed')),
          last_day date not null,
          attended_minutes integer not null check (attended_minutes >= 0),
          held_minutes integer not null check (held_minutes >= attended_minutes),
          certificate_type text check (certificate_type in
            ('skill_level_certificate', 'qualification_certificate', 'training_certificate',
             'graduation_certificate', 'special_ability_certificate')),
          certificate_number_raw text check (length(certificate_number_raw) between 1 and 60),
          certificate_number text check (length(certificate_number) between 1 and 60),
          primary key (place_id, class_id, step_seq, voucher_id),
          constraint outcome_certificate
            check (num_nonnulls(certificate_type, certificate_number_raw, certificate_number) in (0, 3)),
          constraint outcome_reported foreign key (place_id, class_id, step_seq)
            references case_steps (place_id, case_id, seq)
        )
        """,
        *_record("voucher_outcomes", "partner_org_id", "completion_reported"),
        "create index voucher_outcomes_of_voucher on voucher_outcomes (place_id, voucher_id)",
        "create index voucher_outcomes_of_certificate on voucher_outcomes (certificate_number)"
        " where certificate_number is not null",
    )


def downgrade() -> None:
    for name, when in TRIGGERS.items():
        table = when.split(" on ", 1)[1].split(" ", 1)[0]
        run(f"drop trigger {name} on {table}", f"drop function {name}()")
    run("drop function voucher_places_taken(uuid[])")
    drop_tables(
        (
            "voucher_outcomes",
            "voucher_absences",
            "voucher_attendance",
            "voucher_sessions",
            "provider_catalogue",
            "catalogue_entries",
        )
    )
    run(
        "delete from step_rules where case_kind = 'catalogue_entry'"
        " or (case_kind = 'voucher_class' and event = 'call_off')"
    )
