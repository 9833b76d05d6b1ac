"""The year's quota at listing: nobody beyond it, however many list at once."""

import asyncio

import pytest

from domain.calendar import DayUnit
from domain.errors import Refusal
from domain.filing import Filing
from domain.policy.overlay import NoticeNames, NoticeOf, NoticeRule, Quota
from domain.ports.work import BeginWork
from service.application import filing
from service.application.filing import ListedFiling
from service.application.quota import quota_of_filing
from service.application.service_guide import guide_of
from tests import road
from tests.overlays import overlaid_everywhere
from tests.people import Staff


async def list_in_one(begin: BeginWork, staff: Staff, number: str, *filings: Filing) -> None:
    """List filings in one decision."""
    await road.act(
        begin,
        staff.approver,
        lambda work: filing.list_filings(
            work,
            document_number=number,
            filings=tuple(
                ListedFiling(filing_id=one.case.id, version=one.case.version) for one in filings
            ),
            reason="",
        ),
    )


async def test_a_decision_lists_nobody_beyond_the_quota_and_names_what_is_left(
    staff: Staff, begin_work: BeginWork
) -> None:
    begin = overlaid_everywhere(
        begin_work, quota=Quota(people_per_year=5, max_enterprise_basis_points=8000)
    )
    two, one, three = [await road.reviewed(begin, staff, people=n) for n in (2, 1, 3)]
    with pytest.raises(Refusal) as refused:
        await list_in_one(begin, staff, "一号", two, one, three)
    # five people in all, four of one enterprise: three are listed before the last filing's three
    assert refused.value.code == "quota_exceeded"
    assert [(f.pointer, f.code, f.values) for f in refused.value.faults] == [
        ("/filings/2", "quota_people_exceeded", {"left": 2, "people": 3}),
        ("/filings/2", "quota_share_exceeded", {"left": 1, "people": 3}),
    ]
    await list_in_one(begin, staff, "一号", two, one)
    async with begin(staff.handler) as work:
        standing = await quota_of_filing(work, filing_id=three.case.id)
    assert (standing.people, standing.left.people_left, standing.left.share_left) == (3, 2, 1)
    assert [fault.code for fault in standing.warnings] == [
        "quota_people_exceeded",
        "quota_share_exceeded",
    ]


async def test_two_listings_at_once_do_not_exceed_the_quota(
    staff: Staff, begin_work: BeginWork
) -> None:
    begin = overlaid_everywhere(begin_work, quota=Quota(people_per_year=3))
    filings = [await road.reviewed(begin, staff, people=2) for _ in range(2)]
    ends = await asyncio.gather(
        *(list_in_one(begin, staff, f"{n}号", one) for n, one in enumerate(filings)),
        return_exceptions=True,
    )
    refused = [end for end in ends if isinstance(end, Refusal)]
    assert [end.code for end in refused] == ["quota_exceeded"]
    assert ends.count(None) == 1


async def test_the_guide_tells_a_regions_notice(staff: Staff, begin_work: BeginWork) -> None:
    rules = (
        (DayUnit.CALENDAR, False, NoticeNames.ENTERPRISES, "7 个自然日，首日不计入"),
        (DayUnit.WORKING, True, NoticeNames.PEOPLE, "7 个工作日，首日计入"),
    )
    for unit, first, names, said in rules:
        notice = NoticeRule(
            of=frozenset({NoticeOf.LISTING, NoticeOf.SETTLEMENT}),
            days=7,
            unit=unit,
            first_day_counts=first,
            names=names,
        )
        async with overlaid_everywhere(begin_work, notice=notice)(staff.filer) as work:
            guide = await guide_of(work, region_code=staff.region_code)
        assert said in guide.notice.zh
        assert guide.notice.zh.startswith("列入计划、结算前公示")
        assert ("脱敏" in guide.notice.zh) == (names is NoticeNames.PEOPLE)
