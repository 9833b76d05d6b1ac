"""Codes of the provider catalogue, of voucher classes, reservations and redemption."""

from tests.integration.api import road as filings
from tests.integration.api import voucher_class_road as road
from tests.integration.api import voucher_road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes

STRANGER = "0192f0c4-7c1e-7000-8000-000000000001"


@provokes("catalogue_entry_faulty", "catalogue_out_of_order", "provider_in_catalogue")
async def a_provider_that_is_listed_joins_again(desk: Desk) -> Ask:
    await road.catalogued(desk, effective_on="2026-03-01")
    return desk.ask("DraftCatalogueEntry", "handler", body=road.entry(desk))


@provokes("catalogue_entry_faulty", "leaving_day_past", "provider_not_in_catalogue")
async def a_provider_nobody_lists_leaves_yesterday(desk: Desk) -> Ask:
    body = road.entry(desk, change="leave", effective_on="2026-02-01")
    return desk.ask("DraftCatalogueEntry", "handler", body=body)


@provokes("catalogue_entry_faulty", "provider_unknown")
async def an_enterprise_joins_the_catalogue(desk: Desk) -> Ask:
    body = road.entry(desk, provider_credit_code=desk.staff.enterprise.credit_code)
    return desk.ask("DraftCatalogueEntry", "handler", body=body)


@provokes(
    "voucher_class_faulty",
    "provider_not_in_project",
    "occupation_not_offered",
    "class_days_out_of_order",
)
async def a_class_of_a_project_that_names_others(desk: Desk) -> Ask:
    project_id = await road.project(desk, provider_credit_codes=[])
    body = road.class_plan(project_id, grade=1, starts_on="2026-02-01", ends_on="2026-01-31")
    return desk.ask("PlanVoucherClass", "teacher", body=body)


async def _reservation(desk: Desk, voucher_project_id: str, class_id: str) -> Ask:
    voucher = await road.collected(desk, voucher_project_id)
    return desk.ask(
        "ReserveVoucher",
        "worker",
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"class_id": class_id},
    )


@provokes("reservation_refused", "voucher_class_unknown")
async def a_class_that_is_nowhere(desk: Desk) -> Ask:
    return await _reservation(desk, await road.project(desk), STRANGER)


@provokes("reservation_refused", "class_of_other_project", "voucher_ends_before")
async def a_class_of_another_project_after_the_last_day(desk: Desk) -> Ask:
    codes = {"provider_credit_codes": [desk.staff.provider.credit_code]}
    project_id = await road.project(desk)
    other_id = await voucher_road.approved(desk, **codes)
    days = {"starts_on": "2027-01-01", "ends_on": "2027-01-31"}
    class_id = await road.planned(desk, other_id, **days)
    return await _reservation(desk, project_id, class_id)


@provokes("reservation_refused", "voucher_group_unconfirmed")
async def a_class_for_a_group_that_nobody_has_confirmed(desk: Desk) -> Ask:
    project_id = await road.project(desk, tags=["veteran"])
    class_id = await road.planned(desk, project_id)
    path = {"offer_id": project_id}
    body = voucher_road.own(desk, tag="veteran")
    voucher = await desk.done("CollectFromProject", "worker", path=path, body=body)
    return desk.ask(
        "ReserveVoucher",
        "worker",
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"class_id": class_id},
    )


