"""Provider catalogue use cases (培训机构目录): a change is drafted by one person and approved by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.places import OrganisationKind, region_path_of
from domain.ports.work import Work
from domain.provider_catalogue import (
    CatalogueChange,
    CatalogueEntry,
    ListedProvider,
    entry_faults,
    is_listed,
)
from service.application.budget import own_place
from service.application.cases import open_case, sign

CALL_OFF_CLASSES: Final = "call_off_classes"
"""The job that looks, after a provider's leaving, for its classes that can no longer begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """A change of the actor's region: who, whether it joins or leaves, from when, by which document."""

    provider_credit_code: str
    change: CatalogueChange
    effective_on: date
    document_number: str


async def draft_entry(work: Work, command: DraftEntry) -> CatalogueEntry:
    """Draft a change of the catalogue; it holds for nobody before a second person approves it.

    Refuses `place_unknown`, and `catalogue_entry_faulty` with every fault located.
    """
    place = await own_place(work)
    provider = await work.places.organisation_of(command.provider_credit_code)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        raise _faulty((Fault("/provider_credit_code", "provider_unknown"),))
    case = await open_case(
        work,
        CaseKind.CATALOGUE_ENTRY,
        place,
        event="draft",
        org_id=place.bureau_org_id,
        facts={"provider": str(provider.id), "change": command.change.value},
    )
    entry = CatalogueEntry(
        case=case,
        provider_id=provider.id,
        change=command.change,
        effective_on=command.effective_on,
        document_number=command.document_number,
    )
    await _check(work, entry)
    await work.provider_catalogue.add(entry)
    return entry


async def decide_entry(
    work: Work, *, entry_id: UUID, version: int, event: str, reason: str
) -> CatalogueEntry:
    """Approve, refuse or withdraw a drafted change. Approved, it is published.

    Approving refuses `catalogue_entry_faulty` for whatever has come to stand against it since. Once a
    leaving is published, a job calls off the classes that would begin on its day or later.
    """
    case = await work.cases.lock(CaseKind.CATALOGUE_ENTRY, entry_id, version=version)
    await work.provider_catalogue.take_turn(case.region_path)
    signed = await sign(work, case, event, reason=reason)
    (entry,) = await work.provider_catalogue.page([signed])
    if signed.state == "approved":
        await _check(work, entry)
        await work.provider_catalogue.publish(entry)
        if entry.change is CatalogueChange.LEAVE:
            await work.jobs.add(CALL_OFF_CLASSES, signed.id, signed.place_id)
    return entry


async def get_entry(work: Work, *, entry_id: UUID) -> CatalogueEntry:
    """Return an entry; refuses `not_found`."""
    case = await work.cases.get(CaseKind.CATALOGUE_ENTRY, entry_id)
    return (await work.provider_catalogue.page([case]))[0]


async def list_entries(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[CatalogueEntry]:
    """Return a page of entries, in order of creation."""
    cases = await work.cases.page(CaseKind.CATALOGUE_ENTRY, state=state, after=after, limit=limit)
    return await work.provider_catalogue.page(cases)


async def listed_providers(
    work: Work, *, region_code: str, on: date | None, after: UUID | None, limit: int
) -> Sequence[ListedProvider]:
    """Return a page of providers that may train in a region, today or on another day."""
    return await work.provider_catalogue.listed(
        region_path_of(region_code), on or work.today, after=after, limit=limit
    )


async def listed_on(work: Work, provider_id: UUID, region_path: str, day: date) -> bool:
    """Tell whether a provider may train in a region on a day."""
    entries = await work.provider_catalogue.of_provider(provider_id)
    return is_listed(entries, provider_id, region_path, day)


async def _check(work: Work, entry: CatalogueEntry) -> None:
    on_file = await work.provider_catalogue.of_provider(entry.provider_id)
    faults = entry_faults(entry, on_file, today=work.today)
    if faults:
        raise _faulty(faults)


def _faulty(faults: tuple[Fault, ...]) -> Refusal:
    return Refusal("catalogue_entry_faulty", faults=faults, count=len(faults))
