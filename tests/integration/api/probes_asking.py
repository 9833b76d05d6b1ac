"""Codes of the contract itself: how to ask, and what can be wrong with what was sent."""

import secrets
from collections.abc import Mapping, Sequence
from typing import NoReturn
from uuid import UUID

import httpx

from domain.cases import CaseKind
from domain.policy import Floor
from domain.ports.policies import OverlayPack, Pack, PolicyPacks
from tests.integration.api import road
from tests.integration.api.desk import BY_ID, Ask, Desk
from tests.integration.api.probe import provokes

SIGN_IN = {"account_name": "nobody-here", "password": "wrong"}


@provokes("sign_in_failed")
async def a_wrong_password(desk: Desk) -> Ask:
    return desk.ask("SignIn", None, body=SIGN_IN)


@provokes("too_many_sign_ins")
async def a_guess_too_many(desk: Desk) -> Ask:
    body = SIGN_IN | {"account_name": f"nobody-{secrets.token_hex(8)}"}
    for _ in range(10):
        answer = await desk.send(desk.ask("SignIn", None, body=body))
        assert answer.status_code == 401
    return desk.ask("SignIn", None, body=body)


@provokes("unauthenticated")
async def no_token(desk: Desk) -> Ask:
    return desk.ask("GetCurrentSession", None)


@provokes("not_permitted")
async def a_bureau_files(desk: Desk) -> Ask:
    return desk.ask("CreateFiling", "handler", body=road.plan(desk))


@provokes("method_not_allowed")
async def an_unknown_method(desk: Desk) -> Ask:
    return desk.ask("ListOfFilings", "filer", method="PATCH")


@provokes("not_acceptable")
async def another_format(desk: Desk) -> Ask:
    return desk.ask("ListOfFilings", "filer", headers={"Accept": "text/html"})


@provokes("unsupported_media_type")
async def another_media_type(desk: Desk) -> Ask:
    return desk.ask("SignIn", None, body=SIGN_IN, headers={"Content-Type": "text/plain"})


@provokes("body_too_large")
async def three_megabytes(desk: Desk) -> Ask:
    return desk.ask("SignIn", None, content=b" " * 3_000_000)


@provokes("body_not_expected")
async def a_body_for_nothing(desk: Desk) -> Ask:
    return desk.ask("SubmitFiling", "filer", content=b"{}")


@provokes("request_malformed")
async def a_host_that_is_none(desk: Desk) -> Ask:
    return desk.ask("CheckAlive", None, headers={"Host": "bad host"})


@provokes("not_found")
async def an_absent_filing(desk: Desk) -> Ask:
    return desk.ask("GetFiling", "filer")


@provokes("idempotency_key_missing")
async def no_key(desk: Desk) -> Ask:
    return desk.ask(
        "CreateFiling", "filer", body=road.plan(desk), headers={"Idempotency-Key": None}
    )


@provokes("idempotency_key_malformed")
async def a_short_key(desk: Desk) -> Ask:
    return desk.ask(
        "CreateFiling", "filer", body=road.plan(desk), headers={"Idempotency-Key": "short"}
    )


@provokes("key_reused")
async def one_key_for_two_plans(desk: Desk) -> Ask:
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    await desk.done("CreateFiling", "filer", body=road.plan(desk), headers=key)
    return desk.ask("CreateFiling", "filer", body=road.plan(desk), headers=key)


@provokes("twin_in_flight")
async def a_twin_not_yet_decided(desk: Desk) -> Ask:
    key = secrets.token_urlsafe(24)
    work = await desk.stack.enter_async_context(desk.house.begin_work(desk.staff.filer))
    await work.requests.claim(key, b"\0" * 32)
    return desk.ask("CreateFiling", "filer", body=road.plan(desk), headers={"Idempotency-Key": key})


@provokes("busy")
async def somebody_holds_the_case(desk: Desk) -> Ask:
    filing_id = await road.submitted(desk)
    work = await desk.stack.enter_async_context(desk.house.begin_work(desk.staff.handler))
    await work.cases.lock(CaseKind.FILING, UUID(filing_id))
    return desk.ask("AcceptFiling", "handler", path={"filing_id": filing_id}, version=2)


@provokes("if_match_missing")
async def no_version(desk: Desk) -> Ask:
    return desk.ask("SubmitFiling", "filer", headers={"If-Match": None})


@provokes("if_match_malformed")
async def a_version_without_quotes(desk: Desk) -> Ask:
    return desk.ask("SubmitFiling", "filer", headers={"If-Match": "1"})


