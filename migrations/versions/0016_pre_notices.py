"""Notices, objections, manual findings, honest mistakes, holds, review requests.

`published_notices` is the one thing the public reads: masked content without a place, written by the
authority when it publishes what two people signed (`published_as_signed`), emptied when taken down.
What two people confirm is a finding that names their case (`confirmed_by_two`).

Revision ID: 0016
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

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("settlement", "reviewed", "on_notice", "approve", "publish"),
    ("settlement", "on_notice", "approved", "approve", "approve"),
    ("settlement", "on_notice", "verifying", "approve", "send_back"),
    ("settlement", "on_notice", "reviewed", "approve", "unpublish"),
    ("notice", "new", "prepared", "review", "prepare"),
    ("notice", "prepared", "published", "approve", "publish"),
    ("notice", "prepared", "withdrawn", "approve", "withdraw"),
    ("notice", "published", "ended", "system", "end"),
    ("notice", "published", "withdrawn", "approve", "withdraw"),
    ("objection", "new", "received", "system", "receive"),
    ("objection", "received", "examined", "review", "examine"),
    ("objection", "examined", "upheld", "approve", "uphold"),
    ("objection", "examined", "rejected", "approve", "dismiss"),
    ("objection", "upheld", "answered", "review", "answer"),
    ("objection", "rejected", "answered", "review", "answer"),
    ("manual_finding", "new", "proposed", "confirm_first", "propose"),
    ("manual_finding", "proposed", "confirmed", "confirm_second", "countersign"),
    ("manual_finding", "proposed", "rejected", "confirm_second", "decline"),
    ("hold", "new", "proposed", "review", "propose"),
    ("hold", "proposed", "in_force", "approve", "impose"),
    ("hold", "proposed", "refused", "approve", "refuse"),
    ("hold", "in_force", "lifted", "approve", "lift"),
    ("review_request", "new", "requested", "file", "request"),
    ("review_request", "requested", "examined", "review", "examine"),
    ("review_request", "examined", "upheld", "approve", "uphold"),
    ("review_request", "examined", "rejected", "approve", "dismiss"),
)
KINDS = "('notice', 'objection', 'manual_finding', 'hold', 'review_request')"
FINDINGS = (
    "'name_variant', 'id_mismatch', 'number_malformed', 'not_found', 'pending_upload', 'withheld',"
    " 'occupation_mismatch', 'level_mismatch', 'date_mismatch', 'issuer_mismatch', 'revoked',"
    " 'confirmed_manually'"
)
MINE = "starts_with(region_path, (select scope_region()))"


def signed_by_me(table: str) -> str:
    """Let people add only what carries their own name."""
    return (
        f"create policy signed_by_me on {table} as restrictive for insert"
        " with check (person_id = (select scope_person()))"
    )


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run_files("published_as_signed", "confirmed_by_two")
    _notices()
    _objections()
    _manual_findings()
    _holds()
    _review_requests()


def _notices() -> None:
    run(
        f"""
        create table notices ({SCOPE_COLUMNS}
          id uuid not null,
          subject text not null check (subject in ('settlement')),
          days smallint not null check (days > 0),
          unit text not null check (unit in ('calendar', 'working')),
          first_day_counts boolean not null,
          names text not null check (names in ('enterprises', 'people')),
          starts_on date,
          ends_on date,
          {of_case("notice", "notice")},
          constraint notice_runs
            check (num_nonnulls(starts_on, ends_on) in (0, 2) and ends_on >= starts_on)
        )
        """,
        *case_row("notices", grants="select, insert, update (starts_on, ends_on)"),
        *authority_writes("notices"),
        *authority_moves("notices"),
        f"""
        create table notice_items ({SCOPE_COLUMNS}
          notice_id uuid not null,
          item_no integer not null check (item_no > 0),
          settlement_id uuid not null,
          primary key (place_id, notice_id, item_no),
          constraint one_item_per_settlement unique (place_id, notice_id, settlement_id),
          constraint notice_item_settlement foreign key (place_id, settlement_id)
            references settlements (place_id, id),
          {of_parent("notice_item", "notices", "notice_id")}
        )
        """,
        *case_row("notice_items"),
        *append_only("notice_items"),
        *authority_writes("notice_items"),
        filed_in_time("notice_items", "notice_id", "prepared"),
        "create index notice_items_of_settlement on notice_items (place_id, settlement_id)",
        f"""
        create table notice_lines ({SCOPE_COLUMNS}
          notice_id uuid not null,
          item_no integer not null,
          line_no integer not null check (line_no > 0),
          line_id uuid not null,
          person_ref uuid not null references persons,
          payee_account_id uuid not null,
          amount_fen bigint not null check (amount_fen > 0),
          primary key (place_id, notice_id, item_no, line_no),
          constraint notice_line_of_item foreign key (place_id, notice_id, item_no)
            references notice_items (place_id, notice_id, item_no),
          constraint notice_line_settled foreign key (place_id, line_id)
            references settlement_lines (place_id, id),
          {of_parent("notice_line", "notices", "notice_id")}
        )
        """,
        *case_row("notice_lines"),
        *append_only("notice_lines"),
        *authority_writes("notice_lines"),
        filed_in_time("notice_lines", "notice_id", "published"),
        """
        create table published_notices (
          notice_id uuid primary key references cases (id),
          region_path text not null,
          starts_on date not null,
          ends_on date not null check (ends_on >= starts_on),
          published_at timestamptz not null,
          body jsonb,
          taken_down_at timestamptz,
          constraint body_until_taken_down check ((body is null) = (taken_down_at is not null))
        )
        """,
        *placeless("published_notices", write=MINE),
        f"create policy taken_down on published_notices for update using ({MINE}) with check ({MINE})",
        f"grant update (body, taken_down_at) on published_notices to {APP}",
        "create trigger published_as_signed after insert on published_notices for each row"
        " execute function published_as_signed()",
    )


def _objections() -> None:
    run(
        f"""
        create table objections ({SCOPE_COLUMNS}
          id uuid not null,
          notice_id uuid not null,
          settlement_id uuid not null,
          line_id uuid,
          client_key text not null check (length(client_key) between 16 and 128),
          digest bytea not null check (length(digest) = 32),
          statement text not null check (length(statement) between 1 and 2000),
          contact_sealed bytea,
          received_on date not null,
          answer_by date,
          answer text check (length(answer) between 1 and 2000),
          {of_case("objection", "objection")},
          constraint one_objection_per_key unique (place_id, notice_id, client_key),
          constraint objection_of_notice foreign key (place_id, notice_id, org_id)
            references notices (place_id, id, org_id),
          constraint objection_of_item foreign key (place_id, notice_id, settlement_id)
            references notice_items (place_id, notice_id, settlement_id),
          constraint objection_of_line foreign key (place_id, line_id)
            references settlement_lines (place_id, id)
        )
        """,
        *case_row("objections", grants="select, insert, update (answer)"),
        *authority_writes("objections"),
        *authority_moves("objections"),
        "create index objections_over on objections (place_id, settlement_id)",
    )


def _manual_findings() -> None:
    run(
        f"""
        create table manual_findings ({SCOPE_COLUMNS}
          id uuid not null,
          settlement_id uuid not null,
          declaration_id uuid not null,
          result text not null check (result in ({FINDINGS})),
          {of_case("manual_finding", "manual_finding")},
          constraint manual_finding_result unique (place_id, id, declaration_id, result),
          constraint manual_finding_settlement foreign key (place_id, settlement_id, org_id)
            references settlements (place_id, id, org_id),
          constraint manual_finding_declaration foreign key (place_id, declaration_id, org_id)
            references declared_certificates (place_id, id, org_id)
        )
        """,
        *case_row("manual_findings"),
        *append_only("manual_findings"),
        *authority_writes("manual_findings"),
        "create index manual_findings_of_settlement on manual_findings (place_id, settlement_id)",
        f"""
        create table manual_sightings ({SCOPE_COLUMNS}
          manual_finding_id uuid not null,
          duty text not null check (duty in ('confirm_first', 'confirm_second')),
          person_id uuid not null default scope_person(),
          source_system text not null check (length(source_system) between 1 and 200),
          seen_at timestamptz not null,
          document_sha256 bytea not null check (length(document_sha256) = 32),
          note text not null default '' check (length(note) <= 2000),
          primary key (place_id, manual_finding_id, duty),
          constraint seen_in_that_duty foreign key (place_id, manual_finding_id, person_id, duty)
            references case_duties (place_id, case_id, person_id, duty),
          {of_parent("manual_sighting", "manual_findings", "manual_finding_id")}
        )
        """,
        *case_row("manual_sightings"),
        *append_only("manual_sightings"),
        *authority_writes("manual_sightings"),
        signed_by_me("manual_sightings"),
        "alter table findings add column manual_finding_id uuid",
        "alter table findings drop constraint confirmed_by_people",
        "alter table findings add constraint judged_or_confirmed check ("
        "case when manual_finding_id is not null"
        " then num_nonnulls(rules_version, agreement, extract_id, row_no) = 0"
        " else result <> 'confirmed_manually' and num_nonnulls(rules_version, agreement) = 2 end)",
        "alter table findings add constraint finding_by_people"
        " foreign key (place_id, manual_finding_id, declaration_id, result)"
        " references manual_findings (place_id, id, declaration_id, result)",
        "alter table findings add constraint one_finding_per_confirmation"
        " unique (place_id, manual_finding_id)",
        "create trigger confirmed_by_two after insert on findings for each row"
        " when (new.manual_finding_id is not null) execute function confirmed_by_two()",
        f"""
        create table honest_mistakes ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          line_id uuid not null,
          person_id uuid not null default scope_person(),
          duty text generated always as ('review') stored,
          reason text not null check (length(reason) between 1 and 2000),
          at timestamptz not null,
          primary key (place_id, line_id),
          constraint mistake_of_line foreign key (place_id, line_id, org_id)
            references settlement_lines (place_id, id, org_id),
          constraint decided_by_reviewer foreign key (place_id, settlement_id, person_id, duty)
            references case_duties (place_id, case_id, person_id, duty),
          {of_parent("honest_mistake", "settlements", "settlement_id")}
        )
        """,
        *case_row("honest_mistakes"),
        *append_only("honest_mistakes"),
        *authority_writes("honest_mistakes"),
        signed_by_me("honest_mistakes"),
        filed_in_time("honest_mistakes", "settlement_id", "verifying"),
        f"""
        create table verification_requests ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          extract_id uuid not null,
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, settlement_id, extract_id),
          constraint verification_against_extract foreign key (place_id, extract_id)
            references certificate_extracts (place_id, id),
          {of_parent("verification_request", "settlements", "settlement_id")}
        )
        """,
        *case_row("verification_requests"),
        *append_only("verification_requests"),
        *authority_writes("verification_requests"),
        signed_by_me("verification_requests"),
    )


def _holds() -> None:
    run(
        f"""
        create table holds ({SCOPE_COLUMNS}
          id uuid not null,
          target text not null check (target in ('person', 'filing', 'enterprise', 'provider')),
          target_id uuid not null,
          document_number text not null check (length(document_number) between 1 and 100),
          review_on date not null,
          {of_case("hold", "hold")},
          constraint hold_of_organisation
            check (target not in ('enterprise', 'provider') or target_id = org_id)
        )
        """,
        *case_row("holds"),
        *append_only("holds"),
        *authority_writes("holds"),
        "create index holds_on on holds (place_id, target, target_id)",
    )


def _review_requests() -> None:
    run(
        f"""
        create table review_requests ({SCOPE_COLUMNS}
          id uuid not null,
          subject text not null check (subject in ('settlement_line', 'hold')),
          settlement_id uuid,
          line_id uuid,
          hold_id uuid,
          statement text not null check (length(statement) between 1 and 2000),
          requested_on date not null,
          {of_case("review_request", "review_request")},
          constraint one_subject check (case subject
            when 'hold' then hold_id is not null and num_nonnulls(settlement_id, line_id) = 0
            else hold_id is null and num_nonnulls(settlement_id, line_id) = 2 end),
          constraint one_review_per_line unique (place_id, line_id),
          constraint one_review_per_hold unique (place_id, hold_id),
          constraint review_of_settlement foreign key (place_id, settlement_id, org_id)
            references settlements (place_id, id, org_id),
          constraint review_of_line foreign key (place_id, line_id, org_id)
            references settlement_lines (place_id, id, org_id),
          constraint review_of_hold foreign key (place_id, hold_id, org_id)
            references holds (place_id, id, org_id)
        )
        """,
        *case_row("review_requests"),
        *append_only("review_requests"),
    )


def downgrade() -> None:
    drop_tables(("review_requests", "holds", "verification_requests", "honest_mistakes"))
    run(
        "drop trigger confirmed_by_two on findings",
        "alter table findings drop constraint one_finding_per_confirmation",
        "alter table findings drop constraint finding_by_people",
        "alter table findings drop constraint judged_or_confirmed",
        "alter table findings drop column manual_finding_id",
        "alter table findings add constraint confirmed_by_people check (case when result ="
        " 'confirmed_manually' then num_nonnulls(rules_version, agreement) = 0"
        " else num_nonnulls(rules_version, agreement) = 2 end)",
    )
    drop_tables(
        (
            "manual_sightings",
            "manual_findings",
            "objections",
            "published_notices",
            "notice_lines",
            "notice_items",
            "notices",
        )
    )
    run(
        "drop function confirmed_by_two()",
        "drop function published_as_signed()",
        f"delete from step_rules where case_kind in {KINDS}",
        "delete from step_rules where case_kind = 'settlement' and 'on_notice' in (from_state, to_state)",
    )
