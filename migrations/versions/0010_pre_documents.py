"""Documents of cases, by version and content hash, and the contents that have come.

Versions are never edited: one_version_in_a_row counts them, document_in_time closes an enterprise's case
to further ones, a content is the one its version names (content_of_document).

Revision ID: 0010
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    case_row,
    drop_tables,
    run,
    run_files,
)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHANGED_IN = "'draft', 'submitted', 'returned_for_correction'"
"""States of a case in which its enterprise adds to what proves it."""


def upgrade() -> None:
    run_files("document_in_time")
    run(
        f"""
        create table documents ({SCOPE_COLUMNS}
          id uuid not null,
          case_id uuid not null,
          case_kind text not null,
          kind text not null check (kind ~ '^[a-z][a-z_]{{1,39}}$'),
          enrolment_id uuid,
          version integer not null check (version > 0),
          file_name text not null check (length(file_name) between 1 and 150),
          media_type text not null check (length(media_type) between 1 and 100),
          sha256 bytea not null check (length(sha256) = 32),
          pointer text check (length(pointer) between 1 and 500),
          duration_s integer check (duration_s > 0),
          session text check (length(session) between 1 and 200),
          withdrawn boolean not null,
          person_id uuid not null references persons,
          added_at timestamptz not null,
          primary key (place_id, id),
          constraint document_identity unique (place_id, id, org_id),
          constraint document_content unique (place_id, id, sha256),
          constraint one_version_in_a_row unique nulls not distinct
            (place_id, case_id, kind, enrolment_id, version),
          constraint reference_whole check
            ((pointer is null) = (duration_s is null) and (pointer is null) = (session is null)),
          constraint document_of_case foreign key (place_id, case_id, case_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint document_of_case_partner foreign key (place_id, case_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint document_of_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          constraint document_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("documents"),
        *append_only("documents"),
        "create policy signed_by_me on documents as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        "create unique index document_by_id on documents (id)",
        "create index documents_by_content on documents (sha256)",
        "create trigger document_in_time after insert on documents referencing new table as added"
        f" for each statement execute function document_in_time({CHANGED_IN})",
        f"""
        create table document_contents ({SCOPE_COLUMNS}
          document_id uuid not null,
          sha256 bytea not null,
          size_bytes integer not null check (size_bytes > 0),
          person_id uuid not null references persons,
          stored_at timestamptz not null,
          primary key (place_id, document_id),
          constraint content_of_document foreign key (place_id, document_id, sha256)
            references documents (place_id, id, sha256),
          constraint content_of_organisation foreign key (place_id, document_id, org_id)
            references documents (place_id, id, org_id),
          constraint content_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("document_contents"),
        *append_only("document_contents"),
        "create policy signed_by_me on document_contents as restrictive for insert"
        " with check (person_id = (select scope_person()))",
    )


def downgrade() -> None:
    drop_tables(("document_contents", "documents"))
    run("drop function document_in_time()")
