"""Jobs of filings."""

from jobs.run import JobRun
from service.application import filing


async def screen_filing(run: JobRun) -> None:
    """Screen a submitted roster for its reviewer."""
    async with run.begin() as work:
        await filing.screen_filing(work, filing_id=run.job.ref)
        await run.finish(work)
