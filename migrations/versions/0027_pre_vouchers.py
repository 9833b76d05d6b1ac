"""Voucher projects, classes, vouchers, and the sets in which vouchers move (CASES 7).

Refused by constraint name: one_live_voucher (one live voucher for a person and project), voucher_code,
quota_holds, capacity_holds, voucher_moves_on (also who moves it), one_validity, frozen_from_known, reserved_in_class.

A voucher belongs to its worker, who is an organisation of his own; its partner is the provider of the class
it is reserved for. Quota and places are counted in tables of the owner's: whoever collects or reserves takes
through a function, and sees no other's row. What moves many at once is one row of `voucher_sets`.

Revision ID: 0027
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    of_case,
    owner_only,
    placeless,
    run,
    run_files,
)

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("voucher_project", "new", "draft", "review", "draft"),
    ("voucher_project", "draft", "approved", "approve", "approve"),
    ("voucher_project", "draft", "refused", "approve", "refuse"),
    ("voucher_project", "draft", "withdrawn", "review", "withdraw"),
    ("voucher_project", "approved", "closed", "approve", "close"),
    ("voucher_class", "new", "planned", "file", "plan"),
    ("voucher_class", "planned", "start_reported", "file", "report_start"),
    ("voucher_class", "planned", "cancelled", "file", "cancel"),
    ("voucher_class", "start_reported", "start_reviewed", "review", "review_start"),
    ("voucher_class", "start_reported", "planned", "review", "return_start"),
    ("voucher_class", "start_reported", "cancelled", "file", "cancel"),
    ("voucher_class", "start_reviewed", "started", "approve", "verify_start"),
    ("voucher_class", "start_reviewed", "start_reported", "approve", "send_back"),
    ("voucher_class", "started", "completion_reported", "file", "report_completion"),
    ("voucher_class", "started", "stopped", "approve", "stop"),
    ("voucher_class", "completion_reported", "completed", "review", "confirm_completion"),
    ("voucher_class", "completion_reported", "started", "review", "return_completion"),
    ("voucher_settlement", "new", "draft", "file", "draft"),
    ("voucher_settlement", "draft", "submitted", "file", "submit"),
    ("voucher_settlement", "draft", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "submitted", "accepted", "review", "accept"),
    ("voucher_settlement", "submitted", "returned_for_correction", "review", "return"),
    ("voucher_settlement", "submitted", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "returned_for_correction", "submitted", "file", "submit"),
    ("voucher_settlement", "returned_for_correction", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "accepted", "reviewed", "review", "review"),
    ("voucher_settlement", "accepted", "refused", "review", "refuse"),
    ("voucher_settlement", "reviewed", "approved", "approve", "approve"),
    ("voucher_settlement", "reviewed", "accepted", "approve", "send_back"),
    ("voucher_settlement", "reviewed", "refused", "approve", "refuse"),
    ("voucher_settlement", "approved", "closed", "system", "close"),
)

FREEZABLE = ("issued", "collected", "reserved", "in_use", "completed", "redeemed", "approved")
FINAL = ("not_completed", "expired", "returned", "voided", "paid", "clawed_back")
MOVES = (
    ("issued", "collected"),
    ("issued", "expired"),
    ("collected", "reserved"),
    ("collected", "returned"),
    ("collected", "expired"),
    ("reserved", "collected"),
    ("reserved", "in_use"),
    ("reserved", "expired"),
    ("in_use", "completed"),
    ("in_use", "not_completed"),
    ("in_use", "collected"),
    ("in_use", "expired"),
    ("completed", "redeemed"),
    ("redeemed", "approved"),
    ("approved", "paid"),
    ("approved", "redeemed"),
    ("paid", "approved"),
    ("paid", "clawed_back"),
    *((state, "frozen") for state in FREEZABLE),
    *(("frozen", state) for state in FREEZABLE),
    *((state, "voided") for state in (*FREEZABLE, "frozen") if state != "approved"),
)
"""The domain's table of vouchers: from one state to another. Equal to it by test."""

LIVE = (*FREEZABLE, "frozen")

