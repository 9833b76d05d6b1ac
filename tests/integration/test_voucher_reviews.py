"""Reviews of vouchers that a settlement refused, through the use cases on PostgreSQL: asked, upheld, settled again."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from domain.errors import Refusal
from domain.ledger import AccountKind, BookKey, Event, decision_of, transfer_of
from domain.ports.crypto import Crypto
from domain.voucher import VoucherPayee
from domain.voucher_settlement import VoucherSettlement
from service.application.official_document import issue_documents
from tests.integration import voucher_review_stage as review
from tests.integration.test_voucher_reimbursement import claimed
from tests.integration.voucher_class_stage import APPROPRIATED_FEN, FEE_FEN, FUND, Holder, a_stage
from tests.integration.voucher_money_stage import YEAR, Money, held, refused
from tests.people import Staff, citizen_id

NEXT_MONTH = date(2026, 4, 2)


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that pays providers."""
    return Money(stage=await a_stage(engine, crypto, staff))


def line(of: VoucherSettlement, holder: Holder) -> dict[str, UUID]:
    """What a review names."""
    return {"voucher_settlement_id": of.case.id, "voucher_id": holder.voucher_id}


async def code_of(money: Money, **of: Any) -> str:
    """The refusal of a review that the provider asks for."""
    with pytest.raises(Refusal) as stopped:
        await review.requested(money, money.stage.provider, **of)
    return stopped.value.code


async def test_a_voucher_that_was_refused_wrongly_is_settled_again_and_paid(money: Money) -> None:
    person = citizen_id()
    no, paid = await money.stage.holders(2, citizen_ids=[person])
    class_id = await money.redeemed(no, paid)
    settled = await money.settled(refused(no))
    assert await money.stage.states(no, paid) == ["refused", "approved"]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == 0
    with pytest.raises(Refusal, match="voucher_already_held"):
        await money.stage.holders(1, citizen_ids=[person])
    asked = await review.contested(money, money.stage.provider, **line(settled, no))
    with pytest.raises(Refusal, match="linked_duty_conflict"):
        await review.ruled(money, asked, actor=money.stage.staff.approver)
    await review.ruled(money, asked)
    assert await money.stage.states(no, paid) == ["redeemed", "approved"]
    assert await money.held_fen(AccountKind.COMMITTED, class_id) == FEE_FEN
    assert await money.held_fen(AccountKind.COMMITTED, settled.case.id) == FEE_FEN
    assert {one.voucher_id: one.released for one in await money.lines(settled)} == {
        no.voucher_id: True,
        paid.voucher_id: False,
    }
    assert (await money.settlement(settled)).amount_fen == FEE_FEN, "what was decided stands"
    await money.paid(settled)
    money.stage.on(NEXT_MONTH)
    later = await money.settled()
    assert (later.vouchers, later.amount_fen) == (1, FEE_FEN)
    await money.paid(later)
    assert await money.stage.states(no, paid) == ["paid", "paid"]
    assert await money.balances() == {
        AccountKind.TREASURY: -APPROPRIATED_FEN,
        AccountKind.AVAILABLE: APPROPRIATED_FEN - 2 * FEE_FEN,
        AccountKind.EXPENSE: 2 * FEE_FEN,
    }


async def test_a_voucher_whose_review_is_dismissed_stays_refused_and_is_reviewed_once(
    money: Money,
) -> None:
    (no,) = await money.stage.holders(1)
    await money.redeemed(no)
    settled = await money.settled(refused(no))
    asked = await review.contested(money, money.stage.provider, **line(settled, no))
    await review.ruled(money, asked, "dismiss")
    assert await money.stage.states(no) == ["refused"]
    assert await money.held_fen(AccountKind.AVAILABLE) == APPROPRIATED_FEN
    assert await code_of(money, **line(settled, no)) == "review_already_requested"


