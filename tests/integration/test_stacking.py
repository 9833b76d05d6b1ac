"""Stacking on PostgreSQL: what people had nationwide, asked at the filing, the review and the approval."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.work import postgres_work
from adapters.sheets.files import SheetFiles
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.eligibility import EligibilityRule, Judgement
from domain.errors import Refusal
from domain.filing import Apprentice
from domain.funding_request import PayableKind
from domain.party import Actor
from domain.policy import parse_policy
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.sheets import CSV
from domain.ports.work import BeginWork, Work
from domain.programme import BenefitClass, Programme
from domain.settlement import Ground, Settlement, SettlementKind
from domain.settlement_explanation import explain_line
from domain.stacking import Candidate, CertificateKey, StackingRule, Subsidy
from domain.subsidy_register import SubsidyRegister
from domain.subsidy_sheet import checked_register
from service.application import settlement as settlements
from service.application import settlement_again, stacking, subsidy_register
from tests.conftest import Database
from tests.integration.recovery_road import RecoveryRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff, staffed_place

PACK = Path(__file__).parents[2] / "adapters/policies/packs/nantong-2019-15.json"
HEADINGS = "身份证号,补贴项目,享受日期,职业编码,等级,证书编号,发证机构代码"
WELDER = {"occupation_code": "6-18-02-04", "occupation_name": "焊工"}
_cities = itertools.count(9920)

NewRoad = Callable[..., Awaitable[RecoveryRoad]]
NewCity = Callable[..., Awaitable[Sequence[Staff]]]


@pytest.fixture
def new_city(begin_work: BeginWork, crypto: Crypto, passwords: Passwords) -> NewCity:
    """Make counties of a city of its own, whose standard has these rules of stacking."""

    async def make(*, counties: int = 1, **rules: Any) -> Sequence[Staff]:
        city = str(next(_cities))
        document: dict[str, Any] = json.loads(PACK.read_text("utf-8"))
        document |= {
            "id": f"city-{city}",
            "region": city,
            "stacking": document["stacking"] | rules,
        }
        made = [
            await staffed_place(begin_work, crypto=crypto, passwords=passwords, city=city)
            for _ in range(counties)
        ]
        async with begin_work(made[0].system) as work:
            source = json.dumps(document).encode()
            await work.policies.add(work.new_id(), parse_policy(document), source)
            await work.commit()
        return made

    return make


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, begin_work: BeginWork) -> NewRoad:
    """Make the road of one enterprise to its completion, with a clock of its own."""
    assert begin_work is not None

    async def make(
        staff: Staff, *, people: int = 1, roster: Sequence[Apprentice] = (), **plan: Any
    ) -> RecoveryRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        road = RecoveryRoad(begin, clock, staff, people=people, roster=roster)
        await road.ready(prepaid=None, **plan)
        return road

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


def listed(citizen_id: str, programme: str, day: str, *more: str) -> str:
    """A row of a list."""
    return ",".join((citizen_id, programme, day, *more, *[""] * (4 - len(more))))


async def loaded(
    begin_work: BeginWork, actor: Actor, *rows: str, source: str = "失业保险"
) -> SubsidyRegister:
    """Load a list as a clerk."""
    content = "\r\n".join((HEADINGS, *rows, "")).encode()

    async with begin_work(actor) as work:
        checked = checked_register(SheetFiles().read(content, CSV), today=work.today)
        register = await subsidy_register.load_register(
            work, source=source, content=content, rows=checked
        )
        await work.commit()
    return register


async def reviewed(road: RecoveryRoad, **certificate: str) -> Settlement:
    """A reviewed settlement of the first person, certified."""
    await road.extract(road.registered(0, **certificate))
    accepted = await road.accepted(road.declaration(0, **certificate))
    return await road.reviewed(await road.verified(accepted.case.id))


async def judgement(road: RecoveryRoad, settlement: Settlement) -> Judgement:
    """How stacking came out for the first person, in the latest round."""
    async with road.begin_work(road.staff.handler) as work:
        people = await settlements.eligibility_of(
            work, settlement_id=settlement.case.id, after=None, limit=10
        )
    (person,) = [one for one in people if one.enrolment_id == road.enrolments[0].id]
    (found,) = [one for one in person.judgements if one.rule is EligibilityRule.STACKING]
    return found


async def on_record(database: Database, *subjects: UUID) -> list[tuple[Any, ...]]:
    """Everything ever recorded of these subjects: grade, certificate, day, and whether it counts."""
    admin = create_async_engine(database.admin_url)
    async with admin.connect() as connection:
        rows = await connection.execute(
            text("""
            select grade, certificate_number, counts_on, ended_at is null as counts
              from person_subsidies where subject_id = any(:ids) order by subject_id, row_no
            """),
            {"ids": list(subjects)},
        )
        found = [tuple(row) for row in rows]
    await admin.dispose()
    return found


def wanted(person_id: UUID, on: date, **changed: Any) -> Candidate:
    """A voucher for another occupation."""
    fields: dict[str, Any] = {
        "person_id": person_id,
        "programme": Programme.VOUCHER,
        "benefit_class": BenefitClass.TRAINING,
        "counts_on": on,
        "occupation": "4-10-01-06",
        "grade": 5,
    }
    return Candidate(subject_id=uuid4(), subsidy=Subsidy(**(fields | changed)))


# --- what is on record ------------------------------------------------------------------------------


async def test_what_an_approval_pays_counts_for_the_person_in_every_place(
    new_road: NewRoad, new_city: NewCity, database: Database
) -> None:
    """Shows PAY-12."""
    (staff,) = await new_city()
    road = await new_road(staff)
    await road.approved(await reviewed(road))
    one = road.enrolments[0]
    day = road.clock.at.date()
    assert await on_record(database, one.id) == [(4, road.number(0), day, True)]
    elsewhere, _ = await new_city(counties=2, per_year_total=1)
    rule = parse_policy(json.loads(PACK.read_text("utf-8"))).stacking
    candidate = wanted(one.person_id, day, occupation="6-18-01-01", grade=4)
    async with road.begin_work(elsewhere.handler) as work:
        found = await stacking.check_stacking(work, rule, [candidate])
        (violation,) = found[candidate.subject_id]
        nobody = await stacking.check_stacking(work, rule, [wanted(uuid4(), day)])
    assert violation.rule is StackingRule.SAME_GRADE
    assert [(clash.programme, clash.year) for clash in violation.clashes] == [
        ("apprenticeship", day.year)
    ]
    assert nobody == {}


async def test_an_entitlement_that_comes_to_nothing_counts_no_longer(
    new_road: NewRoad, new_city: NewCity, database: Database
) -> None:
    (staff,) = await new_city()
    road = await new_road(staff)
    first = await road.approved(await reviewed(road))
    await road.paid(PayableKind.SETTLEMENT, first.case.id)
    await road.closed(first)
    day = road.clock.at.date()
    road.clock.at += timedelta(days=30)
    await road.extract(road.registered(0, status="revoked"))
    adjusted = await road.adjusted()
    assert adjusted.amounts is not None
    assert adjusted.amounts.entitled_fen == 0
    assert await on_record(database, road.enrolments[0].id) == [(4, road.number(0), day, False)]
    again = await new_road(staff, roster=road.roster)
    settled = await reviewed(again)
    assert (await judgement(again, settled)).result == "pass"
    assert (await again.approved(settled)).case.state == "approved"


async def test_a_record_that_says_something_else_ends_and_its_day_goes_on(
    new_road: NewRoad, new_city: NewCity, database: Database
) -> None:
    (staff,) = await new_city()
    road = await new_road(staff)
    person = road.enrolments[0].person_id
    first = wanted(person, date(2026, 12, 30))
    later = Candidate(
        subject_id=first.subject_id,
        subsidy=Subsidy(
            person_id=person,
            programme=Programme.VOUCHER,
            benefit_class=BenefitClass.TRAINING,
            counts_on=date(2027, 2, 1),
            occupation="4-10-01-06",
            grade=4,
            certificate=CertificateKey(number="Y7", issuer="S7", category="A"),
        ),
    )
    async with road.begin_work(staff.handler) as work:
        case = await work.cases.get(CaseKind.FILING, road.case_id)
        for candidate in (first, first, later, later):
            await stacking.record_subsidies(work, case, [candidate])
        had = await work.subsidies.had([later])
        await work.commit()
    assert await on_record(database, first.subject_id) == [
        (5, None, date(2026, 12, 30), False),
        (4, "Y7", date(2026, 12, 30), True),
    ]
    own = had[first.subject_id].own
    assert own is not None
    assert (own.certificate, own.year) == (later.subsidy.certificate, 2026)
    async with road.begin_work(staff.handler) as work:
        await work.subsidies.withdraw(staff.place.id, [first.subject_id])
        assert await work.subsidies.had([later]) == {}
        await stacking.record_subsidies(work, case, [later])
        await work.commit()
    assert (await on_record(database, first.subject_id))[-1] == (4, "Y7", date(2027, 2, 1), True)


async def test_a_voucher_is_checked_when_reserved_and_recorded_when_paid(
    new_road: NewRoad, new_city: NewCity
) -> None:
    staff, beside = await new_city(counties=2, per_year_per_programme=1)
    road = await new_road(staff)
    person, day = road.enrolments[0].person_id, road.clock.at.date()
    rule = await rule_of(road)
    first, second = wanted(person, day), wanted(person, day, occupation="4-04-05-05")
    async with road.begin_work(staff.approver) as work:
        assert await stacking.check_stacking(work, rule, [first, second]) == {}
        case = await work.cases.get(CaseKind.FILING, road.case_id)
        await work.subsidies.take_turns([first])
        await stacking.record_subsidies(work, case, [first])
        await work.commit()
    async with road.begin_work(beside.approver) as work:
        found = await stacking.check_stacking(work, rule, [first, second])
    assert {subject: [one.rule for one in some] for subject, some in found.items()} == {
        second.subject_id: [StackingRule.YEAR_PROGRAMME]
    }


async def rule_of(road: RecoveryRoad) -> Any:
    """What the place's standard of the day says of stacking."""
    async with road.begin_work(road.staff.handler) as work:
        policy = await work.policies.in_force(road.staff.place.region_path, work.today)
    return policy.standard.stacking


