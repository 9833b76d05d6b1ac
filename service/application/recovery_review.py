"""What a review of a recovery (追缴复核) leaves of it: nothing, or all of it.

Locks are taken as for every recovery: the filing, its settlement, then the recovery; or the voucher
settlement, the recovery, then its vouchers.
"""

from domain.cases import Case
from domain.ledger import decision_of
from domain.machines.recovery import MACHINE
from domain.ports.work import Work
from domain.recovery import given_back
from service.application.cases import sign
from service.application.recovery import expire_after, post
from service.application.voucher_claw_back import give_vouchers_back


async def give_up_recovery(
    work: Work, spent_on: Case, case: Case, *, reason: str, clause: str
) -> None:
    """Cancel a locked recovery that a review found wrong: what is still owed goes back to where it lay.

    What was collected stays collected, and the filing's next settlement counts it. Vouchers that it had
    clawed back are paid again. A recovery that a
    settlement demanded is decided by that: it stays under review until the next settlement supersedes
    it, because only a settlement says what was earned. Nor is one touched that has ended meanwhile.
    """
    recovery = await work.recoveries.get(case)
    if recovery.settlement_id is not None or "cancel" not in MACHINE[case.state]:
        return
    taken = await work.ledger.postings_of(case.place_id, case.id)
    signed = await sign(work, case, "cancel", reason=reason, clause=clause)
    await give_vouchers_back(work, signed)
    await post(
        work,
        spent_on,
        given_back(await work.recoveries.holdings(spent_on), case.id, taken),
        cause=decision_of(case.id, await work.cases.steps(signed)),
        key=f"recovery:{case.id}:{signed.step_seq}",
        to=None,
    )


async def let_recovery_stand(work: Work, case: Case, *, reason: str, clause: str) -> None:
    """Let a contested recovery stand as it was served (复核维持): the days to pay count again."""
    if "stand" not in MACHINE[case.state]:
        return
    signed = await sign(work, case, "stand", reason=reason, clause=clause)
    recovery = await work.recoveries.get(signed)
    assert recovery.due_on is not None  # what is contested was served
    await expire_after(work, signed, recovery.due_on)
