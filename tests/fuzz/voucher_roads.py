"""Ways that a voucher can go, walked over real HTTP before anything is fuzzed."""

from typing import Any, Final

from domain.ports.sheets import CSV, XLSX
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Desk
from tests.integration.api.test_voucher_projects import HEADINGS, listing, row
from tests.sheet_files import csv_of, xlsx_of

LONG: Final[dict[str, Any]] = {"closes_on": "2099-12-31", "valid_until": "2099-12-31"}
TARGETED: Final[dict[str, Any]] = {**LONG, "distribution": "targeted", "quota": 1000}


async def vouchers(desk: Desk) -> None:
    """Projects in every state; vouchers collected, confirmed, given back, voided, frozen, released; every list."""
    await _projects(desk)
    await _lists(desk)
    voucher = await road.collected(desk, **LONG)
    voucher = await road.stepped(desk, "FreezeVoucher", "handler", voucher)
    voucher = await road.stepped(desk, "ReleaseVoucher", "approver", voucher)
    await road.stepped(desk, "GiveVoucherBack", "worker", voucher)
    voucher = await road.collected(desk, "worker_second", **LONG)
    await desk.done("CheckVoucher", "worker_second", body={"code": voucher["code"]})
    await road.stepped(desk, "VoidVoucher", "approver", voucher)
    offer = {"offer_id": await road.approved(desk, **LONG, tags=["veteran"])}
    stated = road.own(desk, "worker", tag="veteran")
    voucher = await desk.done("CollectFromProject", "worker", path=offer, body=stated)
    voucher = await road.stepped(desk, "ConfirmVoucherGroup", "handler", voucher)
    await road.stepped(desk, "VoidVoucher", "approver", voucher)
    issued = await road.issued_to_worker(desk, **TARGETED)
    path = {"voucher_id": issued["id"]}
    await desk.done("CollectVoucher", "worker", path=path, version=1)
    for operation_id in ("GetVoucher", "GetVoucherHistory", "ExplainVoucher"):
        await desk.done(operation_id, "worker", path=path)
    assert (await desk.send(desk.ask("GetVoucherQr", "worker", path=path))).is_success
    await desk.idle()
    await desk.done("AskRealName", "handler", path=path)
    await desk.idle()
    await road.collected(desk, **LONG)
    await road.drafted(desk, **LONG)


async def _projects(desk: Desk) -> None:
    why = {"reason": "不再需要"}
    for operation_id, who in (
        ("RefuseVoucherProject", "approver"),
        ("WithdrawVoucherProject", "handler"),
    ):
        path = {"project_id": await road.drafted(desk, **LONG)}
        await desk.done(operation_id, who, path=path, version=1, body=why)
    await road.closed(desk, await road.approved(desk, **LONG))
    path = {"project_id": await road.approved(desk, **LONG)}
    await desk.done("GetVoucherProjectHistory", "handler", path=path)
    await desk.done("GetVoucherOffer", None, path={"offer_id": path["project_id"]})
    await desk.done("ListVoucherOffers", None)


async def _lists(desk: Desk) -> None:
    project_id = await road.approved(desk, **TARGETED)
    for media, write in ((CSV, csv_of), (XLSX, xlsx_of)):
        raw = write([HEADINGS, row()])
        for query in ("dry_run=true", "mode=accept_valid"):
            tried = await desk.send(listing(desk, project_id, raw, media, query))
            assert tried.is_success, tried.text
        await desk.idle()
    issues = await desk.done("ListVoucherIssues", "handler", path={"project_id": project_id})
    path = {"issue_id": issues["items"][0]["id"]}
    await desk.done("GetVoucherIssue", "handler", path=path)
    sets = await desk.done("ListVoucherSets", "handler")
    await desk.done("GetVoucherSet", "handler", path={"set_id": sets["items"][0]["id"]})
    assert (await desk.send(desk.ask("GetVoucherListTemplate", "handler"))).is_success
