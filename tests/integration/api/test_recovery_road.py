"""A recovery over HTTP, from the settlement's approval to the day nothing is owed."""

from datetime import timedelta

from tests.integration.api import road
from tests.integration.api.desk import Desk, Json


async def _act(
    desk: Desk, operation_id: str, who: str, name: str, case: Json, body: object
) -> Json:
    """Sign a step of a case at its version, and return the case's page."""
    path = {name: case["case"]["id"]}
    version = case["case"]["version"]
    return await desk.done(operation_id, who, path=path, version=version, body=body)


async def _trial_balance(desk: Desk) -> dict[str, int]:
    shown = await desk.done("GetTrialBalance", "finance")
    assert shown["debits_fen"] == shown["credits_fen"]
    held: dict[str, int] = {}
    for row in shown["rows"]:
        held[row["account"]] = held.get(row["account"], 0) + row["balance_fen"]
    return held


async def test_dropouts_are_recovered_over_http_and_a_revocation_later(desk: Desk) -> None:
    # Prepaid 2 x 2000 yuan; one left, one earned 4000: nothing to pay, nothing owed; then he is revoked.
    await road.appropriated(desk)
    stays, leaves = road.person(), road.person()
    filing_id = await road.listed(desk, roster=[stays, leaves])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    one, _ = await road.completed(desk, filing_id, left=[1])
    await road.loaded(desk, road.registered(one, stays))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    await road.approved(desk, settlement_id)
    await desk.idle()
    path = {"settlement_id": settlement_id}
    closed = await desk.done("GetSettlement", "filer", path=path)
    assert (closed["case"]["state"], closed["amounts"]["balance_fen"]) == ("closed", 0)
    filing = {"filing_id": filing_id}
    assert (await desk.done("GetFiling", "filer", path=filing))["case"]["state"] == "closed"
    payments = await desk.done("ListPayments", "filer", query=f"filing_id={filing_id}")
    assert [one["amount_fen"] for one in payments["items"]] == [400_000], "a zero is no payment"

    await road.loaded(desk, road.registered(one, stays, status="revoked"))
    opened = await desk.done(
        "OpenSettlement", "handler", path=filing, body={"reason": "证书已注销"}
    )
    assert opened["kind"] == "adjustment"
    await desk.idle()
    path = {"settlement_id": opened["case"]["id"]}
    shown = await desk.done("GetSettlement", "handler", path=path)
    reviewed = await _act(desk, "ReviewSettlement", "handler", "settlement_id", shown, {})
    sent = await _act(desk, "SendSettlementBack", "approver", "settlement_id", reviewed, {})
    assert sent["amounts"] is None
    reviewed = await _act(desk, "ReviewSettlement", "handler", "settlement_id", sent, {})
    again = await _act(desk, "ReopenReview", "handler", "settlement_id", reviewed, {})
    reviewed = await _act(desk, "ReviewSettlement", "handler", "settlement_id", again, {})
    assert reviewed["amounts"]["recovery_fen"] == 400_000
    await _act(desk, "ApproveSettlement", "approver", "settlement_id", reviewed, {})
    listed = await desk.done("ListRecoveries", "filer", query=f"filing_id={filing_id}")
    (shown,) = listed["items"]
    assert (shown["case"]["state"], shown["outstanding_fen"]) == ("proposed", 400_000)
    queue = await desk.done("ListRecoveries", "approver", query="state=proposed")
    assert shown["case"]["id"] in {one["case"]["id"] for one in queue["items"]}

    order = {"document_number": "试人社追〔2027〕9号", "pay_within_days": 30, "clause": "第八条"}
    ordered = await _act(desk, "OrderRecovery", "approver", "recovery_id", shown, order)
    today = desk.clock.at.date()
    served = await _act(
        desk, "ServeRecovery", "handler", "recovery_id", ordered, {"served_on": today.isoformat()}
    )
    assert served["due_on"] == (today + timedelta(days=30)).isoformat()
    contested = await _act(desk, "ContestRecovery", "filer", "recovery_id", served, {})
    upheld = await _act(desk, "UpholdRecovery", "releaser", "recovery_id", contested, {})
    reference = upheld["reference"]
    first = await road.received(desk, (f"1-{reference}", reference, 150_000))
    taken = await desk.done("GetReceipts", "finance", path={"receipts_id": first})
    assert [one["outcome"] for one in taken["receipts"]] == ["matched"]
    recovery = {"recovery_id": upheld["case"]["id"]}
    part = await desk.done("GetRecovery", "filer", path=recovery)
    assert (part["case"]["state"], part["outstanding_fen"]) == ("partly_collected", 250_000)
    second = await road.received(
        desk, (f"2-{reference}", reference, 250_000), (f"1-{reference}", reference, 150_000)
    )
    taken = await desk.done("GetReceipts", "handler", path={"receipts_id": second})
    assert [one["outcome"] for one in taken["receipts"]] == ["matched", "repeated"]
    done = await desk.done("GetRecovery", "filer", path=recovery)
    assert (done["case"]["state"], done["collected_fen"]) == ("collected", 400_000)

    why = await desk.done("ExplainRecovery", "filer", path=recovery)
    assert why["settlement_id"] == opened["case"]["id"]
    assert len(why["prepayment_ids"]) == 1
    said = " ".join(one["en"] for one in why["sentences"])
    for words in (
        reference,
        "earned less than was paid, 4 000.00",
        "into the treasury",
        "owed 0.00",
    ):
        assert words in said, said
    history = await desk.done("GetRecoveryHistory", "filer", path=recovery)
    assert [step["to_state"] for step in history["steps"]] == [
        "proposed",
        "ordered",
        "served",
        "under_review",
        "served",
        "partly_collected",
        "collected",
    ]
    held = await _trial_balance(desk)
    assert {name: fen for name, fen in held.items() if fen} == {
        "treasury": -9_600_000,
        "available": 9_600_000,
    }


