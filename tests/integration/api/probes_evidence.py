"""Codes of evidence: registers against people, copies instead of numbers, numbers read from copies."""

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes


async def _completed(desk: Desk, someone: Json) -> tuple[str, str]:
    """A completed filing of one person, and that person."""
    filing_id = await road.listed(desk, roster=[someone])
    (one,) = await road.completed(desk, filing_id)
    return filing_id, one


@provokes("confirmation_contradicted")
async def reviewed_against_two_people(desk: Desk) -> Ask:
    someone = road.person()
    filing_id, one = await _completed(desk, someone)
    await road.loaded(desk, road.registered(one, someone, certificate_number="Y1"))
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    await road.confirmed(desk, settlement_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    path = {"settlement_id": settlement_id}
    version = await road.settlement_version(desk, settlement_id)
    await desk.done("VerifySettlementAgain", "handler", path=path, version=version)
    await desk.idle()
    version = await road.settlement_version(desk, settlement_id)
    return desk.ask("ReviewSettlement", "handler", path=path, version=version, body={})
