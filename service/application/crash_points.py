"""Named points at which a test may kill the process, to prove that every act is all or nothing.

Unarmed, a crash point is one comparison. Only the wiring of the embedded mode arms one, from
`XUETU_CRASH_AT` (`name`, or `name:3` for the third passage); production wiring never does.
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Final

Kill = Callable[[], None]
_armed: dict[str, tuple[int, Kill]] = {}
_SIGKILL: Final = partial(os.kill, os.getpid(), signal.SIGKILL)


def arm(at: str, *, kill: Kill = _SIGKILL) -> None:
    """Kill the process with SIGKILL at the n-th passage of the named point."""
    name, _, count = at.partition(":")
    _armed.clear()
    _armed[name] = (int(count or "1"), kill)


def crash_point(name: str) -> None:
    """Mark a point; kills the process when armed for it."""
    if name not in _armed:
        return
    left, kill = _armed.pop(name)
    if left == 1:
        kill()
    else:
        _armed[name] = (left - 1, kill)
