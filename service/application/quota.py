"""Quota use cases: nobody is listed beyond the year's quota, and who files is warned."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.filing import Filing
from domain.places import Place
from domain.ports.work import Work
from domain.quota import QuotaLeft, faults_in_order, quota_faults, quota_left


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaStanding:
    """What is left for a filing's enterprise, the people it asks for, and what stands against it."""

    left: QuotaLeft
    people: int
    warnings: Sequence[Fault]


async def take_quota(work: Work, place: Place, filings: Sequence[Filing]) -> None:
    """Refuse `quota_exceeded`, locating each filing that does not fit and naming what is left.

    Two listings of one place and year decide one after the other.
    """
    overlay = await work.policies.overlay(place.region_path, work.today)
    if overlay.quota.people_per_year is None:
        return
    year = work.today.year
    await work.quotas.take_turn(place.id, year)
    faults = faults_in_order(
        overlay.quota,
        await work.quotas.used(place.id, year),
        [(filing.case.org_id, filing.people) for filing in filings],
        year=year,
        pointer="/filings/{n}",
    )
    if faults:
        raise Refusal("quota_exceeded", faults=tuple(faults), year=year)


async def quota_standing(work: Work, filing: Filing) -> QuotaStanding:
    """Return how a filing stands against the quota of this year, as far as the actor may see.

    An enterprise sees what it has used itself; an authority sees the whole region's use.
    """
    case = filing.case
    overlay = await work.policies.overlay(case.region_path, work.today)
    year = work.today.year
    use = await work.quotas.used(case.place_id, year)
    left = quota_left(overlay.quota, use, case.org_id, year=year)
    return QuotaStanding(
        left=left,
        people=filing.people,
        warnings=quota_faults(left, people=filing.people, pointer="/roster"),
    )


async def quota_of_filing(work: Work, *, filing_id: UUID) -> QuotaStanding:
    """Return a filing's standing, for its reviewer; refuses `not_found`."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    return await quota_standing(work, await work.filings.get(case))
