"""What changes between a prepayment's request and its approval, and what came back, counts at the approval."""

import pytest

from tests.integration.api import road, year_road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import refused
from tests.integration.api.year_road import Years

FIRST = 900_000


async def _approved(desk: Desk, prepayment_id: str, **body: object) -> Json:
    path = {"prepayment_id": prepayment_id}
    version = await road.version_of(desk, "GetPrepayment", **path)
    return await desk.done("ApprovePrepayment", "approver", path=path, version=version, body=body)


async def _paid_first(years: Years) -> str:
    await road.appropriated(years.desk, amount_fen=FIRST)
    first = await road.prepayment_approved(years.desk, years.filing_id)
    await road.paid(years.desk, ("prepayment", first))
    await road.opened(years.desk, years.filing_id)
    return first


async def test_who_left_since_the_request_is_not_approved_for(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk)
    reviewed = await road.prepayment_reviewed(years.desk, years.filing_id)
    await year_road.left(years.desk, years.people[2])
    decided = await _approved(years.desk, reviewed)
    # No lower share was decided: no reason is asked for.
    assert (decided["people"], decided["amount_fen"], decided["maximum_fen"]) == (
        2, 600_000, 600_000,
    )  # fmt: skip


async def test_a_filing_that_is_worth_more_since_the_request_is_approved_at_its_new_maximum(
    desk: Desk,
) -> None:
    years = await year_road.listed_for_years(desk, filed_months=12, base="WHOLE_TERM")
    reviewed = await road.prepayment_reviewed(years.desk, years.filing_id)
    await years.desk.tampered(
        "update filings set filed_months = 24 where id = :id", id=years.filing_id
    )
    decided = await _approved(years.desk, reviewed)
    assert (decided["amount_fen"], decided["maximum_fen"]) == (1_800_000, 1_800_000)


async def test_a_filing_that_is_worth_less_is_approved_at_what_is_left(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk, base="WHOLE_TERM")
    reviewed = await road.prepayment_reviewed(years.desk, years.filing_id)
    await years.desk.tampered(
        "update filings set filed_months = 12 where id = :id", id=years.filing_id
    )
    decided = await _approved(years.desk, reviewed, share_basis_points=4000, reason="资金安排")
    assert (decided["amount_fen"], decided["maximum_fen"]) == (720_000, 900_000)


async def test_nobody_left_is_refused_and_not_a_fault(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk, people=1)
    reviewed = await road.prepayment_reviewed(years.desk, years.filing_id)
    await year_road.left(years.desk, years.people[0])
    approve = years.desk.ask(
        "ApprovePrepayment", "approver", path={"prepayment_id": reviewed}, version=2, body={}
    )
    await refused(years.desk, approve, "prepayment_of_nothing")


async def test_a_lower_share_in_the_second_year_is_taken_of_that_year(desk: Desk) -> None:
    years = await year_road.listed_for_years(desk)
    await _paid_first(years)
    year_road.at(years.desk, year_road.SECOND_YEAR)
    reviewed = await road.prepayment_reviewed(years.desk, years.filing_id)
    decided = await _approved(years.desk, reviewed, share_basis_points=2500, reason="资金紧张")
    assert (decided["amount_fen"], decided["maximum_fen"]) == (450_000, 900_000)


@pytest.mark.parametrize("before", [True, False])
async def test_what_came_back_makes_room_under_the_cap_and_what_is_owed_does_not(
    desk: Desk, before: bool
) -> None:
    """Two are left on the roster: 2 × 12 000 × 50 % = 12 000 in all, 9000 of them prepaid."""
    years = await year_road.listed_for_years(desk)
    desk = years.desk
    await _paid_first(years)
    await year_road.left(desk, years.people[2])
    await desk.tampered(
        "update enrolments set until_roster_version = 2 where id = :id", id=years.people[2]
    )
    recovery_id = await road.recovery_proposed(desk, years.filing_id, amount_fen=300_000)
    path = {"recovery_id": recovery_id}
    order = {"document_number": "试人社追〔2026〕9号", "pay_within_days": 30, "clause": "第八条"}
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    reference = (await desk.done("GetRecovery", "filer", path=path))["reference"]
    year_road.at(desk, year_road.SECOND_YEAR)
    if before:
        await road.received(desk, (f"1-{reference}", reference, 300_000))
    reviewed = await road.prepayment_reviewed(desk, years.filing_id)
    (_, asked) = await years.prepayments()
    assert (asked["people"], asked["maximum_fen"]) == (2, 600_000 if before else 300_000)
    if not before:
        await road.received(desk, (f"1-{reference}", reference, 300_000))
    decided = await _approved(desk, reviewed)
    assert (decided["amount_fen"], decided["maximum_fen"]) == (600_000, 600_000)
    why = await desk.done("ExplainPrepayment", "filer", path={"prepayment_id": reviewed})
    assert "earlier years prepaid 6 000.00 yuan" in why["sentences"][2]["en"]


async def _cancelled(desk: Desk, payment_id: str) -> None:
    """A returned payment that two people cancel: its prepayment is dropped."""
    body = {"payment_id": payment_id, "remedy": "cancel", "reason": "账户注销"}
    case = (await desk.done("ProposePaymentCorrection", "handler", body=body))["case"]
    path = {"correction_id": case["id"]}
    version = case["version"]
    await desk.done("ApprovePaymentCorrection", "approver", path=path, version=version, body={})


@pytest.mark.parametrize(("cancelled", "already"), [(False, "9 000.00"), (True, "0.00")])
async def test_a_first_prepayment_the_bank_gave_back_counts_while_it_may_be_paid_again(
    desk: Desk, cancelled: bool, already: str
) -> None:
    years = await year_road.listed_for_years(desk)
    desk = years.desk
    await road.appropriated(desk, amount_fen=FIRST)
    first = await road.prepayment_approved(desk, years.filing_id)
    payment_id = await road.returned(desk, ("prepayment", first))
    if cancelled:
        await _cancelled(desk, payment_id)
    await road.opened(desk, years.filing_id)
    year_road.at(desk, year_road.SECOND_YEAR)
    second = await road.prepayment_requested(desk, years.filing_id)
    why = await desk.done("ExplainPrepayment", "filer", path={"prepayment_id": second})
    assert f"earlier years prepaid {already} yuan" in why["sentences"][2]["en"]
