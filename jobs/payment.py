"""Jobs of payments: order what is concurred, submit what is released, take bank answers."""

from jobs.run import JobRun
from service.application import bank_result, batch, funding_request
from service.application.bank_result import CHUNK
from service.application.crash_points import crash_point


async def order_payments(run: JobRun) -> None:
    """Plan the payments of a concurred funding request."""
    async with run.begin() as work:
        await funding_request.order_payments(work, request_id=run.job.ref)
        await run.finish(work)


async def submit_batch(run: JobRun) -> None:
    """Record that a released batch is with the bank."""
    async with run.begin() as work:
        await batch.submit_batch(work, batch_id=run.job.ref)
        await run.finish(work)


async def ingest_bank_result(run: JobRun, *, size: int = CHUNK) -> None:
    """Take a bank's file chunk by chunk, then reconcile the batches that have every answer.

    The cursor says how far it came; lines are picked by state, so a repeated chunk takes nothing
    twice. A chunk never holds more than `CHUNK`, so that its transaction stays within the lease.
    """
    size = min(size, CHUNK)
    while True:
        async with run.begin() as work:
            chunk = await bank_result.take_lines(work, result_id=run.job.ref, size=size)
            if chunk.lines == 0:
                await bank_result.reconcile_batches(work, result_id=run.job.ref)
                await run.finish(work)
                return
            crash_point("bank_result.before_chunk_commit")
            await run.advance(work, str(chunk.through_line))
        crash_point("bank_result.after_chunk_commit")
