"""Ways of the provider catalogue and of voucher classes, for the fuzzing to find afterwards."""

from tests.integration.api import voucher_class_road as road
from tests.integration.api.desk import Desk, Json


async def voucher_classes(desk: Desk) -> None:
    """Changes of the catalogue of every end; classes completed, stopped, cancelled, and waiting."""
    at = desk.clock.at
    desk.begin_again()
    project_id = await road.project(desk, min_attendance_basis_points=1000)
    await _catalogue(desk)
    first = await road.collected(desk, project_id)
    second = await road.collected(desk, project_id, "worker_second")
    class_id = await _withdrawn_and_cancelled(desk, project_id, first)
    again = await road.voucher_now(desk, first, "worker")
    await road.reserved(desk, class_id, again)
    stopped_id = await road.planned(desk, project_id, class_name="停办班")
    await road.reserved(desk, stopped_id, second, "worker_second")
    waiting_id = await road.planned(desk, project_id, class_name="待报班", starts_on="2026-02-20")
    await desk.done("ListVoucherClassOffers", "worker_second", query=f"project_id={project_id}")
    await _started_at_the_second_try(desk, class_id)
    await road.started(desk, stopped_id)
    await _recorded(desk, class_id, again)
    await road.signed(desk, "StopVoucherClass", "approver", stopped_id)
    outcome = road.outcome(first["id"])
    await road.completion_reported(desk, class_id, outcome)
    await road.signed(desk, "ReturnVoucherClassCompletion", "handler", class_id)
    await road.completion_reported(desk, class_id, outcome)
    await road.signed(desk, "ConfirmVoucherClassCompletion", "handler", class_id)
    await road.redeemed(desk, class_id, first["code"])
    path = {"voucher_class_id": waiting_id}
    for operation_id in ("GetVoucherClass", "GetVoucherClassHistory", "ListVoucherSessions"):
        await desk.done(operation_id, "teacher", path=path)
    await desk.done("ListVoucherClasses", "handler")
    await desk.idle()
    desk.clock.at = at


async def _catalogue(desk: Desk) -> None:
    body = road.entry(desk, change="leave", effective_on="2029-01-01")
    for operation_id, who in (
        ("RefuseCatalogueEntry", "approver"),
        ("WithdrawCatalogueEntry", "officer"),
    ):
        case = (await desk.done("DraftCatalogueEntry", "officer", body=body))["case"]
        path = {"catalogue_entry_id": case["id"]}
        await desk.done(operation_id, who, path=path, version=1, body=road.SIGNED)
    waiting = (await desk.done("DraftCatalogueEntry", "officer", body=body))["case"]
    path = {"catalogue_entry_id": waiting["id"]}
    await desk.done("GetCatalogueEntry", "handler", path=path)
    await desk.done("GetCatalogueEntryHistory", "handler", path=path)
    await desk.done("ListCatalogueEntries", "handler")
    region = f"region_code={desk.staff.region_code}"
    await desk.done("ListListedProviders", None, query=region)


async def _withdrawn_and_cancelled(desk: Desk, project_id: str, voucher: Json) -> str:
    """A class that its worker left and another that was cancelled; the id of a third."""
    left_id = await road.planned(desk, project_id, class_name="退出班")
    taken = await road.reserved(desk, left_id, voucher)
    path = {"voucher_id": voucher["id"]}
    left = await desk.done("WithdrawReservation", "worker", path=path, version=taken["version"])
    cancelled_id = await road.planned(desk, project_id, class_name="取消班")
    await road.reserved(desk, cancelled_id, left)
    await road.signed(desk, "CancelVoucherClass", "teacher", cancelled_id)
    await desk.idle()
    return await road.planned(desk, project_id)


async def _started_at_the_second_try(desk: Desk, class_id: str) -> None:
    await road.reported(desk, class_id)
    await road.signed(desk, "ReturnVoucherClassStart", "handler", class_id)
    await road.reported(desk, class_id)
    await road.signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    await road.signed(desk, "SendBackVoucherClassStart", "approver", class_id)
    await road.signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    await road.signed(desk, "VerifyVoucherClassStart", "approver", class_id)


async def _recorded(desk: Desk, class_id: str, voucher: Json) -> None:
    """A session with entries of a device, by hand and from a file."""
    path = {"voucher_class_id": class_id}
    session_id = await road.held(desk, class_id)
    entry = road.passing(session_id, voucher["id"], "gate-1")
    await desk.done("AddCheckIns", "teacher", path=path, body=road.sent(desk, entry))
    by_hand = {"session_id": session_id, "voucher_id": voucher["id"], "entry_id": "hand-1"}
    body = {"entries": [{**by_hand, "supersedes": "gate-1"}]}
    await desk.done("AddVoucherAttendance", "teacher", path=path, body=body)
    rows = (
        "session_id,voucher_id,entry_id,present,arrived,left,supersedes",
        f"{session_id},{voucher['id']},sheet-1,1,08:00,10:00,",
        "",
    )
    await desk.done("ImportVoucherAttendance", "teacher", path=path, body="\r\n".join(rows))
    await desk.done("ListTrainees", "handler", path=path)
    await desk.done("ListVoucherAttendance", "worker", path={"voucher_id": voucher["id"]})
