"""`xuetu account worker`: an account of a worker's own, told on standard input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.crypto.key_file import create_key_file
from adapters.identity.passwords import Argon2Passwords
from adapters.postgres.engine import open_engine
from adapters.postgres.sessions import PostgresSessions
from domain.party import Role
from domain.refusals import REGISTRY
from tests.conftest import Database
from tests.people import citizen_id

PASSWORD = "a password of his"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    create_key_file(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def add(
    name: str, told: str, *, url: str, key_file: Path | None
) -> "subprocess.CompletedProcess[str]":
    """Run the command as an operator would."""
    environment = {name: value for name, value in os.environ.items() if "XUETU" not in name}
    if key_file is not None:
        environment |= {"XUETU_DATABASE_URL": url, "XUETU_KEY_FILE": str(key_file)}
    return subprocess.run(
        [sys.executable, "-m", "service.cli", "account", "worker", name],
        input=told,
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"XUETU_DATA": "/nowhere"},
    )


async def test_a_worker_signs_in_with_the_account_that_was_opened(
    database: Database, key_file: Path
) -> None:
    name, number = f"worker-{citizen_id()}".lower(), citizen_id()
    told = f"{number.lower()}\n{PASSWORD}\n"
    done = add(name, told, url=database.app_url, key_file=key_file)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    engine = open_engine(database.app_url, pool_size=2)
    opened = await PostgresSessions(engine, Argon2Passwords()).open(name, PASSWORD)
    await engine.dispose()
    assert opened is not None
    actor = opened.actor
    assert (actor.org_id, actor.roles) == (actor.person_id, frozenset({Role.WORKER}))
    assert number not in done.stdout
    again = add(name, told, url=database.app_url, key_file=key_file)
    assert again.returncode == 2
    assert REGISTRY["account_name_taken"].title.en in again.stderr


@pytest.mark.parametrize(
    ("name", "told", "said"),
    [
        ("A", f"110105194912310021\n{PASSWORD}\n", "small letters"),
        ("nobody", "", "standard input"),
        ("nobody", "110105194912310021\n", "standard input"),
        ("nobody", f"110105194912310021\n{PASSWORD}\n", REGISTRY["citizen_id_checksum"].title.zh),
    ],
)
def test_what_is_told_wrongly_opens_nothing(
    database: Database, key_file: Path, name: str, told: str, said: str
) -> None:
    done = add(name, told, url=database.app_url, key_file=key_file)
    assert done.returncode == 2
    assert said in done.stderr


def test_nothing_is_opened_where_nothing_runs() -> None:
    done = add("nobody", f"{citizen_id()}\n{PASSWORD}\n", url="", key_file=None)
    assert done.returncode == 2
    assert "nothing is running" in done.stderr
