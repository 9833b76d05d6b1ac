"""Cases: the common row, the duties people hold in it, and the signed steps.

`step_rules` holds the domain's tables of steps (written by the data step of `migrations.step_rules`), so that
PostgreSQL refuses what the domain does not know. Wrong signatures are refused by constraint name:
one_person_one_duty, person_holds_that_duty, legal_step, steps_in_a_row, state_is_signed,
case_moves_on, system_signs_only_as_system; and by row security (42501): signed_by_me, duty_of_me, authority_in_region.

Revision ID: 0002
"""

from migrations.support import append_only, case_row, drop_tables, placeless, run, run_files

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        """
        create table step_rules (
          case_kind text not null,
          from_state text not null,
          to_state text not null,
          duty text not null,
          event text not null,
          primary key (case_kind, from_state, to_state, duty)
        )
        """,
        *placeless("step_rules"),
        """
        create table cases (
          place_id uuid not null,
          id uuid not null,
          kind text not null,
          org_id uuid not null references organisations,
          partner_org_id uuid references organisations,
          region_path text not null,
          state text not null,
          step_seq integer not null,
          version integer not null default 1,
          created_at timestamptz not null,
          primary key (place_id, id),
          constraint case_identity unique (place_id, id, kind, org_id),
          constraint case_partner unique (place_id, id, partner_org_id),
          constraint place_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("cases", grants="select, insert, update (state, step_seq, version)"),
        # The partner arm lets a partner see and join; it opens no case in another organisation's name.
        "create policy opened_by_owner_or_authority on cases as restrictive for insert with check"
        " (org_id = (select scope_org()) or starts_with(region_path, (select scope_region())))",
        "create unique index case_by_id on cases (id)",  # an address names the case alone, not its place
        "create index cases_queue on cases (place_id, kind, state, id)",
        "create index cases_of_org on cases (org_id, kind, id)",
        """
        create table case_duties (
          place_id uuid not null,
          case_id uuid not null,
          person_id uuid not null references persons,
          duty text not null,
          case_kind text not null,
          org_id uuid not null,
          partner_org_id uuid,
          region_path text not null,
          constraint one_person_one_duty primary key (place_id, case_id, person_id),
          constraint duty_identity unique (place_id, case_id, person_id, duty),
          constraint duty_of_case foreign key (place_id, case_id, case_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint duty_of_case_partner foreign key (place_id, case_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint duty_of_region foreign key (place_id, region_path) references places (id, region_path),
          constraint system_signs_only_as_system check ((duty = 'system') = (person_id = system_person()))
        )
        """,
        *case_row("case_duties"),
        *append_only("case_duties"),
        "create policy duty_of_me on case_duties as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        "create policy authority_in_region on case_duties as restrictive for insert"
        " with check (duty = 'file' or starts_with(region_path, (select scope_region())))",
        """
        create table case_steps (
          place_id uuid not null,
          case_id uuid not null,
          seq integer not null check (seq > 0),
          case_kind text not null,
          org_id uuid not null,
          partner_org_id uuid,
          region_path text not null,
          from_state text not null,
          to_state text not null,
          duty text not null,
          person_id uuid not null default scope_person(),
          at timestamptz not null,
          recorded_at timestamptz not null default clock_timestamp(),
          reason text not null default '' check (length(reason) <= 2000),
          clause text not null default '' check (length(clause) <= 500),
          prev_seq integer generated always as (nullif(seq, 1) - 1) stored,
          primary key (place_id, case_id, seq),
          constraint step_reached unique (place_id, case_id, seq, to_state),
          constraint step_signer unique (place_id, case_id, seq, person_id),
          constraint first_step_is_new check (seq > 1 or from_state = 'new'),
          constraint step_of_case foreign key (place_id, case_id, case_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint step_of_case_partner foreign key (place_id, case_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint step_of_region foreign key (place_id, region_path) references places (id, region_path),
          constraint person_holds_that_duty foreign key (place_id, case_id, person_id, duty)
            references case_duties (place_id, case_id, person_id, duty),
          constraint legal_step foreign key (case_kind, from_state, to_state, duty)
            references step_rules (case_kind, from_state, to_state, duty),
          constraint steps_in_a_row foreign key (place_id, case_id, prev_seq, from_state)
            references case_steps (place_id, case_id, seq, to_state)
        )
        """,
        *case_row("case_steps"),
        *append_only("case_steps"),
        "create policy signed_by_me on case_steps as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        "alter table cases add constraint state_is_signed foreign key (place_id, id, step_seq, state)"
        " references case_steps (place_id, case_id, seq, to_state) deferrable initially deferred",
    )
    run_files("case_moves_on")
    run(
        "create trigger case_moves_on before update of state, step_seq on cases for each row"
        " when ((new.state, new.step_seq) is distinct from (old.state, old.step_seq)"
        " and new.step_seq <> old.step_seq + 1) execute function case_moves_on()",
    )


def downgrade() -> None:
    run("alter table cases drop constraint state_is_signed")
    drop_tables(("case_steps", "case_duties", "cases", "step_rules"))
    run("drop function case_moves_on()")
