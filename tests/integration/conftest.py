"""One more PostgreSQL for the tests that every supported version must pass."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import pytest

from adapters.embedded import postgres
from tests.conftest import Database, migrated

driver: Any = asyncpg
"""asyncpg ships no types."""


@pytest.fixture(scope="session")
def servers(
    server: postgres.EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[int, postgres.EmbeddedPostgres]]:
    """The run's own server and the oldest supported one, by major version."""
    oldest = postgres.start(tmp_path_factory.mktemp("pg16"), major=16, durable=False)
    yield {16: oldest, 18: server}
    oldest.stop()


@pytest.fixture(scope="session")
def untied(server: postgres.EmbeddedPostgres) -> Database:
    """A database whose postings may cite any two people's decision.

    There the ledger's own rules are tried with every event in any order; that a posting cites the
    decision that moves its money is proved in `test_posting_causes`, on the road itself.
    """
    database = migrated(server, "xuetu_untied")

    async def untie() -> None:
        connection = await driver.connect(database.admin_url.replace("+asyncpg", ""))
        for cites in ("a_posting_cites_its_cause", "a_voucher_posting_cites_its_cause"):
            await connection.execute(f"drop trigger {cites} on postings")
        await connection.close()

    asyncio.run(untie())
    return database
