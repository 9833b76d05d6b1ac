"""What vouchers that end before they are paid give back: called with each act or set that ends them.

A place in a class that has not started is free as soon as the voucher names the class no more. From the
verified start on, money is committed for the vouchers of a class, and goes back class by class here.
"""

from collections.abc import Sequence

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.ports.work import Work
from domain.voucher import Voucher
from domain.voucher_use import committed_by_class
from service.application.voucher_money import release_later


async def let_go(work: Work, ended: Sequence[Voucher]) -> None:
    """Give back what was committed for vouchers, which are given as they stood before they ended.

    Their classes show one voucher less from now on, each on its own page. What a settlement has taken over
    stays: an approved voucher is not ended but paid, and clawed back (`voucher_not_usable`).
    """
    if any((one.frozen_from or one.state) == "approved" for one in ended):
        raise Refusal("voucher_not_usable", voucher_state="approved")
    for class_id in sorted(committed_by_class(ended)):
        await work.cases.touch(await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id))
    await release_later(work, ended)
