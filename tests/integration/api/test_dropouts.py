"""Most of a class leaves: nothing is paid, what is owed is ordered, served, collected, and every view agrees.

Four people for a year under 通人社职〔2019〕15号, 4000 元 each, half of it prepaid: 4 × 2000 = 8000 元. One
earns 4000, three earn nothing: 4000 元 come back, 1500 first and 2500 later.
"""

from datetime import timedelta

from tests.integration.api import road
from tests.integration.api.desk import Desk, Json

APPROPRIATED, PREPAID, EARNED = 10_000_000, 800_000, 400_000
OWED, FIRST, SECOND = 400_000, 150_000, 250_000
LEFT = (("exited", "left"), ("exited", "dismissed"), ("failed", None))


async def _balances(desk: Desk) -> dict[str, int]:
    shown = await desk.done("GetTrialBalance", "finance")
    assert shown["debits_fen"] == shown["credits_fen"]
    held: dict[str, int] = {}
    for row in shown["rows"]:
        held[row["account"]] = held.get(row["account"], 0) + row["balance_fen"]
    assert sum(held.values()) == 0
    return {account: fen for account, fen in held.items() if fen}


async def _outlay(desk: Desk) -> tuple[int, int, int]:
    """Return outlay, what is earned and what is owed, the same by fund, region and enterprise."""
    funds = (await desk.done("GetMoneyByFund", "finance"))["items"]
    (region,) = (await desk.done("GetMoneyByRegion", "finance"))["items"]
    (own,) = (await desk.done("ListMoneyByEnterprise", "filer"))["items"]
    columns = ("outlay_fen", "earned_fen", "recovery_receivable_fen")
    found = {tuple(sum(one["money"][name] for one in funds) for name in columns)}
    found |= {tuple(one["money"][name] for name in columns) for one in (region, own)}
    (money,) = found
    return money[0], money[1], money[2]


async def _reported(desk: Desk, filing_id: str) -> list[str]:
    await road.opened(desk, filing_id)
    desk.clock.at = road.SETTLES
    one, *gone = await road.people_of(desk, filing_id)
    outcomes: list[Json] = [{"enrolment_id": one, "outcome": "completed", "day": road.ENDS}]
    for person, (outcome, reason) in zip(gone, LEFT, strict=True):
        named = {"enrolment_id": person, "outcome": outcome, "day": "2026-09-30"}
        outcomes.append(named | ({"reason": reason} if reason else {}))
    path = {"filing_id": filing_id}
    version = await road.version_of(desk, "GetFiling", **path)
    body = {"completed_on": road.ENDS, "outcomes": outcomes}
    await desk.done("ReportCompletion", "filer", path=path, version=version, body=body)
    return [one, *gone]


async def _said(desk: Desk, operation_id: str, **path: str) -> str:
    why = await desk.done(operation_id, "filer", path=path)
    assert all(one["zh"] for one in why["sentences"])
    return " ".join(one["en"] for one in why["sentences"])


