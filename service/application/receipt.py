"""Receipts (收款): money that comes in is loaded whole, and a job sets it against what is owed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.bank_result import LineState
from domain.cases import Case, CaseKind
from domain.ledger import BankLine
from domain.ports.work import Work
from domain.receipt import (
    Receipt,
    ReceiptFile,
    ReceiptOnFile,
    TakenReceipt,
    check_receipts,
    digest_of,
    taken,
)
from domain.recovery import Recovery, collected
from service.application.budget import own_place
from service.application.cases import sign
from service.application.recovery import post

TAKE_RECEIPTS: Final = "take_receipts"
"""The job that takes the lines of a load; its ref is the load."""

_PART: Final = frozenset({"served"})


async def load_receipts(work: Work, receipts: Sequence[Receipt]) -> ReceiptFile:
    """Keep what the bank says came in, at the actor's place; a job takes its lines.

    The same lines again are processed already and answer with what was kept first. Refuses
    `receipts_faulty` with every fault located, `place_unknown`.
    """
    check_receipts(receipts, today=work.today)
    place = await own_place(work)
    digest = digest_of(receipts)
    earlier = await work.receipts.of_digest(place.id, digest)
    if earlier is not None:
        return earlier
    file = ReceiptFile(
        id=work.new_id(),
        place_id=place.id,
        digest=digest,
        lines=len(receipts),
        received_at=work.now,
        uploaded_by=work.actor.person_id,
    )
    await work.receipts.add(file, place=place, lines=receipts)
    await work.jobs.add(TAKE_RECEIPTS, file.id, place.id)
    ground = Ground(
        place_id=place.id,
        org_id=place.bureau_org_id,
        partner_org_id=None,
        region_path=place.region_path,
    )
    await work.audit.record(
        Act(
            action="receipts.loaded",
            object_kind="receipts",
            object_id=str(file.id),
            ground=ground,
            facts={"lines": file.lines, "sha256": digest.hex()},
        )
    )
    return file


async def take_receipts(work: Work, *, receipts_id: UUID) -> int:
    """Set a load's lines against what is owed, as the system; return how many were matched.

    A line that fits nothing gets its outcome and blocks no other. What was taken before stays taken.
    """
    file = await work.receipts.get(receipts_id)
    lines = [line for line in await work.receipts.lines(file) if line.state is LineState.RECEIVED]
    references = {line.receipt.recovery_reference for line in lines}
    spent_on = await _locked(work, file.place_id, references)
    seen = set(
        await work.receipts.seen(file.place_id, {one.receipt.line_reference for one in lines})
    )
    matched = 0
    for line in lines:
        # Read anew for each line: the one before may have paid the same recovery.
        found = await work.recoveries.referred_to(file.place_id, {line.receipt.recovery_reference})
        decided = taken(line, {one.reference: one for one in found}, seen=seen)
        await work.receipts.take(file, decided)
        if decided.outcome is LineState.MATCHED:
            assert decided.recovery is not None
            _, spent_id = decided.recovery.spent_on
            await _collect(work, spent_on[spent_id], decided, decided.recovery)
            matched += 1
    return matched


async def get_receipts(
    work: Work, *, receipts_id: UUID
) -> tuple[ReceiptFile, Sequence[ReceiptOnFile]]:
    """Return a load with its lines and what became of them; refuses `not_found`."""
    file = await work.receipts.get(receipts_id)
    return file, await work.receipts.lines(file)


async def _locked(work: Work, place_id: UUID, references: set[str]) -> dict[UUID, Case]:
    """Lock the filings and voucher settlements, then the recoveries that are named, each in order of id."""
    named = await work.recoveries.referred_to(place_id, references)
    found: dict[UUID, Case] = {}
    for kind in (CaseKind.FILING, CaseKind.VOUCHER_SETTLEMENT):
        ids = {spent_id for of, spent_id in (one.spent_on for one in named) if of is kind}
        found |= {case.id: case for case in await work.cases.lock_many(kind, sorted(ids))}
    await work.cases.lock_many(CaseKind.RECOVERY, sorted(one.case.id for one in named))
    return found


async def _collect(work: Work, spent_on: Case, decided: TakenReceipt, recovery: Recovery) -> None:
    receipt, case = decided.line.receipt, recovery.case
    await post(
        work,
        spent_on,
        collected(
            await work.recoveries.holdings(spent_on),
            case.id,
            amount_fen=receipt.amount_fen,
            year=receipt.booked_on.year,
        ),
        cause=BankLine(decided.line.id),
        key=f"receipt:{decided.line.id}",
        to=None,
    )
    figures = (await work.recoveries.get(case)).figures
    facts: dict[str, str | int] = {
        "receipt": str(decided.line.id),
        "amount_fen": receipt.amount_fen,
    }
    if figures.outstanding_fen + figures.written_off_fen == 0:
        await sign(work, case, "collect", facts=facts)
    elif case.state in _PART:
        await sign(work, case, "collect_part", facts=facts)
    else:
        await work.cases.touch(case)
