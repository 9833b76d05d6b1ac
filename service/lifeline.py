"""A child's tie to its parent: when the parent is gone, however it went, the child stops too."""

import asyncio
import os
import signal
from typing import Final

VARIABLE: Final = "XUETU_LIFELINE"
"""Number of the descriptor whose other end only the parent holds."""


def hold_lifeline() -> None:
    """Send this process SIGTERM when the parent's end closes; without a lifeline do nothing.

    To be called on the running loop. A parent killed with SIGKILL closes its end as any other.
    """
    number = os.environ.get(VARIABLE)
    if number is None:
        return
    descriptor = int(number)
    loop = asyncio.get_running_loop()

    def parent_gone() -> None:
        loop.remove_reader(descriptor)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(descriptor, parent_gone)
