"""Reservation use cases (报名占用): a worker takes a place in a class with a voucher, and withdraws in time."""

from dataclasses import replace
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.voucher import Voucher
from domain.voucher_class import check_withdrawal, overlap_faults, reservation_faults
from domain.voucher_use import check_usable
from service.application.provider_catalogue import listed_on
from service.application.real_name import check_real_name
from service.application.voucher_limits import limits_on_reservation
from service.application.voucher_moves import move_one


async def reserve_voucher(work: Work, *, voucher_id: UUID, version: int, class_id: UUID) -> Voucher:
    """Reserve a place in a class with one's own collected voucher.

    Refuses what makes a voucher unusable (`check_usable`), `reservation_refused` with every reason located,
    and `voucher_class_full` or `voucher_class_closed` when the last place, or the class, has just gone.
    """
    voucher = await work.vouchers.lock(voucher_id, version=version)
    project = await work.voucher_projects.offer(voucher.project_id)
    check_usable(
        voucher,
        "reserve",
        today=work.today,
        person_id=work.actor.person_id,
    )
    wanted = await work.voucher_classes.offer(class_id)
    if wanted is None:
        unknown = Fault("/class_id", "voucher_class_unknown")
        raise _refused((unknown, *check_real_name(voucher)))
    terms = wanted.terms
    faults = (
        *reservation_faults(
            voucher,
            project,
            wanted,
            listed=await listed_on(work, wanted.provider_id, wanted.region_path, terms.starts_on),
            today=work.today,
        ),
        *overlap_faults(wanted, await work.voucher_classes.held_by_person_of(voucher)),
        *await limits_on_reservation(work, voucher, wanted),
        # Read again: an answer that was recorded while this waited for the voucher's lock counts.
        *check_real_name(await work.vouchers.get(voucher_id)),
    )
    if faults:
        raise _refused(faults)
    reserved = replace(voucher.moved("reserve"), class_id=wanted.id, provider_id=wanted.provider_id)
    return await move_one(work, voucher, reserved, event="reserve")


async def withdraw_reservation(work: Work, *, voucher_id: UUID, version: int) -> Voucher:
    """Withdraw one's reservation in time: the voucher is collected again, and the place free.

    Refuses `withdrawal_too_late`, `voucher_class_closed`, and what makes a voucher unusable.
    """
    voucher = await work.vouchers.lock(voucher_id, version=version)
    project = await work.voucher_projects.offer(voucher.project_id)
    check_usable(
        voucher,
        "withdraw",
        today=work.today,
        person_id=work.actor.person_id,
    )
    assert voucher.class_id is not None
    reserved = await work.voucher_classes.offer(voucher.class_id)
    assert reserved is not None
    check_withdrawal(project, reserved, today=work.today)
    return await move_one(work, voucher, voucher.moved("withdraw"), event="withdraw")


def _refused(faults: tuple[Fault, ...]) -> Refusal:
    return Refusal("reservation_refused", faults=faults, count=len(faults))
