"""Official documents: one a deciding step, numbered without a gap, and the day they were served.

Refused by constraint name: one_document_per_step, document_serial, document_of_step, served_once; and
by row security (42501): authority_in_region (only the bureau issues), served_to_me (only the
addressee signs for it).

Revision ID: 0018
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    run,
)

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        f"""
        create table official_documents ({SCOPE_COLUMNS}
          id uuid not null,
          case_id uuid not null,
          case_kind text not null,
          step_seq integer not null,
          document_kind text not null,
          year smallint not null check (year between 2000 and 2100),
          serial integer not null check (serial > 0),
          number text not null check (length(number) between 1 and 100),
          template_version integer not null check (template_version > 0),
          paper text not null,
          fingerprint bytea not null check (length(fingerprint) = 32),
          issued_at timestamptz not null,
          primary key (place_id, id),
          constraint official_document_identity unique (place_id, id, org_id),
          constraint one_document_per_step unique (place_id, case_id, step_seq),
          constraint document_serial unique (place_id, document_kind, year, serial),
          constraint document_of_case foreign key (place_id, case_id, case_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint document_of_case_partner foreign key (place_id, case_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint document_of_step foreign key (place_id, case_id, step_seq)
            references case_steps (place_id, case_id, seq),
          constraint document_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("official_documents"),
        *append_only("official_documents"),
        *authority_writes("official_documents"),
        "create unique index official_document_by_id on official_documents (id)",
        f"""
        create table document_services ({SCOPE_COLUMNS}
          document_id uuid not null,
          person_id uuid not null references persons,
          served_on date not null,
          served_at timestamptz not null,
          constraint served_once primary key (place_id, document_id),
          constraint service_of_document foreign key (place_id, document_id, org_id)
            references official_documents (place_id, id, org_id),
          constraint service_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("document_services"),
        *append_only("document_services"),
        "create policy served_to_me on document_services as restrictive for insert"
        " with check (org_id = (select scope_org()) and person_id = (select scope_person()))",
    )


def downgrade() -> None:
    drop_tables(("document_services", "official_documents"))
