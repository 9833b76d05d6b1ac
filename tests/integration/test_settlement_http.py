"""Settlements over HTTP: the extract, the declarations, each signature, the lists and the reasons."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.extract_file import COLUMNS
from domain.filing import Outcome
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from service.http import certificate, settlement
from tests.documents import TRAINING_VIDEO_JSON
from tests.integration import signed_in
from tests.integration.settlement_road import FILED, MovedClock, SettlementRoad
from tests.integration.signed_in import client_of, post
from tests.people import Staff

OPERATIONS = (*certificate.OPERATIONS, *settlement.OPERATIONS)


@pytest.fixture
async def road(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork
) -> SettlementRoad:
    """A filing of three, one of whom left; `begin_work` has put the policies on file."""
    assert begin_work is not None
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    return await SettlementRoad(begin, clock, staff).ready(outcomes={2: (Outcome.EXITED, "left")})


@pytest.fixture
async def api(road: SettlementRoad) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the settlement operations on the real database."""
    async with client_of(OPERATIONS, road.begin_work, road.staff) as client:
        yield client


async def get(api: httpx.AsyncClient, who: str, path: str) -> Any:
    answer = await signed_in.get(api, who, path)
    return {"status": answer.status_code, "etag": answer.headers.get("etag"), **answer.json()}


def declared(road: SettlementRoad, n: int, **changed: Any) -> dict[str, Any]:
    return {
        "enrolment_id": str(road.enrolments[n].id),
        "certificate_type": "skill_level_certificate",
        "certificate_number": road.number(n),
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "issued_on": "2027-02-20",
    } | changed


def csv_of(*rows: str) -> str:
    return "\r\n".join((",".join(COLUMNS), *rows, ""))


EXTRACTS = "/v1/certificate-extracts?register=osta"


async def test_a_settlement_travels_from_declarations_to_its_explanation(
    api: httpx.AsyncClient, road: SettlementRoad
) -> None:
    loaded = await post(api, "handler", EXTRACTS, csv=csv_of(*map(road.registered, range(2))))
    assert loaded.status_code == 201, loaded.text
    assert (loaded.json()["rows"], loaded.json()["register"]) == (2, "osta")
    shown = await get(api, "handler", loaded.headers["location"])
    assert shown["id"] == loaded.json()["id"]

    key = f"key-{uuid4()}"
    body = {
        "declarations": [declared(road, 0), declared(road, 1)],
        "documents": [TRAINING_VIDEO_JSON],
    }
    path = f"/v1/filings/{road.case_id}/settlements"
    drafted = await post(api, "filer", path, body, key=key)
    assert drafted.status_code == 201, drafted.text
    again = await post(api, "filer", path, body, key=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (drafted.content, "true")
    at = drafted.headers["location"]
    assert drafted.json()["amounts"] is None

    submitted = await post(api, "filer", f"{at}/submit", version=1)
    assert submitted.json()["submitted_at"] is not None
    accepted = await post(api, "handler", f"{at}/accept", version=2)
    assert (accepted.status_code, accepted.headers["etag"]) == (200, '"3"')
    early = await get(api, "filer", f"{at}/explanation")
    assert (early["status"], early["code"]) == (409, "explanation_not_yet")
    verified = await road.verified(UUID(drafted.json()["case"]["id"]))

    findings = await get(api, "filer", f"{at}/findings?page_size=1")
    assert findings["items"][0]["result"] == "match"
    assert "same_id" in findings["items"][0]["agrees"]
    rest = await get(api, "filer", f"{at}/findings?page_size=1&cursor={findings['next_cursor']}")
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)

    version = verified.case.version
    no_newer = await post(api, "handler", f"{at}/verify", version=version)
    assert (no_newer.status_code, no_newer.json()["code"]) == (409, "no_newer_extract")
    reason = {"reason": "已核对"}
    reviewed = await post(api, "handler", f"{at}/review", reason, version=version)
    assert reviewed.json()["amounts"] == {
        "entitled_fen": 800_000,
        "history_fen": 600_000,
        "balance_fen": 200_000,
        "recovery_fen": 0,
        "ahead_fen": 0,
    }
    eligibility = await get(api, "filer", f"{at}/eligibility")
    assert len(eligibility["items"]) == 3
    assert {one["round"] for one in eligibility["items"]} == {2}
    lines = await get(api, "filer", f"{at}/lines")
    assert sorted((one["amount_fen"], one["ground"], one["rule"]) for one in lines["items"]) == [
        (0, "exited", "exit"),
        (400_000, "certified", "as_filed"),
        (400_000, "certified", "as_filed"),
    ]

    approved = await post(api, "approver", f"{at}/approve", reason, version=version + 1)
    assert approved.json()["case"]["state"] == "approved"
    read = await get(api, "filer", at)
    assert (read["etag"], read["case"]["state"]) == (f'"{version + 2}"', "approved")
    listed = await get(api, "filer", "/v1/settlements?state=approved")
    assert [one["case"]["id"] for one in listed["items"]] == [read["case"]["id"]]

    why = await get(api, "filer", f"{at}/explanation")
    assert "2 000.00" in why["sentences"][-1]["en"]
    person = road.enrolments[0].id
    path = f"/v1/filings/{road.case_id}/people/{person}/explanation"
    why_person = await get(api, "filer", path)
    assert [one["number"] for one in why_person["sentences"]] == [1, 2, 3, 4, 5]
    assert "4 000.00" in why_person["sentences"][-1]["zh"]


