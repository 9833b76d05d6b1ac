"""Voucher classes over HTTP: from the catalogue to redemption, each by who may, with what every role reads."""

from datetime import timedelta

from domain.voucher_record import SKEW_MAX_S
from tests.integration.api import voucher_class_road as road
from tests.integration.api import voucher_road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import pointers, problem_of, refused


async def states(desk: Desk, *vouchers: Json) -> list[str]:
    return [(await road.voucher_now(desk, one))["state"] for one in vouchers]


async def test_a_class_goes_from_the_catalogue_to_redeemed_vouchers(desk: Desk) -> None:
    """Shows REG-09, SYS-08."""
    project_id = await road.project(desk, min_attendance_basis_points=5000)
    first = await road.collected(desk, project_id)
    second = await road.collected(desk, project_id, "worker_second")
    class_id = await road.planned(desk, project_id)
    path = {"voucher_class_id": class_id}
    offers = await desk.done("ListVoucherClassOffers", "worker", query=f"project_id={project_id}")
    assert [(one["id"], one["taken"], one["provider_org_id"]) for one in offers["items"]] == [
        (class_id, 0, str(desk.staff.provider.id))
    ]
    await road.reserved(desk, class_id, first)
    await road.reserved(desk, class_id, second, "worker_second")
    started = await road.started(desk, class_id)
    assert (started["started_on"], started["taken"]) == (road.STARTS, 2)
    session_id = await road.held(desk, class_id)
    entries = [
        road.passing(session_id, first["id"], "g-1"),
        road.passing(session_id, second["id"], "g-2", at="2026-02-09T02:45:00Z"),
    ]
    done = await desk.done(
        "AddCheckIns", "teacher", path=path, body=road.sent(desk, *entries, seconds_behind=0)
    )
    assert (done["added"], done["marked"], done["skew_s"]) == (2, 0, 0)
    little = desk.ask(
        "ReportVoucherClassCompletion",
        "teacher",
        path=path,
        version=4,
        body={
            "completed_on": road.STARTS,
            "outcomes": [road.outcome(one["id"], day=road.STARTS) for one in (first, second)],
        },
    )
    problem = await refused(desk, little, "completion_report_faulty")
    assert pointers(problem) == {"/outcomes/1/outcome": "attendance_too_low"}
    await road.completion_reported(
        desk,
        class_id,
        road.outcome(first["id"]),
        road.outcome(second["id"], outcome="failed"),
    )
    people = await desk.done("ListTrainees", "handler", path=path)
    assert [
        (one["voucher_id"], one["attendance_basis_points"], one["outcome"])
        for one in people["items"]
    ] == [(first["id"], 8333, "completed"), (second["id"], 833, "failed")]
    completed = await road.signed(desk, "ConfirmVoucherClassCompletion", "handler", class_id)
    assert completed["case"]["state"] == "completed"
    assert await states(desk, first, second) == ["completed", "not_completed"]
    redeemed = await road.redeemed(desk, class_id, first["code_grouped"])
    assert (redeemed["state"], redeemed["class_id"]) == ("redeemed", class_id)
    assert "code" not in redeemed
    history = await desk.done("GetVoucherClassHistory", "teacher", path=path)
    assert [step["to_state"] for step in history["steps"]] == [
        "planned",
        "start_reported",
        "start_reviewed",
        "started",
        "completion_reported",
        "completed",
    ]
    mine = await desk.done("GetVoucherHistory", "worker", path={"voucher_id": first["id"]})
    assert [act["event"] for act in mine["acts"]] == ["issue", "collect", "reserve", "redeem"]


