"""Jobs of notices: every day, end what has run its days."""

from typing import Final

from jobs.run import Handler, JobRun
from service.application import notice

END_DUE_NOTICES: Final = "end_due_notices"
"""The daily job that finds notices whose last day has passed, in every place."""


async def end_due_notices(run: JobRun) -> None:
    """Add one job for each notice that is over."""
    async with run.begin() as work:
        await notice.end_due_notices(work)
        await run.finish(work)


async def end_notice(run: JobRun) -> None:
    """End one notice and take it down."""
    async with run.begin() as work:
        await notice.end_notice(work, notice_id=run.job.ref)
        await run.finish(work)


HANDLERS: Final[dict[str, Handler]] = {
    END_DUE_NOTICES: end_due_notices,
    notice.END_NOTICE: end_notice,
}