async def test_a_settlement_is_returned_corrected_refused_and_its_shortfall_written_off(
    desk: Desk,
) -> None:
    await road.appropriated(desk)
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    notice = {"reason": "证书编号有误，请一次补正", "clause": "第六条"}
    settlement_id = await road.verified(desk, filing_id, road.declaration(one, grade=5))
    shown = await desk.done("GetSettlement", "handler", path={"settlement_id": settlement_id})
    returned = await _act(desk, "ReturnSettlement", "handler", "settlement_id", shown, notice)
    body = {"declarations": [road.declaration(one)]}
    corrected = await _act(desk, "CorrectSettlement", "filer", "settlement_id", returned, body)
    await _act(desk, "AcceptSettlement", "handler", "settlement_id", corrected, None)
    await desk.idle()
    path = {"settlement_id": settlement_id}
    shown = await desk.done("GetSettlement", "handler", path=path)
    reviewed = await _act(desk, "ReviewSettlement", "handler", "settlement_id", shown, {})
    refused = await _act(desk, "RefuseSettlement", "approver", "settlement_id", reviewed, notice)
    assert refused["case"]["state"] == "refused"

    await road.approved(desk, await road.judged(desk, filing_id, road.declaration(one)))
    listed = await desk.done("ListRecoveries", "handler", query=f"filing_id={filing_id}")
    (shown,) = listed["items"]
    order = {"document_number": "试人社追〔2027〕10号", "pay_within_days": 1}
    ordered = await _act(desk, "OrderRecovery", "approver", "recovery_id", shown, order)
    served_on = {"served_on": desk.clock.at.date().isoformat()}
    served = await _act(desk, "ServeRecovery", "handler", "recovery_id", ordered, served_on)
    proof = {"proof_reference": "（2027）试破1号"}
    claimed = await _act(desk, "ClaimInInsolvency", "handler", "recovery_id", served, proof)
    asked = await _act(desk, "AskWriteOff", "handler", "recovery_id", claimed, proof)
    declined = await _act(desk, "DeclineWriteOff", "finance", "recovery_id", asked, {})
    enforced = await _act(desk, "EnforceRecovery", "approver", "recovery_id", declined, {})
    asked = await _act(desk, "AskWriteOff", "handler", "recovery_id", enforced, proof)
    off = await _act(desk, "WriteOffRecovery", "finance", "recovery_id", asked, {})
    assert (off["case"]["state"], off["written_off_fen"]) == ("written_off", 200_000)
    held = await _trial_balance(desk)
    assert (held["write_off"], held["recovery_receivable"]) == (200_000, 0)
    proposed = await desk.send(
        desk.ask(
            "ProposeRecovery",
            "handler",
            path={"filing_id": filing_id},
            body={"cause": "audit", "amount_fen": 1},
        )
    )
    assert proposed.json()["code"] == "recovery_above_paid", "all of it was demanded already"
