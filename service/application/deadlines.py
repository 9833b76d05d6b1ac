"""What happens because a day has passed, place by place: each is given the date it acts for.

Only deadlines that passed before that date, and are published, take effect. A date can be replayed:
what has happened is no longer waiting.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from uuid import UUID

from domain.case_clock import RETURNED
from domain.cases import Case, CaseKind
from domain.correction import has_passed
from domain.ports.work import Work
from service.application.case_clock import CHUNK, Regions, clocks_of
from service.application.correction_deadline import correction_deadline
from service.application.filing_end import MONEY_OUT, expire_filing, lapse_filing


async def expire_corrections(work: Work, *, place_id: UUID, on: date) -> int:
    """End returned filings that were not corrected in time; returns how many."""
    ended = 0
    async for cases in _waiting(work, place_id, RETURNED):
        for case in cases:
            if has_passed(await correction_deadline(work, case), on=on):
                await expire_filing(work, case)
                ended += 1
    return ended


async def lapse_filings(work: Work, *, place_id: UUID, on: date) -> int:
    """Let listed filings lapse whose training did not begin in time; returns how many.

    Where money has left or may leave, nothing lapses by itself: a reminder is stored, and the
    approver terminates the filing.
    """
    ended = 0
    async for case in _overdue(work, place_id, "listed", about="start_overdue", on=on):
        prepayments = await work.prepayments.of_filing(case)
        if not any(one.case.state in MONEY_OUT for one in prepayments):
            await lapse_filing(work, case)
            ended += 1
    return ended


async def remind_settlements(work: Work, *, place_id: UUID, on: date) -> int:
    """Remind of settlements that whoever is paid lets wait; returns of how many.

    Of completed filings whose final settlement was not submitted by its day, and of voucher settlements that
    were returned and not corrected by theirs: their vouchers stand in no other settlement meanwhile.
    """
    filings = _overdue(work, place_id, "completed", about="settlement_overdue", on=on)
    vouchers = _overdue(
        work,
        place_id,
        RETURNED,
        kind=CaseKind.VOUCHER_SETTLEMENT,
        about="voucher_correction_overdue",
        on=on,
    )
    reminded = [case async for case in filings] + [case async for case in vouchers]
    return len(reminded)


async def _overdue(
    work: Work,
    place_id: UUID,
    state: str,
    *,
    kind: CaseKind = CaseKind.FILING,
    about: str,
    on: date,
) -> AsyncIterator[Case]:
    """Yield cases whose day has passed, each reminded of once."""
    regions = Regions(work)
    async for cases in _waiting(work, place_id, state, kind=kind):
        for case, clock in await clocks_of(work, cases, today=on, regions=regions):
            if has_passed(clock.due, on=on):
                await work.clocks.remind(case, about=about, due_on=clock.due.day)
                yield case


async def _waiting(
    work: Work, place_id: UUID, state: str, *, kind: CaseKind = CaseKind.FILING
) -> AsyncIterator[Sequence[Case]]:
    """Yield a place's cases in a state, filings unless told, by the chunk, locked and still in it."""
    after: UUID | None = None
    while cases := await work.clocks.waiting(
        [(kind, state)], place_id=place_id, after=after, limit=CHUNK
    ):
        locked = await work.cases.lock_many(kind, [one.id for one in cases])
        yield [case for case in locked if case.state == state]
        after = cases[-1].id
