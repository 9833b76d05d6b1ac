"""Real-name answers (REG-13), the lifelong training archive (REG-14, REG-16), messages to the register (REG-01).

Refused by constraint name: one_archive_correction; and by row security (42501): asked_by_me, entered_by_me.

A real-name answer is evidence and append-only: who asked, when, under which name of the question, what was
answered and the service's reference. The person stands there by a blind index; nothing is kept in clear. An
archive entry is one completed training or one certificate of one person, and is corrected by another that
names it. Both belong to the worker, an organisation of his own: he and the bureaus of the region
see them, a provider or an enterprise does not. A message to the register of subsidised training is queued with
the decision it tells of, names nobody, and is never changed once it is answered.

Revision ID: 0031
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    run,
)

revision = "0031"
down_revision = "0030"
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
    _archive()
    _messages()


def _archive() -> None:
    run(
        f"""
        create table archive_entries ({SCOPE_COLUMNS}
          id uuid not null,
          kind text not null check (kind in ('training', 'certificate')),
          source text not null check (source in ('apprenticeship', 'voucher')),
          enrolment_id uuid,
          voucher_id uuid,
          name text not null check (length(name) between 1 and 50),
          identity_masked text not null,
          training text not null check (length(training) between 1 and 200),
          trained_by text not null,
          employer text,
          occupation_code text not null,
          occupation_name text not null,
          grade smallint check (grade between 1 and 5),
          started_on date not null,
          ended_on date not null,
          attended_minutes integer check (attended_minutes >= 0),
          certificate_type text,
          certificate_number text,
          withdrawn boolean not null default false,
          supersedes uuid,
          reason text check (length(reason) between 1 and 2000),
          document_number text check (length(document_number) between 1 and 100),
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, id),
          constraint archive_entry_identity unique (place_id, id, org_id, kind, source),
          constraint archive_of_the_worker_alone check (partner_org_id is null),
          constraint archive_source check
            (num_nonnulls(enrolment_id, voucher_id) = 1 and (voucher_id is null) = (source = 'apprenticeship')),
          constraint archive_certificate check
            ((kind = 'certificate') = (certificate_type is not null)
             and (kind = 'certificate' or certificate_number is null)),
          constraint archive_days check (ended_on >= started_on),
          constraint archive_corrected_with_reason check
            (num_nonnulls(supersedes, reason, document_number) in (0, 3)),
          constraint archive_withdrawn_by_correction check (not withdrawn or supersedes is not null),
          constraint one_archive_correction unique (place_id, supersedes),
          constraint archive_superseded foreign key (place_id, supersedes, org_id, kind, source)
            references archive_entries (place_id, id, org_id, kind, source),
          constraint archive_of_enrolment foreign key (place_id, enrolment_id)
            references enrolments (place_id, id),
          constraint archive_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint archive_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("archive_entries"),
        *append_only("archive_entries"),
        *authority_writes("archive_entries"),
        "create policy entered_by_me on archive_entries as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        "create unique index one_archive_entry_of_enrolment on archive_entries (place_id, enrolment_id, kind)"
        " where supersedes is null and enrolment_id is not null",
        "create unique index one_archive_entry_of_voucher on archive_entries (place_id, voucher_id, kind)"
        " where supersedes is null and voucher_id is not null",
        "create unique index archive_entry_by_id on archive_entries (id)",
        "create index archive_entries_of_worker on archive_entries (org_id, id)",
    )


def _messages() -> None:
    run(
        f"""
        create table register_messages ({SCOPE_COLUMNS}
          id uuid not null,
          message_kind text not null check (message_kind in
            ('roster_accepted', 'filing_listed', 'training_completed', 'batch_paid', 'voucher_class_started',
             'voucher_class_completed')),
          object_id uuid not null,
          payload jsonb not null,
          state text not null default 'queued' check (state in ('queued', 'sent', 'answered', 'refused')),
          attempts integer not null default 0 check (attempts >= 0),
          reference text check (length(reference) between 1 and 100),
          answer text check (length(answer) between 1 and 2000),
          duplicates jsonb not null default '[]',
          queued_at timestamptz not null,
          answered_at timestamptz,
          primary key (place_id, id),
          constraint register_answered_whole check
            (num_nonnulls(reference, answer, answered_at)
             = case when state in ('answered', 'refused') then 3 else 0 end),
          constraint register_message_of_case foreign key (place_id, object_id)
            references cases (place_id, id),
          constraint register_message_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row(
            "register_messages",
            grants="select, insert, update (state, attempts, reference, answer, duplicates, answered_at)",
        ),
        *authority_writes("register_messages"),
        *authority_moves("register_messages"),
        "create trigger register_answered_once before update on register_messages for each row"
        " when (old.state in ('answered', 'refused')) execute function refuse_change()",
        "create unique index register_message_by_id on register_messages (id)",
        "create index register_messages_of_object on register_messages (object_id, id)",
    )


def downgrade() -> None:
    drop_tables(("register_messages", "archive_entries", "real_name_checks"))
