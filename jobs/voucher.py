"""Jobs of vouchers: issue to a list in chunks. What expires does so by day (`jobs.deadlines`)."""

from domain.ports.document_store import DocumentStore
from jobs.run import Handler, JobRun
from service.application.crash_points import crash_point
from service.application.voucher_issue import get_issue, issue_chunk, list_of


def issue_from(store: DocumentStore, limit: int) -> Handler:
    """Make the handler that issues to a list, `limit` vouchers to a transaction.

    How far it has come stands on the issue itself, in the transaction of each chunk: whoever goes on
    after a crash begins with the first person who has no voucher.
    """

    async def issue(run: JobRun) -> None:
        async with run.begin() as work:
            order = await get_issue(work, issue_id=run.job.ref)
        people = await list_of(store, order) if order.finished_at is None else ()
        while not run.is_finished:
            async with run.begin() as work:
                order = await issue_chunk(work, issue_id=order.id, people=people, limit=limit)
                if order.finished_at is not None:
                    await run.finish(work)
                    return
                crash_point("vouchers.before_chunk_commit")
                await run.advance(work, str(order.issued))
            crash_point("vouchers.after_chunk_commit")

    return issue