# --- at the approval --------------------------------------------------------------------------------


async def waiting_for_rows(engine: AsyncEngine) -> int:
    """How many wait for another transaction's rows."""
    async with engine.connect() as connection:
        query = (
            "select count(*) from pg_locks"
            " where locktype in ('transactionid', 'tuple') and not granted"
        )
        return int((await connection.execute(text(query))).scalar_one())


async def test_of_two_places_that_approve_for_one_person_at_once_one_finds_the_limit_reached(
    new_road: NewRoad, new_city: NewCity, engine: AsyncEngine, database: Database
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    first = await new_road(staff)
    second = await new_road(beside, roster=first.roster, **WELDER)
    settled = [await reviewed(first), await reviewed(second, occupation_code="6-18-02-04")]
    person = wanted(first.enrolments[0].person_id, first.clock.at.date())
    async with first.begin_work(staff.system) as holding:
        await holding.subsidies.take_turns([person])
        both = [
            asyncio.create_task(road.approved(one))
            for road, one in zip((first, second), settled, strict=True)
        ]
        while await waiting_for_rows(engine) < 2 and not any(task.done() for task in both):
            pass
        assert not any(task.done() for task in both), "both wait for the person's turn"
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(getattr(one, "code", "approved") for one in answers) == [
        "approved",
        "stacking_violated",
    ]
    subjects = [road.enrolments[0].id for road in (first, second)]
    assert [row[-1] for row in await on_record(database, *subjects)] == [True]


async def test_what_came_to_light_after_the_review_stops_the_approval_and_the_line_is_decided_anew(
    new_road: NewRoad, new_city: NewCity
) -> None:
    (staff,) = await new_city(excludes=["unemployment_insurance_skill_upgrade"])
    road = await new_road(staff, people=2)
    await road.extract(*(road.registered(n) for n in range(2)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(2)))
    settled = await road.reviewed(await road.verified(accepted.case.id))
    row = listed(road.roster[1].citizen_id, "技能提升补贴", "2027-03-01", "", "", road.number(1))
    await loaded(road.begin_work, staff.handler, row)
    with pytest.raises(Refusal) as refused:
        await road.approved(settled)
    assert (refused.value.code, refused.value.values) == ("stacking_violated", {"count": 1})
    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/roster/1", "stacking_excluded")
    ]
    reopened = await road.act(
        staff.handler,
        lambda work: settlement_again.take_back_review(
            work,
            settlement_id=settled.case.id,
            version=settled.case.version,
            event="reopen",
            reason="补贴重复",
        ),
    )
    anew = await road.approved(await road.reviewed(reopened))
    assert anew.amounts is not None
    assert anew.amounts.entitled_fen == 400_000
    async with road.begin_work(staff.filer) as work:
        facts = await settlements.reasons_for_person(
            work, filing_id=road.case_id, enrolment_id=road.enrolments[1].id
        )
    assert (facts.ground, facts.failed) == (Ground.INELIGIBLE, (EligibilityRule.STACKING,))
    said = explain_line(facts)[2]
    assert said.zh == "与已享受的补贴（失业保险技能提升补贴 2027 年）不得重复享受。"
    assert "unemployment insurance 2027" in said.en


