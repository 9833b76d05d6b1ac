"""Files of working days: a year's arrangement as published (放假安排), or single days of a region.

    {"year": 2027, "document": "国办发明电〔2026〕…号", "rest": ["2027-01-01", ["2027-02-05", "2027-02-11"]],
     "worked": ["2027-02-14"]}

`rest` and `worked` hold days, or pairs of a first and a last day. A file names either `year` (for the whole
nation) or `region` (a region's code, `CN` to correct the nation's days), never both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.errors import Fault, Refusal
from domain.places import region_path_of

RANGE_MAX: Final = 60
"""Days one pair may span; more is a slip of the pen."""
_YEARS: Final = range(2000, 2101)
_SATURDAY: Final = 5
_OF_YEAR: Final = frozenset({"year", "document", "rest", "worked"})
_OF_REGION: Final = frozenset({"region", "document", "rest", "worked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """Days worked or not, of the nation in `year` or of a region when `year` is None."""

    year: int | None
    region_path: str
    document: str
    days: Mapping[date, bool]


def parse_calendar(written: object) -> CalendarFile:
    """Read a file, or refuse `calendar_faulty` with every fault located.

    A year's `worked` days are weekends and all its days lie in it; a weekend within `rest` is
    taken as it is.
    """
    if not isinstance(written, dict):
        raise _refusal([Fault("", "calendar_field_malformed")])
    year = written.get("year")
    names = _OF_YEAR if "year" in written else _OF_REGION
    faults = [
        Fault(f"/{name}", "calendar_field_malformed") for name in sorted(names ^ written.keys())
    ]
    document, region = written.get("document"), written.get("region", "CN")
    if not isinstance(document, str) or not 0 < len(document.strip()) <= 200:
        faults.append(Fault("/document", "calendar_field_malformed"))
    if not isinstance(region, str) or not (region == "CN" or _is_code(region)):
        faults.append(Fault("/region", "calendar_field_malformed"))
    if "year" in written and (type(year) is not int or year not in _YEARS):
        faults.append(Fault("/year", "calendar_field_malformed"))
    days: dict[date, bool] = {}
    for name, working in (("rest", False), ("worked", True)):
        for pointer, found in _days(written.get(name), f"/{name}"):
            if found is None:
                faults.append(Fault(pointer, "calendar_field_malformed"))
            elif fault := _fault_of(found, days, working=working, year=year):
                faults.append(Fault(pointer, fault, {"day": found.isoformat()}))
            else:
                days[found] = working
    if faults:
        raise _refusal(faults)
    return CalendarFile(
        year=year, region_path=region_path_of(str(region)), document=str(document), days=days
    )


def _refusal(faults: list[Fault]) -> Refusal:
    return Refusal("calendar_faulty", faults=tuple(faults), count=len(faults))


def _is_code(region: str) -> bool:
    return region.isascii() and region.isdigit() and len(region) % 2 == 0 and len(region) <= 20


def _fault_of(
    day: date, days: Mapping[date, bool], *, working: bool, year: int | None
) -> str | None:
    if day in days:
        return "calendar_day_twice"
    if year is not None and day.year != year:
        return "calendar_day_of_other_year"
    if year is not None and working and day.weekday() < _SATURDAY:
        return "calendar_day_as_usual"
    return None


def _days(written: object, pointer: str) -> Iterator[tuple[str, date | None]]:
    if not isinstance(written, list):
        yield pointer, None
        return
    for n, item in enumerate(written):
        pair = item if isinstance(item, list) else [item, item]
        first, last = (_day(pair[0]), _day(pair[1])) if len(pair) == 2 else (None, None)
        if first is None or last is None or not 0 <= (last - first).days < RANGE_MAX:
            yield f"{pointer}/{n}", None
            continue
        for offset in range((last - first).days + 1):
            yield f"{pointer}/{n}", first + timedelta(days=offset)


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
