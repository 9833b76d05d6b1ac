"""Vouchers and apprenticeships of one person count together: the rules of 深圳 and 浙江, on PostgreSQL.

深圳 2024: in a calendar year each of 提升补贴, 学徒制, 项目制 and 评价补贴 once, three in all; the same occupation
and grade once ever; not beside 失业保险技能提升补贴 for the same certificate. 浙江: no lower grade after a higher
one, also where an enterprise or a provider was paid.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.ledger import AccountKind
from domain.payment import Remedy
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.provider_catalogue import CatalogueChange
from domain.stacking import Candidate, voucher_training
from domain.voucher import VoucherStandard
from domain.voucher_settlement import VoucherGround, VoucherSettlement
from service.application import voucher_class_completion, voucher_settlement_decision
from tests import road
from tests.conftest import Database
from tests.integration import test_stacking
from tests.integration import voucher_review_stage as review
from tests.integration.test_stacking import (
    NewCity,
    NewRoad,
    judgement,
    listed,
    loaded,
    on_record,
    reviewed,
    waiting_for_rows,
)
from tests.integration.voucher_class_stage import (
    ENDS,
    FEE_FEN,
    NUMBER,
    STANDARD_FEN,
    TODAY,
    Holder,
    outcome_of,
    stage_at,
)
from tests.integration.voucher_money_stage import Money, refused
from tests.people import Staff, citizen_id

PACKS = Path(__file__).parents[2] / "adapters/policies/packs"
SHENZHEN: Final[dict[str, Any]] = json.loads((PACKS / "shenzhen-2019-11.json").read_text("utf-8"))[
    "stacking"
]
ZHEJIANG: Final[dict[str, Any]] = {
    "per_year_total": 3,
    "same_occupation_and_grade_once": True,
    "higher_blocks_lower": True,
    "claim_within_months": 12,
}

NANNY, ELDER_CARE, TURNER = "4-10-01-02", "4-10-01-05", "6-18-01-01"
"""育婴员 is the stage's own occupation; 车工, at grade 4, is what the apprentices learn."""
TAUGHT: Final = tuple(
    VoucherStandard(
        occupation_code=code, occupation_name=name, grade=grade, standard_fen=STANDARD_FEN
    )
    for code, name in ((NANNY, "育婴员"), (ELDER_CARE, "养老护理员"), (TURNER, "车工"))
    for grade in (3, 4, 5)
)

MARCH: Final = {"starts_on": date(2027, 3, 8), "ends_on": date(2027, 3, 26)}
"""A class of the year in which the apprentices of the road are settled, before that."""
APRIL: Final = {"starts_on": date(2027, 4, 12), "ends_on": date(2027, 4, 30)}
"""A class of that year, after that."""

NewMoney = Callable[..., Awaitable[Money]]

new_city = test_stacking.new_city
new_road = test_stacking.new_road


@pytest.fixture
def new_money(engine: AsyncEngine, crypto: Crypto) -> NewMoney:
    """Make a county's vouchers, in March 2026 unless told: money, a provider, and a project of three trades."""

    async def make(staff: Staff, *, on: date = TODAY) -> Money:
        money = Money(stage=stage_at(engine, crypto, staff))
        money.stage.on(on)
        await money.stage.appropriated()
        await money.stage.catalogued(CatalogueChange.JOIN, date(2020, 1, 1))
        await another_project(money)
        return money

    return make


async def another_project(money: Money) -> None:
    """Publish a project, from which vouchers are issued from now on."""
    await money.stage.project(standards=TAUGHT, closes_on=date(2027, 12, 31))


async def holder_of(money: Money, person: str) -> Holder:
    """The person of a citizen id, with a voucher of the newest project."""
    (holder,) = await money.stage.holders(1, citizen_ids=[person], valid_until=date(2027, 12, 31))
    return holder


async def refused_for(money: Money, holder: Holder, **terms: Any) -> list[tuple[str, str, str]]:
    """Reserve in a class with these terms, and return where it is refused, why, and for which subsidies."""
    planned = await money.stage.planned(**terms)
    with pytest.raises(Refusal) as stopped:
        await money.stage.reserve(planned.case.id, holder)
    assert stopped.value.code == "reservation_refused"
    return [
        (fault.pointer, fault.code, str(fault.values["subsidies"]))
        for fault in stopped.value.faults
    ]


async def reserves(money: Money, holder: Holder, **terms: Any) -> str:
    """Reserve in a class with these terms, and return the voucher's state."""
    planned = await money.stage.planned(**terms)
    return (await money.stage.reserve(planned.case.id, holder)).state


