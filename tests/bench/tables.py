"""Counting what each way left behind: rows and their bytes, in every table."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

BYTES_APART: Final = 0.02
"""How far the bytes of a table may lie apart: ids in text and facts of the two ways vary a little."""

_TABLES: Final = text("""
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1
""")


class RowsDiffer(Exception):
    """The two ways did not leave the same rows, so their times say nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds."""

    rows: int
    bytes: int


async def holdings(engine: AsyncEngine) -> dict[str, Held]:
    """Count rows and bytes of every table; `engine` is the superuser's."""
    async with engine.connect() as connection:
        tables = (await connection.execute(_TABLES)).scalars().all()
        held = {}
        for table in tables:
            row = await connection.execute(
                text(f"select count(*), coalesce(sum(pg_column_size(t)), 0)::bigint from {table} t")
            )
            held[table] = Held(*row.one())
        return held


def added(before: dict[str, Held], after: dict[str, Held]) -> dict[str, Held]:
    """Return what a round added, table by table; tables it left alone are not named."""
    return {
        table: Held(held.rows - before[table].rows, held.bytes - before[table].bytes)
        for table, held in after.items()
        if held != before[table]
    }


def check_same(ours: dict[str, Held], bare: dict[str, Held]) -> None:
    """Raise `RowsDiffer` unless both rounds added the same rows of the same size everywhere."""
    for table in ours.keys() | bare.keys():
        mine, theirs = ours.get(table, Held(0, 0)), bare.get(table, Held(0, 0))
        apart = abs(mine.bytes - theirs.bytes)
        if mine.rows != theirs.rows or apart > BYTES_APART * theirs.bytes:
            raise RowsDiffer(f"{table}: ours {mine}, bare {theirs}")
