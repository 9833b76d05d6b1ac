"""Jobs of voucher classes: what becomes of classes that cannot begin, and of the vouchers reserved in them."""

from typing import Final

from jobs.run import Handler, JobRun
from service.application import (
    voucher_class,
    voucher_class_calling_off,
    voucher_class_completion,
)
from service.application.provider_catalogue import CALL_OFF_CLASSES
from service.application.voucher_class import FREE_CLASS_VOUCHERS
from service.application.voucher_class_calling_off import CALL_OFF_CLASS
from service.application.voucher_class_completion import CATCH_UP


async def call_off_classes(run: JobRun) -> None:
    """After a provider's leaving, add a job for each class that would begin too late."""
    async with run.begin() as work:
        await voucher_class_calling_off.call_off_classes(work, entry_id=run.job.ref)
        await run.finish(work)


async def call_off_class(run: JobRun) -> None:
    """Call one class off and free its vouchers."""
    async with run.begin() as work:
        await voucher_class_calling_off.call_off_class(work, class_id=run.job.ref)
        await run.finish(work)


async def free_class_vouchers(run: JobRun) -> None:
    """Free the vouchers of a class that its provider has cancelled."""
    async with run.begin() as work:
        await voucher_class.free_class_vouchers(work, class_id=run.job.ref)
        await run.finish(work)


async def catch_up_voucher(run: JobRun) -> None:
    """Let a voucher that was released follow its class."""
    async with run.begin() as work:
        await voucher_class_completion.catch_up(work, voucher_id=run.job.ref)
        await run.finish(work)


HANDLERS: Final[dict[str, Handler]] = {
    CALL_OFF_CLASSES: call_off_classes,
    CALL_OFF_CLASS: call_off_class,
    FREE_CLASS_VOUCHERS: free_class_vouchers,
    CATCH_UP: catch_up_voucher,
}
