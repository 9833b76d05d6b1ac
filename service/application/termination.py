"""A termination before training began (终止): nobody can earn anything, so nothing is settled.

The decision itself takes back what was prepaid, by the filing's two signatures, and a job closes the
filing. One whose training began is settled and closed with its settlement (CASES 3).
"""

from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.ledger import Event, decision_of
from domain.ports.work import Work
from domain.recovery import RecoveryCause, new_recovery, settled
from service.application.cases import open_case, sign
from service.application.commitment import release_commitments
from service.application.prepayment import cancel_unreleased_prepayments
from service.application.recovery import open_recoveries, post

CLOSE_TERMINATED: Final = "close_terminated"
"""The job that closes a filing terminated before its training began; its ref is the filing."""


async def end_before_training(work: Work, case: Case) -> None:
    """Undo a filing just terminated whose training never began; the actor is who terminated it.

    Prepayments whose money has not left are dropped, what was paid becomes a recovery in full, and what
    is still committed goes back to the fund. Refuses `payment_outcome_unknown` and
    `prepayment_in_flight` as `cancel_unreleased_prepayments` does.
    """
    await cancel_unreleased_prepayments(work, case)
    await _recover_prepaid(work, case)
    decision = decision_of(case.id, await work.cases.steps(case))
    await release_commitments(work, case, Event.FILING_TERMINATED, decision=decision)
    await work.jobs.add(CLOSE_TERMINATED, case.id, case.place_id)


async def close_terminated(work: Work, *, filing_id: UUID) -> Case:
    """Close a filing terminated before training began, as the system; nothing the second time."""
    case = await work.cases.lock(CaseKind.FILING, filing_id)
    if case.state != "terminated" or (await work.filings.get(case)).opened_on is not None:
        return case
    return await sign(work, case, "close")


async def _recover_prepaid(work: Work, case: Case) -> None:
    """Open one recovery of all that was prepaid and is not owed back yet.

    Proposals that nobody has ordered are overtaken: this counts everything.
    """
    for one in await open_recoveries(work, case):
        if one.figures.demanded_fen == 0:
            await sign(work, one.case, "cancel", facts={"filing": str(case.id)})
    movements = settled(await work.recoveries.holdings(case), entitled_fen=0, interim=False)
    if not movements:
        return
    amount_fen = sum(one.amount_fen for one in movements)
    opened = await open_case(
        work,
        CaseKind.RECOVERY,
        await work.places.get(case.place_id),
        event="follow",
        org_id=case.org_id,
        partner_org_id=case.partner_org_id,
        facts={"filing": str(case.id), "amount_fen": amount_fen},
    )
    await work.recoveries.add(
        new_recovery(opened, case, cause=RecoveryCause.TERMINATION, proposed_fen=amount_fen)
    )
    cause = decision_of(case.id, await work.cases.steps(case))
    await post(work, case, movements, cause=cause, key=f"termination:{case.id}", to=opened.id)
