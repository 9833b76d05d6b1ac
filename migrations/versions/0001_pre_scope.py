"""Scope, places, organisations, persons, sign-in and kept answers.

Revision ID: 0001
"""

from migrations.support import APP, drop_tables, owner_only, placeless, run, run_files

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_files("refuse_change", "scope_person", "scope_org", "scope_region", "system_person")
    run(
        f"grant usage on schema public to {APP}",
        """
        create table regions (
          path text primary key check (path ~ '^(/[0-9A-Za-z]+)*/$'),
          name text not null check (length(name) between 1 and 100)
        )
        """,
        *placeless("regions", write="scope_person() = system_person()"),
        """
        create table organisations (
          id uuid primary key,
          kind text not null check (kind in
            ('enterprise', 'provider', 'evaluation_body', 'organiser', 'bureau', 'finance_department')),
          credit_code text unique check (credit_code ~ '^[0-9A-Z]{18}$'),
          name text not null check (length(name) between 1 and 200)
        )
        """,
        *placeless("organisations", write="scope_person() = system_person()"),
        """
        create table places (
          id uuid primary key,
          region_path text not null unique references regions,
          bureau_org_id uuid not null references organisations,
          finance_org_id uuid not null references organisations,
          unique (id, region_path)
        )
        """,
        *placeless("places", write="scope_person() = system_person()"),
        """
        create table persons (
          id uuid primary key,
          identity_index bytea unique check (length(identity_index) = 32)
        )
        """,
        *owner_only("persons"),
        "insert into persons (id) values (system_person())",
    )
    run_files("people_of")
    run(
        "revoke all on function people_of(bytea[]) from public",
        f"grant execute on function people_of(bytea[]) to {APP}",
        """
        create table user_accounts (
          id uuid primary key,
          name text not null unique check (name ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
          person_id uuid not null references persons,
          password_hash text not null,
          org_id uuid not null references organisations,
          region_path text references regions,
          roles text[] not null check (cardinality(roles) > 0),
          closed_at timestamptz
        )
        """,
        *placeless("user_accounts", write="scope_person() = system_person()"),
        """
        create table sessions (
          token_hash bytea primary key check (length(token_hash) = 32),
          account_id uuid not null references user_accounts,
          created_at timestamptz not null,
          expires_at timestamptz not null check (expires_at > created_at),
          revoked_at timestamptz
        )
        """,
        f"grant select, insert, update (revoked_at) on sessions to {APP}",
        """
        create table kept_answers (
          person_id uuid not null references persons,
          key text not null check (key ~ '^[A-Za-z0-9_-]{16,128}$'),
          fingerprint bytea not null check (length(fingerprint) = 32),
          status smallint,
          headers jsonb,
          body bytea,
          created_at timestamptz not null default clock_timestamp(),
          primary key (person_id, key)
        )
        """,
        "alter table kept_answers enable row level security",
        "alter table kept_answers force row level security",
        "create policy mine on kept_answers using (person_id = (select scope_person()))"
        " with check (person_id = (select scope_person()))",
        f"grant select, insert, update (status, headers, body) on kept_answers to {APP}",
        """
        create table stored_clock (
          one boolean primary key default true check (one),
          stands_at timestamptz not null
        )
        """,
        *placeless("stored_clock"),
    )


def downgrade() -> None:
    drop_tables(
        ("stored_clock", "kept_answers", "sessions", "user_accounts"),
    )
    run("drop function people_of(bytea[])")
    drop_tables(("persons", "places", "organisations", "regions"))
    run(
        "drop function system_person()",
        "drop function scope_region()",
        "drop function scope_org()",
        "drop function scope_person()",
        "drop function refuse_change()",
        f"revoke usage on schema public from {APP}",
    )