async def test_bad_declarations_are_located_and_nothing_is_stored(
    api: httpx.AsyncClient, road: SettlementRoad
) -> None:
    path = f"/v1/filings/{road.case_id}/settlements"
    rules = await post(api, "filer", path, {"declarations": [declared(road, 2), declared(road, 2)]})
    assert rules.status_code == 422
    assert [one["pointer"] for one in rules.json()["errors"]] == [
        "/declarations/0/enrolment_id",
        "/declarations/1/enrolment_id",
        "/declarations/1/enrolment_id",
        "/declarations/1/certificate_number",
    ]
    shapes: list[dict[str, Any]] = [{"grade": 4.5}, {"grade": 6}, {"extra": 1}, {"issued_on": "?"}]
    for n, changed in enumerate(shapes):
        shape = await post(api, "filer", path, {"declarations": [declared(road, 0, **changed)]})
        assert (shape.status_code, shape.json()["code"]) == (400, "body_invalid"), n
    dry = await post(api, "filer", f"{path}?dry_run=true", {"declarations": []})
    assert dry.status_code == 201
    assert (await get(api, "filer", "/v1/settlements"))["items"] == []


async def test_a_bad_extract_is_located_and_answers_without_what_it_holds(
    api: httpx.AsyncClient, road: SettlementRoad
) -> None:
    bad = csv_of(road.registered(0, grade="9"), road.registered(1, holder_id="123"))
    refused = await post(api, "handler", EXTRACTS, csv=bad)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == [
        "/rows/1/grade",
        "/rows/2/holder_id",
    ]
    for person in road.roster:
        assert person.citizen_id not in refused.text
        assert person.name not in refused.text
    unread = await api.post(
        EXTRACTS,
        content=b"\xff\xfe",
        headers={
            "Authorization": "Bearer handler-token-0001",
            "Idempotency-Key": f"key-{uuid4()}",
            "Content-Type": "text/csv",
        },
    )
    assert (unread.status_code, unread.json()["code"]) == (400, "body_malformed")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("filer", EXTRACTS),
        ("approver", EXTRACTS),
        ("handler", "/v1/filings/{filing}/settlements"),
        ("handler", "/v1/settlements/{filing}/submit"),
        ("filer", "/v1/settlements/{filing}/accept"),
        ("approver", "/v1/settlements/{filing}/verify"),
        ("filer", "/v1/settlements/{filing}/review"),
        ("handler", "/v1/settlements/{filing}/approve"),
    ],
)
async def test_each_act_belongs_to_its_role(
    api: httpx.AsyncClient, road: SettlementRoad, who: str, path: str
) -> None:
    answer = await post(api, who, path.format(filing=road.case_id), {}, version=1)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
