"""One certificate supports one training subsidy, nationwide and in either programme (CASES 6): on PostgreSQL."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.eligibility import EligibilityRule, Result
from domain.ports.crypto import Crypto
from domain.voucher import VoucherStandard
from domain.voucher_settlement import VoucherGround
from service.application import settlement as settlements
from tests.integration import test_stacking
from tests.integration.test_guards import Forger
from tests.integration.test_stacking import NewRoad, code_of, reviewed
from tests.integration.voucher_certificate_stage import Certified, certified, extract
from tests.integration.voucher_class_stage import STANDARD_FEN, a_stage
from tests.integration.voucher_money_stage import Money
from tests.people import Staff

new_road = test_stacking.new_road

TURNER: Final = VoucherStandard(
    occupation_code="6-18-01-01", occupation_name="车工", grade=4, standard_fen=STANDARD_FEN
)
FEBRUARY: Final[dict[str, Any]] = {"starts_on": date(2027, 2, 8), "ends_on": date(2027, 2, 26)}
"""A class in which the certificate was issued that the road's apprentices declare."""
USE: Final = (
    "select use_voucher_certificates(:place, array[cast(:voucher as uuid)], array['S000132'],"
    " array[:number], 'training')"
)


@pytest.fixture
async def money(
    engine: AsyncEngine, crypto: Crypto, new_staff: Callable[[], Awaitable[Staff]]
) -> Money:
    """Another county, where turners are trained with vouchers and certificates are asked for."""
    stage = await a_stage(
        engine,
        crypto,
        await new_staff(),
        certificate_required=True,
        standards=(TURNER,),
        closes_on=date(2027, 12, 31),
    )
    stage.on(date(2027, 2, 1))
    return Money(stage=stage)


async def same(money: Money, person: str, number: str) -> Certified:
    """The person of an enterprise's roster, trained with a voucher and declared with the same certificate."""
    (one,) = await certified(
        money,
        1,
        people=[person],
        numbers=[number],
        occupation_code="6-18-01-01",
        grade=4,
        **FEBRUARY,
    )
    row = one.row(occupation_code="6-18-01-01", grade="4", issued_on="2027-02-20")
    await extract(money, row)
    return one


async def test_a_certificate_that_paid_an_apprenticeship_pays_no_voucher(
    money: Money, staff: Staff, new_road: NewRoad, engine: AsyncEngine
) -> None:
    apprenticed = await new_road(staff)
    settled = await reviewed(apprenticed)
    one = await same(money, apprenticed.roster[0].citizen_id, apprenticed.number(0))
    drafted = await money.drafted()
    await money.accepted(drafted)
    await money.reviewed(drafted)
    assert [line.ground for line in await money.lines(drafted)] == [VoucherGround.WORTH]
    # Approved meanwhile, in another place and another programme.
    await apprenticed.approved(settled)
    approved = await money.approved(drafted)
    assert [line.ground for line in await money.lines(approved)] == [VoucherGround.CERTIFICATE_USED]
    assert approved.amount_fen == 0
    bureau = Forger(engine, money.stage.staff.handler)
    named = {
        "place": money.stage.staff.place.id,
        "voucher": one.holder.voucher_id,
        "number": one.number,
    }
    assert await bureau.refused(USE, **named) == "one_use_per_certificate"


async def test_a_certificate_that_paid_a_voucher_pays_no_apprenticeship(
    money: Money, staff: Staff, new_road: NewRoad, engine: AsyncEngine
) -> None:
    apprenticed = await new_road(staff)
    waiting = await reviewed(apprenticed)
    one = await same(money, apprenticed.roster[0].citizen_id, apprenticed.number(0))
    assert (await money.settled()).amount_fen
    assert await code_of(apprenticed.approved(waiting)) == "certificate_already_used"
    # Reviewed from then on, it is found before.
    later = await new_road(staff, roster=apprenticed.roster)
    declared = later.declaration(0, certificate_number=one.number)
    examined = await later.verified((await later.accepted(declared)).case.id)
    async with later.begin_work(later.staff.handler) as work:
        (person,) = await settlements.eligibility_of(
            work, settlement_id=examined.case.id, after=None, limit=2
        )
    ruled = {found.rule: found.result for found in person.judgements}
    assert ruled[EligibilityRule.NOT_USED_BEFORE] is Result.FAIL
    # The voucher's own use does not stand against it.
    bureau = Forger(engine, money.stage.staff.handler)
    named = {
        "place": money.stage.staff.place.id,
        "voucher": one.holder.voucher_id,
        "number": one.number,
    }
    assert await bureau.done(USE, **named) == 1
