"""The lifelong training archive over HTTP (REG-14, SYS-11, SYS-12): read, exported, corrected, filled."""

from sqlalchemy import text

from tests.integration.api import voucher_class_road as road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import problem_of

CORRECTION = {"reason": "结业日期录入有误", "document_number": "启人社函〔2026〕7号"}


async def entries(desk: Desk, person: str) -> list[Json]:
    """What somebody reads."""
    return list((await desk.done("ListArchiveEntries", person))["items"])


async def test_a_worker_and_the_bureau_read_a_completed_training_and_nobody_else(
    desk: Desk, elsewhere: Desk
) -> None:
    """Shows REG-16."""
    done = await road.completed(desk)
    (own,) = await entries(desk, "worker")
    assert [own] == await entries(desk, "handler")
    assert (own["kind"], own["source"], own["voucher_id"]) == (
        "training",
        "voucher",
        done.voucher["id"],
    )
    assert own["trained_by"] == desk.staff.provider.name
    assert await entries(desk, "worker_second") == []
    path = {"entry_id": own["id"]}
    assert await desk.done("GetArchiveEntry", "worker", path=path) == own
    await problem_of(desk, desk.ask("GetArchiveEntry", "worker_second", path=path), "not_found")
    await problem_of(elsewhere, elsewhere.ask("GetArchiveEntry", "handler", path=path), "not_found")
    query = f"worker_id={own['worker_id']}"
    assert (await desk.done("ListArchiveEntries", "handler", query=query))["items"] == [own]
    for person in ("teacher", "filer"):
        await problem_of(desk, desk.ask("ListArchiveEntries", person), "not_permitted")


async def test_a_correction_is_another_entry_and_the_first_stays(desk: Desk) -> None:
    await road.completed(desk)
    (first,) = await entries(desk, "worker")
    path = {"entry_id": first["id"]}
    body = CORRECTION | {"ended_on": "2026-02-26", "grade": 4}
    after = await desk.done("CorrectArchiveEntry", "approver", path=path, body=body)
    assert (after["ended_on"], after["grade"], after["training"]) == (
        "2026-02-26",
        4,
        first["training"],
    )
    assert after["supersedes"] == first["id"]
    before, corrected = await entries(desk, "worker")
    assert before == first | {"superseded_by": after["id"]}
    assert corrected == after
    withdrawn = await desk.done(
        "CorrectArchiveEntry",
        "approver",
        path={"entry_id": after["id"]},
        body=CORRECTION | {"withdrawn": True},
    )
    assert withdrawn["withdrawn"] is True


async def test_an_export_is_on_record(desk: Desk) -> None:
    await road.completed(desk)
    for person in ("worker", "handler"):
        answer = await desk.send(desk.ask("ExportArchiveCsv", person))
        assert answer.status_code == 200
        heading, line = answer.content.decode("utf-8-sig").splitlines()
        assert heading.startswith("编号 entry,类别 kind")
        assert desk.staff.provider.name in line
    exports = (
        "select count(*) from audit_entries where action = 'archive.exported'"
        " and person_id = any(:people)"
    )
    people = [desk.staff.worker.person_id, desk.staff.handler.person_id]
    async with desk.house.admin.connect() as connection:
        assert (await connection.execute(text(exports), {"people": people})).scalar_one() == 2


async def test_what_completed_before_is_filled_in_once(desk: Desk) -> None:
    await road.completed(desk)
    (first,) = await entries(desk, "worker")
    await desk.tampered("delete from archive_entries where id = :id", id=first["id"])
    assert await entries(desk, "worker") == []
    add = (
        "insert into jobs (id, kind, ref, place_id, period) values"
        " (gen_random_uuid(), 'fill_archive', gen_random_uuid(), null, '2026-03-01')"
    )
    for _ in range(2):
        async with desk.house.admin.begin() as connection:
            await connection.execute(text(add))
        await desk.idle()
        (filled,) = await entries(desk, "worker")
        assert filled | {"id": first["id"], "at": first["at"]} == first
