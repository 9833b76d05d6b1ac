"""Prepayments that no enterprise asks for: the system opens them when they are due, and people decide them. (PAY-05)"""

import pytest

from jobs.schedule import SCHEDULES
from service.application.deadlines import lapse_filings
from service.application.prepayment_opening import ask_to_open_due
from tests.integration.api import road, year_road
from tests.integration.api.desk import Desk
from tests.integration.api.refusing import refused
from tests.integration.api.year_road import Years

NEXT_DAY = "2026-02-04"


async def _unasked(desk: Desk, **how: object) -> Years:
    return await year_road.listed_for_years(desk, on_request=False, **how)  # type: ignore[arg-type]


async def _periods(years: Years) -> list[tuple[int, str]]:
    return [(one["period"], one["case"]["state"]) for one in await years.prepayments()]


async def _decided(years: Years) -> None:
    """The bureau reviews and approves the latest."""
    path = {"prepayment_id": (await years.prepayments())[-1]["case"]["id"]}
    for operation_id, person in (
        ("ReviewPrepayment", "handler"),
        ("ApprovePrepayment", "approver"),
    ):
        version = await road.version_of(years.desk, "GetPrepayment", **path)
        await years.desk.done(operation_id, person, path=path, version=version, body={})


async def _due(years: Years, day: str) -> int:
    """How many jobs the day adds for the place."""
    year_road.at(years.desk, day)
    staff = years.desk.staff
    async with years.desk.house.begin_work(staff.system) as work:
        return await ask_to_open_due(work, place_id=staff.place.id, on=work.today)


def test_every_day_looks_for_prepayments_that_are_due() -> None:
    assert "open_prepayments" in {schedule.kind for schedule in SCHEDULES}


async def test_listing_opens_the_first_and_each_years_first_day_the_next(desk: Desk) -> None:
    years = await _unasked(desk)
    assert await _periods(years) == []
    await years.desk.idle()
    (shown,) = await years.prepayments()
    assert (shown["period"], shown["people"], shown["amount_fen"]) == (1, 3, 900_000)
    path = {"prepayment_id": shown["case"]["id"]}
    (step,) = (await years.desk.done("GetPrepaymentHistory", "filer", path=path))["steps"]
    assert (step["from_state"], step["duty"], step["account_name"]) == ("new", "system", "system")

    await _decided(years)
    await road.opened(years.desk, years.filing_id)
    await years.desk.idle()
    await year_road.day_passes(years.desk, "2027-02-02")
    assert await _periods(years) == [(1, "approved")]
    await year_road.day_passes(years.desk, year_road.SECOND_YEAR)
    assert await _periods(years) == [(1, "approved"), (2, "requested")]
    await _decided(years)
    assert await _due(years, "2027-02-04") == 0, "no third in two years"


async def test_what_waits_for_the_opening_report_is_opened_by_it(desk: Desk) -> None:
    years = await _unasked(desk, condition="training_started")
    await years.desk.idle()
    assert await _periods(years) == []
    await road.opened(years.desk, years.filing_id)
    await years.desk.idle()
    assert await _periods(years) == [(1, "requested")]


async def test_the_next_waits_for_the_decision_before_it_and_comes_a_day_later(desk: Desk) -> None:
    years = await _unasked(desk)
    await years.desk.idle()
    await road.opened(years.desk, years.filing_id)
    assert await _due(years, year_road.SECOND_YEAR) == 0
    await _decided(years)
    assert await _due(years, "2027-02-04") == 1
    await year_road.day_passes(years.desk, "2027-02-04")
    assert await _periods(years) == [(1, "approved"), (2, "requested")]


async def test_every_filing_that_is_due_has_a_job_of_its_own(desk: Desk) -> None:
    years = await _unasked(desk)
    await road.listed(years.desk, filed_months=24, target_grade=3)
    assert await _due(years, NEXT_DAY) == 2
    await years.desk.idle()
    assert await _due(years, NEXT_DAY) == 0
    found = (await years.desk.done("ListPrepayments", "filer"))["items"]
    assert [(one["period"], one["case"]["state"]) for one in found] == [(1, "requested")] * 2


async def test_a_hold_puts_it_off_until_it_is_lifted(desk: Desk) -> None:
    years = await _unasked(desk)
    hold_id = await road.imposed(years.desk, "filing", years.filing_id)
    await years.desk.idle()
    assert await _periods(years) == []
    await road.lifted_by_review(years.desk, hold_id)
    await year_road.day_passes(years.desk, NEXT_DAY)
    assert await _periods(years) == [(1, "requested")]


async def test_an_enterprise_may_still_ask_and_the_system_opens_no_second_one(desk: Desk) -> None:
    years = await _unasked(desk)
    await road.prepayment_requested(years.desk, years.filing_id)
    await years.desk.idle()
    await year_road.day_passes(years.desk, NEXT_DAY)
    assert await _periods(years) == [(1, "requested")]
    path = {"prepayment_id": (await years.prepayments())[0]["case"]["id"]}
    (step,) = (await years.desk.done("GetPrepaymentHistory", "filer", path=path))["steps"]
    assert step["duty"] == "file"


async def test_an_enterprise_gives_up_what_the_system_opened(desk: Desk) -> None:
    years = await _unasked(desk, filed_months=12)
    await years.desk.idle()
    path = {"prepayment_id": (await years.prepayments())[0]["case"]["id"]}
    await years.desk.done("CancelPrepayment", "filer", path=path, version=1, body={})
    assert await _due(years, NEXT_DAY) == 0
    await refused(years.desk, years.ask(), "prepayment_exists")


@pytest.mark.parametrize("how", [{"on_request": True}, {"share_basis_points": 0}])
async def test_nothing_is_opened_where_it_is_asked_for_or_nothing_is_prepaid(
    desk: Desk, how: dict[str, object]
) -> None:
    years = await year_road.listed_for_years(desk, **{"on_request": False} | how)  # type: ignore[arg-type]
    await years.desk.idle()
    assert await _due(years, NEXT_DAY) == 0
    assert await _periods(years) == []


async def test_it_lapses_with_a_filing_whose_training_never_began(desk: Desk) -> None:
    years = await _unasked(desk)
    await years.desk.idle()
    year_road.at(years.desk, "2026-06-01")
    staff = years.desk.staff
    async with years.desk.house.begin_work(staff.system) as work:
        assert await lapse_filings(work, place_id=staff.place.id, on=work.today) == 1
        await work.commit()
    assert await _periods(years) == [(1, "cancelled")]
    path = {"prepayment_id": (await years.prepayments())[0]["case"]["id"]}
    steps = (await years.desk.done("GetPrepaymentHistory", "filer", path=path))["steps"]
    assert [(step["to_state"], step["duty"]) for step in steps] == [
        ("requested", "system"),
        ("cancelled", "system"),
    ]
