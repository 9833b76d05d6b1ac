"""Statistics of vouchers on PostgreSQL: what is paid, expired or returned counts where it stands so now."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.work import postgres_work
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain.ports.crypto import Crypto
from domain.voucher_statistics import Counted, StatisticsBy, VoucherStep
from service.application.voucher_statistics import voucher_statistics
from tests.conftest import Database
from tests.integration import voucher_stage as stage
from tests.people import Staff

ROADS = (
    stage.ROADS["paid"],
    stage.ROADS["clawed_back"],
    (*stage.ROADS["paid"], "return_payment"),
    stage.ROADS["expired"],
)


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[AsyncEngine]:
    """The superuser, who writes a class as rows alone."""
    engine = create_async_engine(database.admin_url)
    yield engine
    await engine.dispose()


async def test_a_payment_that_came_back_or_was_clawed_back_is_none(
    engine: AsyncEngine, admin: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=SystemClock())
    project = await stage.project(begin, staff, **stage.TARGETED)
    class_id = await stage.a_class(admin, staff, project)
    for road in ROADS:
        voucher_id = await stage.one_issued(begin, staff, project)
        for event in road:
            await stage.moved(
                begin, staff.handler, voucher_id, event, class_id=class_id, staff=staff
            )
    async with begin(staff.handler) as work:
        *lines, total = await voucher_statistics(
            work, by=StatisticsBy.PROJECT, since=None, until=None
        )
    (line,) = (one for one in lines if one.key == str(project.case.id))
    assert {step: counted.vouchers for step, counted in line.steps.items()} == {
        VoucherStep.ISSUED: 4,
        VoucherStep.COLLECTED: 3,
        VoucherStep.STARTED: 3,
        VoucherStep.COMPLETED: 3,
        VoucherStep.REDEEMED: 3,
        VoucherStep.PAID: 1,
        VoucherStep.EXPIRED: 1,
        VoucherStep.RETURNED: 0,
    }
    assert line.steps[VoucherStep.PAID] == Counted(vouchers=1, people=1)
    assert line.paid_fen == 100_000
    assert total.key is None
