"""What happens every day, sorted by name. Nothing else stands here.

A day that was missed is caught up, and two workers open a day once; the job is given its date
(`run.job.period`), so that yesterday can be replayed.
"""

from typing import Final

from domain.jobs import Schedule

SCHEDULES: Final[tuple[Schedule, ...]] = (
    Schedule(name="call_off_overdue_classes", kind="call_off_overdue_classes"),
    Schedule(name="expire_corrections", kind="expire_corrections"),
    Schedule(name="expire_vouchers", kind="expire_vouchers"),
    Schedule(name="fill_archive", kind="fill_archive"),
    Schedule(name="lapse_filings", kind="lapse_filings"),
    Schedule(name="notices", kind="end_due_notices", hour=0),
    Schedule(name="remind_settlements", kind="remind_settlements"),
)