async def paid_by_voucher(money: Money, holder: Holder, **terms: Any) -> VoucherSettlement:
    """Train with a voucher, and have it approved in the month's settlement."""
    await money.redeemed(holder, **terms)
    return await money.settled()


async def to_be_approved(money: Money, *holders: Holder, **terms: Any) -> VoucherSettlement:
    """Train with vouchers, and have them reviewed in the month's settlement."""
    await money.redeemed(*holders, **terms)
    drafted = await money.drafted()
    await money.accepted(drafted)
    return await money.reviewed(drafted)


def located(refusal: Refusal) -> tuple[str, list[tuple[str, str]]]:
    """What was refused, and where and why."""
    return refusal.code, [(fault.pointer, fault.code) for fault in refusal.faults]


# --- what lists of other programmes leave room for --------------------------------------------------


async def test_three_subsidies_in_the_year_leave_no_room_for_a_voucher_and_two_of_the_year_do(
    new_city: NewCity, new_money: NewMoney
) -> None:
    (staff,) = await new_city(**SHENZHEN)
    money = await new_money(staff)
    full, room, before = (citizen_id() for _ in range(3))
    three = ("技能提升培训补贴", "项目制", "评价补贴")
    rows = [
        *(listed(full, word, f"2026-01-1{n}") for n, word in enumerate(three)),
        *(listed(room, word, f"2026-01-1{n}") for n, word in enumerate(three[:2])),
        *(listed(before, word, f"2025-12-1{n}") for n, word in enumerate(three)),
    ]
    await loaded(money.stage.begin, staff.handler, *rows)
    assert await refused_for(money, await holder_of(money, full)) == [
        (
            "/class_id",
            "stacking_year_total",
            "skill_training:2026,project_training:2026,assessment:2026",
        )
    ]
    for person in (room, before):
        assert await reserves(money, await holder_of(money, person)) == "reserved"


async def test_a_class_counts_in_the_year_in_which_it_ends(
    new_city: NewCity, new_money: NewMoney
) -> None:
    (staff,) = await new_city(per_year_total=1)
    money = await new_money(staff, on=date(2026, 12, 1))
    person = citizen_id()
    await loaded(money.stage.begin, staff.handler, listed(person, "项目制", "2026-01-10"))
    holder = await holder_of(money, person)
    this_year = {"starts_on": date(2026, 12, 14), "ends_on": date(2026, 12, 31)}
    assert await refused_for(money, holder, **this_year) == [
        ("/class_id", "stacking_year_total", "project_training:2026")
    ]
    next_year = this_year | {"ends_on": date(2027, 1, 1)}
    assert await reserves(money, holder, **next_year) == "reserved"


# --- what our own approvals leave room for ----------------------------------------------------------


async def test_a_second_voucher_in_the_year_of_an_approved_one_is_refused_also_by_another_project(
    new_city: NewCity, new_money: NewMoney
) -> None:
    staff, beside = await new_city(counties=2, **SHENZHEN)
    money = await new_money(staff)
    person = citizen_id()
    await paid_by_voucher(money, await holder_of(money, person))
    await another_project(money)
    elsewhere = await new_money(beside, on=ENDS)
    april = {"starts_on": date(2026, 4, 6), "ends_on": date(2026, 4, 24)}
    for place in (money, elsewhere):
        again = await holder_of(place, person)
        assert await refused_for(place, again, occupation_code=ELDER_CARE, **april) == [
            ("/class_id", "stacking_year_programme", "voucher:2026")
        ]
        over_new_year = april | {"ends_on": date(2027, 1, 8)}
        taken = await reserves(place, again, occupation_code=ELDER_CARE, **over_new_year)
        assert taken == "reserved"
        await place.stage.withdraw(again)  # elsewhere the same days would overlap


async def test_a_voucher_that_is_clawed_back_counts_no_longer(
    new_city: NewCity, new_money: NewMoney, database: Database
) -> None:
    (staff,) = await new_city(**SHENZHEN)
    money = await new_money(staff)
    person = citizen_id()
    first = await holder_of(money, person)
    settled = await paid_by_voucher(money, first)
    await money.paid(settled)
    proposed = await money.proposed(settled, first.voucher_id)
    await another_project(money)
    again = await holder_of(money, person)
    may = {"starts_on": date(2026, 5, 11), "ends_on": date(2026, 5, 29)}
    # The same occupation and grade, in the same year: refused twice over, until it is taken back.
    assert [code for _, code, _ in await refused_for(money, again, **may)] == [
        "stacking_year_programme",
        "stacking_same_grade",
    ]
    await money.ordered(proposed)
    assert await on_record(database, first.voucher_id) == [(5, None, ENDS, False)]
    assert await reserves(money, again, **may) == "reserved"


