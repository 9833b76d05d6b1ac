"""What people were subsidised for, here and by other systems' lists: the limits over programmes hold nationwide.

`person_subsidies` is a narrow table reached through functions of the owner alone, like the once-ever tables
beside it. A row is never changed: it ends when an entitlement comes to nothing, or a newer list of its
source is loaded. `subsidy_registers` are the lists; the newest of a source is in force.

Refused by constraint name: one_record_per_subject, one_version_of_source; in their place (42501):
subsidised_in_region, listed_in_region.

Revision ID: 0025
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    owner_only,
    run,
    run_files,
)

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "subsidies_of",
    "take_subsidy_turns",
    "record_subsidies",
    "end_subsidies",
    "list_subsidies",
)


def upgrade() -> None:
    run(
        f"""
        create table subsidy_registers ({SCOPE_COLUMNS}
          id uuid not null,
          source text not null check (length(source) between 1 and 100),
          version integer not null check (version > 0),
          digest bytea not null check (length(digest) = 32),
          rows integer not null check (rows > 0),
          loaded_at timestamptz not null,
          loaded_by uuid not null references persons,
          primary key (place_id, id),
          constraint one_version_of_source unique (place_id, source, version),
          constraint subsidy_register_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("subsidy_registers"),
        *append_only("subsidy_registers"),
        *authority_writes("subsidy_registers"),
        """
        create table person_subsidies (
          place_id uuid not null references places,
          subject_id uuid not null,
          row_no integer not null check (row_no > 0),
          person_id uuid not null references persons,
          programme text not null check (length(programme) between 1 and 64),
          benefit_class text check (benefit_class in ('training', 'assessment', 'skill_upgrade')),
          counts_on date not null,
          occupation_code text,
          grade smallint check (grade between 1 and 5),
          certificate_number text,
          issuer_code text,
          category text,
          source text not null check (source in ('case', 'register')),
          ended_at timestamptz,
          primary key (place_id, subject_id, row_no)
        )
        """,
        *owner_only("person_subsidies"),
        "create index person_subsidies_of_person on person_subsidies (person_id) where ended_at is null",
        "create unique index one_record_per_subject on person_subsidies (place_id, subject_id)"
        " where source = 'case' and ended_at is null",
    )
    run_files("past_entitlements_count")
    run_files(*FUNCTIONS)
    for function in FUNCTIONS:
        run(
            f"revoke all on function {function} from public",
            f"grant execute on function {function} to {APP}",
        )


def downgrade() -> None:
    run(*(f"drop function {function}" for function in reversed(FUNCTIONS)))
    drop_tables(("person_subsidies", "subsidy_registers"))
