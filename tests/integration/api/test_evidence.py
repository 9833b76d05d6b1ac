"""Evidence over HTTP: a part of an extract, a copy instead of a number, a number that looks odd."""

from tests import documents
from tests.integration.api import road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import pointers, refused

YEAR = road.YEAR


async def _completed(desk: Desk, *people: Json) -> tuple[str, list[str]]:
    filing_id = await road.listed(desk, roster=list(people))
    return filing_id, await road.completed(desk, filing_id)


async def _findings(desk: Desk, settlement_id: str) -> dict[str, Json]:
    path = {"settlement_id": settlement_id}
    found = (await desk.done("ListFindings", "filer", path=path))["items"]
    return {one["enrolment_id"]: one for one in found}


async def test_a_newer_extract_that_lists_a_part_leaves_the_others_confirmed(desk: Desk) -> None:
    """Shows EVD-09."""
    people = [road.person(), road.person(), road.person()]
    filing_id, (one, two, three) = await _completed(desk, *people)
    await road.loaded(desk, road.registered(one, people[0]), road.registered(two, people[1]))
    settlement_id = await road.verified(
        desk, filing_id, *(road.declaration(person) for person in (one, two, three))
    )
    declared = await road.declared(desk, settlement_id)
    (by_hand,) = [shown["id"] for shown in declared if shown["enrolment_id"] == three]
    await road.confirmed(desk, settlement_id, declaration_id=by_hand)
    await road.loaded(desk, road.registered(two, people[1], status="revoked"))
    path = {"settlement_id": settlement_id}
    version = await road.settlement_version(desk, settlement_id)
    await desk.done("VerifySettlementAgain", "handler", path=path, version=version)
    await desk.idle()
    found = await _findings(desk, settlement_id)
    assert [found[person]["result"] for person in (one, two, three)] == [
        "match",
        "revoked",
        "confirmed_manually",
    ]
    assert not any(finding["contradicted"] for finding in found.values())
    assert {finding["settlement_id"] for finding in found.values()} == {settlement_id}
    await road.signed_review(desk, settlement_id)
    lines = (await desk.done("ListSettlementLines", "filer", path=path))["items"]
    assert {line["enrolment_id"]: line["disposition"] for line in lines} == {
        one: "payable",
        two: "refused",
        three: "payable",
    }


async def test_a_settlement_of_copies_alone_is_paid_after_two_confirmations_each(
    desk: Desk,
) -> None:
    """Shows EVD-01."""
    await road.appropriated(desk)
    filing_id, (one, two) = await _completed(desk, road.person(), road.person())
    bare = [road.declaration(person, certificate_number=None) for person in (one, two)]
    copies = [documents.certificate_copy_json(person) for person in (one, two)]
    body = {"declarations": bare, "documents": [documents.TRAINING_VIDEO_JSON, *copies]}
    path = {"filing_id": filing_id}
    half: Json = body | {"documents": [documents.TRAINING_VIDEO_JSON, copies[0]]}
    ask = desk.ask("DraftSettlement", "filer", path=path, body=half)
    problem = await refused(desk, ask, "declarations_faulty")
    assert pointers(problem) == {"/declarations/1/certificate_number": "number_or_copy_missing"}
    drafted = await desk.done("DraftSettlement", "filer", path=path, body=body)
    assert drafted["warnings"] == []
    settlement_id = drafted["case"]["id"]
    path = {"settlement_id": settlement_id}
    asked = await desk.done("GetSettlementCompleteness", "filer", path=path)
    assert [(i["item"], i["present"], i["complete"]) for i in asked["items"]] == [
        ("training_video", True, True),
        ("certificate_copy", True, False),
    ]
    await desk.done("SubmitSettlement", "filer", path=path, version=1)
    accept = desk.ask("AcceptSettlement", "handler", path=path, version=2)
    await refused(desk, accept, "document_contents_missing")
    for copy in copies:
        await road.sent_document(desk, settlement_id, copy)
    await desk.done("AcceptSettlement", "handler", path=path, version=2)
    await desk.idle()

    declared = await road.declared(desk, settlement_id)
    assert [shown["certificate_number"] for shown in declared] == [None, None]
    assert await _findings(desk, settlement_id) == {}

    async def review_refused() -> None:
        version = await road.settlement_version(desk, settlement_id)
        ask = desk.ask("ReviewSettlement", "handler", path=path, version=version, body={})
        await refused(desk, ask, "verification_incomplete")

    await review_refused()
    numbered, unnumbered = (shown["id"] for shown in declared)
    number = road.number_of(one)
    finding_id = await road.proposed(desk, settlement_id, declaration_id=numbered, number=number)
    await review_refused()
    shown = await desk.done(
        "ConfirmManualFinding",
        "releaser",
        path={"manual_finding_id": finding_id},
        version=1,
        body={"seen": road.seen(desk, certificate_number=number.lower())},
    )
    assert shown["certificate_number"] == number
    assert [sighting["certificate_number"] for sighting in shown["sightings"]] == [
        number,
        number.lower(),
    ]
    await review_refused()
    await road.confirmed(desk, settlement_id, declaration_id=unnumbered)
    await road.signed_review(desk, settlement_id)
    await road.approved(desk, settlement_id)
    await road.appropriated(desk, year=YEAR + 1)
    await road.paid(desk, ("settlement", settlement_id), year=YEAR + 1)
    paid = await desk.done("GetSettlement", "filer", path=path)
    assert (paid["case"]["state"], paid["amounts"]["balance_fen"]) == ("closed", 800_000)