async def test_a_voucher_whose_payment_is_cancelled_counts_no_longer_until_it_is_approved_anew(
    new_city: NewCity, new_money: NewMoney, database: Database
) -> None:
    (staff,) = await new_city(per_year_total=1)
    money = await new_money(staff)
    holder = await holder_of(money, citizen_id())
    settled = await paid_by_voucher(money, holder)
    await money.planned(settled)
    await money.corrected(settled, Remedy.CANCEL)
    assert [row[-1] for row in await on_record(database, holder.voucher_id)] == [False]
    await money.settled()
    assert [row[-1] for row in await on_record(database, holder.voucher_id)] == [False, True]


async def test_a_voucher_whose_claw_back_was_wrong_counts_again_from_its_first_day(
    new_city: NewCity, new_money: NewMoney, database: Database
) -> None:
    (staff,) = await new_city(**SHENZHEN)
    money = await new_money(staff)
    person = citizen_id()
    first = await holder_of(money, person)
    settled = await paid_by_voucher(money, first)
    await money.paid(settled)
    served = await review.served(
        money, await money.ordered(await money.proposed(settled, first.voucher_id))
    )
    await review.ruled(
        money, await review.contested(money, money.stage.provider, recovery_id=served.case.id)
    )
    assert await on_record(database, first.voucher_id) == [
        (5, None, ENDS, False),
        (5, None, ENDS, True),
    ]
    await another_project(money)
    again = await holder_of(money, person)
    may = {"starts_on": date(2026, 5, 11), "ends_on": date(2026, 5, 29)}
    assert [code for _, code, _ in await refused_for(money, again, **may)] == [
        "stacking_year_programme",
        "stacking_same_grade",
    ]


async def test_an_approved_apprenticeship_leaves_no_room_for_a_voucher_in_its_year(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney
) -> None:
    """Shows PAY-12."""
    staff, beside = await new_city(counties=2, per_year_total=1)
    apprenticed = await new_road(staff)
    settled = await reviewed(apprenticed)
    money = await new_money(beside, on=date(2027, 4, 5))
    person = apprenticed.roster[0].citizen_id
    holder = await holder_of(money, person)
    await apprenticed.approved(settled)
    assert await refused_for(money, holder, **APRIL) == [
        ("/class_id", "stacking_year_total", "apprenticeship:2027")
    ]
    assert await reserves(money, await holder_of(money, citizen_id()), **APRIL) == "reserved"


