"""Notice use cases (公示): prepared by the reviewer, published by the approver, ended by the day.

Over settlements, of filings and of vouchers, before money is decided; over filings before they are listed.
Locks are taken in one order everywhere: settlements or filings, then the notice. Each works in the caller's
transaction and does not commit.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.filing import Filing, ReviewAdvice
from domain.notice import (
    KIND_OF,
    POINTERS,
    Notice,
    NoticeLine,
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
from domain.voucher_settlement import VoucherSettlement
from service.application.budget import own_place
from service.application.cases import open_case, sign
from service.application.hold import check_reason
from service.application.listing_notice import pause_clocks, people_on_notice, resume_clocks

Applied = Settlement | Filing | VoucherSettlement
"""What a notice is over."""

END_NOTICE: Final = "end_notice"
"""The job that ends a notice after its last day; its ref is the notice."""

_DUE_MAX: Final = 10_000
"""Notices ended in one day; what is left ends on the next."""


_ASKED_BY: Final = {
    CaseKind.FILING: frozenset({NoticeOf.LISTING}),
    CaseKind.SETTLEMENT: frozenset({NoticeOf.SETTLEMENT}),
    CaseKind.VOUCHER_SETTLEMENT: frozenset({NoticeOf.SETTLEMENT, NoticeOf.VOUCHER_SETTLEMENT}),
}
"""The words of an overlay that ask for a notice over a kind of case."""


async def notice_rule_of(work: Work, applied: Applied) -> NoticeRule | None:
    """Return the notice that the additions in force at submission ask for, if any (CASES 2)."""
    if applied.submitted_at is None:
        return None
    on = day_in_china(applied.submitted_at)
    rule = (await work.policies.overlay(applied.case.region_path, on)).notice
    return rule if rule is not None and rule.of & _ASKED_BY[applied.case.kind] else None


async def prepare_notice(
    work: Work,
    *,
    settlement_ids: Sequence[UUID] = (),
    filing_ids: Sequence[UUID] = (),
    voucher_settlement_ids: Sequence[UUID] = (),
    reason: str = "",
) -> Notice:
    """Prepare a notice of the actor's place, over reviewed settlements or over filings to be listed.

    Refuses `notice_faulty` with every fault located in the list of what it is over, also when several
    kinds or none are named; `not_found`.
    """
    given = {
        NoticeOf.SETTLEMENT: settlement_ids,
        NoticeOf.LISTING: filing_ids,
        NoticeOf.VOUCHER_SETTLEMENT: voucher_settlement_ids,
    }
    named = [of for of, items in given.items() if items]
    if len(named) != 1:
        fault = Fault(POINTERS[NoticeOf.LISTING], "notice_of_one_kind")
        raise Refusal("notice_faulty", faults=(fault,), count=1)
    of, items = named[0], given[named[0]]
    place = await own_place(work)
    check_named_once(of, items)
    cases = await work.cases.lock_many(KIND_OF[of], items)
    if any(case.place_id != place.id for case in cases):
        raise Refusal("not_found")
    running = await work.notices.running_over(items)
    first: NoticeRule | None = None
    faults = []
    for n, case in enumerate(cases):
        where = f"{POINTERS[of]}/{n}"
        applied = await _applied(work, case)
        rule = await notice_rule_of(work, applied)
        first = first or rule
        if standing := _standing_fault(where, applied, on_notice=case.id in running):
            faults.append(standing)
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
        facts={"of": of.value, "items": len(cases), "days": first.days, "unit": first.unit.value},
    )
    notice = Notice(case=case, of=of, rule=first, starts_on=None, ends_on=None, items=tuple(items))
    await work.notices.add(notice)
    return notice


async def _applied(work: Work, case: Case) -> Applied:
    if case.kind is CaseKind.FILING:
        return await work.filings.get(case)
    if case.kind is CaseKind.VOUCHER_SETTLEMENT:
        return await work.voucher_settlements.get(case)
    return await work.settlements.get(case)


def _standing_fault(where: str, applied: Applied, *, on_notice: bool) -> Fault | None:
    """Return what keeps a settlement or filing, as it stands, off a notice."""
    state = applied.case.state
    if isinstance(applied, Filing):
        if on_notice:
            return Fault(where, "filing_on_notice")
        if state != "reviewed":
            return Fault(where, "filing_not_reviewed", {"state": state})
        if applied.remark != ReviewAdvice.LIST:
            return Fault(where, "filing_not_advised")
        return None
    if on_notice:
        return Fault(where, "settlement_on_notice")
    if state != "reviewed":
        return Fault(where, "settlement_not_reviewed", {"state": state})
    return None


async def publish_notice(work: Work, *, notice_id: UUID, version: int, reason: str = "") -> Notice:
    """Publish a prepared notice today: the public may read it, and the full copy stays with the authority.

    Settlements go on notice; filings stay reviewed, and their time limit stands still. Refuses
    `wrong_state` when one of them is not reviewed any more, `notice_beyond_calendar`.
    """
    seen, items = await _locked_items(work, notice_id)
    case = await work.cases.lock(CaseKind.NOTICE, notice_id, version=version)
    calendar = await work.calendars.of_region(case.region_path)
    ends_on = last_day(seen.rule, work.today, calendar)
    signed = await sign(
        work, case, "publish", reason=reason, facts={"ends_on": ends_on.isoformat()}
    )
    lines = await _put_on_notice(work, seen, items, reason=reason)
    enterprises = {item.id: (await work.places.organisation(item.org_id)).name for item in items}
    place = await work.places.get(case.place_id)
    public = PublicNotice(
        id=case.id,
        of=seen.of,
        region_path=case.region_path,
        bureau=(await work.places.organisation(place.bureau_org_id)).name,
        starts_on=work.today,
        ends_on=ends_on,
        items=published_items(
            lines,
            of=seen.of,
            items=seen.items,
            enterprises=enterprises,
            names=seen.rule.names,
        ),
    )
    await work.notices.publish(seen, lines, public)
    return await work.notices.get(signed)


async def _put_on_notice(
    work: Work, notice: Notice, items: Sequence[Case], *, reason: str
) -> Sequence[NoticeLine]:
    """Put locked items on notice, and return what is published of their people."""
    if notice.of is not NoticeOf.LISTING:
        for settlement in items:
            await sign(work, settlement, "publish", reason=reason)
        return await _lines_now(work, notice.case.place_id, notice.of, notice.items)
    for filing in items:
        if filing.state != "reviewed":
            raise Refusal("wrong_state", state=filing.state, event="publish")
    await pause_clocks(work, items)
    return await people_on_notice(work, await work.filings.page(items))


async def withdraw_notice(work: Work, *, notice_id: UUID, version: int, reason: str) -> Notice:
    """Withdraw a notice with a reason: what it held is as it was before, nothing stays public.

    Refuses `reason_missing`, `wrong_state`.
    """
    check_reason(reason)
    seen, items = await _locked_items(work, notice_id)
    case = await work.cases.lock(CaseKind.NOTICE, notice_id, version=version)
    signed = await sign(work, case, "withdraw", reason=reason)
    if case.state == "published":
        if seen.of is NoticeOf.LISTING:
            await resume_clocks(work, items, day=work.today)
        for item in items:
            if item.state == "on_notice":
                await sign(work, item, "unpublish", reason=reason)
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
    """End a published notice after its last day and take it down; False when there is nothing to end.

    However late that is done, the time limits that it paused run on after its last day.
    """
    _, items = await _locked_items(work, notice_id)
    case = await work.cases.lock(CaseKind.NOTICE, notice_id)
    notice = await work.notices.get(case)
    if case.state != "published" or notice.ends_on is None or work.today <= notice.ends_on:
        return False
    await sign(work, case, "end")
    if notice.of is NoticeOf.LISTING:
        await resume_clocks(work, items, day=notice.ends_on)
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


async def _lines_now(
    work: Work, place_id: UUID, of: NoticeOf, items: Sequence[UUID]
) -> Sequence[NoticeLine]:
    """Return what settlements would pay as they are decided now."""
    if of is NoticeOf.VOUCHER_SETTLEMENT:
        return await work.notices.vouchers_now(place_id, items)
    return await work.notices.lines_now(place_id, items)


async def check_notice_ended(work: Work, settlement: Settlement | VoucherSettlement) -> None:
    """Refuse to approve what is objected to as a whole, or was not on notice as it is decided now.

    Refuses `objection_open`, `notice_required`. A notice covers what it published and anything less;
    what pays nobody needs none, unless one is running that says otherwise.
    """
    case = settlement.case
    if count := await work.objections.open_over_whole(case):
        raise Refusal("objection_open", count=count)
    if await notice_rule_of(work, settlement) is None:
        return
    of_vouchers = case.kind is CaseKind.VOUCHER_SETTLEMENT
    of = NoticeOf.VOUCHER_SETTLEMENT if of_vouchers else NoticeOf.SETTLEMENT
    now = await _lines_now(work, case.place_id, of, [case.id])
    if not now and not await work.notices.running_over([case.id]):
        return
    if not await _noticed(work, case, now):
        raise Refusal("notice_required")


async def check_filings_noticed(work: Work, filings: Sequence[Filing]) -> None:
    """Refuse to list what is objected to, or was not on notice as it would be listed now.

    Refuses `listing_faulty`, with `objection_open`, `objection_upheld` or `notice_required` located at
    each filing. An objection freezes its filing alone; once upheld, until the filing is corrected.
    """
    ids = [filing.case.id for filing in filings]
    place_id = filings[0].case.place_id
    waiting = await work.objections.open_over(place_id, ids)
    upheld = await work.objections.upheld_over(place_id, ids)
    rules: dict[date, NoticeRule | None] = {}
    faults = []
    for n, filing in enumerate(filings):
        case, where = filing.case, f"/filings/{n}"
        if case.state != "reviewed":
            continue  # signing the listing says so
        if count := waiting.get(case.id):
            faults.append(Fault(where, "objection_open", {"count": count}))
        elif case.id in upheld:
            faults.append(Fault(where, "objection_upheld"))
        elif await _asked_for(work, filing, rules) and not await _noticed(
            work, case, await people_on_notice(work, [filing])
        ):
            faults.append(Fault(where, "notice_required"))
    if faults:
        raise Refusal("listing_faulty", faults=tuple(faults), count=len(faults))


async def pause_if_on_notice(work: Work, filing: Case) -> Case:
    """Let a filing's time limit stand still that is reviewed anew while a notice over it runs."""
    if (await work.notices.running_over([filing.id])).get(filing.id) != "published":
        return filing
    (paused,) = await pause_clocks(work, [filing])
    return paused


async def _asked_for(
    work: Work, filing: Filing, rules: dict[date, NoticeRule | None]
) -> NoticeRule | None:
    """Return a filing's rule, each day's read once."""
    assert filing.submitted_at is not None  # what is to be listed was submitted
    day = day_in_china(filing.submitted_at)
    if day not in rules:
        rules[day] = await notice_rule_of(work, filing)
    return rules[day]


async def _noticed(work: Work, case: Case, now: Sequence[NoticeLine]) -> bool:
    """Tell whether a notice that has ended published what would be decided now, or more."""
    return any(covered(published, now) for published in await work.notices.ended_over(case))


async def _locked_items(work: Work, notice_id: UUID) -> tuple[Notice, Sequence[Case]]:
    seen = await work.notices.get(await work.cases.get(CaseKind.NOTICE, notice_id))
    return seen, await work.cases.lock_many(KIND_OF[seen.of], seen.items)
