"""Words that every migration uses. Append only: what a released migration calls never changes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic import op

APP: Final = "xuetu_app"
OWNER: Final = "xuetu_migrator"
SQL: Final = Path(__file__).parent / "sql"


def run(*statements: str) -> None:
    """Execute each statement on its own: asyncpg refuses several in one."""
    for statement in statements:
        op.execute(statement)


def run_files(*names: str) -> None:
    """Execute `sql/<name>.sql`, one function or trigger a file."""
    run(*(SQL.joinpath(f"{name}.sql").read_text("utf-8") for name in names))


def enforce(table: str) -> list[str]:
    """Turn row security on, for the owner too."""
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
    ]


def case_row(table: str, *, grants: str = "select, insert") -> list[str]:
    """Wall a table whose rows carry place_id, org_id, partner_org_id and region_path (DESIGN 4).

    Own organisation, partner organisation, or my region and below: the same policy on every table.
    """
    seen = (
        "org_id = (select scope_org()) or partner_org_id = (select scope_org())"
        " or starts_with(region_path, (select scope_region()))"
    )
    return [
        *enforce(table),
        f"create policy scope on {table} using ({seen}) with check ({seen})",
        f"grant {grants} on {table} to {APP}",
    ]


def placeless(table: str, *, read: str = "true", write: str | None = None) -> list[str]:
    """Wall a table without a place: who reads, and who inserts (nobody but the owner if None)."""
    statements = [
        *enforce(table),
        f"create policy readable on {table} for select using ({read})",
        f"create policy owner on {table} to {OWNER} using (true) with check (true)",
        f"grant select on {table} to {APP}",
    ]
    if write is not None:
        statements += [
            f"create policy writable on {table} for insert with check ({write})",
            f"grant insert on {table} to {APP}",
        ]
    return statements


def owner_only(table: str) -> list[str]:
    """Wall a table that only SECURITY DEFINER functions of the owner reach."""
    return [
        *enforce(table),
        f"create policy owner on {table} to {OWNER} using (true) with check (true)",
    ]


def append_only(table: str) -> list[str]:
    """Refuse UPDATE, DELETE and TRUNCATE on a table even to its owner (CASES: facts are never edited)."""
    trigger, refuse = "create trigger append_only", "execute function refuse_change()"
    return [
        f"{trigger} before update or delete on {table} for each row {refuse}",
        f"{trigger}_truncate before truncate on {table} for each statement {refuse}",
    ]


def drop_tables(names: Iterable[str]) -> None:
    """Drop tables in the order given."""
    run(*(f"drop table {name}" for name in names))


def authority_writes(table: str) -> list[str]:
    """Let only an authority of the row's region insert: an enterprise cannot write its own evidence or payment."""
    policy = f"create policy authority_in_region on {table} as restrictive for insert"
    return [f"{policy} with check (starts_with(region_path, (select scope_region())))"]


def authority_moves(table: str) -> list[str]:
    """Let only an authority of the row's region update: nobody decides on his own money."""
    mine = "starts_with(region_path, (select scope_region()))"
    policy = f"create policy authority_moves on {table} as restrictive for update"
    return [f"{policy} using ({mine}) with check ({mine})"]


SCOPE_COLUMNS: Final = """
          place_id uuid not null,
          org_id uuid not null references organisations,
          partner_org_id uuid references organisations,
          region_path text not null,"""
"""The four columns every case table begins with."""


def of_case(prefix: str, kind: str) -> str:
    """Tie a table whose row is a case of this kind to `cases`, organisation included."""
    return f"""
          kind text generated always as ('{kind}') stored,
          primary key (place_id, id),
          constraint {prefix}_identity unique (place_id, id, org_id),
          constraint {prefix}_is_case foreign key (place_id, id, kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint {prefix}_is_case_partner foreign key (place_id, id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint {prefix}_of_region foreign key (place_id, region_path) references places (id, region_path)"""


def of_parent(prefix: str, parent: str, column: str) -> str:
    """Tie a row to its parent in the same place and of the same organisation."""
    return f"""
          constraint {prefix}_of_{parent} foreign key (place_id, {column}, org_id)
            references {parent} (place_id, id, org_id),
          constraint {prefix}_partner foreign key (place_id, {column}, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint {prefix}_of_region foreign key (place_id, region_path) references places (id, region_path)"""


def filed_in_time(table: str, column: str, *states: str) -> str:
    """Refuse rows of a case (named by this column) that are added in any other state, once a statement."""
    arguments = ", ".join(f"'{word}'" for word in (column, *states))
    return (
        f"create trigger filed_in_time after insert on {table} referencing new table as added"
        f" for each statement execute function filed_in_time({arguments})"
    )
