"""The machine's clock."""

from datetime import UTC, datetime

from domain.ports.clock import Clock


class SystemClock(Clock):
    """The present instant, by the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)
