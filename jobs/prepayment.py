"""Jobs of prepayments: open those that nobody has to ask for."""

from typing import Final

from jobs.deadlines import in_every_place
from jobs.run import JobRun
from service.application import prepayment_opening


async def open_prepayment(run: JobRun) -> None:
    """Open a filing's next prepayment, if it is due and nothing stops it."""
    async with run.begin() as work:
        await prepayment_opening.open_prepayment(work, filing_id=run.job.ref)
        await run.finish(work)


HANDLERS: Final = {
    prepayment_opening.OPEN_PREPAYMENT: open_prepayment,
    "open_prepayments": in_every_place(prepayment_opening.ask_to_open_due),
}
"""Which function does which kind of job."""
