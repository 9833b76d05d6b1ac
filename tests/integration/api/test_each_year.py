"""Prepayments of each year (PAY-05), by hand: 高级工, two years, 6000 元 a year; one of three leaves in year one.

Ahead: 3 × 3000 = 9000 in 2026, 2 × 3000 = 6000 in 2027. Two certified earn 24 000, so 9000 are left to pay; one
alone earns 12 000, so 3000 of the 15 000 come back.
"""

import asyncio

import pytest

from tests.integration.api import road, year_road
from tests.integration.api.desk import Desk
from tests.integration.api.refusing import problem_in, problem_of, refused
from tests.integration.api.year_road import Years

FIRST, SECOND, REST = 900_000, 600_000, 1_800_000
"""The first year's prepayment, the second's for who is left, and the forecast of the term's end, in fen."""
OPENS = "2026-02-03"


async def _said(desk: Desk, prepayment_id: str) -> str:
    path = {"prepayment_id": prepayment_id}
    why = await desk.done("ExplainPrepayment", "filer", path=path)
    return " ".join(one["en"] for one in why["sentences"])


async def _first_year(years: Years) -> str:
    """The first year's prepayment is paid, training begins, and one of three leaves."""
    desk = years.desk
    await road.appropriated(desk, amount_fen=FIRST)
    first = await road.prepayment_approved(desk, years.filing_id)
    await road.paid(desk, ("prepayment", first))
    await road.opened(desk, years.filing_id)
    await year_road.left(desk, years.people[2])
    return first


@pytest.mark.parametrize("certified", [2, 1])
async def test_two_years_are_prepaid_year_by_year_and_settled_to_the_fen(
    desk: Desk, certified: int
) -> None:
    years = await year_road.listed_for_years(desk)
    desk = years.desk
    assert await years.parts() == [
        (2026, FIRST, "forward"), (2027, FIRST, "forward"), (2028, REST, "forward"),
    ]  # fmt: skip
    first = await _first_year(years)
    (shown,) = await years.prepayments()
    assert (shown["people"], shown["amount_fen"], shown["case"]["state"]) == (3, FIRST, "paid")
    assert shown["next_period"] == {"period": 2, "first_day": year_road.SECOND_YEAR}
    year_road.at(desk, "2027-02-02")
    early = await refused(desk, years.ask(), "prepayment_too_early")
    assert "2027-02-03" in early["detail"]

    year_road.at(desk, year_road.SECOND_YEAR)
    second = await road.prepayment_approved(desk, years.filing_id)
    await desk.idle()
    (_, shown) = await years.prepayments()
    assert (shown["period"], shown["people"], shown["amount_fen"]) == (2, 2, SECOND)
    assert (shown["maximum_fen"], shown["next_period"]) == (SECOND, None)
    said = await _said(desk, second)
    assert "Training year 2 began on 2027-02-03 and counts only people still in training" in said
    assert "earlier years prepaid 9 000.00 yuan" in said
    assert "Training year 2" not in await _said(desk, first)
    query = f"case_id={second}"
    (paper,) = (await desk.done("ListOfficialDocuments", "filer", query=query))["items"]
    shown_on = {"document_id": paper["id"]}
    page = await desk.send(desk.ask("GetOfficialDocumentPage", "filer", path=shown_on))
    assert all(words in page.text for words in ("第2期", "6,000.00"))

    # The year's money has not come: the prepayment waits in the queue, visibly.
    waits = desk.ask(
        "CreateFundingRequest", "handler", body=road.funding(("prepayment", second), year=2027)
    )
    problem = await problem_of(desk, waits, "funding_request_faulty")
    assert [error["code"] for error in problem["errors"]] == ["commitment_insufficient"]
    query = f"fund_source={road.FUND}&budget_year=2027"
    (queued,) = (await desk.done("ListBudgetQueue", "finance", query=query))["items"]
    assert (queued["filing_id"], queued["missing_fen"]) == (years.filing_id, FIRST)
    await road.appropriated(desk, year=2027, amount_fen=FIRST)
    await road.paid(desk, ("prepayment", second), year=2027)
    await refused(desk, years.ask(), "prepayment_exists")

    seats = range(certified)
    await year_road.completed(years, seats, failed=range(certified, 2))
    await road.appropriated(desk, year=2028, amount_fen=REST)
    settlement_id = await year_road.settled(years, seats)
    if certified == 2:
        assert await year_road.amounts(desk, settlement_id) == {
            "entitled_fen": 2_400_000, "history_fen": FIRST + SECOND, "balance_fen": 900_000,
        }  # fmt: skip
        await road.paid(desk, ("settlement", settlement_id), year=2028)
        await _ends_even(years)
    else:
        assert await year_road.amounts(desk, settlement_id) == {
            "entitled_fen": 1_200_000, "history_fen": FIRST + SECOND, "recovery_fen": 300_000,
        }  # fmt: skip
        await _ends_owing(years)
    await _calculated(years, certified)


async def _ends_even(years: Years) -> None:
    desk = years.desk
    assert await year_road.balances(desk) == {
        "treasury": -FIRST - FIRST - REST,
        "available": (FIRST - SECOND) + (REST - 900_000),
        "expense": 2_400_000,
    }
    filing = await desk.done("GetFiling", "filer", path=years.path)
    assert filing["case"]["state"] == "closed"
    query = f"filing_id={years.filing_id}"
    lines = (await desk.done("ListPersonEntries", "filer", query=query))["items"]
    assert [(one["state"], one["prepaid_fen"], one["entitled_fen"]) for one in lines] == [
        ("completed", 600_000, 1_200_000),
        ("completed", 600_000, 1_200_000),
        ("exited", 300_000, 0),
    ]


