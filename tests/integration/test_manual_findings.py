"""Manual findings, honest mistakes, holds and review requests on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.certificate import FindingResult
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.hold import Hold, HoldTarget
from domain.manual_finding import Established, ManualFinding, Seen
from domain.party import Actor
from domain.policy.overlay import DEFAULT_OVERLAY
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.review_request import ReviewRequest
from domain.settlement import Disposition, Ground, Settlement
from service.application import hold, manual_finding, prepayment, review_request
from service.application import settlement as settlements
from service.application.certificate import findings_of
from service.application.hold import ProposeHold
from service.application.reconciliation import verify_again
from service.application.review_request import RequestReview
from tests.integration.settlement_road import ENDS, FILED, MovedClock, SettlementRoad
from tests.overlays import overlaid
from tests.people import Staff

NewRoad = Callable[..., Awaitable[SettlementRoad]]


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road to a completed filing with a clock of its own."""
    assert begin_work is not None

    async def make(*, people: int = 2, ready: bool = True, **how: Any) -> SettlementRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        made = SettlementRoad(begin, clock, staff, people=people)
        return await made.ready(**({"prepaid": None} | how)) if ready else made

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def verified(road: SettlementRoad, **changed: str) -> Settlement:
    """The first person's certificate is as registered but for what is changed; all others' match."""
    rows = [road.registered(0, **changed)] if changed else []
    await road.extract(*rows, *(road.registered(n) for n in range(1, road.people)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(road.people)))
    return await road.verified(accepted.case.id)


async def current(road: SettlementRoad, settlement: Settlement) -> Settlement:
    async with road.begin_work(road.staff.handler) as work:
        return await settlements.get_settlement(work, settlement_id=settlement.case.id)


async def first_declaration(road: SettlementRoad, settlement: Settlement) -> UUID:
    async with road.begin_work(road.staff.handler) as work:
        found = await findings_of(work, settlement_id=settlement.case.id, after=None, limit=9)
    (one,) = [one for one in found if one.enrolment_id == road.enrolments[0].id]
    return one.declaration_id


def seen(road: SettlementRoad, *, later: timedelta = timedelta()) -> Seen:
    return Seen(
        source_system="省级证书查询系统",
        seen_at=road.clock.at + later,
        document_sha256=bytes(range(32)),
        note="",
    )


async def propose(
    road: SettlementRoad,
    settlement: Settlement,
    result: Established = Established.CONFIRMED_MANUALLY,
    *,
    actor: Actor | None = None,
    what: Seen | None = None,
    declaration_id: UUID | None = None,
) -> ManualFinding:
    declared = declaration_id or await first_declaration(road, settlement)
    found: ManualFinding = await road.act(
        actor or road.staff.handler,
        lambda work: manual_finding.propose_manual_finding(
            work,
            settlement_id=settlement.case.id,
            declaration_id=declared,
            result=result,
            seen=what or seen(road),
        ),
    )
    return found


async def confirm(road: SettlementRoad, one: ManualFinding, actor: Actor) -> ManualFinding:
    found: ManualFinding = await road.act(
        actor,
        lambda work: manual_finding.confirm_manual_finding(
            work, manual_finding_id=one.case.id, version=one.case.version, seen=seen(road)
        ),
    )
    return found


async def line_of(road: SettlementRoad, settlement: Settlement, n: int = 0) -> tuple[Any, Any]:
    async with road.begin_work(road.staff.handler) as work:
        found = await work.manual_findings.line_finding(settlement.case, road.enrolments[n].id)
        assert found is not None
        (decided,) = await work.objections.decisions(settlement.case, [found[0]])
    return decided.disposition, decided.facts.ground


