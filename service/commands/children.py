"""Child processes of one program: started together, ended together, and never outliving it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from service.lifeline import VARIABLE
from service.ports import Servers
from service.settings import Settings

PATIENCE_S: Final = 25
"""How long children may take to end after SIGTERM before they are killed."""


def environment_of(settings: Settings, servers: Servers) -> dict[str, str]:
    """What children of the embedded mode are told."""
    told = {
        "XUETU_EMBEDDED": "1",
        "XUETU_DATABASE_URL": servers.database_url,
        "XUETU_MIGRATION_DATABASE_URL": servers.migration_database_url,
        "XUETU_DATA": str(settings.data),
        "XUETU_KEY_FILE": str(settings.key_file),
        "XUETU_CHECKPOINTS": str(settings.checkpoints),
        "XUETU_MESSAGES": str(settings.messages),
        "XUETU_PDF_FONT": "" if settings.pdf_font is None else str(settings.pdf_font),
        "XUETU_CLOCK": settings.clock,
        "XUETU_CHUNK_ROWS": str(settings.chunk_rows),
        "XUETU_SIGN_IN_FAILURES": str(settings.sign_in_failures),
        "XUETU_SIGN_IN_MINUTES": str(settings.sign_in_minutes),
        "XUETU_HOST": settings.host,
        "XUETU_LOG_LEVEL": settings.log_level,
    }
    if servers.redis_url:
        told["XUETU_REDIS_URL"] = servers.redis_url
    return told


class Children:
    """The processes of one program. Each holds a lifeline: when the program is gone, it stops."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._running: list[subprocess.Popen[bytes]] = []
        self._held, self._ours = os.pipe()
        os.set_inheritable(self._ours, False)

    def start(self, module: str, *arguments: str, descriptors: Sequence[int] = ()) -> None:
        """Start `python -m module` in a process group of its own, so that Ctrl-C reaches us first."""
        self._running.append(
            subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env={**self._environment, VARIABLE: str(self._held)},
                pass_fds=(self._held, *descriptors),
                start_new_session=True,
            )
        )

    def wait(self) -> int:
        """Wait until a child ends, and return its exit status."""
        while True:
            for child in self._running:
                status = child.poll()
                if status is not None:
                    return status
            time.sleep(0.2)

    def stop(self) -> None:
        """End every child: SIGTERM, then SIGKILL for one that does not go."""
        for child in self._running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        for child in self._running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._running.clear()


def bound(host: str, port: int) -> socket.socket:
    """Bind the listening socket that API processes share. Port 0 takes a free one.

    Accepted connections inherit TCP_NODELAY. uvicorn takes a handed-over descriptor for a Unix socket,
    so nobody else sets it, and a body written after its head would wait 40 ms for a delayed ACK.
    """
    listening = socket.create_server((host, port), backlog=1024, reuse_port=False)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.set_inheritable(True)
    return listening
