"""Which day decides which field of a standard (CASES 2).

Amounts, term and roster rules are those in force at the filing's first submission; certificates,
stacking and payment rules those in force when the settlement is submitted. Notice is in the overlay
and is read on the settlement's day as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from domain.errors import Text
from domain.policy.standard import Standard


class Decides(StrEnum):
    """The day on which a group of fields is fixed for a case."""

    FILING = "filing"
    SETTLEMENT = "settlement"


DECIDES: Final[Mapping[Decides, Text]] = {
    Decides.FILING: Text("首次提交备案之日", "the day the filing is first submitted"),
    Decides.SETTLEMENT: Text("提交结算之日", "the day the settlement is submitted"),
}

GROUPS: Final[Mapping[str, Decides]] = {
    "rates": Decides.FILING,
    "uplift": Decides.FILING,
    "uncertified": Decides.FILING,
    "below_filed": Decides.FILING,
    "max_paid_months": Decides.FILING,
    "prepayment": Decides.FILING,
    "term": Decides.FILING,
    "unit": Decides.FILING,
    "exits": Decides.FILING,
    "suspension_counts": Decides.FILING,
    "roster_changes": Decides.FILING,
    "pass_rate_basis_points": Decides.FILING,
    "people": Decides.FILING,
    "employment": Decides.FILING,
    "settles": Decides.FILING,
    "below_floor_reason": Decides.FILING,
    "certificate_types": Decides.SETTLEMENT,
    "certificate_window": Decides.SETTLEMENT,
    "stacking": Decides.SETTLEMENT,
    "finance_concurrence": Decides.SETTLEMENT,
    "payment_channel": Decides.SETTLEMENT,
    "netting": Decides.SETTLEMENT,
}
"""Every field of a standard but those that say which document it is."""


def standard_for_settlement(filed: Standard, at_settlement: Standard) -> Standard:
    """Merge the filing's version with the one in force on the day its settlement was submitted.

    The result keeps the filed version's id and document; labels follow the fields they are on.
    """
    later = [name for name, decides in GROUPS.items() if decides is Decides.SETTLEMENT]
    return replace(
        filed,
        **{name: getattr(at_settlement, name) for name in later},
        ours=_merged(filed.ours, at_settlement.ours, later),
        defaults=_merged(filed.defaults, at_settlement.defaults, later),
    )


def _merged(filed: Iterable[str], later: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    taken = frozenset(names)
    return (
        *(pointer for pointer in filed if pointer.split("/")[1] not in taken),
        *(pointer for pointer in later if pointer.split("/")[1] in taken),
    )
