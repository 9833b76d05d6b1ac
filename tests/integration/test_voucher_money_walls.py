"""What PostgreSQL itself refuses about vouchers' money, whoever writes the rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.constraints import constraint_of, sqlstate_of
from domain.ledger import BookKey, Event, decision_of, transfer_of
from domain.party import Actor
from domain.ports.crypto import Crypto
from domain.voucher_settlement import VoucherSettlement
from tests.integration.payments_road import scoped
from tests.integration.voucher_class_stage import FEE_FEN, FUND, Holder, a_stage
from tests.integration.voucher_money_stage import YEAR, Money, reduced
from tests.people import Staff

ROW_SECURITY = "42501"


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


@asynccontextmanager
async def written(engine: AsyncEngine, actor: Actor) -> AsyncGenerator[AsyncConnection, None]:
    """The application's login in somebody's scope; nothing is kept."""
    async with engine.connect() as connection:
        await scoped(connection, actor)
        yield connection
        await connection.rollback()


async def refusal(
    engine: AsyncEngine, actor: Actor, statement: str, **named: Any
) -> tuple[str | None, str | None]:
    """The constraint and the SQLSTATE that a statement breaks."""
    async with written(engine, actor) as connection:
        with pytest.raises(DBAPIError) as broken:
            await connection.execute(text(statement), named)
    return constraint_of(broken.value), sqlstate_of(broken.value)


async def rows(engine: AsyncEngine, actor: Actor, statement: str, **named: Any) -> int:
    """How many rows a statement reaches."""
    async with written(engine, actor) as connection:
        return (await connection.execute(text(statement), named)).rowcount


async def a_draft(money: Money) -> tuple[VoucherSettlement, list[Holder], UUID]:
    """A draft of one of two redeemed vouchers."""
    holders = await money.stage.holders(2)
    class_id = await money.redeemed(*holders)
    return await money.drafted(vouchers=[holders[0].voucher_id]), holders, class_id


LINE = """
insert into voucher_settlement_lines (place_id, org_id, region_path, settlement_id, voucher_id, class_id,
                                      standard_fen, fee_fen, face_value_fen, committed_fen, facts)
select place_id, org_id, region_path, settlement_id, :voucher_id, :class_id, :standard_fen, :fee_fen,
       :face_value_fen, :committed_fen, facts
  from voucher_settlement_lines where settlement_id = :id limit 1
"""


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"fee_fen": FEE_FEN + 1, "committed_fen": FEE_FEN + 1}, "settled_as_redeemed"),
        ({"standard_fen": 120_001}, "settled_as_redeemed"),
        ({"face_value_fen": 1, "committed_fen": 1}, "settled_as_redeemed"),
        ({"committed_fen": FEE_FEN + 1}, "worth_the_least"),
    ],
)
async def test_a_line_claims_what_was_published_and_no_more(
    money: Money, engine: AsyncEngine, changed: dict[str, int], constraint: str
) -> None:
    drafted, holders, class_id = await a_draft(money)
    right = {
        "id": drafted.case.id,
        "voucher_id": holders[1].voucher_id,
        "class_id": class_id,
        "standard_fen": 120_000,
        "fee_fen": FEE_FEN,
        "face_value_fen": None,
        "committed_fen": FEE_FEN,
    }
    provider = money.stage.provider
    assert await rows(engine, provider, LINE, **right) == 1
    assert (await refusal(engine, provider, LINE, **(right | changed)))[0] == constraint


async def test_a_voucher_that_is_not_redeemed_is_not_claimed(
    money: Money, engine: AsyncEngine
) -> None:
    drafted, holders, class_id = await a_draft(money)
    await money.stage.frozen(holders[1])
    named = {
        "id": drafted.case.id,
        "voucher_id": holders[1].voucher_id,
        "class_id": class_id,
        "standard_fen": 120_000,
        "fee_fen": FEE_FEN,
        "face_value_fen": None,
        "committed_fen": FEE_FEN,
    }
    broken = await refusal(engine, money.stage.provider, LINE, **named)
    assert broken[0] == "settled_as_redeemed"


DECIDE = """
update voucher_settlement_lines set disposition = 'payable', amount_fen = committed_fen, ground = 'worth'
 where settlement_id = :id
