"""Notices and objections on PostgreSQL: what is published, what it freezes, and what waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.calendar import DayUnit
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.filing import Outcome
from domain.notice import Notice, NoticeLine, Objecting, Objection, PublicNotice
from domain.party import NOBODY, system_actor
from domain.policy.overlay import DEFAULT_OVERLAY, NoticeNames, NoticeOf, NoticeRule
from domain.ports.crypto import Crypto
from domain.ports.notices import Notices
from domain.ports.work import BeginWork, Work
from domain.settlement import Disposition, Ground, Settlement
from jobs.run import NOWHERE
from service.application import notice, objection
from service.application import settlement as settlements
from service.application.place import add_place
from tests.integration.payments_road import scoped
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.overlays import QIDONG, noticed, overlaid
from tests.people import Staff

NewRoad = Callable[..., Awaitable[SettlementRoad]]
Alter = Callable[[PublicNotice], PublicNotice]
DIGEST = bytes(32)


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road in a place whose additions ask for a notice."""
    assert begin_work is not None

    async def make(
        *, rule: NoticeRule = QIDONG, people: int = 2, limits: bool = True, **how: Any
    ) -> SettlementRoad:
        clock = MovedClock(FILED)
        plain = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        (overlay,) = noticed(rule)
        additions = [overlay if limits else replace(overlay, limits={})]
        begin = overlaid(plain, {staff.place.region_path: additions})
        road = SettlementRoad(begin, clock, staff, people=people)
        return await road.ready(prepaid=None, **how)

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def reviewed(road: SettlementRoad) -> Settlement:
    people = range(road.people)
    await road.extract(*(road.registered(n) for n in people))
    accepted = await road.accepted(*(road.declaration(n) for n in people))
    return await road.reviewed(await road.verified(accepted.case.id))


async def prepared(road: SettlementRoad, *settlements_: Settlement) -> Notice:
    found: Notice = await road.act(
        road.staff.handler,
        lambda work: notice.prepare_notice(
            work, settlement_ids=[one.case.id for one in settlements_]
        ),
    )
    return found


async def publish(road: SettlementRoad, one: Notice) -> Notice:
    found: Notice = await road.act(
        road.staff.approver,
        lambda work: notice.publish_notice(work, notice_id=one.case.id, version=one.case.version),
    )
    return found


async def ended(road: SettlementRoad, one: Notice) -> None:
    assert one.ends_on is not None
    last = one.ends_on + timedelta(days=1)
    road.clock.at = datetime(last.year, last.month, last.day, 1, tzinfo=UTC)
    found = await road.act(
        road.staff.system, lambda work: notice.end_notice(work, notice_id=one.case.id)
    )
    assert found


async def current(road: SettlementRoad, settlement: Settlement) -> Settlement:
    async with road.begin_work(road.staff.handler) as work:
        return await settlements.get_settlement(work, settlement_id=settlement.case.id)


async def objected(
    road: SettlementRoad,
    one: Notice,
    *,
    line_no: int | None = 1,
    key: str = "k" * 16,
    item: int = 1,
) -> Objection:
    command = Objecting(
        client_key=key, item_no=item, line_no=line_no, statement="未参加培训", contact="13900001111"
    )
    found: Objection = await road.act(
        road.staff.system,
        lambda work: objection.receive_objection(
            work, notice_id=one.case.id, command=command, digest=DIGEST
        ),
    )
    return found


async def decide(road: SettlementRoad, one: Objection, event: str) -> Objection:
    seen: Objection = await road.act(
        road.staff.handler,
        lambda work: objection.examine_objection(
            work, objection_id=one.case.id, version=one.case.version, reason="已核查"
        ),
    )
    done: Objection = await road.act(
        road.staff.approver,
        lambda work: objection.decide_objection(
            work,
            objection_id=one.case.id,
            version=seen.case.version,
            event=event,
            reason="经核查",
            clause="五(一)",
        ),
    )
    return done


