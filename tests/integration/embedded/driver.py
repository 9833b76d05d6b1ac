"""The program that the launcher's tests start and kill: `driver.py FOLDER [--major N]`.

`RUN_AS` in the environment makes it an ordinary user once Python has loaded (Python itself may be
installed where that user may not look). `UNTIED` starts the servers from a thread that is not the
main one, so that the kernel does not end them with the program and they are left behind.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.embedded import Stack, start_stack
from adapters.embedded.__main__ import main


def _start(folder: Path, major: int) -> Stack:
    if "UNTIED" not in os.environ:
        return start_stack(folder, major=major, durable=False)
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(start_stack, folder, major=major, durable=False).result()


if __name__ == "__main__":
    if "RUN_AS" in os.environ:
        uid = int(os.environ["RUN_AS"])
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    sys.exit(main(_start))
