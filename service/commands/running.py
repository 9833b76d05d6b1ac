"""Where the running embedded installation of a data folder is: told by `xuetu run`, read by commands."""

import json
import sys
from pathlib import Path

from service.settings import Settings, read_settings


def told_in(data: Path) -> Path:
    """Return the file in which a running installation tells its addresses. It holds no secret."""
    return data / "running.json"


def tell(data: Path, environment: dict[str, str]) -> None:
    """Write the addresses down for other commands of the same person."""
    path = told_in(data)
    path.write_text(json.dumps(environment), "utf-8")
    path.chmod(0o600)


def forget(data: Path) -> None:
    """Remove the file: nothing is running any more."""
    told_in(data).unlink(missing_ok=True)


def of_running(settings: Settings) -> Settings | None:
    """Return settings that reach the database, or None after saying what is missing."""
    if settings.database_url:
        return settings
    try:
        environment = json.loads(told_in(settings.data).read_text("utf-8"))
    except (OSError, ValueError):
        print(
            f"xuetu: nothing is running on {settings.data}: start `xuetu run`,"
            " or set XUETU_DATABASE_URL and XUETU_KEY_FILE",
            file=sys.stderr,
        )
        return None
    return read_settings(environment)
