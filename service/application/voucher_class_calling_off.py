"""Voucher classes that can no longer begin are called off, as the system, and their vouchers freed.

A class begins only at a provider that is in the catalogue that day, and not after its last day. Whatever has
begun by then is finished (domain/provider_catalogue.py).
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.ports.work import Work
from domain.voucher import VoucherClass
from domain.voucher_class import NOT_BEGUN, first_day
from service.application.cases import sign
from service.application.provider_catalogue import get_entry, listed_on
from service.application.voucher_class import free_class_vouchers

CALL_OFF_CLASS: Final = "call_off_class"
"""The job that calls one class off."""

LEFT: Final = "培训机构已退出培训机构目录 · the provider has left the catalogue"
OVER: Final = "结束日期已过，未报告开班 · its last day has passed and nobody reported a start"


async def call_off_classes(work: Work, *, entry_id: UUID) -> int:
    """Add a job for each class of a leaving provider that would begin on its day or later."""
    entry = await get_entry(work, entry_id=entry_id)
    waiting = await work.voucher_classes.not_begun(provider_id=entry.provider_id, place_id=None)
    late = [one for one in waiting if first_day(one) >= entry.effective_on]
    for one in late:
        await work.jobs.add(CALL_OFF_CLASS, one.case.id, one.case.place_id)
    return len(late)


async def call_off_class(work: Work, *, class_id: UUID) -> bool:
    """Call a class off whose provider is not in the catalogue on its first day; tell whether it was."""
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id)
    (found,) = await work.voucher_classes.page([case])
    listed = await listed_on(work, case.org_id, case.region_path, first_day(found))
    if listed or case.state not in NOT_BEGUN:
        return False
    await _call_off(work, case, LEFT)
    return True


async def call_off_overdue_classes(work: Work, *, place_id: UUID, on: date) -> int:
    """Call off a place's classes that are still planned though their last day passed before a date.

    Their provider has as many days to report them as the project says. What has been reported as begun waits for
    the bureau, however long; returns how many were called off.
    """
    waiting = await work.voucher_classes.not_begun(provider_id=None, place_id=place_id)
    over = sorted([one.case.id for one in waiting if await _may_report_until(work, one) < on])
    locked = await work.cases.lock_many(CaseKind.VOUCHER_CLASS, over)
    planned = [case for case in locked if case.state == "planned"]
    for case in planned:
        await _call_off(work, case, OVER)
    return len(planned)


async def _may_report_until(work: Work, planned: VoucherClass) -> date:
    """Return the last day on which a class that has not begun may be reported as begun."""
    project = await work.voucher_projects.offer(planned.project_id)
    return planned.ends_on + timedelta(days=project.report_within_days)


async def _call_off(work: Work, case: Case, reason: str) -> None:
    await sign(work, case, "call_off", reason=reason)
    await work.voucher_classes.close_offer(case)
    await free_class_vouchers(work, class_id=case.id)
