"""Values of the right shape at their limits, and things named twice: decided or refused, never a 500."""

from collections.abc import Mapping

import pytest

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json, borrowed
from tests.integration.api.refusing import pointers, problem_in, problem_of

ODD_PLANS: Mapping[str, Json] = {
    "a term that ends after the last day of the calendar": {"starts_on": "9999-12-31"},
    "the first day of the calendar": {"starts_on": "0001-01-01"},
    "people hired on the last day": {"roster": [road.person(hired_on="9999-12-31")]},
    "people hired on the first day": {"roster": [road.person(hired_on="0001-01-01")]},
    "the longest contract": {"roster": [road.person(contract_months=600)]},
    "ten years": {"filed_months": 120},
    "an uplift of the whole": {"uplift_basis_points": 10_000},
    "a region code of twenty digits": {"region_code": "3" * 20},
    "a region code of two": {"region_code": "99"},
    "an odd number of digits": {"region_code": "320"},
    "a name of spaces": {"class_name": "   "},
    "characters beyond the basic plane": {"class_name": "𠮷野家𰻞班😀"},
    "a percent sign and a brace": {"class_name": "100 % {sql} %s :name"},
    "quotes": {"class_name": "'; drop table filings; --"},
    "an account of forty digits": {
        "payee": {
            "account_name": "x",
            "account_number": "9" * 40,
            "bank_code": "102100099996",
        }
    },
    "digits of another script": {
        "roster": [road.person(citizen_id="١١٠١٠١١٩٩٠٠٣٠٧٤٢٥٨", phone="１３８００１３８０００")]
    },
}


@pytest.mark.parametrize("odd", ODD_PLANS)
@pytest.mark.parametrize("submit", [False, True])
async def test_an_odd_plan_is_decided_or_refused(common: Desk, odd: str, submit: bool) -> None:
    async with borrowed(common) as desk:
        body = road.plan(desk, submit=submit) | ODD_PLANS[odd]
        answer = await desk.send(desk.ask("CreateFiling", "filer", body=body))
    if not answer.is_success:
        assert problem_in(answer)["status"] == 422


@pytest.mark.parametrize("day", ["9999-06-01", "2100-01-01"])
async def test_a_class_that_ends_after_the_last_budget_year_is_refused_when_it_is_filed(
    desk: Desk, day: str
) -> None:
    asked = desk.ask("CreateFiling", "filer", body=road.plan(desk, starts_on=day))
    problem = await problem_of(desk, asked, "plan_faulty")
    assert pointers(problem) == {"/starts_on": "not_acceptable_value"}


async def test_a_class_that_ends_in_the_last_budget_year_can_be_listed(desk: Desk) -> None:
    filing_id = await road.listed(desk, starts_on="2098-12-01")
    forecast = await desk.done("GetCommitments", "finance", path={"filing_id": filing_id})
    assert [part["budget_year"] for part in forecast["commitments"]] == [2026, 2099]


async def test_a_filing_named_twice_in_one_listing_is_refused(desk: Desk) -> None:
    filing_id = await road.reviewed(desk)
    body = road.listing("试人社〔2026〕2号", (filing_id, 4), (filing_id, 4))
    problem = await problem_of(
        desk, desk.ask("ListFilings", "approver", body=body), "subject_twice"
    )
    assert pointers(problem) == {"/filings/1/filing_id": "subject_twice"}
    shown = await desk.done("GetFiling", "filer", path={"filing_id": filing_id})
    assert shown["case"]["state"] == "reviewed"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_reports_of_days_at_the_end_of_the_calendar_are_refused(desk: Desk, day: str) -> None:
    filing_id = await road.listed(desk)
    path = {"filing_id": filing_id}
    opening = desk.ask("ReportOpening", "filer", path=path, version=5, body={"starts_on": day})
    await problem_of(desk, opening, "opening_out_of_order")
    await road.opened(desk, filing_id)
    (one, two) = await road.people_of(desk, filing_id)
    outcomes = [{"enrolment_id": who, "outcome": "completed", "day": day} for who in (one, two)]
    body = {"completed_on": day, "outcomes": outcomes}
    completion = desk.ask("ReportCompletion", "filer", path=path, version=6, body=body)
    await problem_of(desk, completion, "completion_faulty")


