"""Codes of corrections in the training archive."""

from tests.integration.api import voucher_class_road as road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.probe import provokes

CORRECTION = {"reason": "结业日期录入有误", "document_number": "启人社函〔2026〕7号"}


async def _correction(desk: Desk, **changed: object) -> tuple[Json, Ask]:
    await road.completed(desk)
    (entry,) = (await desk.done("ListArchiveEntries", "handler"))["items"]
    path, body = {"entry_id": entry["id"]}, CORRECTION | changed
    return path, desk.ask("CorrectArchiveEntry", "approver", path=path, body=body)


@provokes("archive_entry_superseded")
async def a_correction_of_what_was_corrected(desk: Desk) -> Ask:
    path, ask = await _correction(desk)
    await desk.done("CorrectArchiveEntry", "approver", path=path, body=CORRECTION)
    return ask


@provokes("archive_certificate_of_training")
async def a_certificate_number_for_a_training(desk: Desk) -> Ask:
    return (await _correction(desk, certificate_number="S1"))[1]


@provokes("archive_days_reversed")
async def a_training_that_ends_before_it_starts(desk: Desk) -> Ask:
    return (await _correction(desk, ended_on="2020-01-01"))[1]
