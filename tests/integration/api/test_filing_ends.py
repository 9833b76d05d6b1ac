"""Corrections, time limits, reminders, step times and the guide over HTTP."""

from datetime import UTC, date, datetime

import pytest

from adapters.postgres.jobs import PostgresLeases, PostgresSchedules
from domain.policy.overlay import Limit, Quota
from jobs.handlers import handlers
from jobs.schedule import SCHEDULES
from jobs.worker import Worker
from service.application.jobs import job_of_period, open_due_periods, replay_job
from tests.fakes.messages import FakeMessages
from tests.integration.api import road
from tests.integration.api.desk import Desk, House, Json
from tests.integration.api.probes_ends import NOTICE, PAUSE, returned
from tests.overlays import overlaid_everywhere

GROUNDS: Json = {"reason": "不在目录内", "rule": "通人社职〔2019〕15号", "clause": "第三条"}


class DailyPorts:
    """What a worker that keeps schedules is given."""

    def __init__(self, house: House) -> None:
        self.begin_work = house.begin_work
        self.leases = PostgresLeases(house.engine)
        self.schedules = PostgresSchedules(house.engine)
        self.doorbell = house.ports.doorbell


async def test_a_returned_filing_is_corrected_and_submitted_again(desk: Desk) -> None:
    filing_id = await returned(desk)
    path = {"filing_id": filing_id}
    (notice,) = (await desk.done("GetCorrectionNotices", "filer", path=path))["items"]
    # the second of February 2026 and ten working days: to Saturday the 14th, which is worked
    assert (notice["served_on"], notice["due_on"], notice["provisional"]) == (
        "2026-02-02",
        "2026-02-14",
        False,
    )
    assert notice["items"] == [{"code": None, **NOTICE["items"][0]}]
    plan = road.plan(desk, people=1)
    for name in ("region_code", "submit", "documents"):
        del plan[name]
    plan["class_name"] = "更正后的班"
    tried = await desk.done(
        "CorrectFiling", "filer", path=path, version=3, body=plan, query="dry_run=true"
    )
    assert tried["class_name"] == "更正后的班"
    done = await desk.done("CorrectFiling", "filer", path=path, version=3, body=plan)
    assert (done["people"], done["roster_version"], done["case"]["version"]) == (1, 2, 4)
    again = await desk.done("SubmitFiling", "filer", path=path, version=4)
    assert again["case"]["state"] == "submitted"


async def test_a_filing_is_sent_back_refused_and_its_people_are_free(desk: Desk) -> None:
    someone = road.person()
    path = {"filing_id": await road.reviewed(desk, roster=[someone])}
    await desk.done("SendBackFiling", "approver", path=path, version=4, body={"reason": "请核实"})
    review = {"reason": "职业不在目录", "advice": "refuse"}
    seen = await desk.done("ReviewFiling", "handler", path=path, version=5, body=review)
    assert seen["remark"] == "refuse"
    done = await desk.done("RefuseFiling", "approver", path=path, version=6, body=GROUNDS)
    assert (done["case"]["state"], done["case"]["next_steps"]) == ("refused", [])
    *_, step = (await desk.done("GetFilingHistory", "filer", path=path))["steps"]
    assert (step["reason"], step["clause"]) == ("不在目录内", "通人社职〔2019〕15号 第三条")
    other = {"filing_id": await road.submitted(desk, roster=[someone])}
    await desk.done("WithdrawFiling", "filer", path=other, version=2)
    await road.submitted(desk, roster=[someone])


async def test_a_listed_filing_is_terminated(desk: Desk) -> None:
    path = {"filing_id": await road.listed(desk)}
    body = GROUNDS | {"ground": "request"}
    done = await desk.done("TerminateFiling", "approver", path=path, version=5, body=body)
    assert (done["case"]["state"], done["remark"]) == ("terminated", "request")
    # a blank is no clause
    blank = await desk.send(
        desk.ask("RefuseFiling", "approver", path=path, version=6, body=GROUNDS | {"clause": " "})
    )
    assert blank.json()["code"] == "body_invalid"


async def clocks(desk: Desk, query: str = "") -> list[Json]:
    """The waiting cases of the place."""
    found = await desk.done("ListClocks", "handler", query=query)
    items: list[Json] = found["items"]
    return items