@provokes("stale_version")
async def an_old_version(desk: Desk) -> Ask:
    filing_id = await road.submitted(desk)
    return desk.ask("AcceptFiling", "handler", path={"filing_id": filing_id}, version=1)


@provokes("wrong_state")
async def submitted_twice(desk: Desk) -> Ask:
    filing_id = await road.submitted(desk)
    return desk.ask("SubmitFiling", "filer", path={"filing_id": filing_id}, version=2)


@provokes("cursor_invalid")
async def a_cursor_of_ones_own(desk: Desk) -> Ask:
    return desk.ask("ListOfFilings", "filer", query="cursor=abc")


@provokes(
    "query_invalid",
    "unknown_parameter",
    "repeated_parameter",
    "not_a_uuid",
    "pattern_mismatch",
    "number_too_small",
    "text_too_long",
)
async def a_faulty_query(desk: Desk) -> Ask:
    query = f"x=1&state=PAID&page_size=0&page_size=1&filing_id=1&cursor={'c' * 501}"
    return desk.ask("ListPayments", "filer", query=query)


@provokes("query_invalid", "missing_parameter", "not_one_of")
async def a_register_left_out(desk: Desk) -> Ask:
    return desk.ask("LoadCertificateExtract", "handler", query="dry_run=maybe", body="a\r\n")


@provokes("query_invalid", "not_acceptable_value")
async def an_escape_that_is_no_utf8(desk: Desk) -> Ask:
    return desk.ask("ListPayments", "filer", query="state=%FF")


def _raw(code: str, content: bytes) -> None:
    @provokes("body_malformed", code)
    async def raw_bytes(desk: Desk) -> Ask:
        return desk.ask("SignIn", None, content=content)


for _code, _content in {
    "byte_order_mark": b"\xef\xbb\xbf{}",
    "not_utf8": b"\xff",
    "not_json": b"{",
    "not_finite": b"[NaN]",
    "number_too_long": b"9" * 5000,
    "nested_too_deep": b"[" * 40 + b"]" * 40,
    "duplicate_key": b'{"a":1,"a":1}',
    "forbidden_character": b'["\\u0000"]',
}.items():
    _raw(_code, _content)


@provokes(
    "body_invalid",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "null_not_allowed",
    "not_an_integer",
    "number_too_small",
    "number_too_large",
    "text_too_short",
    "text_too_long",
    "pattern_mismatch",
    "too_few_items",
    "not_one_of",
    "not_a_date",
)
async def a_plan_wrong_in_every_field(desk: Desk) -> Ask:
    body = road.plan(
        desk,
        region_code="ab",
        class_name="",
        occupation_name="工" * 201,
        target_grade=9,
        training_mode="by_post",
        starts_on="2026-02-30",
        filed_months=12.0,
        uplift_basis_points=-1,
        fund_source=None,
        payee=[],
        roster=[],
        extra=1,
    )
    del body["occupation_code"]
    return desk.ask("CreateFiling", "filer", body=body)


@provokes("body_invalid", "not_a_uuid", "too_many_items")
async def a_listing_of_too_many(desk: Desk) -> Ask:
    named = [{"filing_id": "x", "version": 1}] + [
        {"filing_id": "0192f0c4-7c1e-7000-8000-000000000001", "version": 1}
    ] * 500
    body = {"document_number": "试人社〔2026〕1号", "filings": named}
    return desk.ask("ListFilings", "approver", body=body)


class LostPacks(PolicyPacks):
    """Packs that cannot be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def _lost(self) -> NoReturn:
        raise self._error

    def all(self) -> Sequence[Pack]:
        self._lost()

    def get(self, pack_id: str) -> Pack | None:  # noqa: ARG002 - none can be read
        self._lost()

    def overlays(self) -> Sequence[OverlayPack]:
        self._lost()

    def floors(self) -> Sequence[Floor]:
        self._lost()


def _case(desk: Desk, client: httpx.AsyncClient) -> Ask:
    return desk.ask("Calculate", None, body=BY_ID["Calculate"].body_example, client=client)


@provokes("internal")
async def something_unforeseen(desk: Desk) -> Ask:
    return _case(desk, await desk.in_ports(policies=LostPacks(LookupError("unforeseen"))))


@provokes("unavailable")
async def a_port_that_is_away(desk: Desk) -> Ask:
    return _case(desk, await desk.in_ports(policies=LostPacks(ConnectionRefusedError())))


@provokes("not_ready")
async def a_database_that_is_away(desk: Desk) -> Ask:
    async def away() -> Mapping[str, bool]:
        return {"database": False}

    return desk.ask("CheckReady", None, client=await desk.in_ports(readiness=away))