async def test_a_provider_reads_all_about_a_voucher_but_its_code(desk: Desk) -> None:
    done = await road.completed(desk)
    voucher, path = done.voucher, {"voucher_id": done.voucher["id"]}
    of_class = {"voucher_class_id": done.id}
    (listed,) = (await desk.done("ListVouchers", "teacher", query=f"class_id={done.id}"))["items"]
    assert (listed["id"], listed["code"], listed["code_grouped"]) == (voucher["id"], None, None)
    for ask in (
        desk.ask("ListVouchers", "teacher"),
        desk.ask("GetVoucher", "teacher", path=path),
        desk.ask("GetVoucherHistory", "teacher", path=path),
        desk.ask("ExplainVoucher", "teacher", path=path),
        desk.ask("CheckVoucher", "teacher", body={"code": voucher["code"]}),
        desk.ask("ListVoucherSets", "teacher"),
        desk.ask("GetVoucherClass", "teacher", path=of_class),
        desk.ask("ListTrainees", "teacher", path=of_class),
    ):
        answer = await desk.send(ask)
        assert answer.is_success
        assert voucher["code"] not in answer.text.replace("-", "")
    await problem_of(desk, desk.ask("GetVoucherQr", "teacher", path=path), "not_found")
    for person in ("worker", "handler"):
        shown = await desk.done("GetVoucher", person, path=path)
        assert (shown["code"], shown["code_grouped"]) == (
            voucher["code"],
            voucher["code_grouped"],
        )
    redeemed = await road.redeemed(desk, done.id, voucher["code"])
    assert redeemed["state"] == "redeemed"


async def test_the_catalogue_is_public_and_its_changes_are_the_bureaus(desk: Desk) -> None:
    code = desk.staff.region_code
    nobody = await desk.done("ListListedProviders", None, query=f"region_code={code}")
    assert nobody["items"] == []
    entry_id = await road.catalogued(desk)
    listed = await desk.done("ListListedProviders", None, query=f"region_code={code}")
    assert [(one["name"], one["since"]) for one in listed["items"]] == [
        (desk.staff.provider.name, "2020-01-01")
    ]
    before = await desk.done("ListListedProviders", None, query=f"region_code={code}&on=2019-12-31")
    assert before["items"] == []
    path = {"catalogue_entry_id": entry_id}
    entry = await desk.done("GetCatalogueEntry", "handler", path=path)
    assert entry["provider_org_id"] == str(desk.staff.provider.id)
    steps = await desk.done("GetCatalogueEntryHistory", "handler", path=path)
    assert [step["duty"] for step in steps["steps"]] == ["review", "approve"]
    for operation_id, person in (
        ("RefuseCatalogueEntry", "approver"),
        ("WithdrawCatalogueEntry", "handler"),
    ):
        body = road.entry(desk, change="leave", effective_on="2026-03-01")
        drafted = await desk.done("DraftCatalogueEntry", "handler", body=body)
        decided = await desk.done(
            operation_id,
            person,
            path={"catalogue_entry_id": drafted["case"]["id"]},
            version=1,
            body={},
        )
        assert decided["case"]["state"] in {"refused", "withdrawn"}
    refused_ones = await desk.done("ListCatalogueEntries", "handler", query="state=refused")
    assert len(refused_ones["items"]) == 1


async def test_a_project_names_providers_of_the_catalogue(desk: Desk) -> None:
    codes = [desk.staff.provider.credit_code]
    ask = desk.ask(
        "DraftVoucherProject", "handler", body=voucher_road.project(provider_credit_codes=codes)
    )
    problem = await refused(desk, ask, "voucher_project_faulty")
    assert pointers(problem) == {"/provider_credit_codes/0": "provider_not_in_catalogue"}
    await road.catalogued(desk)
    await desk.done(
        "DraftVoucherProject", "handler", body=voucher_road.project(provider_credit_codes=codes)
    )


async def test_a_cancelled_class_gives_vouchers_back_that_are_used_elsewhere(desk: Desk) -> None:
    """Shows REG-12."""
    project_id = await road.project(desk)
    voucher = await road.collected(desk, project_id)
    class_id = await road.planned(desk, project_id, capacity=1)
    await road.reserved(desk, class_id, voucher)
    cancelled = await road.signed(desk, "CancelVoucherClass", "teacher", class_id)
    assert cancelled["case"]["state"] == "cancelled"
    await desk.idle()
    again = await road.voucher_now(desk, voucher)
    assert (again["state"], again["class_id"], again["provider_org_id"]) == (
        "collected",
        None,
        None,
    )
    other_id = await road.planned(desk, project_id)
    assert (await road.reserved(desk, other_id, again))["state"] == "reserved"


