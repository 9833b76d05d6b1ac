"""Codes of official documents and of the ledgers."""

from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes


@provokes("not_addressee")
async def a_receipt_signed_by_another_organisation(desk: Desk) -> Ask:
    await road.listed(desk)
    await desk.idle()
    document = (await desk.done("ListOfficialDocuments", "handler"))["items"][-1]
    return desk.ask("SignForOfficialDocument", "finance", path={"document_id": document["id"]})


@provokes("region_needed")
async def an_enterprise_reading_by_region(desk: Desk) -> Ask:
    return desk.ask("GetMoneyByRegion", "filer")