# --- lists of other programmes ----------------------------------------------------------------------


async def test_a_list_counts_from_its_loading_until_a_newer_one_of_its_source(
    new_road: NewRoad, new_city: NewCity
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=2)
    road = await new_road(staff)
    citizen_id = road.roster[0].citizen_id
    two = [
        listed(citizen_id, "项目制培训", "2027-01-05", "4-10-01-06", "五级"),
        listed(citizen_id, "elsewhere_1", "2027-02-05"),
    ]
    first = await loaded(road.begin_work, beside.handler, *two)
    assert (first.version, first.rows, first.source) == (1, 2, "失业保险")
    accepted = await road.accepted(road.declaration(0))
    await road.extract(road.registered(0))
    verified = await road.verified(accepted.case.id)
    found = await judgement(road, verified)
    assert (found.result, found.facts["violated"], found.facts["per_year_total"]) == (
        "fail",
        "year_total",
        2,
    )
    assert found.facts["clashes"] == "project_training 2027; elsewhere_1 2027"
    again = loaded(road.begin_work, beside.handler, *two)
    assert await code_of(again) == "subsidy_register_already_loaded"
    other = await loaded(road.begin_work, beside.handler, *two, source="另一来源")
    assert other.version == 1, "one subsidy told by two lists is one"
    for source in ("失业保险", "另一来源"):
        second = await loaded(road.begin_work, beside.handler, two[0], source=source)
        assert (second.version, second.rows) == (2, 1)
    settled = await road.reviewed(verified)
    assert (await judgement(road, settled)).result == "pass"
    back = await loaded(road.begin_work, beside.handler, *two)
    assert back.version == 3, "an older list may come back"