async def test_an_approved_voucher_makes_the_apprentice_ineligible_in_its_year(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    person = citizen_id()
    money = await new_money(beside, on=date(2027, 3, 1))
    await paid_by_voucher(money, await holder_of(money, person), **MARCH)
    apprenticed = await new_road(staff, roster=[road.an_apprentice(citizen_id=person)])
    settled = await reviewed(apprenticed)
    found = await judgement(apprenticed, settled)
    assert (found.result, found.facts["violated"], found.facts["clashes"]) == (
        "fail",
        "year_total",
        "voucher 2027",
    )
    approved = await apprenticed.approved(settled)
    assert approved.amounts is not None
    assert approved.amounts.entitled_fen == 0


async def test_a_voucher_approved_after_the_review_stops_the_apprenticeships_approval(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    apprenticed = await new_road(staff)
    settled = await reviewed(apprenticed)
    assert (await judgement(apprenticed, settled)).result == "pass"
    money = await new_money(beside, on=date(2027, 3, 1))
    holder = await holder_of(money, apprenticed.roster[0].citizen_id)
    waiting = await to_be_approved(money, holder, **MARCH)
    money.stage.on(date(2027, 4, 2))
    await money.approved(waiting)
    apprenticed.clock.at = datetime(2027, 4, 3, 1, tzinfo=UTC)
    with pytest.raises(Refusal) as stopped:
        await apprenticed.approved(settled)
    assert located(stopped.value) == ("stacking_violated", [("/roster/0", "stacking_year_total")])


async def test_an_apprenticeship_approved_meanwhile_holds_its_persons_line_and_the_others_are_paid(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney, database: Database
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    apprenticed = await new_road(staff)
    money = await new_money(beside, on=date(2027, 3, 1))
    had = await holder_of(money, apprenticed.roster[0].citizen_id)
    other = await holder_of(money, citizen_id())
    waiting = await to_be_approved(money, had, other, **MARCH)
    assert waiting.amount_fen == 2 * FEE_FEN
    await apprenticed.approved(await reviewed(apprenticed))
    money.stage.on(date(2027, 4, 5))
    approved = await money.approved(waiting)
    assert approved.amount_fen == FEE_FEN
    assert await money.stage.states(had, other) == ["redeemed", "approved"]
    lines = {one.voucher_id: one for one in await money.lines(approved)}
    assert lines[other.voucher_id].ground is VoucherGround.WORTH
    held = lines[had.voucher_id]
    assert (held.ground, held.amount_fen, held.released) == (VoucherGround.LIMIT_REACHED, 0, True)
    assert "2027 年度已享受 1 项补贴（企业新型学徒制 2027 年），每人每年最多 1 项。" in held.reason
    assert "at most 1 a person and year" in held.reason
    class_id = (await money.stage.voucher(had)).class_id
    assert class_id is not None
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    assert await on_record(database, had.voucher_id) == []
    assert await on_record(database, other.voucher_id) == [(5, None, date(2027, 4, 5), True)]
    # Held, it may stand in a later settlement, whose review shows it at once.
    money.stage.on(date(2027, 5, 6))
    later = await money.drafted()
    await money.accepted(later)
    assert (await money.reviewed(later)).amount_fen == 0
    (again,) = await money.lines(later)
    assert again.ground is VoucherGround.LIMIT_REACHED
    send_back = voucher_settlement_decision.send_voucher_settlement_back
    await money.signed(later, send_back, beside.approver, reason="补贴重复")
    await money.reviewed(later, refused(had, "补贴重复"))
    await money.approved(later)
    assert await money.stage.states(had) == ["refused"]


# --- occupation and grade ---------------------------------------------------------------------------


async def test_after_an_apprenticeship_no_voucher_is_for_its_grade_or_a_lower_one(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney
) -> None:
    staff, beside = await new_city(counties=2, **ZHEJIANG)
    apprenticed = await new_road(staff)
    await apprenticed.approved(await reviewed(apprenticed))
    money = await new_money(beside, on=date(2027, 4, 5))
    holder = await holder_of(money, apprenticed.roster[0].citizen_id)
    # Grades count downwards: the apprenticeship was grade 4.
    for grade, code in ((5, "stacking_higher_grade"), (4, "stacking_same_grade")):
        assert await refused_for(money, holder, occupation_code=TURNER, grade=grade, **APRIL) == [
            ("/class_id", code, "apprenticeship:2027")
        ]
    assert await reserves(money, holder, occupation_code=TURNER, grade=3, **APRIL) == "reserved"


async def test_after_an_apprenticeship_a_voucher_may_be_for_a_lower_grade_of_another_occupation(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney
) -> None:
    staff, beside = await new_city(counties=2, **ZHEJIANG)
    apprenticed = await new_road(staff)
    await apprenticed.approved(await reviewed(apprenticed))
    money = await new_money(beside, on=date(2027, 4, 5))
    holder = await holder_of(money, apprenticed.roster[0].citizen_id)
    assert await reserves(money, holder, occupation_code=NANNY, grade=5, **APRIL) == "reserved"


@pytest.mark.parametrize(("grade", "violated"), [(3, "higher_grade"), (4, "same_grade"), (5, None)])
async def test_an_apprenticeship_is_judged_by_the_grade_of_the_voucher_before_it(
    new_city: NewCity, new_road: NewRoad, new_money: NewMoney, grade: int, violated: str | None
) -> None:
    staff, beside = await new_city(counties=2, **ZHEJIANG)
    person = citizen_id()
    money = await new_money(beside, on=date(2027, 3, 1))
    holder = await holder_of(money, person)
    await paid_by_voucher(money, holder, occupation_code=TURNER, grade=grade, **MARCH)
    apprenticed = await new_road(staff, roster=[road.an_apprentice(citizen_id=person)])
    found = await judgement(apprenticed, await reviewed(apprenticed))
    assert found.result == ("fail" if violated else "pass")
    assert found.facts.get("violated") == violated


# --- certificates -----------------------------------------------------------------------------------


async def certified(money: Money, holder: Holder) -> VoucherSettlement:
    """Complete a class with a certificate, and have it reviewed in the month's settlement."""
    class_id = await money.stage.started(holder)
    money.stage.on(ENDS)
    outcome = outcome_of(holder.voucher_id, certificate=(CertificateType.SKILL_LEVEL, NUMBER))
    await money.stage.completion_reported(class_id, outcome)
    await money.stage.decided(class_id, voucher_class_completion.confirm_completion)
    await money.stage.redeemed(class_id, holder.code)
    drafted = await money.drafted()
    await money.accepted(drafted)
    return await money.reviewed(drafted)


def upgraded(person: str, number: str) -> str:
    """A row of the unemployment insurance's list, of the day on which the voucher's class ended."""
    return listed(person, "失业保险技能提升补贴", ENDS.isoformat(), "", "", number)


async def test_a_voucher_is_not_paid_beside_the_skill_upgrade_subsidy_of_its_certificate(
    new_city: NewCity, new_money: NewMoney
) -> None:
    (staff,) = await new_city(**SHENZHEN)
    money = await new_money(staff)
    person = citizen_id()
    holder = await holder_of(money, person)
    waiting = await certified(money, holder)
    await loaded(money.stage.begin, staff.handler, upgraded(person, NUMBER))
    assert (await money.approved(waiting)).amount_fen == 0
    (line,) = await money.lines(waiting)
    assert line.ground is VoucherGround.LIMIT_REACHED
    assert "失业保险" in line.reason
    assert await money.stage.states(holder) == ["redeemed"]


async def test_a_voucher_is_paid_beside_the_skill_upgrade_subsidy_of_another_certificate(
    new_city: NewCity, new_money: NewMoney, database: Database
) -> None:
    (staff,) = await new_city(**SHENZHEN)
    money = await new_money(staff)
    person = citizen_id()
    holder = await holder_of(money, person)
    waiting = await certified(money, holder)
    await loaded(money.stage.begin, staff.handler, upgraded(person, f"{NUMBER[:-1]}2"))
    assert (await money.approved(waiting)).case.state == "approved"
    assert await on_record(database, holder.voucher_id) == [(5, NUMBER, ENDS, True)]


# --- at the same moment -----------------------------------------------------------------------------


async def one_of_two(
    money: Money, holder: Holder, engine: AsyncEngine, *approvals: Coroutine[Any, Any, Any]
) -> None:
    """Let both approvals come as far as the person's turn, and then both go on: one finds the limit reached.

    An apprenticeship's is refused then, a voucher's line held.
    """
    person_id = holder.worker.person_id
    turn = Candidate(
        subject_id=holder.voucher_id,
        subsidy=voucher_training(person_id, NANNY, on=money.stage.clock.at.date(), grade=5),
    )
    async with money.stage.reading(money.stage.staff.system) as holding:
        await holding.subsidies.take_turns([turn])
        both = [asyncio.create_task(one) for one in approvals]
        while await waiting_for_rows(engine) < 2 and not any(task.done() for task in both):
            pass
        assert not any(task.done() for task in both), "both wait for the person's turn"
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert {getattr(one, "code", "approved") for one in answers} <= {
        "approved",
        "stacking_violated",
    }


async def test_of_a_voucher_and_an_apprenticeship_approved_at_once_one_finds_the_limit_reached(
    new_city: NewCity,
    new_road: NewRoad,
    new_money: NewMoney,
    engine: AsyncEngine,
    database: Database,
) -> None:
    staff, beside = await new_city(counties=2, per_year_total=1)
    apprenticed = await new_road(staff)
    settled = await reviewed(apprenticed)
    money = await new_money(beside, on=date(2027, 3, 1))
    holder = await holder_of(money, apprenticed.roster[0].citizen_id)
    waiting = await to_be_approved(money, holder, **MARCH)
    both = (apprenticed.approved(settled), money.approved(waiting))
    await one_of_two(money, holder, engine, *both)
    recorded = await on_record(database, holder.voucher_id, apprenticed.enrolments[0].id)
    assert [row[-1] for row in recorded] == [True]


async def test_of_two_vouchers_approved_in_two_places_at_once_one_finds_the_limit_reached(
    new_city: NewCity, new_money: NewMoney, engine: AsyncEngine, database: Database
) -> None:
    counties = await new_city(counties=2, per_year_total=1)
    person = citizen_id()
    places = [await new_money(staff) for staff in counties]
    holders = [await holder_of(money, person) for money in places]
    waiting = [
        await to_be_approved(money, holder, occupation_code=code)
        for money, holder, code in zip(places, holders, (NANNY, ELDER_CARE), strict=True)
    ]
    both = (money.approved(one) for money, one in zip(places, waiting, strict=True))
    await one_of_two(places[0], holders[0], engine, *both)
    found = [await money.settlement(one) for money, one in zip(places, waiting, strict=True)]
    assert sorted(one.amount_fen or 0 for one in found) == [0, FEE_FEN]
    recorded = await on_record(database, *(holder.voucher_id for holder in holders))
    assert [row[-1] for row in recorded] == [True]
