"""Settings, read once from the environment. Every variable of the product stands here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

VARIABLES: Final[Mapping[str, str]] = {
    "XUETU_DATABASE_URL": "address of the application's login (postgresql+asyncpg://…); unset: embedded",
    "XUETU_MIGRATION_DATABASE_URL": "address of the login that owns the tables and migrates them",
    "XUETU_REDIS_URL": "address of Redis, the doorbell; unset: workers poll every 2 s",
    "XUETU_DATA": "folder of the embedded servers and keys (default: .data in the current folder)",
    "XUETU_KEY_FILE": "file of the sealing and signing keys, readable by its owner only",
    "XUETU_CHECKPOINTS": "folder for signed audit checkpoints, outside the database",
    "XUETU_DOCUMENTS": "folder of the documents' sealed contents, shared by all processes (default: in XUETU_DATA)",
    "XUETU_HOST": "address to listen on (default 127.0.0.1)",
    "XUETU_PORT": "port to listen on (default 8000)",
    "XUETU_API_PROCESSES": "API processes of `xuetu run` (default 1)",
    "XUETU_POSTGRES_MAJOR": "embedded PostgreSQL: 16 or 18 (default 18)",
    "XUETU_MESSAGES": "folder that messages to enterprises are spooled into (default XUETU_DATA/messages)",
    "XUETU_PDF_FONT": "a TrueType font to embed in PDF documents instead of Noto Sans SC",
    "XUETU_CLOCK": "`system`, or `stored` (embedded mode only): the business clock is a database row",
    "XUETU_CHUNK_ROWS": "rows a chunk of a large job takes (default 5000)",
    "XUETU_SIGN_IN_FAILURES": "wrong passwords after which an account name has to wait (default 10)",
    "XUETU_SIGN_IN_MINUTES": "minutes in which they are counted, and the longest wait (default 15)",
    "XUETU_LOG_LEVEL": "info (default), warning or error",
    "XUETU_CRASH_AT": "embedded mode only, for tests: kill the process at a named point",
}


class SettingsRefused(Exception):
    """A setting is missing, malformed, or not allowed in this mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the process was told. `embedded` means that the program runs its own servers."""

    database_url: str
    migration_database_url: str | None
    redis_url: str | None
    data: Path
    key_file: Path
    checkpoints: Path
    messages: Path
    pdf_font: Path | None
    documents: Path
    host: str
    port: int
    api_processes: int
    postgres_major: int
    clock: Literal["system", "stored"]
    chunk_rows: int
    sign_in_failures: int
    sign_in_minutes: int
    log_level: str
    crash_at: str | None
    embedded: bool


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment; raises `SettingsRefused` naming the variable."""
    data = Path(environment.get("XUETU_DATA", ".data")).absolute()
    url = environment.get("XUETU_DATABASE_URL", "")
    # The supervisor of the embedded mode starts its processes with addresses, and says so.
    embedded = not url or environment.get("XUETU_EMBEDDED") == "1"
    clock = environment.get("XUETU_CLOCK", "system")
    if clock not in {"system", "stored"}:
        raise SettingsRefused("XUETU_CLOCK is `system` or `stored`")
    log_level = environment.get("XUETU_LOG_LEVEL", "info")
    if log_level not in {"info", "warning", "error"}:
        raise SettingsRefused("XUETU_LOG_LEVEL is info, warning or error")
    crash_at = environment.get("XUETU_CRASH_AT")
    if not embedded:
        if clock == "stored":
            raise SettingsRefused("XUETU_CLOCK=stored is for the embedded mode only")
        if crash_at:
            raise SettingsRefused("XUETU_CRASH_AT is for the embedded mode only")
        if "XUETU_KEY_FILE" not in environment:
            raise SettingsRefused("XUETU_KEY_FILE is required with XUETU_DATABASE_URL")
    return Settings(
        database_url=url,
        migration_database_url=environment.get("XUETU_MIGRATION_DATABASE_URL"),
        redis_url=environment.get("XUETU_REDIS_URL") or None,
        data=data,
        key_file=Path(environment.get("XUETU_KEY_FILE", str(data / "keys" / "keys.json"))),
        checkpoints=Path(environment.get("XUETU_CHECKPOINTS", str(data / "checkpoints"))),
        messages=Path(environment.get("XUETU_MESSAGES", str(data / "messages"))),
        pdf_font=Path(font) if (font := environment.get("XUETU_PDF_FONT")) else None,
        documents=Path(environment.get("XUETU_DOCUMENTS", str(data / "documents"))),
        host=environment.get("XUETU_HOST", "127.0.0.1"),
        port=_whole(environment, "XUETU_PORT", 8000, least=0, most=65535),
        api_processes=_whole(environment, "XUETU_API_PROCESSES", 1, least=1, most=64),
        postgres_major=_whole(environment, "XUETU_POSTGRES_MAJOR", 18, least=16, most=18),
        clock="stored" if clock == "stored" else "system",
        chunk_rows=_whole(environment, "XUETU_CHUNK_ROWS", 5000, least=1, most=100_000),
        sign_in_failures=_whole(environment, "XUETU_SIGN_IN_FAILURES", 10, least=1, most=1_000_000),
        sign_in_minutes=_whole(environment, "XUETU_SIGN_IN_MINUTES", 15, least=1, most=1440),
        log_level=log_level,
        crash_at=crash_at or None,
        embedded=embedded,
    )


def _whole(
    environment: Mapping[str, str], name: str, default: int, *, least: int, most: int
) -> int:
    given = environment.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdigit() or not least <= int(given) <= most:
        raise SettingsRefused(f"{name} is a whole number from {least} to {most}, not {given!r}")
    return int(given)
