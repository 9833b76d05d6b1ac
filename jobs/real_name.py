"""Jobs of real-name checks: ask the service about people, outside any transaction, and keep its answers."""

from typing import Final
from uuid import UUID

from domain.ports.real_names import RealNames
from jobs.run import Handler, JobRun
from service.application.crash_points import crash_point
from service.application.real_name import (
    add_replies,
    question_about,
    questions_of_issue,
    replies_to,
)

CHUNK: Final = 20
"""People asked about between two transactions: a service that takes a second each stays within the lease."""

_FIRST: Final = UUID(int=0)


class RealNamesUnanswered(Exception):
    """Somebody was not answered about: the job is tried again later, and asks about those alone."""


def ask_about_issue(service: RealNames, limit: int = CHUNK) -> Handler:
    """Make the handler that asks about everybody of an issued list, `limit` people to a transaction.

    People are picked by what was recorded. The cursor holds the attempt, how far it came and whether all were
    answered: the next attempt begins again with those who were not.
    """

    async def ask(run: JobRun) -> None:
        attempt, after, whole = _read(run)
        while not run.is_finished:
            async with run.begin() as work:
                questions = await questions_of_issue(
                    work, issue_id=run.job.ref, after=after, limit=limit
                )
                if not questions:
                    if not whole:
                        raise RealNamesUnanswered
                    await run.finish(work)
                    return
                await run.advance(work, f"{attempt} {after} {whole:d}")
            answered = await replies_to(service, questions)
            after = questions[-1].voucher_id
            async with run.begin() as work:
                whole = await add_replies(work, answered, service=service.name) and whole
                crash_point("real_names.before_chunk_commit")
                await run.advance(work, f"{attempt} {after} {whole:d}")

    return ask


def ask_about_voucher(service: RealNames) -> Handler:
    """Make the handler that asks about the person of one voucher."""

    async def ask(run: JobRun) -> None:
        async with run.begin() as work:
            question = await question_about(work, voucher_id=run.job.ref)
            await run.advance(work, "asking")
        answered = await replies_to(service, [question])
        async with run.begin() as work:
            whole = await add_replies(work, answered, service=service.name)
            if whole:
                await run.finish(work)
            else:
                await run.advance(work, "unanswered")
        if not whole:
            raise RealNamesUnanswered

    return ask


def _read(run: JobRun) -> tuple[int, UUID, bool]:
    """Return this attempt, the last person asked about in it, and whether all were answered about."""
    if run.job.cursor is not None:
        attempt, after, whole = run.job.cursor.split(" ")
        if int(attempt) == run.job.attempt:
            return run.job.attempt, UUID(after), whole == "1"
    return run.job.attempt, _FIRST, True
