"""Money of vouchers: a verified start commits it to the class, an approval takes it over, the rest goes back.

Nothing is committed at issue: quota limits numbers (CASES 7). Lack of money never changes an amount: a start
that the book cannot cover is refused until an appropriation covers it, and nobody trains on a promise.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.ledger import BookKey, Event, Transfer, decision_of, transfer_of
from domain.ports.work import Work
from domain.voucher import Voucher, VoucherProject
from domain.voucher_settlement import VoucherLine, VoucherSettlement, parts_of_classes
from domain.voucher_use import committed_by_class
from service.application.budget import serve_queue

RELEASE_OF_CLASS: Final = "release_of_voucher_class"
"""The job that gives back what is committed to a class above what its vouchers may still be paid."""


def book_of(one: VoucherProject | VoucherSettlement) -> BookKey:
    """Return the book a project, or a settlement of its vouchers, pays from."""
    return BookKey(
        place_id=one.case.place_id, fund_source=one.fund_source, budget_year=one.budget_year
    )


async def commit_class(
    work: Work, project: VoucherProject, class_case: Case, *, voucher_ids: Collection[UUID]
) -> int:
    """Commit what these vouchers are worth to a class whose start was just verified; return the fen.

    Refuses `fund_insufficient`, also while a listed filing waits for the book: nobody overtakes it.
    """
    key = book_of(project)
    await _overtake_nobody(work, key)
    worth_fen = await work.voucher_settlements.worth_fen(voucher_ids)
    transfer = transfer_of(
        Event.VOUCHERS_STARTED,
        amount_fen=worth_fen,
        posting_key=f"vouchers_started:{class_case.id}",
        org_id=class_case.org_id,
        voucher_batch_id=class_case.id,
    )
    await _post(work, class_case, key, [transfer])
    return worth_fen


async def release_of_class(
    work: Work,
    project: VoucherProject,
    class_case: Case,
    *,
    voucher_ids: Collection[UUID],
    purpose: str,
) -> int:
    """Give back what was committed to vouchers that will not be paid, with the step that was just signed.

    `purpose` names why, once for a class: who did not complete, a class that was stopped. Returns the fen.
    """
    worth_fen = await work.voucher_settlements.worth_fen(voucher_ids)
    if worth_fen:
        await _release(work, project, class_case, amount_fen=worth_fen, purpose=purpose)
    return worth_fen


async def release_later(work: Work, ended: Iterable[Voucher]) -> None:
    """Have the system give back what was committed for vouchers that end without a step of their class.

    They are given as they stood before they ended. Whoever ends one signs nothing about money, and the
    class's two people have: a job carries their decision out.
    """
    for class_id, vouchers in sorted(committed_by_class(ended).items()):
        await work.jobs.add(RELEASE_OF_CLASS, class_id, vouchers[0].place_id)


async def release_unneeded(work: Work, *, class_id: UUID) -> int:
    """Give back, as the system, what is committed to a class above what its vouchers may still be paid.

    Repeating it gives nothing back twice. Returns the fen.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id)
    (of,) = await work.voucher_classes.page([case])
    project_case = await work.cases.get(CaseKind.VOUCHER_PROJECT, of.project_id)
    project = await work.voucher_projects.get(project_case)
    unneeded_fen = await work.voucher_settlements.unneeded_fen(case)
    if unneeded_fen:
        purpose = str(work.new_id())  # what is unneeded is reckoned anew each time, under the lock
        await _release(work, project, case, amount_fen=unneeded_fen, purpose=purpose)
    return unneeded_fen


async def take_over(
    work: Work, settlement: VoucherSettlement, lines: Sequence[VoucherLine]
) -> None:
    """Move to an approved settlement what its decided lines had committed, and give back what it does not pay.

    Each class's part goes to the settlement, whoever its payee is; what is refused or reduced goes back
    from there, to who waits for it first. A held line's part stays with its class.
    """
    case = settlement.case
    parts = parts_of_classes(lines)
    transfers = [
        transfer_of(
            Event.VOUCHERS_APPROVED,
            amount_fen=part.taken_fen,
            posting_key=f"vouchers_approved:{case.id}:{part.class_id}",
            org_id=case.org_id,
            voucher_batch_id=part.class_id,
            to_voucher_batch_id=case.id,
        )
        for part in parts
    ]
    if released_fen := sum(part.released_fen for part in parts):
        transfers.append(
            transfer_of(
                Event.VOUCHERS_RELEASED,
                amount_fen=released_fen,
                posting_key=f"vouchers_released:{case.id}",
                org_id=case.org_id,
                voucher_batch_id=case.id,
            )
        )
    key = book_of(settlement)
    await _post(work, case, key, transfers, frees=released_fen > 0)


