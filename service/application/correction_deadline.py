"""Until when a returned filing may be corrected."""

from domain.calendar import Deadline
from domain.cases import Case
from domain.correction import deadline_in, has_passed
from domain.errors import Refusal
from domain.ports.work import Work


async def correction_deadline(work: Work, case: Case) -> Deadline | None:
    """Return the day that binds a returned filing's enterprise, or None without a limit."""
    notices = await work.corrections.notices(case)
    return deadline_in(notices[-1], await work.calendars.of_region(case.region_path))


async def check_in_time(work: Work, case: Case) -> None:
    """Refuse `correction_overdue` once the day has passed for certain."""
    deadline = await correction_deadline(work, case)
    if deadline is not None and has_passed(deadline, on=work.today):
        raise Refusal("correction_overdue", day=deadline.day.isoformat())
