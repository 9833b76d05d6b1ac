"""Fresh databases at any migration, on the PostgreSQL versions that the product supports."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.postgres.roles import create_roles

MIGRATIONS = Path(__file__).parents[2] / "migrations"
MAJORS = (16, 18)
T = TypeVar("T")

driver: Any = asyncpg
"""asyncpg ships no types."""


def scripts() -> ScriptDirectory:
    """Return the migrations as alembic knows them."""
    return ScriptDirectory(str(MIGRATIONS))


def revisions() -> list[str]:
    """Return every revision, first to last."""
    return [script.revision for script in scripts().walk_revisions()][::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshDatabase:
    """A database of its own, empty until it is migrated."""

    server: EmbeddedPostgres
    name: str

    def upgrade(self, revision: str) -> None:
        """Migrate up to a revision, or by `+1`."""
        command.upgrade(self._config(), revision)

    def downgrade(self, revision: str) -> None:
        """Migrate down to a revision, or by `-1`."""
        command.downgrade(self._config(), revision)

    def ask(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """Ask something over a new connection of the superuser."""

        async def asked() -> T:
            connection = await driver.connect(self.server.dsn("postgres", self.name))
            try:
                return await question(connection)
            finally:
                await connection.close()

        return asyncio.run(asked())

    def _config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["url"] = self.server.url("xuetu_migrator", self.name)
        return config


def fresh_database(server: EmbeddedPostgres, name: str) -> FreshDatabase:
    """Make the logins and an empty database."""
    asyncio.run(create_roles(server.admin_url, database=name))
    return FreshDatabase(server=server, name=name)