async def test_of_two_clerks_who_load_one_list_at_once_one_is_told_so(
    new_road: NewRoad, new_city: NewCity
) -> None:
    (staff,) = await new_city()
    road = await new_road(staff)
    row = listed(road.roster[0].citizen_id, "项目制培训", "2027-01-05")
    both = await asyncio.gather(
        loaded(road.begin_work, staff.handler, row),
        loaded(road.begin_work, staff.approver, row),
        return_exceptions=True,
    )
    assert sorted(getattr(one, "code", "loaded") for one in both) == [
        "loaded",
        "subsidy_register_already_loaded",
    ]


async def test_a_list_is_its_places_and_its_rows_are_nobodys(
    new_road: NewRoad, new_city: NewCity, engine: AsyncEngine
) -> None:
    staff, beside = await new_city(counties=2)
    road = await new_road(staff)
    row = listed(road.roster[0].citizen_id, "项目制培训", "2027-01-05")
    register = await loaded(road.begin_work, staff.handler, row)
    async with road.begin_work(staff.handler) as work:
        assert await subsidy_register.get_register(work, register_id=register.id) == register
        page = await subsidy_register.list_registers(work, after=None, limit=10)
        assert register in page
        beyond = await subsidy_register.list_registers(work, after=register.id, limit=10)
        assert register not in beyond
    for actor in (staff.filer, beside.handler):
        async with road.begin_work(actor) as work:
            seen = subsidy_register.get_register(work, register_id=register.id)
            assert await code_of(seen) == "not_found"
    assert await code_of(loaded(road.begin_work, staff.filer, row)) == "place_unknown"
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("select * from person_subsidies"))


