"""Expiry of vouchers (过期): most end unused, so a place's are ended as sets, a day's in chunks.

Each chunk is a transaction of its own with one row of `voucher_sets` and one audit entry. Validity is of
calendar days: no working-day calendar is asked. A day can be replayed: what has expired is no longer due.
"""

from datetime import date
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.places import Place
from domain.ports.work import Work
from domain.voucher import SetEvent, VoucherSet
from service.application.voucher_release import let_go

EXPIRE_VOUCHERS: Final = "expire_vouchers"
"""The daily job."""


CHUNK: Final = 20_000
"""Vouchers expired in one transaction: about a second on an idle machine, under five on a busy one."""


async def expire_vouchers(work: Work, *, place_id: UUID, on: date, limit: int = CHUNK) -> int:
    """Expire up to `limit` vouchers of a place whose last day lies before `on`; returns how many.

    First those that were never used, in one statement; when none is left, those in use whose validity
    counts to completion: what was committed for them goes back.
    """
    place = await work.places.get(place_id)
    moved = await work.vouchers.expire(place, on=on, limit=limit)
    if moved is None:
        moved = await _expire_unfinished(work, place, on=on, limit=limit)
    if moved is None:
        return 0
    await _record(work, place, moved)
    return moved.vouchers


async def _expire_unfinished(
    work: Work, place: Place, *, on: date, limit: int
) -> VoucherSet | None:
    due = await work.vouchers.lock_unfinished(place, on=on, limit=limit)
    if not due:
        return None
    moved = await work.vouchers.move_set(
        due,
        [one.moved("expire") for one in due],
        event=SetEvent.EXPIRE,
        project_id=None,
        place=place,
    )
    await let_go(work, due)
    return moved


async def _record(work: Work, place: Place, moved: VoucherSet) -> None:
    await work.audit.record(
        Act(
            action=f"voucher.{moved.event}",
            object_kind="voucher_set",
            object_id=str(moved.id),
            ground=Ground(
                place_id=place.id,
                org_id=place.bureau_org_id,
                partner_org_id=None,
                region_path=place.region_path,
            ),
            facts={"vouchers": moved.vouchers, "digest": moved.digest.hex()},
        )
    )
