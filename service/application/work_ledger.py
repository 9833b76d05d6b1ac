"""The work ledger and the ledger's sums: read, exported, each export on record."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from domain.audit import Act, Ground
from domain.errors import Refusal
from domain.ledger_view import EnterpriseMoney, FundMoney, RegionMoney
from domain.ports.work import Work
from domain.work_ledger import EnterpriseEntry, Entry, FilingEntry, PersonEntry

EXPORT_MAX: Final = 50_000
"""Lines of one exported file; a larger one is asked for by enterprise or filing."""

_AT_ONCE: Final = 5_000

E = TypeVar("E", bound=Entry)


async def enterprise_entries(
    work: Work, *, after: UUID | None, limit: int
) -> Sequence[EnterpriseEntry]:
    """Return enterprises' lines."""
    return await work.work_ledgers.enterprises(after=after, limit=limit)


async def filing_entries(
    work: Work, *, org_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[FilingEntry]:
    """Return filings' lines, those of one enterprise if asked."""
    return await work.work_ledgers.filings(org_id=org_id, after=after, limit=limit)


async def person_entries(
    work: Work, *, filing_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[PersonEntry]:
    """Return people's lines, those of one filing if asked."""
    return await work.work_ledgers.people(filing_id=filing_id, after=after, limit=limit)


async def export_enterprises(work: Work, *, most: int = EXPORT_MAX) -> list[EnterpriseEntry]:
    """Return every enterprise's line for a file; refuses `export_too_large`."""

    async def page(after: UUID | None) -> Sequence[EnterpriseEntry]:
        return await enterprise_entries(work, after=after, limit=_AT_ONCE)

    return await _exported(work, "enterprises", page, lambda entry: entry.org_id, most=most)


async def export_filings(
    work: Work, *, org_id: UUID | None, most: int = EXPORT_MAX
) -> list[FilingEntry]:
    """Return every filing's line for a file; refuses `export_too_large`."""

    async def page(after: UUID | None) -> Sequence[FilingEntry]:
        return await filing_entries(work, org_id=org_id, after=after, limit=_AT_ONCE)

    return await _exported(work, "filings", page, lambda entry: entry.filing_id, most=most)


async def export_people(
    work: Work, *, filing_id: UUID | None, most: int = EXPORT_MAX
) -> list[PersonEntry]:
    """Return every person's line for a file; refuses `export_too_large`."""

    async def page(after: UUID | None) -> Sequence[PersonEntry]:
        return await person_entries(work, filing_id=filing_id, after=after, limit=_AT_ONCE)

    return await _exported(work, "people", page, lambda entry: entry.enrolment_id, most=most)


async def money_by_fund(work: Work) -> Sequence[FundMoney]:
    """Return the money of every book in sight."""
    return await work.work_ledgers.by_fund()


async def money_by_region(work: Work) -> Sequence[RegionMoney]:
    """Return the money of the regions directly below the actor's own; refuses `region_needed`."""
    if work.actor.region_path is None:
        raise Refusal("region_needed")
    return await work.work_ledgers.by_region(work.actor.region_path)


async def money_by_enterprise(
    work: Work, *, after: UUID | None, limit: int
) -> Sequence[EnterpriseMoney]:
    """Return the money of each enterprise in sight."""
    return await work.work_ledgers.by_enterprise(after=after, limit=limit)


async def _exported(
    work: Work,
    level: str,
    page: Callable[[UUID | None], Awaitable[Sequence[E]]],
    key: Callable[[E], UUID],
    *,
    most: int,
) -> list[E]:
    entries: list[E] = []
    after: UUID | None = None
    while found := await page(after):
        entries += found
        if len(entries) > most:
            raise Refusal("export_too_large", most=most)
        after = key(found[-1])
    await work.audit.record(
        Act(
            action="work_ledger.exported",
            object_kind="work_ledger",
            object_id=level,
            ground=await ground_of_export(work),
            facts={"lines": len(entries)},
        )
    )
    return entries


async def ground_of_export(work: Work) -> Ground | None:
    """Lay an export where its reader sits; a city's or an enterprise's lies outside every place."""
    if work.actor.region_path is None:
        return None
    place = await work.places.of_region(work.actor.region_path)
    if place is None:
        return None
    return Ground(
        place_id=place.id,
        org_id=place.bureau_org_id,
        partner_org_id=None,
        region_path=place.region_path,
    )
