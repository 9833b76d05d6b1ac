"""Codes of corrections, time limits and the year's quota."""

from datetime import UTC, datetime

from domain.policy.overlay import Quota
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes
from tests.overlays import overlaid_everywhere

NOTICE: Json = {"items": [{"pointer": "/roster/0", "text": "合同缺签字", "todo": "更换合同"}]}
PAUSE: Json = {"cause": "site_check", "reason": "赴企业现场核查"}


async def returned(desk: Desk) -> str:
    """A filing returned for correction, at version 3."""
    filing_id = await road.submitted(desk)
    path = {"filing_id": filing_id}
    await desk.done("ReturnFiling", "handler", path=path, version=2, body=NOTICE)
    return filing_id


@provokes("correction_notice_faulty", "correction_item_empty", "correction_code_unknown")
async def a_notice_that_says_nothing(desk: Desk) -> Ask:
    item = {"pointer": "/roster/0", "todo": "更换合同"}
    body = {"items": [item, item | {"code": "no_such_code"}]}
    path = {"filing_id": await road.submitted(desk)}
    return desk.ask("ReturnFiling", "handler", path=path, version=2, body=body)


@provokes("later_notice_unexplained")
async def a_second_notice_without_a_reason(desk: Desk) -> Ask:
    path = {"filing_id": await returned(desk)}
    await desk.done("SubmitFiling", "filer", path=path, version=3)
    return desk.ask("ReturnFiling", "handler", path=path, version=4, body=NOTICE)


@provokes("correction_overdue")
async def a_correction_after_its_day(desk: Desk) -> Ask:
    path = {"filing_id": await returned(desk)}
    desk.clock.at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    return desk.ask("SubmitFiling", "filer", path=path, version=3)


@provokes("clock_not_running")
async def a_pause_of_the_enterprises_limit(desk: Desk) -> Ask:
    path = {"case_id": await returned(desk)}
    return desk.ask("PauseClock", "handler", path=path, version=3, body=PAUSE)


@provokes("clock_paused")
async def a_second_pause(desk: Desk) -> Ask:
    path = {"case_id": await road.submitted(desk)}
    await desk.done("PauseClock", "handler", path=path, version=2, body=PAUSE)
    return desk.ask("PauseClock", "handler", path=path, version=3, body=PAUSE)


@provokes("clock_not_paused")
async def an_end_without_a_pause(desk: Desk) -> Ask:
    path = {"case_id": await road.submitted(desk)}
    return desk.ask("ResumeClock", "handler", path=path, version=2, body=PAUSE)


@provokes("quota_exceeded", "quota_people_exceeded", "quota_share_exceeded")
async def more_people_than_the_years_quota(desk: Desk) -> Ask:
    quota = Quota(people_per_year=1, max_enterprise_basis_points=10_000)
    client = await desk.in_ports(begin_work=overlaid_everywhere(desk.house.begin_work, quota=quota))
    body = road.listing("名额一号", (await road.reviewed(desk), 4))
    return desk.ask("ListFilings", "approver", body=body, client=client)
