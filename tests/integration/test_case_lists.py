"""Lists, steps and what comes next: nobody has to remember an id or ask whose turn it is."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from adapters.system.ids import new_id
from domain.cases import NEW
from domain.filing import Filing
from domain.machines import SIGNED
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import BeginWork
from service.application import budget, prepayment
from service.http.operations import OPERATIONS
from tests import road
from tests.integration.signed_in import client_of, get
from tests.people import Staff

STATE_FILTERS = {
    served.operation.path: query
    for served in OPERATIONS
    for query in served.operation.query
    if query.name == "state"
}


@pytest.fixture
async def api(staff: Staff, begin_work: BeginWork) -> AsyncIterator[httpx.AsyncClient]:
    """A client of every operation on the real database."""
    async with client_of(OPERATIONS, begin_work, staff) as client:
        yield client


async def _get(api: httpx.AsyncClient, who: str, path: str) -> Any:
    answer = await get(api, who, path)
    return {"status": answer.status_code, **answer.json()}


async def _ids(api: httpx.AsyncClient, who: str, path: str) -> list[str]:
    return [item["case"]["id"] for item in (await _get(api, who, path))["items"]]


async def _prepaid(begin_work: BeginWork, staff: Staff) -> tuple[Filing, PrepaymentOnFile]:
    listed = await road.listed(begin_work, staff)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    return listed, asked


async def test_who_signs_next_finds_the_prepayments_that_wait(
    api: httpx.AsyncClient, begin_work: BeginWork, staff: Staff
) -> None:
    _, first = await _prepaid(begin_work, staff)
    _, second = await _prepaid(begin_work, staff)
    waiting = "/v1/prepayments?state=requested"
    assert await _ids(api, "handler", waiting) == [str(first.case.id), str(second.case.id)]
    page = await _get(api, "handler", f"{waiting}&page_size=1")
    assert [item["case"]["id"] for item in page["items"]] == [str(first.case.id)]
    after = f"{waiting}&page_size=1&cursor={page['next_cursor']}"
    assert await _ids(api, "handler", after) == [str(second.case.id)]
    assert await _ids(api, "handler", "/v1/prepayments?state=approved") == []


async def test_an_enterprise_finds_what_belongs_to_its_filing(
    api: httpx.AsyncClient, begin_work: BeginWork, staff: Staff
) -> None:
    listed, asked = await _prepaid(begin_work, staff)
    await _prepaid(begin_work, staff)
    mine = f"/v1/prepayments?filing_id={listed.case.id}"
    assert await _ids(api, "filer", mine) == [str(asked.case.id)]
    assert await _ids(api, "filer", f"{mine}&state=requested") == [str(asked.case.id)]
    assert await _ids(api, "filer", f"{mine}&state=paid") == []
    assert await _ids(api, "filer", f"/v1/settlements?filing_id={listed.case.id}") == []


@pytest.mark.parametrize("path", ["/v1/prepayments", "/v1/settlements"])
async def test_a_filing_that_is_not_there_has_no_list(api: httpx.AsyncClient, path: str) -> None:
    answer = await _get(api, "filer", f"{path}?filing_id={new_id()}")
    assert (answer["status"], answer["code"]) == (404, "not_found")


async def test_the_second_finance_officer_finds_the_appropriation_to_approve(
    api: httpx.AsyncClient, begin_work: BeginWork, staff: Staff
) -> None:
    approved, _ = await road.appropriated(begin_work, staff, amount_fen=100, year=2025)
    command = budget.DraftAppropriation(
        fund_source="employment_subsidy",
        budget_year=2026,
        amount_fen=7_000,
        document_number=f"试财〔2026〕{new_id().hex[-8:]}号",
    )
    drafted = await road.act(
        begin_work, staff.finance, lambda work: budget.draft_appropriation(work, command)
    )
    (item,) = (await _get(api, "finance_second", "/v1/appropriations?state=draft"))["items"]
    assert (item["case"]["id"], item["amount_fen"]) == (str(drafted.case.id), 7_000)
    every = await _ids(api, "finance_second", "/v1/appropriations")
    assert every == [str(approved.case.id), str(drafted.case.id)]


async def test_a_case_says_what_comes_next_and_whose_duty_it_is(
    api: httpx.AsyncClient, begin_work: BeginWork, staff: Staff
) -> None:
    listed, asked = await _prepaid(begin_work, staff)
    filing = await _get(api, "filer", f"/v1/filings/{listed.case.id}")
    address = "/v1/filings/{filing_id}"
    opening = {"operation_id": "ReportOpening", "path": f"{address}/opening-report"}
    ending = {"operation_id": "TerminateFiling", "path": f"{address}/terminate"}
    assert filing["case"]["next_steps"] == [
        {"event": "open", "to_state": "in_training", "duty": "file", "operations": [opening]},
        {"event": "lapse", "to_state": "lapsed", "duty": "system", "operations": []},
        {"event": "terminate", "to_state": "terminated", "duty": "approve", "operations": [ending]},
    ]
    prepaid = await _get(api, "filer", f"/v1/prepayments/{asked.case.id}")
    first = prepaid["case"]["next_steps"][0]
    assert (first["event"], first["to_state"], first["duty"]) == ("review", "reviewed", "review")
    others = [(step["event"], step["duty"]) for step in prepaid["case"]["next_steps"][1:]]
    assert others == [
        ("return", "review"),
        ("cancel", "file"),
        ("drop", "approve"),
        ("lapse", "system"),
    ]


async def test_every_case_shows_who_signed_what(
    api: httpx.AsyncClient, begin_work: BeginWork, staff: Staff
) -> None:
    _, asked = await _prepaid(begin_work, staff)
    approved, _ = await road.appropriated(begin_work, staff, amount_fen=100, year=2027)
    signed = await _get(api, "filer", f"/v1/prepayments/{asked.case.id}/steps")
    assert [(step["duty"], step["to_state"]) for step in signed["steps"]] == [("file", "requested")]
    signed = await _get(api, "finance", f"/v1/appropriations/{approved.case.id}/steps")
    names = [step["account_name"] for step in signed["steps"]]
    assert names == [staff.finance.account_name, staff.finance_second.account_name]
    paths = {served.operation.path for served in OPERATIONS}
    assert len([path for path in paths if path.endswith("}/steps")]) == len(SIGNED)


@pytest.mark.parametrize("path", sorted(STATE_FILTERS))
async def test_a_state_that_does_not_exist_is_refused_not_answered_with_an_empty_page(
    api: httpx.AsyncClient, path: str
) -> None:
    nobody = path.replace("{batch_id}", str(new_id()))
    answer = await _get(api, "handler", f"{nobody}?state={NEW}")
    assert (answer["status"], answer["code"]) == (400, "query_invalid")
    assert answer["errors"][0]["pointer"] == "/query/state"
