"""Holds (暂停支付) in the voucher programme: what they stop, and whom they can be on."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.hold import Hold, HoldTarget
from domain.ports.crypto import Crypto
from domain.voucher_settlement import VoucherGround
from service.application import hold
from service.application.hold import ProposeHold
from tests.integration.voucher_class_stage import a_stage
from tests.integration.voucher_money_stage import Money
from tests.people import Staff


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


async def impose(money: Money, target: HoldTarget, target_id: UUID | None = None) -> Hold:
    """A hold imposed by two people, on the provider unless told."""
    staff = money.stage.staff
    proposed = await money.stage.act(
        staff.handler,
        lambda work: hold.propose_hold(
            work,
            ProposeHold(
                target=target,
                target_id=target_id or staff.provider.id,
                document_number="试人社函〔2026〕7号",
                review_on=date(2026, 12, 31),
                reason="群众举报",
            ),
        ),
    )
    return await money.stage.act(
        staff.approver,
        lambda work: hold.decide_hold(
            work, hold_id=proposed.case.id, version=1, event="impose", reason="核查期间"
        ),
    )


async def test_a_hold_on_the_provider_stops_the_approval(money: Money) -> None:
    (one,) = await money.stage.holders(1)
    await money.redeemed(one)
    drafted = await money.drafted()
    await money.accepted(drafted)
    await money.reviewed(drafted)
    await impose(money, HoldTarget.PROVIDER)
    with pytest.raises(Refusal, match="on_hold"):
        await money.approved(drafted)
    assert await money.state(CaseKind.VOUCHER_SETTLEMENT, drafted.case.id) == "reviewed"


async def test_a_hold_on_a_worker_who_only_has_vouchers_holds_his_line_and_delays_no_other(
    money: Money,
) -> None:
    suspected, other = holders = await money.stage.holders(2)
    await money.redeemed(*holders)
    drafted = await money.drafted()
    await money.accepted(drafted)
    imposed = await impose(money, HoldTarget.PERSON, suspected.voucher_id)
    assert imposed.target_id == suspected.worker.person_id
    assert (imposed.case.org_id, imposed.case.partner_org_id) == (suspected.worker.org_id, None)
    await money.reviewed(drafted)
    await money.approved(drafted)
    assert {line.voucher_id: line.ground for line in await money.lines(drafted)} == {
        suspected.voucher_id: VoucherGround.ON_HOLD,
        other.voucher_id: VoucherGround.WORTH,
    }
    for actor, seen in ((suspected.worker, 1), (other.worker, 0), (money.stage.provider, 0)):
        async with money.stage.reading(actor) as work:
            assert len(await hold.list_holds(work, state=None, after=None, limit=9)) == seen


async def test_nobody_is_held_by_what_names_no_person(money: Money) -> None:
    with pytest.raises(Refusal, match="not_found"):
        await impose(money, HoldTarget.PERSON, money.stage.staff.provider.id)
