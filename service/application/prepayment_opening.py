"""Prepayments that nobody has to ask for (`on_request: false`): opened by the system when they are due.

Listing and the opening report add a job for their filing; every day adds one for each filing whose next
period has begun, or whose opening had to wait: for a hold, or for the decision on the period before.
"""

from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.filing import Filing
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import Work
from domain.prepayment_period import PAYABLE_FROM, has_period, next_period
from service.application.case_clock import CHUNK
from service.application.prepayment_basis import open_next, settled_years

OPEN_PREPAYMENT: Final = "open_prepayment"
"""The job that opens a filing's next prepayment, if it is due and nothing stops it."""


async def ask_to_open(work: Work, filing: Filing) -> None:
    """Add the job for a filing that was just listed, or has just begun, under a standard that pays unasked."""
    rule = (await work.policies.get(filing.policy_version_id)).standard.prepayment
    unasked = not rule.on_request and rule.share_basis_points > 0
    if unasked and filing.case.state in PAYABLE_FROM[rule.condition]:
        await work.jobs.add(OPEN_PREPAYMENT, filing.case.id, filing.case.place_id)


async def tell_first_days(work: Work, filing: Filing) -> None:
    """Raise the version of a filing's prepayments that show a new first day, now that training has begun."""
    standard = (await work.policies.get(filing.policy_version_id)).standard
    if not has_period(standard.prepayment.base, filing.filed_months, 2):
        return
    earlier = await work.prepayments.of_filing(filing.case)
    for case in await work.cases.lock_many(
        CaseKind.PREPAYMENT, sorted(one.case.id for one in earlier)
    ):
        await work.cases.touch(case)


async def open_prepayment(work: Work, *, filing_id: UUID) -> PrepaymentOnFile | None:
    """Open a filing's next prepayment as the system; None where none is due or something stops it.

    Repeating it opens nothing twice: the next period is another one, and not due.
    """
    filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
    try:
        return await open_next(work, filing_case, event="open_unasked", today=work.today)
    except Refusal:
        # Nothing has been stored: a hold, say, is lifted, and the next day asks again.
        return None


async def ask_to_open_due(work: Work, *, place_id: UUID, on: date) -> int:
    """Add a job for each filing of a place whose next prepayment is due on a day; returns how many."""
    asked = 0
    after: UUID | None = None
    while cases := await work.prepayments.paid_unasked(place_id, after=after, limit=CHUNK):
        due = [
            filing.case.id
            for filing in await work.filings.page(cases)
            if await _is_due(work, filing, on=on)
        ]
        await work.jobs.add_many(OPEN_PREPAYMENT, due, place_id)
        asked += len(due)
        after = cases[-1].id
    return asked


async def _is_due(work: Work, filing: Filing, *, on: date) -> bool:
    standard = (await work.policies.get(filing.policy_version_id)).standard
    taken = [(one.period, one.case.state) for one in await work.prepayments.of_filing(filing.case)]
    settled = await settled_years(work, filing, standard)
    try:
        next_period(standard, filing, taken, settled_years=settled, today=on)
    except Refusal:
        return False
    return True
