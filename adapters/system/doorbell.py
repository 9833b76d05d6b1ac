"""The doorbell of an installation without Redis: silence. Workers poll."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from domain.ports.jobs import Doorbell


class SilentDoorbell(Doorbell):
    """Rings nothing and hears nothing."""

    async def ring(self, job_id: UUID, attempt: int) -> None:
        """Do nothing: the job is on file, and workers look there."""

    async def listen(self, wake: Callable[[], None]) -> None:  # noqa: ARG002 - nobody rings
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Have nothing to close."""