async def test_a_settlement_is_approved_after_its_notice_and_the_public_reads_masked_totals(
    new_road: NewRoad,
) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    assert await code_of(road.approved(settlement)) == "notice_required"
    one = await prepared(road, settlement)
    assert await code_of(prepared(road, settlement)) == "notice_faulty"
    published = await publish(road, one)
    # 启东: the first day excluded, seven calendar days.
    assert published.starts_on == road.clock.at.date()
    assert published.ends_on == road.clock.at.date() + timedelta(days=7)
    settlement = await current(road, settlement)
    assert settlement.case.state == "on_notice"
    assert await code_of(road.approved(settlement)) == "notice_required"
    async with road.begin_work(NOBODY) as work:
        public = await notice.public_notice(work, notice_id=one.case.id)
        listed = await notice.public_notices(work, after=None, limit=500)
        assert await work.cases.page(CaseKind.NOTICE, state=None, after=None, limit=9) == []
    assert public in listed
    assert public.items is not None
    (item,) = public.items
    assert (item.enterprise, item.people, item.amount_fen) == (
        road.staff.enterprise.name,
        2,
        800_000,
    )
    assert [(p.line_no, p.name, p.amount_fen) for p in item.persons] == [
        (1, f"{road.roster[0].name[0]}*", 400_000),
        (2, f"{road.roster[1].name[0]}*", 400_000),
    ]
    said = repr(public)
    for person in road.roster:
        assert person.citizen_id not in said
        assert person.citizen_id[6:14] not in said
        assert person.phone not in said
        assert person.name not in said
    untouched = await road.act(
        road.staff.system, lambda work: notice.end_notice(work, notice_id=one.case.id)
    )
    assert not untouched, "its last day has not passed"
    await ended(road, published)
    again = await road.act(
        road.staff.system, lambda work: notice.end_notice(work, notice_id=one.case.id)
    )
    assert not again
    async with road.begin_work(NOBODY) as work:
        assert (
            await code_of(notice.public_notice(work, notice_id=one.case.id)) == "notice_taken_down"
        )
        assert (await work.notices.public(one.case.id)).items is None
    assert (await road.approved(settlement)).case.state == "approved"


async def test_the_daily_job_finds_what_is_over_in_every_place(new_road: NewRoad) -> None:
    road = await new_road(rule=replace(QIDONG, names=NoticeNames.ENTERPRISES))
    published = await publish(road, await prepared(road, await reviewed(road)))
    async with road.begin_work(NOWHERE) as work:
        before = await work.notices.over_by(work.today, 10_000)
    assert published.case.id not in {one.id for one in before}
    assert published.ends_on is not None
    road.clock.at += timedelta(days=8)
    async with road.begin_work(NOBODY) as work:
        code = await code_of(notice.public_notice(work, notice_id=published.case.id))
    assert code == "notice_taken_down", "nobody waits for the job"
    async with road.begin_work(NOWHERE) as work:
        over = await work.notices.over_by(work.today, 10_000)
        assert await notice.end_due_notices(work) == len(over)
        assert len(work.jobs.added) >= 1
    (own,) = [one for one in over if one.id == published.case.id]
    assert own.items is not None
    assert [item.persons for item in own.items] == [()], "the rule names enterprises only"


async def test_working_days_beyond_the_published_calendar_are_refused(new_road: NewRoad) -> None:
    road = await new_road(rule=replace(QIDONG, unit=DayUnit.WORKING))
    one = await prepared(road, await reviewed(road))  # in 2027, which is not published
    assert await code_of(publish(road, one)) == "notice_beyond_calendar"
    seen = await current(road, await current_settlement(road, one))
    assert seen.case.state == "reviewed"


async def current_settlement(road: SettlementRoad, one: Notice) -> Settlement:
    async with road.begin_work(road.staff.handler) as work:
        return await settlements.get_settlement(work, settlement_id=one.items[0])