async def commit_again(
    work: Work, settlement: VoucherSettlement, line: VoucherLine, *, review: Case
) -> None:
    """Commit to its class again what a refused line had let go, with the review that was just signed.

    Refuses `fund_insufficient` as the start of a class does.
    """
    key = book_of(settlement)
    await _overtake_nobody(work, key)
    class_case = await work.cases.get(CaseKind.VOUCHER_CLASS, line.class_id)
    transfer = transfer_of(
        Event.VOUCHERS_REINSTATED,
        amount_fen=line.committed_fen,
        posting_key=f"vouchers_reinstated:{review.id}",
        org_id=class_case.org_id,
        voucher_batch_id=class_case.id,
    )
    await _post(work, review, key, [transfer])


async def hand_back(
    work: Work, settlement: VoucherSettlement, lines: Sequence[VoucherLine], *, correction: Case
) -> None:
    """Give classes back what a settlement took over to pay these lines, with the correction that cancels its payment.

    What a line was reduced by went to the fund when it was approved. The voucher may be settled anew for all it
    is worth, so that part is committed again: refuses `fund_insufficient` as the start of a class does.
    """
    case = settlement.case
    key = book_of(settlement)
    parts = parts_of_classes(lines)
    if any(part.released_fen for part in parts):
        await _overtake_nobody(work, key)
    transfers = []
    for part in parts:
        transfers.append(
            transfer_of(
                Event.VOUCHERS_HANDED_BACK,
                amount_fen=part.payable_fen,
                posting_key=f"vouchers_handed_back:{case.id}:{part.class_id}",
                org_id=case.org_id,
                voucher_batch_id=case.id,
                to_voucher_batch_id=part.class_id,
            )
        )
        if part.released_fen:
            class_case = await work.cases.get(CaseKind.VOUCHER_CLASS, part.class_id)
            transfers.append(
                transfer_of(
                    Event.VOUCHERS_REINSTATED,
                    amount_fen=part.released_fen,
                    posting_key=f"vouchers_reinstated:{correction.id}:{part.class_id}",
                    org_id=class_case.org_id,
                    voucher_batch_id=part.class_id,
                )
            )
    await _post(work, correction, key, transfers)


async def _overtake_nobody(work: Work, key: BookKey) -> None:
    """Take the book's turn; refuses `fund_insufficient` while a listed filing waits for it."""
    await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
    if await work.budgets.waiting(key.place_id, key.fund_source, key.budget_year):
        raise Refusal("fund_insufficient")


async def _release(
    work: Work, project: VoucherProject, class_case: Case, *, amount_fen: int, purpose: str
) -> None:
    transfer = transfer_of(
        Event.VOUCHERS_RELEASED,
        amount_fen=amount_fen,
        posting_key=f"vouchers_released:{class_case.id}:{purpose}",
        org_id=class_case.org_id,
        voucher_batch_id=class_case.id,
    )
    await _post(work, class_case, book_of(project), [transfer], frees=True)


async def _post(
    work: Work, case: Case, key: BookKey, transfers: Sequence[Transfer], *, frees: bool = False
) -> None:
    """Post, by the two people who decided the case; what that `frees` goes to who waits for the book.

    The book's turn is taken before it is posted to, as everybody does who serves its queue.
    """
    decision = decision_of(case.id, await work.cases.steps(case))
    if frees:
        await work.budgets.take_turn(key.place_id, key.fund_source, key.budget_year)
    book = await work.ledger.book(key)
    await work.ledger.post(case.place_id, book, transfers, cause=decision, posted_at=work.now)
    if frees:
        await serve_queue(work, key, decision)
