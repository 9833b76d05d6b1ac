"""Who waits for money: in order of listing, visibly, and served the moment money is there."""

import pytest

from domain.budget import CommitmentState
from domain.ledger import BookKey, decision_of
from domain.ports.work import BeginWork, Work
from service.application.budget import budget_queue, serve_queue
from tests import road
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.people import Staff


@pytest.fixture
def again(begin_work: BeginWork, staff: Staff) -> Again:
    return Again(begin_work, staff)


async def _queue(again: Again) -> list[tuple[int, object, int]]:
    year = await pay.this_year(again.begin_work, again.staff)
    async with again.begin_work(again.staff.finance) as work:
        queue = await budget_queue(work, fund_source=pay.FUND, budget_year=year)
    return [(one.place_no, one.commitment.filing_id, one.missing_fen) for one in queue]


async def test_those_who_wait_stand_in_order_of_listing_and_money_serves_them_in_turn(
    again: Again,
) -> None:
    staff, begin_work = again.staff, again.begin_work
    year = await pay.this_year(begin_work, staff)
    assert await _queue(again) == []
    first, second, third = [
        (await road.listed(begin_work, staff, people=people)).case.id for people in (3, 1, 2)
    ]
    queue = await _queue(again)
    assert [filing for _, filing, _ in queue] == [first, second, third]
    parts = [missing for _, _, missing in queue]
    need = [parts[0], parts[1] - parts[0], parts[2] - parts[1]]
    # three, one and two people at one amount each: the first year's part is the prepayment
    assert (need[0], need[2]) == (3 * need[1], 2 * need[1])

    # money for the first alone: the smaller second one does not overtake, nor the third
    _, served = await road.appropriated(begin_work, staff, amount_fen=need[0] + 1, year=year)
    assert served == 1
    assert await _queue(again) == [
        (1, second, need[1] - 1),
        (2, third, need[1] + need[2] - 1),
    ]
    _, served = await road.appropriated(
        begin_work, staff, amount_fen=need[1] + need[2] - 1, year=year
    )
    assert served == 2
    assert await _queue(again) == []


async def test_nobody_is_served_twice_or_before_there_is_money(again: Again) -> None:
    staff = again.staff
    year = await pay.this_year(again.begin_work, staff)
    filing = await road.listed(again.begin_work, staff)

    async def serve(work: Work) -> int:
        key = BookKey(place_id=staff.place.id, fund_source=pay.FUND, budget_year=year)
        steps = await work.cases.steps(filing.case)
        return await serve_queue(work, key, decision_of(filing.case.id, steps))

    assert await again.act(staff.approver, serve) == 0
    await road.appropriated(again.begin_work, staff, amount_fen=100_000_000, year=year)
    assert await again.act(staff.approver, serve) == 0
    async with again.begin_work(staff.finance) as work:
        (part, *_) = await work.budgets.commitments(filing.case)
    assert part.state is CommitmentState.COMMITTED
