"""Migrations: one line of them, up and down again, and the domain's tables as the database has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from domain.machines import step_rules
from tests.integration.databases import (
    MAJORS,
    MIGRATIONS,
    FreshDatabase,
    fresh_database,
    revisions,
    scripts,
)

Rows = frozenset[tuple[str, ...]]

# What a database is, as rows of text; nothing in it depends on object ids or on the order of columns.
SHAPE = {
    "relations": """
        select c.relname, c.relkind::text, c.relrowsecurity::text, c.relforcerowsecurity::text,
               coalesce(c.relacl::text, ''), coalesce(c.reloptions::text, '')
          from pg_class c where c.relnamespace = 'public'::regnamespace
    """,
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
               a.attgenerated::text, coalesce(a.attacl::text, ''),
               coalesce(pg_get_expr(d.adbin, d.adrelid), '')
          from pg_attribute a join pg_class c on c.oid = a.attrelid
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
           and a.attnum > 0 and not a.attisdropped
    """,
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          from pg_constraint where connamespace = 'public'::regnamespace
    """,
    "indexes": """
        select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relnamespace = 'public'::regnamespace
    """,
    "policies": """
        select polrelid::regclass::text, polname, polcmd::text, polpermissive::text, polroles::text,
               coalesce(pg_get_expr(polqual, polrelid), ''),
               coalesce(pg_get_expr(polwithcheck, polrelid), '')
          from pg_policy
    """,
    "triggers": """
        select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
          from pg_trigger where not tgisinternal
    """,
    "functions": """
        select pg_get_functiondef(oid), coalesce(proacl::text, '')
          from pg_proc where pronamespace = 'public'::regnamespace
    """,
    "types": """
        select typname, typtype::text from pg_type where typnamespace = 'public'::regnamespace
    """,
    "sequences": """
        select sequencename from pg_sequences where schemaname = 'public'
    """,
    "schema": """
        select g.grantee::regrole::text, g.privilege_type
          from pg_namespace n, aclexplode(n.nspacl) g
         where n.nspname = 'public' and g.grantee <> 0
    """,
}

WRITTEN = ("step_rules", "posting_rules", "posting_causes", "finding_rules", "persons")
"""Tables that migrations fill."""

Shape = Mapping[str, Rows]


async def shape(connection: Any) -> Shape:
    """Return everything the migrations have made, rows that they wrote included."""
    found = {
        name: frozenset(tuple(map(str, row)) for row in await connection.fetch(query))
        for name, query in SHAPE.items()
    }
    tables = {row[0] for row in found["relations"]}
    for table in WRITTEN:
        if table in tables:
            rows = await connection.fetch(f"select t::text from {table} t")
            found[f"rows of {table}"] = frozenset((str(row[0]),) for row in rows)
    return found


def differences(one: Shape, other: Shape) -> dict[str, Rows]:
    """Return what only one of two shapes has."""
    names = one.keys() | other.keys()
    changed = {name: one.get(name, frozenset()) ^ other.get(name, frozenset()) for name in names}
    return {name: rows for name, rows in changed.items() if rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stairs:
    """The shapes met on the way up: before anything, and after each migration."""

    database: FreshDatabase
    empty: Shape
    after: Mapping[str, Shape]


@pytest.fixture(scope="module", params=MAJORS)
def stairs(request: pytest.FixtureRequest, servers: Mapping[int, EmbeddedPostgres]) -> Stairs:
    database = fresh_database(servers[request.param], "stairs")
    empty = database.ask(shape)
    after: dict[str, Shape] = {}
    for revision in revisions():
        database.upgrade(revision)
        after[revision] = database.ask(shape)
    return Stairs(database=database, empty=empty, after=after)


def test_there_is_one_line_of_migrations_and_one_head() -> None:
    found = list(scripts().walk_revisions())[::-1]
    assert len(scripts().get_heads()) == 1
    assert [script.down_revision for script in found] == [
        None,
        *(script.revision for script in found[:-1]),
    ]


def test_names_say_the_order_and_when_a_migration_runs() -> None:
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    named = [re.fullmatch(r"(\d{4})_(pre|post)_[a-z][a-z_]*\.py", name) for name in names]
    assert [match[1] if match else names[i] for i, match in enumerate(named)] == revisions()
    assert revisions() == [f"{number:04d}" for number in range(1, len(names) + 1)]


def test_every_function_file_holds_one_function_of_its_name_that_a_migration_runs() -> None:
    versions = "".join(path.read_text("utf-8") for path in (MIGRATIONS / "versions").glob("*.py"))
    for path in (MIGRATIONS / "sql").glob("*.sql"):
        made = re.findall(r"create function (\w+)", path.read_text("utf-8"))
        assert made in ([path.stem], []), path.name
        assert re.search(rf'"{path.stem}["(]', versions), f"{path.name} is run by no migration"


def test_every_step_down_and_up_again_leads_back(stairs: Stairs) -> None:
    """One down, one up, for each migration from the last to the first; then all the way up."""
    lower = [*revisions()[:-1]][::-1]
    for revision, below in zip(revisions()[:0:-1], lower, strict=True):
        stairs.database.downgrade("-1")
        assert differences(stairs.database.ask(shape), stairs.after[below]) == {}, revision
        stairs.database.upgrade("+1")
        assert differences(stairs.database.ask(shape), stairs.after[revision]) == {}, revision
        stairs.database.downgrade("-1")
    stairs.database.upgrade("head")
    assert differences(stairs.database.ask(shape), stairs.after[revisions()[-1]]) == {}


def test_all_the_way_down_leaves_nothing_and_up_again_everything(stairs: Stairs) -> None:
    stairs.database.downgrade("base")
    left = differences(stairs.database.ask(shape), stairs.empty)
    own = {row[0] for rows in left.values() for row in rows if "alembic_version" not in row[0]}
    assert own == set(), "more than alembic's own table is left"
    stairs.database.upgrade("head")
    assert differences(stairs.database.ask(shape), stairs.after[revisions()[-1]]) == {}


def test_both_versions_of_postgresql_get_the_same_tables(
    servers: Mapping[int, EmbeddedPostgres],
) -> None:
    names = []
    for major in MAJORS:
        database = fresh_database(servers[major], "same")
        database.upgrade("head")
        found = database.ask(shape)
        names.append({name: {row[0] for row in found[name]} for name in ("relations", "policies")})
    assert names[0] == names[1]


def test_the_database_has_the_domains_rules_of_steps(stairs: Stairs) -> None:
    async def stored(connection: Any) -> list[tuple[str, ...]]:
        rows = await connection.fetch(
            "select case_kind, from_state, to_state, duty, event from step_rules"
        )
        return [tuple(row) for row in rows]

    rules = sorted(tuple(map(str, rule)) for rule in step_rules())
    assert sorted(stairs.database.ask(stored)) == rules
