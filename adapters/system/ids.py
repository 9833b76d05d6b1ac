"""Ids that grow with time (RFC 9562 version 7): new rows land at the end of every index."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a version 7 UUID: 48 bits of Unix milliseconds, 12 of the fraction, 62 random."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | tail)
