"""The road of money over HTTP: who may ask, what is answered, and what a repeated key does."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.ports.work import BeginWork
from jobs.payment import ingest_bank_result, order_payments, submit_batch
from jobs.worker import Worker
from service.application import batch as batches
from service.http import bank_result, batch, funding_request, payment
from tests import road
from tests.conftest import Database
from tests.integration import payments_road as pay
from tests.integration.payments_rig import PaymentsRig
from tests.integration.signed_in import client_of, get, post
from tests.integration.test_payments_bank import own_kind
from tests.people import Staff

OPERATIONS = (
    *funding_request.OPERATIONS,
    *batch.OPERATIONS,
    *bank_result.OPERATIONS,
    *payment.OPERATIONS,
)
ACCOUNT = "3200160123456789012"


@pytest.fixture
async def api(staff: Staff, begin_work: BeginWork) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the payment operations on the real database."""
    async with client_of(OPERATIONS, begin_work, staff) as client:
        yield client


async def run_job(engine: AsyncEngine, database: Database, kind: str, ref: str) -> None:
    """Run one thing's job, and no other test's."""
    own = await own_kind(database, kind, UUID(ref))
    handlers = {
        "order_payments": order_payments,
        "submit_batch": submit_batch,
        "ingest_bank_result": ingest_bank_result,
    }
    assert await Worker(PaymentsRig(engine), {own: handlers[kind]}).run_until_idle() == 1


async def test_a_prepayment_is_paid_over_http(
    api: httpx.AsyncClient,
    staff: Staff,
    begin_work: BeginWork,
    database: Database,
    engine: AsyncEngine,
) -> None:
    prepaid = await pay.approved(begin_work, staff)
    book = {"fund_source": pay.FUND, "budget_year": await pay.this_year(begin_work, staff)}
    asked = await post(
        api,
        "handler",
        "/v1/funding-requests",
        {**book, "subjects": [{"kind": "prepayment", "id": str(prepaid.case.id)}]},
    )
    assert asked.status_code == 201, asked.text
    request = asked.json()
    path = f"/v1/funding-requests/{request['case']['id']}"
    assert asked.headers["Location"] == path
    concurred = await post(api, "finance", f"{path}/concur", {"reason": "预算已落实"}, version=2)
    assert concurred.json()["case"]["state"] == "concurred", concurred.text
    await run_job(engine, database, "order_payments", request["case"]["id"])
    line = (await get(api, "finance", path)).json()["lines"][0]
    listed = (await get(api, "handler", "/v1/funding-requests?state=concurred")).json()
    assert [item["case"]["id"] for item in listed["items"]] == [request["case"]["id"]]

    sealed = (await post(api, "handler", "/v1/batches", book)).json()
    path = f"/v1/batches/{sealed['case']['id']}"
    assert (await get(api, "handler", f"{path}/export")).status_code == 409
    released = await post(api, "releaser", f"{path}/release", {}, version=sealed["case"]["version"])
    assert released.headers["ETag"] == f'"{released.json()["case"]["version"]}"'
    await run_job(engine, database, "submit_batch", sealed["case"]["id"])
    file = await get(api, "releaser", f"{path}/export")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert file.text.startswith(f"count=1,total_fen={prepaid.amount_fen},sha256={sealed['sha256']}")
    assert ACCOUNT in file.text

    waiting = (await get(api, "handler", f"{path}/attempts?state=submitted")).json()["items"]
    assert [item["payment_id"] for item in waiting] == [line["payment_id"]]
    answer = pay.answer(
        f"BANK-1,{waiting[0]['reference']},paid,{prepaid.amount_fen},2026-01-05,",
        "BANK-2,STRAY,paid,1,2026-01-05,",
    )
    loaded = await post(api, "handler", f"{path}/bank-results", csv=answer)
    assert loaded.status_code == 202, loaded.text
    assert loaded.json()["complete"] is False
    again = await post(api, "handler", f"{path}/bank-results", csv=answer)
    assert again.json()["id"] == loaded.json()["id"]
    await run_job(engine, database, "ingest_bank_result", loaded.json()["id"])
    result = f"/v1/bank-results/{loaded.json()['id']}"
    assert (await get(api, "handler", result)).json()["complete"] is True
    stray = (await get(api, "handler", f"{result}/lines?outcome=unknown_reference")).json()
    assert [item["line_reference"] for item in stray["items"]] == ["BANK-2"]
    batches_seen = (await get(api, "handler", "/v1/batches?state=reconciled")).json()["items"]
    assert [item["unanswered"] for item in batches_seen] == [0]
    assert (await get(api, "handler", path)).json()["case"]["state"] == "reconciled"

    own = (await get(api, "filer", f"/v1/payments?filing_id={prepaid.filing_id}")).json()
    assert [(item["id"], item["state"]) for item in own["items"]] == [(line["payment_id"], "paid")]
    one = f"/v1/payments/{line['payment_id']}"
    shown = await get(api, "filer", one)
    assert shown.json()["account_masked"] == "****9012"
    explained = (await get(api, "handler", f"{one}/explanation")).json()
    assert len(explained["sentences"]) == 4
    assert len(explained["chain"]["posting_ids"]) == 2
    assert len(explained["chain"]["people"]) == 3
    assert ACCOUNT not in shown.text


