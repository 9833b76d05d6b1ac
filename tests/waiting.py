"""Waiting for another process: what it should bring about is asked for until it is there."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 60


def until(what: str, holds: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Ask again and again until it holds; fail, saying what did not, when patience runs out."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"not in {patience_s} s: {what}"
        time.sleep(0.02)
