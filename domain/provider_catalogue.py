"""Provider catalogue (培训机构目录): who may train in a region, from which day, by which document (REG-03, REG-04).

Entries are never changed: a provider that leaves is entered as leaving. The nearest region going up that says
anything of a provider by a day decides, as with policy: a county's word stands before its city's.

When a provider leaves, training that had begun by then is finished and paid: the worker who started relied
on the catalogue of that day, and so did the bureau that verified the start. Nothing begins from the day of
leaving on: what was only planned is called off, and reserved vouchers become usable elsewhere. A day of
leaving therefore never lies in the past.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault


class CatalogueChange(StrEnum):
    """What an entry says of a provider: 入目录, 出目录."""

    JOIN = "join"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """An entry with its case; it holds from `effective_on` once it is approved."""

    case: Case
    provider_id: UUID
    change: CatalogueChange
    effective_on: date
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """What the catalogue says, to everybody. `id` is that of the entry's case."""

    id: UUID
    region_path: str
    provider_id: UUID
    change: CatalogueChange
    effective_on: date
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProvider:
    """A provider that may train somewhere: since when, and by whose entry and document."""

    provider_id: UUID
    name: str
    credit_code: str | None
    region_path: str
    since: date
    document_number: str


def regions_up(region_path: str) -> Iterator[str]:
    """Yield a region and those above it, nearest first, ending with the nation."""
    while region_path != "/":
        yield region_path
        region_path = region_path[: region_path.rindex("/", 0, -1) + 1]
    yield region_path


def is_listed(
    entries: Sequence[PublishedEntry], provider_id: UUID, region_path: str, on: date
) -> bool:
    """Tell whether a provider may train in a region on a day. A provider nobody lists may not."""
    said = {
        entry.region_path: entry
        for entry in sorted(entries, key=lambda entry: entry.effective_on)
        if entry.provider_id == provider_id and entry.effective_on <= on
    }
    for region in regions_up(region_path):
        if region in said:
            return said[region].change is CatalogueChange.JOIN
    return False


def entry_faults(
    entry: CatalogueEntry, entries: Sequence[PublishedEntry], *, today: date
) -> tuple[Fault, ...]:
    """Locate what stands against an entry, `entries` being those on file about its provider.

    A region's entries about a provider follow each other in time. A county may list on its own what its
    city lists, and keep out what its city lists.
    """
    faults = []
    own = [one for one in entries if one.region_path == entry.case.region_path]
    latest = max(own, key=lambda one: one.effective_on, default=None)
    if latest is not None and entry.effective_on <= latest.effective_on:
        after = {"latest": latest.effective_on.isoformat()}
        faults.append(Fault("/effective_on", "catalogue_out_of_order", after))
    if entry.change is CatalogueChange.JOIN:
        if latest is not None and latest.change is CatalogueChange.JOIN:
            faults.append(Fault("/change", "provider_in_catalogue"))
        return tuple(faults)
    if entry.effective_on < today:
        faults.append(Fault("/effective_on", "leaving_day_past"))
    if not is_listed(entries, entry.provider_id, entry.case.region_path, entry.effective_on):
        faults.append(Fault("/change", "provider_not_in_catalogue"))
    return tuple(faults)
