"""Starting, finding and ending the processes of a server.

A process is ours only if it works in our data folder and runs a server's program. A number read
from a file proves nothing, because numbers are used again; no such number is ever signalled.
"""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.embedded.account import Account

POLL_S: Final = 0.02
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_GONE: Final = " (deleted)"  # what the kernel appends to the name of a replaced program


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way of asking processes to end: the signal, and how long to wait for it, in seconds."""

    signum: signal.Signals
    patience_s: float


def until(happened: Callable[[], bool], *, within_s: float) -> bool:
    """Poll until it happened; False when it has not within the given seconds."""
    end = time.monotonic() + within_s
    while not happened():
        if time.monotonic() >= end:
            return False
        time.sleep(POLL_S)
    return True


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account,
    folder: Path,
    log: int,
    keep: Sequence[int] = (),
    when_we_die: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a server's program in its folder, as its account, writing to the open file `log`.

    It gets a session of its own, so that Ctrl-C in a terminal reaches the program alone, which
    then ends the server in good order. The open files `keep` go with it.
    """
    return subprocess.Popen(
        [os.fspath(word) for word in command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        user=account.user,
        group=account.group,
        extra_groups=account.groups,
        umask=0o077,
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=_tie(when_we_die),  # noqa: PLW1509 - one system call, library loaded beforehand
    )


def _tie(signum: signal.Signals) -> Callable[[], None] | None:
    """Have the kernel signal the child when this program dies, however it dies.

    The kernel means the thread that started the child, so only the main thread, which lives as
    long as the program, can tie one. A server started elsewhere is left for the next start to end.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def tied() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # it died between the fork and the call above
            os._exit(1)

    return tied


def working_in(folder: Path, programs: frozenset[str]) -> list[int]:
    """Return the live processes that run one of the programs with `folder` as working directory."""
    try:
        here = folder.stat()
    except FileNotFoundError:
        return []
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _works_in(pid, here, programs)]


def _works_in(pid: int, here: os.stat_result, programs: frozenset[str]) -> bool:
    process = Path("/proc") / str(pid)
    try:
        there = (process / "cwd").stat()
        program = (process / "exe").readlink().name.removesuffix(_GONE)
    except OSError:  # it has ended, or belongs to someone who is not our account
        return False
    return os.path.samestat(here, there) and program in programs


def end(find: Callable[[], list[int]], steps: Sequence[Step], *, gone: Callable[[], bool]) -> bool:
    """Ask what `find` finds to end, step by step, until `gone`; say whether it went.

    Processes are looked up again right before each signal, so that a number which has passed to
    somebody else meanwhile is not signalled.
    """
    for step in steps:
        if gone():
            return True
        for pid in find():
            try:
                os.kill(pid, step.signum)
            except ProcessLookupError:
                continue
        if until(gone, within_s=step.patience_s):
            return True
    return gone()


def is_alive(pid: int) -> bool:
    """Say whether any process has this number, whosever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