async def test_lists_turn_pages(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    planned = await pay.planned(begin_work, staff, prepayments=3)
    seen: list[str] = []
    path = "/v1/payments?page_size=2"
    while path:
        page = (await get(api, "handler", path)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"/v1/payments?page_size=2&cursor={cursor}" if cursor else ""
    assert seen == sorted(str(found.id) for found in planned)


async def test_a_batchs_lines_turn_pages(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff, payments=3)
    result = await pay.loaded(
        begin_work, staff, at_bank.case.id, pay.answer(*(pay.line(a) for a in attempts))
    )
    for path in (
        f"/v1/batches/{at_bank.case.id}/attempts",
        f"/v1/bank-results/{result.id}/lines",
    ):
        first = (await get(api, "handler", f"{path}?page_size=2")).json()
        cursor = first["next_cursor"]
        second = (await get(api, "handler", f"{path}?page_size=2&cursor={cursor}")).json()
        numbers = [item["line_no"] for item in (*first["items"], *second["items"])]
        assert numbers == [1, 2, 3]
        assert second["next_cursor"] is None


async def test_a_repeated_key_seals_one_batch(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    (planned,) = await pay.planned(begin_work, staff)
    body = {
        "fund_source": pay.FUND,
        "budget_year": planned.budget_year,
        "payment_ids": [str(planned.id)],
    }
    key = f"key-{uuid4()}"
    first = await post(api, "handler", "/v1/batches", body, key=key)
    again = await post(api, "handler", "/v1/batches", body, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("filer", "/v1/batches", {"fund_source": pay.FUND, "budget_year": 2026}),
        ("releaser", "/v1/batches", {"fund_source": pay.FUND, "budget_year": 2026}),
        ("finance", "/v1/batches", {"fund_source": pay.FUND, "budget_year": 2026}),
    ],
)
async def test_another_role_is_refused(
    api: httpx.AsyncClient, who: str, path: str, body: dict[str, object]
) -> None:
    refused = await post(api, who, path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("who", ["filer", "approver", "finance"])
async def test_the_file_leaves_to_preparer_and_releaser_alone(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork, who: str
) -> None:
    released = await pay.released(begin_work, staff)
    refused = await get(api, who, f"/v1/batches/{released.case.id}/export")
    assert refused.status_code == 403
    assert ACCOUNT not in refused.text


async def test_a_faulty_file_is_located_in_both_languages(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    file = pay.answer(pay.line(attempts[0], result="perhaps"))
    path = f"/v1/batches/{at_bank.case.id}/bank-results"
    refused = await post(api, "handler", path, csv=file)
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "bank_result_faulty"
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/lines/2/result", "result_unknown")
    ]
    broken = await post(api, "handler", path, csv="\x00")
    assert broken.status_code in {400, 422}


async def test_a_stale_release_changes_nothing(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    sealed = await pay.sealed(begin_work, staff)
    path = f"/v1/batches/{sealed.case.id}/release"
    stale = await post(api, "releaser", path, {}, version=1)
    missing = await post(api, "releaser", path, {})
    assert (stale.status_code, missing.status_code) == (412, 428)
    async with begin_work(staff.handler) as work:
        assert (await batches.batch(work, sealed.case.id)).case.state == "sealed"


async def test_what_does_not_exist_is_not_found(api: httpx.AsyncClient) -> None:
    for path in (
        f"/v1/batches/{uuid4()}",
        f"/v1/payments/{uuid4()}",
        f"/v1/payments/{uuid4()}/explanation",
        f"/v1/bank-results/{uuid4()}",
        f"/v1/bank-results/{uuid4()}/lines",
        f"/v1/funding-requests/{uuid4()}",
    ):
        assert (await get(api, "handler", path)).status_code == 404


async def test_a_dry_run_stores_nothing(
    api: httpx.AsyncClient, staff: Staff, begin_work: BeginWork
) -> None:
    (planned,) = await pay.planned(begin_work, staff)
    body = {"fund_source": pay.FUND, "budget_year": planned.budget_year}
    tried = await post(api, "handler", "/v1/batches?dry_run=true", body)
    assert tried.status_code in {200, 201}
    found = await road.act(begin_work, staff.handler, lambda work: work.payments.get(planned.id))
    assert found.state == "planned"
