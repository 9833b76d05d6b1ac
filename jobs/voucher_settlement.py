"""Jobs of vouchers' money: look certificates up, follow what the bank says, give back what a class does not need."""

from typing import Final

from jobs.run import Handler, JobRun
from service.application.voucher_certificate import (
    VERIFY_VOUCHER_SETTLEMENT,
    verify_voucher_settlement,
)
from service.application.voucher_money import RELEASE_OF_CLASS, release_unneeded
from service.application.voucher_settlement_decision import (
    CLOSE_VOUCHER_SETTLEMENT,
    close_voucher_settlement,
)


async def verify(run: JobRun) -> None:
    """Look an accepted settlement's certificates up, so that its reviewer sees what registers say."""
    async with run.begin() as work:
        await verify_voucher_settlement(work, settlement_id=run.job.ref)
        await run.finish(work)


async def close(run: JobRun) -> None:
    """Let a settlement's vouchers follow its payment, and close it once it is paid."""
    async with run.begin() as work:
        await close_voucher_settlement(work, settlement_id=run.job.ref)
        await run.finish(work)


async def release_of_class(run: JobRun) -> None:
    """Give back what is committed to a class above what its vouchers may still be paid."""
    async with run.begin() as work:
        await release_unneeded(work, class_id=run.job.ref)
        await run.finish(work)


HANDLERS: Final[dict[str, Handler]] = {
    VERIFY_VOUCHER_SETTLEMENT: verify,
    CLOSE_VOUCHER_SETTLEMENT: close,
    RELEASE_OF_CLASS: release_of_class,
}