async def _ends_owing(years: Years) -> None:
    desk = years.desk
    assert await year_road.balances(desk) == {
        "treasury": -FIRST - FIRST - REST,
        "available": (FIRST - SECOND) + REST,
        "expense": 1_200_000,
        "recovery_receivable": 300_000,
    }
    query = f"filing_id={years.filing_id}"
    (owed,) = (await desk.done("ListRecoveries", "approver", query=query))["items"]
    assert (owed["case"]["state"], owed["outstanding_fen"]) == ("proposed", 300_000)
    # Newest book first: it is the second year's prepayment that was not earned.
    path = {"recovery_id": owed["case"]["id"]}
    why = await desk.done("ExplainRecovery", "filer", path=path)
    said = " ".join(one["en"] for one in why["sentences"])
    assert "Prepaid for 3 people: 9 000.00 yuan. Prepaid for 2 people: 6 000.00 yuan." in said
    assert "book of 2027: prepaid and not earned, 3 000.00 yuan" in said


async def _calculated(years: Years, certified: int) -> None:
    """The calculator says the same, to the fen."""
    gone = [{"people": 1, "months": 7, "reason": "left"}]
    failed = [{"people": 1, "months": 24, "reason": "failed"}]
    case = {
        "policy": years.policy, "target_grade": 3, "filed_months": 24, "actual_months": 24,
        "planned": 3, "completed_certified": certified, "completed_uncertified": 0,
        "exits": gone + (failed if certified == 1 else []),
    }  # fmt: skip
    answer = await years.desk.done("Calculate", None, body=case)
    assert answer["prepayment_fen"] == FIRST + SECOND
    assert (answer["entitlement_fen"], answer["balance_fen"], answer["recovery_fen"]) == (
        (2_400_000, 900_000, 0) if certified == 2 else (1_200_000, 0, 300_000)
    )


async def test_of_two_requests_for_the_second_year_at_once_one_is_taken(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk)
    await _first_year(years)
    year_road.at(years.desk, year_road.SECOND_YEAR)
    answers = await asyncio.gather(*(years.desk.send(years.ask()) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status_code == 409]
    assert problem_in(lost)["code"] == "prepayment_exists"
    assert [one["period"] for one in await years.prepayments()] == [1, 2]


async def test_in_three_years_the_third_waits_for_the_second_and_a_refused_one_keeps_its_year(
    desk: Desk,
) -> None:
    years = await year_road.listed_for_years(desk, filed_months=36)
    desk = years.desk
    first = await road.prepayment_reviewed(desk, years.filing_id)
    path, body = {"prepayment_id": first}, {"reason": "开班未实"}
    await road.opened(desk, years.filing_id)
    shown = await desk.done("GetPrepayment", "filer", path=path)
    assert shown["next_period"] == {"period": 2, "first_day": year_road.SECOND_YEAR}
    # The page shows a day it did not show before, so its version has risen.
    assert shown["case"]["version"] == 3
    year_road.at(desk, year_road.SECOND_YEAR)
    waiting = await refused(desk, years.ask(), "prepayment_undecided")
    assert "period 1" in waiting["detail"]
    await desk.done("RefusePrepayment", "approver", path=path, version=3, body=body)
    second = await road.prepayment_requested(desk, years.filing_id)
    shown = await desk.done("GetPrepayment", "filer", path={"prepayment_id": second})
    assert (shown["period"], shown["people"], shown["amount_fen"]) == (2, 3, 900_000)
    assert shown["next_period"] == {"period": 3, "first_day": "2028-02-03"}
    cancel = {"prepayment_id": second}
    await desk.done("CancelPrepayment", "filer", path=cancel, version=1, body={})
    assert "2028-02-03" in (await refused(desk, years.ask(), "prepayment_too_early"))["detail"]
    year_road.at(desk, "2028-02-03")
    await road.prepayment_approved(desk, years.filing_id)
    assert [(one["period"], one["amount_fen"]) for one in await years.prepayments()] == [
        (1, 900_000), (2, 900_000), (3, 900_000),
    ]  # fmt: skip
    assert [part[:2] for part in await years.parts()] == [
        (2026, 900_000), (2027, 900_000), (2028, 900_000), (2029, 2_700_000),
    ]  # fmt: skip


async def test_none_during_a_hold_nor_before_training_nor_after_the_class(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk)
    desk = years.desk
    await road.prepayment_approved(desk, years.filing_id)
    listed = await refused(desk, years.ask(), "prepayment_not_yet")
    assert "listed" in listed["detail"]
    await road.opened(desk, years.filing_id)
    year_road.at(desk, year_road.SECOND_YEAR)
    hold_id = await road.imposed(desk, "filing", years.filing_id)
    await refused(desk, years.ask(), "on_hold")
    await road.lifted_by_review(desk, hold_id)
    second = await road.prepayment_reviewed(desk, years.filing_id)
    year_road.at(desk, "2028-02-03")
    approve = desk.ask(
        "ApprovePrepayment", "approver", path={"prepayment_id": second}, version=2, body={}
    )
    assert "2028-02-02" in (await refused(desk, approve, "prepayment_too_late"))["detail"]
    await year_road.completed(years, [0, 1, 2])
    for ask in (approve, years.ask()):
        assert "completed" in (await refused(desk, ask, "prepayment_not_yet"))["detail"]


async def test_nobody_in_training_brings_nothing_ahead(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk, people=1)
    await road.prepayment_approved(years.desk, years.filing_id)
    await road.opened(years.desk, years.filing_id)
    await year_road.left(years.desk, years.people[0])
    year_road.at(years.desk, year_road.SECOND_YEAR)
    await refused(years.desk, years.ask(), "prepayment_of_nothing")
