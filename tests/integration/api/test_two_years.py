"""Two years of training over three budget years: who was listed first is served first, and nobody is overtaken.

A city pays 5000 元 a year and half of the whole term ahead. Two filings of 24 months: two people earn
2 × 10 000 = 20 000 元, one earns 10 000. Ahead in 2026: 10 000 and 5 000; the rest falls due in 2028.
"""

from datetime import UTC, datetime

from tests.integration.api import road
from tests.integration.api.cities import city_desk, signed_by_both, standard_of
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import problem_of

FIRST, SECOND = 1_000_000, 500_000
"""Each filing's prepayment, and as much again at its end."""
LAST_YEAR, ENDS = 2028, "2028-02-02"
CERTIFIED = {"issued_on": "2028-01-25"}


async def _queue(desk: Desk, year: int) -> list[tuple[int, str, int]]:
    query = f"fund_source={road.FUND}&budget_year={year}"
    waiting = (await desk.done("ListBudgetQueue", "finance", query=query))["items"]
    return [(one["place_no"], one["filing_id"], one["missing_fen"]) for one in waiting]


async def _parts(desk: Desk, filing_id: str) -> list[tuple[int, int, str]]:
    shown = await desk.done("GetCommitments", "filer", path={"filing_id": filing_id})
    return [(one["budget_year"], one["amount_fen"], one["state"]) for one in shown["commitments"]]


async def _waits(desk: Desk, kind: str, subject_id: str, *, year: int, missing_fen: int) -> None:
    """No funding request takes what the year's money does not reach, and it says how much that is."""
    body = road.funding((kind, subject_id), year=year)
    problem = await problem_of(
        desk, desk.ask("CreateFundingRequest", "handler", body=body), "funding_request_faulty"
    )
    assert [error["code"] for error in problem["errors"]] == ["commitment_insufficient"]
    assert f" {missing_fen} fen less" in problem["errors"][0]["detail"]


async def _trained(desk: Desk, filing_id: str) -> list[str]:
    path = {"filing_id": filing_id}
    desk.clock.at = datetime(LAST_YEAR, 4, 3, 1, tzinfo=UTC)
    people = await road.people_of(desk, filing_id)
    body = {
        "completed_on": ENDS,
        "outcomes": [{"enrolment_id": one, "outcome": "completed", "day": ENDS} for one in people],
    }
    version = await road.version_of(desk, "GetFiling", **path)
    await desk.done("ReportCompletion", "filer", path=path, version=version, body=body)
    return people


async def test_two_years_are_prepaid_and_settled_in_order_of_listing(desk: Desk) -> None:
    city, code = await city_desk(desk)
    prepayment = {"share_basis_points": 5000, "base": "WHOLE_TERM"}
    policy = standard_of(code, prepayment=prepayment)
    await signed_by_both(city, policy)
    rosters = [[road.person(contract_months=36) for _ in range(people)] for people in (2, 1)]
    first, second = [await road.listed(city, roster=roster, filed_months=24) for roster in rosters]
    assert await _parts(city, first) == [
        (2026, FIRST, "forward"), (LAST_YEAR, FIRST, "forward"),
    ]  # fmt: skip
    ahead = [await road.prepayment_approved(city, filing_id) for filing_id in (first, second)]
    for prepayment_id, fen in zip(ahead, (FIRST, SECOND), strict=True):
        shown = await city.done("GetPrepayment", "filer", path={"prepayment_id": prepayment_id})
        assert (shown["case"]["state"], shown["amount_fen"]) == ("approved", fen)

    # A fen short for the first: the second, for whom there would be money, does not overtake it.
    await road.appropriated(city, amount_fen=FIRST - 1)
    assert await _queue(city, 2026) == [(1, first, 1), (2, second, SECOND + 1)]
    for prepayment_id, fen in zip(ahead, (FIRST, SECOND), strict=True):
        await _waits(city, "prepayment", prepayment_id, year=2026, missing_fen=fen)
    await road.appropriated(city, amount_fen=SECOND)
    assert await _queue(city, 2026) == [(1, second, 1)]
    await _waits(city, "prepayment", ahead[1], year=2026, missing_fen=SECOND)
    await road.paid(city, ("prepayment", ahead[0]))
    await road.appropriated(city, amount_fen=1)
    assert await _queue(city, 2026) == []
    await road.paid(city, ("prepayment", ahead[1]))

    for filing_id in (first, second):
        await road.opened(city, filing_id)
    classes = [await _trained(city, filing_id) for filing_id in (first, second)]
    rows = [
        road.registered(one, who, **CERTIFIED, evaluated_on="2028-01-15")
        for people, roster in zip(classes, rosters, strict=True)
        for one, who in zip(people, roster, strict=True)
    ]
    await road.loaded(city, *rows)
    settled = []
    for filing_id, people in zip((first, second), classes, strict=True):
        declared = [road.declaration(one, **CERTIFIED) for one in people]
        settled.append(await road.judged(city, filing_id, *declared))
        await road.approved(city, settled[-1])
    assert await _queue(city, LAST_YEAR) == [(1, first, FIRST), (2, second, FIRST + SECOND)]
    await _waits(city, "settlement", settled[0], year=LAST_YEAR, missing_fen=FIRST)
    await road.appropriated(city, year=LAST_YEAR, amount_fen=FIRST + SECOND)
    await road.paid(city, *[("settlement", one) for one in settled], year=LAST_YEAR)
    await _ended(city, first, second)
    await _calculated(city, policy)


async def _ended(desk: Desk, first: str, second: str) -> None:
    for filing_id, half in ((first, FIRST), (second, SECOND)):
        shown = await desk.done("GetFiling", "filer", path={"filing_id": filing_id})
        assert shown["case"]["state"] == "closed"
        query = f"filing_id={filing_id}"
        payments = (await desk.done("ListPayments", "filer", query=query))["items"]
        assert [(one["budget_year"], one["amount_fen"], one["state"]) for one in payments] == [
            (2026, half, "paid"),
            (LAST_YEAR, half, "paid"),
        ]
    both = FIRST + SECOND
    funds = (await desk.done("GetMoneyByFund", "finance"))["items"]
    # Outlay is of the year that paid; the prepayment becomes expense in the book it was paid from.
    assert [
        (one["budget_year"], one["money"]["outlay_fen"], one["money"]["earned_fen"])
        for one in funds
    ] == [(2026, both, both), (LAST_YEAR, both, both)]
    balance = await desk.done("GetTrialBalance", "finance")
    assert balance["debits_fen"] == balance["credits_fen"]


async def _calculated(desk: Desk, policy: Json) -> None:
    case = {
        "policy": policy, "target_grade": 4, "filed_months": 24, "actual_months": 24,
        "planned": 2, "completed_certified": 2, "completed_uncertified": 0,
    }  # fmt: skip
    answer = await desk.done("Calculate", None, body=case)
    assert (answer["prepayment_fen"], answer["balance_fen"]) == (FIRST, FIRST)
    assert answer["entitlement_fen"] == 2 * FIRST
