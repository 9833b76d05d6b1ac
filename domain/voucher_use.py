"""Whether a voucher can be used, and if not, why: said the same to whoever asks and to whoever tries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from domain.errors import Refusal
from domain.machines.voucher import FLOW
from domain.voucher import Voucher

USE: Final = frozenset({"collect", "reserve"})
"""Events by which its worker uses a voucher; a day that has passed ends them, also before the nightly job.

One that is in a class is moved by the class. Whether the day ends it depends on what its provider has reported
and how long the bureau took: the nightly job knows, and one that it leaves in its class has not expired.
"""

_IN_NO_CLASS: Final = frozenset({"issued", "collected"})


def obstacles(
    voucher: Voucher, event: str, *, today: date, person_id: UUID | None = None
) -> Iterator[Refusal]:
    """Say everything that keeps a voucher from an event; `person_id` is whose it must be."""
    if person_id is not None and voucher.person_id != person_id:
        yield Refusal("voucher_of_another_person")
    if voucher.state == "frozen":
        yield Refusal("voucher_frozen")
    elif voucher.state == "expired" or (
        event in USE and voucher.state in _IN_NO_CLASS and voucher.valid_until < today
    ):
        yield Refusal("voucher_expired", valid_until=voucher.valid_until.isoformat())
    elif event not in FLOW[voucher.state]:
        yield Refusal("voucher_not_usable", voucher_state=voucher.state)


def check_usable(
    voucher: Voucher, event: str, *, today: date, person_id: UUID | None = None
) -> None:
    """Refuse with the first obstacle: `voucher_of_another_person`, `voucher_frozen`, `voucher_expired`,
    `voucher_not_usable`. Nothing of the voucher changes: it stays as usable as it was.
    """
    for obstacle in obstacles(voucher, event, today=today, person_id=person_id):
        raise obstacle


COMMITTED_IN: Final = frozenset({"in_use", "completed", "redeemed"})
"""States in which the commitment of its class holds a voucher's money."""


def committed_by_class(ended: Iterable[Voucher]) -> Mapping[UUID, Sequence[Voucher]]:
    """Return, by class, the vouchers for which money is committed, as they stood before they ended."""
    found: defaultdict[UUID, list[Voucher]] = defaultdict(list)
    for one in ended:
        if (one.frozen_from or one.state) in COMMITTED_IN and one.class_id is not None:
            found[one.class_id].append(one)
    return found


def next_use(voucher: Voucher) -> str | None:
    """Return the event that comes next for a voucher that is used, None where it is at its end."""
    state = voucher.frozen_from or voucher.state
    order = ("collect", "reserve", "start", "complete", "redeem", "approve", "pay")
    return next((event for event in order if event in FLOW[state]), None)
