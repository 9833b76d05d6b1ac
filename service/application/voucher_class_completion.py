"""Completion of voucher classes: reported by the provider person by person, confirmed by the bureau.

What is reported is judged at once against what was recorded; while a report waits, the record does not grow.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.training_register import MessageKind
from domain.voucher import SetEvent, Voucher, VoucherClass
from domain.voucher_class import (
    ReportedOutcome,
    VoucherOutcome,
    VoucherResult,
    judged_outcomes,
    standard_of,
)
from domain.voucher_record import attended_share
from service.application.archive import archive_class
from service.application.cases import sign
from service.application.hold import check_reason
from service.application.register_message import tell_of_class
from service.application.voucher_class import project_of
from service.application.voucher_money import release_of_class
from service.application.voucher_moves import move_many, move_one
from service.application.voucher_settlement_decision import follow_payment

CATCH_UP: Final = "catch_up_voucher"
"""The job that lets a voucher follow its class once it is released."""

_MISSED: Final = {
    ("reserved", "cancelled"): "class_cancelled",
    **{
        ("reserved", state): "miss"
        for state in ("started", "completion_reported", "completed", "stopped")
    },
    ("in_use", "stopped"): "class_stopped",
    ("in_use", "completed"): "complete",
}
"""What a voucher missed while it was frozen, by its own state and its class's."""


async def report_completion(
    work: Work,
    *,
    class_id: UUID,
    version: int,
    completed_on: date,
    outcomes: Sequence[ReportedOutcome],
) -> VoucherClass:
    """Report how training ended for everybody in it, those under investigation too.

    Refuses `completion_report_faulty` with every fault located.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "report_completion")
    (started,) = await work.voucher_classes.page([signed])
    assert started.started_on is not None
    if not started.started_on <= completed_on <= work.today:
        fault = Fault("/completed_on", "day_outside_training")
        raise Refusal("completion_report_faulty", faults=(fault,), count=1)
    people = await _in_training(work, case)
    sessions = await work.voucher_records.sessions(case)
    entries = await work.voucher_records.in_force(case, people.keys())
    project = await work.voucher_projects.offer(started.project_id)
    standard = standard_of(project, started.occupation_code, started.grade)
    assert standard is not None  # a class is planned for what its project offers
    judged = judged_outcomes(
        outcomes,
        project=project,
        people=people,
        attended={one: attended_share(sessions, entries.get(one, ())) for one in people},
        started_on=started.started_on,
        completed_on=completed_on,
        standard=standard,
    )
    await work.voucher_classes.report_completion(case, completed_on)
    await work.voucher_records.add_outcomes(
        signed, [(people[one.voucher_id], one) for one in judged]
    )
    return replace(started, completed_on=completed_on)


async def return_completion(
    work: Work, *, class_id: UUID, version: int, reason: str
) -> VoucherClass:
    """Return a report of completion: the class goes on, and its record grows. Refuses `reason_missing`."""
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "return_completion", reason=reason)
    await work.voucher_classes.report_completion(case, None)
    return (await work.voucher_classes.page([signed]))[0]


async def confirm_completion(
    work: Work, *, class_id: UUID, version: int, reason: str
) -> VoucherClass:
    """Confirm who completed: their vouchers may be redeemed; what the others had committed is released.

    A frozen voucher stays as it is; released, it catches up (`catch_up`).
    """
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "confirm_completion", reason=reason)
    (completed_class,) = await work.voucher_classes.page([signed])
    outcomes = await work.voucher_records.outcomes(case)
    in_use = await work.vouchers.lock_class(case.place_id, case.id, state="in_use")
    completed = [one for one in in_use if _has_completed(outcomes[one.id])]
    failed = [one for one in in_use if not _has_completed(outcomes[one.id])]
    await move_many(
        work, completed, SetEvent.COMPLETE, after=lambda one: _completed(one, outcomes[one.id])
    )
    await archive_class(work, signed)
    await tell_of_class(
        work, MessageKind.VOUCHER_CLASS_COMPLETED, completed_class, people=len(completed)
    )
    await move_many(work, failed, SetEvent.FAIL)
    await _release(work, completed_class, failed, purpose="failed")
    return completed_class


async def stop_class(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Stop a class in training as the bureau: its money is released, its vouchers are usable elsewhere.

    Refuses `reason_missing`.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "stop", reason=reason)
    (stopped,) = await work.voucher_classes.page([signed])
    in_use = await work.vouchers.lock_class(case.place_id, case.id, state="in_use")
    await _release(work, stopped, in_use, purpose="stopped")
    await move_many(work, in_use, SetEvent.CLASS_STOPPED)
    return stopped


async def catch_up(work: Work, *, voucher_id: UUID) -> Voucher:
    """Let a voucher that was released from an investigation follow what its class did meanwhile; as the system.

    Its class began without it, was cancelled or stopped: it is collected again. Its class was completed: so
    is the voucher, or it failed, as was reported; on the class's own decision, so that money moves as well.
    It was approved for payment: it follows its payment.
    """
    seen = await work.vouchers.get(voucher_id)
    if seen.state == "approved":
        await follow_payment(work, seen)
        return seen
    if seen.class_id is None:
        return seen
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, seen.class_id)
    voucher = await work.vouchers.lock(voucher_id)
    event = _MISSED.get((voucher.state, case.state))
    if event is None or voucher.class_id != case.id:
        return voucher
    (of,) = await work.voucher_classes.page([case])
    after = voucher.moved(event)
    if event == "complete":
        outcome = (await work.voucher_records.outcomes(case))[voucher.id]
        event = "complete" if _has_completed(outcome) else "fail"
        after = _completed(voucher, outcome) if event == "complete" else voucher.moved(event)
    if event in {"fail", "class_stopped"}:
        await _release(work, of, [voucher], purpose=f"voucher:{voucher.id}")
    moved = await move_one(work, voucher, after, event=event)
    if event == "complete":
        await archive_class(work, case)
    return moved


async def _release(
    work: Work, of: VoucherClass, vouchers: Sequence[Voucher], *, purpose: str
) -> None:
    """Give back what a class had committed to vouchers that leave it unpaid."""
    await release_of_class(
        work,
        await project_of(work, of),
        of.case,
        voucher_ids=[one.id for one in vouchers],
        purpose=purpose,
    )


async def _in_training(work: Work, case: Case) -> dict[UUID, Voucher]:
    everybody = await work.vouchers.lock_class(case.place_id, case.id)
    return {one.id: one for one in everybody if (one.frozen_from or one.state) == "in_use"}


def _has_completed(outcome: VoucherOutcome) -> bool:
    return outcome.outcome is VoucherResult.COMPLETED


def _completed(voucher: Voucher, outcome: VoucherOutcome) -> Voucher:
    return replace(voucher.moved("complete"), completed_on=outcome.day)
