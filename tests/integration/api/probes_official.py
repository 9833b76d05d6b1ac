"""Codes of official documents and of the ledgers."""

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes
from tests.integration.api.probes_recovering import ordered


@provokes("not_addressee")
async def a_receipt_signed_by_another_organisation(desk: Desk) -> Ask:
    await road.listed(desk)
    await desk.idle()
    document = (await desk.done("ListOfficialDocuments", "handler"))["items"][-1]
    return desk.ask("SignForOfficialDocument", "finance", path={"document_id": document["id"]})


@provokes("order_not_signed_for")
async def an_order_served_by_a_receipt_that_is_missing(desk: Desk) -> Ask:
    recovery_id, version = await ordered(desk)
    path = {"recovery_id": recovery_id}
    return desk.ask("ServeRecovery", "handler", path=path, version=version, body={})


@provokes("region_needed")
async def an_enterprise_reading_by_region(desk: Desk) -> Ask:
    return desk.ask("GetMoneyByRegion", "filer")