async def test_a_worker_withdraws_and_another_takes_the_place(desk: Desk) -> None:
    """Shows REG-17."""
    project_id = await road.project(desk)
    first = await road.collected(desk, project_id)
    second = await road.collected(desk, project_id, "worker_second")
    class_id = await road.planned(desk, project_id, capacity=1)
    taken = await road.reserved(desk, class_id, first)
    full = desk.ask(
        "ReserveVoucher",
        "worker_second",
        path={"voucher_id": second["id"]},
        version=second["version"],
        body={"class_id": class_id},
    )
    await problem_of(desk, full, "voucher_class_full")
    left = await desk.done(
        "WithdrawReservation",
        "worker",
        path={"voucher_id": first["id"]},
        version=taken["version"],
    )
    assert left["state"] == "collected"
    assert (
        await desk.done(
            "ReserveVoucher",
            "worker_second",
            path={"voucher_id": second["id"]},
            version=second["version"],
            body={"class_id": class_id},
        )
    )["state"] == "reserved"


async def test_trying_a_reservation_takes_no_place(desk: Desk) -> None:
    project_id = await road.project(desk)
    voucher = await road.collected(desk, project_id)
    class_id = await road.planned(desk, project_id)
    tried = await desk.done(
        "ReserveVoucher",
        "worker",
        path={"voucher_id": voucher["id"]},
        query="dry_run=true",
        version=voucher["version"],
        body={"class_id": class_id},
    )
    assert tried["state"] == "reserved"
    assert await states(desk, voucher) == ["collected"]
    path = {"voucher_class_id": class_id}
    assert (await desk.done("GetVoucherClass", "teacher", path=path))["taken"] == 0


async def test_when_a_provider_leaves_running_classes_finish_and_planned_ones_are_called_off(
    desk: Desk,
) -> None:
    project_id = await road.project(desk)
    running = await road.collected(desk, project_id)
    waiting = await road.collected(desk, project_id, "worker_second")
    class_id = await road.planned(desk, project_id)
    later_id = await road.planned(desk, project_id, starts_on="2026-02-16")
    await road.reserved(desk, class_id, running)
    await road.reserved(desk, later_id, waiting, "worker_second")
    await road.started(desk, class_id)
    await road.catalogued(desk, change="leave", effective_on="2026-02-10")
    later = await desk.done("GetVoucherClass", "teacher", path={"voucher_class_id": later_id})
    assert later["case"]["state"] == "cancelled"
    assert await states(desk, running, waiting) == ["in_use", "collected"]
    new = desk.ask(
        "PlanVoucherClass",
        "teacher",
        body=road.class_plan(project_id, starts_on="2026-02-10"),
    )
    problem = await refused(desk, new, "voucher_class_faulty")
    assert pointers(problem) == {"/starts_on": "provider_not_in_catalogue"}
    await road.completion_reported(desk, class_id, road.outcome(running["id"]))
    await road.signed(desk, "ConfirmVoucherClassCompletion", "handler", class_id)
    assert (await road.redeemed(desk, class_id, running["code"]))["state"] == "redeemed"


async def test_reports_are_returned_sent_back_and_made_again(desk: Desk) -> None:
    project_id = await road.project(desk)
    voucher = await road.collected(desk, project_id)
    class_id = await road.planned(desk, project_id)
    await road.reserved(desk, class_id, voucher)
    await road.reported(desk, class_id)
    returned = await road.signed(desk, "ReturnVoucherClassStart", "handler", class_id)
    assert (returned["case"]["state"], returned["started_on"]) == ("planned", None)
    await road.reported(desk, class_id)
    await road.signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    back = await road.signed(desk, "SendBackVoucherClassStart", "approver", class_id)
    assert back["case"]["state"] == "start_reported"
    await road.signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    await road.signed(desk, "VerifyVoucherClassStart", "approver", class_id)
    await road.completion_reported(desk, class_id, road.outcome(voucher["id"]))
    again = await road.signed(desk, "ReturnVoucherClassCompletion", "handler", class_id)
    assert (again["case"]["state"], again["completed_on"]) == ("started", None)
    stopped = await road.signed(desk, "StopVoucherClass", "approver", class_id)
    assert stopped["case"]["state"] == "stopped"
    assert await states(desk, voucher) == ["collected"]


