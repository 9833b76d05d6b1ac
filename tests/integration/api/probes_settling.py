"""Codes of certificates and settlements."""

from collections.abc import Sequence

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes


async def _completed(desk: Desk, *roster: Json, left: Sequence[int] = ()) -> tuple[str, list[str]]:
    """A completed filing, and its people by seat."""
    filing_id = await road.listed(desk, roster=list(roster))
    return filing_id, await road.completed(desk, filing_id, left=left)


def _load(desk: Desk, text: str) -> Ask:
    return desk.ask("LoadCertificateExtract", "handler", query="register=osta", body=text)


SOMEBODY = "0192f0c4-7c1e-7000-8000-000000000001"


@provokes("extract_faulty", "header_wrong")
async def an_extract_with_another_header(desk: Desk) -> Ask:
    return _load(desk, "a,b\r\n")


@provokes("extract_faulty", "extract_empty")
async def an_extract_without_rows(desk: Desk) -> Ask:
    return _load(desk, road.extract())


@provokes(
    "extract_faulty",
    "columns_wrong",
    "certificate_number_unusable",
    "spreadsheet_rounded",
    "certificate_twice_in_extract",
    "csv_malformed",
)
async def an_extract_wrong_in_every_row(desk: Desk) -> Ask:
    someone = road.person()
    good = road.registered(SOMEBODY, someone)
    return _load(
        desk,
        road.extract(
            "a,b",
            good,
            good,
            road.registered(SOMEBODY, someone, certificate_number=" "),
            road.registered(SOMEBODY, someone, certificate_number="1.23E+17"),
            'x,"',
        ),
    )


@provokes("extract_already_loaded")
async def one_extract_twice(desk: Desk) -> Ask:
    row = road.registered(SOMEBODY, road.person())
    await road.loaded(desk, row)
    return _load(desk, road.extract(row))


def _settle(desk: Desk, filing_id: str, *declarations: Json) -> Ask:
    body = {"declarations": list(declarations)}
    return desk.ask("DraftSettlement", "filer", path={"filing_id": filing_id}, body=body)


@provokes("filing_not_completed")
async def a_settlement_before_completion(desk: Desk) -> Ask:
    return _settle(desk, await road.listed(desk))


@provokes(
    "declarations_faulty",
    "person_not_on_roster",
    "person_not_completed",
    "person_declared_twice",
    "certificate_declared_twice",
    "certificate_number_unusable",
)
async def declarations_wrong_in_every_way(desk: Desk) -> Ask:
    filing_id, (one, two) = await _completed(desk, road.person(), road.person(), left=[1])
    return _settle(
        desk,
        filing_id,
        road.declaration(one),
        road.declaration(one),
        road.declaration(two),
        road.declaration(SOMEBODY, certificate_number=" "),
    )


@provokes("settlement_exists")
async def a_second_settlement(desk: Desk) -> Ask:
    filing_id, _ = await _completed(desk, road.person())
    await road.drafted(desk, filing_id)
    return _settle(desk, filing_id)


async def _verified(desk: Desk) -> tuple[str, str]:
    """A settlement of one declared certificate, examined; and a row for a newer extract."""
    someone = road.person()
    filing_id, (one,) = await _completed(desk, someone)
    await road.loaded(desk, road.registered(one, someone))
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    return settlement_id, road.registered(one, someone, status="withheld")


async def _again(desk: Desk, settlement_id: str) -> Ask:
    version = await road.settlement_version(desk, settlement_id)
    path = {"settlement_id": settlement_id}
    return desk.ask("VerifySettlementAgain", "handler", path=path, version=version)


@provokes("no_newer_extract")
async def examined_twice_against_one_extract(desk: Desk) -> Ask:
    settlement_id, _ = await _verified(desk)
    return await _again(desk, settlement_id)


@provokes("verification_under_way")
async def examined_while_being_examined(desk: Desk) -> Ask:
    settlement_id, newer = await _verified(desk)
    await road.loaded(desk, newer)
    assert (await desk.send(await _again(desk, settlement_id))).is_success
    return await _again(desk, settlement_id)


@provokes("verification_incomplete")
async def reviewed_without_a_finding(desk: Desk) -> Ask:
    filing_id, (one,) = await _completed(desk, road.person())
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    version = await road.settlement_version(desk, settlement_id)
    path = {"settlement_id": settlement_id}
    return desk.ask("ReviewSettlement", "handler", path=path, version=version, body={})


async def _approval(desk: Desk, settlement_id: str) -> Ask:
    version = await road.settlement_version(desk, settlement_id)
    path = {"settlement_id": settlement_id}
    return desk.ask("ApproveSettlement", "approver", path=path, version=version, body={})


async def _judged(desk: Desk, someone: Json, **certificate: str) -> tuple[str, str]:
    """A reviewed settlement of one certified person; and that person."""
    filing_id, (one,) = await _completed(desk, someone)
    return await _settled(desk, filing_id, one, someone, **certificate), one


async def _settled(desk: Desk, filing_id: str, one: str, someone: Json, **certificate: str) -> str:
    await road.loaded(desk, road.registered(one, someone, **certificate))
    declared = {name: value or None for name, value in certificate.items()}
    return await road.judged(desk, filing_id, road.declaration(one, **declared))


@provokes("eligibility_unknown")
async def a_payable_person_with_an_open_rule(desk: Desk) -> Ask:
    settlement_id, _ = await _judged(desk, road.person())
    await desk.tampered(
        "update eligibility set result = 'unknown' where settlement_id = :id and rule = 'no_hold'",
        id=settlement_id,
    )
    return await _approval(desk, settlement_id)


@provokes("prepayment_in_flight")
async def a_prepayment_at_the_bank(desk: Desk) -> Ask:
    await road.appropriated(desk)
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    await road.ordered(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    await road.sent(desk)
    (one,) = await road.completed(desk, filing_id)
    return await _approval(desk, await _settled(desk, filing_id, one, someone))


async def _overpaid(desk: Desk) -> str:
    """A reviewed settlement of a prepaid filing in which nobody earned anything."""
    await road.appropriated(desk)
    filing_id = await road.listed(desk)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    await road.completed(desk, filing_id)
    return await road.judged(desk, filing_id)


@provokes("payment_outcome_unknown")
async def a_payment_whose_outcome_nobody_knows(desk: Desk) -> Ask:
    approval = await _approval(desk, await _overpaid(desk))
    await desk.tampered(
        "update payments set state = 'unknown' where place_id = :place",
        place=desk.staff.place.id,
    )
    return approval


@provokes("person_already_subsidised")
async def one_person_paid_for_twice(desk: Desk) -> Ask:
    someone = road.person()
    first, _ = await _judged(desk, someone)
    desk.begin_again()
    second, _ = await _judged(desk, someone)
    await road.approved(desk, first)
    return await _approval(desk, second)


@provokes("certificate_already_used")
async def one_certificate_shown_twice(desk: Desk) -> Ask:
    other = await desk.neighbour()
    first, one = await _judged(desk, road.person(name="甲"))
    number = road.number_of(one)
    desk.begin_again()
    second, _ = await _judged(other, road.person(name="乙"), certificate_number=number)
    await road.approved(desk, first)
    return await _approval(other, second)


@provokes("explanation_not_yet")
async def an_explanation_before_the_review(desk: Desk) -> Ask:
    settlement_id, _ = await _verified(desk)
    return desk.ask("ExplainSettlement", "filer", path={"settlement_id": settlement_id})
