"""Codes of stacking and of lists of other programmes' subsidies."""

from collections.abc import Sequence

from domain.ports.sheets import CSV
from tests.integration.api import road
from tests.integration.api.cities import city_desk, signed_by_both, standard_of
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes
from tests.sheet_files import csv_of


def _load(desk: Desk, *rows: Sequence[str]) -> Ask:
    """A list of these rows, of one source."""
    return desk.ask(
        "LoadSubsidyRegister",
        "handler",
        query="source=list",
        content=csv_of([road.SUBSIDY_HEADINGS, *rows]),
        headers={"Content-Type": CSV},
    )


@provokes("subsidy_register_faulty", "subsidy_twice_in_register", "day_to_come")
async def a_list_with_one_subsidy_twice(desk: Desk) -> Ask:
    row = road.subsidy(road.person())
    return _load(desk, row, row, road.subsidy(road.person(), day="2099-01-01"))


@provokes("subsidy_register_already_loaded")
async def one_list_twice(desk: Desk) -> Ask:
    row = road.subsidy(road.person())
    await road.subsidies_loaded(desk, row)
    return _load(desk, row)


@provokes(
    "stacking_violated",
    "stacking_year_total",
    "stacking_year_programme",
    "stacking_same_grade",
    "stacking_higher_grade",
    "stacking_certificate",
    "stacking_excluded",
)
async def what_came_to_light_after_the_review(desk: Desk) -> Ask:
    city, code = await city_desk(desk)
    limits = {"per_year_total": 1, "per_year_per_programme": 1, "excludes": ["skill_upgrade"]}
    await signed_by_both(city, standard_of(code, stacking=limits))
    someone = road.person()
    filing_id = await road.listed(city, roster=[someone])
    (one,) = await road.completed(city, filing_id)
    await road.loaded(city, road.registered(one, someone))
    settlement_id = await road.judged(city, filing_id, road.declaration(one))
    number = road.number_of(one)
    had = (
        {"programme": "企业新型学徒制", "day": "2027-01-05", "occupation": "6-18-02-04"},
        {"programme": "project_training", "day": "2019-01-05", "grade": "4"},
        {"programme": "project_training", "day": "2018-01-05", "grade": "3"},
        {"programme": "voucher", "day": "2018-01-05", "occupation": "", "number": number},
        {"programme": "skill_upgrade", "day": "2018-01-05", "occupation": "", "number": number},
    )
    await road.subsidies_loaded(city, *(road.subsidy(someone, **cells) for cells in had))
    version = await road.settlement_version(city, settlement_id)
    path = {"settlement_id": settlement_id}
    return city.ask("ApproveSettlement", "approver", path=path, version=version, body={})
