"""Loading days: a published year ends what was provisional; nothing here is kept."""

from datetime import date

import pytest

from domain.calendar import DayUnit, Deadline
from domain.calendar_file import parse_calendar
from domain.errors import Refusal
from domain.ports.work import BeginWork
from service.application.calendar import load_calendar
from tests.people import Staff
from tests.unit.test_calendar_file import YEAR


async def test_a_loaded_year_fixes_its_deadlines_and_a_region_has_days_of_its_own(
    staff: Staff, begin_work: BeginWork
) -> None:
    region = staff.place.region_path
    closed = {
        "region": staff.region_code,
        "document": "台风停工",
        "rest": ["2027-01-05"],
        "worked": ["2027-01-01"],
    }
    async with begin_work(staff.system) as work:

        async def third_day() -> Deadline:
            calendar = await work.calendars.of_region(region)
            return calendar.deadline(date(2026, 12, 30), 3, DayUnit.WORKING)

        assert await third_day() == Deadline(day=date(2027, 1, 4), provisional=True)
        assert await load_calendar(work, parse_calendar(YEAR)) == 5
        # the 31st, then Monday the 4th and the 5th, since New Year's Day rests
        assert await third_day() == Deadline(day=date(2027, 1, 5), provisional=False)
        with pytest.raises(Refusal) as refused:
            await load_calendar(work, parse_calendar(YEAR))
        assert refused.value.code == "calendar_year_loaded"
        assert await load_calendar(work, parse_calendar(closed)) == 2
        assert await third_day() == Deadline(day=date(2027, 1, 4), provisional=False)
        opened = closed | {"rest": [], "worked": ["2027-01-05"]}
        await load_calendar(work, parse_calendar(opened))
        nation = await work.calendars.of_region("/")
        here = await work.calendars.of_region(region)
        assert here.is_working(date(2027, 1, 5))
        assert (here.is_working(date(2027, 1, 1)), nation.is_working(date(2027, 1, 1))) == (
            True,
            False,
        )
