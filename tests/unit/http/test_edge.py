"""The order of the checks, the answers of every refusal, and what is on every answer."""

import json
import logging
from typing import Any

import httpx
import pytest

from domain.errors import Refusal
from domain.refusals import REGISTRY
from service.http.app import create_app
from service.http.problems import status_of, type_of
from tests.unit.http.stub_api import (
    KEY,
    OPERATIONS,
    PLAN_ID,
    Store,
    client_of,
    keep_plan,
    signed_in,
    stub_app,
)

GOOD: dict[str, Any] = {"title": "车工班", "amount_fen": 1, "kind": "long", "people": []}


async def ask(
    method: str, url: str, *, store: Store | None = None, **request: Any
) -> httpx.Response:
    async with client_of(stub_app(store)) as client:
        return await client.request(method, url, **request)


def check_problem(answer: httpx.Response, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert problem["code"] == code
    assert problem["status"] == answer.status_code == status_of(code)
    assert problem["type"] == type_of(code)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["instance"] == f"urn:request:{problem['request_id']}"
    assert problem["title"] == REGISTRY[code].title.zh
    return problem


async def test_a_good_request_is_answered_with_etag_location_and_request_id() -> None:
    store = Store()
    answer = await ask(
        "POST", "/v1/plans", store=store, json=GOOD, headers=signed_in(Idempotency_Key=KEY)
    )
    assert answer.status_code == 201
    assert answer.json() == {"id": str(PLAN_ID), "title": "车工班", "version": 1}
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/v1/plans/{PLAN_ID}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Idempotent-Replayed" not in answer.headers
    assert store.plans == {PLAN_ID: "车工班"}


async def test_a_replay_is_the_same_bytes_and_says_so() -> None:
    async with client_of(stub_app()) as client:
        first, second = [
            await client.post("/v1/plans", json=GOOD, headers=signed_in(Idempotency_Key=key))
            for key in (KEY, f'"{KEY}"')
        ]
    assert second.content == first.content
    assert second.headers["Idempotent-Replayed"] == "true"
    for header in ("ETag", "Location", "Content-Type"):
        assert second.headers[header] == first.headers[header]
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


async def test_an_upload_is_replayed_with_its_media_type_and_language() -> None:
    async with client_of(stub_app()) as client:
        headers = signed_in(Idempotency_Key=KEY, Content_Type="text/csv")
        first, second = [
            await client.post("/v1/extracts/a.csv", content=b"x\n1\n", headers=headers)
            for _ in range(2)
        ]
    assert first.text == second.text == "a.csv,2\n"
    for header, value in (
        ("Content-Type", "text/csv; charset=utf-8"),
        ("Content-Language", "en"),
        ("Content-Disposition", "attachment"),
    ):
        assert first.headers[header] == second.headers[header] == value


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/v1/plans", GOOD | {"amount_fen": 2}),
        ("/v1/plans?dry_run=false", GOOD),
    ],
)
async def test_a_key_used_for_another_request_is_refused(url: str, body: dict[str, Any]) -> None:
    async with client_of(stub_app()) as client:
        headers = signed_in(Idempotency_Key=KEY)
        await client.post("/v1/plans", json=GOOD, headers=headers)
        check_problem(await client.post(url, json=body, headers=headers), "key_reused")


async def test_a_dry_run_needs_no_key_and_keeps_nothing() -> None:
    store = Store()
    answer = await ask(
        "POST", "/v1/plans?dry_run=true", store=store, json=GOOD, headers=signed_in()
    )
    assert (answer.status_code, answer.json()["title"]) == (201, "车工班")
    # Nothing to go to and nothing to change: the thing was never made.
    assert {"location", "etag"}.isdisjoint(answer.headers)
    assert (store.plans, store.kept, store.commits, store.rung) == ({}, {}, 0, [])


async def test_a_change_commits_and_rings() -> None:
    store = Store()
    answer = await ask(
        "DELETE", f"/v1/plans/{PLAN_ID}", store=store, headers=signed_in(If_Match='"1"')
    )
    assert (answer.status_code, answer.content, store.commits) == (204, b"", 1)
    assert store.rung == [PLAN_ID]


