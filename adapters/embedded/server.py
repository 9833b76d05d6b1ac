"""One running server: what PostgreSQL and Redis have in common from start to end."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from adapters.embedded.place import Place, take_place
from adapters.embedded.processes import Step, end, spawn, until, working_in
from domain.errors import Refusal

PATIENCE_S: Final = 300.0  # recovery after a crash, and the last checkpoint, may take minutes
_FORCED: Final = (
    Step(signum=signal.SIGQUIT, patience_s=3),
    Step(signum=signal.SIGKILL, patience_s=10),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is particular to a server: its name, its programs, and the signal that ends it well."""

    name: str
    folder: str
    programs: frozenset[str]
    polite: signal.Signals
    leaders: Callable[[Place, list[int]], list[int]]  # those among its processes that end the rest

    def found(self, place: Place) -> list[int]:
        """Return the processes of this server that work in the place."""
        return [
            pid
            for folder in (place.data, place.unfinished)
            for pid in working_in(folder, self.programs)
        ]


class Server:
    """A server that this program owns. Stopping it twice is harmless."""

    def __init__(
        self, kind: Kind, place: Place, process: subprocess.Popen[bytes], sockets: Path
    ) -> None:
        self._kind = kind
        self._place = place
        self._process = process
        self._stopped = False
        self.sockets = sockets

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether that process lives. That it answers is another question."""
        return not self._stopped and self._process.poll() is None

    def stop(self) -> None:
        """End the server in good order, wait until no process of it is left, give up its place."""
        if self._stopped:
            return
        stop_process(self._kind, self._process)
        end_earlier(self._kind, self._place)
        self._stopped = True
        self._place.drop_runtime()
        self._place.release()

    def __enter__(self) -> Self:
        """Own the server for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


S = TypeVar("S", bound=Server)


def end_earlier(kind: Kind, place: Place) -> None:
    """End what is left of an earlier server in this place, whose program is known to be gone.

    An orphaned server is ended rather than adopted, so that every server is its program's child,
    runs with that program's settings and ends with it. Refuses with `data_folder_in_use` when
    processes live that we cannot see, which happens across containers.
    """

    def gone() -> bool:
        return not kind.found(place) and place.nothing_lives()

    def leaders() -> list[int]:
        return kind.leaders(place, kind.found(place))

    if gone():
        return
    # Without its leader, the rest of a server notices and ends by itself, or is made to.
    polite = Step(signum=kind.polite, patience_s=PATIENCE_S if leaders() else 2)
    if end(leaders, [polite], gone=gone):
        return
    if not end(lambda: kind.found(place), _FORCED, gone=gone):
        raise Refusal("data_folder_in_use", folder=str(place.home.parent), pid="?")


def stop_process(kind: Kind, process: subprocess.Popen[bytes]) -> None:
    """End a child in good order, by force when it does not obey in `PATIENCE_S`."""
    for step in (Step(signum=kind.polite, patience_s=PATIENCE_S), *_FORCED):
        if process.poll() is None:
            process.send_signal(step.signum)
        try:
            process.wait(step.patience_s)
        except subprocess.TimeoutExpired:
            continue
        return


def start(
    kind: Kind,
    folder: Path,
    prepare: Callable[[Place, Path, int], Sequence[str | Path]],
    answers: Callable[[Path], bool],
    owned: Callable[[Kind, Place, subprocess.Popen[bytes], Path], S],
) -> S:
    """Take the place, end what is left in it, start the server, wait until a connection answers.

    `prepare` gets the place, the runtime folder and the inheritable lock, and returns the command.
    Whatever goes wrong, nothing is left running and the place is free again. Refusals: those of
    `take_place`, `data_folder_in_use`, and `embedded_server_failed` when the server ends or does
    not answer in `PATIENCE_S`.
    """
    place = take_place(folder, kind.folder)
    try:
        end_earlier(kind, place)
        alive = place.hold_alive_lock()
        try:
            runtime = place.new_runtime()
            command = prepare(place, runtime, alive)
            process = run(kind, place, command, folder=place.data, runtime=runtime, alive=alive)
        finally:
            os.close(alive)  # from here on the server alone holds it
        sockets = runtime / "sockets"
        try:
            _wait(kind, place, process, lambda: answers(sockets))
        except BaseException:
            stop_process(kind, process)
            raise
    except BaseException:
        place.drop_runtime()
        place.release()
        raise
    return owned(kind, place, process, sockets)


def run(
    kind: Kind,
    place: Place,
    command: Sequence[str | Path],
    *,
    folder: Path,
    runtime: Path,
    alive: int,
) -> subprocess.Popen[bytes]:
    """Start one of the server's programs with what every process of it has: lock, log, account."""
    log = place.open_log()
    shelter = place.shelter(runtime)
    try:
        return spawn(
            command,
            account=place.account,
            folder=folder,
            log=log,
            keep=(alive, shelter),
            when_we_die=kind.polite,
        )
    except OSError as failure:
        raise Refusal("embedded_server_failed", server=kind.name, log=str(failure)) from failure
    finally:
        os.close(shelter)
        os.close(log)


def _wait(
    kind: Kind, place: Place, process: subprocess.Popen[bytes], answers: Callable[[], bool]
) -> None:
    def decided() -> bool:
        return process.poll() is not None or answers()

    if not until(decided, within_s=PATIENCE_S) or process.poll() is not None:
        raise Refusal("embedded_server_failed", server=kind.name, log=str(place.log))
