"""A place that settles every year and prepays each year: what is paid, ahead and owed stays right to the fen.

高级工, 6000 元 a year, half ahead, two years; one of three leaves in year one and earns nothing. Year one earns
2 × 6000 = 12 000, 9000 of it prepaid; year two is prepaid with 2 × 3000 = 6000; both years earn 24 000.
"""

from tests.integration.api import road, year_road
from tests.integration.api.desk import Desk
from tests.integration.api.refusing import refused
from tests.integration.api.year_road import Years

FIRST, SECOND, EARNED = 900_000, 600_000, 1_200_000
"""Each year's prepayment, and what two people earn in a year, in fen."""
ENDED_FIRST = "2027-02-02"


async def _begun(desk: Desk, *, prepaid: bool = True, **how: object) -> Years:
    """The first year's prepayment is paid, or never asked for; one of three leaves."""
    years = await year_road.listed_for_years(desk, settles="every_year", **how)  # type: ignore[arg-type]
    if prepaid:
        await road.appropriated(years.desk, amount_fen=FIRST)
        first = await road.prepayment_approved(years.desk, years.filing_id)
        await road.paid(years.desk, ("prepayment", first))
    await road.opened(years.desk, years.filing_id)
    await year_road.left(years.desk, years.people[2])
    return years


async def _judged(years: Years) -> str:
    """An interim settlement, reviewed."""
    return await road.judged(years.desk, years.filing_id)


async def _states(years: Years) -> list[tuple[int, str]]:
    return [(one["period"], one["case"]["state"]) for one in await years.prepayments()]


async def test_each_years_balance_and_the_next_years_prepayment_find_their_commitment(
    desk: Desk,
) -> None:
    years = await _begun(desk)
    desk = years.desk
    # 2027: the second year's prepayment for three, and what the first year leaves of 3 × 6000.
    assert [part[:2] for part in await years.parts()] == [
        (2026, 900_000), (2027, 900_000 + 900_000), (2028, 900_000),
    ]  # fmt: skip
    year_road.at(desk, year_road.SECOND_YEAR)
    await road.appropriated(desk, year=2027, amount_fen=1_800_000)
    second = await road.prepayment_approved(desk, years.filing_id)
    interim = await year_road.settled(years)
    assert await year_road.amounts(desk, interim) == {
        "entitled_fen": EARNED, "history_fen": FIRST, "balance_fen": 300_000,
    }  # fmt: skip
    # The running year's prepayment is not the settled year's: the approval leaves it alone.
    assert await _states(years) == [(1, "paid"), (2, "approved")]
    await road.paid(desk, ("settlement", interim), year=2027)
    await road.paid(desk, ("prepayment", second), year=2027)
    held = await year_road.balances(desk)
    assert (held["expense"], held["prepayment_receivable"]) == (EARNED, SECOND)

    # Half a year on nobody has another whole year: what is prepaid stays ahead, nothing is owed back.
    year_road.at(desk, "2027-08-03")
    early = await year_road.settled(years)
    assert await year_road.amounts(desk, early) == {
        "entitled_fen": EARNED, "history_fen": EARNED + SECOND, "ahead_fen": SECOND,
    }  # fmt: skip
    query = f"filing_id={years.filing_id}"
    assert (await desk.done("ListRecoveries", "approver", query=query))["items"] == []
    await year_road.completed(years, [0, 1])
    await road.appropriated(desk, year=2028, amount_fen=900_000)
    final = await year_road.settled(years, [0, 1])
    assert await year_road.amounts(desk, final) == {
        "entitled_fen": 2 * EARNED, "history_fen": EARNED + SECOND, "balance_fen": 600_000,
    }  # fmt: skip
    await road.paid(desk, ("settlement", final), year=2028)
    assert await year_road.balances(desk) == {
        "treasury": -FIRST - 1_800_000 - 900_000,
        "available": 1_800_000 - 300_000 - SECOND + 900_000 - 600_000,
        "expense": 2 * EARNED,
    }
    filing = await desk.done("GetFiling", "filer", path=years.path)
    assert filing["case"]["state"] == "closed"