@pytest.mark.parametrize(
    ("method", "url", "request_", "code"),
    [
        ("POST", "/v1/plans", {"json": GOOD}, "unauthenticated"),
        ("POST", "/v1/plans", {"headers": signed_in("no-such-token-00")}, "unauthenticated"),
        ("POST", "/v1/plans", {"headers": signed_in("clerk-token-0003")}, "not_permitted"),
        ("GET", "/v1/plans", {"headers": signed_in(Accept="text/html")}, "not_acceptable"),
        ("GET", "/v1/plans?x=1", {"headers": signed_in()}, "query_invalid"),
        ("GET", "/v1/plans?page_size=501", {"headers": signed_in()}, "query_invalid"),
        ("GET", "/v1/plans?cursor=abc", {"headers": signed_in()}, "cursor_invalid"),
        ("GET", "/v1/nowhere", {}, "not_found"),
        ("GET", "/problems/no-such-code", {}, "not_found"),
        ("GET", "/problems/not_found", {}, "not_found"),
        ("GET", "/health/live", {"headers": {"Host": "bad host"}}, "request_malformed"),
        ("DELETE", f"/v1/plans/{PLAN_ID}", {"headers": signed_in()}, "if_match_missing"),
        (
            "DELETE",
            f"/v1/plans/{PLAN_ID}",
            {"headers": signed_in(If_Match="*")},
            "if_match_malformed",
        ),
        ("DELETE", "/v1/plans/1", {"headers": signed_in(If_Match='"1"')}, "not_found"),
        (
            "DELETE",
            f"/v1/plans/{PLAN_ID.hex}",
            {"headers": signed_in(If_Match='"1"')},
            "not_found",
        ),
        (
            "DELETE",
            f"/v1/plans/{PLAN_ID}",
            {"headers": signed_in(If_Match='"1"'), "content": b"{}"},
            "body_not_expected",
        ),
        ("GET", "/v1/break", {}, "query_invalid"),
        ("GET", "/v1/break?how=connection", {}, "unavailable"),
        ("GET", "/v1/break?how=unforeseen", {}, "internal"),
        ("GET", "/v1/break?how=code", {}, "internal"),
        ("GET", "/v1/break?how=value", {}, "internal"),
        ("GET", "/v1/break?how=actor", {}, "internal"),
        ("GET", "/v1/break?how=query", {}, "internal"),
        ("GET", "/v1/break?how=text", {}, "internal"),
        ("GET", "/v1/break?how=key", {}, "internal"),
    ],
)
async def test_a_refusal_is_a_problem_of_its_code(
    method: str, url: str, request_: dict[str, Any], code: str
) -> None:
    check_problem(await ask(method, url, **request_), code)


@pytest.mark.parametrize(
    ("headers", "content", "code"),
    [
        ({"Content-Type": "application/json"}, b"{", "body_malformed"),
        ({"Content-Type": "application/json"}, b"{}", "body_invalid"),
        ({"Content-Type": "text/plain"}, b"{}", "unsupported_media_type"),
        ({"Content-Type": "application/json"}, b" " * (2 * 1024 * 1024 + 1), "body_too_large"),
    ],
)
async def test_a_body_that_is_not_taken_stores_nothing(
    headers: dict[str, str], content: bytes, code: str
) -> None:
    store = Store()
    answer = await ask(
        "POST",
        "/v1/plans",
        store=store,
        content=content,
        headers=signed_in(Idempotency_Key=KEY) | headers,
    )
    check_problem(answer, code)
    assert (store.plans, store.kept) == ({}, {})


async def test_the_roles_that_may_are_named_in_the_language_asked_for() -> None:
    answer = await ask(
        "POST", "/v1/plans", headers=signed_in("clerk-token-0003", Accept_Language="en")
    )
    assert answer.json()["detail"] == "This needs one of the roles: enterprise filer."
    assert answer.headers["Content-Language"] == "en"


async def test_each_check_comes_before_the_next() -> None:
    """Authentication, role, size, media type, encoding, key, replay, If-Match, shape, rules."""
    url = f"/v1/plans/{PLAN_ID}/rename"
    person = {"name": "张三", "age": 20, "hired_on": "2025-03-01"}
    huge = b"\xff" * (2 * 1024 * 1024 + 1)
    store = Store(plans={PLAN_ID: "old"})
    asked: list[tuple[dict[str, str], bytes]] = []
    headers = {"Content-Type": "text/plain"}
    asked.append((headers, huge))
    headers = headers | signed_in()
    asked += [(headers, huge), (headers, b"\xff")]
    headers = headers | {"Content-Type": "application/json"}
    asked += [(headers, b"\xff"), (headers, b"[]")]
    headers = headers | {"Idempotency-Key": KEY}
    asked.append((headers, b"[]"))
    headers = headers | {"If-Match": '"7"'}
    asked += [(headers, b"[]"), (headers, json.dumps(person).encode())]
    headers = headers | {"If-Match": '"1"'}
    asked.append((headers, json.dumps(person).encode()))
    async with client_of(stub_app(store)) as client:
        answers = [
            (await client.post(url, content=body, headers=headers)).json()
            for headers, body in asked
        ]
    assert [answer.get("code", "done") for answer in answers] == [
        "unauthenticated",
        "body_too_large",
        "unsupported_media_type",
        "body_malformed",
        "idempotency_key_missing",
        "if_match_missing",
        "body_invalid",
        "stale_version",
        "done",
    ]


