"""Notice use cases (公示): prepared by the reviewer, published by the approver, ended by the day.

Locks are taken in one order everywhere: settlements, then the notice. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.notice import (
    Notice,
    PublicNotice,
    check_named_once,
    covered,
    last_day,
    published_items,
)
from domain.policy.overlay import NoticeOf, NoticeRule
from domain.ports.clock import day_in_china
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application.budget import own_place
from service.application.cases import open_case, sign
from service.application.hold import check_reason

END_NOTICE: Final = "end_notice"
"""The job that ends a notice after its last day; its ref is the notice."""

_DUE_MAX: Final = 10_000
"""Notices ended in one day; what is left ends on the next."""


async def notice_rule_of(work: Work, settlement: Settlement) -> NoticeRule | None:
    """Return the notice that the additions in force at submission ask for, if any (CASES 2)."""
    if settlement.submitted_at is None:
        return None
    on = day_in_china(settlement.submitted_at)
    rule = (await work.policies.overlay(settlement.case.region_path, on)).notice
    return rule if rule is not None and NoticeOf.SETTLEMENT in rule.of else None


async def prepare_notice(work: Work, *, settlement_ids: Sequence[UUID], reason: str = "") -> Notice:
    """Prepare a notice over reviewed settlements of the actor's place.

    Refuses `notice_faulty` with every fault located in `/settlement_ids`, `not_found`.
    """
    place = await own_place(work)
    check_named_once(settlement_ids)
    cases = await work.cases.lock_many(CaseKind.SETTLEMENT, settlement_ids)
    if any(case.place_id != place.id for case in cases):
        raise Refusal("not_found")
    running = await work.notices.running_over(settlement_ids)
    first: NoticeRule | None = None
    faults = []
    for n, case in enumerate(cases):
        where = f"/settlement_ids/{n}"
        rule = await notice_rule_of(work, await work.settlements.get(case))
        first = first or rule
        if case.id in running:
            faults.append(Fault(where, "settlement_on_notice"))
        elif case.state != "reviewed":
            faults.append(Fault(where, "settlement_not_reviewed", {"state": case.state}))
        elif rule is None:
            faults.append(Fault(where, "notice_not_asked"))
        elif rule != first:
            faults.append(Fault(where, "notice_rule_differs"))
    if faults:
        raise Refusal("notice_faulty", faults=tuple(faults), count=len(faults))
    assert first is not None
    case = await open_case(
        work,
        CaseKind.NOTICE,
        place,
        event="prepare",
        org_id=place.bureau_org_id,
        reason=reason,
        facts={"settlements": len(cases), "days": first.days, "unit": first.unit.value},
    )
    notice = Notice(
        case=case, rule=first, starts_on=None, ends_on=None, settlements=tuple(settlement_ids)
    )
    await work.notices.add(notice)
    return notice


async def publish_notice(work: Work, *, notice_id: UUID, version: int, reason: str = "") -> Notice:
    """Publish a prepared notice today: its settlements go on notice, the public may read it.

    The full copy stays with the authority. Refuses `wrong_state` when a settlement is not reviewed
    any more, `notice_beyond_calendar`.
    """
    seen = await work.notices.get(await work.cases.get(CaseKind.NOTICE, notice_id))
    settlements = await work.cases.lock_many(CaseKind.SETTLEMENT, seen.settlements)
    case = await work.cases.lock(CaseKind.NOTICE, notice_id, version=version)
    calendar = await work.calendars.of_region(case.region_path)
    ends_on = last_day(seen.rule, work.today, calendar)
    signed = await sign(
        work, case, "publish", reason=reason, facts={"ends_on": ends_on.isoformat()}
    )
    enterprises = {}
    for settlement in settlements:
        await sign(work, settlement, "publish", reason=reason)
        enterprises[settlement.id] = (await work.places.organisation(settlement.org_id)).name
    lines = await work.notices.lines_now(case.place_id, seen.settlements)
    place = await work.places.get(case.place_id)
    public = PublicNotice(
        id=case.id,
        region_path=case.region_path,
        bureau=(await work.places.organisation(place.bureau_org_id)).name,
        starts_on=work.today,
        ends_on=ends_on,
        items=published_items(
            lines, settlements=seen.settlements, enterprises=enterprises, names=seen.rule.names
        ),
    )
    await work.notices.publish(seen, lines, public)
    return await work.notices.get(signed)


async def withdraw_notice(work: Work, *, notice_id: UUID, version: int, reason: str) -> Notice:
    """Withdraw a notice with a reason: its settlements are reviewed again, nothing stays public.

    Refuses `reason_missing`, `wrong_state`.
    """
    check_reason(reason)
    seen = await work.notices.get(await work.cases.get(CaseKind.NOTICE, notice_id))
    settlements = await work.cases.lock_many(CaseKind.SETTLEMENT, seen.settlements)
    case = await work.cases.lock(CaseKind.NOTICE, notice_id, version=version)
    signed = await sign(work, case, "withdraw", reason=reason)
    if case.state == "published":
        for settlement in settlements:
            if settlement.state == "on_notice":
                await sign(work, settlement, "unpublish", reason=reason)
        await work.notices.take_down(case.id)
    return await work.notices.get(signed)


async def end_due_notices(work: Work) -> int:
    """Add, as the system, the job that ends each notice whose last day has passed."""
    due = await work.notices.over_by(work.today, _DUE_MAX)
    for one in due:
        place = await work.places.of_region(one.region_path)
        assert place is not None
        await work.jobs.add(END_NOTICE, one.id, place.id, purpose="over")
    return len(due)


async def end_notice(work: Work, *, notice_id: UUID) -> bool:
    """End a published notice after its last day and take it down; False when there is nothing to end."""
    case = await work.cases.lock(CaseKind.NOTICE, notice_id)
    notice = await work.notices.get(case)
    if case.state != "published" or notice.ends_on is None or work.today <= notice.ends_on:
        return False
    await sign(work, case, "end")
    await work.notices.take_down(case.id)
    return True


async def get_notice(work: Work, *, notice_id: UUID) -> Notice:
    """Return a notice as the authority sees it; refuses `not_found`."""
    return await work.notices.get(await work.cases.get(CaseKind.NOTICE, notice_id))


async def list_prepared(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Notice]:
    """Return a page of the authority's notices, in order of creation."""
    cases = await work.cases.page(CaseKind.NOTICE, state=state, after=after, limit=limit)
    return await work.notices.page(cases)


async def public_notices(work: Work, *, after: UUID | None, limit: int) -> Sequence[PublicNotice]:
    """Return what anybody may read today, by id. Needs no scope."""
    return await work.notices.published(today=work.today, after=after, limit=limit)


async def public_notice(work: Work, *, notice_id: UUID) -> PublicNotice:
    """Return one notice as anybody reads it; refuses `not_found`, `notice_taken_down`."""
    found = await work.notices.public(notice_id)
    if found.items is None or not found.starts_on <= work.today <= found.ends_on:
        raise Refusal("notice_taken_down")
    return found


async def check_notice_ended(work: Work, settlement: Settlement) -> None:
    """Refuse to approve what is objected to as a whole, or was not on notice as it is decided now.

    Refuses `objection_open`, `notice_required`. A notice covers what it published and anything less.
    """
    case = settlement.case
    if count := await work.objections.open_over_whole(case):
        raise Refusal("objection_open", count=count)
    if await notice_rule_of(work, settlement) is None:
        return
    now = await work.notices.lines_now(case.place_id, [case.id])
    if not any(covered(published, now) for published in await work.notices.ended_over(case)):
        raise Refusal("notice_required")
