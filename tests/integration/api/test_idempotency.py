"""One key, one act: what is kept, what is replayed, and what is not."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from domain.attendance_file import COLUMNS, columns_of
from service.http.operation import Operation
from service.http.operations import OPERATIONS
from tests.integration.api import (
    class_road,
    road,
    voucher_class_road,
    voucher_money_road,
    voucher_road,
)
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probes_ends import returned
from tests.integration.api.refusing import unchanged
from tests.overlays import noticed
from tests.sheet_files import csv_of

DRY = [served.operation for served in OPERATIONS if served.operation.dry_run]
OF_EACH_ANSWER = {"x-request-id", "idempotent-replayed", "content-length"}


def kept(answer: httpx.Response) -> Mapping[str, str]:
    """The headers that a replay repeats."""
    return {name: value for name, value in answer.headers.items() if name not in OF_EACH_ANSWER}


async def assert_replayed(desk: Desk, ask: Ask) -> httpx.Response:
    """Send a request twice: one act, and one answer byte for byte."""
    first = await desk.send(ask)
    assert first.is_success, first.text
    assert "idempotent-replayed" not in first.headers
    async with unchanged(desk.house):
        again = await desk.send(ask)
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content, kept(again)) == (
        first.status_code,
        first.content,
        kept(first),
    )
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    return first


async def test_a_created_case_is_replayed_byte_for_byte(desk: Desk) -> None:
    first = await assert_replayed(desk, desk.ask("CreateFiling", "filer", body=road.plan(desk)))
    case = first.json()["case"]
    assert first.status_code == 201
    assert first.headers["location"] == f"/v1/filings/{case['id']}"
    assert first.headers["etag"] == f'"{case["version"]}"'
    filings = await desk.done("ListOfFilings", "filer")
    assert [one["case"]["id"] for one in filings["items"]] == [case["id"]]


async def test_a_signed_step_is_replayed_after_its_version_has_gone(desk: Desk) -> None:
    path = {"filing_id": await road.submitted(desk)}
    accept = desk.ask("AcceptFiling", "handler", path=path, version=2)
    first = await assert_replayed(desk, accept)
    await desk.done("ReviewFiling", "handler", path=path, version=3, body={})
    later = await desk.send(accept)
    assert later.content == first.content
    assert later.json()["case"]["state"] == "accepted", "the answer given then, not the case now"


async def test_an_upload_is_replayed(desk: Desk) -> None:
    row = road.registered("0192f0c4-7c1e-7000-8000-000000000001", road.person())
    body = road.extract(row)
    await assert_replayed(
        desk, desk.ask("LoadCertificateExtract", "handler", query="register=osta", body=body)
    )


async def test_a_replay_needs_neither_a_version_nor_a_shape_but_the_same_request(
    desk: Desk,
) -> None:
    filing_id = await road.submitted(desk)
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    how: dict[str, Any] = {"path": {"filing_id": filing_id}, "headers": key}
    first = await desk.send(desk.ask("AcceptFiling", "handler", version=2, **how))
    without = desk.ask(
        "AcceptFiling", "handler", path=how["path"], headers=key | {"If-Match": None}
    )
    again = await desk.send(without)
    assert again.content == first.content
    other = desk.ask("AcceptFiling", "handler", version=2, headers=key)
    assert (await desk.send(other)).json()["code"] == "key_reused"


@pytest.mark.parametrize("difference", ["body", "query", "operation"])
async def test_a_key_belongs_to_one_request(desk: Desk, difference: str) -> None:
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    filing_id = await road.listed(desk)
    body = {"filing_id": filing_id}
    await desk.done("RequestPrepayment", "filer", body=body, headers=key)
    other = {
        "body": desk.ask(
            "RequestPrepayment", "filer", body=body | {"filing_id": filing_id.upper()}
        ),
        "query": desk.ask("RequestPrepayment", "filer", body=body, query="dry_run=false"),
        "operation": desk.ask("CreateFiling", "filer", body=body),
    }[difference]
    async with unchanged(desk.house):
        answer = await desk.send(other, **key)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


async def test_two_people_may_choose_one_key(desk: Desk) -> None:
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    other = await desk.neighbour()
    answers = [
        await one.send(one.ask("CreateFiling", "filer", body=road.plan(one), headers=key))
        for one in (desk, other)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["case"]["id"] != answers[1].json()["case"]["id"]
    assert all("idempotent-replayed" not in answer.headers for answer in answers)


async def test_a_refusal_is_not_kept(desk: Desk) -> None:
    filing_id = await road.reviewed(desk)
    ask = desk.ask("RequestPrepayment", "filer", body={"filing_id": filing_id})
    async with unchanged(desk.house):
        refused = await desk.send(ask)
    assert refused.json()["code"] == "prepayment_not_yet"
    listing = road.listing("试人社〔2026〕9号", (filing_id, 4))
    await desk.done("ListFilings", "approver", body=listing)
    decided_anew = await desk.send(ask)
    assert decided_anew.status_code == 201
    assert "idempotent-replayed" not in decided_anew.headers


async def test_a_replay_still_asks_who_is_there(desk: Desk) -> None:
    ask = desk.ask("CreateFiling", "filer", body=road.plan(desk))
    assert (await desk.send(ask)).status_code == 201
    assert (await desk.send(ask, Authorization="Bearer xt_somebody-else-now")).status_code == 401
    closed = await desk.send(desk.ask("SignOut", "filer"))
    assert closed.status_code == 204
    assert (await desk.send(ask)).status_code == 401


async def test_of_many_at_once_one_acts_and_all_get_its_answer(desk: Desk) -> None:
    ask = desk.ask("CreateFiling", "filer", body=road.plan(desk))
    await desk.token_of("filer")
    answers = await asyncio.gather(*(desk.send(ask) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.headers.get("idempotent-replayed") for answer in answers]
    assert replayed.count("true") == 7
    filings = await desk.done("ListOfFilings", "filer")
    assert len(filings["items"]) == 1


How = tuple[str, dict[str, Any]]
"""Who asks, and with what."""


async def _plan(desk: Desk) -> How:
    return "filer", {"body": road.plan(desk)}


async def _joint_plan(desk: Desk) -> How:
    return "organiser", {"body": road.class_plan(desk)}


async def _attendance(desk: Desk) -> How:
    opened = await class_road.opened(desk)
    (held,) = await class_road.sessions(desk, opened.path, class_road.session())
    entry = {"session_id": held, "enrolment_id": opened.people[0], "entry_id": "gate-1"}
    return "filer", {"path": opened.path, "body": {"entries": [entry]}}


async def _attendance_file(desk: Desk) -> How:
    person, how = await _attendance(desk)
    (entry,) = how["body"]["entries"]
    row = f"{entry['session_id']},{entry['enrolment_id']},gate-1,1,,,"
    return person, {**how, "body": "\r\n".join((",".join(COLUMNS), row, ""))}


async def _draft(desk: Desk) -> How:
    body = road.plan(desk, submit=False)
    case = (await desk.done("CreateFiling", "filer", body=body))["case"]
    return "filer", {"path": {"filing_id": case["id"]}}


async def _roster(desk: Desk) -> How:
    person, how = await _draft(desk)
    return person, {**how, "body": {"roster": [road.person()]}}


async def _prepayment(desk: Desk) -> How:
    return "filer", {"body": {"filing_id": await road.listed(desk)}}


async def _extract(desk: Desk) -> How:  # noqa: ARG001 the signature of the table
    row = road.registered("0192f0c4-7c1e-7000-8000-000000000001", road.person())
    return "handler", {"body": road.extract(row), "query": "dry_run=true&register=osta"}


async def _subsidies(desk: Desk) -> How:  # noqa: ARG001 the signature of the table
    content = csv_of([road.SUBSIDY_HEADINGS, road.subsidy(road.person())])
    return "handler", {"content": content, "query": "dry_run=true&source=list"}


async def _correction(desk: Desk) -> How:
    path = {"filing_id": await returned(desk)}
    body = road.plan(desk)
    del body["region_code"], body["submit"], body["documents"]
    return "filer", {"path": path, "version": 3, "body": body}


async def _funding(desk: Desk) -> How:
    await road.appropriated(desk)
    prepayment_id = await road.prepayment_approved(desk, await road.listed(desk))
    return "handler", {"body": road.funding(("prepayment", prepayment_id))}


async def _batch(desk: Desk) -> How:
    await road.appropriated(desk)
    prepayment_id = await road.prepayment_approved(desk, await road.listed(desk))
    await road.ordered(desk, ("prepayment", prepayment_id))
    return "handler", {"body": {"fund_source": road.FUND, "budget_year": road.YEAR}}


async def _policy(desk: Desk) -> How:
    return "approver", {"body": {"policy": road.overlay(desk)}}


async def _account(desk: Desk) -> How:
    return "filer", {
        "body": {
            "region_code": desk.staff.region_code,
            "account_name": desk.staff.enterprise.name,
            "account_number": "6222021234567890123",
            "bank_code": "102100099996",
        }
    }


async def _payment_correction(desk: Desk) -> How:
    await road.appropriated(desk)
    prepayment_id = await road.prepayment_approved(desk, await road.listed(desk))
    payment_id = await road.returned(desk, ("prepayment", prepayment_id))
    return "handler", {"body": {"payment_id": payment_id, "remedy": "cancel", "reason": "银行退回"}}


async def _settlement(desk: Desk) -> How:
    filing_id = await road.listed(desk)
    (one, _) = await road.completed(desk, filing_id)
    return "filer", {
        "path": {"filing_id": filing_id},
        "body": {"declarations": [road.declaration(one)]},
    }


async def _drafted_settlement(desk: Desk) -> How:
    filing_id = await road.listed(desk)
    await road.completed(desk, filing_id)
    return "filer", {"path": {"settlement_id": await road.drafted(desk, filing_id)}}


async def _notice(desk: Desk) -> How:
    desk.under(*noticed())
    filing_id = await road.listed(desk)
    await road.completed(desk, filing_id)
    return "handler", {"body": {"settlement_ids": [await road.judged(desk, filing_id)]}}


async def _recovery(desk: Desk) -> How:
    await road.appropriated(desk)
    filing_id = await road.listed(desk)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    body = {"cause": "audit", "amount_fen": 1}
    return "handler", {"path": {"filing_id": filing_id}, "body": body}


async def _catalogue_entry(desk: Desk) -> How:
    return "handler", {"body": voucher_class_road.entry(desk)}


async def _voucher_class(desk: Desk) -> How:
    project_id = await voucher_class_road.project(desk)
    return "teacher", {"body": voucher_class_road.class_plan(project_id)}


async def _reservation(desk: Desk) -> How:
    project_id = await voucher_class_road.project(desk)
    voucher = await voucher_class_road.collected(desk, project_id)
    class_id = await voucher_class_road.planned(desk, project_id)
    return "worker", {
        "path": {"voucher_id": voucher["id"]},
        "version": voucher["version"],
        "body": {"class_id": class_id},
    }


async def _voucher_attendance(desk: Desk) -> How:
    running = await voucher_class_road.in_training(desk)
    session_id = await voucher_class_road.held(desk, running.id)
    entry = {"session_id": session_id, "voucher_id": running.voucher["id"], "entry_id": "a"}
    return "teacher", {"path": running.path, "body": {"entries": [entry]}}


async def _voucher_attendance_file(desk: Desk) -> How:
    person, how = await _voucher_attendance(desk)
    entry = how["body"]["entries"][0]
    row = f"{entry['session_id']},{entry['voucher_id']},a,1,,,"
    header = ",".join(columns_of("voucher_id"))
    return person, {"path": how["path"], "body": f"{header}\r\n{row}\r\n"}


async def _voucher_project(_: Desk) -> How:
    return "handler", {"body": voucher_road.project()}


async def _voucher_issue(desk: Desk) -> How:
    path = {"project_id": await voucher_road.approved(desk, distribution="targeted")}
    return "handler", {"path": path, "body": {"people": [voucher_road.somebody()]}}


async def _voucher_settlement(desk: Desk) -> How:
    of = await voucher_money_road.redeemed(desk)
    return "teacher", {"body": voucher_money_road.claim(desk, of.project_id)}


async def _drafted_voucher_settlement(desk: Desk) -> How:
    of = await voucher_money_road.redeemed(desk)
    settlement_id = await voucher_money_road.drafted(desk, of)
    return "teacher", {"path": {"voucher_settlement_id": settlement_id}, "version": 1}


async def _accepted_voucher_settlement(desk: Desk) -> How:
    _, how = await _drafted_voucher_settlement(desk)
    accepted = await voucher_money_road.accepted(desk, how["path"]["voucher_settlement_id"])
    body = {"lines": [], "reason": "已核对"}
    return "handler", how | {"version": accepted["case"]["version"], "body": body}


async def _claw_back(desk: Desk) -> How:
    of, settlement_id = await voucher_money_road.paid(desk)
    await desk.idle()
    path = {"voucher_settlement_id": settlement_id}
    return "handler", {"path": path, "body": voucher_money_road.claw_back(of.voucher["id"])}


ASKED: Mapping[str, Callable[[Desk], Awaitable[How]]] = {
    "CreateFiling": _plan,
    "PlanJointClass": _joint_plan,
    "AddAttendance": _attendance,
    "ImportAttendance": _attendance_file,
    "SubmitFiling": _draft,
    "ImportRoster": _roster,
    "RequestPrepayment": _prepayment,
    "LoadCertificateExtract": _extract,
    "LoadSubsidyRegister": _subsidies,
    "CorrectFiling": _correction,
    "CreateFundingRequest": _funding,
    "CreateBatch": _batch,
    "DraftPolicy": _policy,
    "DeclarePayeeAccount": _account,
    "ProposePaymentCorrection": _payment_correction,
    "DraftSettlement": _settlement,
    "SubmitSettlement": _drafted_settlement,
    "PrepareNotice": _notice,
    "ProposeRecovery": _recovery,
    "DraftCatalogueEntry": _catalogue_entry,
    "PlanVoucherClass": _voucher_class,
    "ReserveVoucher": _reservation,
    "AddVoucherAttendance": _voucher_attendance,
    "ImportVoucherAttendance": _voucher_attendance_file,
    "DraftVoucherProject": _voucher_project,
    "OrderVoucherIssue": _voucher_issue,
    "DraftVoucherSettlement": _voucher_settlement,
    "SubmitVoucherSettlement": _drafted_voucher_settlement,
    "ReviewVoucherSettlement": _accepted_voucher_settlement,
    "ProposeClawBack": _claw_back,
}
"""How each operation that can be tried dry is asked properly."""


async def _dry(desk: Desk, operation: Operation, headers: Mapping[str, str | None]) -> Ask:
    person, how = await ASKED[operation.id](desk)
    return desk.ask(operation.id, person, **{"query": "dry_run=true", "headers": headers, **how})


@pytest.mark.parametrize("operation", DRY, ids=lambda operation: operation.id)
async def test_a_dry_run_answers_what_would_happen_and_stores_nothing(
    desk: Desk, operation: Operation
) -> None:
    ask = await _dry(desk, operation, {"Idempotency-Key": None})
    async with unchanged(desk.house):
        tried = await desk.send(ask)
        assert tried.status_code == operation.status, tried.text
        assert (await desk.send(ask)).status_code == operation.status, "and again: nothing was kept"
    assert "idempotent-replayed" not in tried.headers


async def test_a_dry_run_is_refused_as_the_act_would_be(desk: Desk) -> None:
    ask = desk.ask(
        "CreateFiling",
        "filer",
        body=road.plan(desk, region_code="990000"),
        query="dry_run=true",
        headers={"Idempotency-Key": None},
    )
    async with unchanged(desk.house):
        assert (await desk.send(ask)).json()["code"] == "place_unknown"