async def test_only_an_authority_of_the_place_records_its_own_people(
    new_road: NewRoad, new_city: NewCity
) -> None:
    staff, beside = await new_city(counties=2)
    road = await new_road(staff)
    person, day = road.enrolments[0].person_id, road.clock.at.date()
    register = await loaded(
        road.begin_work, staff.handler, listed(road.roster[0].citizen_id, "voucher", "2027-01-05")
    )

    def voucher(work: Work) -> Awaitable[None]:
        return work.subsidies.record(staff.place.id, [wanted(person, day)])

    def apprenticeship(work: Work) -> Awaitable[None]:
        stranger = wanted(uuid4(), day, programme=Programme.APPRENTICESHIP)
        return work.subsidies.record(staff.place.id, [stranger])

    def ended(work: Work) -> Awaitable[None]:
        return work.subsidies.withdraw(staff.place.id, [register.id])

    tried: list[tuple[Actor, Callable[[Work], Awaitable[None]]]] = [
        (actor, act) for actor in (staff.filer, beside.approver) for act in (voucher, ended)
    ]
    for actor, act in (*tried, (staff.approver, apprenticeship)):
        with pytest.raises(DBAPIError, match=r"an authority (records|ends)"):
            await road.act(actor, act)


# --- at the filing ----------------------------------------------------------------------------------


async def test_a_filing_is_warned_of_what_its_people_had_and_is_not_refused(
    new_road: NewRoad, new_city: NewCity
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    done = await new_road(staff)
    await done.approved(await reviewed(done))
    again = RecoveryRoad(done.begin_work, done.clock, beside, people=2)
    again.roster = [*(await new_road(beside)).roster, *done.roster]
    await again.listed()
    async with again.begin_work(beside.filer) as work:
        warnings = await stacking.warnings_of_filing(work, filing_id=again.case_id)
    # The class ends in 2027, the year in which the apprenticeship before it was settled.
    assert [(one.pointer, one.code) for one in warnings] == [
        ("/roster/1", "stacking_year_total"),
        ("/roster/1", "stacking_same_grade"),
    ]
    assert warnings[0].values["subsidies"] == "apprenticeship:2027"
    other = RecoveryRoad(done.begin_work, done.clock, beside, people=1, roster=again.roster[:1])
    async with other.begin_work(beside.filer) as work:
        unknown = stacking.warnings_of_filing(work, filing_id=uuid4())
        assert await code_of(unknown) == "not_found"


# --- claimed in time --------------------------------------------------------------------------------


async def test_a_certificate_is_claimed_with_the_settlement_that_first_declares_it(
    new_road: NewRoad, new_city: NewCity
) -> None:
    beside, staff = await new_city(counties=2, claim_within_months=2)
    # Issued on 20 February 2027: to be claimed by 20 April.
    late = await new_road(beside)
    late.clock.at = datetime(2027, 4, 21, 1, tzinfo=UTC)
    found = await judgement(late, await reviewed(late))
    assert (found.result, found.facts["violated"]) == ("fail", "claimed_late")

    road = await new_road(staff, people=2)
    withdrawn = await road.drafted(road.declaration(1))
    for step in (settlements.submit_settlement, settlements.withdraw_settlement):
        withdrawn = await road.act(
            staff.filer,
            lambda work, step=step, case=withdrawn.case: step(
                work, settlement_id=case.id, version=case.version
            ),
        )
    await road.extract(road.registered(0, status="pending"))
    first = await road.decided(road.declaration(0))
    assert first.kind is SettlementKind.FINAL
    road.clock.at = datetime(2027, 6, 1, 1, tzinfo=UTC)
    await road.extract(road.registered(0), road.registered(1))
    accepted = await road.accepted(road.declaration(1))
    assert accepted.kind is SettlementKind.SUPPLEMENTARY
    settled = await road.reviewed(await road.verified(accepted.case.id))
    assert (await judgement(road, settled)).result == "pass", "declared on 1 April, in time"
    async with road.begin_work(staff.handler) as work:
        people = await settlements.eligibility_of(
            work, settlement_id=settled.case.id, after=None, limit=10
        )
    (other,) = [one for one in people if one.enrolment_id == road.enrolments[1].id]
    ruled = {one.rule: one.facts for one in other.judgements}
    assert ruled[EligibilityRule.STACKING]["violated"] == "claimed_late", (
        "a withdrawn one claims nothing"
    )
