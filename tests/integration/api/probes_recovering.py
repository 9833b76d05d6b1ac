"""Codes of recoveries and of money that comes in."""

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes


async def _prepaid(desk: Desk) -> str:
    """A filing of two people, prepaid 4000 yuan."""
    await road.appropriated(desk)
    filing_id = await road.listed(desk)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    return filing_id


def _propose(desk: Desk, filing_id: str, amount_fen: int) -> Ask:
    body = {"cause": "audit", "amount_fen": amount_fen}
    return desk.ask("ProposeRecovery", "handler", path={"filing_id": filing_id}, body=body)


@provokes("recovery_not_yet")
async def a_recovery_before_anything_was_paid(desk: Desk) -> Ask:
    return _propose(desk, await road.submitted(desk), 1)


@provokes("recovery_above_paid", "recovery_above_paid")
async def a_recovery_of_more_than_was_paid(desk: Desk) -> Ask:
    return _propose(desk, await _prepaid(desk), 400_001)


async def ordered(desk: Desk) -> tuple[str, int]:
    """A recovery that is ordered, and its version."""
    recovery_id = await road.recovery_proposed(desk, await _prepaid(desk))
    ordered = await desk.done(
        "OrderRecovery",
        "approver",
        path={"recovery_id": recovery_id},
        version=1,
        body={"document_number": "试人社追〔2026〕1号", "pay_within_days": 30},
    )
    return recovery_id, int(ordered["case"]["version"])


@provokes("recovery_stands")
async def a_recovery_dropped_that_the_ledger_holds(desk: Desk) -> Ask:
    recovery_id, version = await ordered(desk)
    path = {"recovery_id": recovery_id}
    return desk.ask("CancelRecovery", "approver", path=path, version=version, body={})


@provokes("day_to_come", "day_to_come")
async def a_recovery_served_tomorrow(desk: Desk) -> Ask:
    recovery_id, version = await ordered(desk)
    body = {"served_on": "2999-01-01"}
    path = {"recovery_id": recovery_id}
    return desk.ask("ServeRecovery", "handler", path=path, version=version, body=body)


@provokes("receipts_faulty", "day_to_come", "incoming_line_twice")
async def receipts_wrong_in_every_way(desk: Desk) -> Ask:
    line = {
        "line_reference": "L1",
        "recovery_reference": "R1",
        "amount_fen": 1,
        "booked_on": "2999-01-01",
    }
    return desk.ask("LoadReceipts", "finance", body={"receipts": [line, line]})