async def test_a_class_of_dropouts_owes_what_it_did_not_earn(desk: Desk) -> None:
    await road.appropriated(desk, amount_fen=APPROPRIATED)
    roster = [road.person() for _ in range(4)]
    filing_id = await road.listed(desk, roster=roster)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    assert await _outlay(desk) == (PREPAID, 0, 0)
    people = await _reported(desk, filing_id)
    await road.loaded(desk, road.registered(people[0], roster[0]))
    settlement_id = await road.judged(desk, filing_id, road.declaration(people[0]))
    await road.approved(desk, settlement_id)
    await desk.idle()

    settled = await desk.done("GetSettlement", "filer", path={"settlement_id": settlement_id})
    amounts = settled["amounts"]
    assert (amounts["entitled_fen"], amounts["history_fen"]) == (EARNED, PREPAID)
    assert (amounts["balance_fen"], amounts["recovery_fen"]) == (0, OWED)
    assert "4 000.00" in await _said(desk, "ExplainSettlement", settlement_id=settlement_id)
    for person, earned in zip(people, ("4 000.00", "0.00", "0.00", "0.00"), strict=True):
        said = await _said(desk, "ExplainPerson", filing_id=filing_id, enrolment_id=person)
        assert f"= {earned} yuan" in said, said
    ask = desk.ask(
        "CreateFundingRequest", "handler",
        body=road.funding(("settlement", settlement_id), year=road.YEAR),
    )  # fmt: skip
    assert (await desk.send(ask)).status_code == 422, "nothing negative is asked for"
    assert await _balances(desk) == {
        "treasury": -APPROPRIATED,
        "available": APPROPRIATED - PREPAID,
        "expense": EARNED,
        "recovery_receivable": OWED,
    }
    assert await _outlay(desk) == (PREPAID, EARNED, OWED)
    await _collected(desk, filing_id)

    assert await _balances(desk) == {
        "treasury": -APPROPRIATED + OWED,
        "available": APPROPRIATED - PREPAID,
        "expense": EARNED,
    }
    assert await _outlay(desk) == (EARNED, EARNED, 0)
    payments = (await desk.done("ListPayments", "filer", query=f"filing_id={filing_id}"))["items"]
    assert [(one["amount_fen"], one["state"]) for one in payments] == [(PREPAID, "paid")]
    filing = await desk.done("GetFiling", "filer", path={"filing_id": filing_id})
    settled = await desk.done("GetSettlement", "filer", path={"settlement_id": settlement_id})
    assert (filing["case"]["state"], settled["case"]["state"]) == ("closed", "closed")
    (entry,) = (await desk.done("ListFilingEntries", "handler"))["items"]
    assert (entry["prepaid_fen"], entry["entitled_fen"]) == (PREPAID, EARNED)
    lines = (await desk.done("ListPersonEntries", "filer", query=f"filing_id={filing_id}"))["items"]
    assert [(one["state"], one["prepaid_fen"], one["entitled_fen"]) for one in lines] == [
        ("completed", 200_000, EARNED),
        ("exited", 200_000, 0),
        ("exited", 200_000, 0),
        ("failed", 200_000, 0),
    ]


async def _collected(desk: Desk, filing_id: str) -> None:
    """The recovery is ordered, served, and received in two parts."""
    (shown,) = (await desk.done("ListRecoveries", "approver", query=f"filing_id={filing_id}"))[
        "items"
    ]
    assert (shown["case"]["state"], shown["outstanding_fen"]) == ("proposed", OWED)
    path, reference = {"recovery_id": shown["case"]["id"]}, shown["reference"]
    order = {"document_number": "试人社追〔2027〕11号", "pay_within_days": 30, "clause": "第八条"}
    version = shown["case"]["version"]
    done = await desk.done("OrderRecovery", "approver", path=path, version=version, body=order)
    served_on = desk.clock.at.date()
    done = await desk.done(
        "ServeRecovery", "handler", path=path, version=done["case"]["version"],
        body={"served_on": served_on.isoformat()},
    )  # fmt: skip
    assert done["due_on"] == (served_on + timedelta(days=30)).isoformat()
    await road.received(desk, (f"1-{reference}", reference, FIRST))
    part = await desk.done("GetRecovery", "filer", path=path)
    assert (part["case"]["state"], part["outstanding_fen"]) == ("partly_collected", SECOND)
    assert await _outlay(desk) == (PREPAID - FIRST, EARNED, SECOND)
    await road.received(desk, (f"2-{reference}", reference, SECOND))
    whole = await desk.done("GetRecovery", "filer", path=path)
    assert (whole["case"]["state"], whole["outstanding_fen"]) == ("collected", 0)
    said = await _said(desk, "ExplainRecovery", **path)
    for words in ("paid 8 000.00 yuan", "treasury, 1 500.00", "treasury, 2 500.00", "owed 0.00"):
        assert words in said, said
