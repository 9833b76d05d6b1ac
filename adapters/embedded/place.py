"""Where one server keeps its things, and the two locks that say whose it is.

    <data folder>/<server>/owner.lock   held by the program that owns the server
    <data folder>/<server>/alive.lock   held by the server's own processes, which inherit it
    <data folder>/<server>/data         the server's working directory, belongs to its account
    <data folder>/<server>/data.new     the same while it is being made; worthless if found later
    <data folder>/<server>/log          what it prints
    <data folder>/<server>/runtime      the path of its folder for sockets, under /tmp

A killed holder loses its lock with its last process, so neither can outlive what it stands for.
The second one is proof, also across containers, that no process of the server is left: the
number in a pid file is none. No lock file is ever removed, no folder we did not make is changed.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.embedded.account import ROOT, Account, account_for
from domain.errors import Refusal

_PREFIX: Final = "xuetu-"
_SOCKET_FOLDER_BYTES_MAX: Final = 60  # a socket's whole path has 107; its name needs the rest
_LOG_BYTES_MAX: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The folder of one server, held by this program until `release`."""

    server: str
    home: Path
    account: Account
    owner: int

    @property
    def data(self) -> Path:
        """The server's working directory; belongs to its account."""
        return self.home / "data"

    @property
    def unfinished(self) -> Path:
        """Where the working directory is made, so that a half-made one is never taken for one."""
        return self.home / "data.new"

    @property
    def log(self) -> Path:
        """The file that takes what the server prints."""
        return self.home / "log"

    def open_log(self) -> int:
        """Open the log for appending; a large one is set aside first, replacing the former."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_MAX:
            self.log.replace(self.home / "log.1")
        return _private_file(self.log, os.O_APPEND)

    def hold_alive_lock(self) -> int:
        """Take the lock that the server inherits.

        Refuses with `data_folder_in_use` while a process of an earlier server lives.
        """
        held = _locked(self.home / "alive.lock")
        if held is None:
            raise Refusal("data_folder_in_use", folder=str(self.home.parent), pid="?")
        return held

    def nothing_lives(self) -> bool:
        """Say whether no process of the server, present or earlier, is left."""
        held = _locked(self.home / "alive.lock")
        if held is None:
            return False
        os.close(held)
        return True

    def new_runtime(self) -> Path:
        """Make a fresh private folder with a short path and record it; the last one is removed.

        Its name cannot be foreseen, so nobody can have put anything there. The account may pass
        through it and owns only `sockets` in it.
        """
        self.drop_runtime()
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_short_base(self.account)))
        if self.account.changed:
            made.chmod(0o711)
        sockets = made / "sockets"
        sockets.mkdir(mode=0o700)
        self.account.own(sockets)
        record = _private_file(self.home / "runtime", os.O_TRUNC)
        try:
            os.write(record, os.fsencode(made))
        finally:
            os.close(record)
        return made

    def shelter(self, runtime: Path) -> int:
        """Open and lock the runtime folder: systemd-tmpfiles spares what a process has locked."""
        opened = os.open(runtime, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(opened, fcntl.LOCK_SH)
        return opened

    def drop_runtime(self) -> None:
        """Remove the recorded folder if it is still ours."""
        record = self.home / "runtime"
        if not record.exists():
            return
        made = Path(os.fsdecode(record.read_bytes()))
        if made.name.startswith(_PREFIX) and _is_ours(made, self.account):
            shutil.rmtree(made, ignore_errors=True)
        record.unlink()

    def release(self) -> None:
        """Let another program take the place."""
        os.close(self.owner)


def take_place(folder: Path, server: str) -> Place:
    """Make and hold the place of a server under a data folder.

    Refusals: `data_folder_in_use` while another program holds it, `data_folder_unusable` when
    this user cannot use it, `embedded_account_missing`.
    """
    folder = folder.absolute()
    home = folder / server
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(home)
        owner = _locked(home / "owner.lock")
        if owner is None:
            holder = (home / "owner.lock").read_text().strip() or "?"
            raise Refusal("data_folder_in_use", folder=str(folder), pid=holder)
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise Refusal("data_folder_unusable", folder=str(folder), reason=reason) from failure
    try:
        os.ftruncate(owner, 0)
        os.pwrite(owner, str(os.getpid()).encode(), 0)
        account = account_for(home / "data", folder)
    except BaseException:
        os.close(owner)
        raise
    return Place(server=server, home=home, account=account, owner=owner)


def open_to_all(path: Path) -> bool:
    """Say whether every user may read a file or folder and pass through every folder on the way."""
    path = path.resolve()
    passed = [path, *path.parents] if path.is_dir() else list(path.parents)
    readable = bool(path.stat().st_mode & stat.S_IROTH)
    return readable and all(folder.stat().st_mode & stat.S_IXOTH for folder in passed)


def _short_base(account: Account) -> Path:
    usual = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108
    fit = [base for base in usual if _is_fit(base, account)]
    if not fit:
        raise Refusal("embedded_no_socket_folder", tried=", ".join(map(str, usual)))
    # A copy of the programs may have to run from here; where none can, the sockets still fit.
    return next((base for base in fit if not os.statvfs(base).f_flag & os.ST_NOEXEC), fit[0])


def _is_fit(base: Path, account: Account) -> bool:
    short = len(os.fsencode(base)) <= _SOCKET_FOLDER_BYTES_MAX
    usable = base.is_dir() and os.access(base, os.W_OK | os.X_OK)
    return short and usable and (not account.changed or open_to_all(base))


def _is_ours(path: Path, account: Account) -> bool:
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid in {os.geteuid(), account.uid}


def _make_private(folder: Path) -> None:
    """Make a folder for our eyes only; what root makes belongs to the owner of the folder above."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    if os.geteuid() == ROOT:
        above = folder.parent.stat()
        os.chown(folder, above.st_uid, above.st_gid)


def _private_file(path: Path, flags: int) -> int:
    """Open a file of ours for writing, made if absent; a link in its stead is refused."""
    flags |= os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if os.geteuid() == ROOT:
        above = path.parent.stat()
        os.fchown(made, above.st_uid, above.st_gid)
    return made


def _locked(path: Path) -> int | None:
    """Open and lock a file; None while another open file holds the lock."""
    opened = _private_file(path, 0)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    except BaseException:
        os.close(opened)
        raise
    return opened
