"""The provider catalogue: the nearest word decides, entries follow each other, nobody leaves in the past."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.cases import Case, CaseKind
from domain.provider_catalogue import (
    CatalogueChange,
    CatalogueEntry,
    PublishedEntry,
    entry_faults,
    is_listed,
    regions_up,
)

COUNTY, CITY = "/32/3206/320681/", "/32/3206/"
PROVIDER, OTHER = UUID(int=1), UUID(int=2)
JOIN, LEAVE = CatalogueChange.JOIN, CatalogueChange.LEAVE
TODAY = date(2026, 3, 10)


def said(
    region: str, change: CatalogueChange, on: date, *, provider: UUID = PROVIDER
) -> PublishedEntry:
    return PublishedEntry(
        id=UUID(int=9),
        region_path=region,
        provider_id=provider,
        change=change,
        effective_on=on,
        document_number="启人社〔2026〕9号",
    )


def drafted(change: CatalogueChange, on: date, region: str = COUNTY) -> CatalogueEntry:
    return CatalogueEntry(
        case=Case(
            id=UUID(int=3),
            kind=CaseKind.CATALOGUE_ENTRY,
            place_id=UUID(int=4),
            org_id=UUID(int=5),
            partner_org_id=None,
            region_path=region,
            state="draft",
            step_seq=1,
            version=1,
            created_at=datetime(2026, 3, 10, tzinfo=UTC),
        ),
        provider_id=PROVIDER,
        change=change,
        effective_on=on,
        document_number="启人社〔2026〕9号",
    )


def located(entry: CatalogueEntry, *on_file: PublishedEntry) -> list[tuple[str, str]]:
    return [(f.pointer, f.code) for f in entry_faults(entry, on_file, today=TODAY)]


def test_a_region_looks_up_through_every_region_above_it() -> None:
    assert list(regions_up(COUNTY)) == [COUNTY, CITY, "/32/", "/"]
    assert list(regions_up("/")) == ["/"]


def test_a_provider_nobody_lists_may_not_train() -> None:
    assert not is_listed([], PROVIDER, COUNTY, TODAY)
    elsewhere = said("/35/", JOIN, date(2026, 1, 1))
    stranger = said(COUNTY, JOIN, date(2026, 1, 1), provider=OTHER)
    assert not is_listed([elsewhere, stranger], PROVIDER, COUNTY, TODAY)


@pytest.mark.parametrize("region", [COUNTY, CITY, "/32/", "/"])
def test_a_provider_is_listed_from_its_day_on_by_any_region_above(region: str) -> None:
    entries = [said(region, JOIN, date(2026, 3, 10))]
    assert is_listed(entries, PROVIDER, COUNTY, date(2026, 3, 10))
    assert not is_listed(entries, PROVIDER, COUNTY, date(2026, 3, 9))


def test_a_county_keeps_out_what_its_city_lists_and_lists_what_its_city_dropped() -> None:
    city = said(CITY, JOIN, date(2026, 1, 1))
    assert not is_listed([city, said(COUNTY, LEAVE, date(2026, 2, 1))], PROVIDER, COUNTY, TODAY)
    dropped = [city, said(CITY, LEAVE, date(2026, 3, 1)), said(COUNTY, JOIN, date(2026, 1, 1))]
    assert is_listed(dropped, PROVIDER, COUNTY, TODAY)
    assert not is_listed(dropped, PROVIDER, CITY, TODAY)


def test_the_latest_word_of_a_region_decides_in_whatever_order_entries_are_read() -> None:
    entries = [
        said(COUNTY, JOIN, date(2026, 3, 5)),
        said(COUNTY, JOIN, date(2026, 1, 1)),
        said(COUNTY, LEAVE, date(2026, 2, 1)),
    ]
    assert [
        is_listed(entries, PROVIDER, COUNTY, date(2026, *day))
        for day in ((1, 31), (2, 1), (3, 4), (3, 5))
    ] == [True, False, False, True]


def test_an_entry_follows_the_last_one_of_its_region() -> None:
    on_file = said(COUNTY, JOIN, date(2026, 3, 12))
    late = drafted(LEAVE, date(2026, 3, 12))
    assert located(late, on_file) == [("/effective_on", "catalogue_out_of_order")]
    (fault,) = entry_faults(late, [on_file], today=TODAY)
    assert fault.values == {"latest": "2026-03-12"}
    assert located(drafted(LEAVE, date(2026, 3, 13)), on_file) == []


def test_a_provider_joins_once_and_may_join_in_the_past() -> None:
    past = drafted(JOIN, date(2019, 1, 1))
    assert located(past) == []
    assert located(past, said(CITY, JOIN, date(2018, 1, 1))) == [], "a county lists on its own"
    again = drafted(JOIN, date(2026, 4, 1))
    assert located(again, said(COUNTY, JOIN, date(2026, 1, 1))) == [
        ("/change", "provider_in_catalogue")
    ]
    back = [said(COUNTY, JOIN, date(2026, 1, 1)), said(COUNTY, LEAVE, date(2026, 2, 1))]
    assert located(again, *back) == []


def test_a_provider_leaves_today_or_later_and_only_where_it_is_listed() -> None:
    listed = said(CITY, JOIN, date(2026, 1, 1))
    assert located(drafted(LEAVE, TODAY), listed) == []
    assert located(drafted(LEAVE, date(2026, 3, 9)), listed) == [
        ("/effective_on", "leaving_day_past")
    ]
    assert located(drafted(LEAVE, TODAY)) == [("/change", "provider_not_in_catalogue")]
