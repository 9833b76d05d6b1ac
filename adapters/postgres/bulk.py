"""Bulk writes: one `INSERT … SELECT FROM unnest` per 5 000 rows, inside the caller's transaction.

COPY is not used: PostgreSQL refuses it into a table under row security, and staging through a session
table gained a fifth at ten thousand rows for a second way of doing one thing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_MAX: Final = 5000

_SCOPE: Final = {
    "place_id": "uuid",
    "org_id": "uuid",
    "partner_org_id": "uuid",
    "region_path": "text",
}


class BulkInsert:
    """One table's bulk insert: `fixed` columns have one value for all rows, `varying` one for each."""

    def __init__(
        self, table: str, *, fixed: Mapping[str, str], varying: Mapping[str, str], suffix: str = ""
    ) -> None:
        self._varying = tuple(varying)
        fixed = {**_SCOPE, **fixed}
        names = ", ".join((*fixed, *varying))
        values = ", ".join(f"cast(:{name} as {kind})" for name, kind in fixed.items())
        arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in varying.items())
        aliases = ", ".join(varying)
        self._statement: TextClause = text(
            f"insert into {table} ({names})"
            f" select {values}, {', '.join(f'u.{name}' for name in varying)}"
            f" from unnest({arrays}) as u({aliases}) {suffix}"
        )

    async def run(
        self, connection: AsyncConnection, fixed: Mapping[str, Any], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Insert all rows; each row's values stand in the order of the varying columns."""
        for start in range(0, len(rows), ROWS_MAX):
            columns = zip(*rows[start : start + ROWS_MAX], strict=True)
            await connection.execute(
                self._statement,
                {
                    **fixed,
                    **{
                        name: list(values)
                        for name, values in zip(self._varying, columns, strict=True)
                    },
                },
            )
