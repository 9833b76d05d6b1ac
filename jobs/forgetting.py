"""The job of every day that forgets what has been kept for its time."""

from jobs.run import Handler, JobRun
from service.application.forgetting import forget_outdated


def forget_in_chunks(limit: int) -> Handler:
    """Make the handler that forgets `limit` rows of a kind to a transaction, for the job's date."""

    async def forget(run: JobRun) -> None:
        chunks = 0
        while not run.is_finished:
            async with run.begin() as work:
                if await forget_outdated(work, on=run.day, limit=limit):
                    chunks += 1
                    await run.advance(work, str(chunks))
                else:
                    await run.finish(work)

    return forget
