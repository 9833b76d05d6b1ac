"""Recorded answers of the real-name service about the people of vouchers (REG-13).

Evidence is append-only: who asked, when, under which name of the question, what was answered and the service's
reference. The person stands there by a blind index; nothing is kept in clear. A worker sees what was
answered about himself, the bureau what was answered in its region; a provider sees neither.

Revision ID: 0030
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    run,
)

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        f"""
        create table real_name_checks ({SCOPE_COLUMNS}
          voucher_id uuid not null,
          seq integer not null check (seq > 0),
          identity_index bytea not null check (length(identity_index) = 32),
          service text not null check (length(service) between 1 and 50),
          answer text not null check (answer in ('matched', 'mismatch', 'not_found', 'unavailable')),
          reference text check (length(reference) between 1 and 100),
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, voucher_id, seq),
          constraint answered_with_a_reference check ((answer = 'unavailable') = (reference is null)),
          constraint real_name_of_nobody_else check (partner_org_id is null),
          constraint real_name_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint real_name_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("real_name_checks"),
        *append_only("real_name_checks"),
        *authority_writes("real_name_checks"),
        "create policy asked_by_me on real_name_checks as restrictive for insert"
        " with check (person_id = (select scope_person()))",
    )


def downgrade() -> None:
    drop_tables(("real_name_checks",))
