"""Policy versions signed by two departments, their simulations, the cases a document moves, and reasons for long terms.

A version becomes active by two signed steps of people of two departments (signs_for_department),
or is loaded by the installation from a pack and labelled so. Which version
decides a settlement follows from the day of its submission (settled_under).

Revision ID: 0011
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    of_case,
    of_parent,
    run,
    run_files,
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("new", "draft", "prepare", "draft"),
    ("draft", "signed_labour", "sign_labour", "sign_labour"),
    ("draft", "signed_finance", "sign_finance", "sign_finance"),
    ("draft", "refused", "sign_labour", "refuse_labour"),
    ("draft", "refused", "sign_finance", "refuse_finance"),
    ("draft", "withdrawn", "prepare", "withdraw"),
    ("signed_labour", "active", "sign_finance", "sign_finance"),
    ("signed_labour", "refused", "sign_finance", "refuse_finance"),
    ("signed_labour", "withdrawn", "prepare", "withdraw"),
    ("signed_finance", "active", "sign_labour", "sign_labour"),
    ("signed_finance", "refused", "sign_labour", "refuse_labour"),
    ("signed_finance", "withdrawn", "prepare", "withdraw"),
)
OF_THE_INSTALLATION = "source = 'pack' and scope_person() = system_person()"
BOTH_HAVE_SIGNED = """
  source = 'case' and pack_id = body->>'id' and kind = coalesce(body->>'kind', 'standard')
  and valid_from = cast(body->>'valid_from' as date)
  and valid_to is not distinct from cast(body->>'valid_to' as date)
  and document is not distinct from body->>'document'
  and exists (select from policy_proposals p join cases c on c.place_id = p.place_id and c.id = p.id
               where p.id = policy_versions.id and p.region_path = policy_versions.region_path
                 and p.policy_kind = policy_versions.kind and p.body = policy_versions.body
                 and p.digest = policy_versions.digest and c.state = 'active')
"""
SIGNS_FOR_DEPARTMENT = """
  duty not in ('sign_labour', 'sign_finance')
  or exists (select from places p where p.id = case_duties.place_id and (select scope_org())
             = case duty when 'sign_labour' then p.bureau_org_id else p.finance_org_id end)
"""


def upgrade() -> None:
    for from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('policy_version', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run(
        "alter table policy_versions add column kind text not null default 'standard'"
        " constraint policy_kind check (kind in ('standard', 'overlay'))",
        "alter table policy_versions add column source text not null default 'pack'"
        " constraint policy_source check (source in ('pack', 'case'))",
        "create index policy_versions_of_region on policy_versions (region_path, kind, valid_from)",
        f"""
        create table policy_proposals ({SCOPE_COLUMNS}
          id uuid not null,
          policy_kind text not null check (policy_kind in ('standard', 'overlay')),
          body jsonb not null,
          digest bytea not null check (length(digest) = 32),
          moves uuid[] not null default '{{}}' check (cardinality(moves) <= 1000),
          {of_case("policy_proposal", "policy_version")}
        )
        """,
        *case_row("policy_proposals"),
        *append_only("policy_proposals"),
        *authority_writes("policy_proposals"),
        f"""
        create table policy_simulations ({SCOPE_COLUMNS}
          id uuid not null,
          proposal_id uuid not null,
          report jsonb not null,
          at timestamptz not null,
          primary key (place_id, id),
          {of_parent("policy_simulation", "policy_proposals", "proposal_id")}
        )
        """,
        *case_row("policy_simulations"),
        *append_only("policy_simulations"),
        *authority_writes("policy_simulations"),
        "create index policy_simulations_of_proposal on policy_simulations (place_id, proposal_id, id)",
        f"""
        create table policy_moves ({SCOPE_COLUMNS}
          filing_id uuid not null,
          policy_version_id uuid not null references policy_versions,
          from_version_id uuid not null references policy_versions,
          at timestamptz not null,
          primary key (place_id, filing_id, policy_version_id),
          {of_parent("policy_move", "filings", "filing_id")}
        )
        """,
        *case_row("policy_moves"),
        *append_only("policy_moves"),
        *authority_writes("policy_moves"),
        "drop policy writable on policy_versions",
        "create policy writable on policy_versions for insert"
        f" with check (({OF_THE_INSTALLATION}) or ({BOTH_HAVE_SIGNED}))",
        "create policy signs_for_department on case_duties as restrictive for insert"
        f" with check ({SIGNS_FOR_DEPARTMENT})",
        "alter table filings add column term_reason text"
        " constraint term_reason check (length(term_reason) between 1 and 2000)",
        "alter table settlements add column policy_version_id uuid references policy_versions",
    )
    run_files("policy_in_force", "settled_under", "named_by_its_document")
    run(
        "create trigger named_by_its_document before insert on policy_moves"
        " for each row execute function named_by_its_document()",
        "create trigger settled_under before insert or update of submitted_at on settlements"
        " for each row execute function settled_under()",
    )


def downgrade() -> None:
    run(
        "drop trigger settled_under on settlements",
        "drop function settled_under()",
        "drop function policy_in_force(text, text, date)",
        "alter table settlements drop column policy_version_id",
        "alter table filings drop column term_reason",
        "drop policy signs_for_department on case_duties",
        "drop policy writable on policy_versions",
        "create policy writable on policy_versions for insert"
        " with check (scope_person() = system_person())",
    )
    drop_tables(("policy_moves", "policy_simulations", "policy_proposals"))
    run(
        "drop function named_by_its_document()",
        "drop index policy_versions_of_region",
        "alter table policy_versions drop column source",
        "alter table policy_versions drop column kind",
        "delete from step_rules where case_kind = 'policy_version'",
    )
