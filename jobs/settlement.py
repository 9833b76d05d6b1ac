"""Jobs of settlements: verify in chunks, close when nothing is left to pay."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from jobs.run import Handler, JobRun
from service.application.crash_points import crash_point
from service.application.reconciliation import (
    CHUNK,
    VERIFY_SETTLEMENT,
    begin_verification,
    examine_chunk,
    finish_verification,
)
from service.application.settlement import CLOSE_SETTLEMENT, close_settlement

_NO_ID: Final = "-"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification has come, as a cursor: the extract, and the last declaration."""

    extract_id: UUID
    after: UUID | None

    def cursor(self) -> str:
        """Write it down."""
        return f"{self.extract_id} {_NO_ID if self.after is None else self.after}"

    @classmethod
    def of(cls, cursor: str) -> "Progress":
        """Read it back."""
        extract_id, after = cursor.split(" ")
        return cls(UUID(extract_id), None if after == _NO_ID else UUID(after))


def verify_in_chunks(limit: int = CHUNK) -> Handler:
    """Make the handler that verifies a settlement, `limit` declarations to a transaction."""

    async def verify(run: JobRun) -> None:
        settlement_id = run.job.ref
        if run.job.cursor is None:
            async with run.begin() as work:
                extract = await begin_verification(work, settlement_id=settlement_id)
                if extract is None:
                    await finish_verification(work, settlement_id=settlement_id, extract_id=None)
                    await run.finish(work)
                    return
                await run.advance(work, Progress(extract.id, None).cursor())
        while not run.is_finished:
            await _examine(run, limit)

    return verify


async def _examine(run: JobRun, limit: int) -> None:
    cursor = run.job.cursor
    assert cursor is not None
    progress = Progress.of(cursor)
    async with run.begin() as work:
        examined = await examine_chunk(
            work,
            settlement_id=run.job.ref,
            extract_id=progress.extract_id,
            after=progress.after,
            limit=limit,
        )
        if examined.last_id is None:
            await finish_verification(
                work, settlement_id=run.job.ref, extract_id=progress.extract_id
            )
            await run.finish(work)
            return
        crash_point("reconcile.before_chunk_commit")
        await run.advance(work, Progress(progress.extract_id, examined.last_id).cursor())
    crash_point("reconcile.after_chunk_commit")


async def close(run: JobRun) -> None:
    """Close a settlement that has nothing left to pay, and its filing."""
    async with run.begin() as work:
        await close_settlement(work, settlement_id=run.job.ref)
        await run.finish(work)


HANDLERS: Final = {VERIFY_SETTLEMENT: verify_in_chunks(), CLOSE_SETTLEMENT: close}
