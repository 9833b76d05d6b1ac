"""`python -m adapters.embedded FOLDER`: the servers alone, in one terminal, until Ctrl-C.

Prints one line of JSON with their addresses when both answer. What must be refused is said on
standard error in Chinese and English, with exit status 2.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from adapters.embedded.stack import Stack, start_stack
from domain.errors import Refusal
from domain.refusals import REGISTRY

_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(start: Callable[[Path, int], Stack]) -> int:
    """Own the servers until a signal asks to end; a second signal does not interrupt the ending."""
    parser = argparse.ArgumentParser(prog="python -m adapters.embedded", description=__doc__)
    parser.add_argument("folder", type=Path, help="the data folder, made if absent")
    parser.add_argument("--major", type=int, default=18, help="PostgreSQL's version, 16 or 18")
    asked = parser.parse_args()
    for signum in _ENDINGS:
        signal.signal(signum, _leave)
    try:
        with start(asked.folder, asked.major) as stack:
            sys.stdout.write(f"{json.dumps(_addresses(stack))}\n")
            sys.stdout.flush()
            while True:
                signal.pause()
    except Refusal as refusal:
        said = REGISTRY[refusal.code].detail.filled(refusal.values)
        sys.stderr.write(f"{refusal.code}\n{said.zh}\n{said.en}\n")
        return 2


def _leave(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(0)


def _addresses(stack: Stack) -> dict[str, str | int | None]:
    return {
        "postgres": stack.postgres.dsn("postgres", "postgres"),
        "postgres_pid": stack.postgres.pid,
        "redis": None if stack.redis is None else stack.redis.url,
        "redis_pid": None if stack.redis is None else stack.redis.pid,
    }


if __name__ == "__main__":
    sys.exit(main(lambda folder, major: start_stack(folder, major=major)))
