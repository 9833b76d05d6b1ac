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


@provokes("declarations_faulty", "number_or_copy_missing")
async def a_certificate_with_neither_number_nor_copy(desk: Desk) -> Ask:
    filing_id, one = await _completed(desk, road.person())
    body = {"declarations": [road.declaration(one, certificate_number=None)]}
    return desk.ask("DraftSettlement", "filer", path={"filing_id": filing_id}, body=body)


async def _by_copy(desk: Desk) -> tuple[str, str]:
    """A settlement being verified whose one certificate is shown by a copy, and the declaration."""
    filing_id, one = await _completed(desk, road.person())
    bare = road.declaration(one, certificate_number=None)
    settlement_id = await road.verified(desk, filing_id, bare, copies=[one])
    return settlement_id, (await road.declared(desk, settlement_id))[0]["id"]


@provokes("sighting_faulty", "number_read_differently")
async def two_who_read_different_numbers(desk: Desk) -> Ask:
    settlement_id, declaration_id = await _by_copy(desk)
    finding_id = await road.proposed(
        desk, settlement_id, declaration_id=declaration_id, number="Y1"
    )
    return desk.ask(
        "ConfirmManualFinding",
        "releaser",
        path={"manual_finding_id": finding_id},
        version=1,
        body={"seen": road.seen(desk, certificate_number="Y2")},
    )


@provokes("sighting_faulty", "number_already_declared")
async def a_number_read_beside_the_one_declared(desk: Desk) -> Ask:
    filing_id, one = await _completed(desk, road.person())
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    (declared,) = await road.declared(desk, settlement_id)
    body = {
        "declaration_id": declared["id"],
        "result": "confirmed_manually",
        "seen": road.seen(desk, certificate_number="Y1"),
    }
    path = {"settlement_id": settlement_id}
    return desk.ask("ProposeManualFinding", "handler", path=path, body=body)