async def test_what_waits_is_shown_with_its_last_day_and_pauses_do_not_count(desk: Desk) -> None:
    filing_id = await road.submitted(desk)
    draft = await desk.done("CreateFiling", "filer", body=road.plan(desk, submit=False))
    assert (await desk.done("GetClock", "filer", path={"case_id": draft["case"]["id"]}))[
        "clock"
    ] is None
    (one,) = await clocks(desk)
    assert (one["case"]["id"], one["kind"]) == (filing_id, "filing")
    assert one["clock"] == {
        "limit": "accept",
        "working_days": 5,
        "started_on": "2026-02-02",
        "used": 0,
        "left": 5,
        "due_on": "2026-02-09",
        "provisional": False,
        "paused": False,
        "overdue": False,
    }
    path = {"case_id": filing_id}
    desk.clock.at = datetime(2026, 2, 4, 1, tzinfo=UTC)
    await desk.done("PauseClock", "handler", path=path, version=2, body=PAUSE)
    desk.clock.at = datetime(2026, 2, 6, 1, tzinfo=UTC)
    resumed = await desk.done("ResumeClock", "handler", path=path, version=3, body=PAUSE)
    assert (resumed["clock"]["used"], resumed["clock"]["due_on"]) == (2, "2026-02-11")
    assert await clocks(desk, "overdue=true") == []
    desk.clock.at = datetime(2026, 2, 12, 1, tzinfo=UTC)
    assert [item["case"]["id"] for item in await clocks(desk, "overdue=true")] == [filing_id]
    assert await clocks(desk, "overdue=false") == []
    assert await clocks(desk, "kind=settlement") == []
    await road.submitted(desk, starts_on="2026-03-03")
    first = await desk.done("ListClocks", "handler", query="page_size=1")
    assert len(first["items"]) == 1
    second = await desk.done(
        "ListClocks", "handler", query=f"page_size=1&cursor={first['next_cursor']}"
    )
    assert (len(second["items"]), second["next_cursor"]) == (1, None)


async def test_step_times_are_told_with_pauses_apart(desk: Desk) -> None:
    """Shows PAY-19."""
    filing_id = await road.submitted(desk)
    path = {"case_id": filing_id}
    desk.clock.at = datetime(2026, 2, 3, 1, tzinfo=UTC)
    await desk.done("PauseClock", "handler", path=path, version=2, body=PAUSE)
    desk.clock.at = datetime(2026, 2, 6, 1, tzinfo=UTC)
    await desk.done("AcceptFiling", "handler", path={"filing_id": filing_id}, version=3)
    query = "from=2026-02-06&to=2026-02-06"
    told = await desk.done("GetStepTimes", "handler", query=query)
    (one,) = told["items"]
    del one["place_id"]
    assert one == {
        "kind": "filing",
        "from_state": "submitted",
        "to_state": "accepted",
        "count": 1,
        "median": 1,
        "p90": 1,
        "longest": 1,
        "paused_median": 3,
        "paused_longest": 3,
    }
    earlier = await desk.done("GetStepTimes", "handler", query="from=2026-02-01&to=2026-02-05")
    assert [row["to_state"] for row in earlier["items"]] == ["submitted"]
    ever = await desk.done("GetStepTimes", "handler", query="from=0001-01-01&to=9999-12-31")
    assert [row["to_state"] for row in ever["items"]] == ["submitted", "accepted"]


