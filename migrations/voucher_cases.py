"""Tables of migration 0028 that are signed cases, and what is published of them. Changed as little as it is."""

from typing import Final

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    of_case,
    owner_only,
    placeless,
    run,
    run_files,
)

REGION: Final = "starts_with(region_path, (select scope_region()))"
OWN: Final = f"org_id = (select scope_org()) or {REGION}"


def voucher_projects() -> None:
    """Projects with their standards and providers, and what they are published with."""
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
          report_within_days smallint not null check (report_within_days between 0 and 30),
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
          min_minutes integer check (min_minutes between 1 and 600000),
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
          distribution text not null check (distribution in ('general', 'targeted')),
          quota integer not null,
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
    run_files("open_voucher_quota")
    run(
        "create trigger open_voucher_quota after insert on voucher_offers for each row"
        " execute function open_voucher_quota()"
    )


def voucher_classes() -> None:
    """Classes, what they are published with, and their places."""
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
