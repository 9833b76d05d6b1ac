"""Statistics of the vouchers in sight."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.voucher_statistics import StatisticsBy, VoucherStatistic


class VoucherStatistics(Protocol):
    """Counted over what the actor may see: a bureau's region and everything below."""

    @abstractmethod
    async def lines(
        self, by: StatisticsBy, *, since: date | None, until: date | None
    ) -> Sequence[VoucherStatistic]:
        """Return a line for each group in order of its key, and the total last.

        Of what happened from `since` to `until`, both included, by the calendar in China; all if None.
        """
