"""Both servers of the embedded default, owned by one program."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from adapters.embedded import postgres, redis
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.redis import RedisServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """PostgreSQL, and Redis where the machine has one; `close` ends both."""

    postgres: EmbeddedPostgres
    redis: RedisServer | None

    def close(self) -> None:
        """Stop what runs and wait until no process of it is left. Closing twice is harmless."""
        try:
            if self.redis is not None:
                self.redis.stop()
        finally:
            self.postgres.stop()

    def __enter__(self) -> Self:
        """Own the stack for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def start_stack(
    data_folder: Path, *, major: int = 18, durable: bool = True, doorbell: bool = True
) -> Stack:
    """Start both servers in a data folder; `doorbell=False` leaves Redis out.

    To be called from the main thread: the kernel then ends the servers with the program, even
    when that is killed. Refusals: those of `postgres.start` and `redis.start`; the first of two
    programs keeps the folder, the second gets `data_folder_in_use`.
    """
    database = postgres.start(data_folder, major=major, durable=durable)
    try:
        bell = redis.start(data_folder) if doorbell else None
    except BaseException:
        database.stop()
        raise
    return Stack(postgres=database, redis=bell)
