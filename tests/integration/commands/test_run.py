"""`xuetu run` as its user meets it: it serves, it stops, and no process of it remains however it ended."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.waiting import until

PATIENCE_S = 90


def processes_of(data: Path) -> list[int]:
    """Every process that works in, or was told of, a data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            known = (
                str(data).encode() in (entry / "cmdline").read_bytes()
                or f"XUETU_DATA={data}".encode() in (entry / "environ").read_bytes().split(b"\0")
                or (entry / "cwd").resolve().is_relative_to(data)
            )
            stopped = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if known and not stopped:
            found.append(int(entry.name))
    return found


class Run:
    """One `xuetu run` on a data folder and a free port."""

    def __init__(self, data: Path, log: Path) -> None:
        self.data = data
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", "run"],
                env={**os.environ, "XUETU_DATA": str(data), "XUETU_PORT": "0"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        """Where it says that it serves; empty before."""
        found = re.search(r"serving at (http://\S+)", self._log.read_text("utf-8"))
        return found[1] if found else ""

    def is_ready(self) -> bool:
        """Say whether it answers."""
        if not self.address:
            assert self.process.poll() is None, self._log.read_text("utf-8")
            return False
        try:
            return httpx.get(f"{self.address}/health/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def end(self, number: signal.Signals) -> int:
        """Send the program alone a signal and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    for number in processes_of(folder):
        os.kill(number, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_no_process(
    data: Path, tmp_path: Path, number: signal.Signals
) -> None:
    run = Run(data, tmp_path / "log")
    until("the product serves", run.is_ready, patience_s=PATIENCE_S)
    page = httpx.get(f"{run.address}/docs", trust_env=False)
    assert page.is_success
    assert run.end(number) == 0
    until("every process ends", lambda: not processes_of(data), patience_s=PATIENCE_S)
    assert not (data / "running.json").exists()


def test_a_killed_run_leaves_no_process_and_the_next_one_serves(data: Path, tmp_path: Path) -> None:
    run = Run(data, tmp_path / "log")
    until("the product serves", run.is_ready, patience_s=PATIENCE_S)
    assert run.end(signal.SIGKILL) == -signal.SIGKILL
    until("every process ends", lambda: not processes_of(data), patience_s=PATIENCE_S)
    again = Run(data, tmp_path / "log-again")
    until("the product serves again", again.is_ready, patience_s=PATIENCE_S)
    assert again.end(signal.SIGINT) == 0
    until("every process ends again", lambda: not processes_of(data), patience_s=PATIENCE_S)


def test_a_second_run_on_one_folder_is_refused_in_both_languages(
    data: Path, tmp_path: Path
) -> None:
    run = Run(data, tmp_path / "log")
    until("the product serves", run.is_ready, patience_s=PATIENCE_S)
    second = Run(data, tmp_path / "log-second")
    assert second.process.wait(PATIENCE_S) == 2
    told = (tmp_path / "log-second").read_text("utf-8")
    assert "数据目录" in told
    assert "data folder" in told.lower()
    assert run.is_ready()
    assert run.end(signal.SIGINT) == 0
