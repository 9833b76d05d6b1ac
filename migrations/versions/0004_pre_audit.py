"""Audit entries, the sealer's queue, and the chain.

`audit_entries` is a case row whose key is its id alone: what happens outside every place (sign-in,
accounts, keys) has no place and lies in the region `/`. `audit_queue` is a listed exception to row
security: the sealer chooses across all places, and it holds ids only. `audit_chain` has no place:
one chain per region, each link tied to its predecessor's digest. Refused by name or SQLSTATE:
entry_has_ground, recorded_by_me (42501), append_only (42501), sealed_once, link_follows,
chain_starts_at_genesis, sealed_by_system (42501), leaves_queue_sealed (no row).

Revision ID: 0004
"""

from migrations.support import (
    APP,
    append_only,
    case_row,
    drop_tables,
    enforce,
    placeless,
    run,
    run_files,
)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        """
        create table audit_entries (
          place_id uuid,
          org_id uuid references organisations,
          partner_org_id uuid references organisations,
          region_path text not null,
          id uuid primary key,
          at timestamptz not null,
          person_id uuid not null references persons,
          account_name text not null check (length(account_name) <= 64),
          action text not null check (action ~ '^[a-z][a-z_]{0,62}[.][a-z][a-z_]{0,62}$'),
          object_kind text not null check (object_kind ~ '^[a-z][a-z_]{0,62}$'),
          object_id text not null check (object_id ~ '^[0-9A-Za-z:/_.-]{0,100}$'),
          request_id text not null check (request_id ~ '^[0-9A-Za-z:_.-]{0,128}$'),
          payload bytea not null check (length(payload) <= 65536),
          constraint entry_of_region foreign key (place_id, region_path)
            references places (id, region_path),
          constraint entry_has_ground check (
            case when place_id is null then region_path = '/' and partner_org_id is null
                 else org_id is not null end)
        )
        """,
        *case_row("audit_entries"),
        *append_only("audit_entries"),
        "create policy recorded_by_me on audit_entries as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        """
        create table audit_queue (
          entry_id uuid primary key,
          region_path text not null,
          queued_at timestamptz not null default clock_timestamp()
        )
        """,
        *placeless("audit_queue"),
        "create index audit_queue_waiting on audit_queue (queued_at, entry_id)",
    )
    run_files("queue_audit_entries")
    run(
        "revoke all on function queue_audit_entries() from public",
        "create trigger queued after insert on audit_entries referencing new table as added"
        " for each statement execute function queue_audit_entries()",
        """
        create table audit_chain (
          region_path text not null,
          sequence bigint not null check (sequence > 0),
          entry_id uuid not null references audit_entries,
          entry_digest bytea not null check (length(entry_digest) = 32),
          previous bytea not null check (length(previous) = 32),
          digest bytea not null check (length(digest) = 32),
          sealed_at timestamptz not null,
          previous_sequence bigint generated always as (nullif(sequence, 1) - 1) stored,
          primary key (region_path, sequence),
          constraint sealed_once unique (entry_id),
          constraint link_identity unique (region_path, sequence, digest),
          constraint link_follows foreign key (region_path, previous_sequence, previous)
            references audit_chain (region_path, sequence, digest),
          constraint chain_starts_at_genesis check (
            sequence > 1 or previous = decode(repeat('00', 32), 'hex'))
        )
        """,
        *enforce("audit_chain"),
        "create policy scope on audit_chain"
        " using (starts_with(region_path, (select scope_region())))"
        " with check (starts_with(region_path, (select scope_region())))",
        "create policy sealed_by_system on audit_chain as restrictive for insert"
        " with check ((select scope_person()) = system_person())",
        f"grant select, insert on audit_chain to {APP}",
        *append_only("audit_chain"),
        # An entry taken off the queue unsealed would never be missed.
        "create policy leaves_queue_sealed on audit_queue for delete using"
        " (exists (select 1 from audit_chain c where c.entry_id = audit_queue.entry_id))",
        f"grant delete on audit_queue to {APP}",
    )


def downgrade() -> None:
    drop_tables(("audit_queue", "audit_chain", "audit_entries"))
    run("drop function queue_audit_entries()")
