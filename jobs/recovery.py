"""Jobs of recoveries: the due day passes, and money comes in."""

from jobs.run import JobRun
from service.application import receipt, recovery


async def expire_recovery(run: JobRun) -> None:
    """Mark a recovery overdue if its last day has passed."""
    async with run.begin() as work:
        await recovery.expire_recovery(work, recovery_id=run.job.ref)
        await run.finish(work)


async def take_receipts(run: JobRun) -> None:
    """Set what came in against what is owed."""
    async with run.begin() as work:
        await receipt.take_receipts(work, receipts_id=run.job.ref)
        await run.finish(work)
