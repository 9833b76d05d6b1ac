"""What an approval of a settlement asks besides money: notice, objections, holds, who verified.

One call from the approval (`check_approval`), one from the review (`set_aside_lines`).
"""

from dataclasses import replace
from typing import Final

from domain.balance import History
from domain.cases import Case, CaseKind, Duty
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.ledger import AccountKind
from domain.ports.work import Work
from domain.recovery import owed_fen
from domain.setting_aside import reasons_without, set_aside
from domain.settlement import Settlement, SettlementKind
from service.application.cases import keep_apart
from service.application.hold import check_no_hold
from service.application.notice import check_notice_ended

_PAYABLE_AGAIN: Final = frozenset({"planned", "batched", "returned", "corrected"})
"""States of a payment that no history counts and that may still become one."""

_PAYMENTS_OF_FILING: Final = 1_000


async def check_approval(work: Work, case: Case) -> None:
    """Check a settlement's approval under its lock, and set aside the lines that must wait.

    Refuses `linked_duty_conflict` for who confirmed a finding, loaded an extract it was verified
    against or asked to verify it again, here or in an earlier settlement of the filing;
    `payment_came_back`, `on_hold`, `objection_open`, `notice_required`.
    """
    settlement = await work.settlements.get(case)
    await keep_apart(
        work,
        await work.manual_findings.up_to(case),
        forbidden={Duty.CONFIRM_FIRST, Duty.CONFIRM_SECOND},
    )
    if work.actor.person_id in await work.manual_findings.verifiers(case):
        raise Refusal("linked_duty_conflict", held="verify")
    filing = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    await _check_none_came_back(work, filing)
    await check_no_hold(work, filing)
    await set_aside_lines(work, case)
    await check_notice_ended(work, settlement)


async def _check_none_came_back(work: Work, filing: Case) -> None:
    """Refuse `payment_came_back` while an earlier balance of the filing waits to be paid again.

    It is in no history, so this balance would include it; and its correction would pay it beside.
    """
    payments = await work.payments.page(
        filing_id=filing.id, state=None, after=None, limit=_PAYMENTS_OF_FILING
    )
    if any(
        p.subject.kind is PayableKind.SETTLEMENT and p.state in _PAYABLE_AGAIN for p in payments
    ):
        raise Refusal("payment_came_back")


async def set_aside_lines(work: Work, case: Case) -> None:
    """Hold the decided lines that an objection or a hold on the person freezes; refuse the upheld.

    The others keep what they earn: payable lines never wait for held ones.
    """
    grounds = await work.objections.grounds(case)
    before = await work.objections.decisions(case, list(grounds))
    after = set_aside(before, grounds)
    if not after:
        return
    reasons = await work.settlements.reasons(case)
    assert reasons is not None
    settlement = await work.settlements.get(case)
    filing_case = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    history = await history_of(work, filing_case, settlement)
    await work.settlements.decide(
        case, after, reasons_without(reasons, before, after, history=history)
    )


async def history_of(work: Work, filing_case: Case, settlement: Settlement) -> History:
    """Return the filing's money so far; interim, what is prepaid and not earned yet may stay."""
    history = await work.settlements.history(filing_case)
    if settlement.kind is not SettlementKind.INTERIM:
        return history
    holdings = await work.recoveries.holdings(filing_case)
    return replace(history, ahead_fen=owed_fen(holdings, AccountKind.PREPAYMENT_RECEIVABLE))