async def test_a_replay_comes_before_if_match_and_shape() -> None:
    """What was decided stays decided, though the case has moved on since."""
    url = f"/v1/plans/{PLAN_ID}/rename"
    person = {"name": "张三", "age": 20, "hired_on": "2025-03-01"}
    async with client_of(stub_app(Store(plans={PLAN_ID: "old"}))) as client:
        first = await client.post(
            url, json=person, headers=signed_in(Idempotency_Key=KEY, If_Match='"1"')
        )
        again = await client.post(url, json=person, headers=signed_in(Idempotency_Key=KEY))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content


async def test_every_fault_of_a_body_is_located() -> None:
    body = {"title": "", "amount_fen": 1.5, "people": [{"name": "张三"}], "kind": "long", "x": 1}
    answer = await ask("POST", "/v1/plans", json=body, headers=signed_in(Idempotency_Key=KEY))
    problem = check_problem(answer, "body_invalid")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/title", "text_too_short"),
        ("/title", "pattern_mismatch"),
        ("/amount_fen", "not_an_integer"),
        ("/people/0/age", "missing_field"),
        ("/people/0/hired_on", "missing_field"),
        ("/x", "unknown_field"),
    ]
    assert all(fault["detail"] for fault in problem["errors"])


async def test_a_refusal_of_the_rules_keeps_nothing() -> None:
    store = Store()
    async with client_of(stub_app(store)) as client:
        headers = signed_in(Idempotency_Key=KEY)
        body = GOOD | {"title": "refused"}
        check_problem(await client.post("/v1/plans", json=body, headers=headers), "wrong_state")
    assert (store.plans, store.kept, store.commits) == ({}, {}, 0)


@pytest.mark.parametrize(
    "failure", [ConnectionResetError(), TimeoutError(), FileNotFoundError(), Refusal("unavailable")]
)
async def test_a_database_that_is_away_is_answered_with_retry_after(failure: Exception) -> None:
    answer = await ask("GET", "/v1/plans", store=Store(sessions_fail=failure), headers=signed_in())
    check_problem(answer, "unavailable")
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("method", "url", "allow"),
    [
        ("PATCH", "/v1/plans", "GET, OPTIONS, POST"),
        ("GET", f"/v1/plans/{PLAN_ID}/", "DELETE, OPTIONS"),
        ("POST", "/docs", "GET, OPTIONS"),
    ],
)
async def test_a_method_not_taken_is_refused_with_those_that_are(
    method: str, url: str, allow: str
) -> None:
    answer = await ask(method, url)
    check_problem(answer, "method_not_allowed")
    assert answer.headers["Allow"] == allow


async def test_options_names_the_methods() -> None:
    answer = await ask("OPTIONS", "/v1/plans")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, OPTIONS, POST")
    assert answer.headers["X-Request-Id"]


async def test_the_process_is_alive_and_ready() -> None:
    assert (await ask("GET", "/health/live")).json() == {"alive": True}
    ready = await ask("GET", "/health/ready")
    assert ready.json() == {"ready": True, "parts": ["database", "migrations"]}


async def test_what_is_not_ready_is_named() -> None:
    store = Store(parts={"database": True, "migrations": False})
    answer = await ask("GET", "/health/ready", store=store)
    assert "migrations" in check_problem(answer, "not_ready")["detail"]
    assert answer.headers["Retry-After"] == "5"


async def test_an_incoming_request_id_is_not_taken_over() -> None:
    answer = await ask("GET", "/health/live", headers={"X-Request-Id": "mine"})
    assert len(answer.headers["X-Request-Id"]) == 32


async def test_each_request_is_one_line_without_what_was_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="xuetu"):
        answer = await ask("GET", "/v1/plans?text=zhang", headers=signed_in())
        await ask("GET", "/v1/break?how=11010519491231002X")
        await ask("GET", "/v1/nowhere/11010519491231002X")
    lines = [record for record in caplog.records if record.name == "xuetu.request"]
    first = vars(lines[0])
    assert first["request_id"] == answer.headers["X-Request-Id"]
    assert [vars(line)["route"] for line in lines] == ["/v1/plans", "/v1/break", None]
    assert [vars(line)["status"] for line in lines] == [200, 500, 404]
    assert [vars(line)["code"] for line in lines] == [None, "internal", "not_found"]
    assert first["person_id"] == "00000000-0000-0000-0000-000000000001"
    assert (first["method"], first["operation"]) == ("GET", "ListPlans")
    logged = " ".join(str(vars(line)) for line in lines)
    assert "11010519491231002X" not in logged
    assert "zhang" not in logged


async def test_an_unforeseen_failure_is_logged_under_the_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await ask("GET", "/v1/break?how=unforeseen")
    (record,) = [record for record in caplog.records if record.name == "xuetu.http"]
    assert vars(record)["request_id"] == answer.headers["X-Request-Id"]
    assert "11010519491231002X" not in answer.text


def test_two_operations_of_one_id_are_refused_at_start() -> None:
    with pytest.raises(ValueError, match="one id"):
        create_app(Store().ports(), (*OPERATIONS, keep_plan))