async def test_a_withdrawn_notice_leaves_its_settlements_reviewed(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await reviewed(road)

    async def withdraw(one: Notice, reason: str) -> Notice:
        found: Notice = await road.act(
            road.staff.approver,
            lambda work: notice.withdraw_notice(
                work, notice_id=one.case.id, version=one.case.version, reason=reason
            ),
        )
        return found

    first = await prepared(road, settlement)
    assert await code_of(withdraw(first, " ")) == "reason_missing"
    assert (await withdraw(first, "漏列一家")).case.state == "withdrawn"
    second = await publish(road, await prepared(road, settlement))
    assert (await withdraw(second, "金额有误")).case.state == "withdrawn"
    assert (await current(road, settlement)).case.state == "reviewed"
    async with road.begin_work(NOBODY) as work:
        code = await code_of(notice.public_notice(work, notice_id=second.case.id))
    assert code == "notice_taken_down"
    third = await publish(road, await prepared(road, settlement))
    opened = await objected(road, third, line_no=1)
    await decide(road, opened, "uphold")
    assert (await current(road, settlement)).case.state == "verifying"
    assert (await withdraw(third, "重新核验")).case.state == "withdrawn"
    assert (await current(road, settlement)).case.state == "verifying"
    async with road.begin_work(road.staff.approver) as work:
        page = await notice.list_prepared(work, state="withdrawn", after=None, limit=9)
        assert await notice.get_notice(work, notice_id=third.case.id) in page
    assert len(page) == 3


async def test_every_fault_of_a_notice_is_located(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await reviewed(road)

    async def faults(road: SettlementRoad, *ids: UUID) -> dict[str, str]:
        with pytest.raises(Refusal) as refused:
            await road.act(
                road.staff.handler,
                lambda work: notice.prepare_notice(work, settlement_ids=ids),
            )
        assert refused.value.code == "notice_faulty"
        return {fault.pointer: fault.code for fault in refused.value.faults}

    assert await faults(road, settlement.case.id, settlement.case.id) == {
        "/settlement_ids/1": "settlement_named_twice"
    }
    without = {road.staff.place.region_path: [DEFAULT_OVERLAY]}
    plain = replace(road, begin_work=overlaid(road.begin_work, without))
    assert await faults(plain, settlement.case.id) == {"/settlement_ids/0": "notice_not_asked"}
    async with road.begin_work(road.staff.handler) as work:
        unsubmitted = replace(await current(road, settlement), submitted_at=None)
        assert await notice.notice_rule_of(work, unsubmitted) is None
    assert (await plain.approved(settlement)).case.state == "approved", "no notice is asked for"
    assert await faults(road, settlement.case.id) == {
        "/settlement_ids/0": "settlement_not_reviewed"
    }


async def test_a_line_objected_to_is_held_and_the_others_are_paid(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    one = await publish(road, await prepared(road, settlement))
    for wrong in ({"item": 2}, {"line_no": 9}):
        assert await code_of(objected(road, one, **wrong)) == "objection_faulty"  # type: ignore[arg-type]
    opened = await objected(road, one, line_no=1)
    assert (await objected(road, one, line_no=1)).case == opened.case, "the same key, once"
    command = Objecting(client_key="k" * 16, item_no=1, line_no=1, statement="另一事", contact=None)
    reused = road.act(
        road.staff.system,
        lambda work: objection.receive_objection(
            work, notice_id=one.case.id, command=command, digest=b"\1" * 32
        ),
    )
    assert await code_of(reused) == "key_reused"
    assert opened.answer_by is not None
    assert opened.answer_by > opened.received_on
    await ended(road, one)
    assert await code_of(objected(road, one, key="l" * 16)) == "notice_taken_down"
    approved = await road.approved(await current(road, settlement))
    assert approved.amounts is not None
    assert (approved.amounts.entitled_fen, approved.amounts.balance_fen) == (400_000, 400_000)
    assert opened.line_id is not None
    async with road.begin_work(road.staff.handler) as work:
        (held,) = await work.objections.decisions(approved.case, [opened.line_id])
        reasons = await settlements.reasons_for(work, settlement_id=approved.case.id)
    assert (held.disposition, held.amount_fen) == (Disposition.HELD, 0)
    assert held.facts.ground is Ground.OBJECTION
    assert [(part.people, part.entitlement_fen) for part in reasons.facts.parts] == [(1, 400_000)]
    assert [(part.ground, part.people) for part in reasons.unpaid] == [(Ground.OBJECTION, 1)]
    upheld = await decide(road, opened, "uphold")
    assert (await current(road, settlement)).case.state == "approved", "nothing closed is reopened"
    answered = await road.act(
        road.staff.handler,
        lambda work: objection.answer_objection(
            work, objection_id=upheld.case.id, version=upheld.case.version, answer="异议成立"
        ),
    )
    assert (answered.case.state, answered.answer) == ("answered", "异议成立")
    async with road.begin_work(road.staff.handler) as work:
        page = await objection.list_objections(work, state="answered", after=None, limit=9)
        assert page == [await objection.get_objection(work, objection_id=upheld.case.id)]
        assert await objection.reveal_contact(work, objection_id=upheld.case.id) == "13900001111"


async def test_an_upheld_objection_sends_back_and_a_reduction_needs_no_new_notice(
    new_road: NewRoad,
) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    one = await publish(road, await prepared(road, settlement))
    opened = await objected(road, one, line_no=2)
    examined = await road.act(
        road.staff.handler,
        lambda work: objection.examine_objection(
            work, objection_id=opened.case.id, version=opened.case.version, reason=""
        ),
    )

    def by(actor: Any, reason: str = "经核查") -> Awaitable[Any]:
        return road.act(
            actor,
            lambda work: objection.decide_objection(
                work,
                objection_id=opened.case.id,
                version=examined.case.version,
                event="uphold",
                reason=reason,
            ),
        )

    assert await code_of(by(road.staff.approver, reason="")) == "reason_missing"
    assert await code_of(by(road.staff.handler)) == "duty_conflict"
    await by(road.staff.approver)
    back = await current(road, settlement)
    assert back.case.state == "verifying"
    again = await road.reviewed(back)
    assert again.amounts is not None
    assert again.amounts.entitled_fen == 400_000
    assert await code_of(road.approved(again)) == "notice_required", "it has not ended yet"
    await ended(road, one)
    approved = await road.approved(again)
    assert approved.amounts is not None
    assert approved.amounts.balance_fen == 400_000
    async with road.begin_work(road.staff.handler) as work:
        assert opened.line_id is not None
        (line,) = await work.objections.decisions(approved.case, [opened.line_id])
    assert (line.disposition, line.facts.ground) == (Disposition.REFUSED, Ground.OBJECTION_UPHELD)


async def test_an_objection_to_the_whole_stops_approval_until_it_is_dismissed(
    new_road: NewRoad,
) -> None:
    road = await new_road(limits=False)
    settlement = await reviewed(road)
    one = await publish(road, await prepared(road, settlement))
    opened = await objected(road, one, line_no=None)
    assert opened.answer_by is None, "these additions set no limit"
    await ended(road, one)
    on_notice = await current(road, settlement)
    assert await code_of(road.approved(on_notice)) == "objection_open"
    await decide(road, opened, "dismiss")
    assert (await road.approved(on_notice)).case.state == "approved"


async def test_an_objection_of_the_last_minute_counts_and_the_end_waits_for_it(
    new_road: NewRoad,
) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    one = await publish(road, await prepared(road, settlement))
    assert one.ends_on is not None
    # 23:59 in China on the last day is 15:59 in UTC.
    road.clock.at = datetime(
        one.ends_on.year, one.ends_on.month, one.ends_on.day, 15, 59, tzinfo=UTC
    )
    late = replace(road, clock=MovedClock(road.clock.at))
    found = await asyncio.gather(
        objected(late, one, line_no=1, key="a" * 16),
        objected(late, one, line_no=1, key="a" * 16),
        road.act(road.staff.system, lambda work: notice.end_notice(work, notice_id=one.case.id)),
    )
    assert found[0].case.id == found[1].case.id, "one objection, however often it is sent"
    assert found[2] is False, "the last day belongs to the period"
    await ended(road, one)
    approved = await road.approved(await current(road, settlement))
    assert approved.amounts is not None
    assert approved.amounts.entitled_fen == 400_000


async def test_publishing_and_withdrawing_at_once_leave_one_of_them(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    one = await prepared(road, settlement)
    withdrawn = road.act(
        road.staff.approver,
        lambda work: notice.withdraw_notice(
            work, notice_id=one.case.id, version=one.case.version, reason="有误"
        ),
    )
    both = await asyncio.gather(publish(road, one), withdrawn, return_exceptions=True)
    (refused,) = [found for found in both if isinstance(found, Refusal)]
    assert refused.code == "stale_version"
    (done,) = [found for found in both if isinstance(found, Notice)]
    state = (await current(road, settlement)).case.state
    assert (done.case.state, state) in {("published", "on_notice"), ("withdrawn", "reviewed")}


async def test_two_decisions_on_one_objection_at_once_send_back_once(new_road: NewRoad) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    one = await publish(road, await prepared(road, settlement))
    opened = await objected(road, one, line_no=1)
    examined = await road.act(
        road.staff.handler,
        lambda work: objection.examine_objection(
            work, objection_id=opened.case.id, version=opened.case.version, reason=""
        ),
    )
    both = await asyncio.gather(
        *(
            road.act(
                road.staff.approver,
                lambda work, event=event: objection.decide_objection(
                    work,
                    objection_id=opened.case.id,
                    version=examined.case.version,
                    event=event,
                    reason="经核查",
                ),
            )
            for event in ("uphold", "dismiss")
        ),
        return_exceptions=True,
    )
    assert sorted(type(found).__name__ for found in both) == ["Objection", "Refusal"]


async def test_no_login_but_the_authoritys_publishes_and_only_what_is_signed(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road()
    one = await prepared(road, await reviewed(road))
    publishing = text("""
        insert into published_notices (notice_id, region_path, starts_on, ends_on, published_at, body)
        values (:id, :region, current_date, current_date, now(), '{}')
    """)
    emptying = text("update published_notices set body = null, taken_down_at = now()")
    values = {"id": one.case.id, "region": road.staff.place.region_path}
    for actor, said in (
        (road.staff.filer, "row-level security"),
        (NOBODY, "row-level security"),
        (road.staff.approver, "published by a signed step"),
    ):
        async with engine.connect() as connection:
            await connection.execute(
                text("""select set_config('xuetu.person_id', :p, true),
                        set_config('xuetu.org_id', :o, true), set_config('xuetu.region_path', :r, true)"""),
                {
                    "p": str(actor.person_id),
                    "o": str(actor.org_id),
                    "r": actor.region_path or "",
                },
            )
            if actor.region_path is None:
                assert (await connection.execute(emptying)).rowcount == 0
            with pytest.raises(DBAPIError, match=said):
                await connection.execute(publishing, values)


class _Altered:
    """Notices that publish something else than what they keep."""

    def __init__(self, on_file: Notices, alter: Alter) -> None:
        self._on_file = on_file
        self._alter = alter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._on_file, name)

    async def publish(self, one: Notice, lines: Sequence[NoticeLine], public: PublicNotice) -> None:
        await self._on_file.publish(one, lines, self._alter(public))


def _items(**changed: Any) -> Alter:
    def alter(public: PublicNotice) -> PublicNotice:
        assert public.items is not None
        return replace(public, items=tuple(replace(item, **changed) for item in public.items))

    return alter


def _unmasked(public: PublicNotice) -> PublicNotice:
    assert public.items is not None
    (item,) = public.items
    persons = tuple(replace(person, name="欧阳雪") for person in item.persons)
    return _items(persons=persons)(public)


ALTERED: Mapping[str, Alter] = {
    "an amount": _items(amount_fen=1),
    "no amount": _items(amount_fen=None),
    "a head-count": _items(people=1),
    "an enterprise": _items(enterprise="他厂"),
    "nobody": _items(persons=()),
    "a full name": _unmasked,
    "nothing": lambda public: replace(public, items=()),
    "another bureau": lambda public: replace(public, bureau="他局"),
    "another subject": lambda public: replace(public, of=NoticeOf.LISTING),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
async def test_what_the_public_reads_is_what_the_authority_keeps_word_for_word(
    new_road: NewRoad, alter: Alter
) -> None:
    road = await new_road(people=2)
    settlement = await reviewed(road)
    one = await prepared(road, settlement)

    async def altered(work: Work) -> Notice:
        work.notices = cast(Notices, _Altered(work.notices, alter))
        return await notice.publish_notice(work, notice_id=one.case.id, version=one.case.version)

    with pytest.raises(DBAPIError) as broken:
        await road.act(road.staff.approver, altered)
    assert constraint_of(broken.value) == "published_word_for_word"
    assert (await publish(road, one)).case.state == "published"


async def test_who_is_paid_nothing_needs_no_notice_and_who_is_on_notice_waits_for_its_end(
    new_road: NewRoad,
) -> None:
    nobody = await new_road(people=1, outcomes={0: (Outcome.EXITED, "left")})
    accepted = await nobody.accepted()
    settlement = await nobody.reviewed(await nobody.verified(accepted.case.id))
    one = await publish(nobody, await prepared(nobody, settlement))
    on_notice = await current(nobody, settlement)
    assert await code_of(nobody.approved(on_notice)) == "notice_required", "it is running"
    withdrawn = await nobody.act(
        nobody.staff.approver,
        lambda work: notice.withdraw_notice(
            work, notice_id=one.case.id, version=one.case.version, reason="无人应付"
        ),
    )
    assert withdrawn.case.state == "withdrawn"
    approved = await nobody.approved(await current(nobody, settlement))
    assert approved.amounts is not None
    assert (approved.amounts.entitled_fen, approved.case.state) == (0, "approved")


async def test_a_notice_of_another_place_is_not_there(new_road: NewRoad, new_staff: Any) -> None:
    road = await new_road()
    settlement = await reviewed(road)
    other = await new_staff()
    elsewhere = replace(road.staff.handler, region_path=other.place.region_path)
    hidden = road.act(
        elsewhere,
        lambda work: notice.prepare_notice(work, settlement_ids=[settlement.case.id]),
    )
    assert await code_of(hidden) == "not_found"
    above = road.staff.place.region_path.rsplit("/", 2)[0] + "/"
    async with road.begin_work(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        names = ["上级"] * above.strip("/").count("/") + ["上级"]
        place = await add_place(
            work, region_path=above, names=names, bureau_name="上级人社", finance_name="上级财政"
        )
        await work.commit()
    superior = replace(road.staff.handler, region_path=above, org_id=place.bureau_org_id)
    seen = road.act(
        superior,
        lambda work: notice.prepare_notice(work, settlement_ids=[settlement.case.id]),
    )
    assert await code_of(seen) == "not_found", "it is seen from above, and decided below"


async def test_what_was_published_and_answered_is_edited_by_nobody(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road()
    one = await publish(road, await prepared(road, await reviewed(road)))
    received = await objected(road, one)

    async def refused(statement: str) -> str | None:
        async with engine.connect() as connection:
            await scoped(connection, road.staff.approver)
            with pytest.raises(DBAPIError) as broken:
                await connection.execute(
                    text(statement), {"id": one.case.id, "objection": received.case.id}
                )
        return constraint_of(broken.value)

    shorter = "update notices set ends_on = starts_on where id = :id"
    assert await refused(shorter) == "noticed_once"
    edited = "update published_notices set body = '{}' where notice_id = :id"
    assert await refused(edited) == "taken_down_as_signed"
    early = "update published_notices set body = null, taken_down_at = now() where notice_id = :id"
    assert await refused(early) == "taken_down_as_signed"
    alone = "update objections set answer = '不成立' where id = :objection"
    assert await refused(alone) == "answered_once"