REGION_OF_NEW = "coalesce(starts_with(new.region_path, scope_region()), false)"
REGION = "starts_with(region_path, (select scope_region()))"
OWN = f"org_id = (select scope_org()) or {REGION}"


def _words(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run(
        "alter table organisations drop constraint organisations_kind_check",
        "alter table organisations add constraint organisations_kind_check check (kind in"
        " ('enterprise', 'provider', 'evaluation_body', 'organiser', 'bureau', 'finance_department', 'worker'))",
    )
    run_files("workers_of", "voucher_moves_on")
    run(
        "revoke all on function workers_of(bytea[]) from public",
        f"grant execute on function workers_of(bytea[]) to {APP}",
    )
    _projects()
    _classes()
    _vouchers()


def _projects() -> None:
    run(
        f"""
        create table voucher_projects ({SCOPE_COLUMNS}
          id uuid not null,
          name text not null check (length(name) between 1 and 200),
          document_number text not null check (length(document_number) between 1 and 100),
          fund_source text not null,
          budget_year smallint not null check (budget_year between 2000 and 2100),
          distribution text not null check (distribution in ('general', 'targeted')),
          payee text not null check (payee in ('provider', 'worker')),
          face_value_fen bigint check (face_value_fen between 1 and 1000000000),
          quota integer not null check (quota between 1 and 10000000),
          opens_on date not null,
          closes_on date not null,
          valid_days integer check (valid_days between 1 and 3660),
          valid_until date,
          counts_to text not null check (counts_to in ('start', 'completion')),
          withdraw_days smallint not null check (withdraw_days between 0 and 365),
          tags text[] not null,
          certificate_required boolean not null,
          min_attendance_basis_points integer check (min_attendance_basis_points between 0 and 10000),
          {of_case("voucher_project", "voucher_project")},
          constraint one_validity check (num_nonnulls(valid_days, valid_until) = 1),
          constraint closes_after_opening check (closes_on >= opens_on)
        )
        """,
        *case_row("voucher_projects"),
        *append_only("voucher_projects"),
        *authority_writes("voucher_projects"),
        f"""
        create table voucher_standards ({SCOPE_COLUMNS}
          project_id uuid not null,
          occupation_code text not null,
          occupation_name text not null check (length(occupation_name) between 1 and 200),
          grade smallint check (grade between 1 and 5),
          grade_key smallint not null generated always as (coalesce(grade, 0)) stored,
          standard_fen bigint not null check (standard_fen between 1 and 1000000000),
          constraint one_standard_per_grade primary key (place_id, project_id, occupation_code, grade_key),
          constraint voucher_standard_of_project foreign key (place_id, project_id, org_id)
            references voucher_projects (place_id, id, org_id),
          constraint voucher_standard_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("voucher_standards"),
        *append_only("voucher_standards"),
        *authority_writes("voucher_standards"),
        f"""
        create table voucher_project_providers ({SCOPE_COLUMNS}
          project_id uuid not null,
          provider_id uuid not null references organisations,
          joined_at timestamptz not null,
          left_at timestamptz,
          primary key (place_id, project_id, provider_id),
          constraint voucher_provider_of_project foreign key (place_id, project_id, org_id)
            references voucher_projects (place_id, id, org_id),
          constraint voucher_provider_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("voucher_project_providers", grants="select, insert, update (left_at)"),
        *authority_writes("voucher_project_providers"),
        *authority_moves("voucher_project_providers"),
    )
    run(
        # What an approved project is published with: workers and providers of any region read it here,
        # and not the bureau's case.
        """
        create table voucher_offers (
          id uuid primary key references cases (id),
          region_path text not null references places (region_path),
          body jsonb not null,
          published_at timestamptz not null,
          closed_at timestamptz
        )
        """,
        *placeless("voucher_offers", write=REGION),
        f"create policy closed_by_bureau on voucher_offers for update using ({REGION}) with check ({REGION})",
        f"grant update (closed_at) on voucher_offers to {APP}",
        """
        create table voucher_quotas (
          project_id uuid primary key references cases (id),
          quota integer not null,
          issued integer not null default 0 check (issued >= 0),
          constraint quota_holds check (issued <= quota)
        )
        """,
        *owner_only("voucher_quotas"),
    )


def _classes() -> None:
    run(
        f"""
        create table voucher_classes ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          class_name text not null check (length(class_name) between 1 and 200),
          occupation_code text not null,
          occupation_name text not null check (length(occupation_name) between 1 and 200),
          grade smallint check (grade between 1 and 5),
          capacity integer not null check (capacity between 1 and 10000),
          fee_fen bigint not null check (fee_fen between 1 and 1000000000),
          site text not null check (length(site) between 1 and 200),
          starts_on date not null,
          ends_on date not null,
          started_on date,
          completed_on date,
          {of_case("voucher_class", "voucher_class")},
          constraint class_ends_after_start check (ends_on >= starts_on),
          constraint class_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id)
        )
        """,
        *case_row("voucher_classes", grants="select, insert, update (started_on, completed_on)"),
        "create policy planned_by_owner on voucher_classes as restrictive for insert"
        " with check (org_id = (select scope_org()))",
        f"create policy changed_by_owner on voucher_classes as restrictive for update using ({OWN}) with check ({OWN})",
        "create index voucher_classes_of_project on voucher_classes (place_id, project_id, starts_on)",
        # What a planned class is published with; its places are taken through the owner's function alone.
        """
        create table voucher_class_offers (
          id uuid primary key references cases (id),
          project_id uuid not null references voucher_offers,
          region_path text not null references places (region_path),
          provider_id uuid not null references organisations,
          class_name text not null,
          occupation_code text not null,
          occupation_name text not null,
          grade smallint,
          capacity integer not null,
          fee_fen bigint not null,
          site text not null,
          starts_on date not null,
          ends_on date not null,
          published_at timestamptz not null,
          closed_at timestamptz
        )
        """,
        *placeless("voucher_class_offers", write="provider_id = (select scope_org())"),
        "create index voucher_class_offers_of_project on voucher_class_offers (project_id, starts_on)",
        f"create policy closed_by_owner on voucher_class_offers for update"
        f" using (provider_id = (select scope_org()) or {REGION})"
        f" with check (provider_id = (select scope_org()) or {REGION})",
        f"grant update (closed_at) on voucher_class_offers to {APP}",
        """
        create table voucher_class_places (
          class_id uuid primary key references voucher_class_offers,
          capacity integer not null,
          taken integer not null default 0 check (taken >= 0),
          constraint capacity_holds check (taken <= capacity)
        )
        """,
        *owner_only("voucher_class_places"),
    )


def _vouchers() -> None:
    moves = ", ".join(f"('{old}', '{new}')" for old, new in MOVES)
    run(
        f"""
        create table voucher_sets ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid,
          event text not null check (event in
            ('issue', 'expire', 'start', 'complete', 'fail', 'class_cancelled', 'class_stopped', 'approve', 'pay')),
          vouchers integer not null check (vouchers > 0),
          digest bytea not null check (length(digest) = 32),
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, id),
          constraint voucher_set_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_set_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("voucher_sets"),
        *append_only("voucher_sets"),
        *authority_writes("voucher_sets"),
        "create policy set_by_me on voucher_sets as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        f"""
        create table vouchers ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          person_id uuid not null references persons,
          code text not null constraint voucher_code_form check (code ~ '^[0-9A-HJKMNP-TV-Z]{{16}}$'),
          name text not null check (length(name) between 1 and 50),
          identity_sealed bytea not null,
          identity_index bytea not null check (length(identity_index) = 32),
          identity_masked text not null,
          phone_sealed bytea,
          phone_masked text,
          tag text check (tag in ('graduate', 'rural_migrant', 'out_of_poverty', 'unemployed', 'veteran',
                                  'disabled', 'graduation_year_student')),
          state text not null check (state in ({_words((*LIVE, *FINAL))})),
          frozen_from text check (frozen_from in ({_words(FREEZABLE)})),
          issued_at timestamptz not null,
          set_ids uuid[] not null,
          collected_at timestamptz,
          valid_until date not null,
          class_id uuid,
          completed_on date,
          redeemed_at timestamptz,
          amount_fen bigint check (amount_fen between 1 and 1000000000),
          version integer not null default 1,
          primary key (place_id, id),
          constraint voucher_identity unique (place_id, id, org_id),
          constraint voucher_code unique (code),
          constraint voucher_of_worker check (org_id = person_id),
          constraint frozen_from_known check ((state = 'frozen') = (frozen_from is not null)),
          constraint reserved_in_class check
            ((class_id is null) = (coalesce(frozen_from, state) in ('issued', 'collected', 'returned'))
             or state in ('expired', 'voided')),
          constraint provider_of_class check ((class_id is null) = (partner_org_id is null)),
          constraint voucher_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_in_class foreign key (place_id, class_id, partner_org_id)
            references voucher_classes (place_id, id, org_id),
          constraint voucher_of_region foreign key (place_id, region_path) references places (id, region_path)
        ) with (fillfactor = 80)
        """,
        *case_row(
            "vouchers",
            grants="select, insert, update (partner_org_id, state, frozen_from, set_ids, collected_at,"
            " class_id, completed_on, redeemed_at, amount_fen, version)",
        ),
        # A worker collects, reserves, withdraws and gives back; a provider redeems; the rest is the bureau's.
        "create policy issued_by_authority on vouchers as restrictive for insert with check"
        f" ({REGION} or (org_id = (select scope_org()) and state = 'collected' and class_id is null))",
        "create unique index one_live_voucher on vouchers (place_id, project_id, person_id)"
        f" where state in ({_words(LIVE)})",
        "create unique index voucher_by_id on vouchers (id)",
        "create index vouchers_of_worker on vouchers (org_id, id)",
        "create index vouchers_of_class on vouchers (class_id, id) where class_id is not null",
        "create index vouchers_at_provider on vouchers (partner_org_id, id) where partner_org_id is not null",
        "create index vouchers_of_project on vouchers (place_id, project_id, id)",
        "create index vouchers_to_expire on vouchers (place_id, valid_until)"
        " where state in ('issued', 'collected', 'reserved', 'in_use')",
        "create trigger voucher_moves_on before update of state on vouchers for each row"
        f" when (new.state <> old.state and (old.state, new.state) not in ({moves}))"
        " execute function voucher_moves_on()",
        "create trigger voucher_moved_by_whom before update of state on vouchers for each row"
        f" when (new.state <> old.state and not ({REGION_OF_NEW}"
        " or (new.org_id = scope_org() and new.state in ('collected', 'reserved', 'returned'))"
        " or (new.partner_org_id = scope_org() and new.state = 'redeemed')))"
        " execute function voucher_moves_on()",
        # What one person does to one voucher. What a set does stands once, in `voucher_sets`.
        f"""
        create table voucher_acts ({SCOPE_COLUMNS}
          voucher_id uuid not null,
          seq integer not null check (seq > 0),
          event text not null check (length(event) between 1 and 50),
          from_state text not null,
          to_state text not null,
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          reason text not null default '' check (length(reason) <= 2000),
          primary key (place_id, voucher_id, seq),
          constraint act_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint act_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("voucher_acts"),
        *append_only("voucher_acts"),
        "create policy acted_by_me on voucher_acts as restrictive for insert"
        " with check (person_id = (select scope_person()))",
    )


def downgrade() -> None:
    drop_tables(
        (
            "voucher_acts",
            "vouchers",
            "voucher_sets",
            "voucher_class_places",
            "voucher_class_offers",
            "voucher_classes",
            "voucher_quotas",
            "voucher_offers",
            "voucher_project_providers",
            "voucher_standards",
            "voucher_projects",
        )
    )
    run(
        "drop function voucher_moves_on()",
        "drop function workers_of(bytea[])",
        "alter table organisations drop constraint organisations_kind_check",
        "alter table organisations add constraint organisations_kind_check check (kind in"
        " ('enterprise', 'provider', 'evaluation_body', 'organiser', 'bureau', 'finance_department'))",
        "delete from step_rules where case_kind like 'voucher%'",
    )