async def test_the_record_shows_both_times_of_a_skewed_device_to_worker_and_bureau(
    desk: Desk,
) -> None:
    running = await road.in_training(desk)
    session_id = await road.held(desk, running.id)
    behind = SKEW_MAX_S + 60
    at = (road.FIRST_DAY.replace(hour=0, minute=30) - timedelta(seconds=behind)).isoformat()
    entry = road.passing(session_id, running.voucher["id"], "g 1", at=at)
    body = road.sent(desk, entry, seconds_behind=behind)
    done = await desk.done("AddCheckIns", "teacher", path=running.path, body=body)
    assert (done["added"], done["marked"], done["skew_s"]) == (1, 1, behind)
    again = await desk.done("AddCheckIns", "teacher", path=running.path, body=body)
    assert (again["entries"], again["added"]) == (1, 0)
    by_hand = {
        "entries": [
            {
                "session_id": session_id,
                "voucher_id": running.voucher["id"],
                "entry_id": "hand 1",
                "arrived": "08:20",
                "supersedes": "g 1",
            }
        ]
    }
    await desk.done("AddVoucherAttendance", "teacher", path=running.path, body=by_hand)
    shown = []
    for person in ("worker", "teacher", "handler"):
        path = {"voucher_id": running.voucher["id"]}
        first = await desk.done("ListVoucherAttendance", person, path=path, query="page_size=1")
        rest = await desk.done(
            "ListVoucherAttendance",
            person,
            path=path,
            query=f"page_size=1&cursor={first['next_cursor']}",
        )
        shown.append([*first["items"], *rest["items"]])
    assert shown[0] == shown[1] == shown[2]
    device, hand = shown[0]
    assert (device["arrived"], device["skew_s"], device["marks"], device["direction"]) == (
        "08:30",
        behind,
        ["clock_skewed"],
        "in",
    )
    assert device["device_at"] != device["entered_at"]
    assert (hand["arrived"], hand["device_id"], hand["supersedes"]) == ("08:20", None, "g 1")
    sessions = await desk.done("ListVoucherSessions", "handler", path=running.path)
    assert [(one["id"], one["minutes"]) for one in sessions["items"]] == [(session_id, 180)]


async def test_attendance_is_imported_from_a_file(desk: Desk) -> None:
    running = await road.in_training(desk)
    session_id = await road.held(desk, running.id)
    text = (
        "session_id,voucher_id,entry_id,present,arrived,left,supersedes\r\n"
        f"{session_id},{running.voucher['id']},s-1,是,08:00,11:00,\r\n"
    )
    done = await desk.done("ImportVoucherAttendance", "teacher", path=running.path, body=text)
    assert (done["entries"], done["added"]) == (1, 1)


async def test_a_released_voucher_follows_its_class(desk: Desk) -> None:
    project_id = await road.project(desk)
    voucher = await road.collected(desk, project_id)
    class_id = await road.planned(desk, project_id)
    taken = await road.reserved(desk, class_id, voucher)
    path = {"voucher_id": voucher["id"]}
    frozen = await desk.done(
        "FreezeVoucher", "handler", path=path, version=taken["version"], body={"reason": "核查"}
    )
    await road.signed(desk, "CancelVoucherClass", "teacher", class_id)
    await desk.idle()
    assert await states(desk, voucher) == ["frozen"]
    await desk.done(
        "ReleaseVoucher", "approver", path=path, version=frozen["version"], body={"reason": "属实"}
    )
    await desk.idle()
    assert await states(desk, voucher) == ["collected"]
