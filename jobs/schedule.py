"""What happens every day, sorted by name. Nothing else stands here.

Two workers open a day once; the job is given its date (`run.job.period`), so that yesterday can be
replayed. After days that were missed the latest is opened alone: each of these acts on whatever has
passed before its date, so that a later date leaves nothing of an earlier one undone, and a clock moved
by a year costs one job of each. A schedule that owes something to each date of its own says `each_day`.
"""

from typing import Final

from domain.jobs import Schedule

SCHEDULES: Final[tuple[Schedule, ...]] = (
    Schedule(name="call_off_overdue_classes", kind="call_off_overdue_classes", each_day=False),
    Schedule(name="expire_corrections", kind="expire_corrections", each_day=False),
    Schedule(name="expire_vouchers", kind="expire_vouchers", each_day=False),
    Schedule(name="fill_archive", kind="fill_archive", each_day=False),
    Schedule(name="forget_outdated", kind="forget_outdated", each_day=False),
    Schedule(name="lapse_filings", kind="lapse_filings", each_day=False),
    Schedule(name="notices", kind="end_due_notices", hour=0, each_day=False),
    Schedule(name="open_prepayments", kind="open_prepayments", each_day=False),
    Schedule(name="remind_settlements", kind="remind_settlements", each_day=False),
)
