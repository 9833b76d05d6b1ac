"""Calendar use case: load a published year, or what a region closed or opened."""

from domain.calendar_file import CalendarFile
from domain.ports.work import Work


async def load_calendar(work: Work, file: CalendarFile) -> int:
    """Store a file's days; returns how many. Refuses `calendar_year_loaded`.

    From now on deadlines in that year are no longer provisional.
    """
    if file.year is not None:
        await work.calendars.add_year(file.year, file.document)
    await work.calendars.add_days(file.region_path, file.days, file.document)
    return len(file.days)