async def test_the_daily_jobs_end_what_is_overdue_and_a_replayed_day_changes_nothing(
    desk: Desk,
) -> None:
    returned_id = await returned(desk)
    listed_id = await road.listed(desk)
    desk.clock.at = datetime(2026, 6, 1, 1, tzinfo=UTC)
    house = desk.house
    rig = DailyPorts(house)
    done_by = handlers(
        5000, FakeMessages(), house.ports.documents, house.real_names, house.register
    )
    worker = Worker(rig, done_by, schedules=SCHEDULES, jitter=lambda: 0)

    async def states() -> list[str]:
        shown = [
            await desk.done("GetFiling", "filer", path={"filing_id": one})
            for one in (returned_id, listed_id)
        ]
        return [one["case"]["state"] for one in shown]

    now = desk.clock.at
    await open_due_periods(SCHEDULES, schedules=rig.schedules, now=now, doorbell=rig.doorbell)
    await worker.run_until_idle()
    assert await states() == ["withdrawn", "lapsed"]
    (reminder,) = (await desk.done("ListReminders", "filer"))["items"]
    assert (reminder["filing_id"], reminder["about"]) == (listed_id, "start_overdue")
    before = await desk.done("GetFilingHistory", "filer", path={"filing_id": listed_id})
    for schedule in SCHEDULES:
        job_id = await job_of_period(schedule.name, date(2026, 6, 1), schedules=rig.schedules)
        await replay_job(
            job_id, desk.staff.system, begin_work=house.begin_work, doorbell=rig.doorbell
        )
    await worker.run_until_idle()
    after = await desk.done("GetFilingHistory", "filer", path={"filing_id": listed_id})
    assert after == before
    assert len((await desk.done("ListReminders", "filer"))["items"]) == 1


async def test_a_dry_submission_warns_of_the_years_quota(desk: Desk) -> None:
    quota = Quota(people_per_year=1, max_enterprise_basis_points=10_000)
    client = await desk.in_ports(begin_work=overlaid_everywhere(desk.house.begin_work, quota=quota))
    ask = desk.ask(
        "CreateFiling", "filer", body=road.plan(desk), query="dry_run=true", client=client
    )
    told = (await desk.send(ask)).json()
    assert [one["code"] for one in told["warnings"]] == [
        "quota_people_exceeded",
        "quota_share_exceeded",
    ]
    filing_id = await road.submitted(desk)
    path = {"filing_id": filing_id}
    unlimited = await desk.done("GetFilingQuota", "handler", path=path)
    assert (unlimited["people"], unlimited["people_left"], unlimited["warnings"]) == (2, None, [])


async def test_the_guide_is_public_in_both_forms_and_may_be_kept(desk: Desk) -> None:
    """Shows SUP-11."""
    path = {"region_code": desk.staff.region_code}
    as_data = await desk.send(desk.ask("GetServiceGuide", None, path=path))
    told = as_data.json()
    assert as_data.headers["cache-control"] == "public, max-age=300"
    assert as_data.headers["vary"] == "Accept"
    assert told["standard"]["document"] == "通人社职〔2019〕15号"
    assert [(one["grade"], one["amount_fen"]) for one in told["rates"]] == [
        (4, 400_000),
        (3, 500_000),
        (2, 600_000),
        (1, 800_000),
    ]
    assert {one["mode"]["zh"] for one in told["documents"]} == {
        "各种培训方式",
        "与培训机构合作的",
    }
    accept = next(one for one in told["steps"] if one["limit"] == "accept")
    assert (accept["working_days"], accept["label"]["zh"]) == (5, "〔自定，无文件出处〕")
    by_step = {one["limit"]: one for one in told["steps"]}
    assert set(by_step) == set(Limit)
    start = by_step["voucher_start"]
    assert (start["by"]["zh"], start["working_days"]) == ("人社部门", 5)
    assert by_step["voucher_correction"]["by"]["zh"] == "培训机构或劳动者"
    assert told["notice"]["zh"] == "本地区不设公示环节。"
    ahead = (
        "At most 50% of one year is prepaid, once the plan is listed, on the enterprise's request;"
    )
    assert any(rule["en"].startswith(ahead) for rule in told["rules"])
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = await desk.send(desk.ask("GetServiceGuide", None, path=path), Accept=browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for said in (
        "4 000.00 元",
        "Time limits",
        "培训券开班核验",
        "通人社职〔2019〕15号",
        "一次性告知",
    ):
        assert said in page.text
    nowhere = await desk.send(desk.ask("GetServiceGuide", None, path={"region_code": "99"}))
    assert (nowhere.status_code, nowhere.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0, application/json;q=0"])
async def test_the_guide_comes_in_no_other_form(desk: Desk, accept: str) -> None:
    path = {"region_code": desk.staff.region_code}
    answer = await desk.send(desk.ask("GetServiceGuide", None, path=path), Accept=accept)
    assert answer.status_code == 406