"""
LET_GO = "update voucher_settlement_lines set released_at = now() where settlement_id = :id"
PRICE = "update voucher_settlements set amount_fen = 1 where id = :id"


async def test_who_claims_decides_nothing_and_lets_go_before_acceptance_alone(
    money: Money, engine: AsyncEngine
) -> None:
    drafted, _, _ = await a_draft(money)
    provider, of = money.stage.provider, drafted.case.id
    assert (await refusal(engine, provider, DECIDE, id=of))[0] == "voucher_line_let_go"
    assert (await refusal(engine, provider, PRICE, id=of))[1] == ROW_SECURITY
    assert await rows(engine, provider, LET_GO, id=of) == 1
    await money.accepted(drafted)
    assert (await refusal(engine, provider, LET_GO, id=of))[0] == "voucher_line_let_go"
    await money.reviewed(drafted)
    assert await rows(engine, provider, PRICE, id=of) == 0


async def test_what_was_decided_stands(money: Money, engine: AsyncEngine) -> None:
    drafted, _, _ = await a_draft(money)
    await money.accepted(drafted)
    await money.reviewed(drafted)
    await money.approved(drafted)
    handler, of = money.stage.staff.handler, drafted.case.id
    lower = "update voucher_settlement_lines set amount_fen = 1 where settlement_id = :id"
    assert (await refusal(engine, handler, lower, id=of))[0] == "decided_stands"
    assert (await refusal(engine, handler, PRICE, id=of))[0] == "decided_stands"


async def test_an_approval_takes_over_what_its_lines_had_committed_to_the_fen(
    money: Money,
) -> None:
    drafted, holders, class_id = await a_draft(money)
    await money.accepted(drafted)
    await money.reviewed(drafted, reduced(holders[0], 40_000))
    settled = await money.approved(drafted)
    case, staff = settled.case, money.stage.staff
    key = BookKey(place_id=staff.place.id, fund_source=FUND, budget_year=YEAR)
    more = transfer_of(
        Event.VOUCHERS_APPROVED,
        amount_fen=1,
        posting_key=f"more:{case.id}",
        org_id=case.org_id,
        voucher_batch_id=class_id,
        to_voucher_batch_id=case.id,
    )
    back = transfer_of(
        Event.VOUCHERS_RELEASED,
        amount_fen=1,
        posting_key=f"back:{case.id}",
        org_id=case.org_id,
        voucher_batch_id=class_id,
    )
    for transfer in (more, back):
        async with money.stage.reading(staff.system) as work:
            steps = await work.cases.steps(case)
            book = await work.ledger.book(key)
            with pytest.raises(DBAPIError) as broken:
                await work.ledger.post(
                    staff.place.id,
                    book,
                    [transfer],
                    cause=decision_of(case.id, steps),
                    posted_at=work.now,
                )
        assert constraint_of(broken.value) == "cause_concerns_posting"


async def test_a_payment_is_of_a_filing_or_of_a_voucher_settlement(
    money: Money, engine: AsyncEngine
) -> None:
    drafted, _, _ = await a_draft(money)
    await money.accepted(drafted)
    await money.reviewed(drafted)
    settled = await money.approved(drafted)
    await money.requested(settled)
    anew = """
insert into funding_request_lines (place_id, org_id, region_path, id, funding_request_id, line_no, filing_id,
                                   subject_kind, subject_id, payee_account_id, amount_fen, released_at)
select place_id, org_id, region_path, :new, funding_request_id, 2, :filing, subject_kind, subject_id,
       payee_account_id, amount_fen + :more, now()
  from funding_request_lines where subject_id = :id
"""
    handler, of = money.stage.staff.handler, settled.case.id
    named = {"id": of, "new": uuid4(), "filing": None, "more": 0}
    assert await rows(engine, handler, anew, **named) == 1
    dearer = await refusal(engine, handler, anew, **(named | {"more": 1}))
    assert dearer[0] == "requested_as_decided"
    of_filing = await refusal(engine, handler, anew, **(named | {"filing": uuid4()}))
    assert of_filing[0] == "paid_from_a_commitment"
