"""Messages to the real-name register (REG-01, SYS-01) over HTTP: told once, answered, informing the officer."""

from uuid import UUID

from sqlalchemy import text

from tests.integration.api import road as filing_road
from tests.integration.api import voucher_class_road as road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import problem_of
from tests.integration.api.test_real_names import later
from tests.integration.api.whole_road import Travelled

SEND = "send_register_message"


async def messages(desk: Desk, query: str = "", person: str = "handler") -> list[Json]:
    """What was told to the register."""
    return list((await desk.done("ListRegisterMessages", person, query=query))["items"])


async def planned(desk: Desk) -> tuple[str, Json]:
    """A class in which one worker has reserved a place."""
    project_id = await road.project(desk)
    voucher = await road.collected(desk, project_id)
    class_id = await road.planned(desk, project_id)
    await road.reserved(desk, class_id, voucher)
    return class_id, voucher


async def test_the_start_and_the_completion_of_a_class_are_told_with_its_people(
    desk: Desk,
) -> None:
    done = await road.completed(desk)
    await desk.idle()
    started, completed = await messages(desk, f"object_id={done.id}")
    assert (started["kind"], completed["kind"]) == (
        "voucher_class_started",
        "voucher_class_completed",
    )
    assert completed["kind_name"] == {"zh": "培训券班级结业", "en": "voucher class completed"}
    register = desk.house.register
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    for told in (started, completed):
        assert (told["state"], told["attempts"], told["answer"]) == ("answered", 1, "已接收")
        assert told["reference"] == f"F-{told['id']}"
        assert told["payload"]["people"] == 1
        _, people = register.taken[UUID(told["id"])]
        assert [(str(one.subject_id), one.citizen_id) for one in people] == [
            (done.voucher["id"], number)
        ]


async def test_the_completion_of_a_class_is_told_with_what_everybody_attended(desk: Desk) -> None:
    running = await road.in_training(desk)
    session_id = await road.held(desk, running.id)
    entry = road.passing(session_id, running.voucher["id"], "a")
    await desk.done("AddCheckIns", "teacher", path=running.path, body=road.sent(desk, entry))
    await road.completion_reported(desk, running.id, road.outcome(running.voucher["id"]))
    await road.signed(desk, "ConfirmVoucherClassCompletion", "handler", running.id)
    await desk.idle()
    taken = desk.house.register.taken
    assert [
        [one.attended_minutes for one in taken[UUID(told["id"])][1]]
        for told in await messages(desk, f"object_id={running.id}")
    ] == [[None], [150]], "from half past eight to the end of the session"


async def test_a_filing_is_told_of_when_accepted_and_when_listed(desk: Desk) -> None:
    apprentice = filing_road.person()
    desk.house.register.elsewhere.add(str(apprentice["citizen_id"]))
    filing_id = await filing_road.listed(desk, roster=[apprentice])
    await desk.idle()
    roster, listed = await messages(desk, f"object_id={filing_id}")
    assert (roster["kind"], listed["kind"]) == ("roster_accepted", "filing_listed")
    assert [one["training"] for one in roster["duplicates"]] == ["其他补贴性培训"]
    assert listed["duplicates"] == []
    shown = await desk.done("GetFiling", "handler", path={"filing_id": filing_id})
    assert shown["case"]["state"] == "listed", "duplicates inform and decide nothing"


async def test_completion_and_payment_are_told(ended: Travelled) -> None:
    found = await messages(ended.desk)
    assert {one["kind"] for one in found} >= {
        "roster_accepted",
        "filing_listed",
        "training_completed",
        "batch_paid",
    }
    paid = next(one for one in found if one["kind"] == "batch_paid")
    assert paid["payload"]["total_fen"] > 0
    _, people = ended.desk.house.register.taken[UUID(paid["id"])]
    assert list(people) == []


async def test_a_register_that_was_away_is_told_again_under_the_same_id(desk: Desk) -> None:
    class_id, _ = await planned(desk)
    desk.house.register.away.add(UUID(class_id))
    desk.house.register.later.add(UUID(class_id))
    await road.started(desk, class_id)
    await desk.idle()
    (queued,) = await messages(desk, f"object_id={class_id}&state=queued")
    assert (queued["attempts"], queued["reference"]) == (1, None)
    await later(desk, SEND)
    await desk.idle()
    (sent,) = await messages(desk, f"object_id={class_id}&state=sent")
    assert (sent["attempts"], sent["answer"]) == (2, None)
    await later(desk, SEND)
    await desk.idle()
    (answered,) = await messages(desk, f"object_id={class_id}")
    assert (answered["state"], answered["attempts"], answered["id"]) == (
        "answered",
        3,
        queued["id"],
    )


async def test_what_the_register_refuses_is_shown_and_not_sent_again(desk: Desk) -> None:
    class_id, _ = await planned(desk)
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    desk.house.register.refused.add(number)
    await road.started(desk, class_id)
    await desk.idle()
    (refused,) = await messages(desk, "kind=voucher_class_started&state=refused")
    assert refused["answer"] == "人员信息有误"
    again = (
        "insert into jobs (id, kind, ref, place_id) select gen_random_uuid(), :kind, m.id, m.place_id"
        " from register_messages m where m.id = :id"
    )
    async with desk.house.admin.begin() as connection:
        await connection.execute(text(again), {"kind": SEND, "id": refused["id"]})
    await desk.idle()
    assert await messages(desk, f"object_id={class_id}") == [refused]


async def test_nobody_else_reads_what_was_told_and_no_row_names_anybody(
    desk: Desk, elsewhere: Desk
) -> None:
    class_id, _ = await planned(desk)
    await road.started(desk, class_id)
    await desk.idle()
    assert await messages(elsewhere, f"object_id={class_id}") == []
    for person in ("worker", "teacher", "filer"):
        await problem_of(desk, desk.ask("ListRegisterMessages", person), "not_permitted")
    rows = "select string_agg(m::text, ' ') from register_messages m where m.object_id = :id"
    async with desk.house.admin.connect() as connection:
        kept = str((await connection.execute(text(rows), {"id": class_id})).scalar_one())
    assert "voucher_class_started" in kept
    assert desk.staff.citizen_ids[desk.accounts["worker"]] not in kept
    assert "李四" not in kept
