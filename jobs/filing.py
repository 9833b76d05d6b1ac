"""Jobs of filings."""

from jobs.run import JobRun
from service.application import filing, termination


async def screen_filing(run: JobRun) -> None:
    """Screen a submitted roster for its reviewer."""
    async with run.begin() as work:
        await filing.screen_filing(work, filing_id=run.job.ref)
        await run.finish(work)


async def close_terminated(run: JobRun) -> None:
    """Close a filing that was terminated before its training began."""
    async with run.begin() as work:
        await termination.close_terminated(work, filing_id=run.job.ref)
        await run.finish(work)
