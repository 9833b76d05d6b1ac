"""How vouchers move: one with the actor's act, many as one set; each audited once."""

from collections.abc import Callable, Sequence

from domain.audit import Act, Ground
from domain.ports.work import Work
from domain.voucher import SetEvent, Voucher


async def move_one(
    work: Work, before: Voucher, after: Voucher, *, event: str, reason: str = ""
) -> Voucher:
    """Store a locked voucher as it is after an event, as the actor's act, and return it."""
    await work.vouchers.move(before, after, event=event, reason=reason)
    await work.audit.record(
        Act(
            action=f"voucher.{event}",
            object_kind="voucher",
            object_id=str(after.id),
            ground=Ground(
                place_id=after.place_id,
                org_id=after.person_id,
                partner_org_id=after.provider_id or before.provider_id,
                region_path=after.region_path,
            ),
            facts={"state": after.state, "version": after.version},
        )
    )
    return after


async def move_many(
    work: Work,
    vouchers: Sequence[Voucher],
    event: SetEvent,
    *,
    after: Callable[[Voucher], Voucher] | None = None,
) -> None:
    """Move locked vouchers of one project and place as one set, audited with its count and digest.

    `after` says what else becomes of one; without it an event changes what it always does. None, no set.
    """
    if not vouchers:
        return
    place = await work.places.get(vouchers[0].place_id)
    moved = await work.vouchers.move_set(
        vouchers,
        [after(one) if after else one.moved(event) for one in vouchers],
        event=event,
        project_id=vouchers[0].project_id,
        place=place,
    )
    await work.audit.record(
        Act(
            action=f"vouchers.{event}",
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
