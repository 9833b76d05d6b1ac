"""Codes of notices, objections, manual findings, holds and review requests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.calendar import DayUnit
from tests.integration.api import road
from tests.integration.api.desk import FILED, Ask, Desk, Json
from tests.integration.api.probe import provokes
from tests.overlays import LISTING, QIDONG, noticed


async def _verified(desk: Desk, *, at: datetime = road.SETTLES, **found: str) -> tuple[str, str]:
    """A verified settlement of one person, submitted about an instant; and that person."""
    desk.begin_again()
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    (one,) = await road.completed(desk, filing_id)
    desk.clock.at = at
    await road.loaded(desk, road.registered(one, someone, **found))
    return await road.verified(desk, filing_id, road.declaration(one)), one


async def _reviewed(desk: Desk, *, at: datetime = road.SETTLES) -> str:
    settlement_id, _ = await _verified(desk, at=at)
    await road.signed_review(desk, settlement_id)
    return settlement_id


async def _running(desk: Desk) -> tuple[str, str]:
    """A running notice over one settlement, which comes first."""
    desk.under(*noticed())
    settlement_id = await _reviewed(desk)
    return settlement_id, await road.published(desk, settlement_id)


def _prepare(desk: Desk, *settlement_ids: str) -> Ask:
    body = {"settlement_ids": list(settlement_ids)}
    return desk.ask("PrepareNotice", "handler", body=body)


async def _approval(desk: Desk, settlement_id: str) -> Ask:
    version = await road.settlement_version(desk, settlement_id)
    path = {"settlement_id": settlement_id}
    return desk.ask("ApproveSettlement", "approver", path=path, version=version, body={})


@provokes("notice_faulty", "settlement_named_twice")
async def a_settlement_named_twice(desk: Desk) -> Ask:
    one = "0192f0c4-7c1e-7000-8000-000000000001"
    return _prepare(desk, one, one)


@provokes(
    "notice_faulty",
    "settlement_on_notice",
    "settlement_not_reviewed",
    "notice_not_asked",
    "notice_rule_differs",
)
async def settlements_that_cannot_be_on_one_notice(desk: Desk) -> Ask:
    longer = replace(QIDONG, days=9)
    desk.under(
        *noticed(since=date(2027, 4, 3)),
        *noticed(longer, since=date(2027, 5, 1)),
    )
    not_asked = await _reviewed(desk)
    on_notice = await _reviewed(desk, at=datetime(2027, 4, 5, 1, tzinfo=UTC))
    await road.prepared(desk, on_notice)
    unreviewed, _ = await _verified(desk, at=datetime(2027, 4, 5, 1, tzinfo=UTC))
    differs = await _reviewed(desk, at=datetime(2027, 5, 3, 1, tzinfo=UTC))
    return _prepare(desk, on_notice, unreviewed, not_asked, differs)


@provokes("notice_faulty", "notice_of_one_kind")
async def a_notice_over_nothing(desk: Desk) -> Ask:
    return _prepare(desk)


@provokes("notice_faulty", "filing_named_twice")
async def a_filing_named_twice(desk: Desk) -> Ask:
    one = "0192f0c4-7c1e-7000-8000-000000000001"
    return desk.ask("PrepareNotice", "handler", body={"filing_ids": [one, one]})


@provokes("notice_faulty", "filing_on_notice", "filing_not_reviewed", "filing_not_advised")
async def filings_that_cannot_be_on_one_notice(desk: Desk) -> Ask:
    desk.under(*noticed(LISTING))
    on_notice = await road.reviewed(desk)
    await road.filings_prepared(desk, on_notice)
    unreviewed = await road.submitted(desk)
    unadvised = await road.submitted(desk)
    path = {"filing_id": unadvised}
    await desk.done("AcceptFiling", "handler", path=path, version=2)
    advice = {"advice": "refuse"}
    await desk.done("ReviewFiling", "handler", path=path, version=3, body=advice)
    body = {"filing_ids": [on_notice, unreviewed, unadvised]}
    return desk.ask("PrepareNotice", "handler", body=body)


@provokes("listing_faulty", "notice_required", "objection_open", "objection_upheld")
async def filings_that_are_not_to_be_listed_yet(desk: Desk) -> Ask:
    desk.under(*noticed(LISTING))
    unnoticed, waiting, upheld = [await road.reviewed(desk) for _ in range(3)]
    notice_id = await road.filings_published(desk, waiting, upheld)
    await road.objected(desk, notice_id, item_no=1)
    path = {"objection_id": await road.objected(desk, notice_id, item_no=2)}
    ruling = {"reason": "经核查"}
    await desk.done("ExamineObjection", "handler", path=path, version=1, body={})
    await desk.done("UpholdObjection", "approver", path=path, version=2, body=ruling)
    again = {"filing_id": upheld}
    version = await road.version_of(desk, "GetFiling", **again)
    await desk.done("ReviewFiling", "handler", path=again, version=version, body={})
    await road.ended(desk)
    named = [
        (one, await road.version_of(desk, "GetFiling", filing_id=one))
        for one in (unnoticed, waiting, upheld)
    ]
    body = road.listing(f"试人社〔2026〕{unnoticed}号", *named)
    return desk.ask("ListFilings", "approver", body=body)


@provokes("notice_beyond_calendar")
async def a_notice_that_ends_beyond_the_calendar(desk: Desk) -> Ask:
    desk.under(*noticed(replace(QIDONG, unit=DayUnit.WORKING)))
    notice_id = await road.prepared(desk, await _reviewed(desk))
    path = {"notice_id": notice_id}
    return desk.ask("PublishNotice", "approver", path=path, version=1, body={})


@provokes("notice_required")
async def an_approval_without_a_notice(desk: Desk) -> Ask:
    desk.under(*noticed())
    return await _approval(desk, await _reviewed(desk))


@provokes("notice_taken_down")
async def a_notice_that_is_over(desk: Desk) -> Ask:
    _, notice_id = await _running(desk)
    desk.clock.at += timedelta(days=8)
    return desk.ask("GetNotice", None, path={"notice_id": notice_id})


@provokes("objection_faulty", "item_unknown")
async def an_objection_to_no_item(desk: Desk) -> Ask:
    _, notice_id = await _running(desk)
    path = {"notice_id": notice_id}
    return desk.ask("ObjectToNotice", None, path=path, body=road.objection(item_no=2))


@provokes("objection_faulty", "line_unknown")
async def an_objection_to_nobody(desk: Desk) -> Ask:
    _, notice_id = await _running(desk)
    path = {"notice_id": notice_id}
    return desk.ask("ObjectToNotice", None, path=path, body=road.objection(line_no=2))


@provokes("objection_open")
async def an_approval_while_an_objection_is_open(desk: Desk) -> Ask:
    settlement_id, notice_id = await _running(desk)
    await road.objected(desk, notice_id)
    await road.ended(desk)
    return await _approval(desk, settlement_id)


def _proposal(desk: Desk, settlement_id: str, seen: Json) -> Ask:
    body = {
        "declaration_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "result": "not_found",
        "seen": seen,
    }
    path = {"settlement_id": settlement_id}
    return desk.ask("ProposeManualFinding", "handler", path=path, body=body)


@provokes("sighting_faulty", "seen_in_the_future")
async def a_certificate_seen_tomorrow(desk: Desk) -> Ask:
    settlement_id, _ = await _verified(desk)
    finding_id = await road.proposed(desk, settlement_id)
    tomorrow = (desk.clock.at + timedelta(days=1)).isoformat()
    return desk.ask(
        "ConfirmManualFinding",
        "releaser",
        path={"manual_finding_id": finding_id},
        version=1,
        body={"seen": road.seen(desk, seen_at=tomorrow)},
    )


@provokes("body_invalid", "not_an_instant")
async def a_time_without_a_date(desk: Desk) -> Ask:
    nothing = "0192f0c4-7c1e-7000-8000-000000000001"
    return _proposal(desk, nothing, road.seen(desk, seen_at="09:30"))


@provokes("nothing_to_excuse")
async def a_match_excused(desk: Desk) -> Ask:
    settlement_id, one = await _verified(desk)
    return desk.ask(
        "ExcuseDeclaration",
        "handler",
        path={"settlement_id": settlement_id},
        version=await road.settlement_version(desk, settlement_id),
        body={"enrolment_id": one, "reason": "抄写漏位"},
    )


@provokes("on_hold")
async def a_prepayment_during_a_hold(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    await road.imposed(desk, "enterprise", str(desk.staff.enterprise.id))
    return desk.ask("RequestPrepayment", "filer", body={"filing_id": filing_id})


@provokes("hold_faulty", "review_day_past")
async def a_hold_reviewed_yesterday(desk: Desk) -> Ask:
    yesterday = (FILED - timedelta(days=1)).date().isoformat()
    enterprise_id = str(desk.staff.enterprise.id)
    body = road.hold_on("enterprise", enterprise_id, review_on=yesterday)
    return desk.ask("ProposeHold", "handler", body=body)


def _review(desk: Desk, hold_id: str) -> Ask:
    body = {"hold_id": hold_id, "statement": "请予复核"}
    return desk.ask("RequestReview", "filer", body=body)


@provokes("nothing_to_review")
async def a_review_of_what_was_lifted(desk: Desk) -> Ask:
    hold_id = await road.imposed(desk, "enterprise", str(desk.staff.enterprise.id))
    await road.lifted_by_review(desk, hold_id)
    return _review(desk, hold_id)


@provokes("review_too_late")
async def a_review_asked_for_too_late(desk: Desk) -> Ask:
    hold_id = await road.imposed(desk, "enterprise", str(desk.staff.enterprise.id))
    desk.clock.at += timedelta(days=120)
    return _review(desk, hold_id)


@provokes("review_already_requested")
async def a_review_asked_for_twice(desk: Desk) -> Ask:
    hold_id = await road.imposed(desk, "enterprise", str(desk.staff.enterprise.id))
    assert (await desk.send(_review(desk, hold_id))).is_success
    return _review(desk, hold_id)


@provokes("too_many_objections")
async def one_objection_more_than_an_item_takes(desk: Desk) -> Ask:
    _, notice_id = await _running(desk)
    for _ in range(20):
        await road.objected(desk, notice_id)
    path = {"notice_id": notice_id}
    return desk.ask("ObjectToNotice", None, path=path, body=road.objection())
