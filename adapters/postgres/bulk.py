"""Bulk writes: one `INSERT … SELECT FROM unnest` per 5 000 rows, inside the caller's transaction.

COPY is not used: PostgreSQL refuses it into a table under row security, and staging through a session
table gained a fifth at ten thousand rows for a second way of doing one thing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_MAX: Final = 5000

_NOTHING: Final[Mapping[str, str]] = {}
_SCOPE: Final = {
    "place_id": "uuid",
    "org_id": "uuid",
    "partner_org_id": "uuid",
    "region_path": "text",
}


class BulkInsert:
    """One table's bulk insert: `fixed` columns have one value for all rows, `varying` one for each.

    The scope's columns are fixed unless they vary.

    `computed` columns are arrays that PostgreSQL makes of the others, by name and expression. `first`
    is a WITH clause that runs with the first rows: what they hang from, at no round trip of its own.
    """

    def __init__(
        self,
        table: str,
        *,
        fixed: Mapping[str, str],
        varying: Mapping[str, str],
        computed: Mapping[str, str] = _NOTHING,
        first: str = "",
        suffix: str = "",
    ) -> None:
        self._varying = tuple(varying)
        arrays = {
            **{name: f"cast(:{name} as {kind}[])" for name, kind in varying.items()},
            **computed,
        }
        fixed = {n: kind for n, kind in {**_SCOPE, **fixed}.items() if n not in arrays}
        values = ", ".join(f"cast(:{name} as {kind})" for name, kind in fixed.items())
        rows = (
            f"insert into {table} ({', '.join((*fixed, *arrays))})"
            f" select {values}, {', '.join(f'u.{name}' for name in arrays)}"
            f" from unnest({', '.join(arrays.values())}) as u({', '.join(arrays)}) {suffix}"
        )
        self._first: TextClause = text(f"{first} {rows}")
        self._further: TextClause = text(rows)

    async def run(
        self, connection: AsyncConnection, fixed: Mapping[str, Any], rows: Sequence[Sequence[Any]]
    ) -> list[Any]:
        """Insert all rows, each row's values in the order of the varying columns.

        Returns the first value of each row that a `returning` suffix names.
        """
        returned: list[Any] = []
        for start in range(0, len(rows), ROWS_MAX):
            columns = zip(*rows[start : start + ROWS_MAX], strict=True)
            result = await connection.execute(
                self._further if start else self._first,
                {
                    **fixed,
                    **{
                        name: list(values)
                        for name, values in zip(self._varying, columns, strict=True)
                    },
                },
            )
            if result.returns_rows:
                returned += result.scalars().all()
        return returned
