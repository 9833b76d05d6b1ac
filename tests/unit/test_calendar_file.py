"""Files of working days: what a year's arrangement and a region's days may say."""

from datetime import date
from typing import Any

import pytest

from domain.calendar_file import parse_calendar
from domain.errors import Refusal

YEAR: dict[str, Any] = {
    "year": 2027,
    "document": "国办发明电〔2026〕9号",
    "rest": ["2027-01-01", ["2027-02-05", "2027-02-07"]],
    "worked": ["2027-02-14"],
}


def faults_of(written: Any) -> list[tuple[str, str]]:
    """What a file is refused for."""
    with pytest.raises(Refusal) as refused:
        parse_calendar(written)
    assert refused.value.code == "calendar_faulty"
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_year_is_read_with_its_pairs_of_days() -> None:
    found = parse_calendar(YEAR)
    assert (found.year, found.region_path, found.document) == (2027, "/", YEAR["document"])
    assert found.days == {
        date(2027, 1, 1): False,
        date(2027, 2, 5): False,
        date(2027, 2, 6): False,
        date(2027, 2, 7): False,
        date(2027, 2, 14): True,
    }


def test_a_region_closes_and_opens_any_day() -> None:
    found = parse_calendar(
        {"region": "320681", "document": "台风", "rest": ["2026-08-03"], "worked": ["2026-08-04"]}
    )
    assert (found.year, found.region_path) == (None, "/32/3206/320681/")
    assert found.days == {date(2026, 8, 3): False, date(2026, 8, 4): True}
    assert parse_calendar({**YEAR, "year": 2027}).region_path == "/"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"rest": ["2027-01-01", "2027-01-01"]}, ("/rest/1", "calendar_day_twice")),
        ({"rest": ["2027-02-14"]}, ("/worked/0", "calendar_day_twice")),
        ({"rest": ["2026-12-31"]}, ("/rest/0", "calendar_day_of_other_year")),
        ({"worked": ["2027-02-15"]}, ("/worked/0", "calendar_day_as_usual")),
        ({"rest": ["2027-02-30"]}, ("/rest/0", "calendar_field_malformed")),
        ({"rest": [["2027-02-03", "2027-02-01"]]}, ("/rest/0", "calendar_field_malformed")),
        ({"rest": [["2027-01-01", "2027-12-31"]]}, ("/rest/0", "calendar_field_malformed")),
        ({"rest": [["2027-01-01"]]}, ("/rest/0", "calendar_field_malformed")),
        ({"rest": [7]}, ("/rest/0", "calendar_field_malformed")),
        ({"rest": None}, ("/rest", "calendar_field_malformed")),
        ({"document": " "}, ("/document", "calendar_field_malformed")),
        ({"document": 7}, ("/document", "calendar_field_malformed")),
        ({"year": 1999}, ("/year", "calendar_field_malformed")),
        ({"year": "2027"}, ("/year", "calendar_field_malformed")),
        ({"holidays": []}, ("/holidays", "calendar_field_malformed")),
    ],
)
def test_a_fault_is_located(changed: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults_of(YEAR | changed)


def test_what_is_no_calendar_is_refused() -> None:
    assert faults_of([]) == [("", "calendar_field_malformed")]
    malformed = "calendar_field_malformed"
    for region in (7, "3206a1", "32068"):
        days: dict[str, Any] = {"region": region, "document": "台风", "rest": [], "worked": []}
        assert faults_of(days) == [("/region", malformed)]
    assert faults_of(YEAR | {"region": "32"}) == [("/region", malformed)]
