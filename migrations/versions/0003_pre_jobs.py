"""Jobs and the days of schedules.

Both are listed exceptions to row security (DESIGN 4): the worker chooses across all places before
it knows whose job it is. They hold ids, codes and positions only, which the checks enforce as far
as a pattern can.

Revision ID: 0003
"""

from migrations.support import APP, drop_tables, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        """
        create table jobs (
          id uuid primary key default gen_random_uuid(),
          kind text not null check (kind ~ '^[a-z][a-z0-9_]{0,62}$'),
          ref uuid not null,
          place_id uuid references places,
          purpose text check (purpose ~ '^[a-z0-9][a-z0-9_:-]{0,62}$'),
          period date,
          state text not null default 'ready'
            check (state in ('ready', 'leased', 'done', 'refused', 'dead')),
          attempts integer not null default 0 check (attempts >= 0),
          max_attempts integer not null default 12 check (max_attempts > 0),
          run_at timestamptz not null default clock_timestamp(),
          lease_until timestamptz,
          token bigint not null default 0,
          cursor text check (cursor ~ '^[0-9A-Za-z :/_.-]{1,200}$'),
          last_error text check (last_error ~ '^[A-Za-z_][A-Za-z0-9_]{0,99}$'),
          created_at timestamptz not null default clock_timestamp(),
          finished_at timestamptz,
          constraint attempts_left check (attempts < max_attempts or state <> 'ready'),
          constraint leased_until check ((lease_until is not null) = (state = 'leased')),
          constraint finished_when
            check ((finished_at is not null) = (state in ('done', 'refused', 'dead'))),
          constraint stuck_why check (last_error is not null or state not in ('refused', 'dead'))
        )
        """,
        "create index jobs_due on jobs (run_at, id) where state = 'ready'",
        "create index jobs_leased on jobs (lease_until) where state = 'leased'",
        "create index jobs_stuck on jobs (finished_at, id) where state in ('refused', 'dead')",
        "create unique index one_job_per_purpose on jobs (kind, ref, purpose)"
        " where purpose is not null",
        f"grant select, insert on jobs to {APP}",
        "grant update (state, attempts, run_at, lease_until, token, cursor, last_error,"
        f" finished_at) on jobs to {APP}",
        """
        create table schedule_periods (
          name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
          period date not null,
          job_id uuid not null unique references jobs,
          opened_at timestamptz not null default clock_timestamp(),
          constraint one_job_per_period primary key (name, period)
        )
        """,
        f"grant select, insert on schedule_periods to {APP}",
    )


def downgrade() -> None:
    drop_tables(("schedule_periods", "jobs"))
