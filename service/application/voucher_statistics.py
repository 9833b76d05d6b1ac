"""Voucher statistics use cases: counted when asked, over what the actor may see."""

from collections.abc import Sequence
from datetime import date

from domain.ports.work import Work
from domain.voucher_statistics import StatisticsBy, VoucherStatistic


async def voucher_statistics(
    work: Work, *, by: StatisticsBy, since: date | None, until: date | None
) -> Sequence[VoucherStatistic]:
    """Return a line for each group, and the total last."""
    return await work.voucher_statistics.lines(by, since=since, until=until)