async def test_two_people_confirm_a_certificate_and_neither_approves(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await verified(road)
    for_later = propose(road, settlement, what=seen(road, later=timedelta(seconds=1)))
    assert await code_of(for_later) == "sighting_faulty"
    assert await code_of(propose(road, settlement, declaration_id=uuid4())) == "not_found"
    one = await propose(road, settlement, actor=road.staff.releaser)
    assert await code_of(confirm(road, one, road.staff.releaser)) == "duty_conflict"
    assert (await current(road, settlement)).case.version == settlement.case.version
    done = await confirm(road, one, road.staff.approver)
    assert done.case.state == "confirmed"
    assert [s.person_id for s in done.sightings] == [
        road.staff.releaser.person_id,
        road.staff.approver.person_id,
    ]
    async with road.begin_work(road.staff.handler) as work:
        found = await findings_of(work, settlement_id=settlement.case.id, after=None, limit=9)
        judged = await settlements.eligibility_of(
            work, settlement_id=settlement.case.id, after=None, limit=9
        )
        listed = await manual_finding.list_manual_findings(
            work, state="confirmed", after=None, limit=9
        )
    results = {f.enrolment_id: (f.seq, f.result, f.register) for f in found}
    assert results[road.enrolments[0].id] == (
        2,
        FindingResult.CONFIRMED_MANUALLY,
        "省级证书查询系统",
    )
    assert {person.round for person in judged} == {2}, "everybody is judged again"
    assert listed == [done]
    reviewed = await road.reviewed(await current(road, settlement))
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 800_000
    assert await code_of(road.approved(reviewed)) == "linked_duty_conflict"
    late = propose(road, settlement, declaration_id=one.declaration_id)
    assert await code_of(late) == "wrong_state"
    other = replace(road, staff=replace(road.staff, approver=road.staff.finance))
    assert (await other.approved(reviewed)).case.state == "approved"


async def test_who_loaded_the_extract_or_asked_again_does_not_approve(new_road: NewRoad) -> None:
    road = await new_road()
    asks = replace(road, staff=replace(road.staff, handler=road.staff.releaser))
    settlement = await verified(road)
    await asks.extract(*(road.registered(n) for n in range(2)))
    await road.act(
        road.staff.finance_second,
        lambda work: verify_again(
            work, settlement_id=settlement.case.id, version=settlement.case.version
        ),
    )
    reviewed = await road.reviewed(await road.verified(settlement.case.id))
    for clerk in (road.staff.releaser, road.staff.finance_second):
        clerks = replace(road, staff=replace(road.staff, approver=clerk))
        assert await code_of(clerks.approved(reviewed)) == "linked_duty_conflict"
    assert (await road.approved(reviewed)).case.state == "approved"


async def test_a_rejected_manual_finding_finds_nothing(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await verified(road)
    one = await propose(road, settlement, Established.REVOKED)

    def reject(reason: str, actor: Actor) -> Awaitable[Any]:
        return road.act(
            actor,
            lambda work: manual_finding.decline_manual_finding(
                work, manual_finding_id=one.case.id, version=one.case.version, reason=reason
            ),
        )

    assert await code_of(reject(" ", road.staff.releaser)) == "reason_missing"
    assert await code_of(reject("不符", road.staff.handler)) == "duty_conflict"
    assert (await reject("不符", road.staff.releaser)).case.state == "rejected"
    reviewed = await road.reviewed(await current(road, settlement))
    assert await line_of(road, reviewed) == (Disposition.REFUSED, Ground.UNPROVEN)


async def test_two_confirmers_at_once_leave_one_finding(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await verified(road)
    one = await propose(road, settlement)
    both = await asyncio.gather(
        confirm(road, one, road.staff.releaser),
        confirm(road, one, road.staff.finance),
        return_exceptions=True,
    )
    (refused,) = [found for found in both if isinstance(found, Refusal)]
    assert refused.code == "stale_version"
    async with road.begin_work(road.staff.handler) as work:
        found = await findings_of(work, settlement_id=settlement.case.id, after=None, limit=9)
    assert {f.seq for f in found if f.declaration_id == one.declaration_id} == {2}


async def test_an_honest_mistake_is_the_reviewers_word_and_pays_as_uncertified(
    new_road: NewRoad,
) -> None:
    road = await new_road()
    settlement = await verified(road)

    def excuse(n: int, *, actor: Actor | None = None, reason: str = "抄写漏位") -> Awaitable[Any]:
        async def act() -> Settlement:
            seen_now = await current(road, settlement)
            done: Settlement = await road.act(
                actor or road.staff.handler,
                lambda work: manual_finding.decide_honest_mistake(
                    work,
                    settlement_id=settlement.case.id,
                    version=seen_now.case.version,
                    enrolment_id=road.enrolments[n].id if n >= 0 else uuid4(),
                    reason=reason,
                ),
            )
            return done

        return act()

    assert await code_of(excuse(0, reason="")) == "reason_missing"
    assert await code_of(excuse(0, actor=road.staff.releaser)) == "duty_conflict"
    assert await code_of(excuse(-1)) == "not_found"
    assert await code_of(excuse(1)) == "nothing_to_excuse"
    await excuse(0)
    assert await code_of(excuse(0)) == "nothing_to_excuse"
    reviewed = await road.reviewed(await current(road, settlement))
    # The standard of this city pays nobody without a certificate: refused, but as uncertified.
    assert await line_of(road, reviewed) == (Disposition.REFUSED, Ground.UNCERTIFIED)
    assert await code_of(excuse(0)) == "wrong_state"


async def test_no_login_confirms_or_excuses_by_a_row_alone(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road()
    settlement = await verified(road)
    one = await propose(road, settlement)
    case = one.case
    scope = {
        "place_id": case.place_id,
        "org_id": case.org_id,
        "region_path": case.region_path,
        "id": case.id,
        "settlement_id": settlement.case.id,
        "declaration_id": one.declaration_id,
    }
    columns = "place_id, org_id, region_path"
    finding = text(f"""
        insert into findings ({columns}, declaration_id, seq, settlement_id, register,
                              manual_finding_id, result, asked_at)
        values (:place_id, :org_id, :region_path, :declaration_id, 7, :settlement_id, 'x', :id,
                'confirmed_manually', now())
    """)
    unfounded = text(str(finding).replace(":id,", "null,"))
    sighting = text(f"""
        insert into manual_sightings ({columns}, manual_finding_id, duty, source_system, seen_at,
                                      document_sha256)
        values (:place_id, :org_id, :region_path, :id, 'confirm_second', 'x', now(),
                decode(repeat('00', 32), 'hex'))
    """)
    signature = text(f"""
        insert into case_duties ({columns}, case_id, person_id, duty, case_kind)
        values (:place_id, :org_id, :region_path, :id, scope_person(), 'confirm_second',
                'manual_finding')
    """)
    for actor, statement, said in (
        (road.staff.filer, finding, "row-level security"),
        (road.staff.filer, sighting, "row-level security"),
        (road.staff.filer, signature, "row-level security"),
        (road.staff.releaser, finding, "needs two people"),
        (road.staff.releaser, unfounded, "judged_or_confirmed"),
        (road.staff.releaser, sighting, "seen_in_that_duty"),
        (road.staff.handler, signature, "one_person_one_duty"),
    ):
        async with engine.connect() as connection:
            await connection.execute(
                text("""select set_config('xuetu.person_id', :p, true),
                        set_config('xuetu.org_id', :o, true), set_config('xuetu.region_path', :r, true)"""),
                {"p": str(actor.person_id), "o": str(actor.org_id), "r": actor.region_path or ""},
            )
            with pytest.raises(DBAPIError, match=said):
                await connection.execute(
                    statement, {k: v for k, v in scope.items() if f":{k}" in str(statement)}
                )


async def propose_hold(
    road: SettlementRoad, target: HoldTarget, target_id: UUID, **how: Any
) -> Hold:
    fields: dict[str, Any] = {
        "target": target,
        "target_id": target_id,
        "document_number": "启人社〔2026〕7号",
        "review_on": date(2030, 1, 1),
        "reason": "涉嫌虚报",
    }
    command = ProposeHold(**(fields | how))
    found: Hold = await road.act(road.staff.handler, lambda work: hold.propose_hold(work, command))
    return found


async def decide_hold(
    road: SettlementRoad, one: Hold, event: str, *, actor: Actor | None = None, reason: str = "是"
) -> Hold:
    found: Hold = await road.act(
        actor or road.staff.approver,
        lambda work: hold.decide_hold(
            work, hold_id=one.case.id, version=one.case.version, event=event, reason=reason
        ),
    )
    return found


async def test_a_hold_takes_two_people_and_names_something_real(new_road: NewRoad) -> None:
    road = await new_road(ready=False)
    await road.listed()
    filing = HoldTarget.FILING
    assert await code_of(propose_hold(road, filing, road.case_id, reason="")) == "reason_missing"
    past = propose_hold(road, filing, road.case_id, review_on=FILED.date())
    assert await code_of(past) == "hold_faulty"
    assert await code_of(propose_hold(road, filing, uuid4())) == "not_found"
    bureau = road.staff.place.bureau_org_id
    assert await code_of(propose_hold(road, HoldTarget.ENTERPRISE, bureau)) == "not_found"
    one = await propose_hold(road, filing, road.case_id)
    own = decide_hold(road, one, "impose", actor=road.staff.handler)
    assert await code_of(own) == "duty_conflict"
    assert await code_of(decide_hold(road, one, "impose", reason="")) == "reason_missing"
    assert (await decide_hold(road, one, "refuse")).case.state == "refused"
    await road.prepayment_approved()  # what is only proposed, or refused, stops nothing
    async with road.begin_work(road.staff.filer) as work:
        assert await hold.list_holds(work, state=None, after=None, limit=9) == [
            await hold.get_hold(work, hold_id=one.case.id)
        ]


async def test_a_hold_stops_prepayments_and_releases_until_it_is_lifted(new_road: NewRoad) -> None:
    road = await new_road(ready=False)
    await road.listed()
    async with road.begin_work(road.staff.handler) as work:
        people = await work.filings.enrolments(await work.cases.get(CaseKind.FILING, road.case_id))
    for target, target_id in (
        (HoldTarget.ENTERPRISE, road.staff.enterprise.id),
        (HoldTarget.PERSON, people[0].id),
    ):
        one = await decide_hold(road, await propose_hold(road, target, target_id), "impose")
        asked = road.act(
            road.staff.filer,
            lambda work: prepayment.request_prepayment(work, filing_id=road.case_id),
        )
        assert await code_of(asked) == "on_hold"
        await decide_hold(road, one, "lift")
    prepayment_id = await road.prepayment_approved()
    one = await decide_hold(
        road, await propose_hold(road, HoldTarget.FILING, road.case_id), "impose"
    )
    with pytest.raises(Refusal) as refused:
        await road.paid(PayableKind.PREPAYMENT, prepayment_id)
    assert refused.value.code == "on_hold"
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/payments/0", "on_hold")]
    async with road.begin_work(road.staff.releaser) as work:
        assert await hold.holds_on(work, [road.case_id, uuid4()]) == {road.case_id: [one.case.id]}


async def test_a_person_on_hold_is_held_and_the_others_are_paid(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await verified(road, status="valid")
    early = await propose_hold(road, HoldTarget.PERSON, road.enrolments[0].id)
    early = await decide_hold(road, early, "impose")
    reviewed = await road.reviewed(settlement)
    assert await line_of(road, reviewed) == (Disposition.HELD, Ground.INVESTIGATION)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 400_000
    late = await propose_hold(road, HoldTarget.PERSON, road.enrolments[1].id)
    await decide_hold(road, late, "impose")
    filing = await decide_hold(
        road, await propose_hold(road, HoldTarget.FILING, road.case_id), "impose"
    )
    assert await code_of(road.approved(reviewed)) == "on_hold"
    await decide_hold(road, filing, "lift")
    approved = await road.approved(reviewed)
    assert approved.amounts is not None
    assert approved.amounts.entitled_fen == 0
    assert await line_of(road, approved, 1) == (Disposition.HELD, Ground.INVESTIGATION)
    assert early.review_on > ENDS


async def request(road: SettlementRoad, **what: Any) -> ReviewRequest:
    fields: dict[str, Any] = {"settlement_id": None, "enrolment_id": None, "hold_id": None}
    command = RequestReview(**(fields | {"statement": "请予复核"} | what))
    found: ReviewRequest = await road.act(
        road.staff.filer, lambda work: review_request.request_review(work, command)
    )
    return found


async def examine(road: SettlementRoad, one: ReviewRequest, actor: Actor) -> ReviewRequest:
    found: ReviewRequest = await road.act(
        actor,
        lambda work: review_request.examine_review(
            work, review_request_id=one.case.id, version=one.case.version, reason="已调阅"
        ),
    )
    return found


async def rule(
    road: SettlementRoad, one: ReviewRequest, event: str, actor: Actor, **how: str
) -> ReviewRequest:
    said = {"reason": "经核查", "clause": "五(一)"} | how
    found: ReviewRequest = await road.act(
        actor,
        lambda work: review_request.decide_review(
            work, review_request_id=one.case.id, version=one.case.version, event=event, **said
        ),
    )
    return found


async def test_a_refused_person_is_reviewed_by_people_new_to_the_matter(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await verified(road)
    refused = {"settlement_id": settlement.case.id, "enrolment_id": road.enrolments[0].id}
    assert await code_of(request(road, **refused)) == "nothing_to_review", "not decided yet"
    approved = await road.approved(await road.reviewed(settlement))
    assert await code_of(request(road)) == "nothing_to_review"
    paid = refused | {"enrolment_id": road.enrolments[1].id}
    assert await code_of(request(road, **paid)) == "nothing_to_review", "paid in full"
    assert await code_of(request(road, **refused | {"enrolment_id": uuid4()})) == "not_found"
    # The calendar of the year is not published, so no day can be too late yet; where it is, 40 days are.
    one = await request(road, **refused)
    assert await code_of(request(road, **refused)) == "review_already_requested"
    own = examine(road, one, road.staff.approver)
    assert await code_of(own) == "linked_duty_conflict"
    seen_by = await examine(road, one, road.staff.handler)
    assert (
        await code_of(rule(road, seen_by, "uphold", road.staff.approver)) == "linked_duty_conflict"
    )
    assert await code_of(rule(road, seen_by, "uphold", road.staff.releaser, reason="")) == (
        "reason_missing"
    )
    no_clause = rule(road, seen_by, "dismiss", road.staff.releaser, clause="")
    assert await code_of(no_clause) == "reason_missing"
    done = await rule(road, seen_by, "uphold", road.staff.releaser)
    assert done.case.state == "upheld"
    async with road.begin_work(road.staff.filer) as work:
        page = await review_request.list_review_requests(work, state="upheld", after=None, limit=9)
    assert page == [done]
    assert (await current(road, approved)).case.state == "approved"


async def test_a_hold_that_is_reviewed_is_lifted_and_the_period_ends(new_road: NewRoad) -> None:
    road = await new_road(ready=False)
    await road.listed()
    proposed = await propose_hold(road, HoldTarget.FILING, road.case_id)
    assert await code_of(request(road, hold_id=proposed.case.id)) == "nothing_to_review"
    imposed = await decide_hold(road, proposed, "impose")
    # Forty working days of 2026 are over long before a hundred and twenty days are.
    road.clock.at = FILED + timedelta(days=120)
    assert await code_of(request(road, hold_id=imposed.case.id)) == "review_too_late"
    unlimited = {road.staff.place.region_path: [replace(DEFAULT_OVERLAY, limits={})]}
    endless = replace(road, begin_work=overlaid(road.begin_work, unlimited))
    one = await request(endless, hold_id=imposed.case.id)
    seen_by = await examine(road, one, road.staff.releaser)
    done = await rule(road, seen_by, "uphold", road.staff.finance)
    assert done.case.state == "upheld"
    async with road.begin_work(road.staff.handler) as work:
        assert (await hold.get_hold(work, hold_id=imposed.case.id)).case.state == "lifted"
        assert await hold.holds_on(work, [road.case_id]) == {}


async def _waits(engine: AsyncEngine) -> bool:
    """Whether somebody waits for a turn."""
    async with engine.connect() as connection:
        query = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        return bool((await connection.execute(text(query))).scalar_one())


async def test_an_approval_waits_for_a_hold_that_is_being_imposed_and_sees_it(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road()
    reviewed = await road.reviewed(await verified(road, status="valid"))
    one = await propose_hold(road, HoldTarget.ENTERPRISE, road.staff.enterprise.id)
    async with road.begin_work(road.staff.approver) as imposing:
        await hold.decide_hold(
            imposing, hold_id=one.case.id, version=one.case.version, event="impose", reason="举报"
        )
        approving = asyncio.create_task(code_of(road.approved(reviewed)))
        while not approving.done() and not await _waits(engine):
            pass
        await imposing.commit()
    assert await approving == "on_hold"