@pytest.mark.parametrize("year", [2000, 2100])
async def test_the_first_and_the_last_budget_year_can_be_appropriated(
    desk: Desk, year: int
) -> None:
    await road.appropriated(desk, year=year, amount_fen=10_000_000_000_000)
    trial = await desk.done("GetTrialBalance", "finance")
    assert trial["difference_fen"] == 0
    assert trial["debits_fen"] == 10_000_000_000_000


async def test_the_largest_appropriation_can_be_repeated(desk: Desk) -> None:
    for number in range(3):
        body = {
            "fund_source": road.FUND,
            "budget_year": road.YEAR,
            "amount_fen": 10_000_000_000_000,
            "document_number": f"试财〔2026〕{number}号",
        }
        case = (await desk.done("DraftAppropriation", "finance", body=body))["case"]
        path = {"appropriation_id": case["id"]}
        await desk.done("ApproveAppropriation", "finance_second", path=path, version=1)
    trial = await desk.done("GetTrialBalance", "finance")
    assert trial["debits_fen"] == 30_000_000_000_000


ODD_CASES: Mapping[str, Json] = {
    "nobody completed": {"completed_certified": 0},
    "the most people": {"planned": 100_000, "completed_certified": 100_000},
    "a prepayment beyond every rate": {"prepaid_fen": 10_000_000_000_000},
    "no month trained": {"actual_months": 0},
    "months beyond the term": {"actual_months": 120},
    "the last day of the calendar": {"filing_date": "9999-12-31"},
    "the first day of the calendar": {"filing_date": "0001-01-01"},
    "an empty policy": {"policy": {}},
    "a policy of another kind": {"policy": {"kind": "overlay", "rates": {"4": 1}}},
    "a policy that is a path": {"policy": "../../etc/passwd"},
    "exits without people": {"exits": [{"people": 0, "months": 0, "reason": "left"}]},
    "everybody left": {
        "completed_certified": 0,
        "exits": [{"people": 33, "months": 12, "reason": "death"}],
    },
}


@pytest.mark.parametrize("odd", ODD_CASES)
async def test_an_odd_case_is_worked_out_or_refused(elsewhere: Desk, odd: str) -> None:
    body = {
        "policy": "nantong-2019-15",
        "target_grade": 4,
        "filed_months": 12,
        "actual_months": 12,
        "planned": 33,
        "completed_certified": 32,
        "completed_uncertified": 0,
    } | ODD_CASES[odd]
    answer = await elsewhere.send(elsewhere.ask("Calculate", None, body=body))
    if answer.is_success:
        shown = answer.json()
        assert min(shown["balance_fen"], shown["recovery_fen"]) == 0
    else:
        assert problem_in(answer)["status"] in {400, 422}


async def _named_twice(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    people = await road.completed(desk, filing_id)
    twice = [road.declaration(people[0]), road.declaration(people[0], grade=None)]
    return desk.ask(
        "DraftSettlement", "filer", path={"filing_id": filing_id}, body={"declarations": twice}
    )


async def test_a_person_declared_twice_is_located(desk: Desk) -> None:
    problem = await problem_of(desk, await _named_twice(desk), "declarations_faulty")
    assert pointers(problem)["/declarations/1/enrolment_id"] == "person_declared_twice"


@pytest.mark.parametrize("register", ["", "%20", "%20osta"])
async def test_an_extract_of_a_register_without_a_name_is_refused(
    desk: Desk, register: str
) -> None:
    asked = desk.ask(
        "LoadCertificateExtract",
        "handler",
        query=f"register={register}",
        body="a\r\n",
    )
    answer = await desk.send(asked)
    assert problem_in(answer)["status"] == 400