@provokes("reservation_refused", "training_overlaps")
async def a_class_beside_another_one(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    first = await road.collected(desk, project_id)
    await road.reserved(desk, await road.planned(desk, project_id), first)
    codes = {"provider_credit_codes": [desk.staff.provider.credit_code]}
    other_id = await voucher_road.approved(desk, **codes)
    days = {"starts_on": road.ENDS, "ends_on": "2026-03-31"}
    return await _reservation(desk, other_id, await road.planned(desk, other_id, **days))


@provokes("reservation_refused", "voucher_class_closed")
async def a_class_that_was_cancelled(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    class_id = await road.planned(desk, project_id)
    await road.signed(desk, "CancelVoucherClass", "teacher", class_id)
    return await _reservation(desk, project_id, class_id)


@provokes("voucher_class_full")
async def a_class_without_a_place(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    class_id = await road.planned(desk, project_id, capacity=1)
    first = await road.collected(desk, project_id, "worker_second")
    await road.reserved(desk, class_id, first, "worker_second")
    return await _reservation(desk, project_id, class_id)


async def _withdrawal(desk: Desk, class_id: str, project_id: str) -> Ask:
    voucher = await road.collected(desk, project_id)
    taken = await road.reserved(desk, class_id, voucher)
    path = {"voucher_id": voucher["id"]}
    return desk.ask("WithdrawReservation", "worker", path=path, version=taken["version"])


@provokes("withdrawal_too_late")
async def a_withdrawal_on_the_first_day(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    class_id = await road.planned(desk, project_id)
    ask = await _withdrawal(desk, class_id, project_id)
    desk.clock.at = road.FIRST_DAY
    return ask


@provokes("voucher_class_closed")
async def a_withdrawal_from_a_class_that_has_begun(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    class_id = await road.planned(desk, project_id)
    ask = await _withdrawal(desk, class_id, project_id)
    await road.reported(desk, class_id)
    return ask


@provokes("start_report_faulty", "start_day_wrong", "person_not_in_class", "nobody_present")
async def a_start_before_its_day_with_nobody_there(desk: Desk) -> Ask:
    class_id = await road.planned(desk, await road.project(desk))
    body = {"started_on": "2026-02-08", "absent": [STRANGER]}
    path = {"voucher_class_id": class_id}
    return desk.ask("ReportVoucherClassStart", "teacher", path=path, body=body)


@provokes("on_hold")
async def a_start_of_a_provider_on_hold(desk: Desk) -> Ask:
    project_id = await road.project(desk)
    class_id = await road.planned(desk, project_id)
    await road.reserved(desk, class_id, await road.collected(desk, project_id))
    await road.reported(desk, class_id)
    reviewed = await road.signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    await filings.imposed(desk, "provider", str(desk.staff.provider.id))
    path = {"voucher_class_id": class_id}
    version = reviewed["case"]["version"]
    return desk.ask(
        "VerifyVoucherClassStart", "approver", path=path, version=version, body=road.SIGNED
    )


@provokes("voucher_record_closed")
async def a_record_before_the_class_has_begun(desk: Desk) -> Ask:
    path = {"voucher_class_id": await road.planned(desk, await road.project(desk))}
    body = {"sessions": [road.session()]}
    return desk.ask("AddVoucherSessions", "teacher", path=path, body=body)


@provokes("class_record_faulty", "device_time_impossible")
async def a_device_in_another_century(desk: Desk) -> Ask:
    running = await road.in_training(desk)
    session_id = await road.held(desk, running.id)
    entry = road.passing(session_id, running.voucher["id"], "a", at="1950-01-01T00:00:00Z")
    return desk.ask("AddCheckIns", "teacher", path=running.path, body=road.sent(desk, entry))


@provokes(
    "completion_report_faulty",
    "attendance_too_low",
    "outcome_certificate_malformed",
    "day_outside_training",
    "person_not_in_class",
)
async def a_completion_wrong_in_every_way(desk: Desk) -> Ask:
    running = await road.in_training(desk, min_attendance_basis_points=8000)
    certificate = {"certificate_type": "skill_level_certificate", "number": "S1"}
    outcomes = [
        road.outcome(running.voucher["id"], day="2026-02-10", certificate=certificate),
        road.outcome(STRANGER),
    ]
    body = {"completed_on": road.STARTS, "outcomes": outcomes}
    return desk.ask(
        "ReportVoucherClassCompletion", "teacher", path=running.path, version=4, body=body
    )


@provokes("completion_report_faulty", "training_too_short")
async def a_completion_of_somebody_trained_too_little(desk: Desk) -> Ask:
    running = await road.in_training(desk, standards=[voucher_road.standard(min_minutes=45)])
    outcomes = [road.outcome(running.voucher["id"], day=road.STARTS)]
    body = {"completed_on": road.STARTS, "outcomes": outcomes}
    return desk.ask(
        "ReportVoucherClassCompletion", "teacher", path=running.path, version=4, body=body
    )


@provokes("completion_report_faulty", "certificate_missing")
async def a_completion_without_the_certificate_asked_for(desk: Desk) -> Ask:
    running = await road.in_training(desk, certificate_required=True)
    outcomes = [road.outcome(running.voucher["id"], day=road.STARTS)]
    body = {"completed_on": road.STARTS, "outcomes": outcomes}
    return desk.ask(
        "ReportVoucherClassCompletion", "teacher", path=running.path, version=4, body=body
    )


@provokes(
    "completion_report_faulty", "outcome_certificate_below_grade", "certificate_declared_twice"
)
async def a_completion_with_one_certificate_of_a_lower_grade_for_two_people(desk: Desk) -> Ask:
    (standard,) = voucher_road.project()["standards"]
    project_id = await road.project(
        desk, certificate_required=True, standards=[standard | {"grade": 4}]
    )
    class_id = await road.planned(desk, project_id, grade=4)
    outcomes = []
    for person in ("worker", "worker_second"):
        voucher = await road.collected(desk, project_id, person)
        await road.reserved(desk, class_id, voucher, person)
        certificate = {
            "certificate_type": "skill_level_certificate",
            "number": "S000153000001245000102",
        }
        outcomes.append(road.outcome(voucher["id"], day=road.STARTS, certificate=certificate))
    await road.started(desk, class_id)
    body = {"completed_on": road.STARTS, "outcomes": outcomes}
    path = {"voucher_class_id": class_id}
    return desk.ask("ReportVoucherClassCompletion", "teacher", path=path, version=4, body=body)


def _redemption(desk: Desk, class_id: str, code: str) -> Ask:
    path = {"voucher_class_id": class_id}
    return desk.ask("RedeemVoucher", "teacher", path=path, body={"code": code})


@provokes("voucher_not_yours", "voucher_not_yours")
async def a_voucher_used_nowhere(desk: Desk) -> Ask:
    completed = await road.completed(desk)
    other = await road.collected(desk, completed.project_id, "worker_second")
    return _redemption(desk, completed.id, other["code"])


@provokes("voucher_of_other_class", "voucher_of_other_class")
async def a_voucher_of_the_class_next_door(desk: Desk) -> Ask:
    completed = await road.completed(desk)
    other_id = await road.planned(
        desk, completed.project_id, starts_on="2026-03-01", ends_on="2026-03-02"
    )
    return _redemption(desk, other_id, completed.voucher["code"])


@provokes("voucher_redeemed_already", "voucher_redeemed_already")
async def a_voucher_redeemed_before(desk: Desk) -> Ask:
    completed = await road.completed(desk)
    await road.redeemed(desk, completed.id, completed.voucher["code"])
    return _redemption(desk, completed.id, completed.voucher["code"])
