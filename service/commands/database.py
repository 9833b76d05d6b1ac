"""`xuetu db`: the two logins and the migrations."""

import asyncio
import sys

from service.settings import Settings
from service.wiring import create_roles, migrate


def make_roles(admin_url: str, *, database: str | None) -> int:
    """Make the logins `xuetu_app` and `xuetu_migrator` on a superuser's address; idempotent."""
    asyncio.run(create_roles(admin_url, database=database))
    return 0


def upgrade(settings: Settings, *, revision: str) -> int:
    """Bring the database to a revision, on the migration login."""
    if settings.migration_database_url is None:
        print("xuetu: set XUETU_MIGRATION_DATABASE_URL", file=sys.stderr)
        return 2
    migrate(settings.migration_database_url, revision)
    return 0
