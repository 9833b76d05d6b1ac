"""Jobs of official documents: issue what was decided, then tell the addressee."""

from domain.ports.messages import Messages
from jobs.run import Handler, JobRun
from service.application import official_document


async def issue_document(run: JobRun) -> None:
    """Issue what the steps of a case decided."""
    async with run.begin() as work:
        await official_document.issue_documents(work, case_id=run.job.ref)
        await run.finish(work)


def tell_through(messages: Messages) -> Handler:
    """Return the handler that tells the addressee of a document that it waits.

    The message leaves outside any transaction; one that was sent twice carries the same id.
    """

    async def tell_of_document(run: JobRun) -> None:
        async with run.begin() as work:
            message = await official_document.message_about(work, document_id=run.job.ref)
        await messages.send(message)
        async with run.begin() as work:
            await run.finish(work)

    return tell_of_document
