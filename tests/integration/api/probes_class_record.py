"""Codes of class records, mentors and joint classes."""

from tests.integration.api import class_road, road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes

STRANGER = "0192f0c4-7c1e-7000-8000-000000000001"


@provokes("class_record_closed")
async def a_record_before_the_class_has_opened(desk: Desk) -> Ask:
    path = {"filing_id": await road.listed(desk)}
    body = {"sessions": [class_road.session()]}
    return desk.ask("AddClassSessions", "filer", path=path, body=body)


@provokes(
    "class_record_faulty",
    "times_out_of_order",
    "day_outside_training",
    "mentor_unknown",
    "entry_unknown",
    "entry_superseded",
)
async def sessions_wrong_in_every_way(desk: Desk) -> Ask:
    opened = await class_road.opened(desk)
    first = await class_road.sessions(desk, opened.path, class_road.session())
    sessions = [
        class_road.session(starts="09:00", ends="09:00"),
        class_road.session(held_on="2026-02-02", mentor_id=STRANGER),
        class_road.session(corrects={"id": STRANGER, "version": 1}),
        class_road.session(corrects={"id": first[0], "version": 7}),
    ]
    body = {"sessions": sessions}
    return desk.ask("AddClassSessions", "filer", path=opened.path, body=body)


@provokes(
    "class_record_faulty",
    "session_unknown",
    "person_not_in_class",
    "times_out_of_order",
    "absent_with_times",
    "entry_id_reused",
    "entry_unknown",
    "entry_superseded",
)
async def attendance_wrong_in_every_way(desk: Desk) -> Ask:
    opened = await class_road.opened(desk)
    (held,) = await class_road.sessions(desk, opened.path, class_road.session())
    one = opened.people[0]

    def entry(entry_id: str, **changed: object) -> object:
        return {"session_id": held, "enrolment_id": one, "entry_id": entry_id} | changed

    first = [entry("a"), entry("b", supersedes="a")]
    await desk.done("AddAttendance", "filer", path=opened.path, body={"entries": first})
    entries = [
        entry("c", session_id=STRANGER),
        entry("d", enrolment_id=STRANGER),
        entry("e", arrived="10:00", left="09:00"),
        entry("f", present=False, arrived="09:00"),
        entry("a", present=False),
        entry("g", supersedes="nothing"),
        entry("h", supersedes="a"),
    ]
    return desk.ask("AddAttendance", "filer", path=opened.path, body={"entries": entries})


@provokes(
    "class_record_faulty", "receipt_number_malformed", "credit_code_malformed", "receipt_twice"
)
async def receipts_wrong_in_every_way(desk: Desk) -> Ask:
    opened = await class_road.opened(desk)
    receipt = class_road.receipt(desk)
    receipts = [
        receipt,
        receipt,
        class_road.receipt(desk, number="12-34", code="1", issuer_code="学校"),
    ]
    return desk.ask("AddReceipts", "filer", path=opened.path, body={"receipts": receipts})


@provokes("receipt_already_used")
async def a_receipt_of_another_filing(desk: Desk) -> Ask:
    first, second = await class_road.opened(desk), await class_road.opened(desk)
    body = {"receipts": [class_road.receipt(desk)]}
    await desk.done("AddReceipts", "filer", path=first.path, body=body)
    return desk.ask("AddReceipts", "filer", path=second.path, body=body)


@provokes("body_invalid", "not_an_instant")
async def a_photo_taken_at_no_time(desk: Desk) -> Ask:
    body = {"evidence": [class_road.evidence(taken_at="2026-02-03")]}
    path = {"filing_id": STRANGER}
    return desk.ask("AddClassEvidence", "filer", path=path, body=body)


@provokes("plan_faulty", "provider_unknown", "qualification_first", "joint_class_unknown")
async def a_class_of_strangers(desk: Desk) -> Ask:
    plan = road.plan(
        desk,
        training_mode="provider",
        provider_name="某技工学校",
        provider_credit_code="91320681MA0000000X",
        joint_class_id=STRANGER,
        class_plan={"special_occupation": True},
    )
    return desk.ask("CreateFiling", "filer", body=plan)


@provokes("plan_faulty", "joint_class_differs")
async def a_filing_that_is_not_the_class_it_joins(desk: Desk) -> Ask:
    joint = await road.joint_class(desk)
    plan = road.plan(desk, joint_class_id=joint, target_grade=3, starts_on="2026-03-01")
    return desk.ask("CreateFiling", "filer", body=plan)