async def test_a_number_that_looks_odd_is_warned_of_and_taken_as_written(desk: Desk) -> None:
    filing_id, (one, two) = await _completed(desk, road.person(), road.person())
    wrong = "S00032420250001"
    odd = "Y000032000001263000001"
    body = {
        "declarations": [
            road.declaration(one, certificate_number=wrong),
            road.declaration(two, certificate_number=odd),
        ],
        "documents": [documents.TRAINING_VIDEO_JSON],
    }
    path = {"filing_id": filing_id}
    expected = [
        ("/declarations/0/certificate_number", "certificate_number_malformed"),
        ("/declarations/1/certificate_number", "certificate_year_differs"),
        ("/declarations/1/certificate_number", "certificate_grade_differs"),
    ]

    def told(answer: Json) -> list[tuple[str, str]]:
        return [(warning["pointer"], warning["code"]) for warning in answer["warnings"]]

    dry = await desk.done("DraftSettlement", "filer", path=path, query="dry_run=true", body=body)
    assert told(dry) == expected
    drafted = await desk.done("DraftSettlement", "filer", path=path, body=body)
    assert told(drafted) == expected
    said = drafted["warnings"][0]["detail"]
    assert said["zh"].startswith("编号共 15 个字符")
    assert said["en"].startswith("A number of 15 characters")
    path = {"settlement_id": drafted["case"]["id"]}
    dry = await desk.done("SubmitSettlement", "filer", path=path, query="dry_run=true", version=1)
    assert told(dry) == expected
    submitted = await desk.done("SubmitSettlement", "filer", path=path, version=1)
    assert (submitted["case"]["state"], told(submitted)) == ("submitted", expected)
    declared = await road.declared(desk, drafted["case"]["id"])
    assert [(shown["certificate_number"], shown["well_formed"]) for shown in declared] == [
        (wrong, False),
        (odd, True),
    ]
    await desk.done("AcceptSettlement", "handler", path=path, version=2)
    await desk.idle()
    version = await road.settlement_version(desk, drafted["case"]["id"])
    returned = await desk.done(
        "ReturnSettlement",
        "handler",
        path=path,
        version=version,
        body={"reason": "编号有误", "clause": "第八条"},
    )
    assert returned["warnings"] == []
    corrected = await desk.done(
        "CorrectSettlement",
        "filer",
        path=path,
        version=version + 1,
        body={
            "declarations": [
                road.declaration(one, certificate_number=None),
                road.declaration(two, certificate_number=odd),
            ],
            "documents": [documents.certificate_copy_json(one)],
        },
    )
    assert told(corrected) == expected[1:]