async def test_who_fails_at_the_end_owes_what_both_years_paid_for_them(desk: Desk) -> None:
    years = await _begun(desk)
    desk = years.desk
    year_road.at(desk, year_road.SECOND_YEAR)
    await road.appropriated(desk, year=2027, amount_fen=1_800_000)
    second = await road.prepayment_approved(desk, years.filing_id)
    await road.paid(desk, ("prepayment", second), year=2027)
    # The second year's money is history too: 12 000 earned, 15 000 paid, 3000 of them ahead.
    interim = await year_road.settled(years)
    assert await year_road.amounts(desk, interim) == {
        "entitled_fen": EARNED, "history_fen": FIRST + SECOND, "ahead_fen": 300_000,
    }  # fmt: skip
    held = await year_road.balances(desk)
    assert (held["expense"], held["prepayment_receivable"]) == (EARNED, 300_000)
    await year_road.completed(years, [0], failed=[1])
    final = await year_road.settled(years, [0])
    assert await year_road.amounts(desk, final) == {
        "entitled_fen": EARNED, "history_fen": FIRST + SECOND, "recovery_fen": 300_000,
    }  # fmt: skip
    assert await year_road.balances(desk) == {
        "treasury": -FIRST - 1_800_000,
        "available": 1_800_000 - SECOND,
        "expense": EARNED,
        "recovery_receivable": 300_000,
    }


async def test_a_settlement_waits_while_the_running_years_prepayment_is_with_the_bank(
    desk: Desk,
) -> None:
    years = await _begun(desk)
    desk = years.desk
    year_road.at(desk, year_road.SECOND_YEAR)
    await road.appropriated(desk, year=2027, amount_fen=1_800_000)
    second = await road.prepayment_approved(desk, years.filing_id)
    interim = await _judged(years)
    await road.ordered(desk, ("prepayment", second), year=2027)
    batch_id = await road.sent(desk, year=2027)
    version = await road.settlement_version(desk, interim)
    path = {"settlement_id": interim}
    approve = desk.ask("ApproveSettlement", "approver", path=path, version=version, body={})
    await refused(desk, approve, "prepayment_in_flight")
    lines = await road.answers_to(desk, batch_id)
    rejected = road.bank_file(*(line.replace(",paid,", ",rejected,") for line in lines))
    await desk.done("LoadBankResult", "handler", path={"batch_id": batch_id}, body=rejected)
    await desk.idle()
    # Refused by the bank, it is with nobody: it may be paid again beside the balance.
    await road.approved(desk, interim)
    assert (await year_road.amounts(desk, interim))["balance_fen"] == 300_000
    assert await _states(years) == [(1, "paid"), (2, "ordered")]


async def test_a_year_that_was_settled_is_prepaid_no_more(desk: Desk) -> None:
    years = await _begun(desk, prepaid=False)
    desk = years.desk
    # On the last day of year one its settlement counts it whole, and pays what would have been prepaid.
    year_road.at(desk, ENDED_FIRST)
    first = await road.prepayment_reviewed(desk, years.filing_id)
    await year_road.settled(years)
    assert await _states(years) == [(1, "cancelled")]
    assert first == (await years.prepayments())[0]["case"]["id"]
    await refused(desk, years.ask(), "prepayment_too_early")


async def test_a_first_prepayment_never_asked_for_gives_way_to_the_second_years(desk: Desk) -> None:
    years = await _begun(desk, prepaid=False)
    desk = years.desk
    year_road.at(desk, year_road.SECOND_YEAR)
    interim = await year_road.settled(years)
    assert await year_road.amounts(desk, interim) == {
        "entitled_fen": EARNED, "balance_fen": EARNED,
    }  # fmt: skip
    await road.prepayment_requested(desk, years.filing_id)
    (shown,) = await years.prepayments()
    assert (shown["period"], shown["people"], shown["amount_fen"]) == (2, 2, SECOND)
