"""Money of vouchers: a verified start commits it to the class, an approval takes it over, the rest goes back.

Nothing is committed at issue: quota limits numbers (CASES 7). Lack of money never changes an amount: a start
that the book cannot cover is refused until an appropriation covers it, and nobody trains on a promise.
"""

from collections.abc import Collection
from uuid import UUID

from domain.cases import Case
from domain.ledger import BookKey, Cause, Event, Transfer, decision_of, transfer_of
from domain.ports.work import Work
from domain.voucher import VoucherProject


def book_of(project: VoucherProject) -> BookKey:
    """Return the book a project pays from."""
    return BookKey(
        place_id=project.case.place_id,
        fund_source=project.fund_source,
        budget_year=project.budget_year,
    )


async def commit_class(
    work: Work, project: VoucherProject, class_case: Case, *, voucher_ids: Collection[UUID]
) -> int:
    """Commit what these vouchers are worth to a class whose start was just verified; return the fen.

    Refuses `fund_insufficient`.
    """
    worth_fen = await _worth_fen(work, voucher_ids)
    if worth_fen:
        await _post(
            work,
            project,
            [
                transfer_of(
                    Event.VOUCHERS_STARTED,
                    amount_fen=worth_fen,
                    posting_key=f"vouchers_started:{class_case.id}",
                    org_id=class_case.org_id,
                    voucher_batch_id=class_case.id,
                )
            ],
            cause=await _cause(work, class_case),
        )
    return worth_fen


async def release_of_class(
    work: Work,
    project: VoucherProject,
    class_case: Case,
    *,
    voucher_ids: Collection[UUID],
    purpose: str,
) -> int:
    """Give back to the fund what was committed to vouchers that will not be paid; return the fen.

    `purpose` names why, once for a class: who did not complete, a class that was stopped, a day that ended.
    """
    worth_fen = await _worth_fen(work, voucher_ids)
    if worth_fen:
        await _post(
            work,
            project,
            [
                transfer_of(
                    Event.VOUCHERS_RELEASED,
                    amount_fen=worth_fen,
                    posting_key=f"vouchers_released:{class_case.id}:{purpose}",
                    org_id=class_case.org_id,
                    voucher_batch_id=class_case.id,
                )
            ],
            cause=await _cause(work, class_case),
        )
    return worth_fen


async def _worth_fen(work: Work, voucher_ids: Collection[UUID]) -> int:
    return sum(one.worth_fen for one in await work.voucher_settlements.committed(voucher_ids))


async def _cause(work: Work, case: Case) -> Cause:
    return decision_of(case.id, await work.cases.steps(case))


async def _post(
    work: Work, project: VoucherProject, transfers: list[Transfer], *, cause: Cause
) -> None:
    await work.ledger.post(
        project.case.place_id,
        await work.ledger.book(book_of(project)),
        transfers,
        cause=cause,
        posted_at=work.now,
    )
