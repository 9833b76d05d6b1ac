"""Quota (年度名额): how many people may be listed in a calendar year, and one enterprise's highest share.

Counted over listed people of one place and year. A lapsed filing gives its people back; one that was
terminated after training began does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Fault
from domain.policy.overlay import Quota
from domain.policy.standard import BASIS_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaUse:
    """People listed in a place and year, in total and by enterprise."""

    people: int
    by_enterprise: Mapping[UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLeft:
    """What an enterprise may still have listed this year; None where nothing is limited.

    `share_left` counts against its highest share of the region's quota, rounded down.
    """

    year: int
    people_left: int | None
    share_left: int | None


def quota_left(quota: Quota, use: QuotaUse, enterprise_id: UUID, *, year: int) -> QuotaLeft:
    """Return what is left; never below zero. A share without a quota of people limits nothing."""
    total = quota.people_per_year
    if total is None:
        return QuotaLeft(year=year, people_left=None, share_left=None)
    share = quota.max_enterprise_basis_points
    own = use.by_enterprise.get(enterprise_id, 0)
    return QuotaLeft(
        year=year,
        people_left=max(total - use.people, 0),
        share_left=None if share is None else max(total * share // BASIS_POINTS - own, 0),
    )


def quota_faults(left: QuotaLeft, *, people: int, pointer: str) -> list[Fault]:
    """Return what stands against listing so many more people, naming what is left."""
    limits = (
        ("quota_people_exceeded", left.people_left),
        ("quota_share_exceeded", left.share_left),
    )
    return [
        Fault(pointer, code, {"left": rest, "people": people})
        for code, rest in limits
        if rest is not None and people > rest
    ]


def faults_in_order(
    quota: Quota, use: QuotaUse, asked: Sequence[tuple[UUID, int]], *, year: int, pointer: str
) -> list[Fault]:
    """Return the faults of listing these (enterprise, people) one after another.

    Each is counted on top of those before it that fit; `pointer` holds `{n}`.
    """
    people, own = use.people, dict(use.by_enterprise)
    faults: list[Fault] = []
    for n, (enterprise_id, wanted) in enumerate(asked):
        now = QuotaUse(people=people, by_enterprise=own)
        left = quota_left(quota, now, enterprise_id, year=year)
        found = quota_faults(left, people=wanted, pointer=pointer.format(n=n))
        faults += found
        if not found:
            people += wanted
            own[enterprise_id] = own.get(enterprise_id, 0) + wanted
    return faults