async def test_only_what_an_approval_refused_is_reviewed_and_only_for_whoever_is_paid(
    money: Money,
) -> None:
    no, paid, waits = await money.stage.holders(3)
    await money.redeemed(no, paid, waits)
    drafted = await money.drafted()
    await money.accepted(drafted)
    settled = await money.reviewed(drafted, refused(no), held(waits))
    # Nobody has approved it.
    assert await code_of(money, **line(settled, no)) == "nothing_to_review"
    await money.approved(settled)
    for holder in (paid, waits):
        assert await code_of(money, **line(settled, holder)) == "nothing_to_review"
    whole = {"voucher_settlement_id": settled.case.id}
    assert await code_of(money, **whole) == "nothing_to_review"
    assert await code_of(money, voucher_id=no.voucher_id) == "nothing_to_review"
    both = line(settled, no) | {"hold_id": settled.case.id}
    assert await code_of(money, **both) == "nothing_to_review"
    unknown = whole | {"voucher_id": uuid4()}
    assert await code_of(money, **unknown) == "not_found"
    with pytest.raises(Refusal, match="not_found"):
        await review.requested(money, no.worker, **line(settled, no))
    money.stage.on(date(2026, 12, 1))
    assert await code_of(money, **line(settled, no)) == "review_too_late"


async def test_a_review_that_the_book_cannot_cover_is_upheld_once_it_can(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    money = Money(stage=await a_stage(engine, crypto, staff, appropriated_fen=FEE_FEN))
    no, other = await money.stage.holders(2)
    await money.redeemed(no)
    settled = await money.settled(refused(no))
    await money.stage.started(other, class_name="第二期", starts_on=NEXT_MONTH, ends_on=NEXT_MONTH)
    asked = await review.contested(money, money.stage.provider, **line(settled, no))
    with pytest.raises(Refusal, match="fund_insufficient"):
        await review.ruled(money, asked)
    assert await money.stage.states(no) == ["refused"]
    await money.stage.appropriated(FEE_FEN + 1)
    await review.ruled(money, asked)
    assert await money.stage.states(no) == ["redeemed"]
    assert await money.held_fen(AccountKind.AVAILABLE) == 1


async def test_a_worker_contests_the_refusal_of_his_reimbursement(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    money = Money(stage=await a_stage(engine, crypto, staff, payee=VoucherPayee.WORKER))
    (no,) = await money.stage.holders(1)
    await money.redeemed(no)
    drafted = await claimed(money, no)
    await money.accepted(drafted, no.worker)
    await money.reviewed(drafted, refused(no))
    settled = await money.approved(drafted)
    assert await code_of(money, **line(settled, no)) == "not_found"
    asked = await review.contested(money, no.worker, **line(settled, no))
    upheld = await review.ruled(money, asked)
    (paper,) = await money.stage.act(staff.system, partial(issue_documents, case_id=upheld.case.id))
    assert paper.paper.addressee == "张0"
    money.stage.on(NEXT_MONTH)
    again = await claimed(money, no)
    await money.accepted(again, no.worker)
    await money.reviewed(again)
    await money.approved(again)
    await money.paid(again)
    assert await money.stage.states(no) == ["paid"]


async def test_a_review_commits_to_the_class_what_its_line_had_let_go_to_the_fen(
    money: Money,
) -> None:
    (no,) = await money.stage.holders(1)
    class_id = await money.redeemed(no)
    settled = await money.settled(refused(no))
    asked = await review.contested(money, money.stage.provider, **line(settled, no))
    upheld = (await review.ruled(money, asked)).case
    staff = money.stage.staff
    key = BookKey(place_id=staff.place.id, fund_source=FUND, budget_year=YEAR)
    for batch_id, amount_fen in ((class_id, FEE_FEN + 1), (settled.case.id, FEE_FEN)):
        more = transfer_of(
            Event.VOUCHERS_REINSTATED,
            amount_fen=amount_fen,
            posting_key=f"more:{batch_id}",
            org_id=upheld.org_id,
            voucher_batch_id=batch_id,
        )
        async with money.stage.reading(staff.system) as work:
            decision = decision_of(upheld.id, await work.cases.steps(upheld))
            book = await work.ledger.book(key)
            with pytest.raises(DBAPIError) as broken:
                await work.ledger.post(
                    staff.place.id, book, [more], cause=decision, posted_at=work.now
                )
        assert constraint_of(broken.value) == "cause_concerns_posting"
